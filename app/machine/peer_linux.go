package machine

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// ProvesPeers reports whether a connection whose owner cannot be found is to be refused: this system always names him.
const ProvesPeers = true

// peer asks the kernel for the one socket. Where that is not allowed, as in some containers, the whole table in /proc is read,
// which takes longer by as much as the machine is larger.
func peer(local, remote netip.AddrPort) (found bool, err error) {
	uid, found, err := diagnosed(local, remote)
	if err != nil {
		uid, found, err = listed(local, remote)
	}
	if found && uid != uint32(os.Geteuid()) { //nolint:gosec // a uid has 32 bits
		return true, ErrStranger
	}
	return found, err
}

// listed reads /proc. A client may reach 127.0.0.1 from a socket of the other family, so both tables are.
func listed(local, remote netip.AddrPort) (uid uint32, found bool, err error) {
	for _, path := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		b, readErr := os.ReadFile(path) //nolint:gosec // one of these two
		if readErr != nil {
			err = readErr
			continue
		}
		if uid, found = owner(procNet(string(b)), local, remote); found {
			return uid, true, nil
		}
	}
	return 0, false, err
}

// Parts of the messages of sock_diag(7): struct inet_diag_req_v2 after a struct nlmsghdr, and struct inet_diag_msg.
const (
	diagByFamily = 20 // SOCK_DIAG_BY_FAMILY
	diagHeader   = 16
	diagRequest  = 56
	diagAnswer   = 72
	diagIDAt     = 8 // of the socket's ends in the request
	diagUIDAt    = 64
)

// diagnosed asks for one socket by its ends.
func diagnosed(local, remote netip.AddrPort) (uid uint32, found bool, err error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, unix.NETLINK_INET_DIAG)
	if err != nil {
		return 0, false, err
	}
	defer unix.Close(fd)
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 1}); err != nil {
		return 0, false, err
	}
	if err := unix.Sendto(fd, diagQuestion(local, remote), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return 0, false, err
	}
	b := make([]byte, 4096)
	n, _, err := unix.Recvfrom(fd, b, 0)
	if err != nil {
		return 0, false, err
	}
	return diagRead(b[:n], local, remote)
}

func diagQuestion(local, remote netip.AddrPort) []byte {
	b := make([]byte, diagHeader+diagRequest)
	binary.NativeEndian.PutUint32(b, uint32(len(b))) //nolint:gosec // a constant
	binary.NativeEndian.PutUint16(b[4:], diagByFamily)
	binary.NativeEndian.PutUint16(b[6:], unix.NLM_F_REQUEST)
	r := b[diagHeader:]
	r[0], r[1] = unix.AF_INET, unix.IPPROTO_TCP
	if local.Addr().Is6() {
		r[0] = unix.AF_INET6
	}
	binary.NativeEndian.PutUint32(r[4:], 0xFFFFFFFF) // in any state
	id := r[diagIDAt:]
	binary.BigEndian.PutUint16(id, local.Port())
	binary.BigEndian.PutUint16(id[2:], remote.Port())
	copy(id[4:20], local.Addr().AsSlice())
	copy(id[20:36], remote.Addr().AsSlice())
	copy(id[40:48], []byte{255, 255, 255, 255, 255, 255, 255, 255}) // INET_DIAG_NOCOOKIE
	return b
}

// diagRead reads the answer. The kernel falls back to who listens on the port, so the ends are compared once more.
func diagRead(b []byte, local, remote netip.AddrPort) (uid uint32, found bool, err error) {
	if len(b) < diagHeader+4 {
		return 0, false, errors.New("sock_diag: a short answer")
	}
	kind, r := binary.NativeEndian.Uint16(b[4:]), b[diagHeader:]
	if kind == unix.NLMSG_ERROR {
		code := unix.Errno(-int32(binary.NativeEndian.Uint32(r))) //nolint:gosec // it is an int32
		if code == unix.ENOENT {
			return 0, false, nil
		}
		return 0, false, code
	}
	if kind != diagByFamily || len(r) < diagAnswer {
		return 0, false, errors.New("sock_diag: an answer to something else")
	}
	id := r[4:]
	if binary.BigEndian.Uint16(id) != local.Port() || binary.BigEndian.Uint16(id[2:]) != remote.Port() {
		return 0, false, nil
	}
	return binary.NativeEndian.Uint32(r[diagUIDAt:]), true, nil
}
