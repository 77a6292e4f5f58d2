package mail_test

import (
	"context"
	"encoding/base64"
	"net"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/channel"
	"psabridge/app/channel/channeltest"
	"psabridge/app/channel/mail"
	"psabridge/app/sandbox"
)

const (
	user     = "alerts@nordlicht.example"
	password = "canary-mail-password"
	noc      = "noc@nordlicht.example"
	boss     = "boss@nordlicht.example"
)

// start runs a mail server with an account.
func start(t *testing.T, o sandbox.MailOptions, faults ...sandbox.MailFault) *sandbox.Mailbox {
	t.Helper()
	if o.User == "" {
		o.User, o.Password = user, password
	}
	box, err := sandbox.StartMailbox(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Stop() })
	box.Add(faults...)
	return box
}

// at is how to reach it.
func at(box *sandbox.Mailbox) mail.Config {
	return mail.Config{Host: box.Host(), Port: box.Port(), User: user, Password: password, AllowPrivateNetwork: true, RootCAs: box.Roots(), Timeout: 5 * time.Second}
}

func open(t *testing.T, c mail.Config) *mail.Channel {
	t.Helper()
	ch, err := mail.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return ch
}

// with makes a channel to a server with these manners.
func with(o sandbox.MailOptions, change func(*mail.Config), faults ...sandbox.MailFault) func(*testing.T) channel.Channel {
	return func(t *testing.T) channel.Channel {
		c := at(start(t, o, faults...))
		if change != nil {
			change(&c)
		}
		return open(t, c)
	}
}

func toBoth(m *channel.Message) { m.To = []string{noc, boss} }

func briefly(c *mail.Config) { c.Timeout = 200 * time.Millisecond }

func implicit(c *mail.Config) { c.TLS = app.SMTPTLS }

func TestConformance(t *testing.T) {
	leak := "535 5.7.8 " + password + " is wrong, and so is " + base64.StdEncoding.EncodeToString([]byte("\x00"+user+"\x00"+password))
	fault := func(on, reply string) sandbox.MailFault { return sandbox.MailFault{On: on, Reply: reply, Times: -1} }
	secrets := []string{password, base64.StdEncoding.EncodeToString([]byte("\x00" + user + "\x00" + password)), base64.StdEncoding.EncodeToString([]byte(password))}
	none, unknown := app.OutcomeNone, app.OutcomeUnknown
	channeltest.Run(t, secrets, []channeltest.Case{
		{Name: "taken", Make: with(sandbox.MailOptions{}, nil)},
		{Name: "TLS from the start", Make: with(sandbox.MailOptions{TLS: true}, implicit)},
		{Name: "signs in after STARTTLS alone", Make: with(sandbox.MailOptions{AuthAfterTLS: true}, nil)},
		{Name: "LOGIN", Make: with(sandbox.MailOptions{Mechanisms: []string{"LOGIN"}}, nil)},
		{Name: "in the clear on this computer", Make: with(sandbox.MailOptions{NoStartTLS: true}, func(c *mail.Config) { c.TLS = app.SMTPNone })},

		{Name: "nobody to send to", Make: with(sandbox.MailOptions{}, nil), Change: func(m *channel.Message) { m.To = nil }, Code: app.Invalid, Outcome: none, Says: []string{"Nobody"}},
		{Name: "an address with a line break", Make: with(sandbox.MailOptions{}, nil), Change: func(m *channel.Message) { m.To = []string{"noc@nordlicht.example\r\nRCPT TO:<x@elsewhere.example>"} }, Code: app.Invalid, Outcome: none, Says: []string{"not an e-mail address"}},
		{Name: "a name beside the address", Make: with(sandbox.MailOptions{}, nil), Change: func(m *channel.Message) { m.To = []string{"NOC <noc@nordlicht.example>"} }, Code: app.Invalid, Outcome: none},

		{Name: "nobody listens", Make: with(sandbox.MailOptions{}, func(c *mail.Config) { c.Port = sandbox.NobodysPort }), Code: app.Unavailable, Outcome: none, Says: []string{"No connection", "127.0.0.1:1024"}},
		{Name: "a private network that is not allowed", Make: with(sandbox.MailOptions{}, func(c *mail.Config) { c.AllowPrivateNetwork = false }), Code: app.Invalid, Outcome: none, Says: []string{"private"}},
		{Name: "no name", Make: with(sandbox.MailOptions{}, func(c *mail.Config) { c.Host, c.Dial = "mail.nowhere.example", noSuchHost }), Code: app.Unavailable, Outcome: none, Says: []string{"mail.nowhere.example", "cannot be found"}},
		{Name: "no greeting", Make: with(sandbox.MailOptions{}, briefly, sandbox.MailFault{On: "CONNECT", Silent: true}), Code: app.Unavailable, Outcome: none, Says: []string{"in time"}},
		{Name: "a greeting that refuses", Make: with(sandbox.MailOptions{}, nil, fault("CONNECT", "554 5.7.1 Not for you")), Code: app.Unavailable, Outcome: none, Says: []string{"554 5.7.1 Not for you"}},
		{Name: "no STARTTLS", Make: with(sandbox.MailOptions{NoStartTLS: true}, nil), Code: app.Invalid, Outcome: none, Says: []string{"does not offer STARTTLS", "nothing was sent"}},
		{Name: "no ESMTP", Make: with(sandbox.MailOptions{NoExtensions: true}, nil), Code: app.Invalid, Outcome: none, Says: []string{"STARTTLS"}},
		{Name: "a certificate nobody trusts", Make: with(sandbox.MailOptions{}, func(c *mail.Config) { c.RootCAs = nil }), Code: app.Unavailable, Outcome: none, Says: []string{"certificate", "not trusted"}},
		{Name: "an expired certificate", Make: with(sandbox.MailOptions{Certificate: sandbox.CertificateExpired}, nil), Code: app.Unavailable, Outcome: none, Says: []string{"clock"}},
		{Name: "a certificate of another", Make: with(sandbox.MailOptions{TLS: true, Certificate: sandbox.CertificateOther}, implicit), Code: app.Unavailable, Outcome: none, Says: []string{"another name"}},
		{Name: "tls where starttls is spoken", Make: with(sandbox.MailOptions{}, implicit), Code: app.Unavailable, Outcome: none, Says: []string{"465"}},
		{Name: "starttls where tls is spoken", Make: with(sandbox.MailOptions{TLS: true}, briefly), Code: app.Unavailable, Outcome: none},

		{Name: "a wrong password", Make: with(sandbox.MailOptions{User: user, Password: "other"}, nil), Code: app.Unauthorized, Outcome: none, Says: []string{"535", user}},
		{Name: "a server that repeats the password", Make: with(sandbox.MailOptions{}, nil, fault("AUTH", leak)), Code: app.Unauthorized, Outcome: none, Says: []string{"•••"}},
		{Name: "no sign-in for now", Make: with(sandbox.MailOptions{}, nil, fault("AUTH", "454 4.7.0 Temporary trouble")), Code: app.Unavailable, Outcome: none, Says: []string{"454"}},
		{Name: "no mechanism we know", Make: with(sandbox.MailOptions{Mechanisms: []string{"XOAUTH2"}}, nil), Code: app.Unauthorized, Outcome: none, Says: []string{"no way to sign in"}},
		{Name: "no user where one is wanted", Make: with(sandbox.MailOptions{}, func(c *mail.Config) { c.User, c.From = "", user }), Code: app.Unauthorized, Outcome: none, Says: []string{"530"}},
		{Name: "a sender it does not let us be", Make: with(sandbox.MailOptions{}, nil, fault("MAIL", "550 5.7.60 Not your address")), Code: app.Unauthorized, Outcome: none, Says: []string{"550 5.7.60", user}},

		{Name: "greylisted", Make: with(sandbox.MailOptions{}, nil, fault("RCPT", "451 4.7.1 Greylisted")), Code: app.Unavailable, Outcome: none, Says: []string{noc, "451 4.7.1 Greylisted", "nobody has the message"}, Deferred: true},
		{Name: "a receiver there is not", Make: with(sandbox.MailOptions{}, nil, fault("RCPT", "550 5.1.1 No such user")), Code: app.Invalid, Outcome: none, Says: []string{noc, "550 5.1.1"}},
		{Name: "one of two there is not", Make: with(sandbox.MailOptions{}, nil, sandbox.MailFault{On: "RCPT", Address: boss, Reply: "550 5.1.1 No such user"}), Change: toBoth, Partly: true, Says: []string{boss, "550 5.1.1", "others have"}},
		{Name: "one of two later", Make: with(sandbox.MailOptions{}, nil, sandbox.MailFault{On: "RCPT", Address: boss, Reply: "452 4.2.2 Mailbox full"}), Change: toBoth, Code: app.Unavailable, Outcome: none, Says: []string{boss, "452"}, Deferred: true},
		{Name: "one of two later, without him", Make: with(sandbox.MailOptions{}, nil, sandbox.MailFault{On: "RCPT", Address: boss, Reply: "452 4.2.2 Mailbox full"}), Change: func(m *channel.Message) { toBoth(m); m.WithoutLate = true }, Partly: true, Says: []string{boss, "452"}},
		{Name: "the line breaks at a receiver", Make: with(sandbox.MailOptions{}, nil, sandbox.MailFault{On: "RCPT", Cut: true}), Code: app.Unavailable, Outcome: none, Says: []string{"broke"}},
		{Name: "closing down", Make: with(sandbox.MailOptions{}, nil, fault("RCPT", "421 4.3.2 Closing down")), Code: app.Unavailable, Outcome: none, Says: []string{"421"}},
		{Name: "too much mail", Make: with(sandbox.MailOptions{}, nil, fault("DATA", "452 4.3.1 Disk full")), Code: app.Unavailable, Outcome: none, Says: []string{"452"}, Deferred: true},
		{Name: "silent at the message", Make: with(sandbox.MailOptions{}, briefly, sandbox.MailFault{On: "DATA", Silent: true}), Code: app.Unavailable, Outcome: none, Says: []string{"in time"}},

		{Name: "taken for spam", Make: with(sandbox.MailOptions{}, nil, fault("END", "554 5.7.1 Looks like spam")), Code: app.Invalid, Outcome: none, Says: []string{"554 5.7.1 Looks like spam"}},
		{Name: "too big", Make: with(sandbox.MailOptions{}, nil, fault("END", "552 5.3.4 Too big")), Code: app.Invalid, Outcome: none},
		{Name: "later, at the end", Make: with(sandbox.MailOptions{}, nil, fault("END", "451 4.3.0 Try again")), Code: app.Unavailable, Outcome: none, Says: []string{"451"}, Deferred: true},
		{Name: "no answer at the end", Make: with(sandbox.MailOptions{}, nil, sandbox.MailFault{On: "END", Cut: true}), Code: app.Unavailable, Outcome: unknown, Says: []string{"may have been sent"}},
		{Name: "silent at the end", Make: with(sandbox.MailOptions{}, briefly, sandbox.MailFault{On: "END", Silent: true}), Code: app.Unavailable, Outcome: unknown, Says: []string{"may have been sent"}},
	})
}

func noSuchHost(context.Context, string, string) (net.Conn, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "mail.nowhere.example", IsNotFound: true}}
}

// TestLetter: what arrives is what was meant, whatever the names in it hold.
func TestLetter(t *testing.T) {
	box := start(t, sandbox.MailOptions{})
	m := channeltest.Message()
	m.To = []string{noc, boss}
	if err := open(t, at(box)).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := box.Mails()
	if len(got) != 1 {
		t.Fatalf("%d mails", len(got))
	}
	one := got[0]
	if !one.Encrypted || one.User != user || one.From != user || strings.Join(one.To, " ") != noc+" "+boss {
		t.Errorf("%+v", one)
	}
	if one.Subject != "2 deliveries need you Bcc: everybody@elsewhere.example" || one.MessageID != m.ID || one.InReplyTo != m.ReplyTo {
		t.Errorf("%q, %s, %s", one.Subject, one.MessageID, one.InReplyTo)
	}
	for _, part := range []string{"They wait since 09:00.\n.\nQUIT\n", "- Müller & Söhne <!channel> [here](https://elsewhere.example)\n  Board *NOC* has no default team.\n  X-Evil: 1\n", m.Page} {
		if !strings.Contains(one.Text, part) {
			t.Errorf("no %q in\n%s", part, one.Text)
		}
	}
	head, _, _ := strings.Cut(one.Raw, "\n\n")
	for _, want := range []string{"Auto-Submitted: auto-generated", "References: <" + m.ReplyTo + ">", "From: \"psabridge\" <" + user + ">", "charset=UTF-8"} {
		if !strings.Contains(head, want) {
			t.Errorf("no %q in\n%s", want, head)
		}
	}
	for line := range strings.SplitSeq(head, "\n") {
		if strings.HasPrefix(line, "Bcc:") || strings.HasPrefix(line, "X-") {
			t.Errorf("a header of its own: %s", line)
		}
	}
}

// TestIDsCannotAddHeaders: an id that is none is left out.
func TestIDsCannotAddHeaders(t *testing.T) {
	box := start(t, sandbox.MailOptions{})
	m := channeltest.Message()
	m.ID, m.ReplyTo = "a@b>\r\nBcc: x@elsewhere.example", "no id"
	if err := open(t, at(box)).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	one := box.Mails()[0]
	if one.MessageID == "" || strings.Contains(one.Raw, "elsewhere.example\nTo") || strings.Contains(one.Raw, "\nBcc:") || one.InReplyTo != "" {
		t.Errorf("%s", one.Raw)
	}
}

// TestNobodyGetsItTwice: what is tried again after a refusal in part is known by nobody yet.
func TestNobodyGetsItTwice(t *testing.T) {
	box := start(t, sandbox.MailOptions{}, sandbox.MailFault{On: "RCPT", Address: boss, Reply: "451 4.7.1 Greylisted"})
	c, m := open(t, at(box)), channeltest.Message()
	toBoth(&m)
	if err := c.Send(t.Context(), m); app.ErrorCode(err) != app.Unavailable || len(box.Mails()) != 0 {
		t.Fatalf("%v, %d mails", err, len(box.Mails()))
	}
	if err := c.Send(t.Context(), m); err != nil || len(box.Mails()) != 1 || len(box.Mails()[0].To) != 2 {
		t.Errorf("%v, %+v", err, box.Mails())
	}
}

// TestProbe finds what would keep a message from going out, and sends none.
func TestProbe(t *testing.T) {
	box := start(t, sandbox.MailOptions{})
	if err := open(t, at(box)).Probe(t.Context()); err != nil {
		t.Error(err)
	}
	box.Add(sandbox.MailFault{On: "MAIL", Reply: "550 5.7.60 Not your address"})
	if err := open(t, at(box)).Probe(t.Context()); app.ErrorCode(err) != app.Unauthorized {
		t.Error(err)
	}
	c := at(box)
	c.Password = "other"
	if err := open(t, c).Probe(t.Context()); app.ErrorCode(err) != app.Unauthorized {
		t.Error(err)
	}
	if len(box.Mails()) != 0 {
		t.Error("a probe sent something")
	}
}

func TestNewRefuses(t *testing.T) {
	for field, c := range map[string]mail.Config{
		"host": {},
		"tls":  {Host: "mail.example.com", From: noc, TLS: "ssl"},
		"from": {Host: "mail.example.com", User: "just-a-name"},
	} {
		if _, err := mail.New(c); app.ErrorCode(err) != app.Invalid || !strings.Contains(err.Error(), field+":") {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := mail.New(mail.Config{Host: "mail.example.com", From: noc, TLS: app.SMTPNone}); app.ErrorCode(err) != app.Invalid {
		t.Errorf("in the clear over the internet: %v", err)
	}
}

// elsewhere is a line whose other end is not on this computer.
type elsewhere struct{ net.Conn }

func (elsewhere) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(10, 0, 0, 7), Port: 25} }

// TestNoPasswordInTheClear: in the own network others may listen.
func TestNoPasswordInTheClear(t *testing.T) {
	box := start(t, sandbox.MailOptions{})
	c := at(box)
	c.TLS = app.SMTPNone
	c.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return elsewhere{conn}, err
	}
	err := open(t, c).Send(t.Context(), channeltest.Message())
	if app.ErrorCode(err) != app.Invalid || box.Logins() != 0 || !strings.Contains(app.ErrorMessage(err), "unencrypted") {
		t.Errorf("%v, %d sign-ins", err, box.Logins())
	}
}
