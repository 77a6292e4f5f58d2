package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"psabridge/app"
)

// History reads what is kept of a source between two moments, for a rehearsal: on one unchanging view, and of the server
// that is read now, because ids of another one under the same name mean nothing beside its own. A source of which nothing
// was read has a zero StartedAt and nothing else.
func (r *Reader) History(ctx context.Context, source string, from, to time.Time) (app.History, error) {
	h := app.History{Source: source, From: from, To: to}
	err := r.snapshot(ctx, "history", func(tx *sql.Tx) error { return readHistory(ctx, tx, &h) })
	if err != nil {
		return app.History{}, err
	}
	return h, nil
}

func readHistory(ctx context.Context, tx *sql.Tx, h *app.History) (err error) {
	started, ok, err := maybe[string](ctx, tx, "SELECT started_at FROM source_starts WHERE source = ?", h.Source)
	if err != nil || !ok {
		return err
	}
	if err := into(&h.StartedAt).Scan(started); err != nil {
		return err
	}
	h.KeptSince = keptSince(*h)
	if h.Starts, err = startsOf(ctx, tx, h.Source); err != nil {
		return err
	}
	if h.Organizations, err = organizationsOf(ctx, tx, h.Source); err != nil {
		return err
	}
	words := words{}
	if h.States, err = words.spans(ctx, tx, *h); err != nil {
		return err
	}
	since := text(h.KeptSince)
	if h.KeptSince.Equal(h.StartedAt) {
		since = "" // what was stored first was received a moment before the start line was drawn, and nothing held before it
	} else if h.Held, err = words.events(ctx, tx, heldEvents, h.Source, since); err != nil {
		return err
	}
	if h.Events, err = words.events(ctx, tx, historyEvents, h.Source, since, text(h.To)); err != nil {
		return err
	}
	h.Outages, err = outages(ctx, tx, *h)
	return err
}

// keptSince is the oldest moment of which everything is kept: not before the source was read, nor before what is pruned.
func keptSince(h app.History) time.Time {
	since := h.From
	for _, at := range []time.Time{h.StartedAt, h.To.Add(-min(keepActivity, keepStates))} {
		if at.After(since) {
			since = at
		}
	}
	return since
}

// words keeps one copy of each text that stands in thousands of rows.
type words map[string]string

func (w words) share(texts ...*string) {
	for _, t := range texts {
		known, ok := w[*t]
		if !ok {
			known = *t
			w[known] = known
		}
		*t = known
	}
}

// spans lists the values that held at some time since everything is kept, those of presence aside.
func (w words) spans(ctx context.Context, q querier, h app.History) ([]app.StateSpan, error) {
	return all(ctx, q, func(s scanner) (v app.StateSpan, err error) {
		var kind string
		err = s.Scan(&v.OrganizationID, &kind, &v.Object.ExternalID, &v.Object.Name, &v.What, &v.Value, into(&v.From), into(&v.Since), into(&v.To))
		w.share(&v.OrganizationID, &kind, &v.Object.ExternalID, &v.Object.Name, &v.What, &v.Value)
		v.Object.Kind = app.ObjectKind(kind)
		return v, err
	}, `SELECT o.organization, o.kind, o.external_id, o.name, s.what, s.value, s.from_at, s.since, s.to_at
		FROM objects o JOIN object_states s ON s.object_id = o.id
		WHERE o.source = ? AND s.what <> '`+app.StatePresent+`' AND s.from_at < ? AND (s.to_at IS NULL OR s.to_at > ?)
		ORDER BY s.from_at, o.id, s.what`, h.Source, text(h.To), text(h.KeptSince))
}

// derivedAnyway are the types that are derived from what a source shows whatever the rules say.
const derivedAnyway = "'" + app.TypeAccountAdded + "', '" + app.TypeAccountRemoved + "', '" + app.TypeMachineAdded + "', '" + app.TypeMachineRemoved +
	"', '" + app.TypeOrganizationAdded + "', '" + app.TypeOrganizationRemoved + "', '" + app.TypeOrganizationMoved + "'"

const historyColumns = `SELECT e.id, e.source, e.source_event_id, e.organization, e.object_kind, e.object_id, e.object_name, e.type, e.state,
	e.severity, e.level, e.occurred_at, e.received_at, e.title, e.text FROM `

const historyEvents = historyColumns + `events e INDEXED BY events_by_received
	WHERE e.received_at >= ?2 AND e.received_at < ?3 AND e.source = ?1
		AND e.generation = coalesce((SELECT generation FROM sources WHERE name = ?1), 1)
		AND (e.source_event_id NOT LIKE 'derived/%' OR e.type IN (` + derivedAnyway + `))
	ORDER BY e.id`

// heldEvents finds the gravest word of each condition of the source's own that held at a moment. What was only
// information (its first event has a tab before it) held nothing.
const heldEvents = historyColumns + `conditions c JOIN events e ON e.id = (
		SELECT x.id FROM event_outcomes w JOIN events x ON x.id = w.event_id
		WHERE w.condition_id = c.id AND x.state = 'problem' AND x.received_at < ?2 ORDER BY x.level DESC, x.id DESC LIMIT 1)
	WHERE c.source = ?1 AND c.first_at < ?2 AND (c.cleared_at IS NULL OR c.cleared_at > ?2)
		AND c.first_event NOT LIKE 'derived/%' AND c.first_event NOT LIKE char(9) || '%'
	ORDER BY e.id`

func (w words) events(ctx context.Context, q querier, query string, args ...any) ([]app.Event, error) {
	return all(ctx, q, func(s scanner) (e app.Event, err error) {
		var kind, state, severity string
		err = s.Scan(&e.ID, &e.Source, &e.SourceEventID, &e.OrganizationID, &kind, &e.Object.ExternalID, &e.Object.Name, &e.Type, &state,
			&severity, &e.Level, into(&e.OccurredAt), into(&e.ReceivedAt), &e.Title, &e.Text)
		w.share(&e.Source, &e.OrganizationID, &kind, &e.Object.ExternalID, &e.Object.Name, &e.Type, &state, &severity, &e.Title, &e.Text)
		e.Object.Kind, e.State, e.Severity = app.ObjectKind(kind), app.EventState(state), app.Severity(severity)
		return e, err
	}, query, args...)
}

// outages reads from the events of source.unreadable since when it was, and until when. One that was over before the rules
// asked for a word left none, and is not known.
func outages(ctx context.Context, q querier, h app.History) ([]app.Outage, error) {
	list, err := words{}.events(ctx, q, historyColumns+`events e INDEXED BY events_by_type
		WHERE e.type = '`+app.TypeSourceUnreadable+`' AND e.source = ?1 AND e.received_at < ?2 AND e.source_event_id LIKE 'derived/%'
		ORDER BY e.id`, h.Source, text(h.To))
	if err != nil {
		return nil, err
	}
	var out []app.Outage
	for _, e := range list {
		open := len(out) > 0 && out[len(out)-1].To.IsZero()
		switch {
		case e.State == app.Problem && !open:
			out = append(out, app.Outage{From: e.OccurredAt, Text: e.Text})
		case e.State == app.Recovery && open:
			out[len(out)-1].To = e.ReceivedAt
		}
	}
	return slices.DeleteFunc(out, func(o app.Outage) bool { return !o.To.IsZero() && !o.To.After(h.KeptSince) }), nil
}
