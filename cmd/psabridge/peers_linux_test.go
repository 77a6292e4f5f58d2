package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// dialAs connects as another user: a socket belongs to whom its thread was when it was made. The thread is not given back.
func dialAs(uid int) func(context.Context, string, string) (net.Conn, error) {
	return func(_ context.Context, _, address string) (conn net.Conn, err error) {
		to, err := net.ResolveTCPAddr("tcp4", address)
		if err != nil {
			return nil, err
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			runtime.LockOSThread()
			_, _, _ = unix.RawSyscall(unix.SYS_SETFSUID, uintptr(uid), 0, 0)
			var fd int
			if fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0); err != nil {
				return
			}
			f := os.NewFile(uintptr(fd), "socket")
			defer f.Close()
			if err = unix.Connect(fd, &unix.SockaddrInet4{Port: to.Port, Addr: [4]byte(to.IP.To4())}); err == nil {
				conn, err = net.FileConn(f)
			}
		}()
		<-done
		return conn, err
	}
}

// TestAnotherUserOfTheComputer holds the API token and a launch address of somebody else's bridge, and gets nothing for them
// (SECURITY E). What the owner writes into his own folder lets him in.
func TestAnotherUserOfTheComputer(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: only root can be another user")
	}
	b := newProcess(t)
	d := b.serve()
	run, err := readRunning(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(uid int, address, host string) (int, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		req.Header.Set("Authorization", "Bearer "+d.api.token)
		res, err := (&http.Client{Transport: &http.Transport{DialContext: dialAs(uid), DisableKeepAlives: true}}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		return res.StatusCode, string(body)
	}
	if code, body := ask(1234, run.API+"/api/v1/status", ""); code != http.StatusForbidden || !strings.Contains(body, "another user") {
		t.Errorf("the API answered another user with the token: %d %s", code, body)
	}
	if code, body := ask(0, run.API+"/api/v1/status", ""); code != http.StatusOK {
		t.Errorf("the API did not answer its owner: %d %s", code, body)
	}
	host := strings.TrimPrefix(run.Page, "http://")
	_, query, _ := strings.Cut(strings.TrimSpace(b.must("", "open", "--print")), "?")
	if code, _ := ask(1234, run.API+"/launch?"+query, host); code != http.StatusForbidden {
		t.Errorf("another user launched: %d", code)
	}
	if code, _ := ask(0, run.API+"/launch?"+query, host); code != http.StatusForbidden {
		t.Errorf("the launch address that a stranger held still signs in: %d", code)
	}
	if err := d.interrupt(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(b.dir, peerCheckOff), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d = b.serve()
	if run, err = readRunning(b.dir); err != nil {
		t.Fatal(err)
	}
	if code, body := ask(1234, run.API+"/api/v1/status", ""); code != http.StatusOK {
		t.Errorf("switched off by its owner: %d %s", code, body)
	}
}
