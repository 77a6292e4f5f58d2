package main

import (
	"context"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
	"psabridge/app/ticketing"
	"psabridge/app/web/api"
)

// alertCalls are what a person or a script may ask of the alert rules.
func (b *bridge) alertCalls() api.AlertDeps {
	return api.AlertDeps{Rehearse: b.tickets.Rehearse, Quiet: b.quietCondition, OpenCondition: b.openCondition, TestNotice: b.notify.Test}
}

func (b *bridge) quietCondition(ctx context.Context, condition int64, until time.Time, by string) error {
	return b.acknowledge(ctx, alert.Ack{Condition: condition, Until: until}, by)
}

func (b *bridge) openCondition(ctx context.Context, condition int64, by string) error {
	return b.acknowledge(ctx, alert.Ack{Condition: condition, Open: true}, by)
}

// acknowledge lets the rules decide about one condition, in the transaction that stores what they decide.
func (b *bridge) acknowledge(ctx context.Context, a alert.Ack, by string) error {
	story, err := b.store.ConditionStory(ctx, a.Condition)
	if err != nil {
		return err
	}
	doc, err := b.document(ctx)
	if err != nil {
		return err
	}
	var refused error
	_, err = b.store.Judge(ctx, story.Source, time.Now(), func(st app.AlertState) (d app.AlertDecision) {
		d, refused = ticketing.Acknowledge(doc, st, a)
		return d
	})
	if refused != nil {
		return refused
	}
	if err == nil {
		b.log.Info("condition decided by a person", "condition", a.Condition, "open", a.Open, "by", by)
		b.wake()
	}
	return err
}
