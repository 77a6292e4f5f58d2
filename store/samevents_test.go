package store_test

import (
	"fmt"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/store/storetest"
)

// Events are found by their ids at the source as they were sent, each once, and those of another source are not.
func TestEventsByID(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	s := storetest.Open(t)
	first := app.Event{
		SourceEventID: "id:1", OrganizationID: "c1", Object: app.Object{Kind: app.ObjectMachine, ExternalID: "m", Name: "FS01"}, Type: "backup.failed", State: app.Problem,
		Severity: app.SeverityCritical, OccurredAt: now.Add(-time.Hour), ReceivedAt: now, Title: "Backup failed", Text: "Disk full", Body: []byte(`{"a":1}`),
	}
	second, foreign := first, first
	second.SourceEventID, second.Body, foreign.SourceEventID = "id:2", nil, "id:3"
	for source, events := range map[string][]app.Event{"feed": {first, second}, "other": {foreign}} {
		b := app.Batch{Source: source, ReadAt: now, Pushed: true, Organizations: []app.Organization{{ExternalID: "c1", Name: "Contoso", Active: true}}, Events: events}
		if _, err := s.Ingest(t.Context(), b, now, func(app.AlertState) app.AlertDecision { return app.AlertDecision{} }); err != nil {
			t.Fatal(err)
		}
	}
	found, err := s.EventsByID(t.Context(), "feed", []string{"id:2", "id:1", "id:3", "id:4", "id:1"})
	if err != nil || len(found) != 2 {
		t.Fatalf("%+v, %v", found, err)
	}
	for _, want := range []app.Event{first, second} {
		got := found[want.SourceEventID]
		want.ID, want.Source = got.ID, "feed"
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) || got.ID == 0 {
			t.Errorf("got %+v\nwant %+v", got, want)
		}
	}
	if none, err := s.EventsByID(t.Context(), "feed", nil); err != nil || len(none) != 0 {
		t.Errorf("%+v, %v", none, err)
	}
}

// Of a source that was removed and added again, the event of its present life is meant.
func TestEventsByIDOfThePresentLife(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	s := storetest.Open(t)
	rev := int64(0)
	for _, title := range []string{"Former", "Present"} {
		for _, p := range []app.Projection{{}, {Sources: []app.ProjectionRow{{Name: "feed", Kind: app.KindInbox, Config: []byte("{}")}}}} {
			var err error
			if rev, err = s.SaveSettings(t.Context(), app.Revision{Rev: rev, At: now, By: "test", Document: []byte("{}")}, p); err != nil {
				t.Fatal(err)
			}
		}
		e := app.Event{SourceEventID: "id:1", OrganizationID: "c1", Type: "a", State: app.Info, OccurredAt: now, Title: title}
		b := app.Batch{Source: "feed", ReadAt: now, Pushed: true, Organizations: []app.Organization{{ExternalID: "c1", Name: "Contoso"}}, Events: []app.Event{e}}
		if _, err := s.Ingest(t.Context(), b, now, func(app.AlertState) app.AlertDecision { return app.AlertDecision{} }); err != nil {
			t.Fatal(err)
		}
		if found, err := s.EventsByID(t.Context(), "feed", []string{"id:1"}); err != nil || found["id:1"].Title != title {
			t.Errorf("%+v, %v", found, err)
		}
	}
}
