package mail

import (
	"errors"
	"slices"
	"strings"

	"github.com/wneessen/go-mail/smtp"

	"psabridge/app"
)

// errNoMechanism says that the server offers no way to sign in that we know.
var errNoMechanism = errors.New("no known mechanism")

// auth signs in by the first way the server offers of those every mail server knows. Whether the line is safe enough for a
// password was decided before.
type auth struct {
	host, user string
	password   app.Secret
	chosen     smtp.Auth
}

// Start implements smtp.Auth.
func (a *auth) Start(server *smtp.ServerInfo) (string, []byte, error) {
	offers := func(name string) bool {
		return slices.ContainsFunc(server.Auth, func(s string) bool { return strings.EqualFold(s, name) })
	}
	switch {
	case offers("PLAIN"):
		a.chosen = smtp.PlainAuth("", a.user, a.password.Reveal(), a.host, true)
	case offers("LOGIN"):
		a.chosen = smtp.LoginAuth(a.user, a.password.Reveal(), a.host, true)
	case offers("CRAM-MD5"):
		a.chosen = smtp.CRAMMD5Auth(a.user, a.password.Reveal())
	default:
		return "", nil, errNoMechanism
	}
	return a.chosen.Start(server)
}

// Next implements smtp.Auth.
func (a *auth) Next(fromServer []byte, more bool) ([]byte, error) {
	return a.chosen.Next(fromServer, more)
}
