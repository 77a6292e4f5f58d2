package sandbox

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"
)

// MailOptions are the manners of a mail server. The zero value takes mail from anybody, over STARTTLS or in the clear.
type MailOptions struct {
	Now  func() time.Time // nil is the real clock
	Port int              // 0: any free port

	User, Password string   // the account that may send; "" is anybody
	TLS            bool     // TLS from the first byte, as on port 465
	NoStartTLS     bool     // never speaks TLS
	AuthAfterTLS   bool     // offers to sign in only once the line is encrypted
	Mechanisms     []string // what AUTH offers; nil is PLAIN and LOGIN
	Certificate    string   // one of Certificate…; "" is a good one
	NoExtensions   bool     // knows HELO alone
}

// The certificates a mail server can have. Roots trusts who signed them.
const (
	CertificateExpired = "expired"
	CertificateOther   = "other" // for another name
)

// MailFault is one rule of a mail server's fault script. It strikes the first command that fits, as often as Times says.
type MailFault struct {
	// On is the command: CONNECT, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, or END for the message when it has come whole.
	On      string
	Address string // MAIL and RCPT: only this address
	Skip    int    // let so many pass first
	Times   int    // 0 is one, negative is for ever

	Reply  string // is answered in place of the server's own, and nothing is done
	Cut    bool   // the line breaks before an answer; at END the message is kept
	Lost   bool   // with Cut at END: it is not kept
	Silent bool   // nothing is ever answered; at END the message is kept
}

// Mail is a message the server took.
type Mail struct {
	At        time.Time `json:"at"`
	From      string    `json:"from"` // of the envelope, as are To
	To        []string  `json:"to"`
	Subject   string    `json:"subject"`
	Text      string    `json:"text"`
	MessageID string    `json:"message_id"`
	InReplyTo string    `json:"in_reply_to,omitempty"`
	User      string    `json:"user,omitempty"` // who had signed in
	Encrypted bool      `json:"encrypted"`
	Raw       string    `json:"-"` // as it came, with line feeds alone
}

// Mailbox is a mail server that keeps what it is sent. It is safe for concurrent use.
type Mailbox struct {
	opts     MailOptions
	now      func() time.Time
	identity *identity
	listener net.Listener
	running  sync.WaitGroup

	mu      sync.Mutex
	faults  []*mailRule
	mails   []Mail
	logins  int
	open    map[net.Conn]bool
	stopped bool
}

type mailRule struct {
	MailFault
	seen, struck int
}

// StartMailbox serves on 127.0.0.1 until Stop is called or ctx ends.
func StartMailbox(ctx context.Context, o MailOptions) (*Mailbox, error) {
	now := o.Now
	if now == nil {
		now = time.Now
	}
	if o.Mechanisms == nil {
		o.Mechanisms = []string{"PLAIN", "LOGIN"}
	}
	id, err := newIdentity(o.Certificate, time.Now())
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(o.Port)))
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	m := &Mailbox{opts: o, now: now, identity: id, listener: l, open: map[net.Conn]bool{}}
	m.running.Go(m.accept)
	context.AfterFunc(ctx, func() { _ = m.Stop() })
	return m, nil
}

func (m *Mailbox) accept() {
	for {
		conn, err := m.listener.Accept()
		if err != nil {
			return
		}
		if m.enter(conn) {
			m.running.Go(func() { defer m.leave(conn); newMailSession(m, conn).run() })
		}
	}
}

func (m *Mailbox) enter(conn net.Conn) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stopped {
		_ = conn.Close()
		return false
	}
	m.open[conn] = true
	return true
}

func (m *Mailbox) leave(conn net.Conn) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_ = conn.Close()
	delete(m.open, conn)
}

// Stop ends the server and every line to it. It may be called more than once.
func (m *Mailbox) Stop() error {
	m.mu.Lock()
	m.stopped = true
	for conn := range m.open {
		_ = conn.Close()
	}
	m.mu.Unlock()
	err := m.listener.Close()
	m.running.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// Host and Port are where it serves.
func (m *Mailbox) Host() string { return "127.0.0.1" }

// Port is where it serves.
func (m *Mailbox) Port() int { return m.listener.Addr().(*net.TCPAddr).Port } //nolint:forcetypeassert // it listens on TCP

// Roots trusts the server's certificate.
func (m *Mailbox) Roots() *x509.CertPool { return m.identity.roots }

// Add appends rules to the fault script. The first that fits strikes.
func (m *Mailbox) Add(faults ...MailFault) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range faults {
		if f.Times == 0 {
			f.Times = 1
		}
		m.faults = append(m.faults, &mailRule{MailFault: f})
	}
}

// Clear takes all rules away.
func (m *Mailbox) Clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults = nil
}

// Mails are the messages it took, oldest first.
func (m *Mailbox) Mails() []Mail {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Mail{}, m.mails...)
}

// Logins counts how often somebody tried to sign in.
func (m *Mailbox) Logins() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.logins
}

func (m *Mailbox) keep(mail Mail) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mails = append(m.mails, mail)
}

// strike picks the fault of one command, if any.
func (m *Mailbox) strike(on, address string) *MailFault {
	m.mu.Lock()
	defer m.mu.Unlock()
	if on == "AUTH" {
		m.logins++
	}
	for _, r := range m.faults {
		if r.On != on || r.Address != "" && r.Address != address || r.Times > 0 && r.struck >= r.Times {
			continue
		}
		r.seen++
		if r.seen <= r.Skip {
			continue
		}
		r.struck++
		fault := r.MailFault
		return &fault
	}
	return nil
}
