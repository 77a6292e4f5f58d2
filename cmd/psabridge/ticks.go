package main

import (
	"context"
	"slices"
	"time"

	"psabridge/app"
	"psabridge/app/rest"
	"psabridge/app/schedule"
)

// How often things happen by themselves. What has an hour of its own is asked for by the wall clock instead.
const (
	tickEvery  = time.Minute     // what needs only time to pass: "for 5 minutes", quiet times
	pollEvery  = 2 * time.Minute // the status of our open tickets
	pruneEvery = 24 * time.Hour  // old activity and readings
)

// wireSchedule names everything that happens by itself. It starts only in a bridge that serves.
func (b *bridge) wireSchedule(context.Context) error {
	var err error
	if b.schedule, err = schedule.New(nil, component(b.log, "schedule")); err != nil { //nolint:contextcheck // it gets its context when it runs
		return err
	}
	b.schedule.OnWake(func(gap time.Duration) {
		b.log.Info("the machine slept or its clock was set", "gap", gap.Round(time.Second).String())
		b.looked.woke(time.Now(), gap)
		rest.CloseIdle()
		b.wake()
		b.tray.refresh()
	})
	for _, add := range []func() error{
		func() error { return b.schedule.WhenDue("sources", b.readSources) },
		func() error { return b.schedule.WhenDue("billing", b.pusher.Due) },
		func() error { return b.schedule.WhenDue("options", b.setup.Freshen) },
		func() error { return b.schedule.WhenDue("checks", b.checkByNight) },
		func() error { return b.schedule.WhenDue("prune", b.prune) },
		func() error { return b.schedule.WhenDue("disk", b.upkeep.Disk) },
		func() error { return b.schedule.WhenDue("restored", b.upkeep.Reconcile) },
		func() error { return b.schedule.WhenDue("backup", b.upkeep.Daily) },
		func() error { return b.schedule.WhenDue("computer", b.lookAtComputer) },
		func() error { return b.schedule.WhenDue("zone", b.followZone) },
		func() error {
			return b.schedule.Every("alerts", tickEvery, func(ctx context.Context) error { return b.intake.Tick(ctx, time.Now()) })
		},
		func() error { return b.schedule.Every("tickets", pollEvery, b.tickets.Poll) },
		func() error { return b.schedule.Every("notices", tickEvery, b.look) },
		func() error {
			return b.schedule.Every("imports", tickEvery, func(ctx context.Context) error { return b.desk.Tidy(ctx, time.Now()) })
		},
	} {
		if err := add(); err != nil {
			return err
		}
	}
	return nil
}

// checkByNight makes the checks of the night. A connection whose keys are refused is not asked again until somebody mends
// them, because every further try brings the member nearer to being locked out; its checks say so.
func (b *bridge) checkByNight(ctx context.Context, now time.Time) error {
	return b.setup.Nightly(ctx, now, b.block)
}

// block returns why nothing is asked of a connection for now; false when nothing keeps us.
func (b *bridge) block(connection string) (app.Block, bool) {
	blocks := b.outbox.Blocks()
	at := slices.IndexFunc(blocks, func(one app.Block) bool { return one.Connection == connection })
	if at < 0 {
		return app.Block{}, false
	}
	return blocks[at], true
}

// prune forgets what is not kept (DESIGN, "Kept light"), once a day.
func (b *bridge) prune(ctx context.Context, now time.Time) error {
	if now.Sub(b.prunedAt) < pruneEvery {
		return nil
	}
	b.prunedAt = now
	_, err := b.store.Prune(ctx, now)
	return err
}
