package main

import (
	"context"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
	"psabridge/app/connect"
	"psabridge/app/intake"
	"psabridge/app/job"
	"psabridge/app/outbox"
	"psabridge/app/psa"
	"psabridge/app/push"
	"psabridge/app/setup"
	"psabridge/app/source"
	"psabridge/app/ticketing"
)

// outboxGrace is how long writes under way may finish when the bridge stops; less than the whole stop may take.
const outboxGrace = 2 * time.Second

func (b *bridge) wireUseCases(ctx context.Context) error {
	b.hub = connect.New(connect.Config{
		Settings: b.setup.Document, Secrets: b.vault, PSA: psaAdapters(component(b.log, "connection")), Sources: sourceAdapters(b.setup, component(b.log, "source")),
	})
	b.intake = intake.New(intake.Deps{
		Store: b.store, Source: b.source, Settings: b.document, Decide: ticketing.Decide, Left: b.store.SourcesLeftMailed, Polled: b.store.CountPoll, Wake: b.wake,
		Logger: component(b.log, "intake"),
	})
	if err := b.wireUpkeep(ctx); err != nil {
		return err
	}
	b.pusher = push.New(push.Deps{
		Store: b.store, Settings: b.setup.Document, Client: b.psa, Refresh: b.refresh, Before: b.backUpFirst, Log: component(b.log, "push"),
	})
	b.tickets = ticketing.New(ticketing.Deps{
		Store: b.store, Client: b.psa, Settings: b.document, PageURL: b.page, SearchFirst: b.upkeep.SearchFirst, Skip: b.blocked, Wake: b.wake, Report: b.report,
		Logger: component(b.log, "ticketing"),
	})
	b.jobs = job.New(nil, component(b.log, "job"))
	b.onStop("jobs", time.Second, b.jobs.Stop)
	b.setup.OnChange(b.changed)
	return nil
}

// wireOutbox gives every kind of delivery its handler.
func (b *bridge) wireOutbox(context.Context) error {
	handlers := b.tickets.Handlers()
	handlers[app.DeliverAgreement] = b.pusher.Write
	handlers[app.DeliverMail] = b.notify.Mail
	b.outbox = outbox.New(b.store, handlers, outbox.Options{Logger: b.log, Grace: outboxGrace, Probe: b.probe})
	return nil
}

// startOutbox begins to deliver.
func (b *bridge) startOutbox(ctx context.Context) {
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() { defer close(done); b.outbox.Run(run) }()
	b.onStop("outbox", 0, func(ctx context.Context) error {
		cancel()
		select {
		case <-done:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
}

// psa, source and document are what the use cases ask for; the hub is made after them, so they go through the bridge.
func (b *bridge) psa(ctx context.Context, connection string) (psa.Client, error) {
	return b.hub.PSA(ctx, connection)
}

func (b *bridge) source(ctx context.Context, name string) (source.Source, error) {
	return b.hub.Source(ctx, name)
}

func (b *bridge) document(ctx context.Context) (app.Settings, error) {
	doc, _, err := b.setup.Document(ctx)
	return doc, err
}

// account and revoke ask the live client of a source; the hub is made after setup, so they go through the bridge.
func (b *bridge) account(ctx context.Context, name string) (source.Account, error) {
	return b.hub.CheckSource(ctx, name)
}

func (b *bridge) revoke(ctx context.Context, name string) error { return b.hub.Revoke(ctx, name) }

// probeMail asks whether the mail server takes the account; who asks is made before who tells.
func (b *bridge) probeMail(ctx context.Context) error { return b.notify.Probe(ctx) }

// sourceProblem returns why a source cannot be read, "" when it can or was not tried yet.
func (b *bridge) sourceProblem(ctx context.Context, name string) string {
	list, err := b.intake.Status(ctx)
	if err != nil {
		return app.ErrorMessage(err)
	}
	for _, one := range list {
		if one.Name == name {
			return one.LastError
		}
	}
	return ""
}

// report tells the outbox, which is made after the tickets' desk, what a connection answered when it was not the outbox that asked.
func (b *bridge) report(ctx context.Context, connection string, err error) {
	b.outbox.Report(ctx, connection, err)
}

// wake tells the outbox that there is something new.
func (b *bridge) wake() { b.outbox.Kick() }

// blocked reports whether nothing is asked of a connection for now: with refused keys every further try brings the member
// nearer to being locked out.
func (b *bridge) blocked(connection string) bool {
	_, is := b.block(connection)
	return is
}

// probe is the cheapest read that proves a connection's keys; of the mail server, that it takes the account.
func (b *bridge) probe(ctx context.Context, connection string) error {
	if connection == app.MailConnection {
		return b.probeMail(ctx)
	}
	client, err := b.psa(ctx, connection)
	if err != nil {
		return err
	}
	_, err = client.Authenticate(ctx)
	return err
}

// answerStart answers the start question for every source (T4).
func (b *bridge) answerStart(ctx context.Context, a alert.Answer, by string) (opened, quiet int, err error) {
	doc, err := b.document(ctx)
	if err != nil {
		return 0, 0, err
	}
	for _, src := range doc.Sources {
		var d app.AlertDecision
		_, err := b.store.Judge(ctx, src.Name, time.Now(), func(st app.AlertState) app.AlertDecision {
			d = ticketing.AnswerStart(doc, st, a)
			return d
		})
		if err != nil {
			return opened, quiet, err
		}
		for _, c := range d.Conditions {
			switch c.State {
			case app.ConditionOpen:
				opened++
			case app.ConditionQuiet:
				quiet++
			case app.ConditionWaiting, app.ConditionCleared:
			}
		}
	}
	b.log.Info("start question answered", "by", by, "opened", opened, "quiet", quiet)
	b.wake()
	return opened, quiet, nil
}

// refresh reads the usage of sources for a plan that is about to be made.
func (b *bridge) refresh(ctx context.Context, sources []string) []push.Problem {
	var out []push.Problem
	for _, p := range b.intake.Refresh(ctx, sources) {
		out = append(out, push.Problem(p))
	}
	return out
}

// changed follows every edit of settings or secrets: live clients are made anew, what was blocked is tried again, and
// a source is read soon.
func (b *bridge) changed(ctx context.Context, c setup.Changed) {
	for _, name := range c.Connections {
		b.hub.Forget(name)
		if err := b.outbox.Unblock(ctx, name); err != nil {
			b.log.Warn("connection was not unblocked", "connection", name, "error", err)
		}
	}
	for _, name := range c.Sources {
		b.hub.Forget(name)
		b.intake.Hurry(name)
	}
	b.upkeep.Hurry()
	b.retryRefused(ctx)
	if b.ticking {
		b.schedule.Ask()
	}
}

// retryRefused tries ticket deliveries again that were parked because something in the settings did not fit: a missing
// mapping, a board that does not exist. A person who mends that should not have to look for each of them.
func (b *bridge) retryRefused(ctx context.Context) {
	parked, err := b.store.Deliveries(ctx, app.DeliveryFilter{State: app.DeliveryParked, Page: app.Page{Limit: 1000}})
	if err != nil {
		b.log.Warn("parked deliveries were not read", "error", err)
		return
	}
	for _, d := range parked {
		if d.ErrorCode != app.Invalid || d.Kind == app.DeliverAgreement {
			continue
		}
		if err := b.store.RetryDelivery(ctx, d.ID, "settings", time.Now()); err != nil {
			b.log.Warn("parked delivery was not tried again", "delivery", d.ID, "error", err)
		}
	}
	b.wake()
}
