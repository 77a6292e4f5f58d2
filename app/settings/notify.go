package settings

import (
	"net/url"
	"slices"
	"strings"

	"psabridge/app"
)

// NotifyWithDefaults fills what the way to tell a person leaves out. Without a host there is no mail server, and nothing of
// one is filled in.
func NotifyWithDefaults(n app.NotifySettings) app.NotifySettings {
	on := n.OnDesktop()
	n.Desktop = &on
	s := &n.Email.SMTP
	if s.Host == "" {
		return n
	}
	or(&s.TLS, app.SMTPStartTLS)
	if s.TLS == app.SMTPTLS {
		or(&s.Port, 465)
	}
	or(&s.Port, 587)
	if isMailAddress(s.User) {
		or(&s.From, s.User)
	}
	return n
}

// MailHost is what the mail server's password is bound to; "" without a mail server.
func MailHost(n app.NotifySettings) string {
	return strings.TrimSuffix(strings.ToLower(strings.TrimSpace(n.Email.SMTP.Host)), ".")
}

// WebhookHost is the host of a webhook's address, which its address is bound to. An address that cannot be a webhook is
// Invalid; the message never repeats it, because whoever knows it may write there. Plain http is for this computer and for a private
// network alone, and both only with allowPrivate.
func WebhookHost(address app.Secret, allowPrivate bool) (string, error) {
	u, err := url.Parse(strings.TrimSpace(address.Reveal()))
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || strings.ContainsAny(u.Host, " \t"):
		return "", webhookProblem("This is not an address. Copy the whole address of the webhook, it begins with https://.")
	case u.User != nil:
		return "", webhookProblem("The address holds a user name or password. A webhook's address has none; copy it again.")
	}
	loopback, private := nearby(u.Hostname())
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return "", webhookProblem("The address must begin with https://.")
	case u.Scheme == "http" && !loopback && !private && (!allowPrivate || !inside(u.Hostname())):
		return "", webhookProblem("The address begins with http://, which would send it unencrypted. It must begin with https://.")
	case (loopback || private) && !allowPrivate:
		return "", webhookProblem("The address is in a private network. If the program really runs there, tick \"The address is in our own network\" (in a settings file: notify.webhook.allow_private_network: true).")
	case !strings.ContainsAny(u.Hostname(), ".:") && !allowPrivate:
		return "", webhookProblem("The address names only a part of a host. Copy the whole address of the webhook.")
	}
	return withoutRootDot(strings.ToLower(u.Host)), nil
}

// inside tells the names that only a network of one's own has. Where they really lead is seen when they are dialled.
func inside(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	return !strings.ContainsAny(host, ".:") || slices.ContainsFunc([]string{".local", ".lan", ".internal", ".home.arpa"}, func(end string) bool { return strings.HasSuffix(host, end) })
}

func webhookProblem(message string) error { return app.FieldErrorf("value", "%s", message) }
