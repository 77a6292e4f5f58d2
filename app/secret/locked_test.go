package secret

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/godbus/dbus/v5"

	"psabridge/app"
)

// counting is go-keyring, counted.
type counting struct {
	library
	calls atomic.Int32
}

func (c *counting) Get(service, user string) (string, error) {
	c.calls.Add(1)
	return c.library.Get(service, user)
}

const login = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")

// TestALockedKeyringAsksOnce locks a real keyring under a running bridge: one question, no second one while it stays locked, and
// work again by itself when its owner unlocks it.
func TestALockedKeyringAsksOnce(t *testing.T) {
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
	items := &counting{}
	k := newOS("k3v9x2ab", 5*time.Second, items)
	k.asking.locked = collectionLocked
	all := records{}
	v := NewVault(k, all)
	if err := v.Set(t.Context(), keyName, "0123456789ab4f", "na.myconnectwise.net", now); err != nil {
		t.Fatal(err)
	}
	setLocked(t)
	_, err := v.Get(t.Context(), keyName, "na.myconnectwise.net")
	if app.ErrorCode(err) != app.Unavailable || !strings.Contains(app.ErrorMessage(err), "is locked") {
		t.Fatalf("locked: %v (%v)", err, errors.Unwrap(err))
	}
	if trouble, is := v.Trouble(); !is || trouble.Kind != Locked {
		t.Errorf("trouble = %+v %v", trouble, is)
	}
	asked := items.calls.Load()
	for range 5 { // what a poll every two minutes does
		if _, err := v.Get(t.Context(), keyName, "na.myconnectwise.net"); app.ErrorCode(err) != app.Unavailable {
			t.Errorf("still locked: %v", err)
		}
	}
	if n := items.calls.Load(); n != asked {
		t.Errorf("it was asked %d times more", n-asked)
	}
	unlock(t, "ci-password")
	if value, err := v.Get(t.Context(), keyName, "na.myconnectwise.net"); err != nil || value.Reveal() != "0123456789ab4f" {
		t.Errorf("unlocked: %v %v", value, err)
	}
	if trouble, is := v.Trouble(); is {
		t.Errorf("trouble = %+v", trouble)
	}
	if err := items.Delete(service, k.user(keyName)); err != nil { // a reset keychain: it answers, and is empty
		t.Fatal(err)
	}
	if trouble, is, err := v.Look(t.Context(), true); err != nil || !is || trouble.Kind != Lost || !strings.Contains(trouble.Message, keyName) {
		t.Errorf("emptied: %+v %v %v", trouble, is, err)
	}
	if err := v.Set(t.Context(), keyName, "0123456789ab4f", "na.myconnectwise.net", now); err != nil {
		t.Fatal(err)
	}
	if trouble, is := v.Trouble(); is {
		t.Errorf("entered again: %+v", trouble)
	}
}

// setLocked locks the collection the keys are in.
func setLocked(t *testing.T) {
	t.Helper()
	bus, err := dbus.SessionBus()
	if err != nil {
		t.Fatal(err)
	}
	if err := bus.Object("org.freedesktop.secrets", "/org/freedesktop/secrets").
		CallWithContext(t.Context(), "org.freedesktop.Secret.Service.Lock", 0, []dbus.ObjectPath{login}).Err; err != nil {
		t.Fatal(err)
	}
	if locked, known := collectionLocked(t.Context()); !locked || !known {
		t.Fatalf("locked %v, known %v", locked, known)
	}
}

// unlock does what a person does with Passwords and Keys.
func unlock(t *testing.T, password string) {
	t.Helper()
	bus, err := dbus.SessionBus()
	if err != nil {
		t.Fatal(err)
	}
	secrets := bus.Object("org.freedesktop.secrets", "/org/freedesktop/secrets")
	var nothing dbus.Variant
	var session dbus.ObjectPath
	if err := secrets.CallWithContext(t.Context(), "org.freedesktop.Secret.Service.OpenSession", 0, "plain", dbus.MakeVariant("")).Store(&nothing, &session); err != nil {
		t.Fatal(err)
	}
	type value struct {
		Session     dbus.ObjectPath
		Parameters  []byte
		Value       []byte
		ContentType string
	}
	if err := secrets.CallWithContext(t.Context(), "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface.UnlockWithMasterPassword", 0,
		login, value{session, []byte{}, []byte(password), "text/plain"}).Err; err != nil {
		t.Fatal(err)
	}
}

// TestAPersonWhoSaidNoIsLeftAlone: where nothing tells whether a keychain is locked, it rests.
func TestAPersonWhoSaidNoIsLeftAlone(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	synctest.Test(t, func(t *testing.T) {
		items := &saying{err: errors.New("exit status 128")}
		k := newOS("k3v9x2ab", time.Minute, items)
		for range 10 {
			wantCode(t, k, "a", app.Unavailable)
			time.Sleep(2 * time.Minute)
		}
		if items.calls != 1 {
			t.Errorf("asked %d times in twenty minutes", items.calls)
		}
		k.AskAgain()
		wantCode(t, k, "a", app.Unavailable)
		if items.calls != 2 {
			t.Error("a person's wish was not heard")
		}
		time.Sleep(restAfterNo)
		items.err = nil
		wantValue(t, k, "a", "value")
		wantValue(t, k, "a", "value")
		if items.calls != 4 {
			t.Errorf("%d calls", items.calls)
		}
	})
}

// saying answers with one error, or a value.
type saying struct {
	err   error
	calls int
}

func (s *saying) Get(string, string) (string, error) {
	if s.calls++; s.err != nil {
		return "", s.err
	}
	return "value", nil
}
func (s *saying) Set(string, string, string) error { s.calls++; return s.err }
func (s *saying) Delete(string, string) error      { s.calls++; return s.err }

func TestTheTroubleOfAKeychain(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	for text, want := range map[string]Kind{
		"failed to unlock correct collection '/x'": Locked,
		"exit status 36": Locked,
		"A specified logon session does not exist. It may already have been terminated.": Missing,
		"The name org.freedesktop.secrets was not provided by any .service files":        Missing,
		"exit status 51": Refused,
	} {
		items := &saying{err: errors.New(text)}
		v := NewVault(newOS("k3v9x2ab", time.Minute, items), records{
			keyName:                     {Name: keyName, Backend: BackendOS, BoundHost: "h"},
			"connections/cw/public_key": {Name: "connections/cw/public_key", Backend: BackendOS, BoundHost: "h"},
		})
		trouble, is, err := v.Look(t.Context(), true)
		if err != nil || !is || trouble.Kind != want || trouble.Message == "" || trouble.Since.IsZero() {
			t.Errorf("%s: %+v %v %v", text, trouble, is, err)
		}
		if items.calls != 1 {
			t.Errorf("%s: asked %d times for one answer", text, items.calls)
		}
	}
}

func TestKeysInTheOtherBackend(t *testing.T) {
	v := NewVault(NewMemory(), records{keyName: {Name: keyName, Backend: BackendOS, BoundHost: "h"}})
	trouble, is, err := v.Look(t.Context(), true)
	if err != nil || !is || trouble.Kind != Moved || !strings.Contains(trouble.Message, "keys move --to memory") {
		t.Errorf("%+v %v %v", trouble, is, err)
	}
}
