package alert

import "psabridge/app"

// Observe is what the rules derive from what the source shows, before anything is decided about it.
func Observe(in Input, s app.AlertState) []app.Event {
	facts := newWorld(in, s).observe()
	events := make([]app.Event, len(facts))
	for i, f := range facts {
		events[i] = f.Event
	}
	return events
}

// AnswerStart opens everything that waits behind the start question, or keeps it quiet.
func AnswerStart(in Input, s app.AlertState, open bool) app.AlertDecision {
	return AnswerStartFor(in, s, Answer{Open: open})
}
