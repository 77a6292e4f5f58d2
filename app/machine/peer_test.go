package machine

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"slices"
	"testing"
)

// pair is our end of a loopback connection to ourselves.
func pair(t *testing.T, network, address string) (server net.Conn) {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), network, address)
	if err != nil {
		t.Skipf("SKIPPED: no %s on this machine: %v", address, err)
	}
	t.Cleanup(func() { _ = l.Close() })
	var d net.Dialer
	client, err := d.DialContext(t.Context(), network, l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	if server, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return server
}

// noOwners are the networks whose table names no owners where these tests run, and why.
var noOwners = map[string]string{}

func TestOurOwnConnectionIsOurs(t *testing.T) {
	for network, address := range map[string]string{"tcp4": "127.0.0.1:0", "tcp6": "[::1]:0"} {
		if why := noOwners[network]; why != "" {
			t.Logf("SKIPPED: %s: %s", network, why)
			continue
		}
		server := pair(t, network, address)
		if err := SameUser(server.LocalAddr(), server.RemoteAddr()); err != nil && ProvesPeers {
			t.Errorf("%s: %v", network, err)
		}
	}
}

func TestWhatIsNotALoopbackConnectionIsNobodys(t *testing.T) {
	far := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 443}
	here := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}
	for _, ends := range [][2]net.Addr{{here, far}, {far, here}, {here, &net.UnixAddr{Name: "x"}}, {here, nil}} {
		if err := SameUser(ends[0], ends[1]); !errors.Is(err, ErrStranger) {
			t.Errorf("%v: %v", ends, err)
		}
	}
	if err := SameUser(here, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 2}); err == nil && ProvesPeers {
		t.Error("a socket that is not there was found")
	}
}

func TestProcTable(t *testing.T) {
	if !littleEndian() {
		t.Skip("the sample is of a little-endian machine")
	}
	got := procNet(`  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1CC0 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 12345 1 0000000000000000 100 0 0 10 0
   1: 0100007F:B0C4 0100007F:1CC0 01 00000000:00000000 00:00000000 00000000  1234        0 12346 1 0000000000000000 20 4 30 10 -1
   2: 0000000000000000FFFF00000100007F:B0C6 0000000000000000FFFF00000100007F:1CC0 01 00000000:00000000 00:00000000 00000000  7        0 1
   3: 00000000000000000000000001000000:B0C8 00000000000000000000000001000000:1CC0 01 00000000:00000000 00:00000000 00000000  8        0 1
   4: broken
   5: 01:B0C8 00:1CC0 01 00000000:00000000 00:00000000 00000000  8        0 1
`)
	for end, want := range map[string]uint32{"127.0.0.1:45252": 1234, "127.0.0.1:45254": 7} {
		if uid, ok := owner(got, netip.MustParseAddrPort(end), netip.MustParseAddrPort("127.0.0.1:7360")); !ok || uid != want {
			t.Errorf("%s belongs to %d %v", end, uid, ok)
		}
	}
	if uid, ok := owner(got, netip.MustParseAddrPort("[::1]:45256"), netip.MustParseAddrPort("[::1]:7360")); !ok || uid != 8 {
		t.Errorf("[::1] belongs to %d %v", uid, ok)
	}
	if len(got) != 4 {
		t.Errorf("%d rows of four", len(got))
	}
}

func littleEndian() bool { return binary.NativeEndian.Uint16([]byte{1, 0}) == 1 }

func TestWindowsTables(t *testing.T) {
	here, there := netip.MustParseAddrPort("127.0.0.1:7360"), netip.MustParseAddrPort("127.0.0.1:50001")
	row := binary.LittleEndian.AppendUint32(nil, 5)
	row = append(row, 127, 0, 0, 1, 0xC3, 0x51, 0, 0, 127, 0, 0, 1, 0x1C, 0xC0, 0, 0)
	row = binary.LittleEndian.AppendUint32(row, 4711)
	table := slices.Concat(binary.LittleEndian.AppendUint32(nil, 2), row, row[:10])
	if got := windows4(table); !slices.Equal(got, []socket{{there, here, 4711}}) {
		t.Errorf("%+v", got)
	}
	one := make([]byte, 16)
	one[15] = 1
	six := slices.Concat(one, make([]byte, 4), []byte{0xC3, 0x51, 0, 0}, one, make([]byte, 4), []byte{0x1C, 0xC0, 0, 0, 5, 0, 0, 0}, []byte{7, 0, 0, 0})
	want := []socket{{netip.MustParseAddrPort("[::1]:50001"), netip.MustParseAddrPort("[::1]:7360"), 7}}
	if got := windows6(slices.Concat([]byte{1, 0, 0, 0}, six)); !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	if windows4(nil) != nil || windows6([]byte{9, 0, 0, 0}) != nil {
		t.Error("rows of nothing")
	}
}

// record is one record of the Mac's list.
func record(kind, size uint32, fill func([]byte)) []byte {
	b := make([]byte, (size+7)&^7)
	binary.NativeEndian.PutUint32(b, size)
	binary.NativeEndian.PutUint32(b[4:], kind)
	fill(b)
	return b
}

func TestDarwinTable(t *testing.T) {
	v4 := record(darwinEnds, 104, func(b []byte) {
		binary.BigEndian.PutUint16(b[16:], 7360)
		binary.BigEndian.PutUint16(b[18:], 50001)
		b[44] = 1
		copy(b[60:], []byte{127, 0, 0, 1})
		copy(b[76:], []byte{127, 0, 0, 1})
	})
	v6 := record(darwinEnds, 104, func(b []byte) {
		binary.BigEndian.PutUint16(b[16:], 7360)
		binary.BigEndian.PutUint16(b[18:], 50002)
		b[44], b[63], b[79] = 2, 1, 1
	})
	whose := func(uid uint32) []byte {
		return record(darwinSocket, 108, func(b []byte) { binary.NativeEndian.PutUint32(b[64:], uid) })
	}
	buffers := record(0x02, 36, func([]byte) {})
	all := slices.Concat(make([]byte, 24), v4, whose(501), buffers, v6, whose(502), buffers, whose(9), make([]byte, 24))
	want := []socket{
		{netip.MustParseAddrPort("127.0.0.1:50001"), netip.MustParseAddrPort("127.0.0.1:7360"), 501},
		{netip.MustParseAddrPort("[::1]:50002"), netip.MustParseAddrPort("[::1]:7360"), 502},
	}
	if got := darwin(all); !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	for n := range all { // a list that is cut off anywhere
		darwin(all[:n])
	}
}
