package settings

import (
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"psabridge/app"
)

// mostAddresses bounds a list of e-mail addresses: a list that is longer belongs into a mail server.
const mostAddresses = 20

var (
	smtpTLS      = []string{app.SMTPStartTLS, app.SMTPTLS, app.SMTPNone}
	webhookKinds = []string{app.WebhookTeams, app.WebhookSlack, app.WebhookJSON}
)

// notify judges how a person is told. Whether the mail server answers and takes the account, only the checks can tell.
func (v *validator) notify(path string, n app.NotifySettings) {
	v.addresses(path+".email.to", n.Email.To)
	v.smtp(path+".email.smtp", n.Email.SMTP)
	if len(n.Email.To) > 0 && n.Email.SMTP.Host == "" {
		v.add(path+".email.smtp.host", "There are addresses to write to, but no mail server. Name its host, or leave the addresses out.")
	}
	v.optional(path+".webhook.kind", n.Webhook.Kind, webhookKinds...)
	if n.Webhook.Kind == "" && n.Webhook.AllowPrivateNetwork {
		v.add(path+".webhook.kind", "The kind of webhook is missing. Write %s, or leave the webhook out.", orList(webhookKinds))
	}
}

func (v *validator) smtp(path string, s app.SMTPSettings) {
	if s == (app.SMTPSettings{}) {
		return
	}
	if s.Host == "" {
		v.add(path+".host", "The mail server has no host. Write it as smtp.example.com.")
		return // all the rest is about that server
	}
	v.mailHost(path+".host", s)
	if s.Port < 0 || s.Port > 65535 {
		v.add(path+".port", "%d is not a port. Write 1 to 65535, or leave it out for 587, and 465 with tls.", s.Port)
	}
	v.plain(path+".user", s.User)
	v.optional(path+".tls", s.TLS, smtpTLS...)
	if s.TLS == app.SMTPNone && !s.AllowPrivateNetwork {
		v.add(path+".tls", "Without encryption everybody on the way can read the mail and its password. It is for a server on this computer or in a private network alone; then tick \"The mail server is in our own network\" (in a settings file: allow_private_network: true). Else write starttls or tls.")
	}
	v.sender(path+".from", s)
}

// sender wants an address the mail comes from.
func (v *validator) sender(path string, s app.SMTPSettings) {
	if s.From != "" {
		v.isAddress(path, s.From)
		return
	}
	if !isMailAddress(s.User) {
		v.add(path, "The mail needs a sender. Write its address here, because the user is not one.")
	}
}

// mailHost wants the name of a server alone: a scheme or a port beside it would not be found in DNS.
func (v *validator) mailHost(path string, s app.SMTPSettings) {
	loopback, private := nearby(s.Host)
	switch {
	case strings.Contains(s.Host, "://"):
		v.add(path, "Write the host without what stands before :// – for example smtp.example.com.")
	case strings.Count(s.Host, ":") == 1:
		v.add(path, "Write the port under port, and the host alone here.")
	case len(s.Host) > 253, strings.ContainsFunc(s.Host, notInHost):
		v.add(path, "%q is not a host. Write it as smtp.example.com.", cutShort(s.Host))
	case (loopback || private) && !s.AllowPrivateNetwork:
		v.add(path, "%s is in a private network. If the mail server really runs there, tick \"The mail server is in our own network\" (in a settings file: allow_private_network: true).", s.Host)
	}
}

func notInHost(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(".-_:", r)
}

// addresses judges a list of e-mail addresses, each with its place in the list.
func (v *validator) addresses(path string, all []string) {
	if len(all) > mostAddresses {
		v.add(path, "%d addresses are too many. Write at most %d, or one address of a list that your mail server keeps.", len(all), mostAddresses)
	}
	var seen []string
	for i, text := range all {
		at := path + "[" + strconv.Itoa(i) + "]"
		key := strings.ToLower(strings.TrimSpace(text))
		switch {
		case key == "":
			v.add(at, "The address is empty. Remove it.")
		case slices.Contains(seen, key):
			v.add(at, "%s stands here twice. Name it once.", cutShort(text))
		default:
			v.isAddress(at, text)
		}
		seen = append(seen, key)
	}
}

// isAddress refuses what is not one address.
func (v *validator) isAddress(path, text string) {
	if !isMailAddress(text) {
		v.add(path, "%q is not one e-mail address. Write it as name@example.com, without the person's name beside it.", cutShort(text))
	}
}

// isMailAddress reports whether it is one bare address. A line break in it could add a header to the mail, and a comma a second receiver.
func isMailAddress(text string) bool {
	if len(text) > 254 || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }) || strings.ContainsAny(text, "<>,;\"") {
		return false
	}
	got, err := mail.ParseAddress(text)
	return err == nil && got.Name == "" && got.Address == text
}

// cutShort is what a sentence quotes of what somebody typed.
func cutShort(text string) string {
	if r := []rune(text); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return text
}
