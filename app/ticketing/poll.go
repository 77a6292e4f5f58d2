package ticketing

import (
	"context"
	"errors"
	"slices"
	"time"

	"psabridge/app"
	"psabridge/app/psa"
)

// Poll looks what people did with our open tickets: as few batched calls per connection as psa.Reader.TicketsByID needs, one
// more for the tickets that ours were merged into, and one for each that is missing. A connection or a ticket that cannot be read does not keep the others from it; the error joins them all.
// Connections that Deps.Skip names are left out.
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
		if err := k.poll(ctx, c); err != nil {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}

func (k *Desk) poll(ctx context.Context, c app.ConnectionSettings) error {
	seek := k.seekDoubles(ctx, c.Name)
	if code := app.ErrorCode(seek); code == app.Unauthorized || code == app.RateLimited {
		k.d.Report(ctx, c.Name, seek)
		return seek
	}
	return errors.Join(seek, k.switchedOn(ctx, c), k.pollOpen(ctx, c))
}

func (k *Desk) pollOpen(ctx context.Context, c app.ConnectionSettings) error {
	open, err := k.openTickets(ctx, c.Name)
	if err != nil || len(open) == 0 {
		return err
	}
	client, err := k.d.Client(ctx, c.Name)
	if err != nil {
		return err
	}
	p := polling{desk: k, client: client, rules: automation(c.Ticketing.Automation), now: k.d.Now()}
	err = p.read(ctx, open)
	k.d.Report(ctx, c.Name, err)
	if err != nil {
		return err
	}
	changed, unread := p.compare(ctx, open)
	if changed, err = k.undisturbed(ctx, changed); err != nil || len(changed) == 0 {
		return errors.Join(unread, err) // a quiet minute writes nothing
	}
	_, err = k.d.Store.SavePolledTickets(ctx, changed, k.d.Now())
	return errors.Join(unread, err)
}

// polling is one look at the open tickets of a connection.
type polling struct {
	desk   *Desk
	client psa.Client
	rules  automation
	now    time.Time
	found  map[int64]app.RemoteTicket // what ConnectWise shows, by number, parents of merged tickets too
	singly int                        // how many young tickets were asked for by their number
}

// The search lags behind what was just made, so a ticket that is missing is asked for by its number before it counts as
// deleted. After a flood that would be a call for each: of those that are young only a few are asked for in one poll, the
// oldest first; the others are in the search before long.
const (
	youngFor   = 15 * time.Minute
	youngAsked = 20
)

// tooYoung reports whether a ticket that is missing in the list is left to a later poll.
func (p *polling) tooYoung(t app.Ticket) bool {
	if _, ok := p.found[t.RemoteID]; ok || t.OpenedAt.IsZero() || p.now.Sub(t.OpenedAt) > youngFor {
		return false
	}
	p.singly++
	return p.singly > youngAsked
}

// read asks for all open tickets at once, and then for those they were merged into.
func (p *polling) read(ctx context.Context, open []app.Ticket) error {
	p.found = make(map[int64]app.RemoteTicket, len(open))
	ids := make([]int64, 0, len(open))
	for _, t := range open {
		ids = append(ids, t.RemoteID)
	}
	if err := p.readAll(ctx, ids); err != nil {
		return err
	}
	var parents []int64
	for _, r := range p.found {
		if _, known := p.found[r.ParentID]; r.ParentID != 0 && !known {
			parents = append(parents, r.ParentID)
		}
	}
	if len(parents) == 0 {
		return nil
	}
	return p.readAll(ctx, parents)
}

func (p *polling) readAll(ctx context.Context, ids []int64) error {
	rows, err := p.client.TicketsByID(ctx, ids)
	for _, r := range rows {
		p.found[r.ID] = r
	}
	return err
}

// compare lists the tickets that changed. One that cannot be read, e.g. on a board we may not see, hides none of the
// others; the error names every such problem once.
func (p *polling) compare(ctx context.Context, open []app.Ticket) ([]app.Ticket, error) {
	var changed []app.Ticket
	var problems []error
	said := map[string]bool{}
	for _, t := range slices.Backward(open) { // the oldest first
		if p.tooYoung(t) {
			continue
		}
		next, ok, err := p.one(ctx, t)
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
	ids := make([]int64, len(changed))
	for i, t := range changed {
		ids[i] = t.ID
	}
	busy, err := k.d.Store.BusyTickets(ctx, ids)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(changed, func(t app.Ticket) bool { return slices.Contains(busy, t.ID) }), nil
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

// one compares a ticket with what ConnectWise shows; false when nothing changed.
func (p *polling) one(ctx context.Context, t app.Ticket) (app.Ticket, bool, error) {
	r, err := p.remote(ctx, t.RemoteID)
	switch {
	case app.ErrorCode(err) == app.NotFound:
		return p.lost(t), true, nil
	case err != nil:
		return t, false, err
	case !isSame(t, r):
		return p.lost(t), true, app.Errorf(app.Conflict, "%s", stranger(t.RemoteID))
	}
	next := t
	if why := p.rules.moved(t, r, p.desk.own(t.Connection)); why != "" && !r.Closed { // of one that was closed, that is the reason
		next.Touched, next.TouchedWhy = true, why
	}
	next.Board, next.Status, next.RemoteUpdatedAt = r.Board, r.Status, r.UpdatedAt
	if r.Summary != "" {
		next.Summary = r.Summary
	}
	switch {
	case r.ParentID != 0:
		parent, err := p.parent(ctx, r)
		if app.ErrorCode(err) == app.NotFound {
			return p.lost(next), true, nil
		}
		if err != nil {
			return t, false, err
		}
		next = mergedRow(next, parent)
	case r.Closed: // by whomever: it was not us, so it stays closed (T7)
		next.State, next.Touched, next.TouchedWhy, next.ClosedBy = app.TicketClosed, true, closedWords(r), r.ClosedBy
	}
	if next.State == app.TicketClosed {
		next.ClosedAt = p.now
	}
	same := next.Board == t.Board && next.Status == t.Status && next.Summary == t.Summary && next.State == t.State && next.Touched == t.Touched
	return next, !same, nil
}

// lost is our row of a ticket that is not there any more, which counts as closed by a person (T7).
func (p *polling) lost(t app.Ticket) app.Ticket {
	t.State, t.Touched, t.TouchedWhy, t.ClosedAt = app.TicketUnknown, true, becauseGone, p.now
	return t
}

// remote is what ConnectWise shows under a number.
func (p *polling) remote(ctx context.Context, id int64) (app.RemoteTicket, error) {
	if r, ok := p.found[id]; ok {
		return r, nil
	}
	return p.client.Ticket(ctx, id)
}

// parent is the ticket that stands for a merged one now, by what was read already as far as that goes.
func (p *polling) parent(ctx context.Context, r app.RemoteTicket) (app.RemoteTicket, error) {
	if parent, ok := p.found[r.ParentID]; ok && parent.ParentID == 0 {
		return parent, nil
	}
	return parentOf(ctx, p.client, r)
}
