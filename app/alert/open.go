package alert

import (
	"time"

	"psabridge/app"
)

// closeGrace is how long a comeback waits for its old ticket's close to be settled before it joins that ticket after
// all: a person may have dropped the close, and then nothing would ever say that it is down again.
const closeGrace = time.Hour

// Comebacks within the reopen window.
const (
	comebackReopen = "reopen"
	comebackNone   = "none"
)

// gate opens a condition unless something stands in the way, and names what does. It reports whether the condition
// got a ticket of its own.
func (w *world) gate(c *condition, r *app.AlertRule, reason app.Reason) bool {
	route := w.in.route(c.Source, c.OrganizationID)
	switch {
	case !r.Via.PSA:
		w.quiet(c, app.ReasonNotViaPSA)
	case !route.Ticketing:
		w.wait(c, app.ReasonTicketingOff)
	case !route.Mapped:
		w.wait(c, app.ReasonNotMapped)
	case w.s.Now.Before(later(w.past(c.FirstAt), w.s.SteadySince).Add(r.Wait.D())):
		w.wait(c, app.ReasonWaiting)
	case muted(r, w.s.Now):
		w.wait(c, app.ReasonMuted)
	default:
		return w.openTicket(c, r, route.Connection, reason)
	}
	return false
}

// past is a time of ours, unless it was taken from a clock that was put back since: then nobody knows when it was.
func (w *world) past(at time.Time) time.Time {
	if at.After(w.s.Now) {
		return time.Time{}
	}
	return at
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (w *world) quiet(c *condition, why app.Reason) {
	if c.State != app.ConditionQuiet || c.Wait != why {
		c.State, c.Wait = app.ConditionQuiet, why
		w.change(c)
	}
}

// openTicket finds the ticket that stands for the condition: the open one of its scope, the last one reopened, or a new one.
func (w *world) openTicket(c *condition, r *app.AlertRule, connection string, reason app.Reason) bool {
	key := scope{connection, ScopeKey(c.Condition, r.Ticket.Per)}
	if t := w.open[key]; t != nil {
		if w.closing(t) {
			w.wait(c, app.ReasonWaiting)
			return false
		}
		w.join(c, t)
		return false
	}
	if t := w.lastTicket(key); t != nil && w.within(t, r) {
		switch r.Ticket.Comeback {
		case comebackNone:
			w.quiet(c, app.ReasonStayQuiet)
			return false
		case comebackReopen:
			if !t.Touched && t.RemoteID != 0 {
				w.reopen(c, t)
				return false
			}
		}
	}
	w.create(c, r, key, reason)
	return true
}

// closing reports whether a close of the ticket is under way: all it stood for recovered, and its rule closes.
func (w *world) closing(t *app.Ticket) bool {
	if t.Touched || !stands(t) {
		return false // only noted: the ticket stays open; or about to be reopened
	}
	asked := false
	for _, c := range w.linked[t.XRef] {
		if c.holds() || c.untold() {
			return false
		}
		if c.ranOut() {
			continue // a day passed; nobody asked for a close
		}
		r := w.in.rule(c.Rule)
		asked = asked || (r != nil && r.Ticket.AutoClose && w.s.Now.Before(c.ClearedAt.Add(closeGrace)))
	}
	return asked
}

// lastTicket is the ticket of the newest earlier episode of the scope.
func (w *world) lastTicket(key scope) *app.Ticket {
	var last *app.Ticket
	for _, t := range w.tickets {
		if t.ScopeKey == key.key && t.Connection == key.connection && t.State == app.TicketClosed && t.RemoteID != 0 &&
			(last == nil || t.ID > last.ID) {
			last = t
		}
	}
	return last
}

// within reports whether the reopen window of a closed ticket is still open.
func (w *world) within(t *app.Ticket, r *app.AlertRule) bool {
	from := t.ClosedAt
	for _, c := range w.linked[t.XRef] {
		if c.ClearedAt.After(from) {
			from = c.ClearedAt
		}
	}
	return r.Ticket.ReopenWithin > 0 && w.s.Now.Sub(from) <= r.Ticket.ReopenWithin.D()
}

func (w *world) link(c *condition, t *app.Ticket) {
	c.State, c.Wait = app.ConditionOpen, ""
	c.TicketID, c.TicketXRef = t.ID, t.XRef
	w.linked[t.XRef] = append(w.linked[t.XRef], c)
	w.change(c)
}

// create decides a new ticket.
func (w *world) create(c *condition, r *app.AlertRule, key scope, reason app.Reason) {
	t := app.Ticket{
		XRef:       XRef(w.s.InstallID, key.key, c.FirstEvent),
		ScopeKey:   key.key,
		Connection: key.connection,
		Summary:    w.summary(c.Condition, r),
		State:      app.TicketPending,
		OpenedAt:   w.s.Now,
	}
	w.out.Tickets = append(w.out.Tickets, t)
	w.open[key] = &t
	w.link(c, &t)
	payload := w.payload(c, reason, w.ticketText(c.Condition, reason))
	payload.Summary = t.Summary
	w.deliver("create:"+t.XRef, app.DeliverTicketCreate, &t, payload)
}

// join adds a condition to a ticket that is open already.
func (w *world) join(c *condition, t *app.Ticket) {
	w.link(c, t)
	if w.extend(c, t) {
		return
	}
	c.Wait = app.ReasonFirst
	w.tellLate(c)
}

// extend adds a line to a create of this very decision: then no note is needed.
func (w *world) extend(c *condition, t *app.Ticket) bool {
	if t.ID != 0 {
		return false
	}
	for i := range w.out.Deliveries {
		if d := &w.out.Deliveries[i]; d.TicketXRef == t.XRef && d.Kind == app.DeliverTicketCreate {
			d.Payload.Text = alongside(d.Payload.Text, alsoText(c.Condition))
			return true
		}
	}
	return false
}

// reopen opens the ticket we closed again (T7).
func (w *world) reopen(c *condition, t *app.Ticket) {
	w.link(c, t)
	w.open[scope{t.Connection, t.ScopeKey}] = t
	p := w.payload(c, app.ReasonFirst, comebackText(c.Condition))
	p.Reopen = true
	w.deliver("note:"+t.XRef+":"+c.FirstEvent, app.DeliverTicketNote, t, p)
	c.QuietUntil = w.s.Now.Add(w.noteEvery(c))
}

func (w *world) deliver(dedup string, kind app.DeliveryKind, t *app.Ticket, p app.TicketPayload) {
	w.out.Deliveries = append(w.out.Deliveries, app.DecidedDelivery{
		DedupKey: dedup, Kind: kind, Connection: t.Connection, TicketXRef: t.XRef, Payload: p,
	})
}

func (w *world) payload(c *condition, reason app.Reason, text string) app.TicketPayload {
	return app.TicketPayload{
		Rule: c.Rule, Reason: reason, Source: c.Source, OrganizationID: c.OrganizationID,
		Organization: w.organizationName(c.OrganizationID), Object: c.Object, Type: c.Type, Severity: c.Severity,
		Summary: cut(c.Title, summaryLimit), Text: text,
	}
}
