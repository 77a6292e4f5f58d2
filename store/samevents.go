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
		find, err := tx.PrepareContext(ctx, "SELECT "+eventFields+" FROM events WHERE source = ? AND source_event_id = ? ORDER BY generation DESC LIMIT 1")
		if err != nil {
			return err
		}
		defer find.Close()
		for _, id := range ids {
			e, err := scanEvent(find.QueryRowContext(ctx, source, id))
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
