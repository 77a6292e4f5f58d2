package secret

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"psabridge/app"
)

func TestRewrap(t *testing.T) {
	dir := t.TempDir()
	f, err := openFile(dir, "the old passphrase", 10)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Rewrap("a new passphrase"); app.ErrorCode(err) != app.Invalid {
		t.Errorf("without a file: %v", err)
	}
	mustSet(t, f, "connections/cw/private_key", "first")
	for _, no := range []app.Secret{"", "short", "the old passphrase"} {
		if err := f.Rewrap(no); app.ErrorCode(err) != app.Invalid {
			t.Errorf("%q: %v", no.Reveal(), err)
		}
	}
	if err := f.Rewrap("a new passphrase"); err != nil {
		t.Fatal(err)
	}
	mustSet(t, f, "connections/cw/public_key", "second") // goes on under the new one
	if _, err := openFile(dir, "the old passphrase", 10); app.ErrorCode(err) != app.Unauthorized {
		t.Errorf("the old passphrase: %v", err)
	}
	again, err := openFile(dir, "a new passphrase", 10)
	if err != nil {
		t.Fatal(err)
	}
	wantValue(t, again, "connections/cw/private_key", "first")
	wantValue(t, again, "connections/cw/public_key", "second")
	if names := filesOf(t, dir); !slices.Equal(names, []string{FileName}) {
		t.Errorf("left behind: %v", names)
	}
}

// TestRewrapLeavesTheOldFile: a folder that takes no new file keeps the old one, and its passphrase.
func TestRewrapLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	f, err := openFile(dir, "the old passphrase", 10)
	if err != nil {
		t.Fatal(err)
	}
	mustSet(t, f, "connections/cw/private_key", "first")
	for _, inTheWay := range []string{FileName + ".new", FileName + oldSuffix} {
		blocked := filepath.Join(dir, inTheWay)
		if err := os.MkdirAll(filepath.Join(blocked, "full"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := f.Rewrap("a new passphrase"); app.ErrorCode(err) != app.Unavailable || !strings.Contains(app.ErrorMessage(err), "The old passphrase holds") {
			t.Errorf("%s: %v", inTheWay, err)
		}
		if err := os.RemoveAll(blocked); err != nil {
			t.Fatal(err)
		}
		again, err := openFile(dir, "the old passphrase", 10)
		if err != nil {
			t.Fatal(err)
		}
		wantValue(t, again, "connections/cw/private_key", "first")
	}
}

func filesOf(t *testing.T, dir string) (names []string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range list {
		names = append(names, one.Name())
	}
	return names
}

func TestMoveBetweenBackends(t *testing.T) {
	from, all := NewMemory(), records{}
	v := NewVault(from, all)
	for _, name := range []string{"connections/cw/private_key", "sources/sync/token"} {
		if err := v.Set(t.Context(), name, app.Secret("value of "+name), "h", now); err != nil {
			t.Fatal(err)
		}
	}
	all["sources/sync/password"] = app.SecretRecord{Name: "sources/sync/password", Backend: BackendMemory, BoundHost: "h"} // lost
	to, err := openFile(t.TempDir(), "the passphrase", 10)
	if err != nil {
		t.Fatal(err)
	}
	did, err := Move(t.Context(), from, to, all)
	if err != nil || len(did.Moved) != 2 || !slices.Equal(did.Missing, []string{"sources/sync/password"}) || len(did.Left) != 0 {
		t.Fatalf("%+v %v", did, err)
	}
	after := NewVault(to, all)
	if value, err := after.Get(t.Context(), "connections/cw/private_key", "h"); err != nil || value.Reveal() != "value of connections/cw/private_key" {
		t.Errorf("%v %v", value, err)
	}
	if r := all["connections/cw/private_key"]; r.Backend != BackendFile || !r.SetAt.Equal(now) || r.BoundHost != "h" {
		t.Errorf("record %+v", r)
	}
	wantCode(t, from, "connections/cw/private_key", app.NotFound)
	if again, err := Move(t.Context(), from, to, all); err != nil || len(again.Moved) != 0 {
		t.Errorf("a second time: %+v %v", again, err)
	}
}

// forgetful takes everything and keeps nothing.
type forgetful struct{ *Memory }

func (forgetful) Backend() string { return BackendFile }

func (f forgetful) Set(t context.Context, name string, value app.Secret) error {
	if strings.Contains(name, "private") {
		return nil
	}
	return f.Memory.Set(t, name, value)
}

func TestMoveThatCannotBeReadBackMovesNothing(t *testing.T) {
	from, all := NewMemory(), records{}
	v := NewVault(from, all)
	for _, name := range []string{"connections/cw/private_key", "connections/cw/public_key"} {
		if err := v.Set(t.Context(), name, "value", "h", now); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Move(t.Context(), from, forgetful{NewMemory()}, all); err == nil || errors.Is(err, os.ErrNotExist) {
		t.Errorf("err = %v", err)
	}
	for name, r := range all {
		wantValue(t, from, name, "value")
		if r.Backend != BackendMemory {
			t.Errorf("%s is said to be in %s", name, r.Backend)
		}
	}
}
