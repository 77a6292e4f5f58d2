package store

import (
	"context"
	"database/sql"
	"time"
)

const (
	keepActivity = 90 * day
	keepStates   = 90 * day // what a rehearsal of another threshold looks back on
	keepNotices  = 90 * day
	keepReadings = 13 // months: a year and the month it is compared with
)

// Prune removes what nobody asks for any more: activity that no rule used and values that ended 90 days ago, readings,
// those that cover a month too, and imports after 13 months, notices 90 days after they were mended, how polls
// went after a week, and the raw records of organizations that are gone. The newest reading of a meter, planned lines with their evidence, tickets, deliveries and the ledger are kept. It returns
// how many rows went.
func (s *Store) Prune(ctx context.Context, now time.Time) (n int, err error) {
	year := now.UTC().AddDate(0, -keepReadings, 0)
	err = s.write(ctx, "prune", func(tx *sql.Tx) error {
		n = 0
		for _, p := range []struct {
			query string
			args  []any
		}{
			{
				`DELETE FROM events WHERE received_at < ?
				AND id IN (SELECT event_id FROM event_outcomes WHERE outcome IN ('no_rule', 'ignored') AND condition_id IS NULL)`,
				[]any{stamp(now.Add(-keepActivity))},
			},
			{"DELETE FROM object_states WHERE to_at < ?", []any{stamp(now.Add(-keepStates))}},
			// Their evidence goes with them.
			{"DELETE FROM readings WHERE newest = 0 AND day < ?", []any{year.Format(time.DateOnly)}},
			{"DELETE FROM notices WHERE closed_at < ?", []any{stamp(now.Add(-keepNotices))}},
			{"DELETE FROM poll_counts WHERE at < ?", []any{stamp(now.Add(-keepPolls))}},
			{"DELETE FROM imports WHERE at < ?", []any{stamp(year)}},
			{`DELETE FROM raw_records WHERE EXISTS (SELECT 1 FROM organizations o WHERE o.source = raw_records.source
					AND o.external_id = raw_records.organization AND o.state = 'gone')`, nil},
		} {
			went, err := changed(ctx, tx, p.query, p.args...)
			if err != nil {
				return err
			}
			n += went
		}
		// An object of which nothing is kept; it is not counted, because it was never shown.
		return exec(ctx, tx, "DELETE FROM objects WHERE NOT EXISTS (SELECT 1 FROM object_states s WHERE s.object_id = objects.id)")
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}
