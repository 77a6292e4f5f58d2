package alert_test

import (
	"testing"
	"time"

	"psabridge/app"
)

// The first reading was stored by a clock that was a day ahead; then it was put right.
func TestClockThatWasAheadAtTheStartLine(t *testing.T) {
	b := newBridge(t, rule("backup.failed", app.TypeQuotaReached))
	b.started = b.now.Add(24 * time.Hour)
	e := b.event("backup.failed", app.Problem)
	d := b.decide(true, e)
	mustOutcome(t, d, app.OutcomeTicket, app.ReasonFirst)
	b.wait(time.Minute)
	b.quota(90)
	mustOutcome(t, b.decide(true), app.OutcomeTicket, app.ReasonFirst)
}

func TestWhatTheFirstReadingShowedStaysHistoryWhenTheClockIsPutBack(t *testing.T) {
	b := newBridge(t, rule(app.TypeQuotaReached))
	b.started = b.now.Add(24 * time.Hour)
	b.quota(90)
	b.objects[0].From = b.started
	mustOutcome(t, b.decide(true), app.OutcomeIgnored, app.ReasonHistory)
}

// What was seen by a clock ahead of ours counts from when polls are steady by the clock that is right.
func TestMinutesDoNotCountFromATimeToCome(t *testing.T) {
	r := rule(app.TypeMachineUnreachable, "backup.failed")
	b := newBridge(t, r)
	b.machine("77", app.Disconnected)
	b.objects[0].From = b.now.Add(24 * time.Hour)
	b.steady = b.now
	b.wait(4 * time.Minute)
	mustCount(t, "tickets", len(b.decide(true).Tickets), 0)
	b.wait(time.Minute)
	mustCount(t, "tickets", len(b.decide(true).Tickets), 1)
}

func TestWaitIsNotProlongedByAClockPutBack(t *testing.T) {
	r := rule("backup.failed")
	r.Wait = app.Duration(10 * time.Minute)
	b := newBridge(t, r)
	mustOutcome(t, b.decide(true, b.event("backup.failed", app.Problem)), app.OutcomeSuppressed, app.ReasonWaiting)
	b.now = b.now.Add(-24 * time.Hour)
	b.steady = b.now
	b.wait(9 * time.Minute)
	mustCount(t, "tickets", len(b.decide(true).Tickets), 0)
	b.wait(time.Minute)
	mustCount(t, "tickets", len(b.decide(true).Tickets), 1)
}

// The machine we run on is off for a weekend while a momentary alert waits for its moment.
func TestT8MomentaryThatWaitsIsOwedItsTicket(t *testing.T) {
	r := rule("activity.account_locked")
	r.Wait = app.Duration(10 * time.Minute)
	b := newBridge(t, r)
	mustOutcome(t, b.decide(true, b.event("activity.account_locked", app.Info)), app.OutcomeSuppressed, app.ReasonWaiting)
	b.wait(60 * time.Hour)
	b.steady = b.now
	mustCount(t, "tickets while steady is young", len(b.decide(true).Tickets), 0)
	b.wait(10 * time.Minute)
	mustCount(t, "tickets", len(b.decide(true).Tickets), 1)
	b.send()
	b.wait(23 * time.Hour)
	mustOutcome(t, b.decide(true, b.event("activity.account_locked", app.Info)), app.OutcomeMerged, app.ReasonRepeated)
	b.wait(25 * time.Hour)
	b.decide(true)
	if b.last().State != app.ConditionCleared {
		t.Errorf("a day after its last repeat it is %s", b.last().State)
	}
}

func TestRepeatOfAMomentaryThatWaitsJoinsIt(t *testing.T) {
	r := rule("activity.account_locked")
	r.Wait = app.Duration(30 * time.Hour)
	b := newBridge(t, r)
	b.decide(true, b.event("activity.account_locked", app.Info))
	b.wait(26 * time.Hour)
	mustOutcome(t, b.decide(true, b.event("activity.account_locked", app.Info)), app.OutcomeMerged, app.ReasonWaiting)
	b.wait(4 * time.Hour)
	mustCount(t, "tickets", len(b.decide(true).Tickets), 1)
}
