package machine

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"
)

// The tables of sockets as three systems print them. They are read here rather than beside the calls, so that each can be
// tested on any of them. A row that is not understood is passed over: a socket that is not found is not let in.

// socket is one row: which end it is, and whom it belongs to (a uid; on Windows a process).
type socket struct {
	local, remote netip.AddrPort
	owner         uint32
}

// procNet reads /proc/net/tcp and tcp6.
func procNet(text string) (out []socket) {
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) < 8 {
			continue
		}
		local, ok := procAddr(f[1])
		remote, ok2 := procAddr(f[2])
		uid, err := strconv.ParseUint(f[7], 10, 32)
		if ok && ok2 && err == nil {
			out = append(out, socket{local, remote, uint32(uid)})
		}
	}
	return out
}

// procAddr reads 0100007F:1CC0: words of four bytes as the processor keeps them, and the port.
func procAddr(s string) (netip.AddrPort, bool) {
	host, port, _ := strings.Cut(s, ":")
	b, err := hex.DecodeString(host)
	p, err2 := strconv.ParseUint(port, 16, 16)
	if err != nil || err2 != nil || len(b)%4 != 0 {
		return netip.AddrPort{}, false
	}
	for i := 0; i < len(b); i += 4 {
		binary.NativeEndian.PutUint32(b[i:], binary.BigEndian.Uint32(b[i:]))
	}
	addr, ok := netip.AddrFromSlice(b)
	return netip.AddrPortFrom(addr.Unmap(), uint16(p)), ok
}

// Sizes of the rows of GetExtendedTcpTable with owners: MIB_TCPROW_OWNER_PID and MIB_TCP6ROW_OWNER_PID.
const (
	row4 = 24
	row6 = 56
)

// windows4 reads a MIB_TCPTABLE_OWNER_PID.
func windows4(b []byte) []socket {
	return windowsRows(b, row4, func(r []byte) socket {
		return socket{windowsEnd(r[4:8], r[8:]), windowsEnd(r[12:16], r[16:]), binary.LittleEndian.Uint32(r[20:])}
	})
}

// windows6 reads a MIB_TCP6TABLE_OWNER_PID.
func windows6(b []byte) []socket {
	return windowsRows(b, row6, func(r []byte) socket {
		return socket{windowsEnd(r[0:16], r[20:]), windowsEnd(r[24:40], r[44:]), binary.LittleEndian.Uint32(r[52:])}
	})
}

func windowsRows(b []byte, size int, read func([]byte) socket) (out []socket) {
	if len(b) < 4 {
		return nil
	}
	n := int(binary.LittleEndian.Uint32(b))
	for b = b[4:]; n > 0 && len(b) >= size; n, b = n-1, b[size:] {
		out = append(out, read(b[:size]))
	}
	return out
}

func windowsEnd(addr, port []byte) netip.AddrPort {
	a, _ := netip.AddrFromSlice(addr)
	return netip.AddrPortFrom(a.Unmap(), binary.BigEndian.Uint16(port))
}

// The records of net.inet.tcp.pcblist_n: each begins with its length and kind, and is padded to 8 bytes. Of one socket comes
// first where it leads, then whose it is.
const (
	darwinSocket = 0x01
	darwinEnds   = 0x10
)

// darwin reads net.inet.tcp.pcblist_n (struct xinpcb_n and struct xsocket_n of the system's sources). It follows the lengths
// the records give rather than sizes, which differ between versions.
func darwin(b []byte) (out []socket) {
	if len(b) < 24 {
		return nil
	}
	b = b[24:] // struct xinpgen
	var ends socket
	known := false
	for len(b) >= 8 {
		size, kind := int(binary.NativeEndian.Uint32(b)), binary.NativeEndian.Uint32(b[4:])
		if size < 8 || size > len(b) {
			break
		}
		switch r := b[:size]; {
		case kind == darwinEnds:
			ends, known = darwinRow(r)
		case kind == darwinSocket && known && size >= 68:
			ends.owner, known = binary.NativeEndian.Uint32(r[64:]), false
			out = append(out, ends)
		}
		b = b[min((size+7)&^7, len(b)):]
	}
	return out
}

func darwinRow(r []byte) (socket, bool) {
	if len(r) < 80 {
		return socket{}, false
	}
	end := func(port, addr []byte) netip.AddrPort {
		if r[44]&1 != 0 { // IPv4: in the last of the four words
			addr = addr[12:]
		}
		a, _ := netip.AddrFromSlice(addr)
		return netip.AddrPortFrom(a.Unmap(), binary.BigEndian.Uint16(port))
	}
	return socket{local: end(r[18:], r[64:80]), remote: end(r[16:], r[48:64])}, r[44]&3 != 0
}

// owner finds whose a socket is.
func owner(all []socket, local, remote netip.AddrPort) (uint32, bool) {
	for _, s := range all {
		if s.local == local && s.remote == remote {
			return s.owner, true
		}
	}
	return 0, false
}
