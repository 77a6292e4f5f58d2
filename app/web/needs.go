package web

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
	"psabridge/views/ui"
)

// need is one thing that waits for a person: for the status by code, for the page with its button.
type need struct {
	code    string
	subject string // tells two of one code apart, and does not change while it stands
	rail    string // the rail entry that counts it
	page    string // where it is mended
	n       int    // how many things it stands for on the rail
	views.Need
}

// needs lists everything that waits for a person, most pressing first.
func (s *Server) needs(ctx context.Context, st standing) ([]need, error) {
	parked, err := s.parkedNeeds(ctx, st)
	if err != nil {
		return nil, err
	}
	questions, err := s.startNeeds(ctx, st)
	if err != nil {
		return nil, err
	}
	billing, err := s.billingNeeds(ctx, st)
	if err != nil {
		return nil, err
	}
	checks, err := s.checkNeeds(ctx, st)
	if err != nil {
		return nil, err
	}
	fresh, err := s.newcomerNeeds(ctx, st)
	if err != nil {
		return nil, err
	}
	silent, err := s.channelNeeds(ctx, st)
	if err != nil {
		return nil, err
	}
	refused, err := s.mailNeeds(ctx, st)
	if err != nil {
		return nil, err
	}
	notices, err := s.noticeCheckNeeds(ctx, st)
	if err != nil {
		return nil, err
	}
	broken, err := s.repairNeeds(ctx, st)
	if err != nil {
		return nil, err
	}
	unmapped, err := s.mappingNeeds(ctx, st)
	if err != nil {
		return nil, err
	}
	return s.keysFirst(slices.Concat(s.folderNeeds(), s.upkeepNeeds(), s.machineNeeds(), blockNeeds(st), parked, questions, sourceNeeds(st), billing, unmapped, broken, fresh, refused, checks, notices, silent)), nil
}

func blockNeeds(st standing) (out []need) {
	for _, b := range st.blocks {
		n := need{code: "blocked", subject: b.Connection, rail: link.Deliveries, page: link.Connection(b.Connection), n: 1, Need: views.Need{
			Tone: "bad", Icon: "lock", Title: "Nothing is sent on connection " + b.Connection + ".", Text: b.Reason, Since: b.Since,
			Actions: []ui.Action{{Label: "Look", Path: link.Connection(b.Connection), Primary: true}},
		}}
		if b.Connection == app.MailConnection {
			n.page, n.Title = link.Notifications, "No e-mail is sent."
		}
		if fix := blockFix(b); fix != nil {
			n.page, n.Actions = fix.Action.Path, []ui.Action{fix.Action}
		}
		out = append(out, n)
	}
	return out
}

// parkedNeeds is what waits for a person, by reason: the way out, and all of it tried again.
func (s *Server) parkedNeeds(ctx context.Context, st standing) (out []need, err error) {
	reasons, err := s.parkedReasons(ctx, st)
	if err != nil {
		return nil, err
	}
	for _, p := range reasons {
		n := need{code: "parked", subject: p.Subject, rail: link.Deliveries, page: link.With(link.Deliveries, "state", string(app.DeliveryParked)), n: p.N, Need: views.Need{
			Tone: "hold", Icon: "hold", Title: p.Title(), Text: p.Reason,
		}}
		look := ui.Action{Label: "Look", Path: n.page}
		if p.N == 1 && p.Sample != 0 {
			look.Path = link.Delivery(p.Sample)
		}
		switch {
		case p.Fix != nil:
			n.Actions = []ui.Action{p.Fix.Action, look}
		case p.Sample != 0:
			n.Actions = []ui.Action{{Label: "Retry " + ui.Int(p.N+p.Behind), Path: link.RetryLike(p.Sample), Post: true}, look}
		default:
			n.Actions = []ui.Action{{Label: "Retry " + ui.Int(st.backlog.Parked), Path: link.RetryParked, Post: true}, look}
		}
		out = append(out, n)
	}
	return out, nil
}

// startNeeds are the questions behind which conditions wait: for what held before, and for what is too much at once.
func (s *Server) startNeeds(ctx context.Context, st standing) (out []need, err error) {
	questions, err := s.startQuestions(ctx, st)
	if err != nil {
		return nil, err
	}
	for i, q := range questions {
		n := need{code: "start_line", rail: link.Overview, page: link.Overview + "#" + views.QuestionID(i), n: 1, Need: views.Need{
			Tone: "info", Icon: "info", Title: q.Title(),
			Text: fmt.Sprintf("Open %s for them, or stay quiet?", ui.Count(q.Holding, "ticket", "tickets")),
		}}
		if q.Why == app.ReasonFlood {
			n.code, n.subject, n.Tone, n.Icon, n.Title = "flood", q.Rule, "hold", "hold", q.Title()
			n.Text = "More came at once than open without asking. Open them, or stay quiet?"
		}
		n.Actions = []ui.Action{{Label: "Decide", Path: n.page}}
		out = append(out, n)
	}
	return out, nil
}

// channelNeeds are the roads by which nobody was reached last. They are told by the other ones.
func (s *Server) channelNeeds(ctx context.Context, st standing) (out []need, err error) {
	sent, err := s.Read.NoticesSent(ctx)
	if err != nil {
		return nil, err
	}
	for _, one := range sent {
		if one.Error == "" || !channelOn(st.doc.Notify, one.Channel) {
			continue
		}
		since := one.OKAt
		if since.IsZero() {
			since = one.At
		}
		out = append(out, need{code: "notify", subject: one.Channel, rail: link.Overview, page: link.Notifications, n: 1, Need: views.Need{
			Tone: "warn", Icon: "warn", Title: "Nobody is told by " + views.ChannelWords(one.Channel) + ".", Text: one.Error, Since: since,
			Actions: []ui.Action{{Label: "Look", Path: link.Notifications, Primary: true}},
		}})
	}
	return out, nil
}

// channelOn reports whether notices go by a road, as the settings are.
func channelOn(n app.NotifySettings, channel string) bool {
	switch channel {
	case app.ChannelEmail:
		return n.Email.SMTP.Host != "" && len(n.Email.To) > 0
	case app.ChannelWebhook:
		return n.Webhook.Kind != ""
	case app.ChannelDesktop:
		return n.OnDesktop()
	}
	return false
}

func sourceNeeds(st standing) (out []need) {
	for _, one := range st.sources {
		if one.LastError == "" {
			continue
		}
		page := link.Source(one.Name)
		actions := []ui.Action{{Label: "Check now", Path: link.CheckSource(one.Name), Post: true}, {Label: "Look", Path: page}}
		if one.ErrorCode == app.Unauthorized { // trying again is what locks an account
			actions = []ui.Action{{Label: "Reconnect", Path: page + "#settings", Primary: true}}
		}
		out = append(out, need{code: "source_unreadable", subject: one.Name, rail: link.Sources, page: page, n: 1, Need: views.Need{
			Tone: "bad", Icon: "badc", Title: "Source " + one.Name + " cannot be read.", Text: one.LastError, Since: one.LastOKAt,
			Actions: actions,
		}})
	}
	return out
}

// newcomerNeeds asks what the organizations are that a source began to show.
func (s *Server) newcomerNeeds(ctx context.Context, st standing) ([]need, error) {
	rows, err := s.Read.NewOrganizations(ctx, st.now)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	n, first := len(rows), rows[0]
	title := "New organization: " + first.Name + "."
	if n > 1 {
		title = ui.Count(n, "new organization", "new organizations") + ", " + first.Name + " first."
	}
	page := link.Organizations + "#new"
	return []need{{code: "new_organization", rail: link.Organizations, page: page, n: n, Need: views.Need{
		Tone: "info", Icon: "orgs", Title: title, Text: "Match, ignore or put off. Until then alerts wait and nothing of it is billed.", Since: first.FirstSeen,
		Actions: []ui.Action{{Label: "Decide", Path: page}},
	}}}, nil
}

func (s *Server) mappingNeeds(ctx context.Context, st standing) ([]need, error) {
	n := st.backlog.WaitingMapping
	if n == 0 {
		return nil, nil
	}
	rows, err := s.Read.WaitingForYou(ctx)
	if err != nil {
		return nil, err
	}
	page := link.Mapping
	return []need{{code: "not_mapped", rail: link.Mapping, page: page, n: 1, Need: views.Need{
		Tone: "hold", Icon: "mapping", Title: ui.Count(n, "alert", "alerts") + waitingWhose(rows) + verb(n, " waits", " wait") + " for a mapping.",
		Text:    "Choose the ConnectWise company of the organization; the tickets open then.",
		Actions: []ui.Action{{Label: "Match", Path: page, Primary: true}},
	}}}, nil
}

// waitingWhose names whose alerts wait for a mapping: " of Contoso", " of Contoso and 2 more organizations".
func waitingWhose(rows []app.WaitingCount) string {
	var names []string
	seen := map[[2]string]bool{}
	for _, w := range rows {
		if key := [2]string{w.Source, w.OrganizationID}; w.Wait == app.ReasonNotMapped && !seen[key] {
			seen[key] = true
			names = append(names, cmp.Or(w.Organization, w.OrganizationID))
		}
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return " of " + names[0]
	}
	return " of " + names[0] + " and " + ui.Count(len(names)-1, "more organization", "more organizations")
}

// checkNeeds names the connections whose newest test found something wrong. One that was removed has no page to mend it.
func (s *Server) checkNeeds(ctx context.Context, st standing) (out []need, err error) {
	rows, err := s.Read.Checks(ctx, "")
	if err != nil {
		return nil, err
	}
	failed := map[string][]app.CheckRow{}
	for _, r := range rows {
		if r.State == app.CheckFailed {
			failed[r.Connection] = append(failed[r.Connection], r)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(failed)) {
		if _, known := settings.ConnectionByName(st.doc, name); !known {
			continue
		}
		list := failed[name]
		first := slices.MinFunc(list, func(a, b app.CheckRow) int { return a.ChangedAt.Compare(b.ChangedAt) })
		run, err := s.Setup.CheckRun(ctx, name)
		if err != nil {
			return nil, err
		}
		page := link.Connection(name)
		if !run.Current {
			out = append(out, untestedNeed(name, page, len(list), first.ChangedAt))
			continue
		}
		out = append(out, need{code: "checks_failed", subject: name, rail: link.Overview, page: page, n: 1, Need: views.Need{
			Tone: "warn", Icon: "warn", Title: ui.Count(len(list), "check", "checks") + " of connection " + name + " failed.",
			Text: cmp.Or(list[0].Message, list[0].Title), Since: first.ChangedAt, Actions: []ui.Action{{Label: "Look", Path: page + "#test"}},
		}})
	}
	return out, nil
}

// untestedNeed is about a connection that was changed after checks of it failed: nobody knows whether that mended them.
func untestedNeed(name, page string, failed int, since time.Time) need {
	return need{code: "checks_outdated", subject: name, rail: link.Overview, page: page, n: 1, Need: views.Need{
		Tone: "warn", Icon: "warn", Title: "Connection " + name + " was not tested since you changed it.", Text: ui.Count(failed, "check", "checks") + " failed before.", Since: since,
		Actions: []ui.Action{{Label: "Test again", Path: link.ConnectionTest(name), Post: true}, {Label: "Look", Path: page + "#test"}},
	}}
}

// billingNeeds names months that are due and wait, and pushes that hang or ended with lines not written.
func (s *Server) billingNeeds(ctx context.Context, st standing) (out []need, err error) {
	for _, c := range st.doc.Connections {
		if !c.Billing.Enabled {
			continue
		}
		plan, waits, err := s.waitingPlan(ctx, c, st.now)
		if err != nil {
			return nil, err
		}
		if waits {
			held, err := s.heldAfter(ctx, plan)
			if err != nil {
				return nil, err
			}
			out = append(out, planNeed(plan, held))
		}
		pushes, err := s.Read.Pushes(ctx, app.PushFilter{Connection: c.Name, Page: app.Page{Limit: 1}})
		if err != nil {
			return nil, err
		}
		for _, p := range pushes {
			switch {
			case p.State == app.PushIncomplete:
				out = append(out, pushNeed(p))
			case p.State == app.PushWriting && st.now.Sub(p.ApprovedAt) > writingFor:
				n, err := s.writingNeed(ctx, p)
				if err != nil {
					return nil, err
				}
				out = append(out, n)
			}
		}
	}
	return out, nil
}

// waitingPlan returns the plan of the schedule whose month waits for a person. A month that can be neither pushed nor
// planned any more does not: nobody could do anything about it.
func (s *Server) waitingPlan(ctx context.Context, c app.ConnectionSettings, now time.Time) (app.Plan, bool, error) {
	plan, err := s.Read.WaitingPlan(ctx, c.Name)
	if app.ErrorCode(err) == app.NotFound {
		return app.Plan{}, false, nil
	}
	if err != nil {
		return app.Plan{}, false, err
	}
	c = settings.ConnectionWithDefaults(c)
	return plan, plan.State == app.PlanOpen || billing.Plannable(c.Billing, settings.Location(c), now, plan.Period), nil
}

// heldAfter counts what waits in a month of which the schedule wrote what nothing held; 0 when it wrote nothing. It is told
// from the month's newest plan, which somebody may have looked at since.
func (s *Server) heldAfter(ctx context.Context, p app.Plan) (int, error) {
	if p.State != app.PlanApproved {
		return 0, nil
	}
	pushes, err := s.Read.Pushes(ctx, app.PushFilter{Connection: p.Connection, Period: p.Period})
	if err != nil || !slices.ContainsFunc(pushes, func(u app.Push) bool { return u.PlanID >= p.ID && u.Trigger == app.TriggerSchedule && u.UndoOf == 0 }) {
		return 0, err
	}
	current, err := s.Read.CurrentPlan(ctx, p.Connection, p.Period)
	if err != nil {
		return 0, err
	}
	_, held, _ := billing.Totals(current.Lines)
	return held, nil
}

func planNeed(p app.Plan, held int) need {
	page := link.Month(p.Connection, p.Period.String())
	if held > 0 {
		return need{code: "push_waiting", subject: p.Connection + " " + p.Period.String(), rail: link.Billing, page: page, n: held, Need: views.Need{
			Tone: "hold", Icon: "hold", Title: ui.PeriodName(p.Period) + ": " + ui.Count(held, "line is held and waits", "lines are held and wait") + " for you.", Since: p.CreatedAt,
			Text:    "The rest of connection " + p.Connection + " was pushed by itself. Make a new preview, release, correct or skip what is held, and push it.",
			Actions: []ui.Action{{Label: "Look at what is held", Path: link.With(page, "show", "held"), Primary: true}},
		}}
	}
	text := "The preview of connection " + p.Connection + " is ready. Nothing is written before you push it."
	switch p.State {
	case app.PlanOpen:
	case app.PlanSuperseded:
		text = "The preview of connection " + p.Connection + " was made again. Nothing of it was pushed yet."
	case app.PlanApproved:
		text = "The push of connection " + p.Connection + " wrote nothing. Make a new preview and push it."
	}
	return need{code: "push_waiting", subject: p.Connection + " " + p.Period.String(), rail: link.Billing, page: page, n: 1, Need: views.Need{
		Tone: "hold", Icon: "billing", Title: ui.PeriodName(p.Period) + " is due and waits for you.", Since: p.CreatedAt, Text: text,
		Actions: []ui.Action{{Label: "Look at the preview", Path: page, Primary: true}},
	}}
}

// writingFor is how long a push may be written before a person is told. The outbox goes on trying for days, and nothing
// else can be planned or pushed meanwhile.
const writingFor = time.Hour

// writingNeed leads to the delivery that keeps a push from ending.
func (s *Server) writingNeed(ctx context.Context, p app.Push) (need, error) {
	page, text := link.Push(p.ID), ""
	list, err := s.Read.Deliveries(ctx, app.DeliveryFilter{PushID: p.ID, Page: app.Page{Limit: 1000}})
	if err != nil {
		return need{}, err
	}
	for _, d := range list { // newest first: the oldest unfinished one stays
		if d.State != app.DeliveryDone && d.State != app.DeliveryDropped {
			page, text = link.Delivery(d.ID), d.Reason
		}
	}
	return need{code: "push_writing", subject: strconv.FormatInt(p.ID, 10), rail: link.Billing, page: page, n: 1, Need: views.Need{
		Tone: "warn", Icon: "warn", Title: "The push of " + ui.PeriodName(p.Period) + " is still being written.", Since: p.ApprovedAt,
		Text:    cmp.Or(text, "Not every agreement of connection "+p.Connection+" is written yet.") + " Nothing else is pushed meanwhile: wait, or give up what keeps it.",
		Actions: []ui.Action{{Label: "Look at the delivery", Path: page}},
	}}, nil
}

func pushNeed(p app.Push) need {
	page := link.Push(p.ID)
	return need{code: "push_incomplete", subject: strconv.FormatInt(p.ID, 10), rail: link.Billing, page: page, n: 1, Need: views.Need{
		Tone: "warn", Icon: "warn", Title: "The push of " + ui.PeriodName(p.Period) + " is not complete.", Since: latest(p.DoneAt, p.ApprovedAt),
		Text:    "Some lines of connection " + p.Connection + " were not written. Look at them and make a new preview.",
		Actions: []ui.Action{{Label: "Look at the push", Path: page}},
	}}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
