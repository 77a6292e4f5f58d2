package alert

import (
	"psabridge/app"
)

// Answer is what a person says to "17 hold now: open 17 tickets / stay quiet" (T4).
type Answer struct {
	Open       bool
	Rule       string // only conditions of this rule; empty: all
	Connection string // only conditions that go to this connection; empty: all
	// Why limits it to one of the two questions, app.ReasonHistory or app.ReasonFlood; empty: both.
	Why app.Reason
}

// AnswerStartFor answers the start question for a part of what waits behind it, and the same question about what a
// flood held back. No limit holds back what a person opens.
func AnswerStartFor(in Input, s app.AlertState, a Answer) app.AlertDecision {
	w := newWorld(in, s)
	w.asked = true
	for _, c := range w.sortedConditions() {
		if !asks(c) || !w.answers(a, c) {
			continue
		}
		if a.Open {
			w.answerOpen(c)
		} else {
			w.quiet(c, app.ReasonStayQuiet)
		}
	}
	return w.finish()
}

// asks reports whether a condition waits for a person's word.
func asks(c *condition) bool {
	return c.State == app.ConditionWaiting && (c.Wait == app.ReasonHistory || c.Wait == app.ReasonFlood)
}

// answerOpen opens what waits for a person's word.
func (w *world) answerOpen(c *condition) {
	r := w.ruleFor(c)
	if r == nil {
		w.wait(c, app.ReasonNoRule)
		return
	}
	if c.Wait == app.ReasonFlood {
		c.extra = why(app.ReasonFlood)
	}
	w.rename(c, r)
	w.gate(c, r, app.ReasonStart)
}

func (w *world) answers(a Answer, c *condition) bool {
	return (a.Rule == "" || a.Rule == c.Rule) && (a.Why == "" || a.Why == c.Wait) &&
		(a.Connection == "" || a.Connection == w.route(c).Connection)
}
