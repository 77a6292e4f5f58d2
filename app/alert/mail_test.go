package alert_test

import (
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
)

// mailing is a bridge with one rule for failed backups that tells by e-mail alone, changed as the test needs it.
func mailing(t *testing.T, change func(*app.AlertRule)) *bridge {
	t.Helper()
	r := rule("backup.failed", "activity.login", app.TypeSignInFailures)
	r.Via = app.Via{Email: noc}
	if change != nil {
		change(&r)
	}
	return newBridge(t, r)
}

func both(r *app.AlertRule) { r.Via.PSA = true }

// subjects are those of the e-mails sent so far.
func (b *bridge) subjects() []string {
	var out []string
	for _, q := range b.mails {
		out = append(out, q.Mail.Subject)
	}
	return out
}

func mustSubjects(t *testing.T, b *bridge, want ...string) {
	t.Helper()
	got := b.subjects()
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Fatalf("e-mails are %q, want %q", got, want)
	}
}

func TestEmailBesideATicketTellsTheSameOnce(t *testing.T) {
	b := mailing(t, both)
	d := b.decide(true, b.event("backup.failed", app.Problem))
	mustOutcome(t, d, app.OutcomeTicket, app.ReasonFirst)
	mustCount(t, "deliveries", len(d.Deliveries), 2)
	first := *d.Deliveries[1].Mail
	if first.Subject != d.Tickets[0].Summary || first.Text != d.Deliveries[0].Payload.Text || first.InReplyTo != "" || first.Organization != "Contoso" ||
		first.To[0] != noc[0] || d.Deliveries[1].Lane != "mail:"+b.last().Key {
		t.Errorf("e-mail %+v in lane %s", first, d.Deliveries[1].Lane)
	}
	b.live(10 * time.Minute)
	worse := b.event("backup.failed", app.Problem)
	worse.Severity = app.SeverityCritical
	mustCount(t, "told at once, the ticket alone", len(b.decide(true, worse).Deliveries), 1)
	b.live(time.Hour)
	b.decide(true, b.event("backup.failed", app.Recovery))
	b.live(time.Minute)
	mustSubjects(t, b, "Backup of FS01 failed – Contoso", "Worse: Backup of FS01 failed", "Over: Backup of FS01 failed")
	for _, q := range b.mails[1:] {
		if q.Mail.InReplyTo != first.MessageID || !strings.Contains(q.Mail.Text, "Organization: Contoso\nObject: Machine FS01") {
			t.Errorf("e-mail %+v", q.Mail)
		}
	}
	if over := b.mails[2].Mail; !strings.Contains(over.Text, "it lasted 1 h 10 min, seen 2 times") {
		t.Errorf("over: %s", over.Text)
	}
}

// TestAGivenUpEmailIsToldWhenItChanges: nobody knows of it, so it is neither worse nor over for anybody; when it becomes worse it is
// told as something new.
func TestAGivenUpEmailIsToldWhenItChanges(t *testing.T) {
	b := mailing(t, nil)
	b.decide(true, b.event("backup.failed", app.Problem))
	giveUp := func() { // what the store makes of it
		b.send()
		clear(b.dedup)
		b.mails = nil
		b.conditions[0].Mailed, b.conditions[0].MailThread = "", "!"
	}
	giveUp()
	b.live(time.Hour)
	b.decide(true, b.event("backup.failed", app.Problem))
	b.live(time.Hour)
	mustSubjects(t, b)
	worse := b.event("backup.failed", app.Problem)
	worse.Severity = app.SeverityCritical
	b.decide(true, worse)
	b.live(time.Hour)
	mustSubjects(t, b, "Backup of FS01 failed – Contoso")
	giveUp()
	b.decide(true, b.event("backup.failed", app.Recovery))
	b.live(time.Hour)
	mustSubjects(t, b)
	b.decide(true, b.event("backup.failed", app.Problem))
	b.live(time.Hour)
	mustSubjects(t, b, "Backup of FS01 failed – Contoso")
}

func TestEmailAloneMakesNoTicket(t *testing.T) {
	b := mailing(t, nil)
	b.routes = nil // nor does it need a company
	mustOutcome(t, b.decide(true, b.event("backup.failed", app.Problem)), app.OutcomeMail, app.ReasonFirst)
	if c := b.last(); c.State != app.ConditionQuiet || c.Wait != app.ReasonNotViaPSA || c.Mailed != app.MailedOpen {
		t.Errorf("condition %+v", c)
	}
	b.live(time.Hour)
	mustOutcome(t, b.decide(true, b.event("backup.failed", app.Problem)), app.OutcomeMerged, app.ReasonRepeated)
	mustOutcome(t, b.decide(true, b.event("backup.failed", app.Recovery)), app.OutcomeMerged, app.ReasonCleared)
	b.send()
	mustSubjects(t, b, "Backup of FS01 failed – Contoso", "Over: Backup of FS01 failed")
	mustCount(t, "tickets", len(b.tickets), 0)
}

// What happens once is told once, however often it is repeated within a day, and never said to be over.
func TestEmailOfWhatHappensOnce(t *testing.T) {
	b := mailing(t, nil)
	mustOutcome(t, b.decide(true, b.event("activity.login", app.Info)), app.OutcomeMail, app.ReasonFirst)
	for range 40 {
		b.live(30 * time.Minute)
		mustOutcome(t, b.decide(true, b.event("activity.login", app.Info)), app.OutcomeMerged, app.ReasonRepeated)
	}
	b.live(25 * time.Hour)
	mustSubjects(t, b, "Backup of FS01 failed – Contoso")
	b.decide(true, b.event(app.TypeSignInFailures, app.Problem), b.event(app.TypeSignInFailures, app.Recovery))
	b.send()
	mustCount(t, "e-mails, with one that recovered in the same batch (T8)", len(b.mails), 2)
}

func TestEmailWaitsForItsMoment(t *testing.T) {
	b := mailing(t, func(r *app.AlertRule) {
		r.Wait = app.Duration(10 * time.Minute)
		r.Mute = []app.Mute{{From: t0.Format(time.RFC3339), To: t0.Add(20 * time.Minute).Format(time.RFC3339)}}
	})
	mustOutcome(t, b.decide(true, b.event("backup.failed", app.Problem)), app.OutcomeSuppressed, app.ReasonWaiting)
	b.live(5 * time.Minute)
	mustOutcome(t, b.decide(true, b.event("backup.failed", app.Recovery)), app.OutcomeSuppressed, app.ReasonRecovered)
	b.decide(true, b.event("backup.failed", app.Problem))
	b.live(14 * time.Minute)
	mustSubjects(t, b)
	b.live(2 * time.Minute)
	mustSubjects(t, b, "Backup of FS01 failed – Contoso")
}

func TestEmailOfWhatCameAndWentInOneBatch(t *testing.T) {
	b := mailing(t, nil)
	d := b.decide(true, b.event("backup.failed", app.Problem), b.event("backup.failed", app.Recovery))
	mustCount(t, "e-mails", len(d.Deliveries), 0)
	if d.Outcomes[0].Outcome != app.OutcomeSuppressed || d.Outcomes[0].Reason != app.ReasonRecovered {
		t.Errorf("outcomes %+v", d.Outcomes)
	}
}

// Neither a missing company nor ticketing that is off keeps the e-mail back; the ticket comes later and no second e-mail.
func TestEmailIsNotHeldByThePSASystem(t *testing.T) {
	for name, route := range map[string]alert.Route{"not mapped": {Connection: "cw", Ticketing: true}, "ticketing off": {Connection: "cw", Mapped: true}, "flood": {Connection: "cw", Mapped: true, Ticketing: true, AskAbove: 1}} {
		t.Run(name, func(t *testing.T) {
			b := mailing(t, both)
			b.routes["4711"] = route
			b.openedAt["cw"] = []time.Time{b.now}
			b.decide(true, b.event("backup.failed", app.Problem))
			b.live(time.Hour)
			mustSubjects(t, b, "Backup of FS01 failed – Contoso")
			mustCount(t, "tickets", len(b.tickets), 0)
			b.routes["4711"] = alert.Route{Connection: "cw", Mapped: true, Ticketing: true}
			b.live(time.Minute)
			b.apply(alert.AnswerStart(b.in, b.state(true, nil), true))
			b.live(time.Hour)
			mustCount(t, "tickets", len(b.tickets), 1)
			mustCount(t, "e-mails", len(b.mails), 1)
			b.decide(true, b.event("backup.failed", app.Recovery))
			b.send()
			mustCount(t, "e-mails in the end", len(b.mails), 2)
		})
	}
}

// TestT4EmailAddedLaterIsNotForWhatStands: nor is its end told to people who never heard of it.
func TestT4EmailAddedLaterIsNotForWhatStands(t *testing.T) {
	for name, route := range map[string]alert.Route{"not mapped": {Connection: "cw", Ticketing: true}, "ticketing off": {Connection: "cw", Mapped: true}, "open": {Connection: "cw", Mapped: true, Ticketing: true}} {
		t.Run(name, func(t *testing.T) {
			b := newBridge(t, rule("backup.failed"))
			b.routes["4711"] = route
			b.decide(true, b.event("backup.failed", app.Problem))
			b.live(time.Hour)
			b.in.Settings.Alerts[0].Via.Email = noc
			b.live(time.Hour)
			b.decide(true, b.event("backup.failed", app.Recovery))
			b.live(time.Hour)
			mustSubjects(t, b)
			b.decide(true, b.event("backup.failed", app.Problem))
			b.live(time.Hour)
			mustSubjects(t, b, "Backup of FS01 failed – Contoso")
		})
	}
}

func TestT4HistoryIsNotMailedUntilItIsOpened(t *testing.T) {
	b := mailing(t, nil)
	b.first, b.started = true, time.Time{}
	mustOutcome(t, b.decide(true, b.event("backup.failed", app.Problem)), app.OutcomeIgnored, app.ReasonHistory)
	b.first, b.started = false, b.now
	b.live(time.Hour)
	mustSubjects(t, b)
	b.apply(alert.AnswerStart(b.in, b.state(true, nil), true))
	b.send()
	mustSubjects(t, b, "Backup of FS01 failed – Contoso")
	if m := b.mails[0].Mail; m.Reason != app.ReasonStart || !strings.HasSuffix(m.Text, "It held already when monitoring began.") {
		t.Errorf("e-mail %+v", m)
	}
}

// Per organization one e-mail names all, the next ones wait for the quiet time, and one says that it is over.
func TestEmailPerOrganization(t *testing.T) {
	b := mailing(t, func(r *app.AlertRule) { r.Ticket.Per = "organization" })
	of := func(id string, state app.EventState) app.Event {
		e := b.event("backup.failed", state)
		e.Object = app.Object{Kind: app.ObjectMachine, ExternalID: id, Name: "FS" + id}
		e.Title = "Backup of FS" + id + " failed"
		return e
	}
	b.decide(true, of("1", app.Problem), of("2", app.Problem), of("3", app.Problem))
	b.live(time.Minute)
	mustSubjects(t, b, "Backup of FS1 failed – Contoso (and 2 more)")
	b.decide(true, of("4", app.Problem))
	b.live(time.Minute)
	b.decide(true, of("5", app.Problem))
	b.live(20 * time.Minute)
	mustSubjects(t, b, "Backup of FS1 failed – Contoso (and 2 more)", "Backup of FS4 failed – Contoso (and 1 more)")
	if m := b.mails[1].Mail; m.InReplyTo != b.mails[0].Mail.MessageID || !strings.Contains(m.Text, "Also: Backup of FS5 failed.") {
		t.Errorf("e-mail %+v", m)
	}
	for _, id := range []string{"3", "1", "4", "5"} {
		b.decide(true, of(id, app.Recovery))
		b.live(time.Hour)
	}
	mustCount(t, "while one holds", len(b.mails), 2)
	b.decide(true, of("2", app.Recovery))
	b.live(time.Hour)
	mustCount(t, "e-mails", len(b.mails), 3)
	if m := b.mails[2].Mail; m.Reason != app.ReasonCleared || !strings.Contains(m.Text, "All of these: Machine FS1, Machine FS2, Machine FS3, Machine FS4, Machine FS5.") {
		t.Errorf("e-mail %+v", m)
	}
}

// However a condition ends of which people were told, they are told so.
func TestEmailLeavesNoLie(t *testing.T) {
	over := func(b *bridge) { b.decide(true, b.event("backup.failed", app.Recovery)) }
	for name, end := range map[string]func(*testing.T, *bridge){
		"a person closed the ticket": func(_ *testing.T, b *bridge) { b.personCloses(&b.tickets[0]); b.live(time.Minute); over(b) },
		"a person wants it quiet": func(t *testing.T, b *bridge) {
			mustAcknowledge(t, b, alert.Ack{Condition: 1, Until: b.now.Add(day)})
			over(b)
		},
		"its source was removed": func(_ *testing.T, b *bridge) {
			c := &b.conditions[0]
			c.State, c.Wait, c.ClearedAt = app.ConditionCleared, app.ReasonSourceRemoved, b.now
		},
		"it worsened a moment ago": func(_ *testing.T, b *bridge) {
			e := b.event("backup.failed", app.Problem)
			e.Severity = app.SeverityCritical
			b.decide(true, e)
			over(b)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := mailing(t, both)
			b.decide(true, b.event("backup.failed", app.Problem))
			b.live(5 * time.Minute)
			end(t, b)
			b.live(time.Hour)
			mustCount(t, "e-mails", len(b.mails), 2)
			m := b.mails[1].Mail
			if m.Reason != app.ReasonCleared || b.last().Mailed != "" {
				t.Errorf("e-mail %+v", m)
			}
			if removed := strings.Contains(m.Text, "its source was removed"); removed != strings.Contains(name, "source") {
				t.Errorf("text %q", m.Text)
			}
		})
	}
}

// A comeback that is over again before the quiet time ends is not worth an e-mail, and one that lasts is told then.
func TestEmailOfAComebackWaitsForTheQuietTime(t *testing.T) {
	b := mailing(t, nil)
	b.decide(true, b.event("backup.failed", app.Problem))
	b.live(20 * time.Minute)
	b.decide(true, b.event("backup.failed", app.Recovery))
	b.live(time.Minute)
	mustOutcome(t, b.decide(true, b.event("backup.failed", app.Problem)), app.OutcomeSuppressed, app.ReasonWaiting)
	b.live(5 * time.Minute)
	mustCount(t, "e-mails in the quiet time", len(b.mails), 2)
	b.live(15 * time.Minute)
	mustCount(t, "e-mails after it", len(b.mails), 3)
	b.decide(true, b.event("backup.failed", app.Recovery))
	b.live(10 * time.Minute) // of a quarter of an hour that a first comeback must be calm
	mustOutcome(t, b.decide(true, b.event("backup.failed", app.Problem)), app.OutcomeMerged, app.ReasonCameBack)
	b.live(time.Hour)
	mustCount(t, "e-mails while it flaps", len(b.mails), 3)
}

// The rule that told people lost its addresses: nobody is named who could be told.
func TestEmailOfARuleThatTellsNobodyAnyMore(t *testing.T) {
	b := mailing(t, both)
	b.decide(true, b.event("backup.failed", app.Problem))
	b.live(time.Hour)
	b.in.Settings.Alerts[0].Via.Email = nil
	b.decide(true, b.event("backup.failed", app.Recovery))
	b.live(time.Hour)
	mustCount(t, "e-mails", len(b.mails), 1)
}

// An event is not said to be mailed when it may recover before the quiet time lets it.
func TestOutcomeIsMailOnlyWithAnEmail(t *testing.T) {
	b := mailing(t, func(r *app.AlertRule) { r.Ticket.Per = "organization" })
	d := b.decide(true, b.several(2, 1)...)
	for _, o := range d.Outcomes {
		if o.Outcome != app.OutcomeMail {
			t.Errorf("one of those that the e-mail tells of: %+v", o)
		}
	}
	b.live(2 * time.Minute)
	e := b.several(1, 3)
	mustOutcome(t, b.decide(true, e...), app.OutcomeSuppressed, app.ReasonWaiting)
	b.live(2 * time.Minute)
	b.decide(true, b.recoveries(1, 3)...)
	b.live(time.Hour)
	mustCount(t, "e-mails", len(b.mails), 1)
}

// Those who were told by a rule that left hear that it is over, and nobody else is told by it.
func TestEmailOfARuleThatLeft(t *testing.T) {
	b := mailing(t, func(r *app.AlertRule) { r.Ticket.Per = "organization" })
	b.decide(true, b.several(2, 1)...)
	b.live(time.Minute)
	b.decide(true, b.several(1, 3)...) // waits for the quiet time
	b.gone, b.in.Settings.Alerts = b.in.Settings.Alerts, nil
	b.live(time.Hour)
	mustCount(t, "e-mails", len(b.mails), 1)
	b.decide(true, b.recoveries(3, 1)...)
	b.live(time.Hour)
	mustCount(t, "e-mails with the end", len(b.mails), 2)
	if m := b.mails[1].Mail; m.Reason != app.ReasonCleared || m.InReplyTo != b.mails[0].Mail.MessageID || m.To[0] != noc[0] {
		t.Errorf("e-mail %+v", m)
	}
}
