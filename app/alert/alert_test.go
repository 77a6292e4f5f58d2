package alert_test

import (
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
)

func TestUnreachableOpensAfterItsMinutesAndCloses(t *testing.T) {
	b := newBridge(t, rule(app.TypeMachineUnreachable))
	b.machine("77", app.Disconnected)
	b.wait(4 * time.Minute)
	if d := b.decide(true); !empty(d) {
		t.Fatalf("after 4 minutes: %+v", d)
	}
	b.wait(time.Minute)
	d := b.decide(true)
	mustOutcome(t, d, app.OutcomeTicket, app.ReasonFirst)
	mustCount(t, "deliveries", len(d.Deliveries), 1)
	create := d.Deliveries[0]
	if create.DedupKey != "create:"+d.Tickets[0].XRef || create.Payload.Organization != "Contoso" || create.Payload.Severity != app.SeverityWarning {
		t.Errorf("create = %+v", create)
	}
	if !strings.HasPrefix(d.Tickets[0].XRef, "k3v9x2abcd-") {
		t.Errorf("xref = %q", d.Tickets[0].XRef)
	}
	b.send()
	b.wait(3*time.Hour + 7*time.Minute)
	b.machine("77", app.Connected)
	d = b.decide(true)
	mustOutcome(t, d, app.OutcomeMerged, app.ReasonCleared)
	mustCount(t, "deliveries", len(d.Deliveries), 1)
	if p := d.Deliveries[0].Payload; !p.Close || !strings.Contains(p.Text, "down 3 h 12 min") {
		t.Errorf("note = %+v", p)
	}
	b.send()
	if b.tickets[0].State != app.TicketClosed || b.last().State != app.ConditionCleared {
		t.Errorf("ticket %s, condition %s", b.tickets[0].State, b.last().State)
	}
}

func TestSinceOfTheSourceCountsButNotIfItIsAheadOfUs(t *testing.T) {
	for _, tc := range []struct {
		since time.Duration
		want  int
	}{{-6 * time.Minute, 1}, {-4 * time.Minute, 0}, {time.Hour, 0}} {
		b := newBridge(t, rule(app.TypeMachineUnreachable))
		b.machine("77", app.Disconnected)
		b.objects[0].Since = b.now.Add(tc.since)
		mustCount(t, "tickets", len(b.decide(true).Tickets), tc.want)
	}
}

func TestT8PollGapRestartsTheMinutes(t *testing.T) {
	b := newBridge(t, rule(app.TypeMachineUnreachable))
	b.machine("77", app.Disconnected)
	b.wait(time.Hour)
	s := b.state(true, nil)
	s.GapRestart = true
	if d := alert.Decide(b.in, s); !empty(d) {
		t.Fatalf("in the gap: %+v", d)
	}
	b.steady = b.now
	b.wait(4 * time.Minute)
	mustCount(t, "tickets", len(b.decide(true).Tickets), 0)
	b.wait(time.Minute)
	mustCount(t, "tickets", len(b.decide(true).Tickets), 1)
}

func TestT2WorsenedIsNotedOnce(t *testing.T) {
	r := rule()
	r.When = []app.When{{Type: app.TypeQuotaReached}, {Type: app.TypeQuotaReached, Percent: 100}}
	b := newBridge(t, r)
	b.quota(79)
	mustCount(t, "tickets below", len(b.decide(true).Tickets), 0)
	b.quota(83)
	mustOutcome(t, b.decide(true), app.OutcomeTicket, app.ReasonFirst)
	b.send()
	b.wait(time.Hour)
	b.quota(97)
	if d := b.decide(true); !empty(d) {
		t.Fatalf("97 %% is nothing new: %+v", d)
	}
	b.quota(101)
	d := b.decide(true)
	mustOutcome(t, d, app.OutcomeMerged, app.ReasonWorsened)
	if p := d.Deliveries[0].Payload; p.Severity != app.SeverityCritical || p.Close {
		t.Errorf("note = %+v", p)
	}
	b.send()
	b.wait(time.Hour)
	b.quota(60)
	d = b.decide(true)
	mustOutcome(t, d, app.OutcomeMerged, app.ReasonCleared)
	b.send()
	if b.tickets[0].State != app.TicketClosed {
		t.Errorf("ticket is %s", b.tickets[0].State)
	}
}

// A threshold that is raised ends the alert; lowered again it opens another, though the value never moved.
func TestThresholdBackAndForthOpensATicketEachTime(t *testing.T) {
	r := rule()
	r.Ticket.Comeback = "new"
	b := newBridge(t, r)
	at := func(percent int) {
		r.When = []app.When{{Type: app.TypeQuotaReached, Percent: percent}}
		b.in.Settings.Alerts = []app.AlertRule{r}
		b.wait(time.Hour)
		b.decide(true)
		b.send()
	}
	b.quota(85)
	for i := range 3 {
		at(80)
		mustCount(t, "tickets", len(b.tickets), i+1)
		if b.tickets[i].State != app.TicketOpen {
			t.Errorf("ticket %d is %s", i, b.tickets[i].State)
		}
		at(90)
		at(90) // a comeback must be calm for a while
		if b.tickets[i].State != app.TicketClosed {
			t.Errorf("ticket %d is %s though the rule asks for more", i, b.tickets[i].State)
		}
	}
}

func TestT8IncompleteReadingClearsNothing(t *testing.T) {
	b := newBridge(t, rule(app.TypeMachineUnreachable, app.TypeQuotaReached))
	b.machine("77", app.Disconnected)
	b.quota(90)
	b.wait(time.Hour)
	b.decide(true)
	b.send()
	b.machine("77", app.Connected)
	b.quota(10)
	if d := b.decide(false); !empty(d) {
		t.Fatalf("incomplete: %+v", d)
	}
	mustCount(t, "recoveries", len(b.decide(true).Outcomes), 2)
}

func TestT8RecoveredBeforeItWasSent(t *testing.T) {
	t.Run("stateful", func(t *testing.T) {
		b := newBridge(t, rule("backup.failed"))
		b.decide(true, b.event("backup.failed", app.Problem))
		d := b.decide(true, b.event("backup.failed", app.Recovery))
		mustOutcome(t, d, app.OutcomeSuppressed, app.ReasonRecovered)
		mustCount(t, "dropped", len(d.Dropped), 1)
		mustCount(t, "queued", len(b.queue), 0)
	})
	t.Run("in one batch", func(t *testing.T) {
		b := newBridge(t, rule("backup.failed"))
		d := b.decide(true, b.event("backup.failed", app.Problem), b.event("backup.failed", app.Recovery))
		mustCount(t, "tickets", len(d.Tickets)+len(d.Deliveries), 0)
		if d.Outcomes[0].Outcome != app.OutcomeSuppressed || d.Outcomes[1].Reason != app.ReasonRecovered {
			t.Errorf("outcomes = %+v", d.Outcomes)
		}
	})
	t.Run("momentary", func(t *testing.T) {
		b := newBridge(t, rule("signin.failures"))
		d := b.decide(true, b.event("signin.failures", app.Problem), b.event("signin.failures", app.Recovery))
		mustCount(t, "tickets", len(d.Tickets), 1)
	})
	t.Run("being sent", func(t *testing.T) {
		b := newBridge(t, rule("backup.failed"))
		b.decide(true, b.event("backup.failed", app.Problem))
		delete(b.waiting, 1) // claimed
		d := b.decide(true, b.event("backup.failed", app.Recovery))
		mustCount(t, "dropped", len(d.Dropped), 0)
		if len(d.Deliveries) != 1 || !d.Deliveries[0].Payload.Close {
			t.Errorf("deliveries = %+v", d.Deliveries)
		}
	})
}

func TestT4FirstReadIsHistoryBehindOneQuestion(t *testing.T) {
	for _, open := range []bool{true, false} {
		b := newBridge(t, rule(app.TypeMachineUnreachable, "activity.login"))
		b.first, b.started = true, time.Time{}
		b.machine("77", app.Disconnected)
		b.objects[0].Since = b.now.Add(-time.Hour)
		b.machine("78", app.Disconnected)
		d := b.decide(true, b.event("activity.login", app.Info))
		mustCount(t, "tickets", len(d.Tickets), 0)
		for _, o := range d.Outcomes {
			if o.Outcome != app.OutcomeIgnored || o.Reason != app.ReasonHistory {
				t.Errorf("outcome = %+v", o)
			}
		}
		b.first, b.started = false, b.now
		b.wait(5 * time.Minute)
		b.decide(true) // 78 was away at the first read too
		mustCount(t, "behind the question", waiting(b, app.ReasonHistory), 2)
		d = alert.AnswerStart(b.in, b.state(true, nil), open)
		b.apply(d)
		if again := alert.AnswerStart(b.in, b.state(true, nil), open); !empty(again) {
			t.Errorf("answered twice: %+v", again)
		}
		if open {
			mustCount(t, "opened", len(d.Tickets), 2)
			continue
		}
		mustCount(t, "opened", len(d.Tickets), 0)
		b.machine("77", app.Connected)
		b.decide(true)
		b.wait(time.Hour)
		b.machine("77", app.Disconnected)
		b.wait(time.Hour)
		mustCount(t, "down again", len(b.decide(true).Tickets), 1)
	}
}

func waiting(b *bridge, why app.Reason) int {
	n := 0
	for _, c := range b.conditions {
		if c.State == app.ConditionWaiting && c.Wait == why {
			n++
		}
	}
	return n
}

func TestT4WorseAfterTheStartLineIsNotHistory(t *testing.T) {
	r := rule()
	r.When = []app.When{{Type: app.TypeQuotaReached}, {Type: app.TypeQuotaReached, Percent: 100}}
	b := newBridge(t, r)
	b.first, b.started = true, time.Time{}
	b.quota(85)
	b.decide(true)
	b.first, b.started = false, b.now
	b.wait(time.Minute)
	b.quota(100)
	mustCount(t, "tickets", len(b.decide(true).Tickets), 1)
}

func TestT4WhatHeldBeforeTheRuleWaitsBehindTheQuestion(t *testing.T) {
	b := newBridge(t)
	b.machine("77", app.Disconnected)
	b.wait(5 * time.Minute)
	mustOutcome(t, b.decide(true), app.OutcomeNoRule, app.ReasonNoRule)
	b.in.Settings.Alerts = []app.AlertRule{rule("machine.*")}
	mustCount(t, "tickets", len(b.decide(true).Tickets), 0)
	mustCount(t, "behind the question", waiting(b, app.ReasonHistory), 1)
}

func TestT4TicketingSwitchedOnAsks(t *testing.T) {
	b := newBridge(t, rule(app.TypeMachineUnreachable))
	b.routes["4711"] = alert.Route{Connection: "cw", Mapped: true}
	b.machine("77", app.Disconnected)
	b.wait(5 * time.Minute)
	mustOutcome(t, b.decide(true), app.OutcomeSuppressed, app.ReasonTicketingOff)
	b.routes["4711"] = alert.Route{Connection: "cw", Mapped: true, Ticketing: true}
	mustCount(t, "tickets", len(b.decide(true).Tickets), 0)
	mustCount(t, "behind the question", waiting(b, app.ReasonHistory), 1)
}

func TestT4LateMappingOpensWhatStillHolds(t *testing.T) {
	b := newBridge(t, rule(app.TypeMachineUnreachable))
	b.routes["4711"] = alert.Route{Connection: "cw", Ticketing: true}
	b.machine("77", app.Disconnected)
	b.machine("78", app.Disconnected)
	b.wait(5 * time.Minute)
	for _, o := range b.decide(true).Outcomes {
		if o.Outcome != app.OutcomeUnmapped || o.Reason != app.ReasonNotMapped {
			t.Errorf("outcome = %+v", o)
		}
	}
	b.wait(time.Hour)
	b.machine("78", app.Connected)
	b.decide(true)
	b.routes["4711"] = alert.Route{Connection: "cw", Mapped: true, Ticketing: true}
	d := b.decide(true)
	mustCount(t, "tickets", len(d.Tickets), 1)
	if d.Deliveries[0].Payload.Reason != app.ReasonLateMapping {
		t.Errorf("reason = %s", d.Deliveries[0].Payload.Reason)
	}
}

func TestT8MaintenanceWindowThatEndsOpens(t *testing.T) {
	r := rule("backup.failed")
	r.Wait = app.Duration(10 * time.Minute)
	r.Mute = []app.Mute{{From: t0.Add(5 * time.Minute).Format(time.RFC3339), To: t0.Add(time.Hour).Format(time.RFC3339)}}
	b := newBridge(t, r)
	mustOutcome(t, b.decide(true, b.event("backup.failed", app.Problem)), app.OutcomeSuppressed, app.ReasonWaiting)
	b.wait(10 * time.Minute)
	b.decide(true)
	mustCount(t, "muted", waiting(b, app.ReasonMuted), 1)
	b.wait(49 * time.Minute)
	mustCount(t, "in the window", len(b.decide(true).Tickets), 0)
	b.wait(time.Minute)
	mustCount(t, "after the window", len(b.decide(true).Tickets), 1)
}

func TestMutedMomentaryIsNotKept(t *testing.T) {
	r := rule("activity.login")
	r.Mute = []app.Mute{{From: t0.Add(-time.Hour).Format(time.RFC3339), To: t0.Add(time.Hour).Format(time.RFC3339)}}
	b := newBridge(t, r)
	mustOutcome(t, b.decide(true, b.event("activity.login", app.Info)), app.OutcomeSuppressed, app.ReasonMuted)
	mustCount(t, "conditions", len(b.conditions), 0)
}

func TestRuleOrderAndScope(t *testing.T) {
	narrow, wide := rule("backup.failed"), rule("backup.*")
	narrow.Name, narrow.For = "narrow", app.For{Organization: "4711", Object: "99"}
	wide.Name, wide.For = "wide", app.For{Source: "sync", Organization: "4700", Suborganizations: true}
	b := newBridge(t, narrow, wide)
	d := b.decide(true, b.event("backup.failed", app.Problem))
	if d.Outcomes[0].Rule != "wide" {
		t.Errorf("rule = %q", d.Outcomes[0].Rule)
	}
	alone := rule("backup.failed")
	alone.For = app.For{Organization: "4700"}
	b = newBridge(t, alone)
	mustOutcome(t, b.decide(true, b.event("backup.failed", app.Problem)), app.OutcomeNoRule, app.ReasonNoRule)
	mail := rule("activity.login")
	mail.Via = app.Via{Email: []string{"noc@example.com"}}
	b = newBridge(t, mail)
	mustOutcome(t, b.decide(true, b.event("activity.login", app.Info)), app.OutcomeMail, app.ReasonFirst)
	b.in.Settings.Alerts[0].Via = app.Via{}
	mustOutcome(t, b.decide(true, b.event("activity.logout", app.Info)), app.OutcomeNoRule, app.ReasonNoRule)
	b = newBridge(t, b.in.Settings.Alerts[0])
	mustOutcome(t, b.decide(true, b.event("activity.login", app.Info)), app.OutcomeIgnored, app.ReasonNotViaPSA)
}

func TestPersonClosedStaysQuietUntilRecovery(t *testing.T) {
	b := newBridge(t, rule("backup.failed"))
	b.decide(true, b.event("backup.failed", app.Problem))
	b.send()
	b.personCloses(&b.tickets[0])
	mustOutcome(t, b.decide(true, b.event("backup.failed", app.Problem)), app.OutcomeSuppressed, app.ReasonStayQuiet)
	d := b.decide(true, b.event("backup.failed", app.Recovery))
	mustCount(t, "notes", len(d.Deliveries), 0)
	b.wait(time.Hour)
	mustCount(t, "tickets", len(b.decide(true, b.event("backup.failed", app.Problem)).Tickets), 1)
}

func TestT3MomentaryEndsWithItsTicketOrADay(t *testing.T) {
	b := newBridge(t, rule("activity.login"))
	b.decide(true, b.event("activity.login", app.Info))
	b.send()
	b.wait(time.Hour)
	mustOutcome(t, b.decide(true, b.event("activity.login", app.Info)), app.OutcomeMerged, app.ReasonRepeated)
	b.personCloses(&b.tickets[0])
	mustOutcome(t, b.decide(true, b.event("activity.login", app.Info)), app.OutcomeTicket, app.ReasonFirst)
	b.send()
	b.wait(25 * time.Hour)
	b.decide(true)
	if b.last().State != app.ConditionCleared {
		t.Errorf("after a day: %s", b.last().State)
	}
}

func TestT7Comeback(t *testing.T) {
	for _, tc := range []struct {
		policy  string
		touched bool
		late    bool
		tickets int
		reopens int
	}{
		{policy: "", tickets: 1, reopens: 1},
		{policy: "new", tickets: 2},
		{policy: "none", tickets: 1},
		{policy: "none", late: true, tickets: 2},
		{policy: "reopen", tickets: 1, reopens: 1},
		{policy: "reopen", late: true, tickets: 2},
		{policy: "reopen", touched: true, tickets: 2},
	} {
		r := rule("backup.failed")
		r.Ticket.Comeback, r.Ticket.ReopenWithin = tc.policy, app.Duration(24*time.Hour)
		b := newBridge(t, r)
		b.decide(true, b.event("backup.failed", app.Problem))
		b.send()
		b.wait(time.Minute)
		b.decide(true, b.event("backup.failed", app.Recovery))
		b.send()
		b.tickets[0].Touched = tc.touched
		b.wait(time.Hour)
		if tc.late {
			b.wait(24 * time.Hour)
		}
		b.decide(true, b.event("backup.failed", app.Problem))
		b.send()
		if len(b.tickets) != tc.tickets || b.reopens != tc.reopens {
			t.Errorf("%+v: %d tickets, %d reopened", tc, len(b.tickets), b.reopens)
		}
	}
}

func TestComebackWaitsForTheCloseOfItsOldTicket(t *testing.T) {
	r := rule("backup.failed")
	r.Ticket.Comeback = "new"
	b := newBridge(t, r)
	b.decide(true, b.event("backup.failed", app.Problem))
	b.send()
	b.wait(time.Minute)
	b.decide(true, b.event("backup.failed", app.Recovery))
	b.wait(time.Minute)
	b.decide(true, b.event("backup.failed", app.Problem)) // the close is still queued
	mustCount(t, "waiting", waiting(b, app.ReasonWaiting), 1)
	b.send()
	mustCount(t, "tickets", len(b.decide(true).Tickets), 1)
}

func TestComebackJoinsATicketThatStaysOpen(t *testing.T) {
	b := newBridge(t, rule("backup.failed"))
	b.decide(true, b.event("backup.failed", app.Problem))
	b.send()
	b.tickets[0].Touched = true
	b.wait(time.Hour)
	b.decide(true, b.event("backup.failed", app.Recovery))
	b.send()
	b.wait(time.Hour)
	d := b.decide(true, b.event("backup.failed", app.Problem))
	mustOutcome(t, d, app.OutcomeMerged, app.ReasonCameBack)
	mustCount(t, "tickets", len(b.tickets), 1)
	mustCount(t, "notes", len(d.Deliveries), 1)
	b.send()
	b.wait(time.Hour)
	mustCount(t, "notes before it has been calm", len(b.decide(true, b.event("backup.failed", app.Recovery)).Deliveries), 0)
	b.wait(15 * time.Minute)
	d = b.decide(true)
	if len(d.Deliveries) != 1 || !strings.Contains(d.Deliveries[0].Payload.Text, "it lasted 2 h 0 min in all, 2 times since 2 Nov 2026 09:00 UTC. It came and went 2 times.") {
		t.Errorf("deliveries = %+v", d.Deliveries)
	}
}

func TestT2PerOrganizationSharesOneTicket(t *testing.T) {
	r := rule(app.TypeMachineUnreachable)
	r.Ticket.Per = "organization"
	b := newBridge(t, r)
	b.machine("77", app.Disconnected)
	b.machine("78", app.Disconnected)
	b.wait(5 * time.Minute)
	d := b.decide(true)
	mustCount(t, "tickets", len(d.Tickets), 1)
	mustCount(t, "deliveries", len(d.Deliveries), 1)
	if text := d.Deliveries[0].Payload.Text; !strings.Contains(text, "FS77") || !strings.Contains(text, "FS78") {
		t.Errorf("text = %q", text)
	}
	b.send()
	b.wait(time.Hour)
	b.machine("77", app.Connected)
	mustCount(t, "one of two", len(b.decide(true).Deliveries), 0)
	b.machine("78", app.Connected)
	d = b.decide(true)
	if len(d.Deliveries) != 1 || !d.Deliveries[0].Payload.Close || !strings.Contains(d.Deliveries[0].Payload.Text, "FS77") {
		t.Errorf("deliveries = %+v", d.Deliveries)
	}
}

func TestSummaryTemplate(t *testing.T) {
	r := rule("backup.failed")
	r.Ticket.Summary = "[{{organization}}] {object} {level} {unknown}" + strings.Repeat("é", 200)
	b := newBridge(t, r)
	got := b.decide(true, b.event("backup.failed", app.Problem)).Tickets[0].Summary
	if !strings.HasPrefix(got, "[Contoso] FS01 {unknown}é") || !strings.HasSuffix(got, "…") || len([]rune(got)) != 100 {
		t.Errorf("summary = %q", got)
	}
}

func TestT4RuleThatBeginsToTellThePSAAsks(t *testing.T) {
	r := rule("backup.failed")
	r.Via.PSA = false
	b := newBridge(t, r)
	mustOutcome(t, b.decide(true, b.event("backup.failed", app.Problem)), app.OutcomeIgnored, app.ReasonNotViaPSA)
	b.in.Settings.Alerts[0].Via.PSA = true
	mustCount(t, "tickets", len(b.decide(true).Tickets), 0)
	mustCount(t, "behind the question", waiting(b, app.ReasonHistory), 1)
}

// TestT2ConditionKey: neither what it is called nor what it says makes another condition, nor does the rule; and the
// rule that opened it stays its rule.
func TestT2ConditionKey(t *testing.T) {
	b := newBridge(t, rule("backup.failed"))
	b.decide(true, b.event("backup.failed", app.Problem))
	b.send()
	other := rule("backup.*")
	other.Name = "Other"
	b.in.Settings.Alerts = append([]app.AlertRule{other}, b.in.Settings.Alerts...)
	e := b.event("backup.failed", app.Problem)
	e.Title, e.Text, e.Object.Name, e.Severity = "Another title", "Another text", "Another name", app.SeverityInfo
	mustOutcome(t, b.decide(true, e), app.OutcomeMerged, app.ReasonRepeated)
	if c := b.last(); c.Rule != "Rule" || c.Occurrences != 2 || c.Key != alert.Key("sync", "4711", e.Object, "backup.failed") {
		t.Errorf("condition %+v", c)
	}
}

// TestT7ReopenWindowCountsFromOurClose, not from the recovery before it, nor from when the ticket was opened.
func TestT7ReopenWindowCountsFromOurClose(t *testing.T) {
	for _, tc := range []struct {
		after time.Duration
		want  int
	}{{time.Hour, 1}, {24*time.Hour - time.Minute, 1}, {24*time.Hour + time.Minute, 0}} {
		b := newBridge(t, rule("backup.failed"))
		b.decide(true, b.event("backup.failed", app.Problem))
		b.send()
		b.wait(10 * day)
		b.decide(true, b.event("backup.failed", app.Recovery))
		b.wait(20 * time.Hour) // ConnectWise was away
		b.send()
		b.wait(tc.after)
		b.decide(true, b.event("backup.failed", app.Problem))
		b.send()
		mustCount(t, "reopened after "+tc.after.String(), b.reopens, tc.want)
		mustCount(t, "tickets", len(b.tickets), 2-tc.want)
	}
}

// TestT7WhatAPersonClosedIsNotReopened, nor is one a person worked on before we closed it.
func TestT7WhatAPersonClosedIsNotReopened(t *testing.T) {
	b := newBridge(t, rule("backup.failed"))
	b.decide(true, b.event("backup.failed", app.Problem))
	b.send()
	b.personCloses(&b.tickets[0])
	b.decide(true, b.event("backup.failed", app.Recovery))
	b.wait(time.Minute)
	b.decide(true, b.event("backup.failed", app.Problem))
	b.send()
	mustCount(t, "reopened", b.reopens, 0)
	mustCount(t, "tickets", len(b.tickets), 2)
}
