package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/channel"
	"psabridge/app/channel/mail"
	"psabridge/app/notify"
	"psabridge/app/sandbox"
)

// post is a bridge with a real mail server, and what it put on record before it sent.
type post struct {
	t       *testing.T
	box     *sandbox.Mailbox
	notify  *notify.Notify
	doc     app.Settings
	secrets map[string]app.Secret
	now     time.Time
	intents []string
	entries []app.LedgerEntry
}

func newPost(t *testing.T, faults ...sandbox.MailFault) *post {
	t.Helper()
	box, err := sandbox.StartMailbox(t.Context(), sandbox.MailOptions{User: "bridge@example.com", Password: canary})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Stop() })
	box.Add(faults...)
	p := &post{t: t, box: box, now: start, secrets: map[string]app.Secret{app.SecretSMTPPassword: canary}}
	p.doc.Notify.Email.SMTP = app.SMTPSettings{Host: box.Host(), Port: box.Port(), User: "bridge@example.com", AllowPrivateNetwork: true}
	p.notify = notify.New(notify.Deps{
		Settings: func(context.Context) (app.Settings, error) { return p.doc, nil },
		Secret: func(_ context.Context, name string) (app.Secret, error) {
			if v, ok := p.secrets[name]; ok {
				return v, nil
			}
			return "", app.Errorf(app.NotFound, "%s is not in the keychain.", name)
		},
		Open: func(_ string, n app.NotifySettings, s app.Secret) (channel.Channel, error) {
			c := n.Email.SMTP
			return mail.New(mail.Config{Host: c.Host, Port: c.Port, User: c.User, Password: s, TLS: c.TLS, From: c.From, AllowPrivateNetwork: c.AllowPrivateNetwork, RootCAs: box.Roots()})
		},
		Now: func() time.Time { return p.now },
	})
	return p
}

// payload is an alert that goes to two.
func payload() app.MailPayload {
	return app.MailPayload{
		To: []string{"noc@example.com", "boss@example.com"}, Subject: "File server is unreachable – Müller & Söhne", Text: "It does not answer.\n",
		MessageID: "k3v9x2ab.7@example.com", InReplyTo: "k3v9x2ab.1@example.com", Rule: "File server unreachable", Reason: "first", Type: app.TypeMachineUnreachable,
	}
}

func delivery(t *testing.T, p any) app.Delivery {
	t.Helper()
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return app.Delivery{ID: 7, Kind: app.DeliverMail, Connection: app.MailConnection, State: app.DeliverySending, Attempt: 1, Payload: b}
}

// send makes one attempt.
func (p *post) send(d app.Delivery) (app.Settlement, error) {
	p.t.Helper()
	st, err := p.notify.Mail(p.t.Context(), d, func(_ context.Context, request string, e app.LedgerEntry) error {
		p.intents, p.entries = append(p.intents, request), append(p.entries, e)
		return nil
	})
	if said := fmt.Sprintf("%v %+v %v %v %+v", err, st, p.intents, p.entries, d); strings.Contains(said, canary) {
		p.t.Errorf("a secret in %s", said)
	}
	return st, err
}

func TestAnAlertByEmail(t *testing.T) {
	p := newPost(t)
	st, err := p.send(delivery(t, payload()))
	if err != nil || st.State != app.DeliveryDone || len(st.Ledger) != 1 || st.Ledger[0].Note != "" {
		t.Fatalf("%+v, %v", st, err)
	}
	got := p.box.Mails()
	if len(got) != 1 || got[0].Subject != payload().Subject || got[0].Text != payload().Text || got[0].MessageID != payload().MessageID || got[0].InReplyTo != payload().InReplyTo || len(got[0].To) != 2 {
		t.Errorf("%+v", got)
	}
	if len(p.intents) != 1 || !strings.Contains(p.intents[0], `"subject": "File server is unreachable`) || p.entries[0].Object != "e-mail to noc@example.com, boss@example.com" || p.entries[0].By != "File server unreachable" {
		t.Errorf("%v %+v", p.intents, p.entries)
	}
}

// TestNothingIsSentWithoutARecord: the intent comes first, and when it fails nothing goes out.
func TestNothingIsSentWithoutARecord(t *testing.T) {
	p := newPost(t)
	taken := app.Errorf(app.Conflict, "Not yours any more.")
	_, err := p.notify.Mail(t.Context(), delivery(t, payload()), func(context.Context, string, app.LedgerEntry) error {
		if len(p.box.Mails()) != 0 {
			t.Error("sent before the record")
		}
		return taken
	})
	if !errors.Is(err, taken) || len(p.box.Mails()) != 0 {
		t.Errorf("%v, %d mails", err, len(p.box.Mails()))
	}
}

// TestNoAnswerIsSentAgain with the same Message-ID, three times within an hour; then a person must look.
func TestNoAnswerIsSentAgain(t *testing.T) {
	p := newPost(t, sandbox.MailFault{On: "END", Cut: true, Times: -1})
	d := delivery(t, payload())
	for i, wait := range []time.Duration{time.Minute, 10 * time.Minute, 45 * time.Minute} {
		st, err := p.send(d)
		if err != nil || st.State != app.DeliveryChecking || st.Checks != i+1 || st.NextAt.Sub(p.now) != wait || !strings.Contains(st.Message, "same Message-ID") || st.Code != app.Unavailable {
			t.Fatalf("copy %d: %+v, %v", i, st, err)
		}
		d.State, d.Checks, p.now = app.DeliveryChecking, st.Checks, st.NextAt
	}
	st, err := p.send(d)
	if err != nil || st.State != app.DeliveryParked || !strings.Contains(st.Message, "Look into the mailbox") {
		t.Errorf("%+v, %v", st, err)
	}
	mails := p.box.Mails()
	for _, one := range mails {
		if one.MessageID != payload().MessageID {
			t.Errorf("another id: %+v", one)
		}
	}
	if len(mails) != 4 || len(p.intents) != 4 {
		t.Errorf("%d mails, %d records", len(mails), len(p.intents))
	}
	p.box.Clear()
	if st, err := p.send(d); err != nil || st.State != app.DeliveryDone || !strings.Contains(st.Ledger[0].Note, "arrived twice") {
		t.Errorf("answered at last: %+v, %v", st, err)
	}
}

// TestACrashWhileSending: nobody knows whether it went out, so it is sent again, and the ledger says so.
func TestACrashWhileSending(t *testing.T) {
	p := newPost(t)
	d := delivery(t, payload())
	d.State, d.Intended = app.DeliveryChecking, true // what the start makes of it
	if st, err := p.send(d); err != nil || st.State != app.DeliveryDone || !strings.Contains(st.Ledger[0].Note, "arrived twice") || len(p.box.Mails()) != 1 {
		t.Errorf("%+v, %v", st, err)
	}
}

func TestSomeOfTheReceivers(t *testing.T) {
	p := newPost(t, sandbox.MailFault{On: "RCPT", Address: "boss@example.com", Reply: "550 5.1.1 No such user", Times: -1})
	if st, err := p.send(delivery(t, payload())); err != nil || st.State != app.DeliveryDone || !strings.Contains(st.Ledger[0].Note, "boss@example.com") || len(p.box.Mails()) != 1 {
		t.Errorf("refused: %+v, %v", st, err)
	}
	p = newPost(t, sandbox.MailFault{On: "RCPT", Address: "boss@example.com", Reply: "452 4.2.2 Mailbox full", Times: -1})
	d := delivery(t, payload())
	for d.Deferrals = range 5 {
		st, err := p.send(d)
		if err != nil || st.State != app.DeliveryWaiting || st.Code != app.Unavailable || !st.Answered || !st.NextAt.After(p.now) || len(p.box.Mails()) != 0 {
			t.Fatalf("try %d: %+v, %v", d.Deferrals, st, err)
		}
	}
	d.Deferrals = 5
	if st, err := p.send(d); err != nil || st.State != app.DeliveryDone || !strings.Contains(st.Message, "boss@example.com (“452") || len(p.box.Mails()) != 1 {
		t.Errorf("full for long: %+v, %v", st, err)
	}
}

// TestANightOfflineIsNoPatience: only what the server answered counts. It was asked for the first time, and greylists.
func TestANightOfflineIsNoPatience(t *testing.T) {
	p := newPost(t, sandbox.MailFault{On: "RCPT", Address: "boss@example.com", Reply: "451 4.7.1 Greylisted, try again in 5 minutes", Times: 1})
	d := delivery(t, payload())
	d.Failures = 6 // all of them "No connection to the mail server"
	if st, err := p.send(d); err != nil || st.State != app.DeliveryWaiting || len(p.box.Mails()) != 0 {
		t.Fatalf("%+v, %v", st, err)
	}
	d.Deferrals = 1
	if st, err := p.send(d); err != nil || st.State != app.DeliveryDone || st.Message != "" || len(p.box.Mails()[0].To) != 2 {
		t.Errorf("%+v, %v", st, err)
	}
}

// TestPutOffForADay: a server that answers on and on that the only mailbox is full is heard, and then a person. A copy that may
// have arrived before stays in doubt meanwhile.
func TestPutOffForADay(t *testing.T) {
	p := newPost(t, sandbox.MailFault{On: "RCPT", Reply: "452 4.2.2 Mailbox full", Times: -1})
	m := payload()
	m.To = m.To[:1]
	for _, state := range []app.DeliveryState{app.DeliverySending, app.DeliveryChecking} {
		d := delivery(t, m)
		d.State, d.Checks, p.now = state, 2, start
		want := app.DeliveryWaiting
		if state == app.DeliveryChecking {
			want = app.DeliveryChecking
		}
		st, err := p.send(d)
		for ; err == nil && st.State == want && d.Deferrals < 50; st, err = p.send(d) {
			if !st.Answered || !st.Uncounted || st.Checks != 2 || st.NextAt.Sub(p.now) >= 3*time.Hour { // the store takes longer ones for a clock that was ahead
				t.Fatalf("%+v", st)
			}
			if d.Deferrals++; d.DeferredSince.IsZero() {
				d.DeferredSince = p.now
			}
			p.now = st.NextAt
		}
		if err != nil || st.State != app.DeliveryParked || !st.Answered || !strings.Contains(st.Message, "452 4.2.2 Mailbox full") || !strings.Contains(st.Message, "for a day") {
			t.Errorf("%+v, %v", st, err)
		}
		if took := p.now.Sub(start); took < 24*time.Hour || took > 27*time.Hour {
			t.Errorf("parked after %v and %d answers", took, d.Deferrals)
		}
		d.DeferredSince = p.now.Add(-time.Hour) // tried again by hand many times
		if st, err := p.send(d); err != nil || st.State != want {
			t.Errorf("after an hour: %+v, %v", st, err)
		}
		d.DeferredSince, d.Deferrals = p.now.Add(-72*time.Hour), 3 // it was asked rarely
		if st, err := p.send(d); err != nil || st.State != want {
			t.Errorf("after three answers: %+v, %v", st, err)
		}
	}
}

// TestARefusedReceiverStaysSaid: who did not get the alert is said of the delivery, and not in the ledger alone.
func TestARefusedReceiverStaysSaid(t *testing.T) {
	p := newPost(t, sandbox.MailFault{On: "RCPT", Address: "boss@example.com", Reply: "550 5.1.1 No such user", Times: -1})
	st, err := p.send(delivery(t, payload()))
	if err != nil || st.State != app.DeliveryDone || st.Code != "" || !strings.Contains(st.Message, "boss@example.com (“550") {
		t.Errorf("%+v, %v", st, err)
	}
}

// TestTheReceiversOfNow: what nobody has goes to whom the alert names now; what may have arrived goes to the same again.
func TestTheReceiversOfNow(t *testing.T) {
	for name, tc := range map[string]struct {
		state app.DeliveryState
		rules []app.AlertRule
		want  string
	}{
		"corrected":            {app.DeliverySending, []app.AlertRule{{Name: "Other", Via: app.Via{Email: []string{"x@example.com"}}}, {Name: payload().Rule, Via: app.Via{Email: []string{"new@example.com"}}}}, "new@example.com"},
		"nobody any more":      {app.DeliverySending, []app.AlertRule{{Name: payload().Rule}}, "noc@example.com boss@example.com"},
		"the alert is gone":    {app.DeliverySending, nil, "noc@example.com boss@example.com"},
		"it may have gone out": {app.DeliveryChecking, []app.AlertRule{{Name: payload().Rule, Via: app.Via{Email: []string{"new@example.com"}}}}, "noc@example.com boss@example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPost(t)
			p.doc.Alerts = tc.rules
			d := delivery(t, payload())
			d.State = tc.state
			st, err := p.send(d)
			if err != nil || len(p.box.Mails()) != 1 || strings.Join(p.box.Mails()[0].To, " ") != tc.want {
				t.Fatalf("%+v, %v, %+v", st, err, p.box.Mails())
			}
			if list := strings.ReplaceAll(tc.want, " ", ", "); p.entries[0].Object != "e-mail to "+list {
				t.Errorf("the ledger says %q", p.entries[0].Object)
			}
		})
	}
}

// TestWhatKeepsAnEmail is the table of what is wrong, what becomes of it and where it is mended.
func TestWhatKeepsAnEmail(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(p *post, m *app.MailPayload)
		code   app.Code
		field  string
		says   string
		sent   bool // a record was made
	}{
		"no mail server": {func(p *post, _ *app.MailPayload) { p.doc.Notify.Email.SMTP = app.SMTPSettings{} }, app.Invalid, "notify.email.smtp.host", "No mail server", false},
		"no password":    {func(p *post, _ *app.MailPayload) { p.secrets = nil }, app.Invalid, "notify.smtp_password", "password", false},
		"no sender": {func(p *post, _ *app.MailPayload) {
			p.doc.Notify.Email.SMTP.User = "bridge"
		}, app.Invalid, "notify.email.smtp.from", "address it comes from", false},
		"nobody to write to":      {func(_ *post, m *app.MailPayload) { m.To = nil }, app.Invalid, "", "names nobody", false},
		"an address that is none": {func(_ *post, m *app.MailPayload) { m.To = []string{"noc@example.com\r\nBcc: x@example.com"} }, app.Invalid, "", "not an e-mail address", false},
		"a wrong password": {func(p *post, _ *app.MailPayload) {
			p.secrets[app.SecretSMTPPassword] = "other"
		}, app.Unauthorized, "", "535", true},
		"no TLS": {func(p *post, _ *app.MailPayload) {
			p.doc.Notify.Email.SMTP.TLS = app.SMTPTLS
		}, app.Unavailable, "", "465", true},
		"down": {func(p *post, _ *app.MailPayload) { p.doc.Notify.Email.SMTP.Port = sandbox.NobodysPort }, app.Unavailable, "", "No connection", true},
	} {
		t.Run(name, func(t *testing.T) {
			p, m := newPost(t), payload()
			tc.change(p, &m)
			st, err := p.send(delivery(t, m))
			if app.ErrorCode(err) != tc.code || app.ErrorField(err) != tc.field || !strings.Contains(app.ErrorMessage(err), tc.says) || app.ErrorOutcome(err) != app.OutcomeNone {
				t.Errorf("%v", err)
			}
			if (len(p.intents) > 0) != tc.sent || tc.sent && (len(st.Ledger) != 1 || !strings.HasPrefix(st.Ledger[0].Note, "Not sent.")) {
				t.Errorf("%v, %+v", p.intents, st)
			}
		})
	}
	p := newPost(t)
	d := delivery(t, payload())
	d.Payload = []byte(`{"to": 7}`)
	if st, err := p.send(d); err != nil || st.State != app.DeliveryParked || st.Code != app.Internal {
		t.Errorf("%+v, %v", st, err)
	}
}

func TestProbe(t *testing.T) {
	p := newPost(t)
	if err := p.notify.Probe(t.Context()); err != nil {
		t.Error(err)
	}
	p.secrets[app.SecretSMTPPassword] = "other"
	if err := p.notify.Probe(t.Context()); app.ErrorCode(err) != app.Unauthorized {
		t.Error(err)
	}
	p.doc.Notify.Email.SMTP.Host = ""
	if err := p.notify.Probe(t.Context()); app.ErrorField(err) != "notify.email.smtp.host" {
		t.Error(err)
	}
	if len(p.box.Mails()) != 0 {
		t.Error("a probe sent something")
	}
}

// TestTest sends something harmless, says what is missing, and what came of it.
func TestTest(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{app.ChannelDesktop, app.ChannelEmail, app.ChannelWebhook} {
		if err := w.notify.Test(t.Context(), name); err != nil || len(w.by(name)) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if m := w.sent[1]; m.Title != "psabridge: a test" || m.Kind != "test" || len(m.To) != 1 {
		t.Errorf("%+v", m)
	}
	w.fails[app.ChannelWebhook] = down()
	w.need("parked", "a")
	w.pass(30 * time.Minute) // it rests now
	if err := w.notify.Test(t.Context(), app.ChannelWebhook); app.ErrorCode(err) != app.Unavailable || w.result(app.ChannelWebhook).Error == "" {
		t.Errorf("%v", err)
	}
	w.fails[app.ChannelWebhook] = nil
	if err := w.notify.Test(t.Context(), app.ChannelWebhook); err != nil || w.result(app.ChannelWebhook).Error != "" {
		t.Errorf("%v", err)
	}
	w.pass(2 * time.Minute)
	w.want(app.ChannelWebhook, "0 psabridge: a test", "30 psabridge: a test", "30 psabridge: About a")

	w.fails[app.ChannelEmail] = &channel.PartlyError{Message: "boss@example.com was refused."}
	if err := w.notify.Test(t.Context(), app.ChannelEmail); app.ErrorCode(err) != app.Invalid || !strings.Contains(app.ErrorMessage(err), "boss@") {
		t.Errorf("%v", err)
	}
	off := false
	w.doc.Notify = app.NotifySettings{Desktop: &off}
	for name, field := range map[string]string{app.ChannelDesktop: "notify.desktop", app.ChannelEmail: "notify.email.smtp.host", app.ChannelWebhook: "notify.webhook.kind", "pager": "channel"} {
		if err := w.notify.Test(t.Context(), name); app.ErrorCode(err) != app.Invalid || app.ErrorField(err) != field {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.quietAboutSecrets()
}
