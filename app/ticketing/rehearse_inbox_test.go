package ticketing_test

import (
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/ticketing"
)

// TestRehearsalOfAnInbox: nothing that is sent is history, however early, and what still holds when the window begins is.
func TestRehearsalOfAnInbox(t *testing.T) {
	p := newPast(t, pastRule("Disk", nil, app.When{Type: "disk.*"}))
	p.doc.Sources = append(p.doc.Sources, app.SourceSettings{Name: "feed", Kind: app.KindInbox})
	p.doc.Organizations = append(p.doc.Organizations, app.OrganizationSettings{Source: "feed", ID: "c1", PSA: "cw", Company: app.CompanyRef{ID: 250}})
	send := func(object string) {
		p.event("c1", "disk.failing", object, app.Problem)
		b := app.Batch{
			Source: "feed", Pushed: true, ReadAt: p.now, Events: p.news,
			Organizations: []app.Organization{{Source: "feed", ExternalID: "c1", Name: "Contoso", State: app.OrganizationPresent, Active: true}},
		}
		p.news = nil
		if _, err := p.store.Ingest(t.Context(), b, p.now, func(s app.AlertState) app.AlertDecision { return ticketing.Decide(p.doc, s) }); err != nil {
			t.Fatal(err)
		}
		p.now = p.now.Add(time.Minute)
	}
	send("1")
	if r, _ := p.rehearse(nil); r.Tickets != 1 || r.Events != 1 {
		t.Errorf("the first thing ever sent: %+v", r)
	}
	p.now = p.now.Add(24 * time.Hour)
	send("1")
	send("2")
	if r, _ := p.rehearse(nil); r.Tickets != 1 || r.Events != 2 {
		t.Errorf("a day later: %+v", r)
	}
}
