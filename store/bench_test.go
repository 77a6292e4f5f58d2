package store_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/store/storetest"
)

// bigImport is what a file of 5,000 customers with three meters brings.
func bigImport(at time.Time) []app.Reading {
	var rs []app.Reading
	for i := range 5000 {
		for _, m := range []app.Meter{app.MeterAccounts, app.MeterStorage, app.MeterFileServer} {
			r := app.Reading{
				OrganizationID: fmt.Sprintf("customer-%d", i), Meter: m, Basis: app.BasisOwn, Unit: app.UnitEach, Complete: true,
				Method: app.MethodFile, AsOf: at,
			}
			for n := range i%5 + 1 {
				r.Items = append(r.Items, app.EvidenceItem{Kind: app.ObjectAccount, ExternalID: strconv.Itoa(n), Name: fmt.Sprintf("row %d", n), Amount: app.Q(1)})
				r.Quantity = r.Quantity.Add(app.Q(1))
			}
			rs = append(rs, r)
		}
	}
	return rs
}

// BenchmarkSaveReadings stores 15,000 readings in one transaction: the first ones, those of the next day, and the same
// file again.
func BenchmarkSaveReadings(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		s := storetest.Open(b)
		for i, at := range []time.Time{t0, t0.Add(24 * time.Hour), t0.Add(24 * time.Hour)} {
			rs := bigImport(at)
			began := time.Now()
			b.StartTimer()
			if err := s.SaveReadings(b.Context(), "inbox", rs, at); err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms/"+[]string{"first", "next_day", "again"}[i])
		}
		_ = s.Close()
		b.StartTimer()
	}
}

// BenchmarkIngest stores what 500 organizations with 5,000 accounts and 1,500 machines show: the first time, and in a
// quiet minute.
func BenchmarkIngest(b *testing.B) {
	batch := app.Batch{Source: "sync", OrganizationsComplete: true, Organizations: []app.Organization{{ExternalID: "0"}}}
	state := func(org string, kind app.ObjectKind, id, what, value string) {
		batch.States = append(batch.States, app.ObjectState{OrganizationID: org, Object: app.Object{Kind: kind, ExternalID: id, Name: id}, What: what, Value: value})
	}
	for i := range 500 {
		org := strconv.Itoa(i + 1)
		batch.Organizations = append(batch.Organizations, app.Organization{ExternalID: org, ParentExternalID: "0", Name: org})
		state(org, app.ObjectOrganization, org, app.StatePresent, app.Yes)
		state(org, app.ObjectOrganization, org, app.StateReadable, app.Yes)
		for n := range 10 {
			state(org, app.ObjectAccount, fmt.Sprintf("%d-%d", i, n), app.StatePresent, app.Yes)
		}
		for n := range 3 {
			state(org, app.ObjectMachine, fmt.Sprintf("%d-%d", i, n), app.StatePresent, app.Yes)
			state(org, app.ObjectMachine, fmt.Sprintf("%d-%d", i, n), app.StateLastSeen, app.Connected)
		}
	}
	s := storetest.Open(b)
	began := time.Now()
	ingest := func(at time.Time) {
		batch.ReadAt = at
		if _, err := s.Ingest(b.Context(), batch, at, func(app.AlertState) app.AlertDecision { return app.AlertDecision{} }); err != nil {
			b.Fatal(err)
		}
	}
	ingest(t0)
	first := time.Since(began)
	n := 0
	for b.Loop() {
		n++
		ingest(t0.Add(time.Duration(n) * time.Second))
	}
	b.ReportMetric(float64(first.Milliseconds()), "ms/first")
}
