package alert_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"psabridge/app"
)

// recoveries are those of the machines of several.
func (b *bridge) recoveries(n, from int) []app.Event {
	events := b.several(n, from)
	for i := range events {
		events[i].State = app.Recovery
	}
	return events
}

// A thousand machines fail at once: one e-mail tells of them, and one that it is over.
func TestFloodOfEmailsIsOne(t *testing.T) {
	b := mailing(t, nil)
	b.decide(true, b.several(1000, 1000)...)
	b.live(10 * time.Minute)
	mustSubjects(t, b, "Backup of FS01 failed – Contoso (and 999 more)")
	b.decide(true, b.several(30, 5000)...)
	b.live(10 * time.Minute)
	mustSubjects(t, b, "Backup of FS01 failed – Contoso (and 999 more)", "Backup of FS01 failed – Contoso (and 29 more)")
	if m := b.mails[1].Mail; m.InReplyTo != b.mails[0].Mail.MessageID {
		t.Errorf("e-mail %+v", m)
	}
	b.decide(true, b.recoveries(1000, 1000)...)
	b.live(time.Hour)
	mustCount(t, "e-mails while some hold", len(b.mails), 2)
	b.decide(true, b.recoveries(30, 5000)...)
	b.live(time.Hour)
	mustCount(t, "e-mails", len(b.mails), 3)
	if m := b.mails[2].Mail; m.Reason != app.ReasonCleared || m.InReplyTo != b.mails[0].Mail.MessageID {
		t.Errorf("e-mail %+v", m)
	}
	b.decide(true, b.several(1, 1000)...)
	b.live(time.Hour)
	mustCount(t, "e-mails of the next, by itself", len(b.mails), 4)
	if m := b.mails[3].Mail; m.InReplyTo != "" || strings.HasPrefix(m.MessageID, "many.") {
		t.Errorf("e-mail %+v", m)
	}
}

// They fail one after the other, of two customers: the first ten are told by themselves.
func TestFloodOfEmailsThatComesSlowly(t *testing.T) {
	b := mailing(t, nil)
	for i := range 200 {
		e := b.several(1, 1000+i)
		e[0].OrganizationID = []string{"4711", "4712"}[i%2]
		b.decide(true, e...)
		b.live(20 * time.Second)
	}
	b.live(20 * time.Minute)
	if n := len(b.mails); n < 12 || n > 17 {
		t.Fatalf("%d e-mails: %q", n, b.subjects())
	}
	if !slices.ContainsFunc(b.mails, func(q app.DecidedDelivery) bool { return strings.Contains(q.Mail.Text, "(Fabrikam)") }) {
		t.Error("none names the other customer")
	}
}

// Ten are told each by itself, and what became worse of a flood is told in one.
func TestFloodThatBecomesWorse(t *testing.T) {
	b := mailing(t, nil)
	b.decide(true, b.several(10, 0)...)
	b.live(time.Hour)
	mustCount(t, "e-mails", len(b.mails), 10)
	b.decide(true, b.several(50, 100)...)
	b.live(time.Hour)
	mustCount(t, "e-mails with a flood", len(b.mails), 11)
	worse := b.several(50, 100)
	for i := range worse {
		worse[i].Severity = app.SeverityCritical
	}
	b.decide(true, worse...)
	b.live(2 * time.Hour)
	mustCount(t, "e-mails when it became worse", len(b.mails), 12)
}
