package setup_test

import (
	"testing"

	"psabridge/app"
	"psabridge/app/sandbox"
)

// TestConfirmationEndsWithItsAccount: that one vendor account pushes nothing says nothing of another one under its name.
func TestConfirmationEndsWithItsAccount(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*app.Settings)
		stays  bool
	}{
		"another host":             {func(doc *app.Settings) { doc.Sources[0].Host = "https://other-vendor.example.com" }, false},
		"another top organization": {func(doc *app.Settings) { doc.Sources[0].TopOrganization = "4711" }, false},
		"removed and added again":  {func(doc *app.Settings) { doc.Sources, doc.Organizations, doc.Alerts = nil, nil, nil }, false},
		"renamed":                  {func(doc *app.Settings) { doc.Sources[0].Name, doc.Organizations, doc.Alerts = "renamed", nil, nil }, false},
		"something else":           {func(doc *app.Settings) { doc.Connections[0].Ticketing.Board = app.Ref{ID: 11} }, true},
	} {
		b := sampled(t, sandbox.Options{})
		if err := b.Confirm(t.Context(), "Ada", app.VendorOff("sync"), true); err != nil {
			t.Fatal(err)
		}
		doc, _, err := b.Document(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		was := doc.Sources[0]
		refused := app.Errorf(app.Invalid, "no")
		if _, _, err := b.Edit(t.Context(), "test", func(doc *app.Settings) error { doc.Sources[0].Host = "https://x.example.com"; return refused }); err == nil {
			t.Fatal("an edit that was refused went through")
		}
		document := mustJSON(t, doc)
		b.edit(t, test.change)
		if !test.stays {
			if _, err := b.Replace(t.Context(), "test", []byte(document), false, false); err != nil {
				t.Fatal(err)
			}
		}
		if now, _, _ := b.Document(t.Context()); now.Sources[0] != was {
			t.Fatalf("%s: %+v", name, now.Sources)
		}
		byID, _ := b.test(t)
		if got := byID["vendor_off.sync"]; (got.State == app.CheckOK) != test.stays {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
