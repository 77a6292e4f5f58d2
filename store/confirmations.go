package store

import (
	"context"
	"database/sql"

	"psabridge/app"
)

// Confirm notes that a person said something is done. Saying it again moves neither who nor when: the first word counts
// until it is taken back.
func (s *Store) Confirm(ctx context.Context, c app.Confirmation) error {
	return s.write(ctx, "confirm", func(tx *sql.Tx) error {
		return exec(ctx, tx, "INSERT INTO confirmations (subject, by, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", c.Subject, c.By, stamp(c.At))
	})
}

// Unconfirm takes a confirmation back; one that was never given is no error.
func (s *Store) Unconfirm(ctx context.Context, subject string) error {
	return s.write(ctx, "take back confirmation", func(tx *sql.Tx) error {
		return exec(ctx, tx, "DELETE FROM confirmations WHERE subject = ?", subject)
	})
}

// Confirmations lists what people said, by subject.
func (r *Reader) Confirmations(ctx context.Context) ([]app.Confirmation, error) {
	list, err := all(ctx, r.db, func(s scanner) (c app.Confirmation, err error) {
		err = s.Scan(&c.Subject, &c.By, into(&c.At))
		return c, err
	}, "SELECT subject, by, at FROM confirmations ORDER BY subject")
	return list, failed("list confirmations", err)
}
