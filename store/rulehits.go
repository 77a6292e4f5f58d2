package store

import (
	"context"
	"database/sql"
	"time"

	"psabridge/app"
)

// RuleHits tells how much each alert rule decided on since a moment, by name; rules that decided on nothing are left out.
// Organization is our row, 0 for all; what is below it does not count.
func (r *Reader) RuleHits(ctx context.Context, organization int64, since time.Time) (hits []app.RuleHits, err error) {
	err = r.snapshot(ctx, "count what rules decided", func(tx *sql.Tx) error {
		// The first id of that time bounds the walk, so that a month of events is not looked up one by one.
		first, ok, err := maybe[int64](ctx, tx, "SELECT id FROM events WHERE received_at >= ? ORDER BY received_at LIMIT 1", stamp(since))
		if err != nil || !ok {
			hits = []app.RuleHits{}
			return err
		}
		query, args := ruleHits, []any{first}
		if organization != 0 {
			query, args = ruleHitsOfOne, append(args, organization)
		}
		hits, err = all(ctx, tx, func(s scanner) (h app.RuleHits, err error) {
			err = s.Scan(&h.Rule, &h.Events, &h.Tickets, &h.Mails, into(&h.LastAt))
			return h, err
		}, query, args...)
		return err
	})
	return hits, err
}

const (
	ruleHitColumns = `SELECT h.rule, h.n, h.tickets, h.mails, e.received_at FROM (
		SELECT w.rule AS rule, count(*) AS n, count(*) FILTER (WHERE w.outcome = 'ticket') AS tickets,
			count(*) FILTER (WHERE w.outcome = 'mail') AS mails, max(w.event_id) AS last FROM `
	ruleHitRest   = ` AND w.rule <> '' GROUP BY w.rule) h JOIN events e ON e.id = h.last ORDER BY h.rule`
	ruleHits      = ruleHitColumns + "event_outcomes w WHERE w.event_id >= ?1" + ruleHitRest
	ruleHitsOfOne = ruleHitColumns + `organizations o
		CROSS JOIN events f INDEXED BY events_by_organization ON f.source = o.source AND f.organization = o.external_id AND f.id >= ?1
		CROSS JOIN event_outcomes w ON w.event_id = f.id WHERE o.id = ?2` + ruleHitRest
)
