package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/job"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/app/web/api"
	"psabridge/views"
	"psabridge/views/ui"
)

// monthPage is one connection and period, as the address names them.
type monthPage struct {
	page
	connection app.ConnectionSettings
	zone       *time.Location
	period     app.Period
}

func (s *Server) openMonth(c echo.Context, name, period, title string) (monthPage, error) {
	m := monthPage{}
	var err error
	if m.period, err = app.ParsePeriod(period); err != nil {
		return m, echo.ErrNotFound
	}
	doc, _, err := s.Settings.Document(c.Request().Context())
	if err != nil {
		return m, err
	}
	found, ok := settings.ConnectionByName(doc, name)
	if !ok {
		return m, app.Errorf(app.NotFound, "There is no connection %s.", name)
	}
	if m.page, err = s.open(c, title+ui.PeriodName(m.period), link.Billing); err != nil {
		return m, err
	}
	m.connection, m.zone = settings.ConnectionWithDefaults(found), settings.Location(found)
	return m, nil
}

// month is the billing page of one month; with .csv at its end it is the preview as a file.
func (s *Server) month(c echo.Context) error {
	if period, file := strings.CutSuffix(c.Param("period"), ".csv"); file {
		return s.monthCSV(c, period)
	}
	p, err := s.openMonth(c, c.Param("connection"), c.Param("period"), "")
	if err != nil {
		return err
	}
	return s.showMonth(c, p, http.StatusOK, monthQuery(c), 0, views.CorrectForm{})
}

func (s *Server) monthCSV(c echo.Context, text string) error {
	period, err := app.ParsePeriod(text)
	if err != nil {
		return echo.ErrNotFound
	}
	plan, err := s.Read.CurrentPlan(c.Request().Context(), c.Param("connection"), period)
	if err != nil {
		return err
	}
	b, err := api.PushCSV(app.Push{Connection: plan.Connection, Period: plan.Period, Lines: plan.Lines})
	if err != nil {
		return err
	}
	return download(c, "preview-"+plan.Connection+"-"+period.String()+".csv", "text/csv; charset=utf-8", b)
}

func monthQuery(c echo.Context) views.LineFilter {
	return views.LineFilter{Q: c.QueryParam("q"), Meter: c.QueryParam("meter"), Show: c.QueryParam("show"), Order: c.QueryParam("order")}
}

// showMonth renders the page; typed are the values of a correction of one line that could not be taken.
func (s *Server) showMonth(c echo.Context, p monthPage, status int, f views.LineFilter, line int64, typed views.CorrectForm) error {
	ctx := c.Request().Context()
	name := p.connection.Name
	m := views.Month{
		Shell: p.shell, Connection: name, Period: p.period, Zone: p.zone, Enabled: p.connection.Billing.Enabled, Approval: p.connection.Billing.Approval,
		CanPlan: p.connection.Billing.Enabled && billing.Plannable(p.connection.Billing, p.zone, p.now, p.period), Filter: f,
		Past:  p.period.Before(billing.Current(p.zone, p.now)),
		DueAt: billing.Moment(p.connection.Billing, p.zone, p.period),
	}
	m.Shell.Wrong = len(typed.Errors) > 0
	for _, one := range p.doc.Connections {
		if one.Billing.Enabled || one.Name == name {
			m.Connections = append(m.Connections, one.Name)
		}
	}
	if err := s.monthPushes(ctx, p, &m); err != nil {
		return err
	}
	if err := s.monthLines(ctx, p, &m, c, line, typed); err != nil {
		return err
	}
	if err := s.monthTyped(ctx, p, &m); err != nil {
		return err
	}
	s.monthProgress(c, p, &m)
	return render(c, status, views.MonthPage(m))
}

// monthProgress shows that a preview is being made; the page looks again by itself until it is there.
func (s *Server) monthProgress(c echo.Context, p monthPage, m *views.Month) {
	j, ok := s.newest(planKind(p.connection.Name, p.period))
	switch {
	case !ok:
	case j.State == job.Running:
		text := "A preview is being made. This page shows it when it is ready."
		if j.Total > 0 {
			text = fmt.Sprintf("A preview is being made, %d of %d. This page shows it when it is ready.", j.Done, j.Total)
		}
		n := notice(info, "%s", text)
		m.Shell.Notice = &n
		c.Response().Header().Set("Refresh", "3")
	case j.State == job.Failed && (m.Plan == nil || m.Plan.CreatedAt.Before(j.StartedAt)) && m.Shell.Notice == nil:
		n := notice(bad, "The last preview could not be made. %s", app.ErrorMessage(j.Err))
		m.Shell.Notice = &n
	}
}

// periodsShown is how many months the switch offers.
const periodsShown = 13

// monthPushes adds the month's pushes and the months there is something to see of.
func (s *Server) monthPushes(ctx context.Context, p monthPage, m *views.Month) error {
	all, err := s.Read.Pushes(ctx, app.PushFilter{Connection: m.Connection, Page: app.Page{Limit: 200}})
	if err != nil {
		return err
	}
	seen := []app.Period{p.period, billing.Current(p.zone, p.now)}
	if due, _, _, _, ok := billing.Due(p.connection.Billing, p.zone, p.now, nil); ok {
		seen = append(seen, due)
	}
	for _, one := range all {
		seen = append(seen, one.Period)
		if one.Period != p.period {
			continue
		}
		row, err := s.pushRow(ctx, one, all, p.zone)
		if err != nil {
			return err
		}
		m.Pushes = append(m.Pushes, row)
	}
	slices.SortFunc(seen, func(a, b app.Period) int { return cmp.Or(cmp.Compare(a.Year, b.Year), cmp.Compare(a.Month, b.Month)) })
	seen = slices.Compact(seen)
	m.Periods = seen[max(len(seen)-periodsShown, 0):]
	return nil
}
