package store

import (
	"context"
	"database/sql"
	"time"

	"psabridge/app"
)

// SaveChecks replaces the newest results of a connection's checks and notes that they were made at now. A check whose state is the same as before keeps
// the moment it changed, so that "bad since Tuesday" stays true.
func (s *Store) SaveChecks(ctx context.Context, connection string, rows []app.CheckRow, now time.Time) error {
	return s.write(ctx, "save checks", func(tx *sql.Tx) error {
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
			at := now
			if old, ok := was[c.ID]; ok && old.State == c.State {
				at = old.ChangedAt
			}
			if err := exec(ctx, tx, `INSERT INTO checks (connection, check_id, position, title, state, message, fix, took_ms, changed_at)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, connection, c.ID, i, c.Title, c.State, c.Message, c.Fix, c.Took.Milliseconds(), stamp(at)); err != nil {
				return err
			}
		}
		return exec(ctx, tx, `INSERT INTO check_runs (connection, at) VALUES (?, ?)
			ON CONFLICT (connection) DO UPDATE SET at = excluded.at`, connection, stamp(now))
	})
}

// Checks lists the newest results of a connection's checks in the order they were made; connection "" lists all.
func (r *Reader) Checks(ctx context.Context, connection string) ([]app.CheckRow, error) {
	list, err := checks(ctx, r.db, connection)
	return list, failed("list checks", err)
}

func checks(ctx context.Context, q querier, connection string) ([]app.CheckRow, error) {
	return all(ctx, q, func(s scanner) (c app.CheckRow, err error) {
		var took int64
		err = s.Scan(&c.Connection, &c.ID, &c.Title, &c.State, &c.Message, &c.Fix, &took, into(&c.ChangedAt))
		c.Took = time.Duration(took) * time.Millisecond
		return c, err
	}, `SELECT connection, check_id, title, state, message, fix, took_ms, changed_at FROM checks
		WHERE ?1 = '' OR connection = ?1 ORDER BY connection, position`, connection)
}

// CheckedAt returns when the checks of a connection were last made; the zero time when they never were.
func (r *Reader) CheckedAt(ctx context.Context, connection string) (at time.Time, err error) {
	runs, err := all(ctx, r.db, func(s scanner) (at time.Time, err error) { err = s.Scan(into(&at)); return at, err },
		"SELECT at FROM check_runs WHERE connection = ?", connection)
	if err != nil {
		return time.Time{}, failed("read check run", err)
	}
	if len(runs) > 0 {
		at = runs[0]
	}
	return at, nil
}
