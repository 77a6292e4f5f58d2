package setup_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/setup"
)

func TestFirstDocument(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	doc, rev, err := b.Document(t.Context())
	if err != nil || rev != 0 || doc.Version != 1 {
		t.Fatalf("%+v %d %v", doc, rev, err)
	}
	b.replace(t, document)
	doc, rev, _ = b.Document(t.Context())
	if rev != 1 || doc.Connections[0].TimeZone != "America/New_York" {
		t.Errorf("rev %d, zone %q", rev, doc.Connections[0].TimeZone)
	}
	if text, _ := b.Export(t.Context(), false); !strings.Contains(string(text), "time_zone: America/New_York\n") {
		t.Errorf("export: %s", text)
	}
	if text, _ := b.Export(t.Context(), true); !strings.Contains(string(text), `"time_zone": "America/New_York"`) {
		t.Errorf("export: %s", text)
	}
}

func TestReplaceIsIdempotent(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	b.replace(t, document)
	changes, err := b.Replace(t.Context(), "test", []byte(document), false, false) // without the time zone that was filled in
	if err != nil || len(changes) != 0 {
		t.Errorf("changes = %v, %v", changes, err)
	}
	if _, rev, _ := b.Document(t.Context()); rev != 1 || len(b.changed) != 1 {
		t.Errorf("rev %d, told %d times", rev, len(b.changed))
	}
}

func TestDryRunStoresNothing(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	changes, err := b.Replace(t.Context(), "test", []byte(document), true, false)
	if err != nil || len(changes) == 0 {
		t.Fatalf("%v %v", changes, err)
	}
	if _, rev, _ := b.Document(t.Context()); rev != 0 || len(b.changed) != 0 {
		t.Errorf("rev %d, told %d times", rev, len(b.changed))
	}
}

func TestEditTellsWhatChanged(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	b.replace(t, document)
	changes, rev, err := b.Edit(t.Context(), "mia", func(doc *app.Settings) error {
		doc.Connections[0].Billing.PushDay = app.LastDay
		return nil
	})
	if err != nil || rev != 2 || len(changes) != 1 || changes[0] != (app.Change{Path: "connections[cw].billing.push_day", After: "last"}) {
		t.Fatalf("%v %d %v", changes, rev, err)
	}
	last := b.changed[len(b.changed)-1]
	if !slices.Equal(last.Connections, []string{"cw"}) || len(last.Sources) != 0 || last.Document.Connections[0].Billing.PushDay != app.LastDay {
		t.Errorf("told %+v", last)
	}
	history, _ := b.store.SettingsHistory(t.Context(), app.Page{})
	if history[0].By != "mia" || !history[0].At.Equal(morning) || len(history[0].Diff) != 1 {
		t.Errorf("history = %+v", history[0])
	}
}

func TestEditRefuses(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	b.replace(t, document)
	stop := errors.New("stop")
	if _, _, err := b.Edit(t.Context(), "x", func(*app.Settings) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("err = %v", err)
	}
	if _, _, err := b.Edit(t.Context(), "x", func(doc *app.Settings) error { doc.Connections[0].SiteURL = "ftp://x"; return nil }); code(err) != app.Invalid {
		t.Errorf("err = %v", err)
	}
	if _, err := b.Replace(t.Context(), "x", []byte("version: 1\nbogus: 1"), false, false); code(err) != app.Invalid {
		t.Errorf("err = %v", err)
	}
	doc, rev, _ := b.Document(t.Context())
	if rev != 1 || doc.Connections[0].SiteURL != "https://na.myconnectwise.net" || len(b.changed) != 1 {
		t.Errorf("something was stored: rev %d, %+v", rev, doc.Connections[0])
	}
}

func TestEditsAtOnceAllCount(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	b.replace(t, document)
	done := make(chan error, 5)
	for range cap(done) {
		go func() {
			_, _, err := b.Edit(t.Context(), "x", func(doc *app.Settings) error { doc.Connections[0].RequestsPerMinute++; return nil })
			done <- err
		}()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if doc, rev, _ := b.Document(t.Context()); rev != 6 || doc.Connections[0].RequestsPerMinute != 5 {
		t.Errorf("rev %d, %d", rev, doc.Connections[0].RequestsPerMinute)
	}
}

func TestWhatIsNeededStays(t *testing.T) {
	for name, left := range map[string]string{
		"connection": "version: 1\nsources: [{name: sync, kind: x360sync, host: \"https://syncedtool.com\"}]\n",
		"source":     "version: 1\nconnections: [{name: cw, system: connectwise, site_url: https://na.myconnectwise.net, company_id: acme}]\n",
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, sandbox.Options{})
			b.replace(t, document)
			b.parked(t)
			_, err := b.Replace(t.Context(), "x", []byte(left), false, false)
			if code(err) != app.Conflict {
				t.Fatalf("err = %v", err)
			}
			contains(t, app.ErrorMessage(err), name, "still needed", "1 delivery is", "settings import --force")
			if _, err := b.Replace(t.Context(), "x", []byte(left), true, false); code(err) != app.Conflict {
				t.Errorf("a dry run promised: %v", err)
			}
			if _, err := b.Replace(t.Context(), "x", []byte(left), false, true); err != nil {
				t.Errorf("by force: %v", err)
			}
		})
	}
}

func TestWhatIsNotNeededGoes(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	b.replace(t, document)
	b.replace(t, "version: 1\n")
	last := b.changed[len(b.changed)-1]
	if !slices.Equal(last.Connections, []string{"cw"}) || !slices.Equal(last.Sources, []string{"sync"}) {
		t.Errorf("told %+v", last)
	}
}

func TestSecrets(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	if err := b.SetSecret(t.Context(), "connections/cw/private_key", "value"); code(err) != app.NotFound {
		t.Errorf("without a connection: %v", err)
	}
	b.replace(t, document)
	for _, err := range []error{
		b.SetSecret(t.Context(), "connections/cw/private_key", " 0123456789abcdef\n"),
		b.SetSecret(t.Context(), "sources/sync/password", " pass word \r\n"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if value, err := b.Secret(t.Context(), "connections/cw/private_key"); err != nil || value.Reveal() != "0123456789abcdef" {
		t.Errorf("%q %v", value.Reveal(), err)
	}
	if value, err := b.Secret(t.Context(), "sources/sync/password"); err != nil || value.Reveal() != " pass word " {
		t.Errorf("%q %v", value.Reveal(), err)
	}
	list, err := b.Secrets(t.Context())
	if err != nil || len(list) != 2 || list[0].BoundHost != "na.myconnectwise.net" || list[0].EndsWith != "ef" || list[1].BoundHost != "syncedtool.com" {
		t.Errorf("%+v %v", list, err)
	}
	if text := mustJSON(t, list); strings.Contains(text, "0123") {
		t.Error("the list holds a value")
	}
	if code(b.SetSecret(t.Context(), "connections/cw/token", "x")) != app.Invalid {
		t.Error("an unknown name was taken")
	}
	told := len(b.changed)
	if err := b.DeleteSecret(t.Context(), "connections/cw/private_key"); err != nil || len(b.changed) != told+1 || b.changed[told].Connections[0] != "cw" {
		t.Errorf("%v, told %+v", err, b.changed[told:])
	}
	if _, err := b.Secret(t.Context(), "connections/cw/private_key"); code(err) != app.NotFound {
		t.Errorf("err = %v", err)
	}
}

func TestAChangedAddressAsksForTheKeysAgain(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	b.replace(t, document)
	if err := b.SetSecret(t.Context(), "connections/cw/private_key", "value"); err != nil {
		t.Fatal(err)
	}
	b.edit(t, func(doc *app.Settings) { doc.Connections[0].SiteURL = "https://evil.example.com" })
	value, err := b.Secret(t.Context(), "connections/cw/private_key")
	if code(err) != app.Unauthorized || value != "" {
		t.Errorf("%q %v", value.Reveal(), err)
	}
	b.edit(t, func(doc *app.Settings) { doc.Connections[0].SiteURL = "na.myconnectwise.net/v4_6_release" })
	if _, err := b.Secret(t.Context(), "connections/cw/private_key"); err != nil {
		t.Errorf("the same host written differently: %v", err)
	}
}

// TestTokenOutlivesItsCredentials: what a source keeps of its sign-in tells itself which credentials it belongs to. It
// holds the machine we are at the vendor, what was refused, and after a used two-step code was taken away the living
// sign-in.
func TestTokenOutlivesItsCredentials(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	b.replace(t, document)
	if err := b.SaveToken(t.Context(), "sync", "rotated"); err != nil {
		t.Fatal(err)
	}
	if value, err := b.Token(t.Context(), "sync"); err != nil || value.Reveal() != "rotated" {
		t.Errorf("%v %v", value, err)
	}
	if list, _ := b.Secrets(t.Context()); len(list) != 0 {
		t.Errorf("list = %v", list)
	}
	if len(b.changed) != 1 {
		t.Error("renewing a sign-in was told as a change")
	}
	for what, change := range map[string]func() error{
		"set":     func() error { return b.SetSecret(t.Context(), "sources/sync/password", "new") },
		"deleted": func() error { return b.DeleteSecret(t.Context(), "sources/sync/auth_code") },
	} {
		if err := b.SetSecret(t.Context(), "sources/sync/auth_code", "427113"); err != nil {
			t.Fatal(err)
		}
		if err := change(); err != nil {
			t.Fatal(err)
		}
		if value, err := b.Token(t.Context(), "sync"); err != nil || value.Reveal() != "rotated" {
			t.Errorf("a secret was %s: %v %v", what, value, err)
		}
	}
}

// TestSecretsEnteredTogetherAreToldOnce: nobody is woken to sign in with half of them.
func TestSecretsEnteredTogetherAreToldOnce(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	b.replace(t, document)
	told := len(b.changed)
	b.OnChange(func(ctx context.Context, _ setup.Changed) {
		if list, err := b.Secrets(ctx); err != nil || len(list) != 3 {
			t.Errorf("told when %d were stored, %v", len(list), err)
		}
	})
	err := b.SetSecrets(t.Context(), app.NamedSecret{Name: "sources/sync/username", Value: "ada"},
		app.NamedSecret{Name: "sources/sync/auth_code", Value: "427113"}, app.NamedSecret{Name: "sources/sync/password", Value: "secret"})
	if err != nil || len(b.changed) != told+1 || len(b.changed[told].Sources) != 1 || b.changed[told].Sources[0] != "sync" {
		t.Errorf("%v, told %+v", err, b.changed[told:])
	}
	if err := b.SetSecrets(t.Context()); err != nil || len(b.changed) != told+1 {
		t.Errorf("%v, told %+v", err, b.changed[told:])
	}
}
