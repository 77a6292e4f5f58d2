package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"strings"

	"psabridge/app"
)

// episode is the natural key of a decided condition.
type episode struct {
	key string
	n   int
}

// decided turns the natural keys of one decision into rows.
type decided struct {
	state      app.AlertState
	events     map[string]int64  // events stored by this decision or batch
	known      map[string]bool   // derived events that were stored before
	tickets    map[string]int64  // by the reference that was decided
	renamed    map[string]string // its other name where a ticket that is over has that reference
	scopes     map[string]int64  // scope key of a new ticket
	conditions map[episode]int64
	log        *slog.Logger
}

// saveDecision writes what the rules decided. An empty decision writes nothing.
func saveDecision(ctx context.Context, log *slog.Logger, sqlTx *sql.Tx, st app.AlertState, d app.AlertDecision, res *app.IngestResult) error {
	tx := preparing(sqlTx) // a flood runs the same few statements thousands of times
	rows := decided{
		log: log, state: st, events: map[string]int64{}, known: map[string]bool{},
		tickets: map[string]int64{}, renamed: map[string]string{}, scopes: map[string]int64{}, conditions: map[episode]int64{},
	}
	for _, e := range st.Fresh {
		rows.events[e.SourceEventID] = e.ID
	}
	if err := rows.saveDerived(ctx, tx, d.Derived, res); err != nil {
		return err
	}
	if err := rows.saveDropped(ctx, tx, d.Dropped); err != nil {
		return err
	}
	if err := rows.saveTickets(ctx, tx, d.Tickets); err != nil {
		return err
	}
	if err := rows.saveConditions(ctx, tx, d.Conditions); err != nil {
		return err
	}
	if err := rows.saveOutcomes(ctx, tx, d.Outcomes, res); err != nil {
		return err
	}
	return rows.saveDeliveries(ctx, tx, d.Deliveries, res)
}

func (r *decided) saveDerived(ctx context.Context, tx writer, derived []app.Event, res *app.IngestResult) error {
	for _, e := range derived {
		r.known[e.SourceEventID] = true
	}
	fresh, err := saveEvents(ctx, tx, r.state.Source, derived, r.state.Now)
	if err != nil {
		return err
	}
	for _, e := range fresh {
		r.events[e.SourceEventID] = e.ID
		delete(r.known, e.SourceEventID)
	}
	res.Events += len(fresh)
	return nil
}

// saveDropped takes back creations that were not sent yet. One that is being sent is not touched: ConnectWise may have it.
func (r *decided) saveDropped(ctx context.Context, tx writer, dropped map[int64]app.Reason) error {
	for ticket, reason := range dropped {
		id, ok, err := maybe[int64](ctx, tx,
			"SELECT id FROM deliveries INDEXED BY deliveries_by_ticket WHERE ticket_id = ? AND kind = 'ticket.create' AND state = 'waiting'", ticket)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := dropLane(ctx, tx, id, string(reason), r.state.Now); err != nil {
			return err
		}
		if err := closeUnsent(ctx, tx, ticket, r.state.Now); err != nil {
			return err
		}
	}
	return nil
}

func (r *decided) saveTickets(ctx context.Context, tx writer, tickets []app.Ticket) error {
	for _, t := range tickets {
		xref, id, err := freeXRef(ctx, tx, t.XRef)
		if err != nil {
			return err
		}
		if xref != t.XRef {
			r.renamed[t.XRef] = xref
		}
		if id == 0 {
			row := t
			row.XRef = xref
			if id, err = insertTicket(ctx, tx, row, r.state.Now); err != nil {
				return err
			}
		}
		r.tickets[t.XRef], r.scopes[t.ScopeKey] = id, id
	}
	return nil
}

func (r *decided) saveConditions(ctx context.Context, tx writer, conditions []app.Condition) error {
	old := make(map[int64]app.Condition, len(r.state.Conditions))
	for _, c := range r.state.Conditions {
		old[c.ID] = c
	}
	for _, c := range conditions {
		if c.TicketID == 0 && c.TicketXRef != "" {
			id, err := r.ticket(ctx, tx, c.TicketXRef)
			if err != nil {
				return err
			}
			c.TicketID = id
		}
		if c.TicketID == 0 && c.State == app.ConditionOpen {
			c.TicketID = r.scopes[c.Key]
		}
		id, err := saveCondition(ctx, tx, c, old, r.state.Now)
		if err != nil {
			return err
		}
		r.conditions[episode{c.Key, c.Episode}] = id
	}
	return nil
}

func (r *decided) saveOutcomes(ctx context.Context, tx writer, outcomes []app.DecidedOutcome, res *app.IngestResult) error {
	for _, o := range outcomes {
		if r.known[o.SourceEventID] {
			continue // derived again from what still shows; what became of it was said the first time
		}
		event, err := r.event(ctx, tx, o.SourceEventID)
		if err != nil {
			return err
		}
		condition, err := r.condition(ctx, tx, o)
		if err != nil {
			return err
		}
		if err := saveOutcome(ctx, tx, event, o, condition); err != nil {
			return err
		}
		res.Outcomes[o.Outcome]++
	}
	return nil
}

func (r *decided) saveDeliveries(ctx context.Context, tx writer, deliveries []app.DecidedDelivery, res *app.IngestResult) error {
	for _, d := range deliveries {
		if d.Kind == app.DeliverMail {
			n, err := saveMail(ctx, tx, d, r.state.Now)
			if err != nil {
				return err
			}
			if n == 0 { // its moment is over when it is decided: nobody decides it again
				r.log.ErrorContext(ctx, "an e-mail was decided that was decided before", "delivery", d.DedupKey)
			}
			res.Deliveries += n
			continue
		}
		ticket, err := r.ticket(ctx, tx, d.TicketXRef)
		if err != nil {
			return err
		}
		if name, ok := r.renamed[d.TicketXRef]; ok {
			d.DedupKey = strings.Replace(d.DedupKey, d.TicketXRef, name, 1)
			d.TicketXRef = name
		}
		n, err := changed(ctx, tx, `INSERT INTO deliveries (dedup_key, lane, kind, connection, state, next_at, ticket_id, source, organization, subject, payload, created_at)
			SELECT ?1, ?2, ?3, ?4, 'waiting', ?5, t.id, ?6, ?7, CASE t.summary WHEN '' THEN ?8 ELSE t.summary END, ?9, ?5
			FROM tickets t WHERE t.id = ?10 ON CONFLICT (dedup_key) DO NOTHING`,
			d.DedupKey, "ticket:"+d.TicketXRef, d.Kind, d.Connection, stamp(r.state.Now),
			d.Payload.Source, d.Payload.OrganizationID, d.Payload.Summary, asJSON{d.Payload}, ticket)
		if err != nil {
			return err
		}
		res.Deliveries += n
	}
	return nil
}

func (r *decided) ticket(ctx context.Context, tx writer, xref string) (int64, error) {
	if id, ok := r.tickets[xref]; ok {
		return id, nil
	}
	id, ok, err := maybe[int64](ctx, tx, "SELECT id FROM tickets WHERE xref = ?", xref)
	if err == nil && !ok {
		err = fmt.Errorf("ticket %q was decided on but does not exist", xref)
	}
	return id, err
}

func (r *decided) event(ctx context.Context, tx writer, sourceEventID string) (int64, error) {
	if id, ok := r.events[sourceEventID]; ok {
		return id, nil
	}
	id, ok, err := maybe[int64](ctx, tx, "SELECT id FROM events WHERE source = ? AND source_event_id = ? ORDER BY generation DESC LIMIT 1", r.state.Source, sourceEventID)
	if err == nil && !ok {
		err = fmt.Errorf("event %q was decided on but does not exist", sourceEventID)
	}
	return id, err
}

func (r *decided) condition(ctx context.Context, tx writer, o app.DecidedOutcome) (int64, error) {
	if o.ConditionKey == "" {
		return 0, nil
	}
	if id, ok := r.conditions[episode{o.ConditionKey, o.Episode}]; ok {
		return id, nil
	}
	id, ok, err := maybe[int64](ctx, tx, "SELECT id FROM conditions WHERE key = ? AND episode = ?", o.ConditionKey, o.Episode)
	if err == nil && !ok {
		err = fmt.Errorf("condition %s/%d was decided on but does not exist", o.ConditionKey, o.Episode)
	}
	return id, err
}
