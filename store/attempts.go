package store

import (
	"context"
	"database/sql"

	"psabridge/app"
)

// endAttempt writes how an attempt ended.
func endAttempt(ctx context.Context, tx *sql.Tx, st app.Settlement) error {
	return exec(ctx, tx, "UPDATE attempts SET outcome = ?, status = ?, code = ?, error = ?, finished_at = ? WHERE delivery_id = ? AND n = ?",
		attemptOutcome(st), st.Status, st.Code, st.Message, stamp(st.At), st.DeliveryID, st.Attempt)
}

func attemptOutcome(st app.Settlement) string {
	switch st.State {
	case app.DeliveryDone:
		return "done"
	case app.DeliveryChecking:
		return "unknown"
	case app.DeliveryParked:
		return "parked"
	case app.DeliveryDropped:
		return "dropped"
	case app.DeliveryWaiting, app.DeliverySending:
	}
	if st.Uncounted {
		return "waited"
	}
	return "retry"
}

const attemptFields = "n, started_at, intent_at, request, outcome, status, code, error, finished_at"

func attemptDest(a *app.Attempt) []any {
	return []any{&a.N, into(&a.StartedAt), into(&a.IntentAt), &a.Request, &a.Outcome, &a.Status, &a.Code, &a.Error, into(&a.FinishedAt)}
}

// Attempts lists every try at a delivery, first to last.
func (r *Reader) Attempts(ctx context.Context, delivery int64) ([]app.Attempt, error) {
	list, err := all(ctx, r.db, func(s scanner) (a app.Attempt, err error) { err = s.Scan(attemptDest(&a)...); return a, err },
		"SELECT "+attemptFields+" FROM attempts WHERE delivery_id = ? ORDER BY n", delivery)
	return list, failed("list attempts", err)
}
