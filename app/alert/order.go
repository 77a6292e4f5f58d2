package alert

import (
	"time"

	"psabridge/app"
)

const (
	// aheadMost is how far a source's clock may be ahead of ours before what it says of the time counts for nothing.
	aheadMost = 5 * time.Minute
	// behindMost is how long before we received it a fact may have happened: a clock that starts in the year 2000 says nothing.
	behindMost = 24 * time.Hour
	// lateBy is how much older than what we know already a fact must be to be late, whenever it came.
	lateBy = 5 * time.Minute
	// together is how closely two facts are received for the order of the source's clock to count to the second.
	together = 5 * time.Minute
)

// occurred is when a reported fact happened by the source's own clock; zero when that says nothing: what we derive came
// true when we saw it, what carries no time of its own has ours, and what a clock far from ours says cannot be. What is
// a little ahead counts as now, so that nothing has to wait for our clock to get there.
func (w *world) occurred(f fact) time.Time {
	at := f.OccurredAt
	if !f.fresh || at.Equal(f.ReceivedAt) || at.After(w.s.Now.Add(aheadMost)) || at.Before(w.s.Now.Add(-behindMost)) {
		return time.Time{}
	}
	return earlier(at, w.s.Now)
}

// late reports whether what happened at one moment is older than what is known of another, which was received when heard
// says. A clock may be put right between two alerts, and a real problem or recovery must not get lost for that: what
// came long after must be older by more than a clock goes wrong.
func (w *world) late(at, known, heard time.Time) bool {
	if at.IsZero() || !at.Before(known) || known.After(w.s.Now.Add(aheadMost)) {
		return false
	}
	return known.Sub(at) > lateBy || w.s.Now.Sub(heard).Abs() <= together
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
	if w.late(at, w.overBy[s.place()], w.s.Now) {
		return true
	}
	if len(w.s.RecoveredAt) == 0 {
		return false
	}
	key := Key(f.Source, f.OrganizationID, f.Object, f.Type)
	return w.late(at, w.s.RecoveredAt[key], w.s.RecoveredHeard[key])
}

// before reports whether a recovery came late: it is older than a problem of the condition that holds.
func (w *world) before(c *condition, f fact) bool {
	return w.late(w.occurred(f), c.LastOccurred, c.LastAt)
}

// lastOccurred remembers when a problem of a condition happened. What a clock that was put back since said is forgotten.
func (w *world) lastOccurred(c *condition, f fact) {
	if at := w.occurred(f); w.keeps(f) && (at.After(c.LastOccurred) || !at.IsZero() && c.LastOccurred.After(w.s.Now.Add(aheadMost))) {
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
