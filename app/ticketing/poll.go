package ticketing

import (
	"context"
	"errors"
	"slices"

	"psabridge/app"
	"psabridge/app/psa"
)

// Poll looks what people did with our open tickets: one batched call per connection. A connection or a ticket that
// cannot be read does not keep the others from it; the error joins them all. Connections that Deps.Skip names are left out.
func (k *Desk) Poll(ctx context.Context) error {
	doc, err := k.d.Settings(ctx)
	if err != nil {
		return err
	}
	var problems []error
	for _, c := range doc.Connections {
		if k.d.Skip(c.Name) {
			continue
		}
		if err := k.poll(ctx, c.Name); err != nil {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}

func (k *Desk) poll(ctx context.Context, connection string) error {
	open, err := k.openTickets(ctx, connection)
	if err != nil || len(open) == 0 {
		return err
	}
	client, err := k.d.Client(ctx, connection)
	if err != nil {
		return err
	}
	ids := make([]int64, 0, len(open))
	for _, t := range open {
		ids = append(ids, t.RemoteID)
	}
	rows, err := client.TicketsByID(ctx, ids)
	if err != nil {
		return err
	}
	found := make(map[int64]app.RemoteTicket, len(rows))
	for _, r := range rows {
		found[r.ID] = r
	}
	changed, unread := k.compare(ctx, client, open, found)
	if changed, err = k.undisturbed(ctx, changed); err != nil || len(changed) == 0 {
		return errors.Join(unread, err) // a quiet minute writes nothing
	}
	_, err = k.d.Store.SavePolledTickets(ctx, changed, k.d.Now())
	return errors.Join(unread, err)
}

// compare lists the tickets that changed. One that cannot be read, e.g. on a board we may not see, hides none of the
// others; the error names every such problem once.
func (k *Desk) compare(ctx context.Context, client psa.Client, open []app.Ticket, found map[int64]app.RemoteTicket) ([]app.Ticket, error) {
	var changed []app.Ticket
	var problems []error
	said := map[string]bool{}
	for _, t := range open {
		next, ok, err := k.polled(ctx, client, t, found)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil && !said[err.Error()] {
			said[err.Error()] = true
			problems = append(problems, err)
		}
		if ok {
			changed = append(changed, next)
		}
	}
	return changed, errors.Join(problems...)
}

// undisturbed leaves out the tickets we may just have changed ourselves: what a delivery under way did would look like
// a person's doing. It is asked after ConnectWise was: a delivery that ended in between has stored what it did, and the
// store keeps the newer of the two.
func (k *Desk) undisturbed(ctx context.Context, changed []app.Ticket) ([]app.Ticket, error) {
	if len(changed) == 0 {
		return nil, nil
	}
	busy := map[int64]bool{}
	for _, state := range []app.DeliveryState{app.DeliverySending, app.DeliveryChecking} {
		page := app.Page{Limit: 1000}
		for {
			rows, err := k.d.Store.Deliveries(ctx, app.DeliveryFilter{State: state, Page: page})
			if err != nil {
				return nil, err
			}
			for _, d := range rows {
				busy[d.TicketID] = true
			}
			if len(rows) < page.Size() {
				break
			}
			page.After = rows[len(rows)-1].ID
		}
	}
	return slices.DeleteFunc(changed, func(t app.Ticket) bool { return busy[t.ID] }), nil
}

// openTickets lists every ticket of a connection that ConnectWise has and we hold for open.
func (k *Desk) openTickets(ctx context.Context, connection string) ([]app.Ticket, error) {
	var all []app.Ticket
	page := app.Page{Limit: 1000}
	for {
		rows, err := k.d.Store.Tickets(ctx, app.TicketFilter{Connection: connection, State: app.TicketOpen, Page: page})
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if r.RemoteID != 0 {
				all = append(all, r.Ticket)
			}
		}
		if len(rows) < page.Size() {
			return all, nil
		}
		page.After = rows[len(rows)-1].ID
	}
}

// polled compares a ticket with what ConnectWise shows; false when nothing changed. One that is missing is asked for by
// its number before it counts as deleted: the search lags behind what was just made.
func (k *Desk) polled(ctx context.Context, client psa.Client, t app.Ticket, found map[int64]app.RemoteTicket) (app.Ticket, bool, error) {
	r, ok := found[t.RemoteID]
	if !ok {
		var err error
		r, err = client.Ticket(ctx, t.RemoteID)
		if app.ErrorCode(err) == app.NotFound {
			t.State, t.Touched, t.ClosedAt = app.TicketUnknown, true, k.d.Now()
			return t, true, nil
		}
		if err != nil {
			return t, false, err
		}
	}
	if !isSame(t, r) {
		t.State, t.Touched, t.ClosedAt = app.TicketUnknown, true, k.d.Now()
		return t, true, app.Errorf(app.Conflict, "%s", stranger(t.RemoteID))
	}
	next := t
	next.Touched = t.Touched || changedStatus(t, r) || changedBoard(t, r) || r.ParentID != 0
	next.Board, next.Status, next.RemoteUpdatedAt = r.Board, r.Status, r.UpdatedAt
	if r.Summary != "" {
		next.Summary = r.Summary
	}
	if r.Closed {
		next.State, next.Touched, next.ClosedAt = app.TicketClosed, true, k.d.Now()
	}
	same := next.Board == t.Board && next.Status == t.Status && next.Summary == t.Summary && next.State == t.State && next.Touched == t.Touched
	return next, !same, nil
}
