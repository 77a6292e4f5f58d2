package store_test

import (
	"testing"
	"time"

	"psabridge/app"
	"psabridge/store/storetest"
)

// What is known of a source is all of it, whatever its state, and nothing of another.
func TestOrganizationsOfASource(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	s := storetest.Open(t)
	for source, ids := range map[string][]string{"feed": {"top", "a", "b"}, "other": {"top", "c"}} {
		b := app.Batch{Source: source, ReadAt: now}
		for i, id := range ids {
			o := app.Organization{ExternalID: id, Name: "Customer " + id, Active: true}
			if i > 0 {
				o.ParentExternalID = "top"
			}
			b.Organizations = append(b.Organizations, o)
		}
		if _, err := s.Ingest(t.Context(), b, now, func(app.AlertState) app.AlertDecision { return app.AlertDecision{} }); err != nil {
			t.Fatal(err)
		}
	}
	a, err := s.OrganizationByExternalID(t.Context(), "feed", "a")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetOrganizationIgnored(t.Context(), a.ID, true); err != nil {
		t.Fatal(err)
	}
	list, err := s.OrganizationsOf(t.Context(), "feed")
	if err != nil || len(list) != 3 {
		t.Fatalf("%+v, %v", list, err)
	}
	for _, o := range list {
		if ignored := o.ExternalID == "a"; o.Source != "feed" || o.Name != "Customer "+o.ExternalID || (o.State == app.OrganizationIgnored) != ignored {
			t.Errorf("%+v", o)
		}
	}
}
