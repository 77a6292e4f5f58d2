package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
	"psabridge/views/ui"
)

// overrides lists the numbers that were typed in place of readings in a month.
func (s *Server) overrides(c echo.Context) error {
	p, err := s.openMonth(c, c.Param("connection"), c.Param("period"), "Overrides of ")
	if err != nil {
		return err
	}
	return s.showOverrides(c, p, http.StatusOK, views.Overrides{})
}

// saveOverrides takes one override as typed, or a pasted table: first to be shown, then to be saved.
func (s *Server) saveOverrides(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	p, err := s.openMonth(c, c.Param("connection"), c.Param("period"), "Overrides of ")
	if err != nil {
		return err
	}
	if !s.takesOverrides(p) {
		return lookAgainError{app.Errorf(app.Conflict, "%s takes no overrides any more: only the current month or the latest due one does.", ui.PeriodName(p.period)), link.MonthOverrides(p.connection.Name, p.period.String())}
	}
	if f.text("do") == "one" {
		return s.overrideOne(c, p, f)
	}
	return s.overrideSheet(c, p, f)
}

// takesOverrides reports whether a month is one that will be planned again.
func (s *Server) takesOverrides(p monthPage) bool {
	return p.connection.Billing.Enabled && billing.Plannable(p.connection.Billing, p.zone, p.now, p.period)
}

// removeOverride lets a reading count again.
func (s *Server) removeOverride(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	period, err := app.ParsePeriod(c.Param("period"))
	if err != nil {
		return echo.ErrNotFound
	}
	back := link.MonthOverrides(c.Param("connection"), period.String())
	o := app.Override{Source: f.text("source"), OrganizationID: f.Get("organization"), Meter: app.Meter(f.text("meter")), Period: period}
	err = s.RemoveOverride(c.Request().Context(), o, person)
	if app.ErrorCode(err) == app.Conflict {
		return lookAgainError{err, back}
	}
	if err != nil {
		return err
	}
	s.tell(c, good, "The override is removed. A new preview bills what was read.")
	return seeOther(c, back)
}

// showOverrides renders the page around what was typed or pasted.
func (s *Server) showOverrides(c echo.Context, p monthPage, status int, m views.Overrides) error {
	ctx := c.Request().Context()
	known, err := s.customersOf(ctx, p)
	if err != nil {
		return err
	}
	m.Shell, m.Connection, m.Period, m.Zone, m.CanEdit = p.shell, p.connection.Name, p.period, p.zone, s.takesOverrides(p)
	m.Shell.Wrong = status >= http.StatusBadRequest
	m.Organizations, m.Meters = known.labels(), known.meters
	for _, o := range known.overrides {
		m.Rows = append(m.Rows, known.overrideRow(o))
	}
	plan, err := s.Read.CurrentPlan(ctx, m.Connection, m.Period)
	switch {
	case err == nil:
		m.HasPlan = true
		if m.Stale, err = s.Read.OverridesSince(ctx, m.Period, plan.ID); err != nil {
			return err
		}
	case app.ErrorCode(err) != app.NotFound:
		return err
	default:
		m.Stale = len(m.Rows) > 0
	}
	return render(c, status, views.OverridesPage(m))
}

// customer is an organization that an override can be about, by a name that is only its own.
type customer struct {
	app.Organization

	label string
	rules settings.Effective
}

// customers are the organizations of one connection with what was read and typed of them in a month.
type customers struct {
	all       []customer
	meters    []app.Meter
	readings  map[usage]app.Reading
	overrides []app.Override
	page      monthPage
}

// usage is one meter of one organization.
type usage struct {
	source, organization string
	meter                app.Meter
}

func (s *Server) customersOf(ctx context.Context, p monthPage) (customers, error) {
	k := customers{page: p, readings: map[usage]app.Reading{}}
	list, err := s.Read.Tree(ctx)
	if err != nil {
		return k, err
	}
	tree := settings.NewTree(list, p.doc)
	for _, o := range list {
		if rules := tree.Effective(o.Source, o.ExternalID); rules.Connection == p.connection.Name && o.ExternalID != app.SyntheticTop && o.State == app.OrganizationPresent {
			k.all = append(k.all, customer{Organization: o, rules: rules})
		}
	}
	k.name()
	if k.meters, err = s.metersToBill(ctx, p.doc, p.connection.Billing.Products); err != nil {
		return k, err
	}
	readings, err := s.Read.ReadingsFor(ctx, "", p.period.Prev())
	if err != nil {
		return k, err
	}
	for _, r := range readings {
		if r.Basis == app.BasisOwn {
			k.readings[usage{r.Source, r.OrganizationID, r.Meter}] = r
		}
	}
	k.overrides, err = s.overridesOf(ctx, p, tree)
	return k, err
}

// overridesOf are the overrides of a month that count on its connection.
func (s *Server) overridesOf(ctx context.Context, p monthPage, tree *settings.Tree) ([]app.Override, error) {
	all, err := s.Read.Overrides(ctx, p.period)
	return slices.DeleteFunc(all, func(o app.Override) bool {
		return tree.Effective(o.Source, o.OrganizationID).Connection != p.connection.Name
	}), err
}

// name gives every organization a label that no other has: its name, with its id where the name is not enough.
func (k *customers) name() {
	count := map[string]int{}
	for _, o := range k.all {
		count[strings.ToLower(o.Name)]++
	}
	for i, o := range k.all {
		k.all[i].label = o.Name
		if count[strings.ToLower(o.Name)] > 1 || o.Name == "" {
			k.all[i].label = strings.TrimSpace(o.Name + " (" + o.Source + " " + o.ExternalID + ")")
		}
	}
	slices.SortFunc(k.all, func(a, b customer) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.label), strings.ToLower(b.label)), strings.Compare(a.Source, b.Source))
	})
}

func (k *customers) labels() []string {
	out := make([]string, 0, len(k.all))
	for _, o := range k.all {
		out = append(out, o.label)
	}
	return out
}

func (k *customers) overrideRow(o app.Override) views.OverrideRow {
	row := views.OverrideRow{Override: o, Name: o.Source + " " + o.OrganizationID}
	for _, c := range k.all {
		if c.Source == o.Source && c.ExternalID == o.OrganizationID {
			row.Name, row.ID = c.label, c.ID
		}
	}
	row.InPlace = k.inPlace(usage{o.Source, o.OrganizationID, o.Meter})
	return row
}

// inPlace says what would count without an override.
func (k *customers) inPlace(u usage) string {
	r, ok := k.readings[u]
	switch {
	case !ok:
		return "no reading"
	case !r.Complete:
		return "not complete"
	}
	return ui.Quantity(r.Quantity, r.Unit) + ", " + ui.Day(r.AsOf, k.page.now, k.page.zone)
}

// replaced is the override that stands where a new one goes.
func (k *customers) replaced(u usage) string {
	for _, o := range k.overrides {
		if (usage{o.Source, o.OrganizationID, o.Meter}) == u {
			return "Replaces " + ui.Quantity(o.Quantity, o.Unit) + " typed by " + o.By + "."
		}
	}
	return ""
}
