package alert_test

import (
	"testing"
	"time"

	"psabridge/app"
)

// signIns are six failed sign-ins of one account.
func (b *bridge) signIns(account string) app.Event {
	e := b.failures(6)
	e.Object.ExternalID, e.Title = account, account+" failed to sign in 6 times in a row"
	return e
}

// What only the quiet time held back is told after a weekend on which nothing ran.
func TestMomentaryIsOwedItsEmail(t *testing.T) {
	b := mailing(t, func(r *app.AlertRule) { r.Ticket.Per = "organization" })
	b.decide(true, b.signIns("ada"))
	b.send()
	b.wait(5 * time.Minute)
	b.decide(true, b.signIns("bob"))
	b.wait(62 * time.Hour)
	b.decide(true)
	b.send()
	mustSubjects(t, b, "ada failed to sign in 6 times in a row – Contoso", "bob failed to sign in 6 times in a row – Contoso")
	b.live(26 * time.Hour)
	mustCount(t, "e-mails a day later", len(b.mails), 2)
	if c := b.last(); c.State != app.ConditionCleared {
		t.Errorf("a day after it was told it is %s", c.State)
	}
}

func TestMomentaryIsOwedItsEmailAfterALongQuietTime(t *testing.T) {
	b := mailing(t, func(r *app.AlertRule) {
		r.Ticket.Per = "organization"
		r.Ticket.NoteEvery = app.Duration(48 * time.Hour)
	})
	b.decide(true, b.signIns("ada"))
	b.send()
	b.wait(5 * time.Minute)
	b.decide(true, b.signIns("bob"))
	for range 100 {
		b.wait(time.Hour)
		b.decide(true)
		b.send()
	}
	mustCount(t, "e-mails", len(b.mails), 2)
}

func TestMomentaryIsOwedItsNote(t *testing.T) {
	r := rule(app.TypeSignInFailures)
	r.Ticket.Per = "organization"
	b := newBridge(t, r)
	b.decide(true, b.signIns("ada"))
	b.send()
	b.wait(time.Minute)
	b.decide(true, b.signIns("bob"))
	b.send()
	b.wait(5 * time.Minute)
	b.decide(true, b.signIns("carl"))
	b.wait(62 * time.Hour)
	b.decide(true)
	b.send()
	mustCount(t, "notes", len(b.notes), 2)
}
