package store

import (
	"context"
	"strings"
	"time"

	"psabridge/app"
)

// saveEvents stores the events of a source that were not stored before and returns those, with their ids.
func saveEvents(ctx context.Context, tx writer, source string, events []app.Event, now time.Time) ([]app.Event, error) {
	const insert = `INSERT INTO events (source, generation, source_event_id, organization, object_kind, object_id, object_name,
			type, state, severity, level, occurred_at, received_at, title, text, body)
		VALUES (?1, coalesce((SELECT generation FROM sources WHERE name = ?1), 1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
		ON CONFLICT (source, source_event_id, generation) DO NOTHING`
	var fresh []app.Event
	for _, e := range events {
		e.Source = source
		if e.ReceivedAt.IsZero() {
			e.ReceivedAt = now
		}
		res, err := tx.ExecContext(ctx, insert, e.Source, e.SourceEventID, e.OrganizationID, e.Object.Kind, e.Object.ExternalID, e.Object.Name,
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
func saveOutcome(ctx context.Context, tx writer, event int64, o app.DecidedOutcome, condition int64) error {
	return exec(ctx, tx, `INSERT INTO event_outcomes (event_id, outcome, rule, reason, condition_id) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (event_id) DO UPDATE SET outcome = excluded.outcome, rule = excluded.rule, reason = excluded.reason,
			condition_id = excluded.condition_id
			WHERE (outcome, rule, reason, condition_id) IS NOT (excluded.outcome, excluded.rule, excluded.reason, excluded.condition_id)`,
		event, o.Outcome, o.Rule, o.Reason, orNull(condition))
}

const eventFields = `id, source, source_event_id, organization, object_kind, object_id, object_name, type, state,
	severity, level, occurred_at, received_at, title, text, body`

func eventDest(e *app.Event) []any {
	return []any{
		&e.ID, &e.Source, &e.SourceEventID, &e.OrganizationID, &e.Object.Kind, &e.Object.ExternalID, &e.Object.Name, &e.Type, &e.State,
		&e.Severity, &e.Level, into(&e.OccurredAt), into(&e.ReceivedAt), &e.Title, &e.Text, intoRaw(&e.Body),
	}
}

func scanEvent(s scanner) (e app.Event, err error) {
	err = s.Scan(eventDest(&e)...)
	return e, err
}

const eventRows = `SELECT e.id, e.source, e.source_event_id, e.organization, e.object_kind, e.object_id, e.object_name, e.type, e.state,
	e.severity, e.level, e.occurred_at, e.received_at, e.title, e.text, e.body,
	coalesce(o.id, 0), coalesce(o.name, ''), e.id, coalesce(w.outcome, ''), coalesce(w.rule, ''), coalesce(w.reason, ''),
	coalesce(w.condition_id, 0), coalesce(t.id, 0), coalesce(t.remote_id, 0)
	FROM events e
	LEFT JOIN organizations o ON o.source = e.source AND o.external_id = e.organization
	LEFT JOIN event_outcomes w ON w.event_id = e.id
	LEFT JOIN conditions c ON c.id = w.condition_id
	LEFT JOIN tickets t ON t.id = c.ticket_id`

func scanEventRow(s scanner) (e app.EventRow, err error) {
	err = s.Scan(append(eventDest(&e.Event), &e.Organization.ID, &e.Organization.Name, &e.Outcome.EventID, &e.Outcome.Outcome, &e.Outcome.Rule,
		&e.Outcome.Reason, &e.Outcome.ConditionID, &e.TicketID, &e.TicketNumber)...)
	return e, err
}

// Events lists events with what became of them, newest first; the cursor is the row's id. Since goes by when we
// received them.
func (r *Reader) Events(ctx context.Context, f app.EventFilter) ([]app.EventRow, error) {
	var w where
	w.add("e.id < ?", before(f.Page))
	if f.OrganizationID != 0 {
		w.add("(e.source, e.organization) = (SELECT source, external_id FROM organizations WHERE id = ?)", f.OrganizationID)
	}
	if f.Type != "" {
		w.add("e.type = ?", f.Type)
	}
	if f.ObjectKind != "" {
		w.add("e.object_kind = ?", f.ObjectKind)
	}
	if q := strings.TrimSpace(f.Query); q != "" {
		w.add(`(e.title LIKE ? ESCAPE '\' OR e.text LIKE ? ESCAPE '\' OR e.object_name LIKE ? ESCAPE '\')`, like(q), like(q), like(q))
	}
	if !f.Since.IsZero() {
		// The smallest id of that time bounds the walk through the newest ones, even after the clock was set back. The plus keeps
		// the planner from looking for it from the oldest on.
		w.add("e.id >= (SELECT coalesce(min(+id), 0) FROM events WHERE received_at >= ?)", stamp(f.Since))
		w.add("e.received_at >= ?", stamp(f.Since))
	}
	list, err := all(ctx, r.db, scanEventRow, eventRows+w.String()+" ORDER BY e.id DESC LIMIT ?", append(w.args, f.Page.Size())...)
	return list, failed("list events", err)
}
