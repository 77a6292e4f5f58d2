package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"psabridge/app"
)

// ofSource is what the settings said of a source.
type ofSource struct{ name, kind, host, top string }

func scanOfSource(s scanner) (o ofSource, err error) {
	var row app.ProjectionRow
	var raw string
	err = s.Scan(&row.Name, &row.Kind, &raw)
	row.Config = []byte(raw)
	return sourceIn(row), err
}

func sourceIn(row app.ProjectionRow) ofSource {
	var c struct {
		Host string `json:"host"`
		Top  string `json:"top_organization"`
	}
	_ = json.Unmarshal(row.Config, &c) // settings that do not say it lead nowhere else
	return ofSource{row.Name, row.Kind, c.Host, c.Top}
}

// leaveSources ends or forgets what the new settings take back of the sources of the old ones, and returns the names of
// those that ended. One that becomes another kind ends too: what was read means nothing to what takes its name.
func leaveSources(ctx context.Context, tx *sql.Tx, rows []app.ProjectionRow, at time.Time) (ended []string, err error) {
	stored, err := all(ctx, tx, scanOfSource, "SELECT name, kind, config FROM sources WHERE removed_at IS NULL")
	if err != nil {
		return nil, err
	}
	for _, old := range stored {
		var is ofSource
		if i := slices.IndexFunc(rows, func(r app.ProjectionRow) bool { return r.Name == old.name }); i >= 0 {
			is = sourceIn(rows[i])
		}
		switch {
		case is.kind != old.kind:
			ended = append(ended, old.name)
			err = endSource(ctx, tx, old.name, at)
		case is.host != old.host:
			err = forgetServer(ctx, tx, old.name)
		case is.top != old.top:
			err = forgetStart(ctx, tx, old.name)
		}
		if err != nil {
			return nil, fmt.Errorf("leave source %s: %w", old.name, err)
		}
	}
	return ended, nil
}

// endSource ends what belongs to a source: nobody looks any more, so no value and no condition holds, no organization is
// shown, and nobody may send to it. Tickets stay for a person to close.
func endSource(ctx context.Context, tx *sql.Tx, source string, at time.Time) error {
	for _, statement := range []string{
		"UPDATE organizations SET state = 'gone' WHERE state = 'present' AND source = ?2",
		`UPDATE object_states SET to_at = max(from_at, ?1) WHERE to_at IS NULL
			AND object_id IN (SELECT id FROM objects WHERE source = ?2)`,
		"UPDATE conditions SET state = 'cleared', cleared_at = ?1, wait = '" + string(app.ReasonSourceRemoved) + "' WHERE cleared_at IS NULL AND source = ?2",
		"UPDATE inbox_tokens SET revoked_at = ?1 WHERE revoked_at IS NULL AND source = ?2",
		"DELETE FROM raw_records WHERE source = ?2",
	} {
		if err := exec(ctx, tx, statement, stamp(at), source); err != nil {
			return err
		}
	}
	return forgetServer(ctx, tx, source)
}

// forgetServer drops what must not meet another server under the same name: how far the old one was read, how that went, and the
// ids of its events, which the new one counts by itself. What was shown stays until the first complete reading says otherwise.
func forgetServer(ctx context.Context, tx *sql.Tx, source string) error {
	for _, statement := range []string{"DELETE FROM cursors WHERE source = ?", "DELETE FROM poll_counts WHERE source = ?", "UPDATE sources SET generation = generation + 1 WHERE name = ?"} {
		if err := exec(ctx, tx, statement, source); err != nil {
			return err
		}
	}
	return forgetStart(ctx, tx, source)
}

// forgetStart drops the start lines of a source: what it shows first from another top, too, is history (T4).
func forgetStart(ctx context.Context, tx *sql.Tx, source string) error {
	for _, table := range []string{"source_starts", "organization_starts"} {
		if err := exec(ctx, tx, "DELETE FROM "+table+" WHERE source = ?", source); err != nil {
			return err
		}
	}
	return nil
}

// forgetBeats drops when sources were polled that ended: until one that comes back is read again, nothing is known of it.
func (s *Store) forgetBeats(sources []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range sources {
		delete(s.beats, name)
	}
}
