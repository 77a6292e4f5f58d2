package notify

import (
	"context"
	"errors"
	"time"

	"psabridge/app"
	"psabridge/app/channel"
	"psabridge/app/settings"
)

// order is that of the channels: the quickest first.
var order = []string{app.ChannelDesktop, app.ChannelWebhook, app.ChannelEmail}

// road is what is known of one channel. It is lost when the bridge ends: then nobody is told twice by the others, and what none
// of them took is still untold in the store.
type road struct {
	owed     map[int64]bool       // notices another channel told and this one could not
	took     map[string]time.Time // when it took a message of a kind last
	failures int                  // in a row
	next     time.Time            // not before
}

// road returns what is known of a channel. The caller holds mu.
func (n *Notify) road(name string) *road {
	r := n.roads[name]
	if r == nil {
		r = &road{owed: map[int64]bool{}, took: map[string]time.Time{}}
		n.roads[name] = r
	}
	return r
}

// pauses are the waits before a channel that failed is tried again; the last one repeats.
var pauses = []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

const (
	// refusedPause is the shortest wait after an account was refused: accounts get locked.
	refusedPause = 10 * time.Minute
	// slack keeps a look that comes a moment early from waiting a whole minute more.
	slack = 5 * time.Second
)

// fail takes down that a channel failed.
func (r *road) fail(err error, now time.Time) {
	wait := pauses[min(r.failures, len(pauses)-1)]
	if app.ErrorCode(err) == app.Unauthorized {
		wait = max(wait, refusedPause)
	}
	if e, ok := errors.AsType[*app.Error](err); ok {
		wait = max(wait, e.RetryAfter)
	}
	r.failures++
	r.next = now.Add(wait - slack)
}

// setUp lists the channels of the settings, in order.
func (n *Notify) setUp(s app.NotifySettings) (names []string) {
	for _, name := range order {
		if n.ready(name, s) == nil {
			names = append(names, name)
		}
	}
	return names
}

// ready returns what a channel lacks in the settings.
func (n *Notify) ready(name string, s app.NotifySettings) error {
	switch name {
	case app.ChannelDesktop:
		if n.NoDesktop {
			return none(app.FieldErrorf("notify.desktop", "This bridge shows no notices on the desktop: it is a demo."))
		}
		if !s.OnDesktop() {
			return none(app.FieldErrorf("notify.desktop", "Notices on the desktop are switched off. Switch them on and save first."))
		}
	case app.ChannelEmail:
		if s.Email.SMTP.Host == "" {
			return noServer()
		}
		if len(s.Email.To) == 0 {
			return none(app.FieldErrorf("notify.email.to", "Nobody is named who is told by e-mail. Enter an address and save first."))
		}
	case app.ChannelWebhook:
		if s.Webhook.Kind == "" {
			return none(app.FieldErrorf("notify.webhook.kind", "No webhook is set up. Choose its kind and save first."))
		}
	default:
		return none(app.FieldErrorf("channel", "There is no channel %q. Choose desktop, email or webhook.", name))
	}
	return nil
}

func noServer() error {
	return none(app.FieldErrorf("notify.email.smtp.host", "No mail server is set up, so no e-mail can be sent. Set one up under Settings ▸ Notifications."))
}

// none marks an error of our own: nothing was sent.
func none(e *app.Error) error {
	e.Outcome = app.OutcomeNone
	return e
}

// open makes a channel ready to send, with its secret.
func (n *Notify) open(ctx context.Context, name string, s app.NotifySettings) (channel.Channel, error) {
	secret, err := n.secret(ctx, name, s)
	if err != nil {
		return nil, err
	}
	c, err := n.Open(name, s, secret)
	if err != nil {
		return nil, located(name, err)
	}
	return c, nil
}

// secret reads what a channel needs of the keychain. A mail server without a user needs nothing.
func (n *Notify) secret(ctx context.Context, name string, s app.NotifySettings) (app.Secret, error) {
	key, field, missing := "", "", ""
	switch name {
	case app.ChannelEmail:
		if s.Email.SMTP.User == "" {
			return "", nil
		}
		key, field, missing = app.SecretSMTPPassword, "notify.smtp_password", "The mail server's password is not set. Enter it under Settings ▸ Notifications."
	case app.ChannelWebhook:
		key, field, missing = app.SecretWebhookURL, "notify.webhook_url", "The webhook's address is not set. Enter it under Settings ▸ Notifications."
	default:
		return "", nil
	}
	v, err := n.Secret(ctx, key)
	code := app.ErrorCode(err)
	switch {
	case err == nil:
		return v, nil
	case code == app.NotFound:
		return "", none(app.FieldErrorf(field, "%s", missing))
	case code == app.Unauthorized: // entered for another host: as good as missing
		code = app.Invalid
	}
	return "", &app.Error{Code: code, Field: field, Outcome: app.OutcomeNone, Message: app.ErrorMessage(err), Err: err}
}

// located names a channel's field by its whole path in the settings. What is about a setting was not sent.
func located(name string, err error) error {
	e, ok := errors.AsType[*app.Error](err)
	if !ok || e.Field == "" {
		return err
	}
	out := *e
	out.Outcome = app.OutcomeNone
	switch {
	case name == app.ChannelWebhook && e.Field == "address":
		out.Field = "notify.webhook_url"
	case name == app.ChannelWebhook:
		out.Field = "notify.webhook." + e.Field
	case name == app.ChannelEmail && e.Field != "to":
		out.Field = "notify.email.smtp." + e.Field
	}
	return &out
}

// telling returns the notify settings with their defaults.
func (n *Notify) telling(ctx context.Context) (app.NotifySettings, error) {
	s, err := n.own(ctx)
	return settings.NotifyWithDefaults(s), err
}

// own returns the notify settings as a person left them.
func (n *Notify) own(ctx context.Context) (app.NotifySettings, error) {
	doc, err := n.Settings(ctx)
	return doc.Notify, err
}
