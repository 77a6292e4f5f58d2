package setup_test

import (
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/sandbox"
)

// telling has a mail server and a webhook.
const telling = "version: 1\nnotify: {email: {to: [noc@example.com], smtp: {host: Smtp.example.com, user: bridge@example.com}}, webhook: {kind: slack}}\n"

const hook = "https://Hooks.slack.com/services/T0/B0/geheim99"

func TestSecretsOfNotices(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	for name, value := range map[string]app.Secret{app.SecretSMTPPassword: "0123456789", app.SecretWebhookURL: hook} {
		if err := b.SetSecret(t.Context(), name, value); code(err) != app.NotFound {
			t.Errorf("%s without anything to use it for: %v", name, err)
		}
	}
	b.replace(t, telling)
	if told := b.changed[len(b.changed)-1]; !told.Notify {
		t.Errorf("told %+v", told)
	}
	for name, value := range map[string]app.Secret{app.SecretSMTPPassword: " pass word \n", app.SecretWebhookURL: " " + hook + "\n"} {
		if err := b.SetSecret(t.Context(), name, value); err != nil {
			t.Fatal(err)
		}
		if told := b.changed[len(b.changed)-1]; !told.Notify || len(told.Sources)+len(told.Connections) != 0 {
			t.Errorf("%s told %+v", name, told)
		}
	}
	b.holds(t, app.SecretSMTPPassword, " pass word ")
	b.holds(t, app.SecretWebhookURL, hook)
	list, err := b.Secrets(t.Context())
	if err != nil || len(list) != 2 || list[0].BoundHost != "smtp.example.com" || list[1].BoundHost != "hooks.slack.com" || list[1].EndsWith != "99" {
		t.Errorf("%+v %v", list, err)
	}
	if err := b.DeleteSecret(t.Context(), app.SecretWebhookURL); err != nil || !b.changed[len(b.changed)-1].Notify {
		t.Error(err)
	}
	if _, err := b.Secret(t.Context(), app.SecretWebhookURL); code(err) != app.NotFound {
		t.Errorf("err = %v", err)
	}
}

// holds wants a secret to be given out with a value.
func (b *bench) holds(t *testing.T, name, want string) {
	t.Helper()
	if value, err := b.Secret(t.Context(), name); err != nil || value.Reveal() != want {
		t.Errorf("%s is %q, %v", name, value.Reveal(), err)
	}
}

func TestAWebhookThatIsNone(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	b.replace(t, telling)
	for _, value := range []app.Secret{"geheim", "http://hooks.slack.com/geheim", "https://10.0.0.9/geheim", "https://u:geheim@hooks.slack.com"} {
		err := b.SetSecret(t.Context(), app.SecretWebhookURL, value)
		if code(err) != app.Invalid || strings.Contains(app.ErrorMessage(err)+err.Error(), "geheim") {
			t.Errorf("%v", err)
		}
	}
	b.edit(t, func(doc *app.Settings) { doc.Notify.Webhook.AllowPrivateNetwork = true })
	if err := b.SetSecret(t.Context(), app.SecretWebhookURL, "http://127.0.0.1:9/geheim"); err != nil {
		t.Error(err)
	}
}

// TestAChangedMailServerAsksForThePasswordAgain: the new one must not be given the password of the old one.
func TestAChangedMailServerAsksForThePasswordAgain(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	b.replace(t, telling)
	if err := b.SetSecret(t.Context(), app.SecretSMTPPassword, "value"); err != nil {
		t.Fatal(err)
	}
	b.edit(t, func(doc *app.Settings) {
		doc.Notify.Email.SMTP.Port = 465
		doc.Notify.Email.SMTP.Host = "smtp.EXAMPLE.com"
	})
	b.holds(t, app.SecretSMTPPassword, "value")
	b.edit(t, func(doc *app.Settings) { doc.Notify.Email.SMTP.Host = "evil.example.com" })
	if value, err := b.Secret(t.Context(), app.SecretSMTPPassword); code(err) != app.Unauthorized || value != "" {
		t.Errorf("%q %v", value.Reveal(), err)
	}
}

// TestSecretsOfNoticesLeaveWithWhatTheyAreFor: nothing stays in the keychain that nobody needs.
func TestSecretsOfNoticesLeaveWithWhatTheyAreFor(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	b.replace(t, telling)
	for name, value := range map[string]app.Secret{app.SecretSMTPPassword: "0123456789", app.SecretWebhookURL: hook} {
		if err := b.SetSecret(t.Context(), name, value); err != nil {
			t.Fatal(err)
		}
	}
	b.edit(t, func(doc *app.Settings) { doc.Notify.Webhook.Kind = app.WebhookTeams })
	b.holds(t, app.SecretWebhookURL, hook)
	b.edit(t, func(doc *app.Settings) { doc.Notify = app.NotifySettings{} })
	for _, name := range []string{app.SecretSMTPPassword, app.SecretWebhookURL} {
		if _, err := b.keychain.Get(t.Context(), name); code(err) != app.NotFound {
			t.Errorf("%s is still there: %v", name, err)
		}
	}
	if list, _ := b.Secrets(t.Context()); len(list) != 0 || len(b.changed[len(b.changed)-1].Warnings) != 0 {
		t.Errorf("list = %+v, warnings %q", list, b.changed[len(b.changed)-1].Warnings)
	}
}
