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
	for _, r := range slices.Concat(newest, statements) {
		row := views.ReadingRow{Reading: r}
		if n := len(r.Items); n > itemsShown {
			row.Items, row.More = r.Items[:itemsShown], n-itemsShown
		}
		m.Rows = append(m.Rows, row)
	}
	slices.SortStableFunc(m.Rows, func(a, b views.ReadingRow) int {
		return cmp.Or(cmp.Compare(meterRank(a.Meter), meterRank(b.Meter)), cmp.Compare(a.Meter, b.Meter), cmp.Compare(rankOfBasis(a.Basis), rankOfBasis(b.Basis)), b.AsOf.Compare(a.AsOf))
	})
	return render(c, http.StatusOK, views.ReadingsPage(m))
}

func rankOfBasis(b app.Basis) int {
	if b == app.BasisOwn {
		return 0
	}
	return 1
}
