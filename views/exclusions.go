package views

import (
	"strconv"
	"strings"

	"psabridge/app"
	"psabridge/views/ui"
)

// ExclusionRow is one thing that is counted, or left out of the count with a reason (M10). Its inputs are "left_", the word in
// the comment and the row's number.
type ExclusionRow struct {
	N       int
	Kind    app.ObjectKind // left_kind_
	ID      string         // left_id_: external id
	Left    bool           // left_N: it is left out
	Reason  string         // left_reason_
	Name    string         // empty when nothing tells it any more
	Counted []MeterAmount  // what the newest usage counts it as
	Stored  bool           // the settings leave it out
	Gone    bool           // the newest usage lists what it counts, and does not have it
}

// MeterAmount is what one thing counts for a meter.
type MeterAmount struct {
	Meter    app.Meter
	Quantity app.Quantity
	Unit     string
}

// input is the name of one of the row's inputs; without a field it is the tick.
func (r ExclusionRow) input(field string) string { return ExclusionInput(field, r.N) }

// ExclusionInput is the name of an input of one row; without a field it is the tick.
func ExclusionInput(field string, n int) string {
	if field == "" {
		return "left_" + strconv.Itoa(n)
	}
	return "left_" + field + "_" + strconv.Itoa(n)
}

// title is what the thing is called, its kind when it has no name.
func (r ExclusionRow) title() string {
	if r.Name != "" {
		return r.Name
	}
	if words, ok := itemWords[r.Kind]; ok {
		return words[0]
	}
	return string(r.Kind)
}

func (r ExclusionRow) countedWords() string {
	if len(r.Counted) == 0 {
		return "–"
	}
	words := make([]string, 0, len(r.Counted))
	for _, c := range r.Counted {
		words = append(words, MeterName(c.Meter)+" "+ui.Quantity(c.Quantity, c.Unit))
	}
	return strings.Join(words, ", ")
}

// leftOut are the rows the settings leave out; stillCounted are the others.
func leftOut(rows []ExclusionRow) []ExclusionRow { return exclusionsWhere(rows, true) }

func stillCounted(rows []ExclusionRow) []ExclusionRow { return exclusionsWhere(rows, false) }

func exclusionsWhere(rows []ExclusionRow, stored bool) (out []ExclusionRow) {
	for _, r := range rows {
		if r.Stored == stored {
			out = append(out, r)
		}
	}
	return out
}

// nothingToPick says why there is nothing to choose from.
func nothingToPick(m OrganizationSettings) string {
	for _, r := range m.Form.Exclude {
		if len(r.Counted) > 0 {
			return "Everything that is counted is left out."
		}
	}
	if m.Unlisted {
		return "The newest usage is a number without a list, so nothing can be picked from it. Ask whoever sends it for the list."
	}
	return "No usage was read yet, so there is nothing to pick. It shows here after the next reading."
}

func pickedWords(shown, all int) string {
	return ui.Int(shown) + " of " + ui.Int(all) + " shown; find the others by name or id"
}
