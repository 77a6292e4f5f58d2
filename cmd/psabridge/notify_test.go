package main

import (
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
	"psabridge/app/secret"
)

// within builds a bridge on the vendors, in this process, with nothing of it running but the outbox: the test moves it.
func within(t *testing.T, v *sandbox.Running) *bridge {
	t.Helper()
	o := options{Dir: t.TempDir(), Port: 7341, Keychain: secret.NewMemory(), Demo: true, LogLevel: "error", Terminal: console{out: io.Discard, err: io.Discard}}
	b, err := newBridge(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.stopSoon(context.Background()) })
	if _, err := b.setup.Replace(t.Context(), "test", v.AllSettings(), false, false); err != nil {
		t.Fatal(err)
	}
	for _, s := range v.AllSecrets() {
		if err := b.setup.SetSecret(t.Context(), s.Name, app.Secret(s.Value)); err != nil {
			t.Fatal(err)
		}
	}
	b.startOutbox(t.Context())
	return b
}

// until waits for something that happens beside the test, and is bounded by the test itself.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatalf("%s never happened", what)
		}
	}
}

// mailed lists the subjects of what a mail server took.
func mailed(v *sandbox.Running) (subjects []string) {
	for _, m := range v.Mailbox.Mails() {
		subjects = append(subjects, m.Subject)
	}
	return subjects
}

// TestPeopleAreTold: what the overview asks of a person reaches him by mail and in the chat, once.
func TestPeopleAreTold(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	b := within(t, v)
	for _, name := range []string{app.ChannelEmail, app.ChannelWebhook} {
		if err := b.notify.Test(t.Context(), name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := b.notify.Test(t.Context(), app.ChannelDesktop); app.ErrorCode(err) != app.Invalid {
		t.Errorf("the desktop of a demo: %v", err)
	}
	if _, err := b.sync(t.Context(), sample.SourceName); err != nil {
		t.Fatal(err)
	}
	needs, err := b.needs(t.Context())
	if err != nil || len(needs) == 0 {
		t.Fatalf("%d needs: %v", len(needs), err)
	}
	now := time.Now()
	for i := range 10 {
		if err := b.notify.Look(t.Context(), now.Add(time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	kinds := map[string]bool{}
	for _, n := range needs {
		kinds[n.Kind] = true
	}
	told := v.Chat.Posts()
	if len(told) != 1+len(kinds) || len(mailed(v)) != 1+len(kinds) {
		t.Errorf("%d posts and %d mails about %d kinds: %q", len(told), len(mailed(v)), len(kinds), mailed(v))
	}
	for _, m := range v.Mailbox.Mails() {
		if !strings.HasPrefix(m.Subject, "psabridge: ") || m.To[0] != sample.MailTo || !strings.Contains(m.Text, ".localhost:7341/") {
			t.Errorf("%+v", m)
		}
	}
	open, err := b.store.Notices(t.Context())
	if err != nil || len(open) != len(needs) {
		t.Errorf("%d notices stand: %v", len(open), err)
	}
}

// TestAnAlertByEmailAlone goes from the vendor's change to the mailbox, with PSABRIDGE_ALL past a server that asks to come
// back later, which is a minute's wait.
func TestAnAlertByEmailAlone(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	b := within(t, v)
	if _, err := b.sync(t.Context(), sample.SourceName); err != nil {
		t.Fatal(err)
	}
	if os.Getenv("PSABRIDGE_ALL") != "" {
		v.Mailbox.Add(sandbox.MailFault{On: "RCPT", Reply: "451 4.7.1 Greylisted"})
	}
	v.MSP.AddPerson(4711, "Ada", "Lovelace", time.Now())
	if _, err := b.sync(t.Context(), sample.SourceName); err != nil {
		t.Fatal(err)
	}
	until(t, "the mail", func() bool { return len(mailed(v)) > 0 })
	m := v.Mailbox.Mails()[0]
	if !strings.Contains(m.Subject+m.Text, "Lovelace") || m.To[0] != sample.MailTo || m.MessageID == "" || strings.Contains(m.Text, ".localhost") {
		t.Errorf("%+v", m)
	}
	if n := len(v.ConnectWise.Tickets()); n != 0 {
		t.Errorf("%d tickets of an alert by e-mail alone", n)
	}
	list, err := b.store.Deliveries(t.Context(), app.DeliveryFilter{Kind: app.DeliverMail, Page: app.Page{Limit: 10}})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d deliveries: %v", len(list), err)
	}
	until(t, "the end of the delivery", func() bool {
		d, err := b.store.Delivery(t.Context(), list[0].ID)
		return err == nil && d.State == app.DeliveryDone
	})
}
