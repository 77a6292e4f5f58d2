package machine

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
)

// ErrStranger says that a connection comes from a program of somebody else.
var ErrStranger = errors.New("the other end belongs to another user of this computer")

// lookups is how often a socket is looked for. The tables are read while they change, so one look can miss a socket that is there.
const lookups = 3

// SameUser proves that the other end of a loopback connection is a program of the user who runs this one. It returns
// ErrStranger when it is somebody else's, and another error when it cannot be known.
// What it does not do: tell two programs of one user apart.
func SameUser(local, remote net.Addr) error {
	here, there := addrPort(local), addrPort(remote)
	if !here.Addr().IsLoopback() || !there.Addr().IsLoopback() {
		return ErrStranger
	}
	var err error
	for range lookups {
		var found bool
		if found, err = peer(there, here); found {
			return err
		}
	}
	if err == nil {
		err = fmt.Errorf("no socket %s → %s in the tables of this computer", there, here)
	}
	return err
}

func addrPort(a net.Addr) netip.AddrPort {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	ap := tcp.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap().WithZone(""), ap.Port())
}
