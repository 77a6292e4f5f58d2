package alert

import (
	"time"

	"psabridge/app"
)

// creation is a ticket of this decision. It is put into words when all is decided, so that it says what is known then:
// how often it happened, how bad it became, and what else it stands for.
type creation struct {
	ticket app.Ticket
	opener *condition
	also   []*condition
	rule   *app.AlertRule
	reason app.Reason
	taken  bool // back, because all of it recovered
}

// flooded reports whether a connection opened as many tickets lately as it does without asking.
func (w *world) flooded(connection string, limit int) bool {
	return limit > 0 && !w.asked && w.s.OpenedLately[connection]+w.opened[connection] >= limit
}

// create decides a new ticket.
func (w *world) create(c *condition, r *app.AlertRule, key scope, reason app.Reason) {
	n := &creation{opener: c, rule: r, reason: reason, ticket: app.Ticket{
		XRef:       XRef(w.s.InstallID, key.key, c.FirstEvent),
		ScopeKey:   key.key,
		Connection: key.connection,
		State:      app.TicketPending,
		OpenedAt:   w.s.Now,
	}}
	w.creations[n.ticket.XRef] = n
	w.made = append(w.made, n)
	w.opened[key.connection]++
	w.open[key] = &n.ticket
	w.link(c, &n.ticket)
}

// extend adds a condition to a ticket of this very decision: then no note is needed.
func (w *world) extend(c *condition, t *app.Ticket) bool {
	n := w.creations[t.XRef]
	if n == nil {
		return false
	}
	if c != n.opener {
		n.also = append(n.also, c)
	}
	return true
}

// forget takes a ticket of this decision back.
func (w *world) forget(t *app.Ticket) {
	n := w.creations[t.XRef]
	n.taken = true
	w.opened[t.Connection]--
	delete(w.open, scope{t.Connection, t.ScopeKey})
	for _, c := range w.linked[t.XRef] {
		c.TicketXRef = ""
	}
	delete(w.linked, t.XRef)
	delete(w.creations, t.XRef)
}

// writeCreations puts the new tickets before what is said to any ticket: a note must not go before its ticket.
func (w *world) writeCreations() {
	var creates []app.DecidedDelivery
	for _, n := range w.made {
		if n.taken {
			continue
		}
		t := w.templates(n.rule, n.opener.Object.Kind)
		name := w.organizationName(n.opener.OrganizationID)
		n.ticket.Summary = t.ticketSummary(n.opener.Condition, name)
		text := below(t.bodyFrom(n.opener.Condition, name), n.opener.sentence(n.reason))
		for _, c := range n.also {
			text = alongside(text, alsoText(c.Condition))
		}
		p := w.payload(n.opener, n.reason, text)
		p.Summary = n.ticket.Summary
		for _, c := range n.also {
			p.Severity = graver(p.Severity, c.Severity)
		}
		w.out.Tickets = append(w.out.Tickets, n.ticket)
		creates = append(creates, delivery("create:"+n.ticket.XRef, app.DeliverTicketCreate, &n.ticket, p))
	}
	if len(creates) > 0 {
		w.out.Deliveries = append(creates, w.out.Deliveries...)
	}
}

func delivery(dedup string, kind app.DeliveryKind, t *app.Ticket, p app.TicketPayload) app.DecidedDelivery {
	return app.DecidedDelivery{DedupKey: dedup, Kind: kind, Connection: t.Connection, TicketXRef: t.XRef, Payload: p}
}

func graver(a, b app.Severity) app.Severity {
	if rank(b) > rank(a) {
		return b
	}
	return a
}

// route is where the tickets of a condition's organization go, asked for once in a decision.
func (w *world) route(c *condition) Route {
	r, ok := w.routes[c.OrganizationID]
	if !ok {
		r = w.in.route(c.Source, c.OrganizationID)
		w.routes[c.OrganizationID] = r
	}
	return r
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
