package secret

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"psabridge/app"
)

// records is Records in memory.
type records map[string]app.SecretRecord

func (r records) SecretRecords(context.Context) ([]app.SecretRecord, error) {
	var all []app.SecretRecord
	for _, record := range r {
		all = append(all, record)
	}
	slices.SortFunc(all, func(a, b app.SecretRecord) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

func (r records) SecretRecord(_ context.Context, name string) (app.SecretRecord, error) {
	record, ok := r[name]
	if !ok {
		return record, app.Errorf(app.NotFound, "The secret %s is not set.", name)
	}
	return record, nil
}

func (r records) SaveSecretRecord(_ context.Context, record app.SecretRecord) error {
	r[record.Name] = record
	return nil
}

func (r records) DeleteSecretRecord(_ context.Context, name string) error {
	delete(r, name)
	return nil
}

var now = time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)

const keyName = "connections/cw/private_key"

func TestVaultBindsToTheHost(t *testing.T) {
	v := NewVault(NewMemory(), records{})
	if err := v.Set(t.Context(), keyName, "0123456789ab4f", "na.myconnectwise.net", now); err != nil {
		t.Fatal(err)
	}
	if value, err := v.Get(t.Context(), keyName, "na.myconnectwise.net"); err != nil || value.Reveal() != "0123456789ab4f" {
		t.Errorf("%v %v", value, err)
	}
	value, err := v.Get(t.Context(), keyName, "evil.example.com")
	if app.ErrorCode(err) != app.Unauthorized || value != "" || !strings.Contains(app.ErrorMessage(err), "Enter it again") {
		t.Errorf("another host got %q, %v", value.Reveal(), err)
	}
	list, _ := v.List(t.Context())
	want := app.SecretRecord{Name: keyName, Backend: "memory", BoundHost: "na.myconnectwise.net", SetAt: now, EndsWith: "4f"}
	if len(list) != 1 || list[0] != want {
		t.Errorf("list = %+v", list)
	}
}

func TestVaultTellsWhereAValueWent(t *testing.T) {
	kept := records{}
	if err := NewVault(NewMemory(), kept).Set(t.Context(), keyName, "value", "h", now); err != nil {
		t.Fatal(err)
	}
	if _, err := NewVault(NewMemory(), kept).Get(t.Context(), keyName, "h"); !strings.Contains(app.ErrorMessage(err), "no longer in the keychain") {
		t.Errorf("err = %v", err)
	}
	file, _ := openFile(t.TempDir(), "pass", testCost)
	if _, err := NewVault(file, kept).Get(t.Context(), keyName, "h"); !strings.Contains(app.ErrorMessage(err), "--keys memory") {
		t.Errorf("err = %v", err)
	}
	if _, err := NewVault(file, kept).Get(t.Context(), "connections/cw/public_key", "h"); app.ErrorCode(err) != app.NotFound {
		t.Errorf("err = %v", err)
	}
}

func TestVaultDeletes(t *testing.T) {
	keychain, kept := NewMemory(), records{}
	v := NewVault(keychain, kept)
	if app.ErrorCode(v.Delete(t.Context(), keyName)) != app.NotFound {
		t.Error("deleting nothing was accepted")
	}
	_ = v.Set(t.Context(), keyName, "value", "h", now)
	_ = keychain.Delete(t.Context(), keyName) // somebody removed it by hand
	if err := v.Delete(t.Context(), keyName); err != nil || len(kept) != 0 {
		t.Errorf("%v, %v", err, kept)
	}
}

func TestVaultHidesTheTokenOfASource(t *testing.T) {
	v := NewVault(NewMemory(), records{})
	if err := v.Set(t.Context(), TokenName("sync"), "rotated", "h", now); err != nil {
		t.Fatal(err)
	}
	if list, _ := v.List(t.Context()); len(list) != 0 {
		t.Errorf("list = %v", list)
	}
	if _, err := ParseName(TokenName("sync")); app.ErrorCode(err) != app.Invalid {
		t.Error("a person may set the token")
	}
}

func TestParseName(t *testing.T) {
	for name, want := range map[string]Owner{
		"connections/cw/public_key":     {Connection: true, Name: "cw"},
		"connections/C.w-1/private_key": {Connection: true, Name: "C.w-1"},
		"sources/sync/auth_code":        {Name: "sync"},
		"sources/sync/client_secret":    {Name: "sync"},
		"notify/smtp_password":          {Notify: true},
		"notify/webhook_url":            {Notify: true},
	} {
		if got, err := ParseName(name); got != want || err != nil {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
	for _, name := range []string{
		"", "cw", "connections/cw", "connections/cw/password", "sources/s/public_key", "sources//password",
		"connections/a/b/public_key", "connections/../public_key", "connections/cw/public_key\n", "install/x/password",
		"notify", "notify/", "notify/password", "notify/x/smtp_password", "notify/smtp_password/", "sources/notify/smtp_password",
	} {
		if _, err := ParseName(name); app.ErrorCode(err) != app.Invalid {
			t.Errorf("%q was accepted", name)
		}
	}
}

// TestNoValueLeaks looks for a canary in everything that can be printed on the way of a secret.
func TestNoValueLeaks(t *testing.T) {
	const canary = "canary-7d1f-secret-value"
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	dir := t.TempDir()
	file, err := openFile(dir, canary, testCost)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []Keychain{NewMemory(), file, newOS("id", 0, refusing{errors.New("no")})} {
		v := NewVault(k, records{})
		set := v.Set(t.Context(), keyName, canary, "h", now)
		value, get := v.Get(t.Context(), keyName, "h")
		_, other := v.Get(t.Context(), keyName, "elsewhere")
		_, long := k.Get(t.Context(), keyName+"x")
		list, _ := v.List(t.Context())
		for _, thing := range []any{value, list, set, get, other, long, k.Set(t.Context(), "n", app.Secret(strings.Repeat(canary, 200)))} {
			log.Info("said", "thing", thing)
			_ = json.NewEncoder(&out).Encode(thing)
			_, _ = fmt.Fprintf(&out, "%v %+v %#v %s %q\n", thing, thing, thing, thing, thing)
		}
	}
	_, wrong := openFile(dir, canary+"x", testCost)
	_, _ = fmt.Fprintf(&out, "%v %+v", wrong, wrong)
	if at := strings.Index(out.String(), canary); at >= 0 {
		t.Errorf("found the value: …%s…", out.String()[max(0, at-100):at+30])
	}
}
