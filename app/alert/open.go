package alert

import (
	"time"

	"psabridge/app"
)

// closeGrace is how long a comeback waits for its old ticket's close to be settled before it joins that ticket after
// all: a person may have dropped the close, and then nothing would ever say that it is down again.
const closeGrace = time.Hour

// gate opens a condition unless something stands in the way, and names what does. It reports whether the condition
// got a ticket of its own. E-mail is not kept back by what only concerns the PSA system.
func (w *world) gate(c *condition, r *app.AlertRule, reason app.Reason) bool {
	route := w.route(c)
	early := w.tooEarly(c, r)
	if early == "" {
		w.mailDue(c, r, reason)
	}
	switch {
	case !r.Via.PSA && len(r.Via.Email) > 0 && early != "":
		w.wait(c, early)
	case !r.Via.PSA:
		w.quiet(c, app.ReasonNotViaPSA)
	case !route.Ticketing:
		w.wait(c, app.ReasonTicketingOff)
	case !route.Mapped:
		w.wait(c, app.ReasonNotMapped)
	case early != "":
		w.wait(c, early)
	default:
		return w.openTicket(c, r, route, reason)
	}
	if early == "" && c.State == app.ConditionWaiting {
		w.mailPassed(c, r)
	}
	return false
}

// tooEarly says what a condition has to wait for before anybody is told: the minutes of its rule, or the end of a
// maintenance window; empty when its moment has come.
func (w *world) tooEarly(c *condition, r *app.AlertRule) app.Reason {
	switch {
	case w.s.Now.Before(later(w.past(c.FirstAt), w.s.SteadySince).Add(r.Wait.D())):
		return app.ReasonWaiting
	case muted(r, w.s.Now):
		return app.ReasonMuted
	}
	return ""
}

// past is a time of ours, unless it was taken from a clock that was put back since: then nobody knows when it was.
func (w *world) past(at time.Time) time.Time {
	if at.After(w.s.Now) {
		return time.Time{}
	}
	return at
}

func (w *world) quiet(c *condition, why app.Reason) {
	if c.State != app.ConditionQuiet || c.Wait != why {
		c.State, c.Wait = app.ConditionQuiet, why
		w.change(c)
	}
}

// openTicket finds the ticket that stands for the condition: the open one of its scope, the last one reopened, or a new one.
func (w *world) openTicket(c *condition, r *app.AlertRule, route Route, reason app.Reason) bool {
	key := scope{route.Connection, ScopeKey(c.Condition, r.Ticket.Per)}
	if t := w.open[key]; t != nil {
		if w.closing(t) {
			w.wait(c, app.ReasonWaiting)
			return false
		}
		w.join(c, t)
		return false
	}
	m := mannersOf(r)
	if t := w.lastTicket(key); t != nil && w.within(t, m) {
		switch {
		case m.comeback == comebackNone && reason != app.ReasonDateCame: // a person asked for that
			w.quiet(c, app.ReasonStayQuiet)
			return false
		case m.comeback == comebackReopen && !t.Touched:
			if !w.asks(c, r, route) {
				w.reopen(c, t, reason)
			}
			return false
		}
	}
	if w.asks(c, r, route) {
		return false
	}
	w.create(c, r, key, reason)
	return true
}

// asks has a condition wait for a person's word when its connection opened as many tickets lately, new ones or again, as it
// does without asking.
func (w *world) asks(c *condition, r *app.AlertRule, route Route) bool {
	if !w.flooded(route.Connection, route.AskAbove) {
		return false
	}
	w.wait(c, app.ReasonFlood)
	w.mailPassed(c, r)
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
		m := w.manners(c)
		toldAt := later(c.ClearedAt, c.QuietUntil.Add(-m.noteEvery)) // the quiet time of the note that closes began then
		asked = asked || (m.autoClose && w.s.Now.Before(toldAt.Add(closeGrace)))
	}
	return asked
}

// lastTicket is the newest ticket of a scope that is closed and that ConnectWise had.
func (w *world) lastTicket(key scope) *app.Ticket {
	if w.closed == nil {
		w.closed = make(map[scope]*app.Ticket, len(w.tickets))
		for _, t := range w.tickets {
			at := scope{t.Connection, t.ScopeKey}
			if old := w.closed[at]; t.RemoteID != 0 && (old == nil || t.ID > old.ID) {
				w.closed[at] = t
			}
		}
	}
	if t := w.closed[key]; t != nil && t.State == app.TicketClosed {
		return t
	}
	return nil
}

// within reports whether the reopen window of a closed ticket is still open.
func (w *world) within(t *app.Ticket, m manners) bool {
	from := t.ClosedAt
	for _, c := range w.linked[t.XRef] {
		from = later(from, c.ClearedAt)
	}
	return w.s.Now.Sub(from) <= m.reopenWithin
}

func (w *world) link(c *condition, t *app.Ticket) {
	c.State, c.Wait, c.AckUntil = app.ConditionOpen, "", time.Time{}
	c.TicketID, c.TicketXRef = t.ID, t.XRef
	w.linked[t.XRef] = append(w.linked[t.XRef], c)
	w.change(c)
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

// reopen opens the ticket we closed again, at once (T7). In its quiet time that is all, and the note that says why
// comes when the quiet time is over.
func (w *world) reopen(c *condition, t *app.Ticket, reason app.Reason) {
	w.link(c, t)
	w.open[scope{t.Connection, t.ScopeKey}] = t
	w.opened[t.Connection]++
	silent := w.isQuiet(c)
	if reason != app.ReasonDateCame {
		reason = w.whyThere(c)
	}
	p := w.payload(c, reason, "")
	p.Reopen = true
	if silent {
		c.Wait = app.ReasonFirst
	} else {
		p.Text = below(w.alsoText(c), c.extra)
		c.QuietUntil = w.s.Now.Add(w.manners(c).noteEvery)
	}
	w.out.Deliveries = append(w.out.Deliveries, delivery("note:"+t.XRef+":reopen:"+c.FirstEvent, app.DeliverTicketNote, t, p))
}

func (w *world) payload(c *condition, reason app.Reason, text string) app.TicketPayload {
	return app.TicketPayload{
		Rule: c.Rule, Reason: reason, Source: c.Source, OrganizationID: c.OrganizationID,
		Organization: w.organizationName(c.OrganizationID), Object: c.Object, Type: c.Type, Severity: c.Severity,
		Summary: cut(c.Title, summaryLimit), Text: text,
	}
}
