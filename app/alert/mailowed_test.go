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

// What happens every day is told every day to those who are told by e-mail alone.
func TestMomentaryByEmailAloneIsToldOnceADay(t *testing.T) {
	for name, every := range map[string]time.Duration{"each 23 hours": 23 * time.Hour, "each hour": time.Hour, "each minute": time.Minute} {
		t.Run(name, func(t *testing.T) {
			b := mailing(t, nil)
			for at := time.Duration(0); at < 10*day; at += every {
				b.decide(true, b.signIns("ada"))
				b.send()
				b.wait(every)
			}
			b.decide(true)
			if n := len(b.mails); n < 5 || n > 10 {
				t.Errorf("%d e-mails in 10 days", n)
			}
			for _, q := range b.mails {
				if q.Mail.Reason != app.ReasonFirst || q.Mail.InReplyTo != "" {
					t.Errorf("e-mail %+v", q.Mail)
				}
			}
		})
	}
}
