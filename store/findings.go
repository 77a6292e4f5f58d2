package store

import (
	"context"

	"psabridge/app"
)

const newestPlan = "(SELECT max(id) FROM plans WHERE connection = ? AND undo_of IS NULL)"

// NewestPlan returns the plan of a connection that was made last, whatever became of it, without lines: its findings are
// what is known of use and bill. NotFound before the first.
func (r *Reader) NewestPlan(ctx context.Context, connection string) (app.Plan, error) {
	p, err := one(ctx, r.db, scanPlan, "No preview was made yet.", planColumns+" WHERE p.id = "+newestPlan, connection)
	return p, failed("newest plan", err)
}

// CountHeld counts the lines that are held in the open plan of a connection's month.
func (r *Reader) CountHeld(ctx context.Context, connection string, period app.Period) (int, error) {
	n, _, err := maybe[int](ctx, r.db, `SELECT count(*) FROM plans p JOIN lines l ON l.plan_id = p.id AND l.verdict = ?
		WHERE p.connection = ? AND p.period = ? AND p.state = 'open' AND p.undo_of IS NULL`, app.VerdictHold, connection, period.String())
	return n, failed("count held lines", err)
}

// CountFindings counts the findings of a connection's newest plan that a person should mend. What a push of the plan mends,
// or a held line asks about already, is counted with the month; one that is billed at its minimum is as it was agreed.
func (r *Reader) CountFindings(ctx context.Context, connection string) (int, error) {
	n, _, err := maybe[int](ctx, r.db, `SELECT count(*) FROM plans p, json_each(p.findings) f
		WHERE p.id = `+newestPlan+` AND f.value ->> '$.code' <> ?
			AND NOT (f.value ->> '$.code' IN (?, ?) AND EXISTS (SELECT 1 FROM lines l WHERE l.plan_id = p.id AND l.verdict IN ('update', 'create', 'hold')
				AND l.agreement_id = f.value ->> '$.agreement.id' AND l.product = f.value ->> '$.product'))`,
		connection, app.FindingBelowMinimum, app.FindingUsedNotBilled, app.FindingBilledNotUsed)
	return n, failed("count findings", err)
}
