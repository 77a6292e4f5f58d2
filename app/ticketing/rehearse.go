package ticketing

import (
	"context"
	"time"

	"psabridge/app"
)

// How many days a rehearsal looks back.
const (
	rehearsedDays     = 30
	rehearsedDaysMost = 90 // what was no rule's is not kept for longer
)

// Rehearse replays what is kept of the last days (0: 30) through alert rules and tells what would have come of it. Nothing is
// written and nothing is sent. With nil rules they are those of the settings; with others the difference to those is told
// too. The mapping is the one of now, ticketing counts as switched on, every delivery succeeds at once, and nobody touches
// a ticket. What held when the window begins is history (T4).
func (k *Desk) Rehearse(ctx context.Context, rules []app.AlertRule, days int) (app.Rehearsal, *app.RehearsalDifference, error) {
	if days == 0 {
		days = rehearsedDays
	}
	if days < 1 || days > rehearsedDaysMost {
		return app.Rehearsal{}, nil, app.FieldErrorf("days", "A rehearsal looks back 1 to %d days.", rehearsedDaysMost)
	}
	select { // what a person types is rehearsed again and again; a history fits into memory once
	case k.stage <- struct{}{}:
		defer func() { <-k.stage }()
	case <-ctx.Done():
		return app.Rehearsal{}, nil, ctx.Err()
	}
	doc, err := k.d.Settings(ctx)
	if err != nil {
		return app.Rehearsal{}, nil, err
	}
	to := k.d.Now()
	from := to.Add(-time.Duration(days) * 24 * time.Hour)
	past, err := k.histories(ctx, doc, from, to)
	if err != nil {
		return app.Rehearsal{}, nil, err
	}
	now, err := rehearse(ctx, doc, past, from, to)
	if err != nil || rules == nil {
		return now.report(), nil, err
	}
	doc.Alerts = rules
	then, err := rehearse(ctx, doc, past, from, to)
	if err != nil {
		return app.Rehearsal{}, nil, err
	}
	opened, noLonger := difference(now.tickets, then.tickets, to)
	return then.report(), &app.RehearsalDifference{
		Before: now.report(), More: len(opened), Fewer: len(noLonger), Opened: newest(opened), NoLonger: newest(noLonger),
	}, nil
}

// rehearse replays what is kept of all sources with the rules of a document.
func rehearse(ctx context.Context, doc app.Settings, past []app.History, from, to time.Time) (*score, error) {
	s := newScore(doc.Alerts, from, to)
	s.r.Problems = problems(doc, past)
	return s, replay(ctx, doc, past, s)
}
