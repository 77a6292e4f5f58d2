package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

	"psabridge/app"
)

// Deliveries lists deliveries, newest first; the cursor is the row's id.
func (r *Reader) Deliveries(ctx context.Context, f app.DeliveryFilter) (list []app.DeliveryRow, err error) {
	err = r.snapshot(ctx, "list deliveries", func(tx *sql.Tx) error {
		w, err := picksDeliveries(ctx, tx, f)
		if err != nil {
			return err
		}
		w.add("d.id < ?", before(f.Page))
		if f.State != "" {
			w.add("d.state = ?", f.State)
		}
		list, err = all(ctx, tx, scanDeliveryRow, deliveryRows+w.String()+" ORDER BY d.id DESC LIMIT ?", append(w.args, f.Page.Size())...)
		return err
	})
	return list, err
}

// DeliveryStates counts the deliveries of a filter by state, its State and Page aside. Those that ended are counted for
// the last 24 hours, because there are more of them every day; all of them where the filter bounds them itself, by a push,
// a ticket or the time since.
func (r *Reader) DeliveryStates(ctx context.Context, f app.DeliveryFilter) (counts app.DeliveryStates, err error) {
	counts = app.DeliveryStates{}
	err = r.snapshot(ctx, "count deliveries", func(tx *sql.Tx) error {
		w, err := picksDeliveries(ctx, tx, f)
		if err != nil {
			return err
		}
		if f.PushID != 0 || f.TicketID != 0 || !f.Since.IsZero() {
			return countStates(ctx, tx, counts, "", w, app.DeliveryWaiting, app.DeliverySending, app.DeliveryChecking,
				app.DeliveryDone, app.DeliveryParked, app.DeliveryDropped)
		}
		ended := w.and("d.done_at >= ?", stamp(r.now().Add(-day)))
		if err := countStates(ctx, tx, counts, "INDEXED BY deliveries_by_done", ended, app.DeliveryDone, app.DeliveryDropped); err != nil {
			return err
		}
		// One after the other: what stands in one state is a part of the index.
		for _, state := range []app.DeliveryState{app.DeliveryWaiting, app.DeliverySending, app.DeliveryChecking, app.DeliveryParked} {
			w := w.and("d.state = '" + string(state) + "'")
			n, _, err := maybe[int](ctx, tx, "SELECT count(*) FROM deliveries d INDEXED BY deliveries_by_state"+w.String(), w.args...)
			if err != nil {
				return err
			}
			if n > 0 {
				counts[state] = n
			}
		}
		return nil
	})
	return counts, err
}

// countStates adds what a filter picks to the counts of some states. They are filtered, not grouped: to group them the planner would walk
// along the states instead of what the filter names.
func countStates(ctx context.Context, q querier, counts app.DeliveryStates, index string, w where, states ...app.DeliveryState) error {
	columns, n, dest := make([]string, len(states)), make([]int, len(states)), make([]any, len(states))
	for i, state := range states {
		columns[i], dest[i] = "count(*) FILTER (WHERE d.state = '"+string(state)+"')", &n[i]
	}
	err := q.QueryRowContext(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM deliveries d "+index+w.String(), w.args...).Scan(dest...)
	for i, state := range states {
		if n[i] > 0 {
			counts[state] += n[i]
		}
	}
	return err
}

// picksDeliveries turns a filter into conditions, its State and Page aside.
func picksDeliveries(ctx context.Context, q querier, f app.DeliveryFilter) (w where, err error) {
	w.add("1")
	if f.Connection != "" {
		w.add("d.connection = ?", f.Connection)
	}
	if f.Kind != "" {
		w.add("d.kind = ?", f.Kind)
	}
	if f.Closing != nil {
		w.add("coalesce(d.payload ->> '$.close', 0) = ?", *f.Closing)
	}
	if f.PushID != 0 {
		w.add("d.push_id = ?", f.PushID)
	}
	if f.TicketID != 0 {
		w.add("d.ticket_id = ?", f.TicketID)
	}
	if f.LikeID != 0 {
		if err := w.addLike(ctx, q, f.LikeID); err != nil {
			return w, err
		}
	}
	if !f.Since.IsZero() {
		// The smallest id of that time bounds the walk, as in Events.
		w.add("d.id >= (SELECT coalesce(min(+id), 0) FROM deliveries WHERE created_at >= ?)", stamp(f.Since))
		w.add("d.created_at >= ?", stamp(f.Since))
	}
	if q := strings.TrimPrefix(strings.TrimSpace(f.Query), "#"); q != "" {
		number, _ := strconv.ParseInt(q, 10, 64) // 0, which no ticket has, when it is not a number
		w.add(`(d.subject LIKE ? ESCAPE '\' OR d.ticket_id IN (SELECT id FROM tickets WHERE remote_id = ?)
			OR (d.source, d.organization) IN (SELECT source, external_id FROM organizations WHERE name LIKE ? ESCAPE '\'))`, like(q), number, like(q))
	}
	return w, nil
}
