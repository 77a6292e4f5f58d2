package store

import (
	"context"
	"database/sql"

	"psabridge/app"
)

// SaveRaw keeps what a source answered where its fields are not documented: the newest of each organization and kind.
func (s *Store) SaveRaw(ctx context.Context, source string, rs []app.RawRecord) error {
	return s.write(ctx, "save raw records", func(tx *sql.Tx) error {
		save, err := tx.PrepareContext(ctx, `INSERT INTO raw_records (source, organization, what, read_at, body, understood, note)
			VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (source, organization, what) DO UPDATE SET read_at = excluded.read_at, body = excluded.body,
				understood = excluded.understood, note = excluded.note`)
		if err != nil {
			return err
		}
		defer save.Close()
		for _, r := range rs {
			if _, err := save.ExecContext(ctx, source, r.OrganizationID, r.What, text(r.ReadAt), rawJSON(r.Body), r.Understood, r.Note); err != nil {
				return err
			}
		}
		return nil
	})
}

// RawRecords lists what is kept of a source, by organization and kind.
func (r *Reader) RawRecords(ctx context.Context, source string) ([]app.RawRecord, error) {
	list, err := all(ctx, r.db, func(s scanner) (raw app.RawRecord, err error) {
		err = s.Scan(&raw.Source, &raw.OrganizationID, &raw.What, into(&raw.ReadAt), intoRaw(&raw.Body), &raw.Understood, &raw.Note)
		return raw, err
	}, `SELECT source, organization, what, read_at, body, understood, note FROM raw_records
		WHERE source = ? ORDER BY organization, what`, source)
	return list, failed("list raw records", err)
}
