package web

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
)

func TestAboutNamesEverybodyItTalksTo(t *testing.T) {
	doc := app.Settings{
		Sources:     []app.SourceSettings{{Name: "sync", Kind: app.KindX360Sync, Host: "files.example.com"}, {Name: "rmm", Kind: app.KindInbox}},
		Connections: []app.ConnectionSettings{{Name: "cw", SiteURL: "https://eu.myconnectwise.net"}},
		Notify: app.NotifySettings{
			Email:   app.EmailSettings{SMTP: app.SMTPSettings{Host: "mail.example.com"}},
			Webhook: app.WebhookSettings{Kind: app.WebhookTeams},
		},
	}
	want := []string{"eu.myconnectwise.net", "files.example.com", "mail.example.com", "the webhook of Notifications"}
	if diff := cmp.Diff(want, talksTo(doc)); diff != "" {
		t.Errorf("About says (-want +got):\n%s", diff)
	}
}
