package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strconv"
	"strings"

	"psabridge/app"
	"psabridge/app/channel"
	"psabridge/app/rest"
)

// words turns what went wrong into errors a person can act on. No error holds the password, whatever the server repeats.
type words struct {
	host, server, user, from string
	password                 app.Secret
}

// secrets are the password, alone and as AUTH PLAIN sends it.
func (w words) secrets() []app.Secret {
	return []app.Secret{w.password, app.Secret("\x00" + w.user + "\x00" + w.password.Reveal())}
}

func (w words) failed(code app.Code, outcome app.Outcome, err error, format string, args ...any) error {
	e := &app.Error{Code: code, Outcome: outcome, Message: fmt.Sprintf(format, args...)}
	if err != nil {
		e.Err = rest.HideCause(err, w.secrets()...)
	}
	return e
}

// refused is our own decision not to send, about one field of the settings.
func (w words) refused(field, format string, args ...any) error {
	return &app.Error{Code: app.Invalid, Field: field, Outcome: app.OutcomeNone, Message: fmt.Sprintf(format, args...)}
}

func (w words) unreachable(err error) error {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return w.failed(app.Unavailable, app.OutcomeNone, err, "The mail server's name %s cannot be found. Check the host, and whether this computer is online.", w.host)
	}
	if rest.RefusedByGuard(err) {
		return w.failed(app.Invalid, app.OutcomeNone, err, "%s is in a network mail is not sent to with these settings: a private one needs the tick for it, and without encryption it must be one.", w.host)
	}
	return w.failed(app.Unavailable, app.OutcomeNone, err, "No connection to the mail server %s. Check host and port, and whether a firewall is in the way.", w.server)
}

// noTLS is a line that could not be encrypted.
func (w words) noTLS(err error) error {
	if said, ok := asReply(err); ok {
		return w.failed(app.Unavailable, app.OutcomeNone, err, "The mail server %s would not start TLS. It says: “%s”", w.server, w.quote(said))
	}
	if why, ok := rest.CertificateWords(err); ok {
		return w.failed(app.Unavailable, app.OutcomeNone, err, "The certificate of the mail server %s is not trusted (%s). Nothing was sent to it.", w.host, why)
	}
	if late(err) {
		return w.failed(app.Unavailable, app.OutcomeNone, err, "The mail server %s did not answer in time.", w.server)
	}
	return w.failed(app.Unavailable, app.OutcomeNone, err, "The line to the mail server %s could not be encrypted. Check the port: 465 wants tls, 587 starttls.", w.server)
}

// notSignedIn tells wrong credentials from a server in trouble.
func (w words) notSignedIn(err error) error {
	said, ok := asReply(err)
	switch {
	case errors.Is(err, errNoMechanism):
		return w.failed(app.Unauthorized, app.OutcomeNone, err, "The mail server %s offers no way to sign in with a password. Leave the user empty, or ask your provider how programs send mail.", w.server)
	case !ok:
		return w.broken(err, "answer the sign-in", app.OutcomeNone)
	case said.Code < 500:
		return w.busy(said)
	}
	return w.failed(app.Unauthorized, app.OutcomeNone, err, "The mail server %s does not accept the user %s with this password. It says: “%s”", w.server, w.user, w.quote(said))
}

// senderRefused: who we are is what it does not accept, not the message.
func (w words) senderRefused(err error) error {
	said, ok := asReply(err)
	switch {
	case !ok:
		return w.broken(err, "answer", app.OutcomeNone)
	case said.Code < 500:
		return w.busy(said)
	}
	return w.failed(app.Unauthorized, app.OutcomeNone, err, "The mail server %s does not let us send as %s. It says: “%s”", w.server, w.from, w.quote(said))
}

// messageRefused is about the message itself. outcome is what is known when no answer came.
func (w words) messageRefused(err error, outcome app.Outcome) error {
	said, ok := asReply(err)
	switch {
	case !ok && outcome == app.OutcomeUnknown:
		return w.failed(app.Unavailable, outcome, err, "The mail server %s was handed the message and did not answer. It may have been sent.", w.server)
	case !ok:
		return w.broken(err, "take the message", outcome)
	case said.Code == closing:
		return w.busy(said)
	case said.Code < 500:
		return &channel.DeferredError{Err: w.busy(said)}
	}
	return w.failed(app.Invalid, app.OutcomeNone, err, "The mail server %s does not take this message. It says: “%s”", w.server, w.quote(said))
}

// closing is the answer of a server that goes away, whatever it was asked.
const closing = 421

// busy is a server that asks to come back later.
func (w words) busy(said *textproto.Error) error {
	return w.failed(app.Unavailable, app.OutcomeNone, nil, "The mail server %s asks to come back later. It says: “%s”", w.server, w.quote(said))
}

// later names the receivers the server wants to be asked for again: it does not know us yet, or a mailbox is full.
func (w words) later(list []answer) error {
	return &channel.DeferredError{Err: w.failed(app.Unavailable, app.OutcomeNone, nil, "The mail server %s asks to come back later for %s So far nobody has the message.", w.server, spoken(list))}
}

func (w words) nobody(list []answer) error {
	return w.failed(app.Invalid, app.OutcomeNone, nil, "The mail server %s does not take mail for %s", w.server, spoken(list))
}

func (w words) partly(list []answer) string {
	return fmt.Sprintf("The mail server %s does not take mail for %s The others have the message.", w.server, spoken(list))
}

func spoken(list []answer) string {
	parts := make([]string, 0, len(list))
	for _, one := range list {
		parts = append(parts, fmt.Sprintf("%s (“%s”)", one.address, one.said))
	}
	return strings.Join(parts, ", ") + "."
}

// broken is a line that ended, or a server that stayed silent, in the middle of doing something.
func (w words) broken(err error, doing string, outcome app.Outcome) error {
	if said, ok := asReply(err); ok {
		if said.Code < 500 {
			return w.busy(said)
		}
		return w.failed(app.Unavailable, outcome, err, "The mail server %s would not %s. It says: “%s”", w.server, doing, w.quote(said))
	}
	if late(err) {
		return w.failed(app.Unavailable, outcome, err, "The mail server %s did not %s in time.", w.server, doing)
	}
	return w.failed(app.Unavailable, outcome, err, "The line to the mail server %s broke before it could %s. Check the port: 465 wants tls, 587 starttls.", w.server, doing)
}

func late(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return true
	}
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}

func asReply(err error) (*textproto.Error, bool) { return errors.AsType[*textproto.Error](err) }

// code is the number of an answer, for those who look it up.
func code(e *textproto.Error) string { return strconv.Itoa(e.Code) + " " }
