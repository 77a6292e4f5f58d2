package store_test

import (
	"fmt"
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
				r.Items = append(r.Items, app.EvidenceItem{Kind: app.ObjectAccount, ExternalID: fmt.Sprint(n), Name: fmt.Sprintf("row %d", n), Amount: app.Q(1)})
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
			b.ReportMetric(float64(time.Since(began).Milliseconds()), fmt.Sprintf("ms/%s", []string{"first", "next_day", "again"}[i]))
		}
		_ = s.Close()
		b.StartTimer()
	}
}
