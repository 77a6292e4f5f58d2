package store

import (
	"context"
	"database/sql"
	"time"

	"psabridge/app"
)

// ParkDouble asks a person to merge the tickets ConnectWise has of one of ours: by a delivery that is parked from the start,
// on a lane of its own so that nothing waits for it. There is one per ticket; a second call changes nothing.
func (s *Store) ParkDouble(ctx context.Context, t app.Ticket, p app.TicketPayload, reason string, now time.Time) error {
	return s.write(ctx, "park double", func(tx *sql.Tx) error {
		return exec(ctx, tx, `INSERT INTO deliveries (dedup_key, lane, kind, connection, state, next_at, ticket_id, source, organization, subject, payload, reason, error_code, created_at)
			VALUES (?1, ?1, ?2, ?3, 'parked', ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?4) ON CONFLICT (dedup_key) DO NOTHING`,
			"double:"+t.XRef, app.DeliverTicketNote, t.Connection, stamp(now), t.ID, p.Source, p.OrganizationID, t.Summary, asJSON{p}, reason, app.Conflict)
	})
}
