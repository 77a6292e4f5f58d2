package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"psabridge/app"
)

const deliveryFields = `d.id, d.dedup_key, d.lane, d.kind, d.connection, d.state, d.attempt, d.failures, d.next_at, d.ticket_id, d.push_id,
	d.payload, d.reason, d.error_code, d.error_field, d.created_at, d.done_at, d.intended, d.checks, d.check_since, d.deferrals, d.deferred_since`

func deliveryDest(d *app.Delivery) []any {
	return []any{
		&d.ID, &d.DedupKey, &d.Lane, &d.Kind, &d.Connection, &d.State, &d.Attempt, &d.Failures, into(&d.NextAt),
		intoID(&d.TicketID), intoID(&d.PushID), intoRaw(&d.Payload), &d.Reason, &d.ErrorCode, &d.ErrorField, into(&d.CreatedAt),
		into(&d.DoneAt), &d.Intended, &d.Checks, into(&d.CheckSince), &d.Deferrals, into(&d.DeferredSince),
	}
}

func scanDelivery(s scanner) (d app.Delivery, err error) {
	err = s.Scan(deliveryDest(&d)...)
	return d, err
}

func deliveryByID(ctx context.Context, q querier, id int64) (app.Delivery, error) {
	return one(ctx, q, scanDelivery, fmt.Sprintf("There is no delivery %d.", id),
		"SELECT "+deliveryFields+" FROM deliveries d WHERE d.id = ?", id)
}

// claimable says what may be worked on: waiting or checking, in nobody's hands, on a connection that is not blocked,
// and the oldest unfinished of its lane. The index is named, because the planner would rather sort all that waits.
// Deliveries of a lane go in the order they were decided; a parked one keeps the rest of its lane until a person decides.
// Which are behind another is kept by triggers. ?1 is the list of blocked connections.
const claimable = ` FROM deliveries d INDEXED BY deliveries_due WHERE d.state IN ('waiting', 'checking') AND d.behind = 0 AND d.claimed = 0
	AND d.connection NOT IN (SELECT value FROM json_each(?1))`

// Claim takes the next delivery that is due and begins an attempt; false when there is none. There is no lease: the
// lock on the data folder makes us the only process, and RecoverDeliveries takes back what a crash left in hand.
func (s *Store) Claim(ctx context.Context, now time.Time, blocked []string) (d app.Delivery, ok bool, err error) {
	err = s.write(ctx, "claim", func(tx *sql.Tx) error {
		id, found, err := maybe[int64](ctx, tx, `UPDATE deliveries SET claimed = 1, attempt = attempt + 1,
				state = CASE state WHEN 'waiting' THEN 'sending' ELSE state END
			WHERE id = coalesce((SELECT d.id`+claimable+` AND d.next_at <= ?2 ORDER BY d.next_at, d.id LIMIT 1),
				(SELECT d.id`+claimable+` AND d.next_at > ?3 AND d.state = 'waiting' ORDER BY d.next_at, d.id LIMIT 1))
			RETURNING id`, names(blocked), stamp(now), stamp(now.Add(longestWait)))
		if err != nil || !found {
			return err
		}
		if d, err = deliveryByID(ctx, tx, id); err != nil {
			return err
		}
		ok = true
		return exec(ctx, tx, "INSERT INTO attempts (delivery_id, n, started_at) VALUES (?, ?, ?)", d.ID, d.Attempt, stamp(now))
	})
	if err != nil || !ok {
		return app.Delivery{}, false, err
	}
	return d, true, nil
}

// NextDue returns when the next delivery can be claimed; false when none waits.
func (r *Reader) NextDue(ctx context.Context, blocked []string) (at time.Time, ok bool, err error) {
	err = r.db.QueryRowContext(ctx, "SELECT d.next_at"+claimable+" ORDER BY d.next_at, d.id LIMIT 1",
		names(blocked)).Scan(into(&at))
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, false, nil
	}
	return at, err == nil, failed("next due", err)
}

func names(list []string) asJSON {
	if list == nil {
		list = []string{}
	}
	return asJSON{list}
}

// Intent commits what is about to be sent, before the first byte goes out. After it the attempt may have had an
// effect, whatever happens to us. Conflict when the attempt is not the one in hand any more.
func (s *Store) Intent(ctx context.Context, in app.Intent) error {
	return s.write(ctx, "intent", func(tx *sql.Tx) error {
		d, err := inHand(ctx, tx, in.DeliveryID, in.Attempt)
		if err != nil {
			return err
		}
		if err := exec(ctx, tx, "UPDATE deliveries SET intended = 1 WHERE id = ?", d.ID); err != nil {
			return err
		}
		// A delivery of several lines has an intent for each; the first one counts, all requests are kept.
		if err := exec(ctx, tx, `UPDATE attempts SET intent_at = coalesce(intent_at, ?),
				request = CASE request WHEN '' THEN ?2 ELSE request || char(10) || ?2 END
			WHERE delivery_id = ?3 AND n = ?4`, stamp(in.At), in.Request, d.ID, d.Attempt); err != nil {
			return err
		}
		entry := in.Ledger
		entry.Phase = app.LedgerIntent
		return appendLedger(ctx, tx, d, in.At, entry)
	})
}

// inHand returns the delivery if attempt is the one being worked on; else Conflict. This is the fence: a worker that
// was given up for dead cannot settle what another one took over.
func inHand(ctx context.Context, tx *sql.Tx, id int64, attempt int) (app.Delivery, error) {
	d, err := deliveryByID(ctx, tx, id)
	if err != nil {
		return d, err
	}
	_, ok, err := maybe[int64](ctx, tx, "SELECT id FROM deliveries WHERE id = ? AND attempt = ? AND claimed = 1", id, attempt)
	if err != nil {
		return d, err
	}
	if !ok {
		return d, app.Errorf(app.Conflict, "Attempt %d of delivery %d is not under way any more.", attempt, id)
	}
	return d, nil
}

// WakeConnection makes everything that waits on a connection due at once: it answers again.
func (s *Store) WakeConnection(ctx context.Context, connection string, now time.Time) (n int, err error) {
	err = s.write(ctx, "wake connection", func(tx *sql.Tx) error {
		n, err = changed(ctx, tx, "UPDATE deliveries SET next_at = ?1 WHERE state = 'waiting' AND connection = ?2 AND next_at > ?1", stamp(now), connection)
		return err
	})
	return n, err
}

// RecoverDeliveries sorts out, at start, what a crash left in hand. Without an intent certainly nothing was sent: it
// waits again. With one ConnectWise may have it: we look before we send again. It returns how many there were.
func (s *Store) RecoverDeliveries(ctx context.Context, now time.Time) (n int, err error) {
	err = s.write(ctx, "recover deliveries", func(tx *sql.Tx) error {
		if err := exec(ctx, tx, `UPDATE attempts SET finished_at = ?, error = 'psabridge stopped during this attempt.',
				outcome = CASE WHEN intent_at IS NULL THEN 'retry' ELSE 'unknown' END
			WHERE outcome = '' AND delivery_id IN (SELECT id FROM deliveries WHERE state IN ('sending', 'checking'))`, stamp(now)); err != nil {
			return err
		}
		if err := exec(ctx, tx, `UPDATE lines SET state = 'unknown' WHERE state = 'writing' AND id IN (
				SELECT j.value FROM deliveries d, json_each(d.payload, '$.line_ids') j
				WHERE d.kind = 'agreement.write' AND d.state IN ('sending', 'checking') AND d.intended = 1)`); err != nil {
			return err
		}
		// A delivery that was being checked may have been sent again in that attempt; then looking begins anew.
		n, err = changed(ctx, tx, `UPDATE deliveries AS d SET claimed = 0,
				state = CASE WHEN state = 'sending' AND sent = 0 THEN 'waiting' ELSE 'checking' END,
				next_at = CASE sent WHEN 1 THEN ?2 ELSE ?1 END,
				check_since = CASE sent WHEN 1 THEN ?1 ELSE check_since END,
				checks = CASE sent WHEN 1 THEN 0 ELSE checks END
			FROM (SELECT delivery_id, n, intent_at IS NOT NULL AS sent FROM attempts
				WHERE delivery_id IN (SELECT id FROM deliveries WHERE state IN ('sending', 'checking'))) a
			WHERE d.claimed = 1 AND a.delivery_id = d.id AND a.n = d.attempt`, stamp(now), stamp(now.Add(firstCheck)))
		return err
	})
	return n, err
}

// longestWait is more than a delivery that was not sent is ever put off: one that seems to wait longer was put off by a
// clock that was ahead and is put back since. Looking for one that may have been sent keeps its time.
const longestWait = 3 * time.Hour

// firstCheck is how long ConnectWise's search needs at least to show what was written.
const firstCheck = 15 * time.Second
