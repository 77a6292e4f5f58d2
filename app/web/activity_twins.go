package web

import (
	"slices"
	"strings"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
)

// twins are the types we derive ourselves whose facts the source's own log shows, too, by the words that the log's type has.
// What the types are called differs from server to server. All words of one list must be there, one of each entry.
var twins = []struct {
	eventType string
	words     []string
}{
	{app.TypeMachineUnreachable, []string{"machine", "connect disconnect connected disconnected reconnected offline online"}},
	{app.TypeSignInFailures, []string{"login logon signin log sign", "failed failure denied invalid"}},
	{app.TypeMachineAdded, []string{"machine", "created added registered"}},
	{app.TypeMachineRemoved, []string{"machine", "deleted removed"}},
	{app.TypeAccountAdded, []string{"account person user", "created added"}},
	{app.TypeAccountRemoved, []string{"account person user", "deleted removed"}},
	{app.TypeOrganizationAdded, []string{"organization company", "created added"}},
	{app.TypeOrganizationRemoved, []string{"organization company", "deleted removed"}},
}

// twinOf is the type of ours that a row of the log counts for; "" for none. An alert on the row itself would make a second
// ticket for the same trouble.
func twinOf(eventType string) string {
	kind, ok := strings.CutPrefix(eventType, "activity.")
	if !ok {
		return ""
	}
	has := strings.FieldsFunc(kind, func(r rune) bool { return r == '_' || r == '-' || r == '.' || r == ' ' })
	for _, t := range twins {
		if !slices.ContainsFunc(t.words, func(one string) bool {
			return !slices.ContainsFunc(strings.Fields(one), func(w string) bool { return slices.Contains(has, w) })
		}) {
			return t.eventType
		}
	}
	return ""
}

// countsFor leads from a row of the log that no alert wants to the alert of what it counts for: the one there is, else a new
// one. The zero value is for rows that count for nothing.
func (o organizationPage) countsFor(eventType string) views.CountsFor {
	twin := twinOf(eventType)
	if twin == "" {
		return views.CountsFor{}
	}
	out := views.CountsFor{Title: typeTitle(twin), Path: link.With(link.AlertNew(o.row.ID), "when", twin), New: true}
	for _, r := range o.applying() {
		wants := slices.ContainsFunc(r.When, func(w app.When) bool { return w.Type == twin })
		if url := ruleURL(o.doc, o.tree, r.Name, o.row.ID); wants && url != "" {
			out.Path, out.New = url, false
			break
		}
	}
	return out
}
