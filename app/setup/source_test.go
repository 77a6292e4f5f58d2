package setup_test

import (
	"context"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/source"
)

func TestSourceChecks(t *testing.T) {
	answer := func(who source.Account, err error) func(context.Context, string) (source.Account, error) {
		return func(ctx context.Context, _ string) (source.Account, error) {
			if _, bounded := ctx.Deadline(); !bounded {
				t.Error("the vendor may take for ever")
			}
			return who, err
		}
	}
	good := source.Account{Name: "ada@example.com", Organization: "Nordlicht", Version: "2.7.2", Notes: []string{"The sign-in ends after 30 days."}}
	for name, test := range map[string]struct {
		source  string
		prepare func(*bench)
		state   app.CheckState
		says    []string
		fix     string
	}{
		"signed in":         {"sync", func(b *bench) { b.Account = answer(good, nil) }, app.CheckOK, []string{"ada@example.com of Nordlicht", "2.7.2", "30 days"}, ""},
		"refused":           {"sync", func(b *bench) { b.Account = answer(good, app.Errorf(app.Unauthorized, "x360Sync refuses.")) }, app.CheckFailed, []string{"x360Sync refuses."}, "two-step code"},
		"key refused":       {"cloud", func(b *bench) { b.Account = answer(good, app.Errorf(app.Unauthorized, "Refused.")) }, app.CheckFailed, nil, "x360Portal ▸ Settings ▸ API Keys"},
		"permission":        {"cloud", func(b *bench) { b.Account = answer(good, app.Errorf(app.Forbidden, "No x360Cloud.")) }, app.CheckFailed, []string{"No x360Cloud."}, "tick x360Cloud"},
		"does not answer":   {"cloud", func(b *bench) { b.Account = answer(good, app.Errorf(app.Unavailable, "Silence.")) }, app.CheckFailed, nil, "Wait a moment"},
		"no credentials":    {"empty", func(*bench) {}, app.CheckFailed, []string{"Nobody has signed in"}, "sign in again"},
		"no key":            {"keyless", func(*bench) {}, app.CheckFailed, []string{"API key is missing"}, "Add"},
		"an inbox":          {"in", func(b *bench) { b.Account = answer(good, app.Errorf(app.Internal, "asked")) }, app.CheckOK, []string{"inbox"}, ""},
		"nobody can ask":    {"sync", func(*bench) {}, app.CheckSkipped, []string{"Nobody was asked"}, ""},
		"wrong in settings": {"sync", func(b *bench) { b.Account = answer(good, app.Errorf(app.Invalid, "No such CA file.")) }, app.CheckFailed, nil, "Sources page"},
	} {
		t.Run(name, func(t *testing.T) {
			b := leaving(t)
			b.edit(t, func(doc *app.Settings) {
				doc.Sources = append(doc.Sources, app.SourceSettings{Name: "empty", Kind: "x360sync"}, app.SourceSettings{Name: "keyless", Kind: "axcient"})
			})
			test.prepare(b)
			row, err := b.TestSource(t.Context(), test.source)
			if err != nil || row.ID != "source."+test.source || row.State != test.state || row.Title == "" || (row.Fix == "") != (test.fix == "") {
				t.Fatalf("%+v %v", row, err)
			}
			contains(t, row.Message, test.says...)
			contains(t, row.Fix, test.fix)
		})
	}
	b := leaving(t)
	if _, err := b.TestSource(t.Context(), "nobody"); code(err) != app.NotFound {
		t.Errorf("err = %v", err)
	}
	var all []string
	if err := b.TestSources(t.Context(), func(name string, c app.CheckRow) { all = append(all, name+" "+c.ID) }); err != nil || len(all) != 3 {
		t.Errorf("%q %v", all, err)
	}
}

// TestM13PolicyProvesThatTheVendorIsOff: off proves it, on proves nothing, and what a person said nobody takes back.
func TestM13PolicyProvesThatTheVendorIsOff(t *testing.T) {
	b := leaving(t)
	said := func() string {
		list, err := b.store.Confirmations(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			if c.Subject == app.VendorOff("sync") {
				return c.By
			}
		}
		return ""
	}
	check := func(off *bool) {
		b.Account = func(context.Context, string) (source.Account, error) {
			return source.Account{Name: "ada", VendorOff: off}, nil
		}
		if row, err := b.TestSource(t.Context(), "sync"); err != nil || row.State != app.CheckOK {
			t.Fatalf("%+v %v", row, err)
		}
	}
	on, off := false, true
	check(&on)
	if said() != "" {
		t.Error("true proves nothing")
	}
	check(&off)
	contains(t, said(), "psa_enabled=false")
	check(nil)
	contains(t, said(), "psa_enabled=false")
	check(&on)
	if said() != "" {
		t.Error("it is on again, and the confirmation stays")
	}
	if err := b.Confirm(t.Context(), "Ada", app.VendorOff("sync"), true); err != nil {
		t.Fatal(err)
	}
	for _, one := range []*bool{&off, &on} {
		if check(one); said() != "Ada" {
			t.Errorf("confirmed by %q", said())
		}
	}
}

// TestM13PolicyIsAskedAgain: the proof of the policy is looked at with every test of a connection, and ends when the policy
// says the opposite. A source that does not answer leaves it as it was.
func TestM13PolicyIsAskedAgain(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	var off *bool
	var silent error
	b.Account = func(context.Context, string) (source.Account, error) {
		return source.Account{Name: "ada", VendorOff: off}, silent
	}
	yes, no := true, false
	for _, step := range []struct {
		name   string
		off    *bool
		silent error
		proven bool
	}{
		{"it is off", &yes, nil, true},
		{"it does not answer", &no, app.Errorf(app.Unavailable, "Silence."), true},
		{"it does not show", nil, nil, true},
		{"it is on again", &no, nil, false},
		{"it still is", &no, nil, false},
		{"and off", &yes, nil, true},
	} {
		off, silent = step.off, step.silent
		b.advance(24 * time.Hour)
		byID, _ := b.test(t)
		if c := byID["vendor_off.sync"]; (c.State == app.CheckOK) != step.proven {
			t.Errorf("%s: %+v", step.name, c)
		}
	}
}

func TestVendorChecksAreOfSourcesThatAreRead(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.edit(t, func(doc *app.Settings) {
		doc.Sources = append(doc.Sources, app.SourceSettings{Name: "cloud", Kind: "axcient"}, app.SourceSettings{Name: "in", Kind: "inbox"})
		doc.Connections[0].Ticketing.Enabled = true
		doc.Connections[0].Billing.Products = map[app.Meter]string{app.MeterProtectedSeats: "X360-ACCOUNT", "veeam.vms": "X360-FSE"}
		doc.Alerts = []app.AlertRule{
			{Name: "Cloud", When: []app.When{{Type: app.TypeBackupFailed}}, Via: app.Via{PSA: true}},
			{Name: "Wrong", When: []app.When{{Type: app.TypeBackupFailed}, {Type: app.TypeQuotaReached}}, For: app.For{Source: "sync"}, Via: app.Via{PSA: true}},
			{Name: "Own", When: []app.When{{Type: "activity.login"}}, For: app.For{Source: "cloud"}, Via: app.Via{PSA: true}, Ticket: app.TicketPolicy{Priority: app.Ref{ID: 2}}},
			{Name: "Sent", When: []app.When{{Type: "veeam.*"}}, For: app.For{Source: "in"}, Via: app.Via{PSA: true}},
		}
	})
	off := true
	b.Account = func(_ context.Context, name string) (source.Account, error) {
		if name != "sync" {
			t.Errorf("%s was asked", name)
		}
		return source.Account{VendorOff: &off}, nil
	}
	byID, _ := b.test(t)
	if c := byID["vendor_off.sync"]; c.State != app.CheckOK {
		t.Errorf("%+v", c)
	}
	cloud, has := byID["vendor_off.cloud"]
	if !has || cloud.State != app.CheckWarning {
		t.Errorf("%+v", cloud)
	}
	contains(t, cloud.Fix, "Reseller Portal", "Ticketing toggle")
	if _, has := byID["vendor_off.in"]; has {
		t.Error("an inbox has no bridge of its own")
	}
	if c := byID["unit.protected_seats"]; c.State != app.CheckOK || byID["product.protected_seats"].State != app.CheckOK {
		t.Errorf("%+v", c)
	}
	contains(t, byID["unit.veeam.vms"].Message, "the unit its readings have")
	contains(t, byID["alert.Wrong"].Message, "The source sync never shows backup.failed")
	contains(t, byID["alert.Own"].Message, "never shows activity.login")
	for id, want := range map[string]app.CheckState{"alert.Wrong": app.CheckWarning, "alert.Own": app.CheckWarning, "alert.Cloud": "", "alert.Sent": ""} {
		if byID[id].State != want {
			t.Errorf("%s: %+v", id, byID[id])
		}
	}
	if err := b.Confirm(t.Context(), "Ada", app.VendorOff("in"), true); code(err) != app.Invalid {
		t.Errorf("confirmed of an inbox: %v", err)
	}
}
