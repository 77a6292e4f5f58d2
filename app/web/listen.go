package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"

	"psabridge/app"
)

// DefaultPort is where the page is served unless it is taken or another one is asked for.
const DefaultPort = 7360

// portsToTry is how far we look past the default port before giving up.
const portsToTry = 20

// Listeners are the loopback sockets of one running bridge: 127.0.0.1 and, where the machine has it, ::1 on the same
// port. A stranger on [::1]:port would be sent the browser's request and cookie, so it is both or none.
type Listeners struct {
	Port int
	All  []net.Listener
}

// Addresses are what the sockets listen on, as host:port.
func (l *Listeners) Addresses() (out []string) {
	for _, one := range l.All {
		out = append(out, one.Addr().String())
	}
	return out
}

// Close closes every socket.
func (l *Listeners) Close() {
	for _, one := range l.All {
		_ = one.Close()
	}
}

// Listen binds the loopback addresses. port 0 means any free one; strict means this port or a Conflict, otherwise the
// next free one after it is taken. There is no way to bind anything but loopback.
func Listen(ctx context.Context, port int, strict bool) (*Listeners, error) {
	if port < 0 || port > 65535 {
		return nil, app.FieldErrorf("port", "%d is not a port. It is a number from 0 to 65535.", port)
	}
	last := port
	if !strict && port != 0 {
		last = min(port+portsToTry, 65535)
	}
	var err error
	for p := port; p <= last; p++ {
		var l *Listeners
		if l, err = listenBoth(ctx, p); err == nil {
			return l, nil
		}
	}
	return nil, &app.Error{
		Code: app.Conflict, Field: "port", Err: err,
		Message: fmt.Sprintf("Port %d on 127.0.0.1 and ::1 is used by another program. Close it, or choose another port with --port.", port),
	}
}

func listenBoth(ctx context.Context, port int) (*Listeners, error) {
	var lc net.ListenConfig
	v4, err := lc.Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, err
	}
	got := v4.Addr().(*net.TCPAddr).Port
	v6, err := lc.Listen(ctx, "tcp6", net.JoinHostPort("::1", strconv.Itoa(got)))
	switch {
	case err == nil:
		return &Listeners{Port: got, All: []net.Listener{v4, v6}}, nil
	case noIPv6(err):
		return &Listeners{Port: got, All: []net.Listener{v4}}, nil
	default:
		_ = v4.Close()
		return nil, err
	}
}

// noIPv6 reports whether the machine has no ::1 at all, as opposed to somebody else holding the port.
func noIPv6(err error) bool {
	return errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.EAFNOSUPPORT) || errors.Is(err, errUnsupported)
}
