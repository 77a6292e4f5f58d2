package views

import (
	"time"

	"psabridge/app"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// Overrides is the page of the numbers a person typed in place of readings, for one connection and month.
type Overrides struct {
	Shell         layout.Shell
	Connection    string
	Period        app.Period
	Zone          *time.Location
	CanEdit       bool // only a month that can be planned counts what is typed for it
	Stale         bool // the preview was made before the last of them, or there is none
	HasPlan       bool
	Rows          []OverrideRow
	Organizations []string // to choose from, each by a name that is only its own
	Meters        []app.Meter
	One           OverrideForm
	Paste         SheetForm
	Sheet         *OverrideSheet // what was pasted, before anything is saved; nil without
}

// OverrideRow is one override as it counts.
type OverrideRow struct {
	app.Override
	Name    string // of the organization
	ID      int64  // our row; 0 when the organization is not known any more
	InPlace string // what the reading says, in words: "40 read 22 Nov", "no reading"
}

// OverrideForm are the values of one override as typed.
type OverrideForm struct {
	Organization, Meter, Quantity, Unit, Note string
	Errors                                    ui.Errors
}

// SheetForm is what was pasted, with what was said about it.
type SheetForm struct {
	Text, Meter, Note, Decimal string
	Leave                      bool // the wrong rows are left out
	Errors                     ui.Errors
}

// OverrideSheet is what a pasted table would become.
type OverrideSheet struct {
	Separator    string
	Header       bool
	Blank, Empty int
	Right, Wrong int
	TwoWays      bool // some number can be read in two ways: the sign before decimals has to be said
	Rows         []SheetRow
	Seen         string // of what was shown; only that is saved
}

// SheetRow is one pasted row.
type SheetRow struct {
	Line                                int
	Organization, Meter, Quantity, Note string
	InPlace                             string // what the reading says
	Replaces                            string // the override it takes the place of, in words
	Wrong                               string
}

// overridden reports whether some share of a line was typed by a person.
func overridden(l app.Line) bool {
	for _, s := range l.Shares {
		if s.Override != "" {
			return true
		}
	}
	return false
}

// overrideWords say why the number of a line was typed, for the row's hint.
func overrideWords(l app.Line) string {
	for _, s := range l.Shares {
		if s.Override != "" {
			return s.Override
		}
	}
	return ""
}

// unitChoices are the units an override can be typed in; the empty one is the line's own.
func unitChoices(selected string) []ui.Choice {
	return ui.Choices(selected, "", "As it is billed", app.UnitEach, "each", app.UnitGB, "GB", app.UnitTB, "TB", app.UnitBytes, "bytes")
}

func meterChoices(meters []app.Meter, selected, none string) []ui.Choice {
	pairs := make([]string, 0, 2*len(meters)+2)
	if none != "" {
		pairs = append(pairs, "", none)
	}
	for _, m := range meters {
		pairs = append(pairs, string(m), MeterName(m))
	}
	return ui.Choices(selected, pairs...)
}

// sheetWords say how a pasted table was read.
func sheetWords(s OverrideSheet) string {
	out := "Read with the " + s.Separator + " between columns"
	if s.Header {
		out += ", the first row as their names"
	}
	out += ". "
	if s.Blank > 0 {
		out += ui.Count(s.Blank, "blank row was", "blank rows were") + " skipped. "
	}
	if s.Empty > 0 {
		out += ui.Count(s.Empty, "row has no quantity and changes nothing. ", "rows have no quantity and change nothing. ")
	}
	return out + "Nothing is saved yet."
}
