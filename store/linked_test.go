package store

import (
	"testing"
	"time"

	"psabridge/app"
)

// TestLinkedTicketsStayKnown: what a person linked before the mark was kept is found in the ledger, and what is known of
// a linked ticket is not forgotten when it is written without.
func TestLinkedTicketsStayKnown(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	s := mustOpen(t, dir, migrations[:3])
	for _, statement := range []string{
		`INSERT INTO tickets (id, xref, scope_key, connection, remote_id, summary, board, status, state, touched)
			VALUES (1, 'a', 'a', 'cw', 48001, 'Down', 'NOC', 'New', 'open', 0), (2, 'b', 'b', 'cw', 48002, 'Down', 'NOC', 'New', 'open', 0),
				(3, 'c', 'c', 'other', 48001, 'Down', 'NOC', 'New', 'open', 0)`,
		`INSERT INTO ledger (at, phase, connection, object, before, after, remote_id, delivery_id, n, by, note, hash)
			VALUES ('2026-11-05T06:00:00.000Z', 'outcome', 'cw', 'ticket 48001', '', '', 48001, 1, 1, 'Ada', 'Linked by hand', ''),
				('2026-11-05T06:00:00.000Z', 'outcome', 'cw', 'ticket 48002', '', '', 48002, 2, 1, 'Backup failed', '', '')`,
	} {
		if _, err := s.db.ExecContext(ctx, statement); err != nil {
			t.Fatal(err)
		}
	}
	_ = s.Close()

	s = mustOpen(t, dir, migrations)
	for id, want := range map[int64]bool{1: true, 2: false, 3: false} {
		if got, err := ticketByID(ctx, s.db, id); err != nil || got.Linked != want || !got.EnteredAt.IsZero() {
			t.Errorf("ticket %d: %+v, %v", id, got, err)
		}
	}
	entered := time.Date(2026, 11, 5, 6, 0, 0, 0, time.UTC)
	for i, row := range []app.Ticket{
		{ID: 2, RemoteID: 48002, State: app.TicketOpen, Linked: true, EnteredAt: entered, RemoteUpdatedAt: entered},
		{ID: 2, RemoteID: 48002, State: app.TicketOpen, Status: "In Progress", RemoteUpdatedAt: entered.Add(time.Hour)},
	} {
		if _, err := s.SavePolledTickets(ctx, []app.Ticket{row}, entered); err != nil {
			t.Fatal(err)
		}
		if got, err := ticketByID(ctx, s.db, 2); err != nil || !got.Linked || !got.EnteredAt.Equal(entered) || got.Status != row.Status {
			t.Errorf("after %d: %+v, %v", i+1, got, err)
		}
	}
}
