package intake

import (
	"time"

	"psabridge/app"
)

// failing is since when a source could not be read at all. Only tries that failed count: while the machine sleeps, or
// nobody asks, nobody knows. It lives in memory; after a start the first try that fails is the first.
type failing struct {
	since time.Time // zero: it could be read, or was not tried
	last  time.Time // when the last try had failed
	wait  time.Duration
	text  string
}

// askedEvery is how often it is asked what is due; no source is polled more often.
const askedEvery = 30 * time.Second

// again returns what is known after a try that failed: it began at began, failed at now, and the next one is made after
// wait. A try that comes much later than it should begins anew: the machine slept in between.
func (f failing) again(began, now time.Time, wait time.Duration, text string) failing {
	began, now = began.Round(0), now.Round(0) // the monotonic clock stands still while the machine sleeps
	if f.since.IsZero() || f.blind(began) || f.since.After(began) {
		f.since = began
	}
	f.last, f.wait, f.text = now, wait, text
	return f
}

// blind reports whether nobody has tried for longer than two intervals.
func (f failing) blind(at time.Time) bool {
	return at.Round(0).Sub(f.last) > 2*max(f.wait, askedEvery)
}

// at is what the rules are told at a moment. When nobody has tried for a while, it still fails as far as anyone knows,
// but for no time that counts.
func (f failing) at(now time.Time) (since time.Time, text string) {
	switch {
	case f.since.IsZero():
		return time.Time{}, ""
	case f.blind(now), f.since.After(now):
		return now.Round(0), f.text
	}
	return f.since, f.text
}

// failingAt is what the rules are told of a source at a moment.
func (s *state) failingAt(now time.Time) (since time.Time, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failing.at(now)
}

// readable notes that the source answered.
func (s *state) readable() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failing = failing{}
}

// decide is the alert rules with what only we know of a source: since when it fails.
func (in *Intake) decide(doc app.Settings, name string, now time.Time) func(app.AlertState) app.AlertDecision {
	since, text := in.state(name).failingAt(now)
	return func(s app.AlertState) app.AlertDecision {
		s.FailingSince, s.FailingText = since, text
		return in.deps.Decide(doc, s)
	}
}
