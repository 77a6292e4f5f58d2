package web

import (
	"cmp"
	"context"
	"slices"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/settings"
	"psabridge/views"
)

// monthsCharted is how many months a chart covers: a year, and the month it is compared with.
const monthsCharted = 13

// meterCharts draws what each meter of an organization came to over the last months, and what was billed of it.
func (s *Server) meterCharts(ctx context.Context, o organizationPage) ([]views.MeterChart, error) {
	last := app.PeriodOf(o.now, s.chartZone(o))
	since := last
	for range monthsCharted - 1 {
		since = since.Prev()
	}
	months, err := s.Read.MeterHistory(ctx, o.row.Source, o.row.ExternalID, since)
	if err != nil {
		return nil, err
	}
	type key struct {
		meter app.Meter
		basis app.Basis
	}
	by := map[key][]app.MeterMonth{}
	var order []key
	for _, m := range months {
		k := key{m.Meter, m.Basis}
		if by[k] == nil {
			order = append(order, k)
		}
		by[k] = append(by[k], m)
	}
	slices.SortStableFunc(order, func(a, b key) int {
		return cmp.Or(cmp.Compare(meterRank(a.meter), meterRank(b.meter)), cmp.Compare(a.meter, b.meter), cmp.Compare(rankOfBasis(a.basis), rankOfBasis(b.basis)))
	})
	var out []views.MeterChart
	for _, k := range order {
		if k.basis == app.BasisInclusive && repeatsOwn(by[k], by[key{k.meter, app.BasisOwn}]) {
			continue
		}
		out = append(out, views.Chart(by[k], last, monthsCharted, billing.Convert))
	}
	return out, nil
}

// chartZone is the zone whose months are drawn: the connection's, which decides over what is billed when.
func (s *Server) chartZone(o organizationPage) *time.Location {
	if c, ok := settings.ConnectionByName(o.doc, o.effective.Connection); ok {
		return settings.Location(c)
	}
	return s.Zone
}

// repeatsOwn reports whether a chart with suborganizations would show what the own one shows, as where there are none.
func repeatsOwn(inclusive, own []app.MeterMonth) bool {
	return !slices.ContainsFunc(inclusive, func(m app.MeterMonth) bool {
		return !slices.ContainsFunc(own, func(one app.MeterMonth) bool {
			return one.Period == m.Period && m.Billed == nil && one.Read != nil && one.Unit == m.Unit && one.Read.Equal(*m.Read)
		})
	})
}
