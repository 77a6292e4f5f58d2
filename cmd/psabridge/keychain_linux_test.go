package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

// keyringRun runs one test of this program again beside a keyring of its own. False: this is that run.
func keyringRun(t *testing.T) bool {
	t.Helper()
	if os.Getenv(onBus) != "" {
		return false
	}
	for _, tool := range []string{"gnome-keyring-daemon", "dbus-run-session"} {
		if _, err := exec.LookPath(tool); err != nil {
			if strings.Contains(os.Getenv("PSABRIDGE_REQUIRE"), "keyring") {
				t.Fatalf("%s is missing, and PSABRIDGE_REQUIRE names keyring", tool)
			}
			t.Skipf("SKIPPED: %s is missing (apt-get install gnome-keyring dbus)", tool)
		}
	}
	script := filepath.Join("..", "..", "testdata", "keyring", "with-keyring.sh")
	run := exec.CommandContext(t.Context(), "sh", script, os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.count=1")
	run.Env = append(os.Environ(), onBus+"=1")
	if out, err := run.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("%v\n%s", err, out)
	}
	return true
}

// TestLockedKeychainKeepsCollecting is RELIABILITY F27's keychain with the real program and a real keyring: locked when the
// bridge starts, it is told of; what comes is stored, the queue grows and no vendor is asked for anything with keys that are
// not there. Unlocked, each alert has its one ticket.
func TestLockedKeychainKeepsCollecting(t *testing.T) {
	t.Parallel()
	if keyringRun(t) {
		return
	}
	v := vendors(t)
	b := newProcess(t)
	b.keyring = filepath.Join(t.TempDir(), "as-it-is.sh") // the keyring is there already
	if err := os.WriteFile(b.keyring, []byte(`exec "$@"`), 0o600); err != nil {
		t.Fatal(err)
	}
	d := b.serve()
	b.configure(v, append(slices.Clone(quick),
		"sources:\n", "sources:\n  - {name: feed, kind: inbox}\n",
		"organizations:\n", "organizations:\n  - {source: feed, id: c1, psa: cw, company: {id: 249, identifier: Nordlicht}}\n",
		"alerts:\n", "alerts:\n  - {name: Disk, when: [disk.failing], via: {psa: true}}\n")...)
	b.must("", "sync")
	if err := d.interrupt(); err != nil {
		t.Fatal(err)
	}
	lockKeyring(t)
	signIns, calls := v.X360Sync.Requests(), v.ConnectWise.Requests()

	d = b.serve()
	for i := range 3 {
		event := fmt.Sprintf(`{"id":"e%d","organization":{"id":"c1","name":"Contoso"},"type":"disk.failing","state":"problem","severity":"warning",`+
			`"object":{"kind":"machine","id":"m%[1]d","name":"M%[1]d"},"title":"The disk of M%[1]d fails"}`, i)
		b.must(event, "event", "send", "--source", "feed")
	}
	if _, errs, code := b.run("", "sync"); code == 0 || !strings.Contains(errs, "locked") {
		t.Errorf("a reading without keys: exit %d, %s", code, errs)
	}
	var st struct {
		NeedsYou []struct {
			Message string `json:"message"`
		} `json:"needs_you"`
	}
	d.eventually("the locked keychain is told of", func() bool {
		d.get("/status", &st)
		return strings.Contains(fmt.Sprint(st.NeedsYou), "keychain")
	})
	d.eventually("the queue grows", func() bool {
		var list struct {
			Items []struct{ State string }
		}
		d.get("/deliveries", &list)
		return len(list.Items) >= 3
	})
	if n := v.X360Sync.Requests() - signIns; n != 0 {
		t.Errorf("x360Sync was asked %d times without keys", n)
	}
	if n := v.ConnectWise.Requests() - calls; n != 0 {
		t.Errorf("ConnectWise was asked %d times without keys", n)
	}

	unlockKeyring(t)
	if err := d.api.call(t.Context(), http.MethodPost, "/keychain/retry", nil, nil); err != nil {
		t.Fatal(err)
	}
	d.opened(3)
	if n := countTickets(v.ConnectWise.Tickets()); n != 3 {
		t.Errorf("ConnectWise holds %d tickets of ours, want 3", n)
	}
	b.must("", "sync")
}

const loginCollection = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")

func secretService(t *testing.T) dbus.BusObject {
	t.Helper()
	bus, err := dbus.SessionBus()
	if err != nil {
		t.Fatal(err)
	}
	return bus.Object("org.freedesktop.secrets", "/org/freedesktop/secrets")
}

func lockKeyring(t *testing.T) {
	t.Helper()
	if err := secretService(t).CallWithContext(t.Context(), "org.freedesktop.Secret.Service.Lock", 0, []dbus.ObjectPath{loginCollection}).Err; err != nil {
		t.Fatal(err)
	}
}

// unlockKeyring does what a person does with Passwords and Keys.
func unlockKeyring(t *testing.T) {
	t.Helper()
	secrets := secretService(t)
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
		loginCollection, value{session, []byte{}, []byte("ci-password"), "text/plain"}).Err; err != nil {
		t.Fatal(err)
	}
}
