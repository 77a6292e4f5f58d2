// Package mail tells a person by e-mail, over SMTP.
//
// A message goes to all its receivers in one transaction, so that trying again never doubles it for some of them. What is
// known of the effect of a failure is exact: until the closing dot of the message was sent it has certainly gone nowhere;
// after that, without an answer, nobody can tell.
package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/mail"
	"strconv"
	"time"

	"psabridge/app"
	"psabridge/app/channel"
	"psabridge/app/rest"
)

// The limits that hold when a Config does not set its own.
const (
	defaultTimeout = 90 * time.Second // from the name's lookup to the answer to the message
	dialTimeout    = 15 * time.Second
	quitTimeout    = 2 * time.Second
)

// Config is a mail server and the account at it.
type Config struct {
	Host     string
	Port     int    // default 587, with TLS "tls" 465
	User     string // empty: no signing in
	Password app.Secret
	TLS      string // app.SMTPStartTLS (default) | app.SMTPTLS | app.SMTPNone
	From     string // default User
	// AllowPrivateNetwork lets the server be in a private network or on this computer. Without encryption it must be.
	AllowPrivateNetwork bool
	// RootCAs are trusted in place of the system's; nil: the system's.
	RootCAs *x509.CertPool
	// Timeout bounds everything about one message.
	Timeout time.Duration
	// Dial replaces the guarded dialer, for tests.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Channel sends by one mail server. Every message has a line of its own; it is safe for concurrent use.
type Channel struct {
	config Config
	from   string
}

var (
	_ channel.Channel = (*Channel)(nil)
	_ channel.Prober  = (*Channel)(nil)
)

// New checks the configuration and makes a channel. It connects to nobody.
func New(c Config) (*Channel, error) {
	if c.Host == "" {
		return nil, app.FieldErrorf("host", "There is no mail server. Name its host.")
	}
	c.TLS = cmp.Or(c.TLS, app.SMTPStartTLS)
	if c.TLS != app.SMTPStartTLS && c.TLS != app.SMTPTLS && c.TLS != app.SMTPNone {
		return nil, app.FieldErrorf("tls", "%q is no way to speak to a mail server. Choose starttls, tls or none.", c.TLS)
	}
	if c.TLS == app.SMTPNone && !c.AllowPrivateNetwork {
		return nil, app.FieldErrorf("tls", "Mail without encryption is for a server in the own network only. Choose starttls or tls, or allow private networks.")
	}
	if c.Port == 0 {
		c.Port = 587
		if c.TLS == app.SMTPTLS {
			c.Port = 465
		}
	}
	if c.Timeout <= 0 {
		c.Timeout = defaultTimeout
	}
	if c.Dial == nil {
		c.Dial = rest.Dialer(reach(c)).DialContext
	}
	from, err := address(cmp.Or(c.From, c.User))
	if err != nil {
		return nil, app.FieldErrorf("from", "Mail needs the address it comes from. Write it as name@example.com.")
	}
	return &Channel{config: c, from: from}, nil
}

// reach is where the server may be: what is not encrypted must not leave the own network.
func reach(c Config) rest.Reach {
	switch {
	case c.TLS == app.SMTPNone:
		return rest.ReachPrivate
	case c.AllowPrivateNetwork:
		return rest.ReachAll
	}
	return rest.ReachPublic
}

// Send hands a message to the mail server; see channel.Channel. A receiver that is not an e-mail address, or none, is
// invalid.
func (c *Channel) Send(ctx context.Context, m channel.Message) error {
	to, err := receivers(m.To)
	if err != nil {
		return err
	}
	letter, err := c.letter(m, to)
	if err != nil {
		return err
	}
	return c.with(ctx, func(s *session) error { return s.send(c.from, to, letter, m.WithoutLate) })
}

// Probe signs in, offers the sender and goes away: what must work before any message can. Codes are those of Send.
func (c *Channel) Probe(ctx context.Context) error {
	return c.with(ctx, func(s *session) error { return s.offer(c.from) })
}

// with runs f on a new line, within the time a message has.
func (c *Channel) with(ctx context.Context, f func(*session) error) error {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	s, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	return f(s)
}

func (c *Channel) server() string {
	return net.JoinHostPort(c.config.Host, strconv.Itoa(c.config.Port))
}

func (c *Channel) tlsConfig() *tls.Config {
	return &tls.Config{ServerName: c.config.Host, RootCAs: c.config.RootCAs, MinVersion: tls.VersionTLS12}
}

// receivers checks the addresses of a message.
func receivers(list []string) ([]string, error) {
	to := make([]string, 0, len(list))
	for _, one := range list {
		a, err := address(one)
		if err != nil {
			return nil, &app.Error{Code: app.Invalid, Field: "to", Outcome: app.OutcomeNone, Message: "“" + rest.Hide(one, 80) + "” is not an e-mail address. Write it as name@example.com."}
		}
		to = append(to, a)
	}
	if len(to) == 0 {
		return nil, &app.Error{Code: app.Invalid, Field: "to", Outcome: app.OutcomeNone, Message: "Nobody is named to send this to."}
	}
	return to, nil
}

// address takes one bare address. What holds a line break, or the name of a person beside it, is none.
func address(s string) (string, error) {
	a, err := mail.ParseAddress(s)
	if err != nil {
		return "", err
	}
	if a.Address != s {
		return "", app.Errorf(app.Invalid, "not a bare address")
	}
	return s, nil
}
