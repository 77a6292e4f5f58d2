package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"psabridge/app"
	"psabridge/app/channel"
	"psabridge/app/rest"
)

// helloName is what we call ourselves: an address and not the computer's name, which is nobody's business.
const helloName = "[127.0.0.1]"

// session is one line to the mail server, signed in.
type session struct {
	words
	conn   net.Conn
	client *smtp.Client
	ctx    context.Context //nolint:containedctx // lives as long as one call of Send
}

// open connects, encrypts and signs in. Every wait ends with ctx.
func (c *Channel) open(ctx context.Context) (*session, error) {
	w := words{host: c.config.Host, server: c.server(), user: c.config.User, from: c.from, password: c.config.Password}
	dial, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	conn, err := c.config.Dial(dial, "tcp", c.server())
	if err != nil {
		return nil, w.unreachable(err)
	}
	// The library knows no context: the line breaks when its time is over, whatever it waits for.
	context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	s := &session{words: w, conn: conn, ctx: ctx}
	if err := s.greet(c); err != nil {
		_ = conn.Close()
		return nil, err
	}
	if err := s.signIn(c.config); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// greet brings the line to where it is encrypted as the settings want it. Mandatory means mandatory: a server, or somebody
// on the way, that does not offer STARTTLS gets neither password nor message.
func (s *session) greet(c *Channel) (err error) {
	if c.config.TLS == app.SMTPTLS {
		secure := tls.Client(s.conn, c.tlsConfig())
		if err := secure.HandshakeContext(s.ctx); err != nil {
			return s.noTLS(s.late(err))
		}
		s.conn = secure
	}
	if s.client, err = smtp.NewClient(s.conn, c.config.Host); err != nil {
		return s.broken(s.late(err), "greet us", app.OutcomeNone)
	}
	if err := s.client.Hello(helloName); err != nil {
		return s.broken(s.late(err), "greet us", app.OutcomeNone)
	}
	if c.config.TLS != app.SMTPStartTLS {
		return nil
	}
	if offered, _ := s.client.Extension("STARTTLS"); !offered {
		return s.refused("tls", "The mail server %s does not offer STARTTLS, so nothing was sent to it. Choose tls if it speaks TLS from the start (port 465), and check the port.", s.server)
	}
	if err := s.client.StartTLS(c.tlsConfig()); err != nil {
		return s.noTLS(s.late(err))
	}
	return nil
}

// late says that time was over where the library only saw a broken line.
func (s *session) late(err error) error {
	if over := s.ctx.Err(); over != nil {
		return over
	}
	return err
}

// signIn offers the account. In the clear it does so on this computer only: in the own network others may listen.
func (s *session) signIn(c Config) error {
	if c.User == "" {
		return nil
	}
	_, encrypted := s.conn.(*tls.Conn)
	if _, started := s.client.TLSConnectionState(); !encrypted && !started && !s.here() {
		return s.refused("tls", "The password would go to %s unencrypted. Choose starttls or tls, or leave the user empty.", s.server)
	}
	if err := s.client.Auth(&auth{host: c.Host, user: c.User, password: c.Password}); err != nil {
		return s.notSignedIn(s.late(err))
	}
	return nil
}

// here reports whether the other end is on this computer.
func (s *session) here() bool {
	tcp, ok := s.conn.RemoteAddr().(*net.TCPAddr)
	return !ok || tcp.IP.IsLoopback()
}

// offer names the sender and takes it back.
func (s *session) offer(from string) error {
	if err := s.client.Mail("<" + from + ">"); err != nil {
		return s.senderRefused(s.late(err))
	}
	if err := s.client.Reset(); err != nil {
		return s.broken(s.late(err), "answer", app.OutcomeNone)
	}
	return nil
}

// send makes one transaction. Nothing is sent to anybody while the server asks to come back later for some, unless the
// message may go without them.
func (s *session) send(from string, to []string, letter []byte, withoutLate bool) error {
	s.client.SkipSMTPUTF8(plain(from, to))
	if err := s.client.Mail("<" + from + ">"); err != nil {
		return s.senderRefused(s.late(err))
	}
	taken, late, refused, err := s.name(to)
	switch {
	case err != nil:
		return err
	case len(late) > 0 && (len(taken) == 0 || !withoutLate):
		return s.later(late)
	case len(taken) == 0:
		return s.nobody(refused)
	}
	if err := s.hand(letter); err != nil {
		return err
	}
	if missing := slices.Concat(refused, late); len(missing) > 0 {
		return &channel.PartlyError{Message: s.partly(missing)}
	}
	return nil
}

// plain reports whether no address needs more than ASCII: then a server on the way that knows no more can take it too.
func plain(from string, to []string) bool {
	return !strings.ContainsFunc(from+strings.Join(to, ""), func(r rune) bool { return r >= 0x80 })
}

// answer is what the server said of one receiver.
type answer struct{ address, said string }

// name names the receivers and sorts them by what the server says.
func (s *session) name(to []string) (taken []string, late, refused []answer, err error) {
	for _, one := range to {
		err := s.client.Rcpt("<" + one + ">")
		said, ok := asReply(err)
		switch {
		case err == nil:
			taken = append(taken, one)
		case !ok:
			return nil, nil, nil, s.broken(s.late(err), "answer", app.OutcomeNone)
		case said.Code == closing:
			return nil, nil, nil, s.busy(said)
		case said.Code < 500:
			late = append(late, answer{one, s.quote(said)})
		default:
			refused = append(refused, answer{one, s.quote(said)})
		}
	}
	return taken, late, refused, nil
}

// hand hands over the message. Up to its closing dot nothing can have gone out; from there on only an answer tells.
func (s *session) hand(letter []byte) error {
	out, err := s.client.Data()
	if err != nil {
		return s.messageRefused(s.late(err), app.OutcomeNone)
	}
	if _, err := bytes.NewReader(letter).WriteTo(out); err != nil {
		return s.broken(s.late(err), "take the message", app.OutcomeNone)
	}
	if err := out.Close(); err != nil {
		return s.messageRefused(s.lateAnswer(err), app.OutcomeUnknown)
	}
	return nil
}

// lateAnswer keeps an answer that came, even when time is over by now.
func (s *session) lateAnswer(err error) error {
	if _, answered := asReply(err); answered {
		return err
	}
	return s.late(err)
}

// close says goodbye, where somebody still listens, and does not wait long for the answer.
func (s *session) close() {
	if s.ctx.Err() == nil {
		_ = s.conn.SetDeadline(time.Now().Add(quitTimeout))
		_ = s.client.Quit()
	}
	_ = s.conn.Close()
}

// quote is what a person may read of an answer, on one line and without the password.
func (w words) quote(e *textproto.Error) string {
	return rest.Hide(code(e)+e.Msg, 300, w.secrets()...)
}
