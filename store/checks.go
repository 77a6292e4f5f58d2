package store

import (
	"context"
	"database/sql"
	"time"

	"psabridge/app"
)

// SaveChecks replaces the newest results of a connection's checks and notes that they were made at now, and what they were
// about. A check whose state is the same as before keeps the moment it changed, so that "bad since Tuesday" stays true. Of a
// connection that is not in the settings, or not any more, nothing is kept.
func (s *Store) SaveChecks(ctx context.Context, connection, about string, rows []app.CheckRow, now time.Time) error {
	return s.write(ctx, "save checks", func(tx *sql.Tx) error {
		if _, known, err := maybe[int](ctx, tx, "SELECT 1 FROM connections WHERE name = ? AND removed_at IS NULL", connection); err != nil || !known {
			return err
		}
		stored, err := checks(ctx, tx, connection)
		if err != nil {
			return err
		}
		was := make(map[string]app.CheckRow, len(stored))
		for _, c := range stored {
			was[c.ID] = c
		}
		if err := exec(ctx, tx, "DELETE FROM checks WHERE connection = ?", connection); err != nil {
			return err
		}
		for i, c := range rows {
			if err := saveCheck(ctx, tx, connection, i, c, was[c.ID], now); err != nil {
				return err
			}
		}
		return exec(ctx, tx, `INSERT INTO check_runs (connection, at, about) VALUES (?, ?, ?)
			ON CONFLICT (connection) DO UPDATE SET at = excluded.at, about = excluded.about`, connection, stamp(now), about)
	})
}

// saveCheck writes one result; old is the one before it, zero when there was none.
func saveCheck(ctx context.Context, tx *sql.Tx, connection string, position int, c, old app.CheckRow, now time.Time) error {
	if old.State == c.State {
		now = old.ChangedAt
	}
	tried := c.State
	if c.State == app.CheckSkipped {
		tried = old.Tried
	}
	return exec(ctx, tx, `INSERT INTO checks (connection, check_id, position, title, state, message, fix, took_ms, changed_at, tried)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, connection, c.ID, position, c.Title, c.State, c.Message, c.Fix, c.Took.Milliseconds(), stamp(now), tried)
}

// Checks lists the newest results of a connection's checks in the order they were made; connection "" lists all.
func (r *Reader) Checks(ctx context.Context, connection string) ([]app.CheckRow, error) {
	list, err := checks(ctx, r.db, connection)
	return list, failed("list checks", err)
}

func checks(ctx context.Context, q querier, connection string) ([]app.CheckRow, error) {
	return all(ctx, q, func(s scanner) (c app.CheckRow, err error) {
		var took int64
		err = s.Scan(&c.Connection, &c.ID, &c.Title, &c.State, &c.Message, &c.Fix, &took, into(&c.ChangedAt), &c.Tried)
		c.Took = time.Duration(took) * time.Millisecond
		return c, err
	}, `SELECT connection, check_id, title, state, message, fix, took_ms, changed_at, tried FROM checks
		WHERE ?1 = '' OR connection = ?1 ORDER BY connection, position`, connection)
}

// CheckedAt returns when the checks of a connection were last made; the zero time when they never were. Whether the
// connection is still the same, setup knows.
func (r *Reader) CheckedAt(ctx context.Context, connection string) (time.Time, error) {
	at, _, err := r.CheckedAbout(ctx, connection)
	return at, err
}

// CheckedAbout is CheckedAt with the fingerprint of what the checks were about.
func (r *Reader) CheckedAbout(ctx context.Context, connection string) (at time.Time, about string, err error) {
	_, err = all(ctx, r.db, func(s scanner) (struct{}, error) { return struct{}{}, s.Scan(into(&at), &about) },
		"SELECT at, about FROM check_runs WHERE connection = ?", connection)
	return at, about, failed("read check run", err)
}
