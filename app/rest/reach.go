package rest

import (
	"net"
	"net/netip"
	"syscall"

	"code.dny.dev/ssrf"

	"psabridge/app"
)

// Reach says where the connections of an adapter may end that speaks another protocol than HTTP.
type Reach int

// The reaches. Link-local addresses and the metadata services of clouds are in none of them.
const (
	ReachPublic  Reach = iota // the internet alone
	ReachAll                  // and private networks and this computer: the person ticked the box
	ReachPrivate              // private networks and this computer alone: what is sent is not encrypted
)

// Dialer makes guarded connections, as the clients of this package do. The address is judged after the name was looked up.
func Dialer(r Reach) *net.Dialer {
	d := plainDialer()
	d.Control = guard(r != ReachPublic)
	if r == ReachPrivate {
		d.Control = guardPrivate
	}
	return d
}

func guardPrivate(network, address string, conn syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || !allowedPrivately(to.Addr().Unmap().WithZone("")) {
		return ssrf.ErrProhibitedIP
	}
	return guard(true)(network, address, conn)
}

// RefusedByGuard reports whether a connection was not made because its address is out of reach.
func RefusedByGuard(err error) bool { return refusedByGuard(err) }

// CertificateWords says what is wrong with a server's certificate; false when err is not about one.
func CertificateWords(err error) (string, bool) {
	if !certificateProblem(err) {
		return "", false
	}
	return certificateWords(err), true
}

// Hide makes one short, printable line of what somebody else said, without the secrets, however they are encoded in it.
func Hide(said string, limit int, secrets ...app.Secret) string {
	return hiding(secrets).line(said, limit)
}

// HideCause keeps an error's kind for errors.Is and errors.As and shows its text without the secrets, whoever prints it.
func HideCause(err error, secrets ...app.Secret) error {
	return hiding(secrets).cause(err)
}

func hiding(secrets []app.Secret) redactor {
	values := make([]string, 0, len(secrets))
	for _, s := range secrets {
		values = append(values, s.Reveal())
	}
	return newRedactor(values)
}
