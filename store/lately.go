package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"psabridge/app"
)

// floodWindow is how far AlertState.OpenedLately looks back.
const floodWindow = 15 * time.Minute

// openedLately counts the tickets decided lately, by connection. Those a person asked for are left out: his word is not a
// flood, and must not hold back the next alert.
func openedLately(ctx context.Context, q querier, now time.Time) (map[string]int, error) {
	counts := map[string]int{}
	_, err := all(ctx, q, func(s scanner) (struct{}, error) {
		var connection string
		var n int
		err := s.Scan(&connection, &n)
		counts[connection] = n
		return struct{}{}, err
	}, `SELECT connection, count(*) FROM deliveries INDEXED BY deliveries_opening
		WHERE kind = 'ticket.create' AND payload ->> '$.reason' NOT IN ('start', 'date_came') AND created_at BETWEEN ? AND ?
		GROUP BY connection`, stamp(now.Add(-floodWindow)), stamp(now))
	return counts, err
}

// recoveredAt finds the newest recovery, by the source's clock, of what the fresh problems are about, and when it was
// received, by condition key. Recoveries of the same batch are not looked at: the rules see those themselves. One that has
// no time of its own, or whose clock was far from ours when it came, says nothing; one that was a little ahead happened
// when it came. The ids and clocks of another server under the same name mean nothing here.
func recoveredAt(ctx context.Context, tx *sql.Tx, source string, fresh []app.Event) (at, heard map[string]time.Time, err error) {
	at, heard = map[string]time.Time{}, map[string]time.Time{}
	find, err := tx.PrepareContext(ctx, `SELECT min(occurred_at, received_at), received_at FROM events INDEXED BY events_recovered
		WHERE source = ?1 AND organization = ?2 AND object_kind = ?3 AND object_id = ?4 AND type = ?5 AND state = 'recovery'
			AND occurred_at > ?8 AND id < ?6 AND occurred_at <> received_at
			AND unixepoch(occurred_at) BETWEEN unixepoch(received_at) - ?9 AND unixepoch(received_at) + ?7
			AND generation = coalesce((SELECT generation FROM sources WHERE name = ?1), 1)
		ORDER BY occurred_at DESC LIMIT 1`)
	if err != nil {
		return nil, nil, err
	}
	defer find.Close()
	asked := map[string]bool{}
	for _, e := range fresh {
		if e.State != app.Problem || e.OccurredAt.IsZero() {
			continue
		}
		key := app.SubjectKey(source, e.OrganizationID, e.Object, e.Type)
		if asked[key] {
			continue
		}
		asked[key] = true
		var occurred, received time.Time
		err := find.QueryRowContext(ctx, source, e.OrganizationID, e.Object.Kind, e.Object.ExternalID, e.Type, fresh[0].ID,
			int64(clockSkew/time.Second), stamp(e.ReceivedAt.Add(-believed)), int64(believed/time.Second)).Scan(into(&occurred), into(&received))
		switch {
		case err == nil:
			at[key], heard[key] = occurred, received
		case !errors.Is(err, sql.ErrNoRows):
			return nil, nil, err
		}
	}
	return at, heard, nil
}

// clockSkew is how far a source's clock may be ahead of ours and still be believed, and believed how long before it was
// received something may have happened.
const (
	clockSkew = 5 * time.Minute
	believed  = 24 * time.Hour
)
