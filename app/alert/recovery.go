package alert

import (
	"time"

	"psabridge/app"
)

// recovery takes a recovery in.
func (w *world) recovery(f fact) {
	s := subject{source: f.Source, organization: f.OrganizationID, object: f.Object, eventType: f.Type}
	w.recoveredBy(s.place(), f)
	c := w.holding(s)
	if c != nil && f.Text == goneText {
		c.Text = goneText // its ticket is told so, even if not at once
	}
	switch {
	case c == nil, Stateful(c.Type) && c.momentary(): // of what was only information there is nothing to recover
		w.outcome(f.Event, app.OutcomeIgnored, app.ReasonNothingOpen, "", nil)
	case w.before(c, f):
		w.outcome(f.Event, app.OutcomeIgnored, app.ReasonStale, c.Rule, c)
	case c.momentary() && (c.State == app.ConditionWaiting || c.mailWaits()):
		// What happened, happened: a momentary condition is told of whatever follows (T8).
		w.outcome(f.Event, app.OutcomeMerged, app.ReasonCleared, c.Rule, c)
	case c.State == app.ConditionWaiting:
		w.outcome(f.Event, app.OutcomeSuppressed, app.ReasonRecovered, c.Rule, c)
		w.end(c, f)
	case c.State == app.ConditionQuiet && (c.Wait != app.ReasonAcknowledged || !stands(w.ticketOf(c))):
		w.outcome(f.Event, app.OutcomeMerged, app.ReasonCleared, c.Rule, c)
		if c.mailWaits() {
			w.amend(c.FirstEvent, app.OutcomeSuppressed, app.ReasonRecovered)
		}
		w.end(c, f)
	case Stateful(c.Type) && w.takeBack(c):
		w.outcome(f.Event, app.OutcomeSuppressed, app.ReasonRecovered, c.Rule, c)
		w.clear(c, w.s.Now)
	default:
		w.outcome(f.Event, app.OutcomeMerged, app.ReasonCleared, c.Rule, c)
		w.recover(c)
	}
}

// clear ends an episode without a word to its ticket.
func (w *world) clear(c *condition, at time.Time) {
	c.State, c.Wait, c.ClearedAt = app.ConditionCleared, "", at
	w.mailEnds(c)
	w.change(c)
}

// takeBack drops a create that was not sent yet (T8). A ticket that stands for others too is kept.
func (w *world) takeBack(c *condition) bool {
	t := w.ticketOf(c)
	if t == nil || w.others(c) {
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
	t.State, t.ClosedAt = app.TicketClosed, w.s.Now
	for _, other := range w.linked[t.XRef] {
		if other.untold() {
			w.told(other) // nobody ever heard that it held
		}
	}
	delete(w.open, scope{t.Connection, t.ScopeKey})
	return true
}

// others reports whether another condition holds on the same ticket.
func (w *world) others(c *condition) bool {
	for _, other := range w.linked[c.TicketXRef] {
		if other != c && other.holds() {
			return true
		}
	}
	return false
}

// recover ends an opened condition: told at once, or when the quiet time is over and it has been calm for long enough,
// so that flapping makes no noise.
func (w *world) recover(c *condition) {
	w.clear(c, w.s.Now)
	c.LastAt = w.s.Now
	c.Wait = app.ReasonCleared
	w.tellLate(c)
}
