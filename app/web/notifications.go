package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/job"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
	"psabridge/views/ui"
)

// notifyInputs are the inputs of the form that a person can be led to.
var notifyInputs = []string{"email_to", "smtp_host", "smtp_port", "smtp_user", "smtp_password", "smtp_from", "webhook_url"}

// notifyPaths give the input for a path of the settings below notify.
var notifyPaths = map[string]string{
	"email.to": "email_to", "email.smtp.host": "smtp_host", "email.smtp.port": "smtp_port", "email.smtp.user": "smtp_user", "email.smtp.tls": "smtp_tls",
	"email.smtp.from": "smtp_from", "email.smtp.allow_private_network": "smtp_host", "email.smtp.password": "smtp_password", "email.smtp": "smtp_host",
	"webhook.kind": "webhook_kind", "webhook.allow_private_network": "webhook_url", "webhook": "webhook_kind", "desktop": "desktop",
}

// notifications is how a person is told that something needs him.
func (s *Server) notifications(c echo.Context) error {
	p, err := s.open(c, "Notifications", link.Settings)
	if err != nil {
		return err
	}
	f := storedNotify(p.doc.Notify)
	mend, wrong, err := s.mendOf(c, notifyInputs...)
	if err != nil {
		return err
	}
	f.Errors = wrong
	return s.showNotifications(c, p, http.StatusOK, p.rev, mend, f)
}

func (s *Server) showNotifications(c echo.Context, p page, status int, revision int64, mend views.Mend, f views.NotifyForm) error {
	ctx := c.Request().Context()
	m := views.Notifications{Shell: p.shell, Form: f, Revision: revision, Mend: mend}
	m.Shell.Wrong = len(f.Errors) > 0 && mend.Field == ""
	secrets, err := s.Settings.Secrets(ctx)
	if err != nil {
		return err
	}
	m.Password = secretState(secrets, app.SecretSMTPPassword, settings.MailHost(p.doc.Notify))
	m.Webhook = secretState(secrets, app.SecretWebhookURL, "")
	m.Webhook.Rebind = false // it is its own address
	if m.Channels, err = s.channelRows(ctx, p.doc.Notify, m); err != nil {
		return err
	}
	if m.Standing, err = s.Read.Notices(ctx); err != nil {
		return err
	}
	return render(c, status, views.NotificationsPage(m))
}

// channelRows are the roads with how each went last.
func (s *Server) channelRows(ctx context.Context, n app.NotifySettings, m views.Notifications) ([]views.ChannelRow, error) {
	rows := []views.ChannelRow{
		{Channel: app.ChannelEmail, On: n.Email.SMTP.Host != "" && len(n.Email.To) > 0},
		{Channel: app.ChannelWebhook, On: n.Webhook.Kind != "" && m.Webhook.Set},
		{Channel: app.ChannelDesktop, On: n.OnDesktop()},
	}
	sent, err := s.Read.NoticesSent(ctx)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		for j := range sent {
			if sent[j].Channel == rows[i].Channel {
				rows[i].Sent = &sent[j]
			}
		}
	}
	return rows, nil
}

func storedNotify(n app.NotifySettings) views.NotifyForm {
	f := views.NotifyForm{
		To: strings.Join(n.Email.To, "\n"), Host: n.Email.SMTP.Host, User: n.Email.SMTP.User, TLS: n.Email.SMTP.TLS, From: n.Email.SMTP.From,
		MailPrivate: n.Email.SMTP.AllowPrivateNetwork, Kind: n.Webhook.Kind, WebhookPrivate: n.Webhook.AllowPrivateNetwork, Desktop: n.OnDesktop(),
	}
	if n.Email.SMTP.Port != 0 {
		f.Port = strconv.Itoa(n.Email.SMTP.Port)
	}
	return f
}

func typedNotify(f form) views.NotifyForm {
	return views.NotifyForm{
		To: f.Get("email_to"), Host: f.text("smtp_host"), Port: f.text("smtp_port"), User: f.text("smtp_user"), TLS: f.text("smtp_tls"), From: f.text("smtp_from"),
		MailPrivate: f.ticked("smtp_private"), Kind: f.text("webhook_kind"), WebhookPrivate: f.ticked("webhook_private"), Desktop: f.ticked("desktop"),
	}
}

// applyNotify puts the form into the settings. What is the default is left out, so that the document stays short.
func applyNotify(to *app.NotifySettings, f views.NotifyForm) error {
	next := app.NotifySettings{Webhook: app.WebhookSettings{Kind: f.Kind, AllowPrivateNetwork: f.WebhookPrivate}}
	next.Email.To = addresses(f.To)
	next.Email.SMTP = app.SMTPSettings{Host: strings.ToLower(f.Host), User: f.User, TLS: f.TLS, From: f.From, AllowPrivateNetwork: f.MailPrivate}
	if f.Host == "" || f.TLS == app.SMTPStartTLS {
		next.Email.SMTP.TLS = ""
	}
	if f.Port != "" {
		n, err := strconv.Atoi(f.Port)
		if err != nil || n <= 0 {
			return app.FieldErrorf("smtp_port", "%q is not a port. Leave it empty for the usual one.", f.Port)
		}
		next.Email.SMTP.Port = n
	}
	if !f.Desktop {
		next.Desktop = new(false)
	}
	*to = next
	return nil
}

// addresses are the e-mail addresses of a text, one a line; commas and semicolons part them too, because people paste lists.
func addresses(text string) (out []string) {
	for _, one := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == ',' || r == ';' }) {
		if one = strings.TrimSpace(one); one != "" {
			out = append(out, one)
		}
	}
	return out
}

// saveNotifications saves the roads, and what was typed of their secrets: after the settings, because a password is kept for
// one server.
func (s *Server) saveNotifications(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	typed := typedNotify(f)
	changes, err := s.edit(c, f.number("revision"), link.Notifications, func(doc *app.Settings) error { return applyNotify(&doc.Notify, typed) })
	if invalid(err) {
		typed.Errors = fieldErrors(err, "notify", notifyPaths)
		return s.wrongNotifications(c, f, f.number("revision"), typed)
	}
	if err != nil {
		return err
	}
	for _, one := range []struct{ input, name string }{{"smtp_password", app.SecretSMTPPassword}, {"webhook_url", app.SecretWebhookURL}} {
		value := f.text(one.input)
		if value == "" {
			continue
		}
		err := s.Settings.SetSecret(c.Request().Context(), one.name, app.Secret(value))
		if code := app.ErrorCode(err); code == app.Invalid || code == app.Conflict || code == app.NotFound { // the rest is saved
			_, rev, e := s.Settings.Document(c.Request().Context())
			if e != nil {
				return e
			}
			typed.Errors = ui.Errors{{Field: one.input, Message: app.ErrorMessage(err)}}
			return s.wrongNotifications(c, f, rev, typed)
		}
		if err != nil {
			return err
		}
	}
	s.tell(c, good, "%s", savedWords(changes))
	return s.saved(c, f, link.Notifications)
}

func (s *Server) wrongNotifications(c echo.Context, f form, revision int64, typed views.NotifyForm) error {
	p, err := s.open(c, "Notifications", link.Settings)
	if err != nil {
		return err
	}
	return s.showNotifications(c, p, http.StatusUnprocessableEntity, revision, views.Mend{Delivery: f.number("delivery")}, typed)
}

// notifySecret forgets a stored password or address.
func (s *Server) notifySecret(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	name := f.text("forget")
	if name != app.SecretSMTPPassword && name != app.SecretWebhookURL {
		return app.FieldErrorf("forget", "Nothing of that name is kept here.")
	}
	if err := s.Settings.DeleteSecret(c.Request().Context(), name); err != nil {
		return err
	}
	s.tell(c, good, "Forgotten. Nothing goes by that road until it is entered again.")
	return seeOther(c, link.Notifications)
}

// testNotice sends something harmless by one road, and says what came of it.
func (s *Server) testNotice(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	channel := f.text("channel")
	if channel != app.ChannelEmail && channel != app.ChannelWebhook && channel != app.ChannelDesktop {
		return app.FieldErrorf("channel", "There is no such road.")
	}
	kind := "test notice " + channel
	j, err := s.work(c, kind, longWait, func(ctx context.Context, p *job.Progress) (any, error) {
		p.Set(0, 0, "Sending a test")
		return nil, s.TestNotice(ctx, channel)
	})
	if err != nil {
		return err
	}
	_, running := s.running(kind)
	switch {
	case running:
		s.tell(c, info, "The test is still on its way. Look at this page again in a moment.")
	case j.Err != nil:
		s.tell(c, bad, "The test did not arrive. %s", app.ErrorMessage(j.Err))
	default:
		s.tell(c, good, "The test was sent. Look whether it arrived.")
	}
	return seeOther(c, link.Notifications)
}
