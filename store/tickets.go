package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"psabridge/app"
)

const ticketColumns = `SELECT t.id, t.xref, t.scope_key, t.connection, t.remote_id, t.summary, t.board, t.status, t.state, t.touched,
	t.opened_at, t.closed_at, t.remote_updated_at, t.priority_id, t.linked, t.entered_at, t.owner,
	t.touched_why, t.touched_at, t.closed_by, t.reopened_at, nullif(t.changed_at, '') FROM tickets t`

func scanTicket(s scanner) (t app.Ticket, err error) {
	err = s.Scan(&t.ID, &t.XRef, &t.ScopeKey, &t.Connection, intoID(&t.RemoteID), &t.Summary, &t.Board, &t.Status, &t.State, &t.Touched,
		into(&t.OpenedAt), into(&t.ClosedAt), into(&t.RemoteUpdatedAt), &t.PriorityID, &t.Linked, into(&t.EnteredAt), &t.Owner,
		&t.TouchedWhy, into(&t.TouchedAt), &t.ClosedBy, into(&t.ReopenedAt), into(&t.ChangedAt))
	return t, err
}

func ticketByID(ctx context.Context, q querier, id int64) (app.Ticket, error) {
	return one(ctx, q, scanTicket, fmt.Sprintf("There is no ticket %d here.", id), ticketColumns+" WHERE t.id = ?", id)
}

func ticketsOf(ctx context.Context, q querier, conditions []app.Condition) ([]app.Ticket, error) {
	ids := []int64{}
	for _, c := range conditions {
		if c.TicketID != 0 {
			ids = append(ids, c.TicketID)
		}
	}
	return all(ctx, q, scanTicket, ticketColumns+" WHERE t.id IN (SELECT value FROM json_each(?)) ORDER BY t.id", asJSON{ids})
}

// createsWaiting finds those of the tickets whose creation was not sent yet.
func createsWaiting(ctx context.Context, q querier, of []app.Ticket) (map[int64]bool, error) {
	pending := []int64{}
	for _, t := range of {
		if t.State == app.TicketPending {
			pending = append(pending, t.ID)
		}
	}
	ids, err := all(ctx, q, func(s scanner) (id int64, err error) { err = s.Scan(&id); return id, err },
		`SELECT d.ticket_id FROM json_each(?) p CROSS JOIN deliveries d INDEXED BY deliveries_by_ticket ON d.ticket_id = p.value
			WHERE d.state = 'waiting' AND d.kind = 'ticket.create'`, asJSON{pending})
	set := make(map[int64]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set, err
}

// freeXRef returns the reference a decided ticket can have, and the row that has it already if that was decided before
// and may still be sent or told to. A ticket that is over keeps its name to itself: the rules no longer see an episode
// that ended long ago, and to take its row for the new one would open nothing and say so to nobody.
func freeXRef(ctx context.Context, tx writer, xref string) (free string, row int64, err error) {
	free = xref
	for n := 2; ; n++ {
		old, ok, err := maybe[int64](ctx, tx, "SELECT id FROM tickets WHERE xref = ?", free)
		if err != nil || !ok {
			return free, 0, err
		}
		t, err := ticketByID(ctx, tx, old)
		if err != nil || t.State == app.TicketPending || t.State == app.TicketOpen {
			return free, old, err
		}
		free = fmt.Sprintf("%s-%d", xref, n)
	}
}

// insertTicket stores a decided ticket under a free reference and returns its row.
func insertTicket(ctx context.Context, tx writer, t app.Ticket, now time.Time) (int64, error) {
	if t.State == "" {
		t.State = app.TicketPending
	}
	id, err := inserted(ctx, tx, `INSERT INTO tickets (xref, scope_key, connection, remote_id, summary, board, status, state, touched, opened_at, closed_at, remote_updated_at, priority_id, owner, changed_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		t.XRef, t.ScopeKey, t.Connection, orNull(t.RemoteID), t.Summary, t.Board, t.Status, t.State, t.Touched,
		stamp(t.OpenedAt), stamp(t.ClosedAt), stamp(t.RemoteUpdatedAt), t.PriorityID, t.Owner, stamp(now))
	if isUnique(err) {
		return 0, fmt.Errorf("a ticket of scope %s is open already on %s: %w", t.ScopeKey, t.Connection, err)
	}
	return id, err
}

// updateTicket writes a ticket as it stands at ConnectWise now, and what that means for its conditions. An answer
// older than the one we hold changes nothing but what only we know.
func updateTicket(ctx context.Context, tx *sql.Tx, t app.Ticket, ourClose bool, now time.Time) error {
	old, err := ticketByID(ctx, tx, t.ID)
	if err != nil {
		return err
	}
	t = merged(old, t, now)
	if err := exec(ctx, tx, `UPDATE tickets SET remote_id = ?, summary = ?, board = ?, status = ?, state = ?, touched = ?,
			opened_at = ?, closed_at = ?, remote_updated_at = ?, priority_id = ?, linked = ?, entered_at = ?, owner = ?,
			touched_why = ?, touched_at = ?, closed_by = ?, reopened_at = ?, changed_at = ? WHERE id = ?`,
		orNull(t.RemoteID), t.Summary, t.Board, t.Status, t.State, t.Touched,
		stamp(t.OpenedAt), stamp(t.ClosedAt), stamp(t.RemoteUpdatedAt), t.PriorityID, t.Linked, stamp(t.EnteredAt), t.Owner,
		t.TouchedWhy, stamp(t.TouchedAt), t.ClosedBy, stamp(t.ReopenedAt), text(t.ChangedAt), t.ID); err != nil {
		if isUnique(err) {
			return app.Wrap(err, app.Conflict, fmt.Sprintf("Ticket %d of %s already stands for another alert here.", t.RemoteID, t.Connection))
		}
		return err
	}
	ended := t.State == app.TicketClosed || t.State == app.TicketUnknown
	switch {
	case t.State == app.TicketOpen:
		return openConditions(ctx, tx, t.ID)
	case ended && ourClose:
		return freeConditions(ctx, tx, t.ID)
	case ended:
		return quietConditions(ctx, tx, t.ID)
	}
	return nil
}

// merged completes a ticket row: what the writer left empty stays as it was, closed_at goes with the state.
func merged(old, t app.Ticket, now time.Time) app.Ticket {
	t.XRef, t.ScopeKey, t.Connection = old.XRef, old.ScopeKey, old.Connection
	if t.RemoteID == 0 {
		t.RemoteID = old.RemoteID
	}
	if t.Summary == "" {
		t.Summary = old.Summary
	}
	if t.State == "" {
		t.State = old.State
	}
	if old.RemoteID != 0 { // who had it first is known already, if it was anybody
		t.Owner = old.Owner
	}
	if t.PriorityID == 0 {
		t.PriorityID = old.PriorityID
	}
	t.Linked = t.Linked || old.Linked
	if t.EnteredAt.IsZero() {
		t.EnteredAt = old.EnteredAt
	}
	if t.OpenedAt.IsZero() {
		t.OpenedAt = old.OpenedAt
	}
	if t.OpenedAt.IsZero() && t.State == app.TicketOpen {
		t.OpenedAt = now
	}
	if t.RemoteUpdatedAt.Before(old.RemoteUpdatedAt) {
		t.RemoteUpdatedAt = old.RemoteUpdatedAt
	}
	switch {
	case t.State != app.TicketClosed && t.State != app.TicketUnknown:
		t.ClosedAt = time.Time{}
	case t.ClosedAt.IsZero() && !old.ClosedAt.IsZero():
		t.ClosedAt = old.ClosedAt
	case t.ClosedAt.IsZero():
		t.ClosedAt = now
	}
	return whoDidWhat(old, t, now)
}

// whoDidWhat completes what is known of a person's doing, and when a ticket changed last. Why it was touched first is why
// psabridge leaves it alone, so that stays.
func whoDidWhat(old, t app.Ticket, now time.Time) app.Ticket {
	t.TouchedAt, t.ReopenedAt, t.ChangedAt = old.TouchedAt, old.ReopenedAt, old.ChangedAt
	if old.TouchedWhy != "" {
		t.TouchedWhy = old.TouchedWhy
	}
	if t.Touched && !old.Touched {
		t.TouchedAt = now
		if !t.ClosedAt.IsZero() { // to close it was the touch
			t.TouchedAt = t.ClosedAt
		}
	}
	if t.State != app.TicketClosed {
		t.ClosedBy = ""
	}
	if old.State == app.TicketClosed && t.State == app.TicketOpen {
		t.ReopenedAt = now
	}
	if t.State != old.State || t.Board != old.Board || t.Status != old.Status || t.Touched != old.Touched || t.Summary != old.Summary || t.ChangedAt.IsZero() {
		t.ChangedAt = now
	}
	return t
}

// SavePolledTickets writes what a poll of open tickets showed, whole rows by id, and returns how many changed. A row
// not newer than the answer we hold was overtaken by one of our own writes and is ignored.
func (s *Store) SavePolledTickets(ctx context.Context, tickets []app.Ticket, now time.Time) (n int, err error) {
	err = s.write(ctx, "save polled tickets", func(tx *sql.Tx) error {
		for _, t := range tickets {
			old, err := ticketByID(ctx, tx, t.ID)
			if app.ErrorCode(err) == app.NotFound {
				continue
			}
			if err != nil {
				return err
			}
			if overtaken(old, t) {
				continue
			}
			if err := updateTicket(ctx, tx, t, false, now); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// overtaken reports whether a poll's row tells nothing newer than old. A ticket that vanished has no newer date to
// show; its row counts unless we heard of the ticket meanwhile.
func overtaken(old, polled app.Ticket) bool {
	if polled.State == app.TicketUnknown {
		return old.State == app.TicketUnknown || polled.RemoteUpdatedAt.Before(old.RemoteUpdatedAt)
	}
	return !polled.RemoteUpdatedAt.After(old.RemoteUpdatedAt)
}
