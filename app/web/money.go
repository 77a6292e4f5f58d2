package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
	"psabridge/views/ui"
)

// moneyShown is how many findings of a kind the page lists; the file lists them all.
const moneyShown = 300

// money is the page that says where use and bill do not meet, by the newest preview of each connection.
func (s *Server) money(c echo.Context) error {
	p, err := s.open(c, "Money", link.Money)
	if err != nil {
		return err
	}
	if len(p.doc.Connections) == 0 {
		return render(c, http.StatusOK, views.ProblemPage(views.Problem{
			Shell: &p.shell, Title: "No connection yet.", Text: "Use is compared with the agreements of a ConnectWise connection. Connect one first.",
			Actions: []ui.Action{{Label: "Connect ConnectWise", Path: link.Connections, Primary: true}},
		}))
	}
	m := views.Money{Shell: p.shell}
	for _, one := range p.doc.Connections {
		part, err := s.moneyOf(c.Request().Context(), p.standing, settings.ConnectionWithDefaults(one))
		if err != nil {
			return err
		}
		if part.Running {
			c.Response().Header().Set("Refresh", "3")
		}
		m.Connections = append(m.Connections, part)
	}
	return render(c, http.StatusOK, views.MoneyPage(m))
}

// moneyOf is what was found on one connection.
func (s *Server) moneyOf(ctx context.Context, st standing, c app.ConnectionSettings) (views.MoneyConnection, error) {
	zone := settings.Location(c)
	m := views.MoneyConnection{Name: c.Name, Zone: zone, Enabled: c.Billing.Enabled}
	plan, err := s.newestPlan(ctx, c.Name)
	if err != nil {
		return m, err
	}
	m.Period = lookPeriod(plan, c, zone, st.now)
	_, m.Running = s.running(planKind(c.Name, m.Period))
	if plan == nil {
		return m, nil
	}
	if m.Chart, err = s.foundChart(ctx, c.Name, zone, st.now); err != nil {
		return m, err
	}
	if m.Old, err = s.outOfDate(ctx, st, c, *plan); err != nil {
		return m, err
	}
	m.Lines = len(plan.Lines)
	agreements, organizations := map[int64]bool{}, map[int64]bool{}
	for _, l := range plan.Lines {
		agreements[l.Agreement.ID] = l.Agreement.ID != 0
		for _, share := range l.Shares {
			organizations[share.OrganizationID] = true
		}
	}
	delete(agreements, 0)
	m.Agreements, m.Organizations = len(agreements), len(organizations)
	mend, err := s.Read.CountFindings(ctx, c.Name)
	if err != nil {
		return m, err
	}
	m.All, m.Settled = len(plan.Findings), len(plan.Findings)-mend
	s.moneyGroups(ctx, st, *plan, &m)
	plan.Lines = nil
	m.Plan = plan
	return m, nil
}

// newestPlan is the plan of a connection that was made last, with its lines; nil before the first.
func (s *Server) newestPlan(ctx context.Context, connection string) (*app.Plan, error) {
	plan, err := s.Read.NewestPlan(ctx, connection)
	if app.ErrorCode(err) == app.NotFound {
		return nil, nil //nolint:nilnil // there is none, which is no error
	}
	if err != nil {
		return nil, err
	}
	plan, err = s.Read.Plan(ctx, plan.ID)
	return &plan, err
}

// lookPeriod is the month that looking again is about: the newest preview's while it can be planned, else the current one. A
// preview takes the place of an open one, and the month a person works on is not to be lost for a look.
func lookPeriod(plan *app.Plan, c app.ConnectionSettings, zone *time.Location, now time.Time) app.Period {
	if plan != nil && billing.Plannable(c.Billing, zone, now, plan.Period) {
		return plan.Period
	}
	return billing.Current(zone, now)
}

// outOfDate says why what a plan found may not be so any more.
func (s *Server) outOfDate(ctx context.Context, st standing, c app.ConnectionSettings, plan app.Plan) (out []string, err error) {
	if plan.SettingsRev != st.rev {
		out = append(out, "The settings were changed since. Look again to see what that mends.")
	}
	typed, err := s.Read.OverridesSince(ctx, plan.Period, plan.ID)
	if err != nil {
		return nil, err
	}
	if typed {
		out = append(out, "Numbers were typed or taken back for "+ui.PeriodName(plan.Period)+" since.")
	}
	if plan.State == app.PlanApproved {
		out = append(out, "The preview was pushed since; what the push mended is still listed.")
	}
	if age := billing.MaxAge(c.Billing); st.now.Sub(plan.CreatedAt) > age {
		out = append(out, "It was found more than "+ui.Span(age)+" ago.")
	}
	return out, nil
}

// moneyOrder is how the kinds of findings stand on the page.
var moneyOrder = []app.FindingCode{
	app.FindingUsedNotBilled, app.FindingBilledNotUsed, app.FindingUnmapped, app.FindingNoAgreement, app.FindingDoubleLine, app.FindingBelowMinimum,
}

// moneyGroups parts the findings by kind and adds up what has a readable price. What is billed at its minimum was agreed and
// is in no sum of both ways. What the month itself asks about or mends comes last: the rest nobody sees anywhere else.
func (s *Server) moneyGroups(ctx context.Context, st standing, plan app.Plan, m *views.MoneyConnection) {
	groups := map[app.FindingCode]*views.MoneyGroup{}
	later := func(f app.Finding) int {
		if lineAction(plan, f) != nil {
			return 1
		}
		return 0
	}
	list := slices.Clone(plan.Findings)
	slices.SortStableFunc(list, func(a, b app.Finding) int { return later(a) - later(b) })
	for _, f := range list {
		g := groups[f.Code]
		if g == nil {
			g = &views.MoneyGroup{Code: f.Code}
			groups[f.Code] = g
		}
		g.N++
		switch {
		case f.Amount == nil:
			g.Missing++
			m.Missing++
		case f.Code == app.FindingBelowMinimum:
			g.Sum = g.Sum.Add(*f.Amount)
		case f.Amount.IsNegative():
			g.Sum, m.Over = g.Sum.Add(*f.Amount), m.Over.Sub(*f.Amount)
		default:
			g.Sum, m.Lost = g.Sum.Add(*f.Amount), m.Lost.Add(*f.Amount)
		}
		if len(g.Rows) == moneyShown {
			g.More++
			continue
		}
		row := views.FindingRow{Finding: f, Fix: s.findingFix(ctx, st, plan, f)}
		if f.Organization.ID != 0 {
			row.OrganizationURL = link.Readings(f.Organization.ID)
		}
		g.Rows = append(g.Rows, row)
	}
	for _, code := range moneyOrder {
		if g := groups[code]; g != nil {
			m.Groups = append(m.Groups, *g)
		}
	}
}
