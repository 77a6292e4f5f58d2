package store

import (
	"context"
	"database/sql"
	"net/url"

	"psabridge/app"
)

// present is what the database that is replaced knows of this machine rather than of the business: a backup has an older state of
// it, and the machine did not go back.
type present struct {
	known   bool
	install string
	second  string // the folder for second copies
	// The keychain holds the keys as they were entered last, so which host each is for is to be known as it was noted last: the
	// keys of a new address must not go to the old one.
	secrets []app.SecretRecord
	revoked []revocation // what somebody locked out stays locked out
}

type revocation struct {
	hash []byte
	at   string
}

// present reads it, with what is still in the -wal; nothing where that database cannot be read. Only reads: what is there is
// kept as it is.
func (f files) present(ctx context.Context) (p present) {
	if checkHeader(f.database()) != nil {
		return p
	}
	db, err := pool(dsn(f.database(), url.Values{"mode": {"ro"}, "_pragma": pragmas("query_only(1)")}), 1)
	if err != nil {
		return p
	}
	defer db.Close()
	if err := db.QueryRowContext(ctx, "SELECT install_id FROM install WHERE id = 1").Scan(&p.install); err != nil {
		return p
	}
	p.known = db.QueryRowContext(ctx, "SELECT second_folder FROM install WHERE id = 1").Scan(&p.second) == nil
	if p.secrets, err = all(ctx, db, scanSecret, recordColumns); err != nil {
		f.log.WarnContext(ctx, "which host each key is for was not read", "error", err)
	}
	p.revoked, err = all(ctx, db, func(s scanner) (r revocation, err error) { err = s.Scan(&r.hash, &r.at); return r, err },
		"SELECT sha256, revoked_at FROM inbox_tokens WHERE revoked_at IS NOT NULL")
	if err != nil {
		f.log.WarnContext(ctx, "which tokens were revoked was not read", "error", err)
	}
	return p
}

// carry writes it into the staged copy. The keys are those of one installation: of another one only the folder is this machine's.
func (p present) carry(ctx context.Context, tx *sql.Tx) error {
	if p.known {
		if err := exec(ctx, tx, "UPDATE install SET second_folder = ? WHERE id = 1", p.second); err != nil {
			return err
		}
	}
	var install string
	if err := tx.QueryRowContext(ctx, "SELECT install_id FROM install WHERE id = 1").Scan(&install); err != nil || install != p.install {
		return err
	}
	for _, r := range p.secrets {
		if err := exec(ctx, tx, "UPDATE secrets SET backend = ?, bound_host = ?, set_at = ?, ends_with = ? WHERE name = ?",
			r.Backend, r.BoundHost, stamp(r.SetAt), r.EndsWith, r.Name); err != nil {
			return err
		}
	}
	for _, r := range p.revoked {
		if err := exec(ctx, tx, "UPDATE inbox_tokens SET revoked_at = ? WHERE sha256 = ? AND revoked_at IS NULL", r.at, r.hash); err != nil {
			return err
		}
	}
	return nil
}
