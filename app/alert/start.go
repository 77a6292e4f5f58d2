package alert

import (
	"psabridge/app"
)

// Answer is what a person says to "17 hold now: open 17 tickets / stay quiet" (T4).
type Answer struct {
	Open       bool
	Rule       string // only conditions of this rule; empty: all
	Connection string // only conditions that go to this connection; empty: all
}

// AnswerStart opens everything that waits behind the start question, or keeps it quiet.
func AnswerStart(in Input, s app.AlertState, open bool) app.AlertDecision {
	return AnswerStartFor(in, s, Answer{Open: open})
}

// AnswerStartFor answers the start question for a part of what waits behind it.
func AnswerStartFor(in Input, s app.AlertState, a Answer) app.AlertDecision {
	w := newWorld(in, s)
	for _, c := range w.sortedConditions() {
		if c.State != app.ConditionWaiting || c.Wait != app.ReasonHistory || !w.answers(a, c) {
			continue
		}
		if !a.Open {
			w.quiet(c, app.ReasonStayQuiet)
			continue
		}
		if r := w.ruleFor(c); r != nil {
			w.rename(c, r)
			w.gate(c, r, app.ReasonStart)
		} else {
			w.wait(c, app.ReasonNoRule)
		}
	}
	return w.finish()
}

func (w *world) answers(a Answer, c *condition) bool {
	return (a.Rule == "" || a.Rule == c.Rule) &&
		(a.Connection == "" || a.Connection == w.in.route(c.Source, c.OrganizationID).Connection)
}
