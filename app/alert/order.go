package alert

import (
	"time"

	"psabridge/app"
)

// aheadMost is how far a source's clock may be ahead of ours before what it says of the time counts for nothing.
const aheadMost = 5 * time.Minute

// occurred is when a reported fact happened by the source's own clock; zero when that says nothing: what we derive came
// true when we saw it, and what a clock far ahead of ours says cannot be.
func (w *world) occurred(f fact) time.Time {
	if !f.fresh || f.OccurredAt.After(w.s.Now.Add(aheadMost)) {
		return time.Time{}
	}
	return f.OccurredAt
}

// recoveredBy remembers a recovery of this batch; those before it are in the state.
func (w *world) recoveredBy(at place, f fact) {
	if by := w.occurred(f); by.After(w.overBy[at]) {
		w.overBy[at] = by
	}
}

// stale reports whether a problem came late: by the source's own clock it is older than a recovery that we had already.
// Of two at one moment the order received decides, because clocks that count whole minutes must not lose an alert. What
// happens once is never stale: nothing makes it over (T8).
func (w *world) stale(s subject, f fact) bool {
	at := w.occurred(f)
	if at.IsZero() || !w.keeps(f) {
		return false
	}
	over := w.overBy[s.place()]
	if len(w.s.RecoveredAt) > 0 {
		over = later(over, w.s.RecoveredAt[Key(f.Source, f.OrganizationID, f.Object, f.Type)])
	}
	return at.Before(over) && !over.After(w.s.Now.Add(aheadMost))
}

// before reports whether a recovery came late: it is older than a problem of the condition that holds.
func (w *world) before(c *condition, f fact) bool {
	at := w.occurred(f)
	return !at.IsZero() && at.Before(c.LastOccurred)
}

// lastOccurred remembers when a problem of a condition happened.
func (w *world) lastOccurred(c *condition, f fact) {
	if at := w.occurred(f); w.keeps(f) && at.After(c.LastOccurred) {
		c.LastOccurred = at
	}
}

// staleOutcome says of a late problem what it belongs to, where that is known still.
func (w *world) staleOutcome(s subject, f fact) {
	c := w.conditions[s.place()]
	rule := ""
	if c != nil {
		rule = c.Rule
	}
	w.outcome(f.Event, app.OutcomeSuppressed, app.ReasonStale, rule, c)
}
