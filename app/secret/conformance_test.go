package secret

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"psabridge/app"
)

// conform is what every backend must do. open gives a second look at the same store.
func conform(t *testing.T, open func(t *testing.T) Keychain) {
	t.Helper()
	t.Run("keeps, replaces and forgets", func(t *testing.T) {
		k := open(t)
		mustSet(t, k, "connections/cw/private_key", "first")
		mustSet(t, k, "connections/cw/public_key", "other")
		mustSet(t, k, "connections/cw/private_key", "second")
		wantValue(t, open(t), "connections/cw/private_key", "second")
		wantValue(t, open(t), "connections/cw/public_key", "other")
		if err := k.Delete(t.Context(), "connections/cw/private_key"); err != nil {
			t.Fatal(err)
		}
		wantCode(t, open(t), "connections/cw/private_key", app.NotFound)
		wantValue(t, open(t), "connections/cw/public_key", "other")
	})
	t.Run("says when there is nothing", func(t *testing.T) {
		k := open(t)
		wantCode(t, k, "sources/none/password", app.NotFound)
		if code := app.ErrorCode(k.Delete(t.Context(), "sources/none/password")); code != app.NotFound {
			t.Errorf("delete: %v", code)
		}
	})
	t.Run("keeps any text", func(t *testing.T) {
		k := open(t)
		for i, value := range []string{"ä€😀", "two\nlines\n", ` "quoted" \ and ' `, "\x01", strings.Repeat("k", MaxSize)} {
			name := fmt.Sprintf("sources/s%d/password", i)
			mustSet(t, k, name, value)
			wantValue(t, open(t), name, value)
		}
	})
	t.Run("refuses what no keychain keeps", func(t *testing.T) {
		k := open(t)
		for _, value := range []string{"", strings.Repeat("k", MaxSize+1)} {
			if code := app.ErrorCode(k.Set(t.Context(), "sources/s/api_key", app.Secret(value))); code != app.Invalid {
				t.Errorf("%d bytes: %v, want invalid", len(value), code)
			}
		}
		wantCode(t, k, "sources/s/api_key", app.NotFound)
	})
	t.Run("bears many at once", func(t *testing.T) {
		k := open(t)
		done := make(chan error, 8)
		for i := range cap(done) {
			go func() {
				name := fmt.Sprintf("sources/many%d/password", i)
				done <- errors.Join(k.Set(t.Context(), name, app.Secret(name)), getIs(t, k, name, name))
			}()
		}
		for range cap(done) {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}

func mustSet(t *testing.T, k Keychain, name, value string) {
	t.Helper()
	if err := k.Set(t.Context(), name, app.Secret(value)); err != nil {
		t.Fatal(err)
	}
}

func getIs(t *testing.T, k Keychain, name, want string) error {
	value, err := k.Get(t.Context(), name)
	if err == nil && value.Reveal() != want {
		err = fmt.Errorf("%s holds %q, want %q", name, value.Reveal(), want)
	}
	return err
}

func wantValue(t *testing.T, k Keychain, name, want string) {
	t.Helper()
	if err := getIs(t, k, name, want); err != nil {
		t.Error(err)
	}
}

func wantCode(t *testing.T, k Keychain, name string, want app.Code) {
	t.Helper()
	value, err := k.Get(t.Context(), name)
	if app.ErrorCode(err) != want || value != "" || app.ErrorMessage(err) == "" {
		t.Errorf("Get(%s) = %q, %v, want %s", name, value.Reveal(), err, want)
	}
}

func TestMemory(t *testing.T) {
	k := NewMemory()
	conform(t, func(*testing.T) Keychain { return k })
}

func TestFile(t *testing.T) {
	dir := t.TempDir()
	open := func(t *testing.T) Keychain {
		f, err := openFile(dir, "correct horse", testCost)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	conform(t, open)
}

// fakeItems is a keychain library that obeys, for the parts of OS that are not the library.
type fakeItems map[string]string

func (f fakeItems) Get(service, user string) (string, error) { return f[service+" "+user], nil }

func (f fakeItems) Set(service, user, password string) error {
	f[service+" "+user] = password
	return nil
}

func (f fakeItems) Delete(service, user string) error {
	delete(f, service+" "+user)
	return nil
}

func TestOneItemForEachSecret(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	items := fakeItems{}
	k := newOS("k3v9x2ab", 0, items)
	mustSet(t, k, "connections/cw/public_key", "a")
	mustSet(t, k, "connections/cw/private_key", "b")
	if items["psabridge k3v9x2ab/connections/cw/public_key"] != "a" || len(items) != 2 {
		t.Errorf("items = %v", items)
	}
}
