package views_test

import (
	"fmt"
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/views"
)

// TestRehearsalSaysWhatItCounted: the numbers are those of the rehearsal, not of the lists, which are cut.
func TestRehearsalSaysWhatItCounted(t *testing.T) {
	named := make([]app.RehearsedTicket, app.RehearsedMost)
	for i := range named {
		named[i].Summary = fmt.Sprint("M", i)
	}
	r := app.Rehearsal{Events: 3300, Tickets: 10, Asked: 110, Suppressed: 7, Problems: []string{"The alert “Down” is for <nobody>."}}
	part := views.RehearsalPart{Shell: shell("", ""), Rule: "Down", Result: &r, Difference: &app.RehearsalDifference{
		Before: app.Rehearsal{Tickets: 3261}, More: 1, Fewer: 3252, Opened: named[:1], NoLonger: named,
	}}
	var out strings.Builder
	if err := views.RehearsalFragment(part).Render(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"3,300 events → 10 tickets, 110 would wait for your word", "7 events that stayed quiet", "The alert “Down” is for &lt;nobody&gt;.",
		"1 ticket more and 3,252 tickets fewer than by the alerts as they are (3,261 tickets).",
		"Would open as well: 1<", "Would not open any more: 3,252<", "The newest 500 of 3,252.",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing", want)
		}
	}
	if n := strings.Count(out.String(), "The newest "); n != 1 {
		t.Errorf("%d lists are said to be cut, want 1", n)
	}
	if got := views.Sentence(app.Rehearsal{Events: 1, Asked: 1}); got != "1 event → 0 tickets, 1 would wait for your word" {
		t.Error(got)
	}
}

// TestRehearsalFoldsTheManyOrganizations: an alert nothing happened for has no row of noughts, and the busiest organizations
// stand unfolded. Of two that are named alike each says its source, wherever it stands.
func TestRehearsalFoldsTheManyOrganizations(t *testing.T) {
	r := app.Rehearsal{ByRule: []app.RehearsedShare{{Name: "Down", Events: 9, Tickets: 3}, {Name: "Full"}, {Name: "Old"}}}
	for i := range 8 {
		r.ByOrganization = append(r.ByOrganization, app.RehearsedShare{OrganizationID: int64(i + 1), Name: fmt.Sprint("Org ", i%7), Source: fmt.Sprint("source-", i), Events: 1, Tickets: 1})
	}
	var out strings.Builder
	if err := views.RehearsalFragment(views.RehearsalPart{Shell: shell("", ""), Result: &r}).Render(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Nothing happened that these alerts want: Full, Old.", "2 more organizations with tickets", "source-0", "source-7"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing", want)
		}
	}
	if strings.Contains(out.String(), "source-1") {
		t.Error("the source of an organization nobody confuses")
	}
}
