package store

import (
	"context"
	"database/sql"
	"errors"

	"psabridge/app"
)

// EventsByID returns the events of a source that are stored under these ids of the source, by that id; the newest of each.
// Without what became of them.
func (r *Reader) EventsByID(ctx context.Context, source string, ids []string) (events map[string]app.Event, err error) {
	events = make(map[string]app.Event, len(ids))
	err = r.snapshot(ctx, "read events", func(tx *sql.Tx) error {
		find, err := tx.PrepareContext(ctx, `SELECT id, source, source_event_id, organization, object_kind, object_id, object_name, type, state,
			severity, level, occurred_at, received_at, title, text, body FROM events WHERE source = ? AND source_event_id = ? ORDER BY generation DESC LIMIT 1`)
		if err != nil {
			return err
		}
		defer find.Close()
		for _, id := range ids {
			var e app.Event
			err := find.QueryRowContext(ctx, source, id).Scan(&e.ID, &e.Source, &e.SourceEventID, &e.OrganizationID, &e.Object.Kind, &e.Object.ExternalID,
				&e.Object.Name, &e.Type, &e.State, &e.Severity, &e.Level, into(&e.OccurredAt), into(&e.ReceivedAt), &e.Title, &e.Text, intoRaw(&e.Body))
			switch {
			case err == nil:
				events[id] = e
			case !errors.Is(err, sql.ErrNoRows):
				return err
			}
		}
		return nil
	})
	return events, err
}
