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
	doc, err := k.d.Settings(ctx)
	if err != nil {
		return app.Rehearsal{}, nil, err
	}
	to := k.d.Now()
	from := to.Add(-time.Duration(days) * 24 * time.Hour)
	now := newScore(doc.Alerts, from, to)
	changed := doc
	changed.Alerts = rules
	then := newScore(rules, from, to)
	for _, s := range doc.Sources {
		h, err := k.d.Store.History(ctx, s.Name, from, to)
		if err != nil {
			return app.Rehearsal{}, nil, err
		}
		if err := replay(ctx, doc, h, now); err != nil {
			return app.Rehearsal{}, nil, err
		}
		if rules == nil {
			continue
		}
		if err := replay(ctx, changed, h, then); err != nil {
			return app.Rehearsal{}, nil, err
		}
	}
	if rules == nil {
		return now.report(), nil, nil
	}
	opened, noLonger := difference(now.tickets, then.tickets, to)
	return then.report(), &app.RehearsalDifference{Before: now.report(), Opened: opened, NoLonger: noLonger}, nil
}
