package store

import (
	"context"
	"database/sql"
	"fmt"

	"psabridge/app"
)

const recordColumns = "SELECT name, backend, bound_host, set_at, ends_with FROM secrets"

// SecretRecords lists which secrets are stored, by name.
func (r *Reader) SecretRecords(ctx context.Context) ([]app.SecretRecord, error) {
	list, err := all(ctx, r.db, scanSecret, recordColumns+" ORDER BY name")
	return list, failed("list secrets", err)
}

// SecretRecord says that the named secret is stored; NotFound when it is not.
func (r *Reader) SecretRecord(ctx context.Context, name string) (app.SecretRecord, error) {
	rec, err := one(ctx, r.db, scanSecret, fmt.Sprintf("The secret %s is not set.", name), recordColumns+" WHERE name = ?", name)
	return rec, failed("read secret", err)
}

func scanSecret(s scanner) (r app.SecretRecord, err error) {
	err = s.Scan(&r.Name, &r.Backend, &r.BoundHost, into(&r.SetAt), &r.EndsWith)
	return r, err
}

// SaveSecretRecord notes that a secret was stored, for which host. The value is not here.
func (s *Store) SaveSecretRecord(ctx context.Context, r app.SecretRecord) error {
	return s.write(ctx, "save secret", func(tx *sql.Tx) error {
		return exec(ctx, tx, `INSERT INTO secrets (name, backend, bound_host, set_at, ends_with) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET backend = excluded.backend, bound_host = excluded.bound_host,
				set_at = excluded.set_at, ends_with = excluded.ends_with`,
			r.Name, r.Backend, r.BoundHost, stamp(r.SetAt), r.EndsWith)
	})
}

// DeleteSecretRecord forgets that a secret was stored; one that is not there is no error.
func (s *Store) DeleteSecretRecord(ctx context.Context, name string) error {
	return s.write(ctx, "delete secret", func(tx *sql.Tx) error {
		return exec(ctx, tx, "DELETE FROM secrets WHERE name = ?", name)
	})
}
