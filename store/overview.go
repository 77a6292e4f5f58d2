package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"psabridge/app"
)

const day = 24 * time.Hour

// OutboxCounts counts where the deliveries stand.
func (r *Reader) OutboxCounts(ctx context.Context, now time.Time) (c app.OutboxCounts, err error) {
	err = r.snapshot(ctx, "count outbox", func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, "SELECT "+countOf(app.DeliveryWaiting)+", "+countOf(app.DeliverySending)+", "+countOf(app.DeliveryChecking)+", "+countOf(app.DeliveryParked)).
			Scan(&c.Waiting, &c.Sending, &c.Checking, &c.Parked); err != nil {
			return err
		}
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

// countOf counts the deliveries in a state by walking a part of an index and nothing else: ten thousand may wait, and every
// page says how many. To walk the states together and tell them apart row by row takes several times as long.
func countOf(state app.DeliveryState) string {
	return "(SELECT count(*) FROM deliveries INDEXED BY deliveries_by_state WHERE state = '" + string(state) + "')"
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
	if err := tx.QueryRowContext(ctx, `SELECT
			(SELECT count(*) FROM conditions INDEXED BY conditions_waiting WHERE state = 'waiting' AND wait IN ('history', 'flood')),
			(SELECT count(*) FROM conditions INDEXED BY conditions_waiting WHERE state = 'waiting' AND wait = 'not_mapped')`).
		Scan(&b.StartLine, &b.WaitingMapping); err != nil {
		return err
	}
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM organizations o WHERE o.state = 'present' AND o.parent_external_id <> ''
		AND NOT EXISTS (SELECT 1 FROM mappings m WHERE m.source = o.source AND m.external_id = o.external_id
			AND m.removed_at IS NULL AND (m.company_id <> 0 OR m.psa = 'none')) AND `+ofSettings).Scan(&b.Unmapped); err != nil {
		return err
	}
	return tx.QueryRowContext(ctx, `SELECT
			(SELECT count(*) FROM tickets WHERE state = 'open'),
			(SELECT count(*) FROM tickets INDEXED BY tickets_touched WHERE state = 'open' AND touched = 1),
			(SELECT count(*) FROM tickets WHERE opened_at >= ?1),
			(SELECT count(*) FROM tickets WHERE closed_at >= ?1 AND remote_id IS NOT NULL AND scope_key <> ?2)`,
		stamp(since), app.TicketTestScope).
		Scan(&b.TicketsOpen, &b.TicketsTouched, &b.Opened24h, &b.Closed24h)
}

// countEvents counts the events of the last day without reading them: a day of a flood is read for every page. Those that
// made no ticket are counted from the first one that was received since, so after a clock was set back by an hour they may be
// an hour more or less.
func countEvents(ctx context.Context, tx *sql.Tx, b *app.Backlog, since time.Time) error {
	const quieted = `(SELECT count(*) FROM event_outcomes INDEXED BY event_outcomes_quieted WHERE outcome IN ('merged', 'suppressed')
		AND outcome = '%s' AND event_id >= (SELECT id FROM events WHERE received_at >= ?1 ORDER BY received_at, id LIMIT 1))`
	if err := tx.QueryRowContext(ctx, "SELECT "+fmt.Sprintf(quieted, app.OutcomeMerged)+", "+fmt.Sprintf(quieted, app.OutcomeSuppressed), stamp(since)).
		Scan(&b.Merged24h, &b.Suppressed24h); err != nil {
		return err
	}
	hours := make([][2]string, len(b.EventsByHour24h)) // what is of the future, by a clock that was ahead, counts for now
	for i := range hours {
		hours[i] = [2]string{text(since.Add(time.Duration(i) * time.Hour)), text(since.Add(time.Duration(i+1) * time.Hour))}
	}
	hours[len(hours)-1][1] = "9"
	list, err := all(ctx, tx, func(s scanner) (n int, err error) { err = s.Scan(&n); return n, err },
		`SELECT (SELECT count(*) FROM events e WHERE e.received_at >= h.value ->> 0 AND e.received_at < h.value ->> 1) FROM json_each(?) h ORDER BY h.key`, asJSON{hours})
	copy(b.EventsByHour24h[:], list)
	return err
}
