package push

import (
	"context"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/settings"
)

// PlanUndo works out what undoing a push would give back, line by line, and stores it as an open plan. It writes nothing
// to ConnectWise and takes no month's plan away: Approve with its digest makes the undo of it (M16).
//
// conflict: the push is being written, is undone already, or is an undo itself. unavailable: ConnectWise could not be
// read.
func (p *Pusher) PlanUndo(ctx context.Context, pushID int64, by string) (app.Plan, error) {
	push, err := p.Store.Push(ctx, pushID)
	if err != nil {
		return app.Plan{}, err
	}
	if err := undoable(push); err != nil {
		return app.Plan{}, err
	}
	defer p.alone(push.Connection)()
	if err := p.notWriting(ctx, push.Connection); err != nil {
		return app.Plan{}, err
	}
	plan, err := p.undoPlan(ctx, push)
	if err != nil {
		return app.Plan{}, err
	}
	saved, err := p.Store.SavePlan(ctx, plan)
	if err != nil {
		return app.Plan{}, err
	}
	changed, _, _ := billing.Totals(saved.Lines)
	p.Log.InfoContext(ctx, "undo planned", "connection", saved.Connection, "period", saved.Period.String(), "push", pushID, "plan", saved.ID,
		"by", by, "lines", len(saved.Lines), "changed", changed)
	return saved, nil
}

// Undo gives every line of a push its old value back where ours still stands, as a push of its own: PlanUndo and Approve
// in one, for a script. Errors are theirs; after one nothing was changed.
func (p *Pusher) Undo(ctx context.Context, pushID int64, by string) (app.Push, error) {
	plan, err := p.PlanUndo(ctx, pushID, by)
	if err != nil {
		return app.Push{}, err
	}
	return p.Approve(ctx, plan.ID, plan.Digest, app.TriggerAPI, by)
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
	later, err := p.Store.LaterOn(ctx, push.ID)
	if err != nil {
		return app.Plan{}, err
	}
	restored, err := p.Store.LastRestore(ctx)
	if err != nil {
		return app.Plan{}, err
	}
	plan := billing.Undo(push, billing.Standing{Additions: found, Agreements: agreements, Later: later, Restored: restored}, p.Now(), settings.Location(c))
	plan.SettingsRev = rev
	plan.Digest = billing.Digest(plan)
	return plan, nil
}
