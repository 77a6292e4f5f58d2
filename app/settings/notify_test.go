package settings_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
	"psabridge/app/settings"
)

// mailServer is a mail server that alerts can be sent by.
const mailServer = "notify: {email: {smtp: {host: smtp.example.com, from: bridge@example.com}}}\n"

func TestValidateNotify(t *testing.T) {
	smtp := func(more string) string { return "version: 1\nnotify: {email: {smtp: {" + more + "}}}\n" }
	const ok = "host: smtp.example.com, user: bridge@example.com"
	for name, test := range map[string]struct{ document, field, says string }{
		"addresses without server":  {"version: 1\nnotify: {email: {to: [noc@example.com]}}", "notify.email.smtp.host", "no mail server"},
		"user without host":         {smtp("user: bridge@example.com"), "notify.email.smtp.host", "no host"},
		"port without host":         {smtp("port: 25"), "notify.email.smtp.host", "no host"},
		"host with scheme":          {smtp("host: \"smtps://smtp.example.com\", from: a@example.com"), "notify.email.smtp.host", "before ://"},
		"host with port":            {smtp("host: \"smtp.example.com:587\", from: a@example.com"), "notify.email.smtp.host", "port under port"},
		"host with path":            {smtp("host: smtp.example.com/x, from: a@example.com"), "notify.email.smtp.host", "not a host"},
		"host with line break":      {smtp("host: \"smtp.example.com\\r\\nx\", from: a@example.com"), "notify.email.smtp.host", "not a host"},
		"host nearby":               {smtp("host: 192.168.0.9, from: a@example.com"), "notify.email.smtp.host", "allow_private_network"},
		"host on this computer":     {smtp("host: localhost, from: a@example.com"), "notify.email.smtp.host", "allow_private_network"},
		"port":                      {smtp(ok + ", port: 70000"), "notify.email.smtp.port", "1 to 65535"},
		"tls":                       {smtp(ok + ", tls: ssl"), "notify.email.smtp.tls", "starttls, tls or none"},
		"no tls":                    {smtp(ok + ", tls: none"), "notify.email.smtp.tls", "allow_private_network"},
		"sender":                    {smtp(ok + ", from: Bridge"), "notify.email.smtp.from", "not one e-mail address"},
		"nobody sends":              {smtp("host: smtp.example.com, user: bridge"), "notify.email.smtp.from", "needs a sender"},
		"user of two lines":         {smtp("host: smtp.example.com, from: a@example.com, user: \"a\\nb\""), "notify.email.smtp.user", "cannot be seen"},
		"name beside the address":   {mail("\"Bob <bob@example.com>\""), "notify.email.to[0]", "name@example.com"},
		"two addresses in one":      {mail("\"a@example.com, b@example.com\""), "notify.email.to[0]", "not one e-mail address"},
		"an address of two lines":   {mail("\"a@example.com\\r\\nBcc: b@example.com\""), "notify.email.to[0]", "not one e-mail address"},
		"an empty address":          {mail("\"\""), "notify.email.to[0]", "empty"},
		"an address twice":          {mail("noc@example.com, NOC@example.com"), "notify.email.to[1]", "twice"},
		"a word":                    {mail("noc"), "notify.email.to[0]", "not one e-mail address"},
		"too many":                  {mail(many(21)), "notify.email.to", "at most 20"},
		"kind of webhook":           {"version: 1\nnotify: {webhook: {kind: discord}}", "notify.webhook.kind", "teams, slack or json"},
		"webhook of no kind":        {"version: 1\nnotify: {webhook: {allow_private_network: true}}", "notify.webhook.kind", "missing"},
		"an alert to half the town": {head + mailServer + "alerts: [{name: A, when: [quota.reached], via: {psa: true, email: [" + many(21) + "]}}]", "alerts[A].via.email", "at most 20"},
		"an alert to a word":        {head + mailServer + "alerts: [{name: A, when: [quota.reached], via: {psa: true, email: [noc]}}]", "alerts[A].via.email[0]", "not one e-mail address"},
	} {
		t.Run(name, func(t *testing.T) {
			all := settings.Problems(settings.Validate(parse(t, test.document)))
			if len(all) != 1 || all[0].Field != test.field || !strings.Contains(all[0].Message, test.says) {
				t.Errorf("problems = %v, want %s: …%s…", all, test.field, test.says)
			}
		})
	}
}

func mail(to string) string {
	return "version: 1\nnotify: {email: {to: [" + to + "], smtp: {host: smtp.example.com, from: bridge@example.com}}}\n"
}

func many(n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = "a" + strings.Repeat("x", i) + "@example.com"
	}
	return strings.Join(all, ", ")
}

func TestValidateNotifyAccepts(t *testing.T) {
	for name, document := range map[string]string{
		"all of it":          "version: 1\nnotify: {email: {to: [a@example.com, b@example.com], smtp: {host: smtp.example.com, port: 465, user: u, tls: tls, from: bridge@example.com}}, webhook: {kind: teams}, desktop: false}",
		"the user sends":     "version: 1\nnotify: {email: {smtp: {host: smtp.example.com, user: bridge@example.com}}}",
		"on this computer":   "version: 1\nnotify: {email: {smtp: {host: 127.0.0.1, port: 25, tls: none, from: a@localhost, allow_private_network: true}}}",
		"by its number":      "version: 1\nnotify: {email: {smtp: {host: \"fd00::1\", from: a@example.com, allow_private_network: true}}}",
		"twenty addresses":   mail(many(20)),
		"a webhook nearby":   "version: 1\nnotify: {webhook: {kind: json, allow_private_network: true}}",
		"only not on screen": "version: 1\nnotify: {desktop: false}",
	} {
		if err := settings.Validate(parse(t, document)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNotifyWithDefaults(t *testing.T) {
	on, off := true, false
	for _, test := range []struct{ given, want app.NotifySettings }{
		{app.NotifySettings{}, app.NotifySettings{Desktop: &on}},
		{app.NotifySettings{Desktop: &off}, app.NotifySettings{Desktop: &off}},
		{smtp(app.SMTPSettings{Host: "h", User: "u@example.com"}), smtp(app.SMTPSettings{Host: "h", User: "u@example.com", Port: 587, TLS: "starttls", From: "u@example.com"})},
		{smtp(app.SMTPSettings{Host: "h", User: "u", TLS: "tls", From: "f@example.com"}), smtp(app.SMTPSettings{Host: "h", User: "u", Port: 465, TLS: "tls", From: "f@example.com"})},
		{smtp(app.SMTPSettings{Host: "h", Port: 2525, TLS: "none"}), smtp(app.SMTPSettings{Host: "h", Port: 2525, TLS: "none"})},
	} {
		if test.want.Desktop == nil {
			test.want.Desktop = &on
		}
		if diff := cmp.Diff(test.want, settings.NotifyWithDefaults(test.given)); diff != "" {
			t.Error(diff)
		}
	}
}

func smtp(s app.SMTPSettings) app.NotifySettings {
	return app.NotifySettings{Email: app.EmailSettings{SMTP: s}}
}

func TestNotifyIsPrintedLast(t *testing.T) {
	const want = "version: 1\nsources:\n- name: s\n  kind: x360sync\nnotify:\n  email:\n    to:\n    - a@example.com\n    smtp:\n      host: smtp.example.com\n  webhook:\n    kind: slack\n  desktop: false\n"
	printed, err := settings.Marshal(parse(t, "notify: {desktop: false, webhook: {kind: slack}, email: {smtp: {host: smtp.example.com}, to: [a@example.com]}}\nversion: 1\nsources: [{name: s, kind: x360sync}]"))
	if err != nil || string(printed) != want {
		t.Errorf("%v\n%s", err, printed)
	}
	bare, err := settings.MarshalJSON(parse(t, "version: 1\nnotify: {}"))
	if err != nil || strings.Contains(string(bare), "notify") {
		t.Errorf("%v\n%s", err, bare)
	}
}

func TestWebhookHost(t *testing.T) {
	for _, test := range []struct {
		address string
		private bool
		want    string // "" is refused
	}{
		{" https://Hooks.slack.com./services/T0/B0/geheim ", false, "hooks.slack.com"},
		{"https://example.webhook.office.com:8443/x?sig=geheim", false, "example.webhook.office.com:8443"},
		{"http://hooks.slack.com/geheim", false, ""},
		{"http://hooks.slack.com/geheim", true, ""},
		{"http://127.0.0.1:9/geheim", true, "127.0.0.1:9"},
		{"http://127.0.0.1:9/geheim", false, ""},
		{"http://10.0.0.9/geheim", true, "10.0.0.9"},
		{"http://nas.local:8080/geheim", true, "nas.local:8080"},
		{"http://nas/geheim", true, "nas"},
		{"http://nas.local/geheim", false, ""},
		{"https://10.0.0.9/geheim", false, ""},
		{"https://chat/geheim", false, ""},
		{"https://chat/geheim", true, "chat"},
		{"https://user:geheim@hooks.slack.com/", false, ""},
		{"ftp://hooks.slack.com/geheim", true, ""},
		{"hooks.slack.com/geheim", false, ""},
		{"geheim", false, ""},
		{"https://a b/geheim", false, ""},
		{"https://[::1/geheim", true, ""},
		{"", false, ""},
	} {
		host, err := settings.WebhookHost(app.Secret(test.address), test.private)
		if host != test.want || (err == nil) != (test.want != "") {
			t.Errorf("%q, %v: %q, %v", test.address, test.private, host, err)
		}
		if err != nil && (app.ErrorCode(err) != app.Invalid || strings.Contains(err.Error(), "geheim")) {
			t.Errorf("%q: %v", test.address, err)
		}
	}
}
