package sandbox

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"io"
	"net"
	"net/textproto"
	"slices"
	"strings"
)

// mostMail is the longest message it takes.
const mostMail = 1 << 20

// mailSession is one line to the mail server. Commands may come ahead of the answers (PIPELINING).
type mailSession struct {
	box  *Mailbox
	conn net.Conn
	in   *textproto.Reader

	encrypted bool
	greeted   bool
	user      string
	from      string
	sending   bool // MAIL was taken
	to        []string
}

func newMailSession(m *Mailbox, conn net.Conn) *mailSession {
	s := &mailSession{box: m, conn: conn}
	if m.opts.TLS {
		s.conn, s.encrypted = tls.Server(conn, m.identity.config()), true
	}
	s.in = textproto.NewReader(bufio.NewReader(s.conn))
	return s
}

// run talks until somebody hangs up.
func (s *mailSession) run() {
	if !s.faulty("CONNECT", "") && !s.say("220 sandbox.example ESMTP") {
		return
	}
	for {
		line, err := s.in.ReadLine()
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		if !s.command(strings.ToUpper(verb), strings.TrimSpace(rest)) {
			return
		}
	}
}

// say answers one line; false when nobody listens any more.
func (s *mailSession) say(line string) bool {
	_, err := io.WriteString(s.conn, line+"\r\n")
	return err == nil
}

// faulty does what the fault script says of a command; true when that was all.
func (s *mailSession) faulty(on, address string) bool {
	f := s.box.strike(on, address)
	if f == nil {
		return false
	}
	s.suffer(f)
	return true
}

func (s *mailSession) suffer(f *MailFault) {
	switch {
	case f.Cut:
		s.reset()
	case f.Silent:
		_, _ = io.Copy(io.Discard, s.conn) // until the client gives up
		s.reset()
	default:
		s.say(f.Reply)
	}
}

// reset breaks the line as a dying one does.
func (s *mailSession) reset() {
	inner := s.conn
	if secure, ok := inner.(*tls.Conn); ok {
		inner = secure.NetConn()
	}
	if tcp, ok := inner.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = inner.Close()
}

// command answers one command; false ends the session.
func (s *mailSession) command(verb, rest string) bool {
	switch verb {
	case "EHLO", "HELO":
		return s.hello(verb)
	case "STARTTLS":
		return s.startTLS()
	case "AUTH":
		return s.auth(rest)
	case "MAIL":
		return s.mail(rest)
	case "RCPT":
		return s.rcpt(rest)
	case "DATA":
		return s.data()
	case "RSET":
		s.sending, s.to = false, nil
		return s.say("250 2.0.0 Reset")
	case "NOOP":
		return s.say("250 2.0.0 Yes")
	case "QUIT":
		s.say("221 2.0.0 Bye")
		return false
	}
	return s.say("502 5.5.1 Command not known")
}

func (s *mailSession) hello(verb string) bool {
	if s.faulty("EHLO", "") {
		return true
	}
	if s.box.opts.NoExtensions && verb == "EHLO" {
		return s.say("502 5.5.1 Command not known")
	}
	s.greeted = true
	lines := []string{"sandbox.example"}
	if verb == "EHLO" {
		lines = append(lines, "PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", "SMTPUTF8")
		if !s.encrypted && !s.box.opts.NoStartTLS {
			lines = append(lines, "STARTTLS")
		}
		if len(s.box.opts.Mechanisms) > 0 && (s.encrypted || !s.box.opts.AuthAfterTLS) {
			lines = append(lines, "AUTH "+strings.Join(s.box.opts.Mechanisms, " "))
		}
	}
	for i, line := range lines {
		mark := "250-"
		if i == len(lines)-1 {
			mark = "250 "
		}
		if !s.say(mark + line) {
			return false
		}
	}
	return true
}

func (s *mailSession) startTLS() bool {
	if s.faulty("STARTTLS", "") {
		return true
	}
	if s.encrypted || s.box.opts.NoStartTLS {
		return s.say("502 5.5.1 Not now")
	}
	if !s.say("220 2.0.0 Go ahead") {
		return false
	}
	secure := tls.Server(s.conn, s.box.identity.config())
	s.conn, s.in = secure, textproto.NewReader(bufio.NewReader(secure))
	s.encrypted, s.greeted, s.user = true, false, ""
	return true
}

func (s *mailSession) auth(rest string) bool {
	if s.faulty("AUTH", "") {
		return true
	}
	mechanism, first, _ := strings.Cut(rest, " ")
	if !slices.Contains(s.box.opts.Mechanisms, strings.ToUpper(mechanism)) {
		return s.say("504 5.5.4 Mechanism not known")
	}
	var user, password string
	if strings.EqualFold(mechanism, "PLAIN") {
		if first == "" {
			first = s.ask("")
		}
		parts := strings.Split(unbase64(first), "\x00")
		if len(parts) != 3 {
			return s.say("501 5.5.2 That is no sign-in")
		}
		user, password = parts[1], parts[2]
	} else {
		user = unbase64(s.ask("Username:"))
		password = unbase64(s.ask("Password:"))
	}
	if o := s.box.opts; o.User != "" && (user != o.User || password != o.Password) {
		return s.say("535 5.7.8 Authentication credentials invalid")
	}
	s.user = user
	return s.say("235 2.7.0 Welcome")
}

// ask sends a challenge and returns the answer as it came.
func (s *mailSession) ask(challenge string) string {
	s.say("334 " + base64.StdEncoding.EncodeToString([]byte(challenge)))
	line, _ := s.in.ReadLine()
	return line
}

func unbase64(s string) string {
	b, _ := base64.StdEncoding.DecodeString(s)
	return string(b)
}

// mail opens a message. The argument is FROM:<address> with whatever extensions follow.
func (s *mailSession) mail(rest string) bool {
	from, ok := envelope(rest, "FROM:")
	switch {
	case !ok:
		return s.say("501 5.5.4 That is no sender")
	case !s.greeted:
		return s.say("503 5.5.1 Say hello first")
	case s.box.opts.User != "" && s.user == "":
		return s.say("530 5.7.0 Authentication required")
	case s.faulty("MAIL", from):
		return true
	}
	s.sending, s.from, s.to = true, from, nil
	return s.say("250 2.1.0 Sender taken")
}

func (s *mailSession) rcpt(rest string) bool {
	to, ok := envelope(rest, "TO:")
	switch {
	case !ok:
		return s.say("501 5.5.4 That is no receiver")
	case !s.sending:
		return s.say("503 5.5.1 Name the sender first")
	case s.faulty("RCPT", to):
		return true
	}
	s.to = append(s.to, to)
	return s.say("250 2.1.5 Receiver taken")
}

func envelope(rest, word string) (string, bool) {
	if len(rest) < len(word) || !strings.EqualFold(rest[:len(word)], word) {
		return "", false
	}
	address, _, _ := strings.Cut(strings.TrimSpace(rest[len(word):]), " ")
	inner, ok := strings.CutPrefix(address, "<")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(inner, ">")
}

func (s *mailSession) data() bool {
	switch {
	case len(s.to) == 0:
		return s.say("554 5.5.1 No valid receivers")
	case s.faulty("DATA", ""):
		return true
	case !s.say("354 Go on, end with a dot"):
		return false
	}
	body, err := io.ReadAll(io.LimitReader(s.in.DotReader(), mostMail+1))
	if err != nil {
		return false
	}
	if len(body) > mostMail {
		s.say("552 5.3.4 Too big")
		return false
	}
	return s.end(body)
}

// end keeps a message that came whole, and says so, unless the fault script has it otherwise.
func (s *mailSession) end(body []byte) bool {
	f := s.box.strike("END", "")
	s.sending = false
	if f == nil || (f.Cut && !f.Lost) || f.Silent {
		s.box.keep(s.letter(body))
	}
	if f != nil {
		s.suffer(f)
		return true
	}
	return s.say("250 2.0.0 Taken")
}
