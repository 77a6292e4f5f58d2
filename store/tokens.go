package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"psabridge/app"
)

// SaveInboxToken keeps a token by the hash of what was shown once, and returns its row. NotFound when t.Source is no
// inbox of the settings.
func (s *Store) SaveInboxToken(ctx context.Context, t app.InboxToken, sum [32]byte) (id int64, err error) {
	err = s.write(ctx, "save inbox token", func(tx *sql.Tx) error {
		if open, err := isInbox(ctx, tx, t.Source); err != nil {
			return err
		} else if !open {
			return app.Errorf(app.NotFound, "There is no inbox named %q.", t.Source)
		}
		id, _, err = maybe[int64](ctx, tx, `INSERT INTO inbox_tokens (source, name, sha256, ends_with, created_at, revoked_at)
			VALUES (?, ?, ?, ?, ?, ?) RETURNING id`, t.Source, t.Name, sum[:], t.EndsWith, stamp(t.CreatedAt), stamp(t.RevokedAt))
		return err
	})
	return id, err
}

// RevokeInboxToken ends a token at now; doing it again changes nothing. NotFound when there is none.
func (s *Store) RevokeInboxToken(ctx context.Context, id int64, now time.Time) error {
	return s.write(ctx, "revoke inbox token", func(tx *sql.Tx) error {
		n, err := changed(ctx, tx, "UPDATE inbox_tokens SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?", stamp(now), id)
		if err == nil && n == 0 {
			err = app.Errorf(app.NotFound, "There is no inbox token %d.", id)
		}
		return err
	})
}

const inboxTokenColumns = "SELECT t.id, t.source, t.name, t.ends_with, t.created_at, t.revoked_at " //nolint:gosec // columns, no secret

func scanInboxToken(s scanner) (t app.InboxToken, err error) {
	err = s.Scan(&t.ID, &t.Source, &t.Name, &t.EndsWith, into(&t.CreatedAt), into(&t.RevokedAt))
	return t, err
}

// InboxTokens lists the tokens of an inbox in the order they were made, those that were revoked too; source "" lists all.
func (r *Reader) InboxTokens(ctx context.Context, source string) ([]app.InboxToken, error) {
	list, err := all(ctx, r.db, scanInboxToken, inboxTokenColumns+"FROM inbox_tokens t WHERE ?1 = '' OR t.source = ?1 ORDER BY t.id", source)
	return list, failed("list inbox tokens", err)
}

// InboxToken returns a token that may send to an inbox, by its hash. NotFound when nobody made it, when it was revoked, and
// when its source was removed.
func (r *Reader) InboxToken(ctx context.Context, sum [32]byte) (app.InboxToken, error) {
	t, err := one(ctx, r.db, scanInboxToken,
		"This token is not known.", inboxTokenColumns+`FROM inbox_tokens t JOIN sources s ON s.name = t.source
			WHERE t.sha256 = ? AND t.revoked_at IS NULL AND s.removed_at IS NULL AND s.kind = ?`, sum[:], app.KindInbox)
	return t, failed("look for inbox token", err)
}

// isInbox reports whether a source of the settings is sent to us.
func isInbox(ctx context.Context, q querier, source string) (bool, error) {
	kind, _, err := maybe[string](ctx, q, "SELECT kind FROM sources WHERE name = ? AND removed_at IS NULL", source)
	if err != nil {
		return false, fmt.Errorf("kind of source: %w", err)
	}
	return kind == app.KindInbox, nil
}
