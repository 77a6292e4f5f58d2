package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/link"
)

// An inbox of two customers nobody matched: one sent events no rule wants and is ignored since.
func (w *world) twoCustomers() {
	w.t.Helper()
	_, err := w.store.Ingest(w.t.Context(), app.Batch{
		Source: "box", Pushed: true, ReadAt: w.now,
		Organizations: []app.Organization{
			{ExternalID: app.SyntheticTop, Name: "box", Active: true},
			{ExternalID: "1", ParentExternalID: app.SyntheticTop, Name: "Northwind", Active: true},
			{ExternalID: "2", ParentExternalID: app.SyntheticTop, Name: "Fabrikam", Active: true},
			{ExternalID: "3", ParentExternalID: app.SyntheticTop, Name: "Litware", Active: true},
		},
		Events: []app.Event{{SourceEventID: "e1", OrganizationID: "3", Object: app.Object{Kind: app.ObjectMachine, ExternalID: "m"}, Type: "backup.failed", State: app.Problem, OccurredAt: w.now, Title: "failed"}},
	}, w.now, func(app.AlertState) app.AlertDecision {
		return app.AlertDecision{Outcomes: []app.DecidedOutcome{{SourceEventID: "e1", Outcome: app.OutcomeNoRule}}}
	})
	w.must(err)
	w.must(w.store.SetOrganizationIgnored(w.t.Context(), w.inBox("3"), true))
}

// inBox is our row of an organization of the inbox.
func (w *world) inBox(external string) int64 {
	w.t.Helper()
	rows, err := w.store.Organizations(w.t.Context(), app.OrganizationFilter{Source: "box"})
	w.must(err)
	for _, r := range rows {
		if r.ExternalID == external {
			return r.ID
		}
	}
	w.t.Fatalf("no organization %s in the box", external)
	return 0
}

// TestWhatWaitsForAMapping counts customers without a company, whether or not anything happened at them.
func TestWhatWaitsForAMapping(t *testing.T) {
	w := furnished(t)
	w.twoCustomers()
	for _, page := range []string{"/sources", "/sources/box"} {
		w.get(page).has(t, `show=unmapped&amp;source=box">2 organizations</a>`)
	}
}

// TestARuleIsMadeForTheWholeSource and not for the customer of whom the type came last.
func TestARuleIsMadeForTheWholeSource(t *testing.T) {
	w := furnished(t)
	w.twoCustomers()
	top, ignored := link.AlertNew(w.inBox(app.SyntheticTop)), link.AlertNew(w.inBox("3"))
	for _, page := range []string{"/sources", "/sources/box"} {
		w.get(page).has(t, "backup.failed", `href="`+top+`?when=backup.failed"`).lacks(t, `href="`+ignored+`?when`)
	}
}

// TestWhatWasSentHasNoList: a number without one was not made of nothing.
func TestWhatWasSentHasNoList(t *testing.T) {
	w := furnished(t)
	w.twoCustomers()
	of := func(method string, n int64) app.Reading {
		return app.Reading{OrganizationID: "1", Meter: app.Meter(method), Basis: app.BasisOwn, Quantity: app.Q(n), Unit: app.UnitEach, Complete: true, Method: method, AsOf: w.now}
	}
	page := link.Readings(w.inBox("1"))
	w.must(w.store.SaveReadings(t.Context(), "box", []app.Reading{of(app.MethodSent, 9), of(app.MethodFile, 9)}, w.now))
	w.get(page).has(t, "sent without a list", "imported without a list").lacks(t, "nothing was counted")
	w.must(w.store.SaveReadings(t.Context(), "box", []app.Reading{of(app.MethodSent, 0)}, w.now))
	w.get(page).has(t, "nothing was counted")
}

// TestExamplesAreOfThePast: what is still to come would be refused.
func TestExamplesAreOfThePast(t *testing.T) {
	w := furnished(t)
	night, month := w.now.UTC().AddDate(0, 0, -1).Format(time.DateOnly), app.PeriodOf(w.now, time.UTC).Prev().String()
	w.get("/sources/box").has(t, night+"T02:10:00Z", "&#34;covers&#34;:&#34;"+month+"&#34;")
}

// TestWhatTheFileLeavesOpenIsAskedFor: the person is led to the input that says it and not sent back to the file.
func TestWhatTheFileLeavesOpenIsAskedFor(t *testing.T) {
	w := furnished(t)
	stage := func(content string) string {
		got := w.upload("/sources/box/import", "b.csv", content)
		return got.want(t, http.StatusSeeOther).header.Get("Location")
	}
	asking := stage("customer id,customer,meter,quantity\n1,Northwind,seats,12\n")
	page := w.get(asking).has(t, "Something has to be said first", `<a href="#f-fixed_covers">`, `id="f-fixed_covers"`).lacks(t, "Correct the rows", "cannot be read")
	page = w.post(asking, with(inputs(page.body), "step", "preview", "fixed_covers", "2026-10")...).want(t, http.StatusOK).lacks(t, "Something has to be said")
	if shown := mainOf(page.body); !strings.Contains(shown, "Northwind") {
		t.Errorf("the customer is not shown by name: %s", shown)
	}
	twoWays := stage("customer id,customer,meter,quantity,month\n1,Northwind,seats,1.234,2026-10\n")
	w.get(twoWays).has(t, "1 row cannot be read", `<a href="#f-decimal">choose the decimal sign</a>`, `id="f-decimal"`)
}
