package notify_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/outbox"
	"psabridge/app/sandbox"
	"psabridge/store/storetest"
)

// TestAFullMailboxFromEndToEnd: with a real store, outbox and mail server. One customer's mailbox is full for days: what goes to
// another one is sent at once, nothing is blocked, and after a day a person is asked. He corrects the alert and tries again, and
// the e-mail goes to the right one.
func TestAFullMailboxFromEndToEnd(t *testing.T) {
	p := newPost(t, sandbox.MailFault{On: "RCPT", Address: "full@example.com", Reply: "452 4.2.2 Mailbox full", Times: -1})
	s := storetest.OpenAt(t, t.TempDir(), func() time.Time { return p.now })
	p.doc.Alerts = []app.AlertRule{{Name: "Full", Via: app.Via{Email: []string{"full@example.com"}}}, {Name: "Fine", Via: app.Via{Email: []string{"noc@example.com"}}}}
	decide := func(rule string) {
		t.Helper()
		m := &app.MailPayload{To: p.doc.Alerts[0].Via.Email, Subject: rule, Text: "x\n", MessageID: rule + "@host", Rule: rule, Source: "sync", OrganizationID: "7"}
		if rule == "Fine" {
			m.To = p.doc.Alerts[1].Via.Email
		}
		if _, err := s.Tick(t.Context(), "sync", p.now, func(app.AlertState) app.AlertDecision {
			return app.AlertDecision{Deliveries: []app.DecidedDelivery{{DedupKey: rule, Kind: app.DeliverMail, Connection: app.MailConnection, Lane: rule, Mail: m}}}
		}); err != nil {
			t.Fatal(err)
		}
	}
	box := outbox.New(s, map[app.DeliveryKind]outbox.Handler{app.DeliverMail: p.notify.Mail}, outbox.Options{Now: func() time.Time { return p.now }})
	pass := func(d time.Duration) {
		for end := p.now.Add(d); p.now.Before(end); p.now = p.now.Add(10 * time.Minute) {
			for box.Once(context.WithoutCancel(t.Context())) {
				if blocks := box.Blocks(); len(blocks) != 0 {
					t.Fatalf("blocked: %+v", blocks)
				}
			}
		}
	}
	state := func(id int64) app.DeliveryRow {
		t.Helper()
		row, err := s.Delivery(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return row
	}
	decide("Full")
	pass(12 * time.Hour)
	decide("Fine")
	pass(10 * time.Minute)
	if mails := p.box.Mails(); len(mails) != 1 || mails[0].To[0] != "noc@example.com" || state(1).State != app.DeliveryWaiting {
		t.Fatalf("%+v, %+v", mails, state(1))
	}
	pass(16 * time.Hour)
	if d := state(1); d.State != app.DeliveryParked || !strings.Contains(d.Reason, "452 4.2.2 Mailbox full") {
		t.Fatalf("%+v", d)
	}
	p.doc.Alerts[0].Via.Email = []string{"right@example.com"}
	if err := s.RetryDelivery(t.Context(), 1, "Ada", p.now); err != nil {
		t.Fatal(err)
	}
	pass(10 * time.Minute)
	if mails := p.box.Mails(); len(mails) != 2 || len(mails[1].To) != 1 || mails[1].To[0] != "right@example.com" || state(1).State != app.DeliveryDone {
		t.Errorf("%+v, %+v", mails, state(1))
	}
}
