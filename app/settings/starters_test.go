package settings_test

import (
	"testing"

	"psabridge/app"
	"psabridge/app/settings"
)

// TestStarters: what is proposed can be saved as it stands, for a whole source and for one organization.
func TestStarters(t *testing.T) {
	for kind, names := range map[string][]string{
		settings.KindX360Sync: {"File server unreachable", "Storage almost full", "Sign-ins fail", "Source cannot be read"},
		settings.KindAxcient:  {"Backup failed", "Backup SLA missed", "Source cannot be read"},
		settings.KindInbox:    {"Backup problems"},
		"fax":                 nil,
	} {
		doc := app.Settings{Version: 1, Sources: []app.SourceSettings{{Name: "s", Kind: kind}}}
		for _, f := range []app.For{{}, {Source: "s"}, {Source: "s", Organization: "4", Suborganizations: true}} {
			doc.Alerts = settings.Starters(kind, f)
			if len(doc.Alerts) != len(names) {
				t.Fatalf("%s has %d starters", kind, len(doc.Alerts))
			}
			for i, r := range doc.Alerts {
				if r.Name != names[i] || !r.Via.PSA || r.Severity == "" {
					t.Errorf("%s: %+v", kind, r)
				}
				if wholeSource := r.When[0].Type == app.TypeSourceUnreadable; r.For.Source != f.Source || !wholeSource && r.For != f {
					t.Errorf("%s is for %+v", r.Name, r.For)
				}
				if momentary := r.When[0].Type == app.TypeSignInFailures; r.Ticket.AutoClose == momentary {
					t.Errorf("%s closes by itself: %v", r.Name, r.Ticket.AutoClose)
				}
			}
			if err := settings.Validate(doc); err != nil && kind != "fax" {
				t.Errorf("%s: %v", kind, err)
			}
		}
	}
}

func TestFreeAlertName(t *testing.T) {
	doc := app.Settings{}
	for _, want := range []string{"Backup", "Backup (cloud)", "Backup (7)", "Backup 2", "Backup 3"} {
		got := settings.FreeAlertName(doc, "Backup", app.For{Source: "cloud", Organization: "7"})
		if got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
		doc.Alerts = append(doc.Alerts, app.AlertRule{Name: got})
	}
	if got := settings.FreeAlertName(doc, "Other", app.For{}); got != "Other" {
		t.Errorf("got %q", got)
	}
}
