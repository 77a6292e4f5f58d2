package web

import (
	"context"
	"maps"
	"slices"

	"psabridge/app"
	"psabridge/app/settings"
)

// vendorMeters are what each kind of source counts, in the order they are shown.
var vendorMeters = []struct {
	kind  string
	meter app.Meter
}{
	{settings.KindX360Sync, app.MeterAccounts},
	{settings.KindX360Sync, app.MeterStorage},
	{settings.KindX360Sync, app.MeterFileServer},
	{settings.KindX360Sync, app.MeterGuests},
	{settings.KindAxcient, app.MeterProtectedSeats},
	{settings.KindAxcient, app.MeterProtectedStorage},
}

// meterRank puts the vendors' meters first and in their order, all others behind.
func meterRank(m app.Meter) int {
	for i, one := range vendorMeters {
		if one.meter == m {
			return i
		}
	}
	return len(vendorMeters)
}

// metersOfKind are the meters a kind of source counts; those of x360Sync where nothing is connected yet. Guests are never
// part of what the vendor bills; they are offered where they were read.
func metersOfKind(kinds ...string) (out []app.Meter) {
	for _, one := range vendorMeters {
		if slices.Contains(kinds, one.kind) && one.meter != app.MeterGuests {
			out = append(out, one.meter)
		}
	}
	return out
}

// ordered sorts meters and leaves every one in once.
func ordered(list []app.Meter) []app.Meter {
	seen := map[app.Meter]bool{}
	for _, m := range list {
		seen[m] = true
	}
	return slices.SortedFunc(maps.Keys(seen), func(a, b app.Meter) int {
		if d := meterRank(a) - meterRank(b); d != 0 {
			return d
		}
		if a < b {
			return -1
		}
		return 1
	})
}

// metersToBill are the meters a connection can bill: those of the kinds of sources there are, whatever any of them was read or
// sent, and those that have a Product ID already.
func (s *Server) metersToBill(ctx context.Context, doc app.Settings, products map[app.Meter]string) ([]app.Meter, error) {
	kinds := make([]string, 0, len(doc.Sources))
	for _, src := range doc.Sources {
		kinds = append(kinds, src.Kind)
	}
	if len(kinds) == 0 {
		kinds = append(kinds, settings.KindX360Sync)
	}
	seen, err := s.Read.MetersSeen(ctx)
	if err != nil {
		return nil, err
	}
	list := metersOfKind(kinds...)
	for _, one := range seen {
		if _, known := settings.SourceByName(doc, one.Source); known {
			list = append(list, one.Meter)
		}
	}
	return ordered(slices.AppendSeq(list, maps.Keys(products))), nil
}

// vendorMeter reports a meter that belongs to one of the vendors: no other source counts it.
func vendorMeter(m app.Meter) bool { return meterRank(m) < len(vendorMeters) }
