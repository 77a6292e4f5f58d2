package store

import (
	"context"
	"database/sql"
	"time"

	"psabridge/app"
)

// saveEvents stores the events of a source that were not stored before and returns those, with their ids.
func saveEvents(ctx context.Context, tx *sql.Tx, source string, events []app.Event, now time.Time) ([]app.Event, error) {
	if len(events) == 0 {
		return nil, nil
	}
	insert, err := tx.PrepareContext(ctx, `INSERT INTO events (source, source_event_id, organization, object_kind, object_id, object_name,
			type, state, severity, level, occurred_at, received_at, title, text, body)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, source_event_id) DO NOTHING`)
	if err != nil {
		return nil, err
	}
	defer insert.Close()
	var fresh []app.Event
	for _, e := range events {
		e.Source = source
		if e.ReceivedAt.IsZero() {
			e.ReceivedAt = now
		}
		res, err := insert.ExecContext(ctx, e.Source, e.SourceEventID, e.OrganizationID, e.Object.Kind, e.Object.ExternalID, e.Object.Name,
			e.Type, e.State, e.Severity, e.Level, stamp(e.OccurredAt), stamp(e.ReceivedAt), e.Title, e.Text, rawJSON(e.Body))
		if err != nil {
			return nil, err
		}
		if n, err := res.RowsAffected(); err != nil {
			return nil, err
		} else if n == 0 {
			continue
		}
		if e.ID, err = res.LastInsertId(); err != nil {
			return nil, err
		}
		fresh = append(fresh, e)
	}
	return fresh, nil
}

// saveOutcome says what became of an event. The last word holds: an event kept for want of a mapping may become a ticket.
func saveOutcome(ctx context.Context, tx *sql.Tx, event int64, o app.DecidedOutcome, condition int64) error {
	return exec(ctx, tx, `INSERT INTO event_outcomes (event_id, outcome, rule, reason, condition_id) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (event_id) DO UPDATE SET outcome = excluded.outcome, rule = excluded.rule, reason = excluded.reason,
			condition_id = excluded.condition_id
			WHERE (outcome, rule, reason, condition_id) IS NOT (excluded.outcome, excluded.rule, excluded.reason, excluded.condition_id)`,
		event, o.Outcome, o.Rule, o.Reason, orNull(condition))
}
