package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"time"

	"psabridge/app"
)

// makeInstall gives a new database its identity. The id is part of every ticket's external reference, so it is never
// changed and never guessed from the machine.
func makeInstall(ctx context.Context, db *sql.DB, now time.Time) error {
	id, label := random(10), "psabridge-"+random(8)
	_, err := db.ExecContext(ctx, "INSERT INTO install (id, install_id, host_label, created_at) VALUES (1, ?, ?, ?)", id, label, stamp(now))
	return err
}

// letters leaves out 0 and 1, which people read as o and l.
const letters = "abcdefghijklmnopqrstuvwxyz23456789"

// random returns n letters. Bytes beyond the last whole round of letters are thrown away, so that all are as likely.
func random(n int) string {
	const whole = 256 - 256%len(letters)
	out := make([]byte, 0, n)
	b := make([]byte, 1)
	for len(out) < n {
		_, _ = rand.Read(b) // never fails
		if int(b[0]) < whole {
			out = append(out, letters[int(b[0])%len(letters)])
		}
	}
	return string(out)
}

// Install returns what this installation knows of itself.
func (r *Reader) Install(ctx context.Context) (app.Install, error) {
	in, err := install(ctx, r.db)
	return in, failed("read install", err)
}

func install(ctx context.Context, q querier) (in app.Install, err error) {
	err = q.QueryRowContext(ctx, `SELECT install_id, host_label, paused, paused_until, pause_reason,
			EXISTS (SELECT 1 FROM restores WHERE reconciled_at IS NULL) FROM install WHERE id = 1`).
		Scan(&in.ID, &in.HostLabel, &in.Paused, into(&in.PausedUntil), &in.PauseReason, &in.Restoring)
	return in, err
}

// SetPause pauses or resumes sending. A zero until means until resumed.
func (s *Store) SetPause(ctx context.Context, paused bool, until time.Time, reason string) error {
	if !paused {
		until, reason = time.Time{}, ""
	}
	return s.write(ctx, "set pause", func(tx *sql.Tx) error {
		return exec(ctx, tx, `UPDATE install SET paused = ?1, paused_until = ?2, pause_reason = ?3
			WHERE id = 1 AND (paused, paused_until, pause_reason) IS NOT (?1, ?2, ?3)`, paused, stamp(until), reason)
	})
}
