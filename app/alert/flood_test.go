package alert_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
)

// several is a problem of each of n machines.
func (b *bridge) several(n, from int) []app.Event {
	var out []app.Event
	for i := range n {
		e := b.event("backup.failed", app.Problem)
		e.Object.ExternalID = strconv.Itoa(from + i)
		out = append(out, e)
	}
	return out
}

func flooding(t *testing.T) *bridge {
	t.Helper()
	b := newBridge(t, rule("backup.failed", "activity.login"))
	b.routes["4711"] = alert.Route{Connection: "cw", Mapped: true, Ticketing: true, AskAbove: 5}
	mustCount(t, "tickets at once", len(b.decide(true, b.several(8, 0)...).Tickets), 5)
	mustCount(t, "held back", waiting(b, app.ReasonFlood), 3)
	b.send()
	return b
}

func TestFloodAsksAPerson(t *testing.T) {
	b := flooding(t)
	b.wait(10 * time.Minute)
	mustOutcome(t, b.decide(true, b.several(1, 20)...), app.OutcomeSuppressed, app.ReasonFlood)
	mustOutcome(t, b.decide(true, b.event("activity.login", app.Info)), app.OutcomeSuppressed, app.ReasonFlood)
	b.wait(30 * time.Hour)
	mustCount(t, "though time passed", len(b.decide(true).Tickets), 0)
	mustCount(t, "held back, what happened once too", waiting(b, app.ReasonFlood), 5)
	mustCount(t, "a new one, much later", len(b.decide(true, b.several(1, 30)...).Tickets), 1)
	d := alert.AnswerStart(b.in, b.state(true, nil), true)
	b.apply(d)
	mustCount(t, "opened by a person, whatever the limit", len(d.Tickets), 5)
	if p := d.Deliveries[0].Payload; p.Reason != app.ReasonStart || !strings.Contains(p.Text, "many tickets opened at once") {
		t.Errorf("create %+v", p)
	}
}

func TestFloodEndsByRecoveryOrAPersonsWord(t *testing.T) {
	b := flooding(t)
	var fresh []app.Event
	for _, e := range b.several(8, 0) {
		e.State = app.Recovery
		fresh = append(fresh, e)
	}
	b.decide(true, fresh[7])
	mustCount(t, "held back", waiting(b, app.ReasonFlood), 2)
	b.apply(alert.AnswerStart(b.in, b.state(true, nil), false))
	mustCount(t, "held back", waiting(b, app.ReasonFlood), 0)
	b.live(time.Hour)
	mustCount(t, "tickets", len(b.tickets), 5)
}

// Joining a ticket is free, and one that is opened again for many counts once.
func TestFloodCountsTicketsAlone(t *testing.T) {
	r := rule("backup.failed")
	r.Ticket.Per = "organization"
	b := newBridge(t, r)
	b.routes["4711"] = alert.Route{Connection: "cw", Mapped: true, Ticketing: true, AskAbove: 1}
	mustCount(t, "tickets", len(b.decide(true, b.several(8, 0)...).Tickets), 1)
	b.live(time.Minute)
	for i, e := range b.several(8, 0) {
		e.State = app.Recovery
		b.decide(true, e)
		b.live(time.Duration(i/7) * time.Minute)
	}
	b.live(15 * time.Minute)
	b.decide(true, b.several(8, 0)...)
	b.live(time.Minute)
	mustCount(t, "held back", waiting(b, app.ReasonFlood), 0)
	mustCount(t, "reopened", b.reopens, 1)
}

// A ticket that was taken back in the same batch leaves its place to another.
func TestFloodForgetsWhatWasTakenBack(t *testing.T) {
	b := newBridge(t, rule("backup.failed"))
	b.routes["4711"] = alert.Route{Connection: "cw", Mapped: true, Ticketing: true, AskAbove: 1}
	first, second := b.several(1, 0)[0], b.several(1, 1)[0]
	over := first
	over.SourceEventID, over.State = "over", app.Recovery
	d := b.decide(true, first, over, second)
	mustCount(t, "tickets", len(d.Tickets), 1)
	mustCount(t, "held back", waiting(b, app.ReasonFlood), 0)
}

// Tickets that are opened again count like new ones: of a hundred that come back at once, all but a few wait for a person.
func TestFloodOfReopensAsks(t *testing.T) {
	b := newBridge(t, rule("backup.failed"))
	r := b.routes["4711"]
	r.AskAbove = 20
	b.routes["4711"] = r
	all := func(state app.EventState) (events []app.Event) {
		for i := range 100 {
			e := b.event("backup.failed", state)
			e.Object.ExternalID = strconv.Itoa(1000 + i)
			events = append(events, e)
		}
		return events
	}
	reopens := func(d app.AlertDecision) (n int) {
		for _, q := range d.Deliveries {
			if q.Payload.Reopen {
				n++
			}
		}
		return n
	}
	b.decide(true, all(app.Problem)...)
	b.send()
	b.apply(alert.AnswerStart(b.in, b.state(true, nil), true))
	b.send()
	b.live(time.Hour)
	b.decide(true, all(app.Recovery)...)
	b.live(2 * time.Hour)
	mustCount(t, "reopens without asking", reopens(b.decide(true, all(app.Problem)...)), 20)
	answer := alert.AnswerStart(b.in, b.state(true, nil), true)
	mustCount(t, "reopens a person asked for", reopens(answer), 80)
}
