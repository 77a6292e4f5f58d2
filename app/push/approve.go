package push

import (
	"context"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/settings"
)

// Decide records what a person said about one line. Errors are those of billing.Decide, not_found for the line, and
// conflict when its plan is not open any more.
func (p *Pusher) Decide(ctx context.Context, lineID int64, decision app.Decision, quantity *app.Quantity, note, by string) (app.Plan, error) {
	line, err := p.Store.Line(ctx, lineID)
	if err != nil {
		return app.Plan{}, err
	}
	return p.Store.UpdatePlan(ctx, line.PlanID, func(plan app.Plan) (app.Plan, error) {
		return billing.Decide(plan, lineID, decision, quantity, note, by)
	})
}

// ReleaseAll releases every line of a plan that is held by nothing but codes, and says how many.
func (p *Pusher) ReleaseAll(ctx context.Context, planID int64, codes []app.HoldCode, note, by string) (plan app.Plan, released int, err error) {
	plan, err = p.Store.UpdatePlan(ctx, planID, func(plan app.Plan) (app.Plan, error) {
		var err error
		plan, released, err = billing.ReleaseAll(plan, codes, note, by)
		return plan, err
	})
	return plan, released, err
}

// ReleaseLeft releases the lines of a plan that wait for nothing but a person's word that an organization left (M6), and
// says how many.
func (p *Pusher) ReleaseLeft(ctx context.Context, planID int64, source, organization, note, by string) (plan app.Plan, released int, err error) {
	plan, err = p.Store.UpdatePlan(ctx, planID, func(plan app.Plan) (app.Plan, error) {
		var err error
		plan, released, err = billing.ReleaseLeft(plan, source, organization, note, by)
		return plan, err
	})
	return plan, released, err
}

// SetEffective sets the day from which a line that would be created counts (M8); the zero day is the rule's again. The
// plan has another digest then, so it is looked at again before it is approved. Errors are those of billing.SetEffective,
// not_found for the line, and conflict when its plan is not open any more.
func (p *Pusher) SetEffective(ctx context.Context, lineID int64, day time.Time, by string) (app.Plan, error) {
	line, err := p.Store.Line(ctx, lineID)
	if err != nil {
		return app.Plan{}, err
	}
	doc, _, err := p.Settings(ctx)
	if err != nil {
		return app.Plan{}, err
	}
	now := p.Now()
	return p.Store.UpdatePlan(ctx, line.PlanID, func(plan app.Plan) (app.Plan, error) {
		c, ok := settings.ConnectionByName(doc, plan.Connection)
		if !ok {
			return plan, app.Errorf(app.NotFound, "There is no connection %q any more.", plan.Connection)
		}
		return billing.SetEffective(plan, lineID, day, billing.Today(now, settings.Location(c)), by)
	})
}

// Approve freezes a plan and queues its writes: the only way to a push. Lines that are still held stay out of it.
//
// conflict: the digest, the settings or the month's overrides changed since the plan was made, the plan is too old or its
// period is over, nothing in it can be written, another push is being written, or the schedule approves what was not
// read in full.
func (p *Pusher) Approve(ctx context.Context, planID int64, digest string, trigger app.Trigger, by string) (app.Push, error) {
	plan, err := p.Store.Plan(ctx, planID)
	if err != nil {
		return app.Push{}, err
	}
	doc, rev, err := p.Settings(ctx)
	if err != nil {
		return app.Push{}, err
	}
	if plan.State == app.PlanOpen {
		if err := stillStands(plan, doc, rev, p.Now()); err != nil {
			return app.Push{}, err
		}
	}
	if trigger == app.TriggerSchedule && !free(plan) {
		return app.Push{}, app.Errorf(app.Conflict, "Not everything could be read for this plan, or all of it is held, so the push waits for a person.")
	}
	if p.Before != nil && plan.State == app.PlanOpen && plan.Digest == digest {
		if err := p.Before(ctx); err != nil {
			return app.Push{}, err
		}
	}
	push, err := p.Store.Approve(ctx, planID, digest, app.Push{Trigger: trigger, ApprovedBy: by, ApprovedAt: p.Now(), UndoOf: plan.UndoOf})
	if err != nil {
		return app.Push{}, err
	}
	p.Log.InfoContext(ctx, "push approved", "connection", push.Connection, "period", push.Period.String(), "push", push.ID, "trigger", string(trigger), "by", by)
	return push, nil
}

// undoFor is how long the plan of an undo may be approved: what stands at ConnectWise is all it rests on.
const undoFor = time.Hour

// stillStands returns a conflict when a plan is not what would be planned now.
func stillStands(plan app.Plan, doc app.Settings, rev int64, now time.Time) error {
	if plan.SettingsRev != rev {
		return app.Errorf(app.Conflict, "The settings changed since this plan was made. %s", again(plan))
	}
	if plan.UndoOf != 0 {
		if now.Sub(plan.CreatedAt).Abs() > undoFor {
			return app.Errorf(app.Conflict, "This undo was worked out more than an hour ago, and ConnectWise may have changed since. Work it out again, then look at it and undo.")
		}
		return nil
	}
	c, ok := settings.ConnectionByName(doc, plan.Connection)
	if !ok {
		return app.Errorf(app.NotFound, "There is no connection %q any more.", plan.Connection)
	}
	zone := settings.Location(c)
	switch {
	case !billing.Plannable(c.Billing, zone, now, plan.Period):
		return app.Errorf(app.Conflict, "%s cannot be pushed any more: only the current month or the latest due one can. Make a new plan.", plan.Period)
	case outdated(plan, c, now):
		return app.Errorf(app.Conflict, "This plan was made on %s, and usage may have changed since. Make a new plan, then push.", plan.CreatedAt.In(zone).Format("2 January 2006 at 15:04"))
	}
	return nil
}

// again is the way out of a plan that stands no more.
func again(plan app.Plan) string {
	if plan.UndoOf != 0 {
		return "Work the undo out again, then look at it and undo."
	}
	return "Make a new plan, then push."
}

// outdated reports whether a plan is older than the readings it rests on may be, or dated in the future.
func outdated(plan app.Plan, c app.ConnectionSettings, now time.Time) bool {
	return now.Sub(plan.CreatedAt).Abs() > billing.MaxAge(c.Billing)
}

// free reports whether a plan may go out without a person: everything was read for it, and there is something to write
// or nothing to decide. What is held stays out of the push and waits (M14).
func free(plan app.Plan) bool {
	changed, held, _ := billing.Totals(plan.Lines)
	return plan.Complete && (changed > 0 || held == 0)
}
