package store

import (
	"context"
	"database/sql"
	"time"
)

const (
	keepActivity = 90 * day
	keepReadings = 13 // months: a year and the month it is compared with
)

// Prune removes what nobody asks for any more: activity that no rule used after 90 days, readings after 13 months.
// The newest reading of a meter, planned lines with their evidence, tickets, deliveries and the ledger are kept.
// It returns how many rows went.
func (s *Store) Prune(ctx context.Context, now time.Time) (n int, err error) {
	err = s.write(ctx, "prune", func(tx *sql.Tx) error {
		events, err := changed(ctx, tx, `DELETE FROM events WHERE received_at < ?
			AND id IN (SELECT event_id FROM event_outcomes WHERE outcome IN ('no_rule', 'ignored') AND condition_id IS NULL)`,
			stamp(now.Add(-keepActivity)))
		if err != nil {
			return err
		}
		readings, err := changed(ctx, tx, "DELETE FROM readings WHERE newest = 0 AND day < ?", now.UTC().AddDate(0, -keepReadings, 0).Format(time.DateOnly))
		n = events + readings
		return err
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}
