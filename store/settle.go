package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"psabridge/app"
)

// Settle ends an attempt: delivery, attempt, ticket, lines and ledger in one transaction. Conflict when the attempt is
// not the one in hand any more; then nothing is written. It is committed even when the caller is being stopped,
// because ConnectWise has answered already.
func (s *Store) Settle(ctx context.Context, st app.Settlement) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	return s.write(ctx, "settle", func(tx *sql.Tx) error {
		d, err := inHand(ctx, tx, st.DeliveryID, st.Attempt)
		if err != nil {
			return err
		}
		if err := endAttempt(ctx, tx, st); err != nil {
			return err
		}
		if err := settleDelivery(ctx, tx, d, st); err != nil {
			return err
		}
		if st.Ticket != nil {
			t := *st.Ticket
			if t.ID == 0 {
				t.ID = d.TicketID
			}
			if err := updateTicket(ctx, tx, t, frees(d, st), st.At); err != nil {
				return err
			}
		}
		if err := settleLines(ctx, tx, d, st.Lines, st.At); err != nil {
			return err
		}
		for _, entry := range st.Ledger {
			if entry.Phase == "" {
				entry.Phase = app.LedgerOutcome
			}
			if err := appendLedger(ctx, tx, d, st.At, entry); err != nil {
				return err
			}
		}
		if st.State == app.DeliveryDropped {
			return afterDrop(ctx, tx, d, st.Message, st.At)
		}
		return nil
	})
}

// settleTime bounds a settlement whose caller is gone; it only waits for the disk.
const settleTime = 30 * time.Second

// frees reports whether a ticket that ended lets go of what still holds, so that the next tick can open another one: the
// delivery itself closed it and no person did, or it was to open it again and could not. Else a person acknowledged it.
func frees(d app.Delivery, st app.Settlement) bool {
	var p app.TicketPayload
	if d.Kind != app.DeliverTicketNote || json.Unmarshal(d.Payload, &p) != nil {
		return false
	}
	return p.Close && st.State == app.DeliveryDone && !st.Ticket.Touched ||
		p.Reopen && (st.State == app.DeliveryDone || st.State == app.DeliveryDropped)
}

func settleDelivery(ctx context.Context, tx *sql.Tx, d app.Delivery, st app.Settlement) error {
	next, done, since, reason, failures := d.NextAt, time.Time{}, d.CheckSince, st.Message, d.Failures
	intended, checks := d.Intended, st.Checks
	deferrals, deferred := d.Deferrals, d.DeferredSince
	if st.Answered && (st.State == app.DeliveryWaiting || st.State == app.DeliveryChecking) {
		if deferrals++; deferred.IsZero() {
			deferred = st.At
		}
	}
	if !st.Uncounted && st.State != app.DeliveryDone {
		failures++
	}
	switch st.State {
	case app.DeliveryWaiting: // certainly nothing happened, or we looked long enough
		next, intended, checks, since = st.NextAt, false, 0, time.Time{}
	case app.DeliveryChecking:
		next, intended = st.NextAt, true
		if since.IsZero() {
			since = st.At
		}
	case app.DeliveryParked:
		intended = d.Intended && (d.State == app.DeliveryChecking || !st.Answered && !refused(st.Code))
	case app.DeliveryDone:
		done, failures = st.At, 0
		if d.Kind != app.DeliverTicketTest && d.Kind != app.DeliverMail { // what the test showed; whom the e-mail did not reach
			reason = ""
		}
	case app.DeliveryDropped:
		done = st.At
	case app.DeliverySending:
		return app.Errorf(app.Internal, "a settlement cannot leave delivery %d sending", d.ID)
	}
	return exec(ctx, tx, `UPDATE deliveries SET state = ?, claimed = 0, next_at = ?, done_at = ?, reason = ?, error_code = ?, error_field = ?,
			failures = ?, intended = ?, checks = ?, check_since = ?, deferrals = ?, deferred_since = ? WHERE id = ?`,
		st.State, stamp(next), stamp(done), reason, st.Code, st.Field, failures, intended, checks, stamp(since), deferrals, stamp(deferred), d.ID)
}

// refused reports whether a code can only come from an answer that was read: then nothing was written.
func refused(c app.Code) bool {
	switch c {
	case app.Invalid, app.NotFound, app.Conflict, app.Forbidden, app.Unauthorized, app.RateLimited:
		return true
	case app.Unavailable, app.Internal, "":
	}
	return false
}

// afterDrop ends what depended on a delivery that will never be sent: a ticket that was never made takes the rest of
// its lane with it, and the lines of an agreement fail.
func afterDrop(ctx context.Context, tx *sql.Tx, d app.Delivery, reason string, now time.Time) error {
	switch d.Kind {
	case app.DeliverTicketCreate:
		if err := dropLane(ctx, tx, d.ID, reason, now); err != nil {
			return err
		}
		if err := closeUnsent(ctx, tx, d.TicketID, now); err != nil {
			return err
		}
		return quietConditions(ctx, tx, d.TicketID)
	case app.DeliverAgreement:
		return failLines(ctx, tx, d, reason, now)
	case app.DeliverTicketTest:
		return closeUnsent(ctx, tx, d.TicketID, now) // it never counted as open, whatever ConnectWise has of it
	case app.DeliverMail:
		return untell(ctx, tx, d)
	case app.DeliverTicketNote: // the next of its lane says what is true by then
		return afterReopen(ctx, tx, d)
	}
	return nil
}

// afterReopen keeps quiet what holds behind a ticket that was to be opened again, as a person decided who dropped that:
// nothing would ever open it, or another one, while its conditions count as open.
func afterReopen(ctx context.Context, tx *sql.Tx, d app.Delivery) error {
	var p app.TicketPayload
	if json.Unmarshal(d.Payload, &p) != nil || !p.Reopen {
		return nil //nolint:nilerr // what cannot be read reopens nothing
	}
	t, err := ticketByID(ctx, tx, d.TicketID)
	if err != nil || t.State != app.TicketClosed {
		return err
	}
	return quietConditions(ctx, tx, d.TicketID)
}

// dropLane drops a delivery and every unfinished one that waits behind it.
func dropLane(ctx context.Context, tx writer, first int64, reason string, now time.Time) error {
	return exec(ctx, tx, `UPDATE deliveries SET state = 'dropped', done_at = ?, reason = ? WHERE id >= ?3 AND claimed = 0
			AND lane = (SELECT lane FROM deliveries WHERE id = ?3) AND state IN ('waiting', 'sending', 'checking', 'parked')`,
		stamp(now), reason, first)
}

// closeUnsent closes the row of a ticket that was never made.
func closeUnsent(ctx context.Context, tx writer, ticket int64, now time.Time) error {
	return exec(ctx, tx, "UPDATE tickets SET state = 'closed', closed_at = ? WHERE id = ? AND state = 'pending'", stamp(now), ticket)
}
