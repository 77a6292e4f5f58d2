package store_test

import (
	"testing"
	"time"

	"psabridge/app"
	"psabridge/store/storetest"
)

// The readings of one organization are those of all that are its own, and the statements of the last months beside them.
func TestOrganizationReadings(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	s := storetest.OpenAt(t, t.TempDir(), func() time.Time { return now })
	ctx := t.Context()
	reading := func(organization string, quantity int64, covers app.Period, at time.Time) app.Reading {
		return app.Reading{
			OrganizationID: organization, Meter: "seats", Basis: app.BasisOwn, Quantity: app.Q(quantity), Unit: app.UnitEach, Complete: true, Method: app.MethodFile, AsOf: at, Covers: covers,
			Items: []app.EvidenceItem{{Kind: "item", ExternalID: "i", Name: "i", Amount: app.Q(quantity)}},
		}
	}
	var list []app.Reading
	for m := time.March; m <= time.October; m++ {
		list = append(list, reading("c1", int64(m), app.Period{Year: 2026, Month: m}, time.Date(2026, m+1, 1, 0, 0, 0, -1, time.UTC)))
	}
	list = append(list, reading("c1", 20, app.Period{}, now), reading("c2", 7, app.Period{Year: 2026, Month: time.October}, now.AddDate(0, 0, -20)))
	if err := s.SaveReadings(ctx, "feed", list, now); err != nil {
		t.Fatal(err)
	}
	newest, statements, err := s.OrganizationReadings(ctx, "feed", "c1")
	if err != nil || len(newest) != 1 || !newest[0].Quantity.Equal(app.Q(20)) || len(newest[0].Items) != 1 || len(statements) != 6 {
		t.Fatalf("%+v, %+v, %v", newest, statements, err)
	}
	for i, r := range statements {
		if want := time.October - time.Month(i); r.Covers.Month != want || !r.Quantity.Equal(app.Q(int64(want))) || len(r.Items) != 1 {
			t.Errorf("%d: %+v", i, r)
		}
	}
	newest, statements, err = s.OrganizationReadings(ctx, "feed", "c2")
	if err != nil || len(newest) != 1 || len(statements) != 0 {
		t.Errorf("the newest is listed twice: %+v, %+v, %v", newest, statements, err)
	}
}
