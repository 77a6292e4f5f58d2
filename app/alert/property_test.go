package alert_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"psabridge/app"
	"psabridge/app/alert"
)

// TestAnyHistoryKeepsThePromises runs random histories. The bridge checks after every step that each event has exactly
// one outcome, that no scope has two open tickets and no key two holding conditions, and that deciding again is empty.
func TestAnyHistoryKeepsThePromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBridge(t, drawRules(t)...)
		b.started = t0
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			step(t, b)
		}
		settleDown(t, b)
	})
}

func drawRules(t *rapid.T) []app.AlertRule {
	types := []string{app.TypeMachineUnreachable, app.TypeQuotaReached, "backup.*", "activity.login", "machine.*", app.TypeSignInFailures, app.TypeSourceUnreadable, "account.*"}
	var rules []app.AlertRule
	for i := range rapid.IntRange(1, 3).Draw(t, "rules") {
		r := rule(rapid.SliceOfNDistinct(rapid.SampledFrom(types), 1, 5, rapid.ID).Draw(t, "types")...)
		r.Name = string(rune('a' + i))
		r.Ticket.AutoClose = rapid.Bool().Draw(t, "auto close")
		r.Ticket.Per = rapid.SampledFrom([]string{"", "object", "organization"}).Draw(t, "per")
		r.Ticket.Comeback = rapid.SampledFrom([]string{"", "new", "none", "reopen"}).Draw(t, "comeback")
		r.Ticket.ReopenWithin = app.Duration(rapid.SampledFrom([]time.Duration{0, time.Hour}).Draw(t, "within"))
		r.Wait = app.Duration(rapid.SampledFrom([]time.Duration{0, 0, 7 * time.Minute}).Draw(t, "wait"))
		rules = append(rules, r)
	}
	return rules
}

func step(t *rapid.T, b *bridge) {
	b.wait(rapid.SampledFrom([]time.Duration{time.Second, time.Minute, 6 * time.Minute, 20 * time.Minute, 25 * time.Hour}).Draw(t, "wait"))
	var fresh []app.Event
	switch rapid.IntRange(0, 16).Draw(t, "what") {
	case 0, 1:
		for range rapid.IntRange(1, 6).Draw(t, "events") {
			e := b.event(rapid.SampledFrom([]string{"backup.failed", "activity.login", "other"}).Draw(t, "type"),
				rapid.SampledFrom([]app.EventState{app.Problem, app.Recovery, app.Info}).Draw(t, "state"))
			e.Object.ExternalID = rapid.SampledFrom([]string{"77", "78"}).Draw(t, "object")
			e.Severity = rapid.SampledFrom([]app.Severity{app.SeverityInfo, app.SeverityWarning, app.SeverityCritical}).Draw(t, "severity")
			fresh = append(fresh, e)
		}
	case 2, 3:
		b.machine(rapid.SampledFrom([]string{"77", "78"}).Draw(t, "machine"), rapid.SampledFrom([]string{app.Connected, app.Disconnected}).Draw(t, "value"))
	case 4:
		b.quota(rapid.IntRange(60, 120).Draw(t, "percent"))
	case 5:
		b.routes["4711"] = alert.Route{Connection: "cw", Mapped: rapid.Bool().Draw(t, "mapped"), Ticketing: rapid.Bool().Draw(t, "ticketing")}
	case 6:
		if len(b.tickets) > 0 {
			tk := &b.tickets[rapid.IntRange(0, len(b.tickets)-1).Draw(t, "ticket")]
			if tk.State == app.TicketOpen {
				b.personCloses(tk)
			}
		}
	case 7:
		b.apply(alert.AnswerStart(b.in, b.state(true, nil), rapid.Bool().Draw(t, "open")))
	case 8:
		b.remove(rapid.SampledFrom([]string{"77", "78", "4711"}).Draw(t, "removed"))
	case 9:
		b.show(app.ObjectMachine, "77", app.StateLastSeen, rapid.SampledFrom([]string{app.Connected, "2026-09-01", "2026-10-20", "?"}).Draw(t, "seen"))
	case 10:
		b.show(app.ObjectAccount, "3", app.StateProtection, rapid.SampledFrom([]string{app.Protected, app.Unprotected, "?"}).Draw(t, "protection"))
		b.show(app.ObjectOrganization, "4711", app.StateSLA, rapid.SampledFrom([]string{app.SLAMet, app.SLAMissed}).Draw(t, "sla"))
	case 11:
		fresh = append(fresh, b.failures(rapid.IntRange(1, 12).Draw(t, "failures")))
	case 12:
		b.failing, b.gap = b.now.Add(-rapid.SampledFrom([]time.Duration{0, time.Hour}).Draw(t, "failing")), true
	case 13:
		b.failing, b.gap = time.Time{}, rapid.Bool().Draw(t, "gap")
	case 14:
		b.appeared = []app.ObjectState{b.present("4711", app.ObjectAccount, rapid.SampledFrom([]string{"3", "4"}).Draw(t, "account"))}
		b.vanished = []app.ObjectState{b.present("4711", app.ObjectMachine, "78")}
	default:
		b.send()
	}
	b.decide(rapid.Bool().Draw(t, "complete"), fresh...)
}

// settleDown lets everything recover and time pass: then nothing stateful may hold, and no closing rule may leave a
// ticket open that nobody touched.
func settleDown(t *rapid.T, b *bridge) {
	b.routes["4711"] = alert.Route{Connection: "cw", Mapped: true, Ticketing: true}
	b.machine("77", app.Connected)
	b.machine("78", app.Connected)
	b.quota(10)
	b.show(app.ObjectMachine, "77", app.StateLastSeen, app.Connected)
	b.show(app.ObjectAccount, "3", app.StateProtection, app.Protected)
	b.show(app.ObjectOrganization, "4711", app.StateSLA, app.SLAMet)
	b.failing, b.gap = time.Time{}, false
	var fresh []app.Event
	for _, object := range []string{"77", "78"} {
		for _, typ := range []string{"backup.failed", "other"} {
			e := b.event(typ, app.Recovery)
			e.Object.ExternalID = object
			fresh = append(fresh, e)
		}
	}
	b.decide(true, fresh...)
	for range 4 {
		b.send()
		b.wait(26 * time.Hour)
		b.decide(true)
	}
	for _, c := range b.conditions {
		if c.State != app.ConditionCleared {
			t.Errorf("%s still %s (%s)", c.Type, c.State, c.Wait)
		}
		tk := b.ticketByID(c.TicketID)
		r := ruleNamed(b.in.Settings.Alerts, c.Rule)
		if tk != nil && r.Ticket.AutoClose && allClose(b, tk) && tk.State != app.TicketClosed {
			t.Errorf("ticket of %s is %s after everything recovered", c.Type, tk.State)
		}
	}
}

func (b *bridge) ticketByID(id int64) *app.Ticket {
	if id == 0 {
		return nil
	}
	return &b.tickets[id-1]
}

func ruleNamed(rules []app.AlertRule, name string) app.AlertRule {
	for _, r := range rules {
		if r.Name == name {
			return r
		}
	}
	return app.AlertRule{}
}

// allClose reports whether every condition of the ticket came by a rule that closes, and holds until it recovers.
func allClose(b *bridge, t *app.Ticket) bool {
	for _, c := range b.conditions {
		if c.TicketID == t.ID && (alert.Momentary(c) || !ruleNamed(b.in.Settings.Alerts, c.Rule).Ticket.AutoClose) {
			return false
		}
	}
	return true
}

// TestFlappingStaysQuiet is F14: 1,000 ups and downs in an hour, delivered as fast as they come.
func TestFlappingStaysQuiet(t *testing.T) {
	for _, tc := range []struct {
		comeback string
		tickets  int
		notes    int
	}{
		{"new", 6, 12}, {"reopen", 1, 12}, {"none", 1, 3},
	} {
		r := rule("backup.failed")
		r.Ticket.Comeback, r.Ticket.ReopenWithin = tc.comeback, app.Duration(24*time.Hour)
		b := newBridge(t, r)
		for i := range 1000 {
			state := app.Problem
			if i%2 == 1 {
				state = app.Recovery
			}
			b.decide(true, b.event("backup.failed", state))
			b.send()
			b.wait(3600 * time.Millisecond)
		}
		b.wait(5 * time.Hour)
		b.decide(true)
		b.send()
		if len(b.tickets) > tc.tickets || len(b.notes) > tc.notes {
			t.Errorf("%s: %d tickets, %d notes", tc.comeback, len(b.tickets), len(b.notes))
		}
		for _, tk := range b.tickets {
			if tk.State != app.TicketClosed {
				t.Errorf("%s: ticket %d is %s at the end", tc.comeback, tk.ID, tk.State)
			}
		}
	}
}
