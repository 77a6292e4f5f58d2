package alert_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
)

// failures is one failed sign-in of an account, the n-th in a row.
func (b *bridge) failures(n int) app.Event {
	e := b.event(app.TypeSignInFailures, app.Problem)
	e.Level, e.Object = n, app.Object{Kind: app.ObjectAccount, ExternalID: "3", Name: "ada"}
	e.Title = fmt.Sprintf("ada failed to sign in %d times in a row", n)
	return e
}

func TestSignInFailuresCountFromTheRulesTimes(t *testing.T) {
	for times, opens := range map[int]int{0: 5, 3: 3, 8: 8} {
		r := rule()
		r.When = []app.When{{Type: app.TypeSignInFailures, Times: times}}
		b := newBridge(t, r)
		for n := 1; n < opens; n++ {
			mustOutcome(t, b.decide(true, b.failures(n)), app.OutcomeNoRule, app.ReasonNoRule)
		}
		d := b.decide(true, b.failures(opens))
		mustOutcome(t, d, app.OutcomeTicket, app.ReasonFirst)
		if want := fmt.Sprintf("%d times", opens); !strings.Contains(d.Tickets[0].Summary, want) {
			t.Errorf("summary = %q", d.Tickets[0].Summary)
		}
	}
}

// TestT3SignInFailuresWorsenAtMostOnceInTheQuietTime: a hundred wrong passwords in ten minutes are one ticket and two
// notes, the last of which has the whole number.
func TestT3SignInFailuresWorsenAtMostOnceInTheQuietTime(t *testing.T) {
	b := newBridge(t, rule(app.TypeSignInFailures))
	for n := 1; n <= 100; n++ {
		b.wait(6 * time.Second)
		b.decide(true, b.failures(n))
		b.send()
	}
	mustCount(t, "tickets", len(b.tickets), 1)
	mustCount(t, "notes in the quiet time", len(b.notes), 1)
	b.wait(15 * time.Minute)
	b.decide(true)
	b.send()
	mustCount(t, "notes", len(b.notes), 2)
	if p := b.notes[1].Payload; p.Reason != app.ReasonWorsened || !strings.Contains(p.Text, "100 times in a row") || p.Close {
		t.Errorf("note = %+v", p)
	}
	if c := b.last(); c.Level != 100 || c.Occurrences != 96 {
		t.Errorf("condition = %+v", c)
	}
}

func TestSignInFailuresEndADayAfterTheLastThatCounts(t *testing.T) {
	b := newBridge(t, rule(app.TypeSignInFailures))
	b.decide(true, b.failures(5))
	b.send()
	for range 30 { // once an hour somebody mistypes
		b.wait(time.Hour)
		b.decide(true, b.failures(1))
	}
	b.decide(true)
	if c := b.last(); c.State != app.ConditionCleared || c.Occurrences != 1 {
		t.Errorf("condition = %+v", c)
	}
	b.personCloses(&b.tickets[0])
	mustOutcome(t, b.decide(true, b.failures(6)), app.OutcomeTicket, app.ReasonFirst)
}

// inboxEvent is what somebody sent to an inbox.
func (b *bridge) inboxEvent(organization, typ string, state app.EventState, severity app.Severity) app.Event {
	e := b.event(typ, state)
	e.OrganizationID, e.Severity = organization, severity
	e.Object = app.Object{Kind: "job", ExternalID: "nightly", Name: "Nightly"}
	return e
}

func TestSentEventsOpenByTypeAndFamily(t *testing.T) {
	for pattern, opens := range map[string]bool{
		"veeam.job_failed": true, "veeam.*": true, "veeam.job.*": false, "veeam": false, "*": false, "machine.unreachable": false,
	} {
		b := newBridge(t, rule(pattern))
		b.in.Settings.Alerts[0].For = app.For{Source: "sync"}
		d := b.decide(true, b.inboxEvent("4711", "veeam.job_failed", app.Problem, app.SeverityCritical))
		if got := len(d.Tickets) == 1; got != opens {
			t.Errorf("%s: opened %v", pattern, got)
		}
		if opens && d.Deliveries[0].Payload.Severity != app.SeverityCritical {
			t.Errorf("%s: severity %s", pattern, d.Deliveries[0].Payload.Severity)
		}
	}
}

// A sender that says "unreachable" has judged already; it sends no minutes.
func TestSentEventWithoutALevelIsJudgedAlready(t *testing.T) {
	r := rule()
	r.When = []app.When{{Type: app.TypeMachineUnreachable, Minutes: 60}}
	b := newBridge(t, r)
	b.routes["4711"] = alert.Route{Connection: "cw", Ticketing: true}
	e := b.inboxEvent("4711", app.TypeMachineUnreachable, app.Problem, "")
	mustOutcome(t, b.decide(true, e), app.OutcomeUnmapped, app.ReasonNotMapped)
	b.routes["4711"] = alert.Route{Connection: "cw", Mapped: true, Ticketing: true}
	mustCount(t, "after the mapping", len(b.decide(true).Tickets), 1)
	b.send()
	b.wait(time.Hour)
	d := b.decide(true, b.inboxEvent("4711", app.TypeMachineUnreachable, app.Recovery, ""))
	mustOutcome(t, d, app.OutcomeMerged, app.ReasonCleared)
}

// TestT2SentConditionsAreKeyedByOrganizationObjectAndType: what differs in any of them is another ticket.
func TestT2SentConditionsAreKeyedByOrganizationObjectAndType(t *testing.T) {
	b := newBridge(t, rule("veeam.*"))
	b.routes["4712"] = b.routes["4711"]
	other := b.inboxEvent("4711", "veeam.failed", app.Problem, "")
	other.Object.ExternalID = "weekly"
	kind := b.inboxEvent("4711", "veeam.failed", app.Problem, "")
	kind.Object.Kind = app.ObjectMachine
	again := b.inboxEvent("4711", "veeam.failed", app.Problem, "")
	again.Title, again.Object.Name = "Another text", "Another name"
	d := b.decide(true, b.inboxEvent("4711", "veeam.failed", app.Problem, ""), other, kind,
		b.inboxEvent("4711", "veeam.missed", app.Problem, ""), b.inboxEvent("4712", "veeam.failed", app.Problem, ""), again)
	mustCount(t, "tickets", len(d.Tickets), 5)
}

func TestSentEventOfTheSyntheticTop(t *testing.T) {
	wide := rule("disk.*")
	wide.For = app.For{Organization: app.SyntheticTop, Suborganizations: true}
	b := newBridge(t, wide)
	b.tree = []app.Organization{{Source: "sync", ExternalID: app.SyntheticTop, Name: "Monitoring"}, {Source: "sync", ExternalID: "name:contoso ag", ParentExternalID: app.SyntheticTop, Name: "Contoso AG"}}
	b.routes = map[string]alert.Route{app.SyntheticTop: {Connection: "cw", Mapped: true, Ticketing: true}, "name:contoso ag": {Connection: "cw", Mapped: true, Ticketing: true}}
	d := b.decide(true, b.inboxEvent(app.SyntheticTop, "disk.full", app.Problem, ""), b.inboxEvent("name:contoso ag", "disk.full", app.Problem, ""))
	mustCount(t, "tickets", len(d.Tickets), 2)
	if d.Deliveries[0].Payload.Organization != "Monitoring" || d.Deliveries[1].Payload.Organization != "Contoso AG" {
		t.Errorf("deliveries = %+v", d.Deliveries)
	}
}

// TestT8SentProblemAndRecoveryInOneCall and its fellow: a recovery before the POST takes the ticket back, information
// gets its ticket whatever follows.
func TestT8SentProblemAndRecoveryInOneCall(t *testing.T) {
	b := newBridge(t, rule("veeam.*"))
	d := b.decide(true, b.inboxEvent("4711", "veeam.failed", app.Problem, ""), b.inboxEvent("4711", "veeam.failed", app.Recovery, ""))
	mustCount(t, "tickets", len(d.Tickets)+len(d.Deliveries), 0)
	d = b.decide(true, b.inboxEvent("4711", "veeam.report", app.Info, ""), b.inboxEvent("4711", "veeam.report", app.Recovery, ""))
	mustCount(t, "tickets of information", len(d.Tickets), 1)
	if d.Outcomes[1].Reason != app.ReasonNothingOpen {
		t.Errorf("recovery of information: %+v", d.Outcomes[1])
	}
}

// TestT3InformationIsMomentary: nothing holds, so a day ends it; a problem of the same type makes it hold.
func TestT3InformationIsMomentary(t *testing.T) {
	b := newBridge(t, rule("veeam.*"))
	b.decide(true, b.inboxEvent("4711", "veeam.report", app.Info, app.SeverityInfo))
	b.send()
	b.wait(23 * time.Hour)
	mustOutcome(t, b.decide(true, b.inboxEvent("4711", "veeam.report", app.Info, app.SeverityInfo)), app.OutcomeMerged, app.ReasonRepeated)
	b.wait(23 * time.Hour)
	b.decide(true)
	if c := b.last(); c.State != app.ConditionOpen || !alert.Momentary(c) {
		t.Fatalf("a day after the first: %+v", c)
	}
	b.wait(time.Hour)
	b.decide(true)
	if c := b.last(); c.State != app.ConditionCleared {
		t.Fatalf("a day after the last: %+v", c)
	}
	b.personCloses(&b.tickets[0])
	b.decide(true, b.inboxEvent("4711", "veeam.report", app.Info, app.SeverityInfo))
	b.send()
	b.decide(true, b.inboxEvent("4711", "veeam.report", app.Problem, app.SeverityInfo))
	b.wait(48 * time.Hour)
	b.decide(true)
	if c := b.last(); c.State != app.ConditionOpen || alert.Momentary(c) {
		t.Errorf("a problem that holds: %+v", c)
	}
	mustOutcome(t, b.decide(true, b.inboxEvent("4711", "veeam.report", app.Recovery, "")), app.OutcomeMerged, app.ReasonCleared)
}

// TestT4WhatIsSentFirstIsNotHistory: the store says so of a source that is sent to us.
func TestT4WhatIsSentFirstIsNotHistory(t *testing.T) {
	b := newBridge(t, rule("veeam.*"))
	b.started, b.steady = b.now, b.now
	mustOutcome(t, b.decide(true, b.inboxEvent("4711", "veeam.failed", app.Problem, "")), app.OutcomeTicket, app.ReasonFirst)
}

// An inbox is never polled, so the minutes of a rule pass by the clock alone.
func TestWaitOfASentEventPassesByItself(t *testing.T) {
	r := rule("veeam.*")
	r.Wait = app.Duration(10 * time.Minute)
	b := newBridge(t, r)
	b.steady = b.started
	mustOutcome(t, b.decide(true, b.inboxEvent("4711", "veeam.failed", app.Problem, "")), app.OutcomeSuppressed, app.ReasonWaiting)
	b.wait(9 * time.Minute)
	mustCount(t, "tickets", len(b.decide(true).Tickets), 0)
	b.wait(time.Minute)
	mustCount(t, "tickets", len(b.decide(true).Tickets), 1)
}

// An id that looks like one of ours does not make the source's event end by a state it never had.
func TestSentIDThatLooksDerived(t *testing.T) {
	b := newBridge(t, rule("backup.*"))
	e := b.inboxEvent("4711", app.TypeBackupFailed, app.Problem, "")
	e.SourceEventID = "derived/" + app.TypeBackupFailed + "/9/1"
	b.decide(true, e)
	b.send()
	b.wait(time.Hour)
	if d := b.decide(true); !empty(d) {
		t.Errorf("ended: %+v", d)
	}
}
