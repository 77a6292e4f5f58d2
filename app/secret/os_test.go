package secret

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/zalando/go-keyring"

	"psabridge/app"
)

// inside tells this test program that it runs on the bus another run of it prepared.
const inside = "PSABRIDGE_TEST_BUS"

// onBus runs one test of this program again, on a bus of its own.
func onBus(t *testing.T, command ...string) {
	t.Helper()
	for _, tool := range []string{"dbus-run-session", command[0]} {
		if _, err := exec.LookPath(tool); err != nil {
			unavailable(t, tool)
		}
	}
	args := slices.Concat(command[1:], []string{os.Args[0], "-test.run=^" + t.Name() + "$", "-test.v", "-test.count=1"})
	run := exec.CommandContext(t.Context(), command[0], args...)
	run.Env = append(os.Environ(), inside+"=1")
	out, err := run.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("%v\n%s", err, out)
	}
}

func unavailable(t *testing.T, what string) {
	t.Helper()
	if strings.Contains(os.Getenv("PSABRIDGE_REQUIRE"), "keyring") {
		t.Fatalf("%s is missing, and PSABRIDGE_REQUIRE names keyring", what)
	}
	t.Skipf("SKIPPED: %s is missing (apt-get install gnome-keyring dbus)", what)
}

func testdata(name string) string { return filepath.Join("..", "..", "testdata", "keyring", name) }

func TestOSWithGnomeKeyring(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("gnome-keyring is Linux'")
	}
	if os.Getenv(inside) == "" {
		if _, err := exec.LookPath("gnome-keyring-daemon"); err != nil {
			unavailable(t, "gnome-keyring-daemon")
		}
		onBus(t, "sh", testdata("with-keyring.sh"))
		return
	}
	conform(t, func(*testing.T) Keychain { return NewOS("k3v9x2ab", 0) })
	t.Run("two installs do not share", func(t *testing.T) {
		mustSet(t, NewOS("one", 0), "connections/cw/public_key", "1")
		wantCode(t, NewOS("two", 0), "connections/cw/public_key", app.NotFound)
	})
}

func TestOSWithoutSecretService(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("a keychain that may be missing is Linux'")
	}
	if os.Getenv(inside) == "" {
		onBus(t, "dbus-run-session", "--config-file", testdata("noservice.conf"), "--")
		return
	}
	_, err := NewOS("k3v9x2ab", 0).Get(t.Context(), "connections/cw/public_key")
	if app.ErrorCode(err) != app.Unavailable || !strings.Contains(app.ErrorMessage(err), "no keychain service") || !strings.Contains(app.ErrorMessage(err), "--keys file") {
		t.Errorf("err = %v", err)
	}
}

func TestOSWithoutBus(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("a session bus is Linux'")
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	err := NewOS("k3v9x2ab", 0).Set(t.Context(), "connections/cw/public_key", "canary")
	if app.ErrorCode(err) != app.Unavailable || !strings.Contains(app.ErrorMessage(err), "--keys file") {
		t.Errorf("err = %v", err)
	}
}

// TestOSWithServiceThatNeverAnswers owns the service's name on a private bus and stays silent.
func TestOSWithServiceThatNeverAnswers(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("Secret Service is Linux'")
	}
	if os.Getenv(inside) == "" {
		onBus(t, "dbus-run-session", "--config-file", testdata("noservice.conf"), "--")
		return
	}
	silent, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	if reply, err := silent.RequestName("org.freedesktop.secrets", 0); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatal(reply, err)
	}
	silent.Eavesdrop(make(chan *dbus.Message)) // takes every call and answers none
	k := NewOS("k3v9x2ab", 300*time.Millisecond)
	for range 3 {
		err := k.Set(t.Context(), "connections/cw/public_key", "canary-value")
		if app.ErrorCode(err) != app.Unavailable || !strings.Contains(app.ErrorMessage(err), "does not answer") {
			t.Errorf("err = %v", err)
		}
	}
	wantCode(t, k, "connections/cw/public_key", app.Unavailable)
	if code := app.ErrorCode(k.Delete(t.Context(), "connections/cw/public_key")); code != app.Unavailable {
		t.Errorf("delete: %v", code)
	}
}

// hanging is a library whose calls return when it is let go.
type hanging struct {
	calls atomic.Int32
	gone  chan struct{}
}

func (h *hanging) wait() error {
	h.calls.Add(1)
	<-h.gone
	return nil
}

func (h *hanging) Get(string, string) (string, error) { return "late", h.wait() }
func (h *hanging) Set(string, string, string) error   { return h.wait() }
func (h *hanging) Delete(string, string) error        { return h.wait() }

func TestOneStuckCallForEachOperation(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	synctest.Test(t, func(t *testing.T) {
		h := &hanging{gone: make(chan struct{})}
		k := newOS("k3v9x2ab", 5*time.Second, h)
		start := time.Now()
		wantCode(t, k, "a", app.Unavailable)
		if waited := time.Since(start); waited != 5*time.Second {
			t.Errorf("waited %v", waited)
		}
		for range 10 {
			wantCode(t, k, "a", app.Unavailable)
		}
		if waited := time.Since(start); waited != 5*time.Second {
			t.Errorf("the later ones waited too: %v", waited)
		}
		if n := h.calls.Load(); n != 1 {
			t.Errorf("%d calls were left hanging, want 1", n)
		}
		if app.ErrorCode(k.Set(t.Context(), "a", "x")) != app.Unavailable || h.calls.Load() != 2 {
			t.Error("another operation was not tried")
		}
		close(h.gone)
		synctest.Wait()
		wantValue(t, k, "a", "late") // it answers again, so it is asked again
	})
}

func TestAnImpatientCallerDoesNotBlameTheKeychain(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	synctest.Test(t, func(t *testing.T) {
		h := &hanging{gone: make(chan struct{})}
		k := newOS("k3v9x2ab", 5*time.Second, h)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { time.Sleep(time.Second); cancel() }()
		if _, err := k.Get(ctx, "a"); app.ErrorCode(err) != app.Unavailable {
			t.Errorf("err = %v", err)
		}
		go func() { time.Sleep(time.Second); close(h.gone) }()
		wantValue(t, k, "a", "late") // waits its turn instead of being refused
	})
}

// refusing answers every call with one error, as a keychain that quotes what it was given would.
type refusing struct{ err error }

func (r refusing) Get(string, string) (string, error) { return "", r.err }
func (r refusing) Set(_, _, value string) error       { return fmt.Errorf("%w (%s)", r.err, value) }
func (r refusing) Delete(string, string) error        { return r.err }

func TestEveryRefusalSaysWhatToDo(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	for answer, want := range map[error]struct {
		code app.Code
		says string
	}{
		keyring.ErrNotFound:            {app.NotFound, "Enter it again"},
		keyring.ErrSetDataTooBig:       {app.Invalid, "too long"},
		keyring.ErrUnsupportedPlatform: {app.Unavailable, "--keys file"},
		errors.New("failed to unlock correct collection '/org/freedesktop/secrets/collection/login'"): {app.Unavailable, "is locked"},
		errors.New("The name org.freedesktop.secrets was not provided by any .service files"):         {app.Unavailable, "no keychain service"},
		errors.New("dial unix /run/user/0/bus: connect: no such file or directory"):                   {app.Unavailable, "no keychain service"},
		errors.New("exit status 51"): {app.Unavailable, "refused"},
	} {
		k := newOS("k3v9x2ab", time.Minute, refusing{answer})
		_, get := k.Get(t.Context(), "connections/cw/private_key")
		set := k.Set(t.Context(), "connections/cw/private_key", "canary-value")
		for _, err := range []error{get, set, k.Delete(t.Context(), "connections/cw/private_key")} {
			if app.ErrorCode(err) != want.code || !strings.Contains(app.ErrorMessage(err), want.says) {
				t.Errorf("%v became %v", answer, err)
			}
			if all := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(all, "canary") {
				t.Errorf("the error repeats the value: %s", all)
			}
		}
	}
}
