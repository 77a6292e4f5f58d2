package machine

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// dialAs connects as another user: a socket belongs to whom its thread was when it was made. The thread is not given back.
func dialAs(t *testing.T, uid int, to *net.TCPAddr) net.Conn {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: only root can be another user")
	}
	type result struct {
		conn net.Conn
		err  error
	}
	done := make(chan result)
	go func() {
		runtime.LockOSThread()
		_, _, _ = unix.RawSyscall(unix.SYS_SETFSUID, uintptr(uid), 0, 0)
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err == nil {
			err = unix.Connect(fd, &unix.SockaddrInet4{Port: to.Port, Addr: [4]byte(to.IP.To4())})
		}
		if err != nil {
			done <- result{err: err}
			return
		}
		f := os.NewFile(uintptr(fd), "socket")
		conn, err := net.FileConn(f)
		_ = f.Close()
		done <- result{conn, err}
	}()
	r := <-done
	if r.err != nil {
		t.Fatal(r.err)
	}
	t.Cleanup(func() { _ = r.conn.Close() })
	return r.conn
}

func TestAnotherUserIsAStranger(t *testing.T) {
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for uid, want := range map[int]error{0: nil, 1234: ErrStranger, 65534: ErrStranger} {
		dialAs(t, uid, l.Addr().(*net.TCPAddr))
		server, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if err := SameUser(server.LocalAddr(), server.RemoteAddr()); !errors.Is(err, want) {
			t.Errorf("uid %d: %v", uid, err)
		}
		_ = server.Close()
	}
}

func BenchmarkSameUser(b *testing.B) {
	var lc net.ListenConfig
	l, err := lc.Listen(b.Context(), "tcp4", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	var d net.Dialer
	c, err := d.DialContext(b.Context(), "tcp4", l.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	s, err := l.Accept()
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for b.Loop() {
		if err := SameUser(s.LocalAddr(), s.RemoteAddr()); err != nil {
			b.Fatal(err)
		}
	}
}

// TestBothWaysSayTheSame: the one question to the kernel and the long table in /proc.
func TestBothWaysSayTheSame(t *testing.T) {
	server := pair(t, "tcp4", "127.0.0.1:0")
	here, there := addrPort(server.LocalAddr()), addrPort(server.RemoteAddr())
	want := uint32(os.Geteuid()) //nolint:gosec // a uid has 32 bits
	if uid, found, err := listed(there, here); err != nil || !found || uid != want {
		t.Errorf("/proc: %d %v %v", uid, found, err)
	}
	if uid, found, err := diagnosed(there, here); err != nil || !found || uid != want {
		t.Errorf("sock_diag: %d %v %v", uid, found, err)
	}
	// Who listens is not who connects.
	if _, found, err := diagnosed(here, netip.AddrPortFrom(here.Addr(), 9)); found || err != nil {
		t.Errorf("a listener was taken for a connection: %v", err)
	}
}
