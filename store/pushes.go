package store

import (
	"context"
	"database/sql"
	"time"

	"psabridge/app"
)

// closePush ends a push when no line is left to write, and undoes the one it undoes. A delivery that a person retried
// after the end may still turn an incomplete push into a done one.
func closePush(ctx context.Context, tx *sql.Tx, push int64, now time.Time) error {
	var open, bad int
	if err := tx.QueryRowContext(ctx, `SELECT
			count(*) FILTER (WHERE l.state IN ('planned', 'writing', 'unknown')),
			count(*) FILTER (WHERE l.state IN ('failed', 'changed_underneath'))
		FROM pushes p JOIN lines l ON l.plan_id = p.plan_id AND l.verdict IN ('update', 'create')
		WHERE p.id = ?`, push).Scan(&open, &bad); err != nil {
		return err
	}
	if open > 0 {
		return nil
	}
	state := app.PushDone
	if bad > 0 {
		state = app.PushIncomplete
	}
	n, err := changed(ctx, tx, "UPDATE pushes SET state = ?, done_at = ? WHERE id = ? AND state IN ('writing', 'incomplete')", state, stamp(now), push)
	if err != nil || n == 0 || state != app.PushDone {
		return err
	}
	return exec(ctx, tx, `UPDATE pushes SET state = 'undone' WHERE id = (SELECT undo_of FROM pushes WHERE id = ?)`, push)
}
