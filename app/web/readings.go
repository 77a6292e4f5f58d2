package web

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/settings"
	"psabridge/views"
)

// itemsShown is how many things of one reading a page lists; the API lists them all.
const itemsShown = 300

// readings is an organization's Usage tab: its newest readings with what was counted.
func (s *Server) readings(c echo.Context) error {
	o, err := s.openOrganization(c, "usage")
	if err != nil {
		return err
	}
	src, _ := settings.SourceByName(o.doc, o.row.Source)
	m := views.Readings{Shell: o.shell, Organization: o.head, Source: o.row.Source, Kind: src.Kind}
	newest, statements, err := s.Read.OrganizationReadings(c.Request().Context(), o.row.Source, o.row.ExternalID)
	if err != nil {
		return err
	}
	list := slices.Concat(newest, statements)
	for _, r := range list {
		if saysNothingMore(r, list) {
			continue
		}
		row := views.ReadingRow{Reading: r}
		if n := len(r.Items); n > itemsShown {
			row.Items, row.More = r.Items[:itemsShown], n-itemsShown
		}
		m.Rows = append(m.Rows, row)
	}
	slices.SortStableFunc(m.Rows, func(a, b views.ReadingRow) int {
		return cmp.Or(cmp.Compare(meterRank(a.Meter), meterRank(b.Meter)), cmp.Compare(a.Meter, b.Meter), cmp.Compare(rankOfBasis(a.Basis), rankOfBasis(b.Basis)), b.AsOf.Compare(a.AsOf))
	})
	if m.Charts, err = s.meterCharts(c.Request().Context(), o); err != nil {
		return err
	}
	return render(c, http.StatusOK, views.ReadingsPage(m))
}

// saysNothingMore reports whether a reading with suborganizations repeats the organization's own, as where there are none:
// shown twice, a number looks like two.
func saysNothingMore(r app.Reading, list []app.Reading) bool {
	return r.Basis == app.BasisInclusive && slices.ContainsFunc(list, func(own app.Reading) bool {
		return own.Basis == app.BasisOwn && own.Meter == r.Meter && own.Covers == r.Covers && own.AsOf.Equal(r.AsOf) && own.Unit == r.Unit &&
			own.Quantity.Equal(r.Quantity) && own.Complete == r.Complete && own.Problem == r.Problem && len(own.Items) == len(r.Items)
	})
}

func rankOfBasis(b app.Basis) int {
	if b == app.BasisOwn {
		return 0
	}
	return 1
}
