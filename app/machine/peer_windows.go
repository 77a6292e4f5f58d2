package machine

import (
	"errors"
	"fmt"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/windows"
)

// ProvesPeers reports whether a connection whose owner cannot be found is to be refused: this system always names him.
const ProvesPeers = true

var extendedTCPTable = windows.NewLazySystemDLL("iphlpapi.dll").NewProc("GetExtendedTcpTable")

const ownerPIDAll = 5 // TCP_TABLE_OWNER_PID_ALL

// peer finds the process the socket belongs to, and compares its user with ours. A process we may not even ask belongs to
// somebody else, or runs with more rights than we have; neither is let in.
func peer(local, remote netip.AddrPort) (found bool, err error) {
	for _, t := range []struct {
		family uintptr
		read   func([]byte) []socket
	}{{windows.AF_INET, windows4}, {windows.AF_INET6, windows6}} {
		b, tableErr := tcpTable(t.family)
		if tableErr != nil {
			err = tableErr
			continue
		}
		if pid, ok := owner(t.read(b), local, remote); ok {
			return true, ourProcess(pid)
		}
	}
	return false, err
}

// tcpTable asks for the table until the buffer is large enough: it grows between two calls.
func tcpTable(family uintptr) ([]byte, error) {
	size := uint32(32 << 10)
	for range 5 {
		b := make([]byte, size)
		r, _, _ := extendedTCPTable.Call(uintptr(unsafe.Pointer(&b[0])), uintptr(unsafe.Pointer(&size)), 0, family, ownerPIDAll, 0)
		switch windows.Errno(r) {
		case 0:
			return b, nil
		case windows.ERROR_INSUFFICIENT_BUFFER:
		default:
			return nil, fmt.Errorf("GetExtendedTcpTable: %w", windows.Errno(r))
		}
	}
	return nil, errors.New("GetExtendedTcpTable: the table grows faster than it can be read")
}

func ourProcess(pid uint32) error {
	ours, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return err
	}
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, pid)
	if err != nil {
		return ErrStranger
	}
	defer windows.CloseHandle(h) //nolint:errcheck // nothing to do about it
	var token windows.Token
	if err := windows.OpenProcessToken(h, windows.TOKEN_QUERY, &token); err != nil {
		return ErrStranger
	}
	defer token.Close() //nolint:errcheck // nothing to do about it
	theirs, err := token.GetTokenUser()
	if err != nil {
		return err
	}
	if !theirs.User.Sid.Equals(ours.User.Sid) {
		return ErrStranger
	}
	return nil
}
