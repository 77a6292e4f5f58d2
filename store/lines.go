package store

import (
	"context"
	"database/sql"
	"time"

	"psabridge/app"
)

// settleLines writes how far the lines of a push have come, remembers the additions that were written, and closes the
// push with its last line.
func settleLines(ctx context.Context, tx *sql.Tx, d app.Delivery, lines []app.Line, now time.Time) error {
	if d.PushID == 0 {
		return nil
	}
	for _, l := range lines {
		n, err := changed(ctx, tx, `UPDATE lines SET state = ?, addition_id = ?, error = ?, written_at = ?, effective_date = ?
			WHERE id = ? AND plan_id = (SELECT plan_id FROM pushes WHERE id = ?)`,
			l.State, l.AdditionID, l.Error, stamp(l.WrittenAt), stamp(l.EffectiveDate), l.ID, d.PushID)
		if err != nil {
			return err
		}
		if n == 0 {
			return app.Errorf(app.Internal, "line %d does not belong to push %d", l.ID, d.PushID)
		}
		if l.State != app.LineDone || l.AdditionID == 0 {
			continue
		}
		if err := own(ctx, tx, d, l.ID); err != nil {
			return err
		}
	}
	return closePush(ctx, tx, d.PushID, now)
}

// failLines gives up the lines of a dropped delivery that were not settled.
func failLines(ctx context.Context, tx *sql.Tx, d app.Delivery, reason string, now time.Time) error {
	if err := exec(ctx, tx, `UPDATE lines SET state = 'failed', error = ? WHERE state IN ('planned', 'writing', 'unknown')
		AND id IN (SELECT value FROM json_each(?, '$.line_ids'))`, reason, string(d.Payload)); err != nil {
		return err
	}
	return closePush(ctx, tx, d.PushID, now)
}
