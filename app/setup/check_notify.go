package setup

import (
	"context"
	"slices"
	"time"

	"psabridge/app"
	"psabridge/app/settings"
)

// probeWithin bounds how long the mail server is waited for.
const probeWithin = 30 * time.Second

// What to do when nobody can be told.
const (
	fixMail    = "Open Settings ▸ Notifications and correct the mail server, its user or its password, then send a test there."
	fixWebhook = "Open Settings ▸ Notifications and paste the whole address of the webhook, then send a test there."
)

// notifyChecksOf lists what is proved of the ways to tell a person, and of the alerts that only write e-mail.
func (s *Setup) notifyChecksOf(doc app.Settings, records []app.SecretRecord) (all []check) {
	n := doc.Notify
	if n.Email.SMTP.Host != "" {
		all = append(all, check{id: "notify.email", title: "The mail server accepts the account", prove: func(ctx context.Context) finding { return s.mailFinding(ctx, n, records) }})
	}
	if n.Webhook.Kind != "" {
		all = append(all, check{id: "notify.webhook", title: "The webhook has an address", prove: func(ctx context.Context) finding { return s.webhookFinding(ctx, n, records) }})
	}
	for _, rule := range doc.Alerts {
		if rule.Via.PSA || len(rule.Via.Email) == 0 {
			continue // those of the PSA system are checked with its connection
		}
		title, doubt := "The alert "+rule.Name+" has something to wait for", neverSent(doc, rule)
		if doubt.state == "" {
			title, doubt = "The texts of the alert "+rule.Name+" can be filled in", misworded(rule.Ticket)
		}
		if doubt.state != "" {
			all = append(all, check{id: "alert." + rule.Name, title: title, prove: func(context.Context) finding { return doubt }, local: true})
		}
	}
	return all
}

// mailFinding asks the mail server, unless the password that its user needs is missing.
func (s *Setup) mailFinding(ctx context.Context, n app.NotifySettings, records []app.SecretRecord) finding {
	smtp := settings.NotifyWithDefaults(n).Email.SMTP
	password, has := recordOf(records, app.SecretSMTPPassword)
	switch {
	case smtp.User != "" && !has:
		return failed("The password of "+smtp.User+" is missing.", fixMail)
	case smtp.User != "" && password.BoundHost != settings.MailHost(n):
		return failed("The password was entered for "+password.BoundHost+", and the mail server is now "+settings.MailHost(n)+".", fixMail)
	case s.ProbeMail == nil:
		return skipped("Nobody was asked.")
	}
	ctx, cancel := context.WithTimeout(ctx, probeWithin)
	defer cancel()
	if err := s.ProbeMail(ctx); err != nil {
		return failedBy(err, fixMail)
	}
	return ok(settings.MailHost(n) + " accepts the account.")
}

// webhookFinding judges the address by the settings of today: it was entered under those of then, and a private network may have
// been allowed.
func (s *Setup) webhookFinding(ctx context.Context, n app.NotifySettings, records []app.SecretRecord) finding {
	address, has := recordOf(records, app.SecretWebhookURL)
	if !has {
		return failed("The address of the webhook is missing.", fixWebhook)
	}
	value, err := s.Secret(ctx, app.SecretWebhookURL)
	if err != nil {
		return failedBy(err, fixWebhook)
	}
	if _, err := settings.WebhookHost(value, n.Webhook.AllowPrivateNetwork); err != nil {
		return failedBy(err, fixWebhook)
	}
	return ok("Notices go to " + address.BoundHost + " in the form of " + n.Webhook.Kind + ". Only a test message proves that they arrive.")
}

func recordOf(records []app.SecretRecord, name string) (app.SecretRecord, bool) {
	at := slices.IndexFunc(records, func(r app.SecretRecord) bool { return r.Name == name })
	if at < 0 {
		return app.SecretRecord{}, false
	}
	return records[at], true
}
