package store

import (
	"context"
	"database/sql"
	"time"

	"psabridge/app"
)

const day = 24 * time.Hour

// OutboxCounts counts where the deliveries stand.
func (r *Reader) OutboxCounts(ctx context.Context, now time.Time) (c app.OutboxCounts, err error) {
	err = r.snapshot(ctx, "count outbox", func(tx *sql.Tx) error {
		counts := app.DeliveryStates{}
		var w where
		w.add("d.state IN ('waiting', 'sending', 'checking', 'parked')")
		if err := countStates(ctx, tx, counts, "INDEXED BY deliveries_by_state", w); err != nil {
			return err
		}
		c.Waiting, c.Sending, c.Checking, c.Parked = counts[app.DeliveryWaiting], counts[app.DeliverySending], counts[app.DeliveryChecking], counts[app.DeliveryParked]
		// The first of each state is the oldest of it; to compare them all would read them all.
		if err := tx.QueryRowContext(ctx, `SELECT min(created_at) FROM deliveries WHERE id IN (
				SELECT min(id) FROM deliveries INDEXED BY deliveries_by_state WHERE state IN ('waiting', 'sending', 'checking', 'parked') GROUP BY state)`).
			Scan(into(&c.OldestAt)); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, "SELECT count(*) FROM deliveries INDEXED BY deliveries_by_done WHERE done_at >= ? AND state = 'done'", stamp(now.Add(-day))).Scan(&c.Done24h)
	})
	return c, err
}

// Backlog counts what waits for a person or a mapping, and the last day.
func (r *Reader) Backlog(ctx context.Context, now time.Time) (b app.Backlog, err error) {
	err = r.snapshot(ctx, "count backlog", func(tx *sql.Tx) error {
		if err := countParked(ctx, tx, &b); err != nil {
			return err
		}
		if err := countAlerts(ctx, tx, &b, now.Add(-day)); err != nil {
			return err
		}
		return countEvents(ctx, tx, &b, now.Add(-day))
	})
	return b, err
}

func countParked(ctx context.Context, tx *sql.Tx, b *app.Backlog) error {
	type parked struct {
		reason string
		n      int
	}
	list, err := all(ctx, tx, func(s scanner) (p parked, err error) { err = s.Scan(&p.reason, &p.n); return p, err },
		"SELECT reason, count(*) FROM deliveries WHERE state = 'parked' GROUP BY reason")
	b.ParkedByReason = make(map[string]int, len(list))
	for _, p := range list {
		b.ParkedByReason[p.reason] = p.n
		b.Parked += p.n
	}
	return err
}

func countAlerts(ctx context.Context, tx *sql.Tx, b *app.Backlog, since time.Time) error {
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE wait IN ('history', 'flood')), count(*) FILTER (WHERE wait = 'not_mapped')
		FROM conditions WHERE state = 'waiting'`).Scan(&b.StartLine, &b.WaitingMapping); err != nil {
		return err
	}
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM organizations o WHERE o.state = 'present' AND o.parent_external_id <> ''
		AND NOT EXISTS (SELECT 1 FROM mappings m WHERE m.source = o.source AND m.external_id = o.external_id
			AND m.removed_at IS NULL AND (m.company_id <> 0 OR m.psa = 'none')) AND `+ofSettings).Scan(&b.Unmapped); err != nil {
		return err
	}
	return tx.QueryRowContext(ctx, `SELECT
			(SELECT count(*) FROM tickets WHERE state = 'open'),
			(SELECT count(*) FROM tickets WHERE state = 'open' AND touched = 1),
			(SELECT count(*) FROM tickets WHERE opened_at >= ?1),
			(SELECT count(*) FROM tickets WHERE closed_at >= ?1 AND remote_id IS NOT NULL AND scope_key <> ?2)`,
		stamp(since), app.TicketTestScope).
		Scan(&b.TicketsOpen, &b.TicketsTouched, &b.Opened24h, &b.Closed24h)
}

func countEvents(ctx context.Context, tx *sql.Tx, b *app.Backlog, since time.Time) error {
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE w.outcome = 'merged'), count(*) FILTER (WHERE w.outcome = 'suppressed')
		FROM events e JOIN event_outcomes w ON w.event_id = e.id WHERE e.received_at >= ?`, stamp(since)).
		Scan(&b.Merged24h, &b.Suppressed24h); err != nil {
		return err
	}
	type hour struct{ ago, n int }
	list, err := all(ctx, tx, func(s scanner) (h hour, err error) { err = s.Scan(&h.ago, &h.n); return h, err },
		"SELECT (unixepoch(received_at) - unixepoch(?1)) / 3600, count(*) FROM events WHERE received_at >= ?1 GROUP BY 1", stamp(since))
	for _, h := range list {
		b.EventsByHour24h[min(h.ago, len(b.EventsByHour24h)-1)] += h.n
	}
	return err
}
