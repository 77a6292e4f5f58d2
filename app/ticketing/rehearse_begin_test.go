package ticketing_test

import (
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/ticketing"
)

// TestRehearsalFromTheVeryBeginning: what comes is received a moment before it is stored, and the start line is drawn when it
// is stored. Nothing of the first moment is lost by that, and each source begins for itself.
func TestRehearsalFromTheVeryBeginning(t *testing.T) {
	p := newPast(t, pastRule("Disk", nil, app.When{Type: "disk.*"}))
	p.doc.Sources = append(p.doc.Sources, app.SourceSettings{Name: "feed", Kind: app.KindInbox})
	p.doc.Organizations = append(p.doc.Organizations, app.OrganizationSettings{Source: "feed", ID: "c1", PSA: "cw", Company: app.CompanyRef{ID: 250}})
	take := func(b app.Batch, id, object string) {
		t.Helper()
		b.ReadAt = p.now.Add(-800 * time.Millisecond)
		b.Events = []app.Event{{
			Source: b.Source, SourceEventID: id, OrganizationID: b.Organizations[0].ExternalID, Object: app.Object{Kind: app.ObjectMachine, ExternalID: object},
			Type: "disk.failing", State: app.Problem, Severity: app.SeverityWarning, OccurredAt: b.ReadAt, ReceivedAt: b.ReadAt, Title: "Disk",
		}}
		if _, err := p.store.Ingest(t.Context(), b, p.now, func(s app.AlertState) app.AlertDecision { return ticketing.Decide(p.doc, s) }); err != nil {
			t.Fatal(err)
		}
	}
	feed := app.Batch{Source: "feed", Pushed: true, Organizations: []app.Organization{{Source: "feed", ExternalID: "c1", Name: "Contoso", State: app.OrganizationPresent, Active: true}}}
	take(feed, "f1", "1")
	p.now = p.now.Add(time.Second)
	first := p.now
	polled := app.Batch{Source: "sync", Organizations: p.tree, OrganizationsComplete: true}
	take(polled, "s1", "21") // with the first reading: history
	p.now = p.now.Add(time.Hour)
	take(polled, "s2", "21") // which it still is
	take(feed, "f2", "2")
	p.now = p.now.Add(time.Minute)
	r, _ := p.rehearse(nil)
	if r.Tickets != 2 || r.Events != 4 || !r.KeptSince.Equal(first) {
		t.Errorf("%d tickets of %d events, kept since %s; want 2 of 4, %s", r.Tickets, r.Events, r.KeptSince, first)
	}
}
