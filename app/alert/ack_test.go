package alert_test

import (
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
)

func mustAcknowledge(t *testing.T, b *bridge, a alert.Ack) app.AlertDecision {
	t.Helper()
	d, err := alert.Acknowledge(b.in, b.state(true, nil), a)
	if err != nil {
		t.Fatalf("%+v: %v", a, err)
	}
	b.apply(d)
	return d
}

// held is a bridge with an open ticket for a failed backup.
func held(t *testing.T) *bridge {
	t.Helper()
	b := newBridge(t, rule("backup.failed", "activity.login"))
	b.decide(true, b.event("backup.failed", app.Problem))
	b.live(time.Hour)
	return b
}

func TestQuietUntilADateSaysNothingUntilThen(t *testing.T) {
	b := held(t)
	until := b.now.Add(day)
	d := mustAcknowledge(t, b, alert.Ack{Condition: 1, Until: until})
	mustCount(t, "deliveries", len(d.Deliveries), 0)
	if c := b.last(); c.State != app.ConditionQuiet || c.Wait != app.ReasonAcknowledged || !c.AckUntil.Equal(until) || c.TicketID != 1 {
		t.Errorf("condition %+v", c)
	}
	b.live(time.Hour)
	worse := b.event("backup.failed", app.Problem)
	worse.Severity = app.SeverityCritical
	mustOutcome(t, b.decide(true, worse), app.OutcomeSuppressed, app.ReasonAcknowledged)
	b.live(22 * time.Hour)
	mustCount(t, "notes before", len(b.notes), 0)
	b.live(2 * time.Hour)
	mustCount(t, "notes after", len(b.notes), 1)
	if p := b.notes[0].Payload; p.Reason != app.ReasonDateCame || p.Close || !strings.Contains(p.Text, "It still holds") || !strings.Contains(p.Text, "kept quiet until 3 Nov 2026") {
		t.Errorf("note %+v", p)
	}
	if c := b.last(); c.State != app.ConditionOpen || !c.AckUntil.IsZero() || b.tickets[0].State != app.TicketOpen {
		t.Errorf("condition %+v, ticket %s", c, b.tickets[0].State)
	}
}

// A recovery is told as ever: whoever looks at the ticket shall not look for what is over.
func TestQuietUntilADateEndsWithTheRecovery(t *testing.T) {
	b := held(t)
	mustAcknowledge(t, b, alert.Ack{Condition: 1, Until: b.now.Add(day)})
	d := b.decide(true, b.event("backup.failed", app.Recovery))
	mustOutcome(t, d, app.OutcomeMerged, app.ReasonCleared)
	b.send()
	if b.tickets[0].State != app.TicketClosed || len(b.notes) != 1 {
		t.Errorf("ticket %s, %d notes", b.tickets[0].State, len(b.notes))
	}
	b.live(2 * day)
	mustCount(t, "notes", len(b.notes), 1)
	mustOutcome(t, b.decide(true, b.event("backup.failed", app.Problem)), app.OutcomeTicket, app.ReasonFirst)
}

func TestQuietIsKeptWhileItFlaps(t *testing.T) {
	b := held(t)
	b.decide(true, b.event("backup.failed", app.Recovery))
	b.live(time.Hour)
	b.decide(true, b.event("backup.failed", app.Problem)) // the next recovery must be calm for a while
	b.live(time.Minute)
	mustAcknowledge(t, b, alert.Ack{Condition: b.last().ID, Until: b.now.Add(day)})
	for range 20 {
		b.live(10 * time.Minute)
		b.decide(true, b.event("backup.failed", app.Recovery))
		b.live(10 * time.Minute)
		mustOutcome(t, b.decide(true, b.event("backup.failed", app.Problem)), app.OutcomeSuppressed, app.ReasonAcknowledged)
	}
}

// The ticket a person closed is not opened again when the date comes: another one is.
func TestTheDateOpensANewTicketAfterAPersonClosedTheOld(t *testing.T) {
	for name, comeback := range map[string]string{"reopen": "", "no second ticket": "none"} {
		t.Run(name, func(t *testing.T) {
			b := held(t)
			b.in.Settings.Alerts[0].Ticket.Comeback = comeback
			b.in.Settings.Alerts[0].Via.Email = noc
			b.personCloses(&b.tickets[0])
			mustAcknowledge(t, b, alert.Ack{Condition: 1, Until: b.now.Add(2 * time.Hour)})
			b.live(time.Hour)
			mustCount(t, "tickets before", len(b.tickets), 1)
			b.live(2 * time.Hour)
			mustCount(t, "tickets after", len(b.tickets), 2)
			if c := b.last(); c.TicketID != 2 || c.State != app.ConditionOpen || c.Episode != 2 || !c.FirstAt.Equal(t0) {
				t.Errorf("condition %+v", c)
			}
			if c := b.conditions[0]; c.TicketID != 1 || c.State != app.ConditionCleared {
				t.Errorf("the old ticket's is %+v", c)
			}
		})
	}
}

func TestTheDateJoinsOrReopens(t *testing.T) {
	t.Run("our own closed ticket", func(t *testing.T) {
		b := held(t)
		mustAcknowledge(t, b, alert.Ack{Condition: 1, Until: b.now.Add(2 * time.Hour)})
		b.tickets[0].State, b.tickets[0].ClosedAt = app.TicketClosed, b.now // a close was under way
		b.live(3 * time.Hour)
		mustCount(t, "tickets", len(b.tickets), 1)
		mustCount(t, "reopened", b.reopens, 1)
		if p := b.notes[0].Payload; p.Reason != app.ReasonDateCame || !strings.Contains(p.Text, "kept quiet until") {
			t.Errorf("note %+v", p)
		}
	})
	t.Run("one that is open", func(t *testing.T) {
		b := newBridge(t, rule("backup.failed"))
		b.in.Settings.Alerts[0].Ticket.Per = "organization"
		b.first, b.started = true, time.Time{}
		b.decide(true, b.event("backup.failed", app.Problem))
		b.first, b.started = false, b.now
		mustAcknowledge(t, b, alert.Ack{Condition: 1, Until: b.now.Add(2 * time.Hour)})
		other := b.event("backup.failed", app.Problem)
		other.Object.ExternalID = "78"
		b.decide(true, other)
		b.live(3 * time.Hour)
		mustCount(t, "tickets", len(b.tickets), 1)
		mustCount(t, "notes", len(b.notes), 1)
	})
	t.Run("nothing, for what happened once", func(t *testing.T) {
		b := newBridge(t, rule("activity.login"))
		b.decide(true, b.event("activity.login", app.Info))
		b.live(time.Hour)
		mustAcknowledge(t, b, alert.Ack{Condition: 1, Until: b.now.Add(3 * day)})
		b.personCloses(&b.tickets[0])
		b.conditions[0].Wait = app.ReasonAcknowledged // the store leaves what is quiet already
		b.live(2 * day)
		mustOutcome(t, b.decide(true, b.event("activity.login", app.Info)), app.OutcomeSuppressed, app.ReasonAcknowledged)
		b.live(3 * day)
		if c := b.last(); c.State != app.ConditionCleared || len(b.tickets) != 1 {
			t.Errorf("condition %+v, %d tickets", c, len(b.tickets))
		}
	})
}

func TestQuietIsEndedByHand(t *testing.T) {
	b := held(t)
	mustAcknowledge(t, b, alert.Ack{Condition: 1})
	b.live(3 * day)
	mustCount(t, "notes", len(b.notes), 0)
	d := mustAcknowledge(t, b, alert.Ack{Condition: 1, Open: true})
	if len(d.Deliveries) != 1 || !strings.Contains(d.Deliveries[0].Payload.Text, "until a person opened it") || b.last().State != app.ConditionOpen {
		t.Errorf("deliveries %+v, condition %+v", d.Deliveries, b.last())
	}
	b.live(time.Hour)
	b.personCloses(&b.tickets[0])
	b.live(time.Hour)
	mustCount(t, "tickets of what a person closed", len(mustAcknowledge(t, b, alert.Ack{Condition: 1, Open: true}).Tickets), 1)
}

// One of those behind the start question can be opened, or kept quiet, alone.
func TestOneBehindTheQuestion(t *testing.T) {
	for _, open := range []bool{true, false} {
		b := newBridge(t, rule("backup.failed"))
		b.first, b.started = true, time.Time{}
		b.decide(true, b.event("backup.failed", app.Problem))
		b.first, b.started = false, b.now
		mustAcknowledge(t, b, alert.Ack{Condition: 1, Open: open})
		b.live(time.Hour)
		if got := len(b.tickets) == 1; got != open {
			t.Errorf("opened %t, want %t", got, open)
		}
	}
}

func TestAcknowledgeRefusals(t *testing.T) {
	b := held(t)
	for name, tc := range map[string]struct {
		ack  alert.Ack
		code app.Code
	}{
		"nobody":         {alert.Ack{Condition: 7}, app.NotFound},
		"no number":      {alert.Ack{}, app.NotFound},
		"a date over":    {alert.Ack{Condition: 1, Until: b.now}, app.Invalid},
		"nothing to end": {alert.Ack{Condition: 1, Open: true}, app.Conflict},
	} {
		if _, err := alert.Acknowledge(b.in, b.state(true, nil), tc.ack); app.ErrorCode(err) != tc.code || app.ErrorMessage(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	b.decide(true, b.event("backup.failed", app.Recovery))
	if _, err := alert.Acknowledge(b.in, b.state(true, nil), alert.Ack{Condition: 1}); app.ErrorCode(err) != app.Conflict {
		t.Errorf("what recovered: %v", err)
	}
}

// What its source left out of a reading stands as a person wanted it when it is shown again.
func TestQuietUntilADateOutlivesAReadingThatLacksIt(t *testing.T) {
	b := newBridge(t, rule(app.TypeQuotaReached))
	b.routes["4711"] = alert.Route{Connection: "cw", Ticketing: true}
	b.quota(90)
	b.decide(true)
	until := b.now.Add(30 * day)
	mustAcknowledge(t, b, alert.Ack{Condition: 1, Until: until})
	b.remove("4711")
	b.live(time.Hour)
	b.quota(90)
	b.live(time.Hour)
	if c := b.last(); c.Episode != 2 || c.Wait != app.ReasonAcknowledged || !c.AckUntil.Equal(until) {
		t.Errorf("condition %+v", c)
	}
}
