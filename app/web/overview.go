package web

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/alert"
	"psabridge/app/billing"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
	"psabridge/views/ui"
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
		if n.code != "start_line" && n.code != "flood" { // asked on their own
			m.Needs = append(m.Needs, n.Need)
		}
	}
	if m.Questions, err = s.startQuestions(ctx, p.standing); err != nil {
		return err
	}
	tree, err := s.Read.Tree(ctx)
	if err != nil {
		return err
	}
	nameHeld(m.Questions, tree)
	for _, o := range tree {
		if o.State != app.OrganizationIgnored {
			m.Organizations++
		}
	}
	m.Master = topsOf(tree)
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

// topsOf names the organization that all others hang below; where each source has one of its own, it counts the sources.
func topsOf(tree []app.Organization) string {
	name, sources := "", map[string]bool{}
	for _, o := range tree {
		sources[o.Source] = true
		if o.ParentExternalID == "" {
			name = o.Name
		}
	}
	if len(sources) > 1 {
		return ui.Count(len(sources), "source", "sources")
	}
	return name
}

// questionsSeen is how many conditions are looked through for the start questions.
const questionsSeen = 1000

// nameHeld names the organizations of what the questions are about.
func nameHeld(questions []views.StartQuestion, tree []app.Organization) {
	names := make(map[[2]string]string, len(tree))
	for _, o := range tree {
		names[[2]string{o.Source, o.ExternalID}] = o.Name
	}
	for _, q := range questions {
		for i := range q.Held {
			q.Held[i].Organization = names[[2]string{q.Held[i].Source, q.Held[i].OrganizationID}]
		}
	}
}

// startQuestions are what waits behind the start question: all history at once, and what is too much at once by alert.
func (s *Server) startQuestions(ctx context.Context, st standing) (out []views.StartQuestion, err error) {
	if st.backlog.StartLine == 0 {
		return nil, nil
	}
	list, err := s.Read.Conditions(ctx, app.ConditionFilter{State: app.ConditionWaiting, Page: app.Page{Limit: questionsSeen}})
	if err != nil {
		return nil, err
	}
	history := views.StartQuestion{Why: app.ReasonHistory, Holding: st.backlog.StartLine}
	floods := map[string]*views.StartQuestion{}
	for _, one := range list {
		q := &history
		switch one.Wait {
		case app.ReasonHistory:
		case app.ReasonFlood:
			if floods[one.Rule] == nil {
				floods[one.Rule] = &views.StartQuestion{Why: app.ReasonFlood, Rule: one.Rule}
			}
			q = floods[one.Rule]
			q.Holding++
			history.Holding--
		default:
			continue
		}
		q.Held = append(q.Held, views.HeldCondition{Condition: one})
	}
	if len(history.Held) > 0 {
		out = append(out, history)
	}
	for _, rule := range slices.Sorted(maps.Keys(floods)) {
		out = append(out, *floods[rule])
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
	ctx := c.Request().Context()
	before, err := s.Read.Backlog(ctx, s.Now())
	if err != nil {
		return err
	}
	if more, err := s.begunSince(ctx, answer, f.number("newest")); err != nil || more > 0 {
		if err == nil {
			s.tell(c, warn, "Nothing was done yet: %s since you looked. Look at all of it, then answer.", ui.Count(more, "more condition began to hold", "more conditions began to hold"))
			err = seeOther(c, link.Overview)
		}
		return err
	}
	opened, quiet, err := s.Start(ctx, answer, person)
	if err != nil {
		return err
	}
	switch {
	case before.StartLine == 0: // another tab was faster, or all of it has recovered
		s.tell(c, info, "Nothing waits for that answer any more: it was answered already, or what held has recovered.")
	case answer.Open:
		s.tell(c, good, "%s now.", ui.Count(opened, "condition gets a ticket", "conditions get a ticket"))
	default:
		s.tell(c, good, "%s until they recover.", ui.Count(quiet, "condition stays quiet", "conditions stay quiet"))
	}
	return seeOther(c, link.Overview)
}

// begunSince counts what an answer is about and its page did not show, because it began after newest, the last condition that
// was shown. An answer that names none is about all there is.
func (s *Server) begunSince(ctx context.Context, a alert.Answer, newest int64) (n int, err error) {
	if newest == 0 {
		return 0, nil
	}
	list, err := s.Read.Conditions(ctx, app.ConditionFilter{State: app.ConditionWaiting, Page: app.Page{Limit: questionsSeen}})
	for _, one := range list {
		asked := one.Wait == app.ReasonHistory || one.Wait == app.ReasonFlood
		if asked && one.ID > newest && (a.Why == "" || a.Why == one.Wait) && (a.Rule == "" || a.Rule == one.Rule) {
			n++
		}
	}
	return n, err
}
