package push

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/settings"
)

// askAgainAfter is how long a due push waits before ConnectWise is tried again.
const askAgainAfter = 5 * time.Minute

// Due makes the plan of every connection whose push moment has passed, once per period. It approves it only when the
// connection says so, everything was read, the push is not late (M2) and nobody else bills the same usage (M13); else the
// plan waits for a person, as do the lines that are held in a plan it approves (M14). Asking often costs little: with
// nothing due it reads settings and periods, and in the day after an automatic push also its plan.
func (p *Pusher) Due(ctx context.Context, now time.Time) error {
	doc, _, err := p.Settings(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, c := range doc.Connections {
		if err := p.dueConnection(ctx, settings.ConnectionWithDefaults(c), now); err != nil {
			errs = append(errs, fmt.Errorf("connection %s: %w", c.Name, err))
		}
	}
	return errors.Join(errs...)
}

// due is one push moment that has passed.
type due struct {
	period app.Period
	at     time.Time
	late   bool
	missed []app.Period
}

func (p *Pusher) dueConnection(ctx context.Context, c app.ConnectionSettings, now time.Time) error {
	if !c.Billing.Enabled || c.Billing.PushDay < 1 || p.waits(c.Name, now) {
		return nil
	}
	already, err := p.Store.DuePlans(ctx, c.Name)
	if err != nil {
		return err
	}
	d, ok := dueNow(c, now, already)
	if !ok {
		return p.resume(ctx, c, already, now)
	}
	if passed, err := p.laterPushed(ctx, c.Name, d.period, now); err != nil || passed {
		return err
	}
	if d.missed, err = p.missed(ctx, c, d.period, already, now); err != nil {
		return err
	}
	if len(already) == 0 {
		if before, err := p.beforeSet(ctx, c, d); err != nil || before {
			return err // the moment passed before anyone asked for it
		}
	}
	plan, err := p.duePlan(ctx, c, d, app.TriggerSchedule)
	if err == nil {
		err = p.approveDue(ctx, c, d, plan, now)
	}
	if err != nil {
		p.later(c.Name, now.Add(askAgainAfter))
	}
	return err
}

func dueNow(c app.ConnectionSettings, now time.Time, already []app.Period) (d due, ok bool) {
	d.period, d.at, d.late, d.missed, ok = billing.Due(c.Billing, settings.Location(c), now, already)
	return d, ok
}

// approveDue pushes the plan of a due month where nobody has to be asked. That its moment passed before it was set, or with
// billing off, is asked about like a late push.
func (p *Pusher) approveDue(ctx context.Context, c app.ConnectionSettings, d due, plan app.Plan, now time.Time) error {
	if c.Billing.Approval != app.ApprovalAutomatic || d.late || !free(plan) || pastInvoice(plan, d, settings.Location(c), now) {
		return nil // waits for a person
	}
	if before, err := p.beforeSet(ctx, c, d); err != nil || before {
		return err
	}
	doc, _, err := p.Settings(ctx)
	if err != nil {
		return err
	}
	if on, err := p.vendorsOn(ctx, doc, c.Name); err != nil || len(on) > 0 {
		return err
	}
	_, err = p.Approve(ctx, plan.ID, plan.Digest, app.TriggerSchedule, string(app.TriggerSchedule))
	return err
}

// resume approves the due month's plan when something, a crash say, came between it and its approval. A plan that a
// person decided on is theirs to approve. One that is outdated by now is made again; it counts as a person's, because
// the schedule makes one a month.
func (p *Pusher) resume(ctx context.Context, c app.ConnectionSettings, already []app.Period, now time.Time) error {
	d, ok := dueNow(c, now, nil)
	if !ok || d.late || c.Billing.Approval != app.ApprovalAutomatic {
		return nil
	}
	plan, err := p.Store.CurrentPlan(ctx, c.Name, d.period)
	switch {
	case app.ErrorCode(err) == app.NotFound:
		return nil
	case err != nil:
		return err
	case plan.State != app.PlanOpen || plan.Trigger != app.TriggerSchedule || !free(plan) || decidedOn(plan):
		return nil
	}
	_, rev, err := p.Settings(ctx)
	if err == nil && (plan.SettingsRev != rev || outdated(plan, c, now)) {
		if d.missed, err = p.missed(ctx, c, d.period, already, now); err == nil {
			plan, err = p.duePlan(ctx, c, d, app.TriggerPerson)
		}
	}
	if err == nil {
		err = p.approveDue(ctx, c, d, plan, now)
	}
	if err != nil {
		p.later(c.Name, now.Add(askAgainAfter))
	}
	return err
}

func decidedOn(plan app.Plan) bool {
	return slices.ContainsFunc(plan.Lines, func(l app.Line) bool { return l.Decision != app.DecisionNone })
}

func before(periods []app.Period, p app.Period) []app.Period {
	return slices.DeleteFunc(slices.Clone(periods), func(q app.Period) bool { return !q.Before(p) })
}

// missed lists the months between the newest one that was planned or pushed, by hand too, and the due one.
func (p *Pusher) missed(ctx context.Context, c app.ConnectionSettings, due app.Period, planned []app.Period, now time.Time) ([]app.Period, error) {
	pushes, err := p.Store.Pushes(ctx, app.PushFilter{Connection: c.Name})
	if err != nil {
		return nil, err
	}
	known := slices.Clone(planned)
	for _, push := range pushes {
		known = append(known, push.Period)
	}
	d, _ := dueNow(c, now, before(known, due))
	return d.missed, nil
}

// laterPushed reports whether a later month was pushed already: what stands at ConnectWise is newer than the due month, and
// today's usage is none of that month's. What a clock pushed that was ahead of itself does not count.
func (p *Pusher) laterPushed(ctx context.Context, connection string, due app.Period, now time.Time) (bool, error) {
	pushes, err := p.Store.Pushes(ctx, app.PushFilter{Connection: connection})
	return slices.ContainsFunc(pushes, func(push app.Push) bool { return due.Before(push.Period) && !push.ApprovedAt.After(now) }), err
}

// beforeSet reports whether a moment passed before the connection's moment was set as it is now: switching billing on, or
// moving the push day back, must not bill at once what nobody looked at.
func (p *Pusher) beforeSet(ctx context.Context, c app.ConnectionSettings, d due) (bool, error) {
	since, err := p.scheduledSince(ctx, c)
	return d.at.Before(since), err
}

// vendorsOn names the sources of a connection whose vendor may still bill by itself: nobody has confirmed that it does not
// (M13). Nobody but us bills what is sent to us.
func (p *Pusher) vendorsOn(ctx context.Context, doc app.Settings, connection string) ([]string, error) {
	tree, err := p.Store.Tree(ctx)
	if err != nil {
		return nil, err
	}
	confirmed, err := p.Store.Confirmations(ctx)
	if err != nil {
		return nil, err
	}
	sent := pushed(doc)
	return slices.DeleteFunc(sources(tree, doc, connection), func(source string) bool {
		return sent[source] || slices.ContainsFunc(confirmed, func(c app.Confirmation) bool { return c.Subject == app.VendorOff(source) })
	}), nil
}

// scheduledSince returns when the connection's push moment was set as it is now; zero when the history does not say.
func (p *Pusher) scheduledSince(ctx context.Context, c app.ConnectionSettings) (time.Time, error) {
	var since time.Time
	var page app.Page
	for {
		revisions, err := p.Store.SettingsHistory(ctx, page)
		if err != nil {
			return time.Time{}, err
		}
		for _, r := range revisions {
			if !sameSchedule(r.Document, c) {
				return since, nil
			}
			since = r.At
		}
		if len(revisions) < page.Size() {
			return since, nil
		}
		page.After = revisions[len(revisions)-1].Rev
	}
}

// sameSchedule reports whether a document pushes the connection at the same moment.
func sameSchedule(document []byte, c app.ConnectionSettings) bool {
	doc, err := settings.Parse(document)
	if err != nil {
		return false // written by another version: what came before is not comparable
	}
	then, ok := settings.ConnectionByName(doc, c.Name)
	then = settings.ConnectionWithDefaults(then)
	return ok && then.Billing.Enabled && then.Billing.PushDay == c.Billing.PushDay && then.Billing.PushAt == c.Billing.PushAt
}

// duePlan makes the plan of a due period. While ConnectWise cannot be read it is not spent on a plan that
// says nothing, until the push is late anyway.
func (p *Pusher) duePlan(ctx context.Context, c app.ConnectionSettings, d due, trigger app.Trigger) (app.Plan, error) {
	defer p.alone(c.Name)()
	now := p.Now()
	job, err := p.prepare(ctx, c.Name, d.period, now)
	if err != nil {
		return app.Plan{}, err
	}
	plan, err := p.compute(ctx, job, trigger, now)
	if err != nil {
		return app.Plan{}, err
	}
	if !plan.Complete && !d.late && nothingKnown(plan, pushed(job.doc)) {
		return app.Plan{}, &app.Error{Code: app.Unavailable, Message: "The push is due, but nothing could be read for it. It is tried again in a few minutes."}
	}
	for _, m := range d.missed {
		plan.Problems = append(plan.Problems, fmt.Sprintf("The push of %s was missed: the bridge was not running. Its usage is not billed by itself.", m))
	}
	if c.Billing.Approval == app.ApprovalAutomatic {
		on, err := p.vendorsOn(ctx, job.doc, c.Name)
		if err != nil {
			return app.Plan{}, err
		}
		if len(on) > 0 {
			plan.Problems = append(plan.Problems, fmt.Sprintf("Nobody has confirmed that the vendor's own billing push is off for %s, and what both write is billed twice or overwritten. Confirm it in the set-up guide; until then a push waits for you.", strings.Join(on, ", ")))
		}
	}
	return p.save(ctx, plan, string(app.TriggerSchedule))
}

// nothingKnown reports whether every line waits for a reading. Those that wait for somebody to send one are left aside:
// trying again does not help them, and the plan is what asks for it.
func nothingKnown(plan app.Plan, pushed map[string]bool) bool {
	waiting := 0
	for _, l := range plan.Lines {
		if l.Verdict != app.VerdictHold {
			return false
		}
		for _, h := range l.Holds {
			if h.Code != app.HoldIncompleteReading {
				return false
			}
		}
		if !toBeSent(l, pushed) {
			waiting++
		}
	}
	return waiting > 0
}

// toBeSent reports whether a line rests on inboxes alone and one of them lacks a reading.
func toBeSent(l app.Line, pushed map[string]bool) bool {
	lacks := false
	for _, s := range l.Shares {
		if !pushed[s.Source] {
			return false
		}
		lacks = lacks || s.ReadingID == 0
	}
	return lacks
}

// pastInvoice reports whether a catch-up comes after an invoice that should already hold these quantities (M2).
func pastInvoice(plan app.Plan, d due, loc *time.Location, now time.Time) bool {
	from, to := billing.Today(d.at, loc), billing.Today(now, loc)
	if !from.Before(to) {
		return false
	}
	for _, l := range plan.Lines {
		if l.Writes() && !l.NextInvoice.IsZero() && !l.NextInvoice.Before(from) && !l.NextInvoice.After(to) {
			return true
		}
	}
	return false
}

// waits reports whether a connection is not asked yet. A pause that is longer than any is one that was set before the clock
// was put back.
func (p *Pusher) waits(connection string, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, ok := p.retryAt[connection]
	if ok && (!now.Before(at) || at.Sub(now) > askAgainAfter) {
		delete(p.retryAt, connection)
		return false
	}
	return ok
}

func (p *Pusher) later(connection string, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.retryAt[connection] = at
}
