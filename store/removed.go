package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"psabridge/app"
)

// leftBehind is what must not meet a source that comes back under the same name, perhaps at another address: the marks
// of how far it was read, and its start line, because what it shows first is history then (T4).
var leftBehind = []string{"cursors", "source_starts"}

// forgetMoved drops what is left behind by a source of the settings that leads elsewhere from now on. What it showed
// stays until its first complete reading says otherwise.
func forgetMoved(ctx context.Context, tx *sql.Tx, row app.ProjectionRow) error {
	for _, table := range leftBehind {
		if err := exec(ctx, tx, "DELETE FROM "+table+` WHERE source = ?1 AND EXISTS (SELECT 1 FROM sources s WHERE s.name = ?1
			AND (s.kind <> ?2 OR s.config ->> '$.host' IS NOT ?3 ->> '$.host'))`, row.Name, row.Kind, config(row)); err != nil {
			return err
		}
	}
	return nil
}

// forgetRemoved ends what belongs to the sources that have just left the settings: nobody looks any more, so no value
// holds and no organization is shown, and nobody may send to them.
func forgetRemoved(ctx context.Context, tx *sql.Tx, at time.Time) error {
	const removed = "(SELECT name FROM sources WHERE removed_at = ?1)"
	for _, statement := range []string{
		"UPDATE organizations SET state = 'gone' WHERE state = 'present' AND source IN " + removed,
		`UPDATE object_states SET to_at = max(from_at, ?1) WHERE to_at IS NULL
			AND object_id IN (SELECT id FROM objects WHERE source IN ` + removed + ")",
		"UPDATE inbox_tokens SET revoked_at = ?1 WHERE revoked_at IS NULL AND source IN " + removed,
	} {
		if err := exec(ctx, tx, statement, stamp(at)); err != nil {
			return fmt.Errorf("forget removed sources: %w", err)
		}
	}
	for _, table := range leftBehind {
		if err := exec(ctx, tx, "DELETE FROM "+table+" WHERE source IN "+removed, stamp(at)); err != nil {
			return fmt.Errorf("forget removed sources: %w", err)
		}
	}
	return nil
}

// forgetBeats drops when the sources were polled that are not in the settings any more: until one that comes back is
// read again, nothing is known of it.
func (s *Store) forgetBeats(sources []app.ProjectionRow) {
	kept := make(map[string]bool, len(sources))
	for _, row := range sources {
		kept[row.Name] = true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.beats {
		if !kept[name] {
			delete(s.beats, name)
		}
	}
}
