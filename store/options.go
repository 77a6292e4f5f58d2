package store

import (
	"context"
	"database/sql"
	"time"

	"psabridge/app"
)

// SaveOptions replaces a cached list. parent is the board or company the list belongs to, 0 when to none.
func (s *Store) SaveOptions(ctx context.Context, connection string, list app.OptionList, parent int64, rows []app.OptionRow, now time.Time) error {
	return s.write(ctx, "save options", func(tx *sql.Tx) error {
		if err := exec(ctx, tx, "DELETE FROM options WHERE connection = ? AND list = ? AND parent = ?", connection, list, parent); err != nil {
			return err
		}
		insert, err := tx.PrepareContext(ctx, `INSERT INTO options (connection, list, parent, remote_id, position, identifier, name, inactive, body, loaded_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`) // pages that shift while they are read repeat a row
		if err != nil {
			return err
		}
		defer insert.Close()
		for i, o := range rows {
			if _, err := insert.ExecContext(ctx, connection, list, parent, o.ID, i, o.Identifier, o.Name, o.Inactive, rawJSON(o.Body), stamp(now)); err != nil {
				return err
			}
		}
		return exec(ctx, tx, `INSERT INTO option_loads (connection, list, parent, loaded_at) VALUES (?, ?, ?, ?)
			ON CONFLICT (connection, list, parent) DO UPDATE SET loaded_at = excluded.loaded_at`, connection, list, parent, stamp(now))
	})
}

// Options returns a cached list in the order it was saved, and when that was: the zero time when it never was.
func (r *Reader) Options(ctx context.Context, connection string, list app.OptionList, parent int64) (rows []app.OptionRow, loadedAt time.Time, err error) {
	err = r.snapshot(ctx, "read options", func(tx *sql.Tx) error {
		loads, err := all(ctx, tx, func(s scanner) (t time.Time, err error) { err = s.Scan(into(&t)); return t, err },
			"SELECT loaded_at FROM option_loads WHERE connection = ? AND list = ? AND parent = ?", connection, list, parent)
		if err != nil {
			return err
		}
		if len(loads) > 0 {
			loadedAt = loads[0]
		}
		rows, err = all(ctx, tx, scanOption, `SELECT remote_id, identifier, name, inactive, body, loaded_at FROM options
			WHERE connection = ? AND list = ? AND parent = ? ORDER BY position`, connection, list, parent)
		return err
	})
	return rows, loadedAt, err
}

func scanOption(s scanner) (o app.OptionRow, err error) {
	err = s.Scan(&o.ID, &o.Identifier, &o.Name, &o.Inactive, intoRaw(&o.Body), into(&o.LoadedAt))
	return o, err
}
