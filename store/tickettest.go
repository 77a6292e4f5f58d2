package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"psabridge/app"
)

// doubleClick is how close together two starts of the same test are one: it may be over before the second arrives.
const doubleClick = 5 * time.Second

// StartTicketTest puts the delivery of a test ticket into the outbox and returns it; t holds the reference, connection
// and summary of its ticket. There is one unfinished test per connection: it is returned instead of a second one, and
// tried again when it is parked. A parked one that ConnectWise certainly has nothing of makes way for the new one, because
// what stood in its way may be what was chosen.
func (s *Store) StartTicketTest(ctx context.Context, t app.Ticket, p app.TicketPayload, now time.Time) (id int64, err error) {
	err = s.write(ctx, "start ticket test", func(tx *sql.Tx) error {
		if id, err = unfinishedTest(ctx, tx, t.Connection, p, now); err != nil || id != 0 {
			return err
		}
		if t.XRef, _, err = freeXRef(ctx, tx, t.XRef); err != nil {
			return err
		}
		t.State = app.TicketPending
		ticket, err := insertTicket(ctx, tx, t, now)
		if err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `INSERT INTO deliveries (dedup_key, lane, kind, connection, state, next_at, ticket_id, source, organization, subject, payload, created_at)
			VALUES (?1, ?2, 'ticket.test', ?3, 'waiting', ?4, ?5, '', '', ?6, ?7, ?4) RETURNING id`,
			"test:"+t.XRef, "ticket:"+t.XRef, t.Connection, stamp(now), ticket, t.Summary, asJSON{p}).Scan(&id)
	})
	if err != nil {
		return 0, err
	}
	return id, nil
}

// unfinishedTest returns the test that goes on instead of a new one, 0 for none.
func unfinishedTest(ctx context.Context, tx *sql.Tx, connection string, p app.TicketPayload, now time.Time) (int64, error) {
	last, err := all(ctx, tx, scanDelivery, "SELECT "+deliveryFields+` FROM deliveries d INDEXED BY deliveries_by_kind
		WHERE d.kind = 'ticket.test' AND d.connection = ? ORDER BY d.id DESC LIMIT 1`, connection)
	if err != nil || len(last) == 0 {
		return 0, err
	}
	d := last[0]
	switch d.State {
	case app.DeliveryWaiting, app.DeliverySending, app.DeliveryChecking:
		return d.ID, nil
	case app.DeliveryDone:
		var was app.TicketPayload
		if json.Unmarshal(d.Payload, &was) == nil && was == p && now.Sub(d.CreatedAt) < doubleClick && !now.Before(d.CreatedAt) {
			return d.ID, nil
		}
	case app.DeliveryDropped:
	case app.DeliveryParked:
		return parkedTest(ctx, tx, d, p.By, now)
	}
	return 0, nil
}

// parkedTest tries a parked test again, or ends it when ConnectWise has nothing of it.
func parkedTest(ctx context.Context, tx *sql.Tx, d app.Delivery, by string, now time.Time) (int64, error) {
	t, err := ticketByID(ctx, tx, d.TicketID)
	if err != nil {
		return 0, err
	}
	if t.RemoteID != 0 || d.Intended {
		return d.ID, retry(ctx, tx, d, by, now)
	}
	const reason = "It was started anew."
	if err := exec(ctx, tx, "UPDATE deliveries SET state = 'dropped', done_at = ?, reason = ?, decided_by = ? WHERE id = ?",
		stamp(now), reason, by, d.ID); err != nil {
		return 0, err
	}
	return 0, afterDrop(ctx, tx, d, reason, now)
}
