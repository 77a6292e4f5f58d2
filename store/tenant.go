package store

import (
	"context"
	"database/sql"
)

// HasWritten reports whether something of ours is, or may be, at the other end of a connection: an addition, a push, a
// ticket with a number, or a ticket delivery that was begun and never said to have done nothing. A delivery that only
// waits counts when it is a test ticket, whose company a person chose there.
func (r *Reader) HasWritten(ctx context.Context, connection string) (wrote bool, err error) {
	err = r.snapshot(ctx, "look for writes", func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM additions WHERE connection = ?1)
			OR EXISTS (SELECT 1 FROM pushes WHERE connection = ?1)
			OR EXISTS (SELECT 1 FROM tickets WHERE connection = ?1 AND remote_id IS NOT NULL)
			OR EXISTS (SELECT 1 FROM deliveries WHERE connection = ?1 AND kind IN ('ticket.create', 'ticket.note', 'ticket.test')
				AND (intended = 1 OR claimed = 1 OR kind = 'ticket.test' AND state IN ('waiting', 'sending', 'checking', 'parked')))`, connection).Scan(&wrote)
	})
	return wrote, err
}
