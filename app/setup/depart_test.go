package setup_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/secret"
	"psabridge/app/setup"
)

// leaving is a bench with a source that is signed in, one that is not, and an inbox.
func leaving(t *testing.T) *bench {
	t.Helper()
	b := newBench(t, sandbox.Options{})
	b.replace(t, "version: 1\nsources: [{name: sync, kind: x360sync}, {name: cloud, kind: axcient}, {name: in, kind: inbox}]\n")
	for _, name := range []string{"sources/sync/username", "sources/sync/password", "sources/cloud/api_key"} {
		if err := b.SetSecret(t.Context(), name, "0123456789"); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.SaveToken(t.Context(), "sync", "rotated"); err != nil {
		t.Fatal(err)
	}
	return b
}

// kept lists what of a source is in the keychain.
func (b *bench) kept(t *testing.T, source string) (left []string) {
	t.Helper()
	for _, key := range append(slices.Clone(secret.SourceKeys), "token") {
		if _, err := b.keychain.Get(t.Context(), secret.SourceName(source, key)); err == nil {
			left = append(left, key)
		}
	}
	return left
}

// TestSourceThatLeavesTakesItsSecretsAlong: its sign-in ends at the vendor while there is still something to end it
// with, and nothing of it stays in the keychain.
func TestSourceThatLeavesTakesItsSecretsAlong(t *testing.T) {
	for name, change := range map[string]func(*app.Settings){
		"removed":      func(doc *app.Settings) { doc.Sources = doc.Sources[1:] },
		"another kind": func(doc *app.Settings) { doc.Sources[0] = app.SourceSettings{Name: "sync", Kind: "inbox"} },
	} {
		t.Run(name, func(t *testing.T) {
			b := leaving(t)
			var asked []string
			b.Revoke = func(ctx context.Context, source string) error {
				asked = append(asked, source)
				if _, err := b.Token(ctx, source); err != nil {
					t.Errorf("there is nothing left to end: %v", err)
				}
				if _, bounded := ctx.Deadline(); !bounded {
					t.Error("the vendor may take for ever")
				}
				return nil
			}
			b.edit(t, change)
			if !slices.Equal(asked, []string{"sync"}) || len(b.kept(t, "sync")) != 0 || len(b.kept(t, "cloud")) != 1 {
				t.Errorf("ended %v, kept %v and %v", asked, b.kept(t, "sync"), b.kept(t, "cloud"))
			}
			if last := b.changed[len(b.changed)-1]; len(last.Warnings) != 0 {
				t.Errorf("warnings %q", last.Warnings)
			}
			b.edit(t, func(doc *app.Settings) { doc.Sources = nil })
			if len(asked) != 1 || len(b.kept(t, "cloud")) != 0 {
				t.Errorf("ended %v, kept %v", asked, b.kept(t, "cloud"))
			}
		})
	}
}

func TestVendorThatDoesNotAnswerKeepsNobodyFromLeaving(t *testing.T) {
	b := leaving(t)
	b.Revoke = func(context.Context, string) error {
		return app.Errorf(app.Unavailable, "syncedtool.com does not answer.")
	}
	b.edit(t, func(doc *app.Settings) { doc.Sources = nil })
	if doc, _, _ := b.Document(t.Context()); len(doc.Sources) != 0 || len(b.kept(t, "sync")) != 0 {
		t.Errorf("sources %v, kept %v", doc.Sources, b.kept(t, "sync"))
	}
	last := b.changed[len(b.changed)-1]
	if len(last.Warnings) != 1 {
		t.Fatalf("warnings %q", last.Warnings)
	}
	contains(t, last.Warnings[0], "sync", "does not answer")
}

func TestNothingEndsWithAnEditThatIsNotSaved(t *testing.T) {
	b := leaving(t)
	b.Revoke = func(context.Context, string) error { t.Error("ended"); return nil }
	if _, err := b.Replace(t.Context(), "test", []byte("version: 1\n"), true, false); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.Edit(t.Context(), "test", func(doc *app.Settings) error { doc.Sources = nil; return errors.New("no") }); err == nil {
		t.Fatal("saved")
	}
	b.edit(t, func(doc *app.Settings) { doc.Sources[0].Every = app.Duration(time.Minute) })
	if len(b.kept(t, "sync")) != 3 {
		t.Errorf("kept %v", b.kept(t, "sync"))
	}
}

func TestSecretsGoByTheKindOfTheSource(t *testing.T) {
	b := leaving(t)
	for name, says := range map[string]string{ //nolint:gosec // names of secrets, and words
		"sources/sync/api_key": "client_id, client_secret, username, password and auth_code", "sources/cloud/password": "It has api_key.", "sources/in/password": "psabridge token create --source in",
		"sources/in/api_key": "an inbox",
	} {
		err := b.SetSecret(t.Context(), name, "0123456789")
		if code(err) != app.Invalid {
			t.Errorf("%s: %v", name, err)
			continue
		}
		contains(t, app.ErrorMessage(err), says)
	}
	for _, name := range []string{"sources/sync/client_id", "sources/sync/client_secret", "sources/sync/auth_code"} {
		if err := b.SetSecret(t.Context(), name, "0123456789"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTokenInfo(t *testing.T) {
	b := leaving(t)
	if at, ok := b.TokenInfo(t.Context(), "sync"); !ok || !at.Equal(morning) {
		t.Errorf("%v %v", at, ok)
	}
	b.advance(time.Hour)
	if err := b.SaveToken(t.Context(), "sync", "rotated again"); err != nil {
		t.Fatal(err)
	}
	if at, ok := b.TokenInfo(t.Context(), "sync"); !ok || !at.Equal(morning.Add(time.Hour)) {
		t.Errorf("renewed: %v %v", at, ok)
	}
	for _, name := range []string{"cloud", "in", "nobody"} {
		if at, ok := b.TokenInfo(t.Context(), name); ok {
			t.Errorf("%s: %v", name, at)
		}
	}
	b.edit(t, func(doc *app.Settings) { doc.Sources[0].Host = "https://white.label.example.com:8443" })
	if _, ok := b.TokenInfo(t.Context(), "sync"); ok {
		t.Error("signed in at another host")
	}
}

// TestConnectionThatLeavesTakesItsKeysAlong, also when the keychain was closed while it left.
func TestConnectionThatLeavesTakesItsKeysAlong(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	const two = "version: 1\nconnections: [{name: cw, system: connectwise, site_url: https://na.myconnectwise.net, company_id: acme}, {name: old, system: connectwise, site_url: https://eu.myconnectwise.net, company_id: acme}]\n"
	b.replace(t, two)
	for _, name := range []string{"connections/cw/private_key", "connections/old/public_key", "connections/old/private_key"} {
		if err := b.SetSecret(t.Context(), name, "0123456789"); err != nil {
			t.Fatal(err)
		}
	}
	doc, _, err := b.Document(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	after := doc
	after.Connections = doc.Connections[:1]
	if owners := setup.Departing(doc, after); !slices.Equal(owners, []string{"connection old"}) {
		t.Errorf("departing: %q", owners)
	}
	b.edit(t, func(doc *app.Settings) { doc.Connections = doc.Connections[:1] })
	held := func(name string) bool {
		_, err := b.keychain.Get(t.Context(), name)
		return err == nil
	}
	if held("connections/old/public_key") || held("connections/old/private_key") || !held("connections/cw/private_key") {
		t.Error("its keys stayed, or another's went")
	}
	if err := b.Vault.Set(t.Context(), "connections/gone/public_key", "left over", "h", b.Now()); err != nil {
		t.Fatal(err)
	}
	if err := b.ForgetOrphans(t.Context()); err != nil || held("connections/gone/public_key") || !held("connections/cw/private_key") {
		t.Errorf("what was left over is still there, or too much went: %v", err)
	}
}
