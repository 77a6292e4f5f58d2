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

// noc is whom rules tell by e-mail.
var noc = []string{"noc@example.com"}

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
		r.Via = rapid.SampledFrom([]app.Via{{PSA: true}, {PSA: true, Email: noc}, {Email: noc}, {PSA: true}}).Draw(t, "via")
		r.Wait = app.Duration(rapid.SampledFrom([]time.Duration{0, 0, 7 * time.Minute}).Draw(t, "wait"))
		rules = append(rules, r)
	}
	return rules
}

func step(t *rapid.T, b *bridge) {
	b.wait(rapid.SampledFrom([]time.Duration{time.Second, time.Minute, 6 * time.Minute, 20 * time.Minute, 25 * time.Hour}).Draw(t, "wait"))
	var fresh []app.Event
	switch rapid.IntRange(0, 18).Draw(t, "what") {
	case 0, 1:
		for range rapid.IntRange(1, 6).Draw(t, "events") {
			e := b.event(rapid.SampledFrom([]string{"backup.failed", "activity.login", "other"}).Draw(t, "type"),
				rapid.SampledFrom([]app.EventState{app.Problem, app.Recovery, app.Info}).Draw(t, "state"))
			e.Object.ExternalID = rapid.SampledFrom([]string{"77", "78"}).Draw(t, "object")
			e.Severity = rapid.SampledFrom([]app.Severity{app.SeverityInfo, app.SeverityWarning, app.SeverityCritical}).Draw(t, "severity")
			e.OccurredAt = e.OccurredAt.Add(rapid.SampledFrom([]time.Duration{0, 0, -time.Hour, time.Hour}).Draw(t, "occurred"))
			fresh = append(fresh, e)
		}
	case 2, 3:
		b.machine(rapid.SampledFrom([]string{"77", "78"}).Draw(t, "machine"), rapid.SampledFrom([]string{app.Connected, app.Disconnected}).Draw(t, "value"))
	case 4:
		b.quota(rapid.IntRange(60, 120).Draw(t, "percent"))
	case 5:
		b.routes["4711"] = alert.Route{Connection: "cw", Mapped: rapid.Bool().Draw(t, "mapped"), Ticketing: rapid.Bool().Draw(t, "ticketing"), AskAbove: rapid.SampledFrom([]int{0, 1}).Draw(t, "ask above")}
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
	case 15:
		acknowledge(t, b)
	default:
		b.send()
	}
	b.decide(rapid.Bool().Draw(t, "complete"), fresh...)
}

// acknowledge says something about one of the conditions; what holds may not refuse it.
func acknowledge(t *rapid.T, b *bridge) {
	if len(b.conditions) == 0 {
		return
	}
	c := b.conditions[rapid.IntRange(0, len(b.conditions)-1).Draw(t, "condition")]
	a := alert.Ack{Condition: c.ID, Open: rapid.Bool().Draw(t, "open")}
	if wait := rapid.SampledFrom([]time.Duration{0, 0, time.Hour, 48 * time.Hour}).Draw(t, "until"); wait > 0 {
		a.Until = b.now.Add(wait)
	}
	d, err := alert.Acknowledge(b.in, b.state(true, nil), a)
	code := app.ErrorCode(err) // what was over long ago is not known any more
	if refused := code == app.Conflict || (code == app.NotFound && c.State == app.ConditionCleared); err != nil && (!refused || (!a.Open && c.State != app.ConditionCleared)) {
		t.Fatalf("%+v of %+v: %v", a, c, err)
	}
	b.apply(d)
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
	b.apply(alert.AnswerStart(b.in, b.state(true, nil), true))
	var fresh []app.Event
	for _, object := range []string{"77", "78"} {
		for _, typ := range []string{"backup.failed", "other"} {
			e := b.event(typ, app.Recovery)
			e.Object.ExternalID, e.OccurredAt = object, time.Time{}
			fresh = append(fresh, e)
		}
	}
	b.decide(true, fresh...)
	for range 4 {
		b.send()
		b.wait(26 * time.Hour)
		b.decide(true)
	}
	b.mailsEnd(t)
	for _, c := range b.conditions {
		if c.State != app.ConditionCleared && c.Wait != app.ReasonFlood {
			t.Errorf("%s still %s (%s)", c.Type, c.State, c.Wait)
		}
		tk := b.ticketByID(c.TicketID)
		r := ruleNamed(b.in.Settings.Alerts, c.Rule)
		if tk != nil && r.Ticket.AutoClose && allClose(b, tk) && tk.State != app.TicketClosed {
			t.Errorf("ticket of %s is %s after everything recovered", c.Type, tk.State)
		}
	}
}

// mailsEnd: whoever was told by e-mail that something holds was told that it is over, and nobody twice the same.
func (b *bridge) mailsEnd(t *rapid.T) {
	last, ids := map[string]app.MailPayload{}, map[string]bool{}
	for _, q := range b.mails {
		if ids[q.Mail.MessageID] {
			t.Errorf("%s is the id of two e-mails", q.Mail.MessageID)
		}
		ids[q.Mail.MessageID] = true
		last[q.Lane] = *q.Mail
	}
	for _, m := range last {
		if m.Reason != app.ReasonCleared && alert.Stateful(m.Type) && !b.onlyTold(m) {
			t.Errorf("the last word on %s is %q", m.Type, m.Subject)
		}
	}
	for _, c := range b.conditions {
		if c.State == app.ConditionCleared && c.Mailed != "" {
			t.Errorf("%s is over and nobody was told: %+v", c.Type, c)
		}
	}
}

// onlyTold reports whether an e-mail is about what was only information, which is never over.
func (b *bridge) onlyTold(m app.MailPayload) bool {
	for _, c := range b.conditions {
		if c.Type == m.Type && c.OrganizationID == m.OrganizationID && alert.Momentary(c) {
			return true
		}
	}
	return false
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
