package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"psabridge/app"
)

// What a person decides about a delivery.

// RetryDelivery makes a delivery due now. One of which ConnectWise may know already is looked for first, never simply
// sent again. Conflict when it is being worked on or has ended.
func (s *Store) RetryDelivery(ctx context.Context, id int64, by string, now time.Time) error {
	return s.write(ctx, "retry delivery", func(tx *sql.Tx) error {
		d, err := undecided(ctx, tx, id)
		if err != nil {
			return err
		}
		return retry(ctx, tx, d, by, now)
	})
}

// RetryParked makes every parked delivery due and returns how many there were.
func (s *Store) RetryParked(ctx context.Context, by string, now time.Time) (n int, err error) {
	err = s.write(ctx, "retry parked", func(tx *sql.Tx) error {
		parked, err := all(ctx, tx, scanDelivery, "SELECT "+deliveryFields+" FROM deliveries d WHERE d.state = 'parked' ORDER BY d.id")
		if err != nil {
			return err
		}
		for _, d := range parked {
			if err := retry(ctx, tx, d, by, now); err != nil {
				return err
			}
		}
		n = len(parked)
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// retry makes d due. The lines of an agreement that had failed are to be written again; those that were written stay.
func retry(ctx context.Context, tx *sql.Tx, d app.Delivery, by string, now time.Time) error {
	state, checks, since := d.State, d.Checks, d.CheckSince
	if state == app.DeliveryParked {
		state = app.DeliveryWaiting
		if d.Intended {
			state, checks, since = app.DeliveryChecking, 0, now
		}
	}
	return exec(ctx, tx, `UPDATE deliveries SET state = ?, next_at = ?, failures = 0, deferrals = 0, deferred_since = NULL, checks = ?, check_since = ?, reason = '', decided_by = ?
		WHERE id = ?`, state, stamp(now), checks, stamp(since), by, d.ID)
}

// DropDelivery gives a delivery up, with a reason. Dropping the creation of a ticket drops what waits behind it too and
// keeps its conditions quiet; dropping an agreement fails its lines. Conflict as in RetryDelivery; invalid without a reason.
func (s *Store) DropDelivery(ctx context.Context, id int64, reason, by string, now time.Time) error {
	if reason = strings.TrimSpace(reason); reason == "" {
		return app.FieldErrorf("reason", "Say why. Somebody will ask why this was never sent.")
	}
	return s.write(ctx, "drop delivery", func(tx *sql.Tx) error {
		d, err := undecided(ctx, tx, id)
		if err != nil {
			return err
		}
		return drop(ctx, tx, d, reason, by, now)
	})
}

func drop(ctx context.Context, tx *sql.Tx, d app.Delivery, reason, by string, now time.Time) error {
	if err := exec(ctx, tx, "UPDATE deliveries SET state = 'dropped', done_at = ?, reason = ?, decided_by = ? WHERE id = ?",
		stamp(now), reason, by, d.ID); err != nil {
		return err
	}
	note := "Dropped: " + reason
	if d.Intended {
		note = "Dropped while it was not known whether " + otherSide(d) + " has it: " + reason
	}
	if err := appendLedger(ctx, tx, d, now, app.LedgerEntry{Phase: app.LedgerOutcome, Object: d.Lane, By: by, Note: note}); err != nil {
		return err
	}
	return afterDrop(ctx, tx, d, reason, now)
}

func otherSide(d app.Delivery) string {
	if d.Kind == app.DeliverMail {
		return "the mail server"
	}
	return "ConnectWise"
}

// LinkDelivery ends the creation of a ticket by naming the ticket that stands for it at ConnectWise: t holds RemoteID
// and how that ticket stands. Conflict as in RetryDelivery, and when the ticket stands for another alert already.
func (s *Store) LinkDelivery(ctx context.Context, id int64, t app.Ticket, by string, now time.Time) error {
	return s.write(ctx, "link delivery", func(tx *sql.Tx) error {
		d, err := undecided(ctx, tx, id)
		if err != nil {
			return err
		}
		if d.Kind != app.DeliverTicketCreate {
			return app.Errorf(app.Conflict, "Delivery %d does not create a ticket, so there is nothing to link.", id)
		}
		if t.RemoteID == 0 {
			return app.FieldErrorf("ticket", "Name the ConnectWise ticket by its number.")
		}
		t.ID = d.TicketID
		if t.State == "" || t.State == app.TicketPending {
			t.State = app.TicketOpen
		}
		if err := exec(ctx, tx, "UPDATE deliveries SET state = 'done', done_at = ?, reason = '', error_code = '', decided_by = ? WHERE id = ?",
			stamp(now), by, id); err != nil {
			return err
		}
		if err := updateTicket(ctx, tx, t, false, now); err != nil {
			return err
		}
		return appendLedger(ctx, tx, d, now, app.LedgerEntry{
			Phase: app.LedgerOutcome, Object: fmt.Sprintf("ticket %d", t.RemoteID), RemoteID: t.RemoteID, By: by, Note: "Linked by hand",
		})
	})
}

// undecided returns a delivery a person may still decide about; else Conflict.
func undecided(ctx context.Context, tx *sql.Tx, id int64) (app.Delivery, error) {
	d, err := deliveryByID(ctx, tx, id)
	if err != nil {
		return d, err
	}
	claimed, _, err := maybe[bool](ctx, tx, "SELECT claimed FROM deliveries WHERE id = ?", id)
	switch {
	case err != nil:
		return d, err
	case claimed:
		return d, app.Errorf(app.Conflict, "Delivery %d is being sent right now. Try again in a moment.", id)
	case d.State == app.DeliveryDone:
		return d, app.Errorf(app.Conflict, "Delivery %d was sent already, on %s. There is nothing left to decide about it.", id, spoken(d.DoneAt))
	case d.State == app.DeliveryDropped:
		return d, app.Errorf(app.Conflict, "Delivery %d was given up already, on %s. There is nothing left to decide about it.", id, spoken(d.DoneAt))
	}
	return d, nil
}
