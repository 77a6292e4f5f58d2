package push

import (
	"context"
	"slices"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/psa"
	"psabridge/app/settings"
)

// MakePlan reads usage, agreements and additions now and stores what a push would change; period zero is the current
// month. It writes nothing to ConnectWise. What cannot be read gives a plan that is not complete, with its lines held.
//
// not_found: no such connection. invalid: billing is off, or the period cannot be planned any more. conflict: a push
// of the connection is being written.
func (p *Pusher) MakePlan(ctx context.Context, connection string, period app.Period, trigger app.Trigger, by string) (app.Plan, error) {
	defer p.alone(connection)()
	now := p.Now()
	job, err := p.prepare(ctx, connection, period, now)
	if err != nil {
		return app.Plan{}, err
	}
	plan, err := p.compute(ctx, job, trigger, now)
	if err != nil {
		return app.Plan{}, err
	}
	return p.save(ctx, plan, by)
}

// planJob is what planning one connection and period needs from us, before anything is read from outside.
type planJob struct {
	connection app.ConnectionSettings
	zone       *time.Location
	period     app.Period
	rev        int64
	doc        app.Settings
	client     psa.Client
}

func (p *Pusher) prepare(ctx context.Context, name string, period app.Period, now time.Time) (planJob, error) {
	doc, rev, err := p.Settings(ctx)
	if err != nil {
		return planJob{}, err
	}
	c, ok := settings.ConnectionByName(doc, name)
	if !ok {
		return planJob{}, app.Errorf(app.NotFound, "There is no connection %q.", name)
	}
	if !c.Billing.Enabled {
		return planJob{}, app.FieldErrorf("connection", "Billing is switched off on connection %s. Switch it on on the connection's page.", name)
	}
	job := planJob{connection: c, zone: settings.Location(c), period: period, rev: rev, doc: doc}
	if period.IsZero() {
		job.period = billing.Current(job.zone, now)
	}
	if _, err := app.ParsePeriod(job.period.String()); err != nil {
		return planJob{}, app.Wrap(err, app.Conflict, "This machine's clock shows "+now.In(job.zone).Format("2 January 2006")+", which cannot be. Set it right; nothing is planned until then.")
	}
	if !billing.Plannable(c.Billing, job.zone, now, job.period) {
		return planJob{}, app.FieldErrorf("period", "%s cannot be planned: only the current month or the latest due one can.", job.period)
	}
	if err := p.notWriting(ctx, name); err != nil {
		return planJob{}, err
	}
	job.client, err = p.Client(ctx, name)
	return job, err
}

// notWriting returns a conflict while a push of the connection is being written: a plan made meanwhile would be wrong
// before anyone saw it.
func (p *Pusher) notWriting(ctx context.Context, connection string) error {
	newest, err := p.Store.Pushes(ctx, app.PushFilter{Connection: connection, Page: app.Page{Limit: 1}})
	if err != nil {
		return err
	}
	if len(newest) > 0 && newest[0].State == app.PushWriting {
		return app.Errorf(app.Conflict, "A push of %s is being written. Wait until it is done, or look at its deliveries.", connection)
	}
	return nil
}

// compute reads everything a plan rests on and works it out.
func (p *Pusher) compute(ctx context.Context, job planJob, trigger app.Trigger, now time.Time) (app.Plan, error) {
	in := billing.Input{
		Connection: job.connection.Name, Period: job.period, Trigger: trigger, Now: now, Zone: job.zone,
		Settings: job.connection.Billing, SettingsRev: job.rev, Unread: map[string]string{}, ReadSince: map[string]time.Time{},
		Pushed: pushed(job.doc),
	}
	// Taken first: an override that comes while we read may be in the plan or not, so it is taken for one that is not.
	mark, err := p.Store.OverrideMark(ctx)
	if err != nil {
		return app.Plan{}, err
	}
	if err := p.billedBy(ctx, job, &in); err != nil {
		return app.Plan{}, err
	}
	kept := make(chan error, 1)
	go func() { kept <- p.kept(ctx, &in) }() // beside the network, which takes longer
	var problems []string
	in.Actual, problems = p.actual(ctx, job.client, in.Connection, in.Mappings, in.Owned)
	if err := <-kept; err != nil {
		return app.Plan{}, err
	}
	in.Problems = append(in.Problems, problems...)
	if err := ctx.Err(); err != nil {
		return app.Plan{}, app.Wrap(err, app.Unavailable, "The plan was cancelled before it was done.")
	}
	in.Now = p.Now() // readings of the refresh are younger than the request
	plan := billing.Plan(in)
	plan.LastOverride = mark
	return plan, nil
}

// billedBy reads who is billed for what, after the sources were read for it, and which additions are ours.
func (p *Pusher) billedBy(ctx context.Context, job planJob, in *billing.Input) error {
	tree, err := p.Store.Tree(ctx)
	if err != nil {
		return err
	}
	p.refresh(ctx, in, slices.DeleteFunc(sources(tree, job.doc, in.Connection), func(source string) bool { return in.Pushed[source] }))
	if in.Tree, err = p.Store.Tree(ctx); err != nil { // the refresh may have found organizations, or missed some
		return err
	}
	in.Mappings, in.Unbilled = Mappings(in.Tree, job.doc, in.Connection), Unbilled(in.Tree, job.doc, in.Connection)
	in.Elsewhere = Elsewhere(in.Tree, job.doc, in.Connection)
	if in.Restored, err = p.Store.LastRestore(ctx); err != nil {
		return err
	}
	in.Owned, err = p.Store.Owned(ctx, in.Connection)
	return err
}

// kept reads what we hold of usage: the readings, what a person typed in their place, and what was billed before.
func (p *Pusher) kept(ctx context.Context, in *billing.Input) error {
	var err error
	if in.Readings, err = p.Store.ReadingsFor(ctx, "", in.Period.Prev()); err != nil {
		return err
	}
	if in.Overrides, err = p.Store.Overrides(ctx, in.Period); err != nil {
		return err
	}
	return p.lastLines(ctx, in)
}

// lastLines reads the lines of the months before and, where they are not the ones that were pushed last, those as well:
// this month was pushed already, or a month was pushed after a later one.
func (p *Pusher) lastLines(ctx context.Context, in *billing.Input) error {
	var err error
	if in.Previous, err = p.Store.LastPlannedLines(ctx, in.Connection, in.Period); err != nil {
		return err
	}
	pushes, err := p.Store.Pushes(ctx, app.PushFilter{Connection: in.Connection})
	if err != nil || inOrder(pushes, in.Period) {
		return err
	}
	in.Latest, err = p.Store.LatestLines(ctx, in.Connection)
	return err
}

// inOrder reports whether pushes, newest first, went month by month and all come before a period.
func inOrder(pushes []app.Push, before app.Period) bool {
	for i, p := range pushes {
		if !p.Period.Before(before) || i > 0 && pushes[i-1].Period.Before(p.Period) {
			return false
		}
	}
	return true
}

func (p *Pusher) refresh(ctx context.Context, in *billing.Input, names []string) {
	if p.Refresh == nil || len(names) == 0 {
		return
	}
	progress(ctx, 0, 0, "Reading usage")
	began := p.Now().Truncate(time.Millisecond) // as exact as a stored reading is
	for _, name := range names {
		in.ReadSince[name] = began
	}
	for _, problem := range p.Refresh(ctx, names) {
		if problem.Unread {
			in.Unread[problem.Source] = problem.Message
			continue
		}
		in.Problems = append(in.Problems, problem.Source+": "+problem.Message)
	}
}

// save keeps the plan, with what stays decided of the one before (M14).
func (p *Pusher) save(ctx context.Context, plan app.Plan, by string) (app.Plan, error) {
	saved, err := p.Store.ReplacePlan(ctx, plan, billing.CarryReleases)
	if err != nil {
		return app.Plan{}, err
	}
	changed, held, _ := billing.Totals(saved.Lines)
	p.Log.InfoContext(ctx, "plan made", "connection", saved.Connection, "period", saved.Period.String(), "trigger", string(saved.Trigger),
		"by", by, "lines", len(saved.Lines), "changed", changed, "held", held, "complete", saved.Complete)
	return saved, nil
}
