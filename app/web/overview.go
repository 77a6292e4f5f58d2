package web

import (
	"context"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
)

// overview is the first page: is it running, does it need me, what happened last.
func (s *Server) overview(c echo.Context) error {
	p, err := s.open(c, "Overview", link.Overview)
	if err != nil {
		return err
	}
	if len(p.doc.Connections) == 0 && len(p.doc.Sources) == 0 {
		return seeOther(c, link.Setup) // there is nothing to look at yet, and one thing to do
	}
	ctx := c.Request().Context()
	m := views.Overview{Shell: p.shell, Backlog: p.backlog, Outbox: p.counts}
	for _, n := range p.needs {
		if n.code != "start_line" { // asked on its own
			m.Needs = append(m.Needs, n.Need)
		}
	}
	if m.StartLine, err = s.startQuestion(ctx, p.standing); err != nil {
		return err
	}
	tree, err := s.Read.Tree(ctx)
	if err != nil {
		return err
	}
	for _, o := range tree {
		if o.State != app.OrganizationIgnored {
			m.Organizations++
		}
	}
	if top := topOf(tree); top != nil {
		m.Master = top.Name
	}
	for _, one := range p.doc.Connections {
		m.Target = target(one)
		break
	}
	m.Connections = s.vendors(p.standing)
	m.Tasks = p.guide.Tasks
	m.Working = slices.ContainsFunc(p.doc.Connections, func(c app.ConnectionSettings) bool { return c.Ticketing.Enabled || c.Billing.Enabled })
	if m.NextPush, err = s.nextPush(ctx, p.standing); err != nil {
		return err
	}
	if m.Recent, err = s.recent(ctx); err != nil {
		return err
	}
	return render(c, http.StatusOK, views.OverviewPage(m))
}

// topOf is the first organization without a parent.
func topOf(tree []app.Organization) *app.Organization {
	for i := range tree {
		if tree[i].ParentExternalID == "" {
			return &tree[i]
		}
	}
	return nil
}

// sampleSize is how many conditions the start question names.
const sampleSize = 5

func (s *Server) startQuestion(ctx context.Context, st standing) (*views.StartQuestion, error) {
	if st.backlog.StartLine == 0 {
		return nil, nil
	}
	list, err := s.Read.Conditions(ctx, app.ConditionFilter{State: app.ConditionWaiting, Page: app.Page{Limit: 1000}})
	if err != nil {
		return nil, err
	}
	out := &views.StartQuestion{Holding: st.backlog.StartLine}
	for _, one := range list {
		if one.Wait == app.ReasonHistory && len(out.Sample) < sampleSize {
			out.Sample = append(out.Sample, one.Title)
		}
	}
	return out, nil
}

// nextPush is the month of the first connection that bills.
func (s *Server) nextPush(ctx context.Context, st standing) (*views.NextPush, error) {
	for _, c := range st.doc.Connections {
		if !c.Billing.Enabled {
			continue
		}
		c = settings.ConnectionWithDefaults(c)
		zone := settings.Location(c)
		out := &views.NextPush{Connection: c.Name, Period: billing.Current(zone, st.now), Zone: zone, Approval: c.Billing.Approval}
		at, ok := billing.NextDue(c.Billing, zone, st.now)
		if !ok {
			return nil, nil // nothing is pushed by itself
		}
		out.DueAt = at
		err := s.monthSoFar(ctx, out)
		out.Done = out.Done && !billing.Moment(c.Billing, zone, out.Period).After(st.now) // one by hand is not the month's push
		return out, err
	}
	return nil, nil
}

func (s *Server) monthSoFar(ctx context.Context, out *views.NextPush) error {
	pushes, err := s.Read.Pushes(ctx, app.PushFilter{Connection: out.Connection, Period: out.Period})
	if err != nil {
		return err
	}
	for _, p := range pushes {
		out.Done = out.Done || p.State == app.PushDone && p.UndoOf == 0
	}
	plan, err := s.Read.CurrentPlan(ctx, out.Connection, out.Period)
	if app.ErrorCode(err) == app.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	out.Planned = true
	out.Changes, out.Held, out.Amount = billing.Totals(plan.Lines)
	return nil
}

// answerStart answers what to do with conditions from before the start line.
func (s *Server) answerStart(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	answer, err := startAnswer(f)
	if err != nil {
		return err
	}
	opened, quiet, err := s.Start(c.Request().Context(), answer, person)
	if err != nil {
		return err
	}
	if answer.Open {
		s.tell(c, good, "%d conditions get a ticket now.", opened)
	} else {
		s.tell(c, good, "%d conditions stay quiet until they recover.", quiet)
	}
	return seeOther(c, link.Overview)
}
