package store

import (
	"context"
	"database/sql"
	"time"

	"psabridge/app"
)

// UnusedTypes tells which types of events no rule wanted since a moment, most frequent first; source is "" for all of them.
func (r *Reader) UnusedTypes(ctx context.Context, source string, since time.Time) (list []app.UnusedType, err error) {
	err = r.snapshot(ctx, "count what no rule wanted", func(tx *sql.Tx) error {
		first, ok, err := maybe[int64](ctx, tx, "SELECT id FROM events WHERE received_at >= ? ORDER BY received_at LIMIT 1", stamp(since))
		if err != nil || !ok {
			return err
		}
		list, err = all(ctx, tx, func(s scanner) (u app.UnusedType, err error) {
			err = s.Scan(&u.Source, &u.Type, &u.Seen, into(&u.LastAt))
			return u, err
		}, unusedTypes, first, source)
		return err
	})
	return list, err
}

// unusedTypes walks what became of events from the first one on, and looks up only those no rule wanted.
const unusedTypes = `SELECT e.source, e.type, count(*) AS n, max(e.occurred_at) FROM event_outcomes w CROSS JOIN events e ON e.id = w.event_id
	WHERE w.event_id >= ?1 AND w.outcome = 'no_rule' AND (?2 = '' OR e.source = ?2) GROUP BY e.source, e.type ORDER BY n DESC, e.source, e.type`
