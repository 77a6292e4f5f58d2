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

// Approve freezes a plan and queues its writes: the only way to a push. Lines that are still held stay out of it.
//
// conflict: the digest or the settings changed since the plan was made, the plan is too old or its period is over,
// nothing in it can be written, another push is being written, or the schedule approves while something is held.
func (p *Pusher) Approve(ctx context.Context, planID int64, digest string, trigger app.Trigger, by string) (app.Push, error) {
	plan, err := p.Store.Plan(ctx, planID)
	if err != nil {
		return app.Push{}, err
	}
	if plan.Digest != digest {
		return app.Push{}, app.Errorf(app.Conflict, "The plan changed since you looked at it. Look at it again, then push.")
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
		return app.Push{}, app.Errorf(app.Conflict, "Something in this plan is held or could not be read, so the push waits for a person.")
	}
	push, err := p.Store.Approve(ctx, planID, digest, app.Push{Trigger: trigger, ApprovedBy: by, ApprovedAt: p.Now(), UndoOf: plan.UndoOf})
	if err != nil {
		return app.Push{}, err
	}
	p.Log.InfoContext(ctx, "push approved", "connection", push.Connection, "period", push.Period.String(), "push", push.ID, "trigger", string(trigger), "by", by)
	return push, nil
}

// stillStands returns a conflict when a plan is not what would be planned now. An undo is made and approved at once.
func stillStands(plan app.Plan, doc app.Settings, rev int64, now time.Time) error {
	if plan.SettingsRev != rev {
		return app.Errorf(app.Conflict, "The settings changed since this plan was made. Make a new plan, then push.")
	}
	if plan.UndoOf != 0 {
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

// outdated reports whether a plan is older than the readings it rests on may be, or dated in the future.
func outdated(plan app.Plan, c app.ConnectionSettings, now time.Time) bool {
	return now.Sub(plan.CreatedAt).Abs() > billing.MaxAge(c.Billing)
}

// free reports whether a plan may go out without a person (M14).
func free(plan app.Plan) bool {
	_, held, _ := billing.Totals(plan.Lines)
	return held == 0 && plan.Complete
}

// Undo gives every line of a push its old value back where ours still stands, as a push of its own (M16).
//
// conflict: the push is being written, is undone already, or is an undo itself. unavailable: ConnectWise could not be
// read; then nothing is changed.
func (p *Pusher) Undo(ctx context.Context, pushID int64, by string) (app.Push, error) {
	push, err := p.Store.Push(ctx, pushID)
	if err != nil {
		return app.Push{}, err
	}
	if err := undoable(push); err != nil {
		return app.Push{}, err
	}
	defer p.alone(push.Connection)()
	if err := p.notWriting(ctx, push.Connection); err != nil {
		return app.Push{}, err
	}
	plan, err := p.undoPlan(ctx, push)
	if err != nil {
		return app.Push{}, err
	}
	saved, err := p.Store.SavePlan(ctx, plan)
	if err != nil {
		return app.Push{}, err
	}
	return p.Approve(ctx, saved.ID, saved.Digest, app.TriggerPerson, by)
}

func undoable(push app.Push) error {
	switch {
	case push.State == app.PushWriting:
		return app.Errorf(app.Conflict, "This push is still being written. Undo it when it is done.")
	case push.State == app.PushUndone:
		return app.Errorf(app.Conflict, "This push is undone already.")
	case push.UndoOf != 0:
		return app.Errorf(app.Conflict, "This push is an undo itself. Make a new plan to bill the month again.")
	}
	return nil
}

func (p *Pusher) undoPlan(ctx context.Context, push app.Push) (app.Plan, error) {
	doc, rev, err := p.Settings(ctx)
	if err != nil {
		return app.Plan{}, err
	}
	c, ok := settings.ConnectionByName(doc, push.Connection)
	if !ok {
		return app.Plan{}, app.Errorf(app.NotFound, "There is no connection %q any more.", push.Connection)
	}
	client, err := p.Client(ctx, push.Connection)
	if err != nil {
		return app.Plan{}, err
	}
	agreements, err := client.Agreements(ctx, 0)
	if err != nil {
		return app.Plan{}, err
	}
	var ids []int64
	seen := map[int64]bool{}
	for _, l := range push.Lines {
		if l.Writes() && !seen[l.Agreement.ID] {
			seen[l.Agreement.ID] = true
			ids = append(ids, l.Agreement.ID)
		}
	}
	found, problems := additions(ctx, client, agreements, ids)
	if len(problems) > 0 {
		return app.Plan{}, &app.Error{Code: app.Unavailable, Message: problems[0] + " Nothing was changed; try again."}
	}
	plan := billing.Undo(push, found, agreements, p.Now(), settings.Location(c))
	plan.SettingsRev = rev
	plan.Digest = billing.Digest(plan)
	return plan, nil
}
