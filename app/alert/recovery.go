package alert

import (
	"slices"
	"time"

	"psabridge/app"
)

// recovery takes a recovery in.
func (w *world) recovery(f fact) {
	c := w.holding(subject{source: f.Source, organization: f.OrganizationID, object: f.Object, eventType: f.Type})
	if c != nil && f.Text == goneText {
		c.Text = goneText // its ticket is told so, even if not at once
	}
	switch {
	case c == nil, Stateful(c.Type) && c.momentary(): // of what was only information there is nothing to recover
		w.outcome(f.Event, app.OutcomeIgnored, app.ReasonNothingOpen, "", nil)
	case c.State == app.ConditionWaiting && c.momentary():
		// What happened, happened: a momentary condition gets its ticket whatever follows (T8).
		w.outcome(f.Event, app.OutcomeMerged, app.ReasonCleared, c.Rule, c)
	case c.State == app.ConditionWaiting:
		w.outcome(f.Event, app.OutcomeSuppressed, app.ReasonRecovered, c.Rule, c)
		w.end(c, f)
	case c.State == app.ConditionQuiet:
		w.outcome(f.Event, app.OutcomeMerged, app.ReasonCleared, c.Rule, c)
		w.end(c, f)
	case Stateful(c.Type) && w.takeBack(c):
		w.outcome(f.Event, app.OutcomeSuppressed, app.ReasonRecovered, c.Rule, c)
		w.clear(c, w.s.Now)
	default:
		w.outcome(f.Event, app.OutcomeMerged, app.ReasonCleared, c.Rule, c)
		w.recover(c)
	}
}

// clear ends an episode without a word.
func (w *world) clear(c *condition, at time.Time) {
	c.State, c.Wait, c.ClearedAt = app.ConditionCleared, "", at
	w.change(c)
}

// takeBack drops a create that was not sent yet (T8). A ticket that stands for others too is kept.
func (w *world) takeBack(c *condition) bool {
	t := w.ticketOf(c)
	if t == nil || w.others(c) > 0 {
		return false
	}
	if t.ID == 0 {
		w.forget(t)
		w.amend(c.FirstEvent, app.OutcomeSuppressed, app.ReasonRecovered)
		return true
	}
	if !w.s.CreateWaiting[t.ID] {
		return false
	}
	if w.out.Dropped == nil {
		w.out.Dropped = map[int64]app.Reason{}
	}
	w.out.Dropped[t.ID] = app.ReasonRecovered
	t.State = app.TicketClosed
	delete(w.open, scope{t.Connection, t.ScopeKey})
	return true
}

// forget removes a ticket and what was to be said to it from this decision.
func (w *world) forget(t *app.Ticket) {
	xref := t.XRef
	delete(w.open, scope{t.Connection, t.ScopeKey})
	for _, c := range w.linked[xref] {
		c.TicketXRef = ""
	}
	delete(w.linked, xref)
	w.out.Tickets = slices.DeleteFunc(w.out.Tickets, func(t app.Ticket) bool { return t.XRef == xref })
	w.out.Deliveries = slices.DeleteFunc(w.out.Deliveries, func(d app.DecidedDelivery) bool { return d.TicketXRef == xref })
}

// others counts the conditions that hold on the same ticket.
func (w *world) others(c *condition) int {
	n := 0
	for _, other := range w.linked[c.TicketXRef] {
		if other != c && other.holds() {
			n++
		}
	}
	return n
}

// recover ends an opened condition: told at once, or when the quiet time is over, so that flapping makes no noise.
func (w *world) recover(c *condition) {
	w.clear(c, w.s.Now)
	c.LastAt = w.s.Now
	c.Wait = app.ReasonCleared
	w.tellLate(c)
}

// tellCleared notes the facts and closes when the rule says so; whether a person touched the ticket is seen when it is sent.
func (w *world) tellCleared(c *condition) {
	w.told(c)
	r := w.in.rule(c.Rule)
	w.tell(c, note{
		id:     "cleared:" + c.Key[:8] + ":" + itoa(c.Episode),
		reason: app.ReasonCleared,
		text:   w.clearedText(c),
		close:  r != nil && r.Ticket.AutoClose,
	})
}
