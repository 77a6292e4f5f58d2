package alert_test

import (
	"testing"
	"time"

	"psabridge/app"
)

// at is an event that happened so many seconds before now, by the source's clock.
func (b *bridge) at(ago int, state app.EventState) app.Event {
	e := b.event("backup.failed", state)
	e.OccurredAt = b.now.Add(-time.Duration(ago) * time.Second)
	return e
}

func TestLateProblemIsOver(t *testing.T) {
	for name, batches := range map[string]bool{"in one batch": false, "in two": true} {
		t.Run(name, func(t *testing.T) {
			b := newBridge(t, rule("backup.failed"))
			recovery, problem := b.at(10, app.Recovery), b.at(20, app.Problem)
			if batches {
				b.decide(true, recovery)
				mustOutcome(t, b.decide(true, problem), app.OutcomeSuppressed, app.ReasonStale)
			} else {
				b.decide(true, recovery, problem)
			}
			mustCount(t, "tickets", len(b.tickets), 0)
			mustCount(t, "conditions", len(b.conditions), 0)
			mustOutcome(t, b.decide(true, b.at(5, app.Problem)), app.OutcomeTicket, app.ReasonFirst)
		})
	}
}

func TestLateRecoveryEndsNothing(t *testing.T) {
	b := newBridge(t, rule("backup.failed"))
	b.decide(true, b.at(10, app.Problem))
	b.send()
	mustOutcome(t, b.decide(true, b.at(20, app.Recovery)), app.OutcomeIgnored, app.ReasonStale)
	mustOutcome(t, b.decide(true, b.at(30, app.Problem)), app.OutcomeSuppressed, app.ReasonStale)
	mustOutcome(t, b.decide(true, b.at(5, app.Recovery)), app.OutcomeMerged, app.ReasonCleared)
}

// Where the source's clock says nothing, or what cannot be, the order received decides, as ever.
func TestOrderReceivedDecidesWhereTheClockSaysNothing(t *testing.T) {
	for name, change := range map[string]func(problem, recovery *app.Event){
		"no times":        func(p, r *app.Event) { p.OccurredAt, r.OccurredAt = time.Time{}, time.Time{} },
		"far ahead":       func(p, r *app.Event) { p.OccurredAt, r.OccurredAt = t0.Add(2*time.Hour), t0.Add(time.Hour) },
		"recovery ahead":  func(p, r *app.Event) { p.OccurredAt, r.OccurredAt = t0.Add(-time.Hour), t0.Add(time.Hour) },
		"the same moment": func(p, r *app.Event) { p.OccurredAt, r.OccurredAt = t0, t0 },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBridge(t, rule("backup.failed"))
			p, r, again := b.event("backup.failed", app.Problem), b.event("backup.failed", app.Recovery), b.event("backup.failed", app.Problem)
			change(&p, &r)
			change(&again, &r)
			b.decide(true, p)
			b.send()
			mustOutcome(t, b.decide(true, r), app.OutcomeMerged, app.ReasonCleared)
			b.wait(time.Minute)
			d := b.decide(true, again)
			if d.Outcomes[0].Reason == app.ReasonStale {
				t.Errorf("outcome %+v", d.Outcomes[0])
			}
		})
	}
}

// What happens once is never over, so it never comes too late.
func TestLateNewsOfWhatHappensOnceIsTold(t *testing.T) {
	b := newBridge(t, rule(app.TypeSignInFailures))
	r, p := b.event(app.TypeSignInFailures, app.Recovery), b.event(app.TypeSignInFailures, app.Problem)
	p.OccurredAt = b.now.Add(-time.Hour)
	b.decide(true, r)
	mustOutcome(t, b.decide(true, p), app.OutcomeTicket, app.ReasonFirst)
}

// An event below its rule's level opens nothing, and does not keep the ticket from one that reaches it.
func TestLevelThatIsReachedLaterOpens(t *testing.T) {
	r := rule()
	r.When = []app.When{{Type: "load.high", Times: 5}}
	b := newBridge(t, r)
	low, high := b.event("load.high", app.Problem), b.event("load.high", app.Problem)
	low.Level, high.Level = 3, 7
	mustOutcome(t, b.decide(true, low), app.OutcomeNoRule, app.ReasonNoRule)
	mustOutcome(t, b.decide(true, high), app.OutcomeTicket, app.ReasonFirst)
}

// Clocks go wrong and are put right: a real problem or recovery gets through, whichever clock it was.
func TestClockThatIsPutRightLosesNothing(t *testing.T) {
	year2000 := time.Date(2000, 1, 1, 0, 3, 0, 0, time.UTC)
	t.Run("ours was a day ahead", func(t *testing.T) {
		b := newBridge(t, rule("backup.failed"))
		b.now = t0.Add(day)
		b.decide(true, b.at(1, app.Problem))
		b.send()
		b.now = t0.Add(time.Hour)
		mustOutcome(t, b.decide(true, b.at(1, app.Recovery)), app.OutcomeMerged, app.ReasonCleared)
	})
	t.Run("the sender's was a little ahead", func(t *testing.T) {
		b := newBridge(t, rule("backup.failed"))
		b.decide(true, b.at(-240, app.Problem))
		b.send()
		b.wait(2 * time.Minute)
		mustOutcome(t, b.decide(true, b.at(1, app.Recovery)), app.OutcomeMerged, app.ReasonCleared)
		b.decide(true, b.at(-240, app.Recovery))
		b.wait(2 * time.Minute)
		d := b.decide(true, b.at(1, app.Problem))
		if d.Outcomes[0].Reason == app.ReasonStale {
			t.Errorf("outcome %+v", d.Outcomes[0])
		}
	})
	t.Run("the sender's begins at 2000, problem", func(t *testing.T) {
		b := newBridge(t, rule("backup.failed"))
		b.decide(true, b.at(1, app.Problem))
		b.send()
		b.wait(time.Hour)
		b.decide(true, b.at(1, app.Recovery))
		b.send()
		b.wait(2 * day)
		e := b.event("backup.failed", app.Problem)
		e.OccurredAt = year2000
		mustOutcome(t, b.decide(true, e), app.OutcomeTicket, app.ReasonFirst)
	})
	t.Run("the sender's begins at 2000, recovery", func(t *testing.T) {
		b := newBridge(t, rule("backup.failed"))
		b.decide(true, b.at(1, app.Problem))
		b.send()
		b.wait(2 * day)
		e := b.event("backup.failed", app.Recovery)
		e.OccurredAt = year2000
		mustOutcome(t, b.decide(true, e), app.OutcomeMerged, app.ReasonCleared)
	})
	t.Run("the sender's was put back by a few minutes", func(t *testing.T) {
		b := newBridge(t, rule("backup.failed"))
		b.decide(true, b.at(1, app.Problem))
		b.send()
		b.wait(6 * time.Minute)
		e := b.at(7*60, app.Recovery)
		mustOutcome(t, b.decide(true, e), app.OutcomeMerged, app.ReasonCleared)
	})
}

// An event that carries no time of its own gets ours, which says nothing of the order.
func TestTimeThatWeFilledInSaysNothing(t *testing.T) {
	b := newBridge(t, rule("backup.failed"))
	b.decide(true, b.event("backup.failed", app.Problem))
	b.send()
	b.wait(time.Minute)
	mustOutcome(t, b.decide(true, b.at(90, app.Recovery)), app.OutcomeMerged, app.ReasonCleared)
	b.decide(true, b.event("backup.failed", app.Recovery))
	d := b.decide(true, b.at(30, app.Problem))
	if d.Outcomes[0].Reason == app.ReasonStale {
		t.Errorf("outcome %+v", d.Outcomes[0])
	}
}
