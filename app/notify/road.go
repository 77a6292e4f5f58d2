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

// key is what a notice is known by while it stands.
type key struct{ kind, subject string }

func keyOf(n app.Notice) key { return key{n.Kind, n.Subject} }

// line is what one channel told of a notice that stands, or has still to tell.
type line struct {
	at     time.Time // when the channel took it, or may have
	owed   bool      // another channel told it and this one could not, or nobody knows whether this one did
	toldAt time.Time // what the notice said of itself when it went out without an answer: the second copy has the same Message-ID
	dirty  bool      // not in the store yet
}

// unsure reports whether a message went out without an answer, and is to be sent once more.
func (x line) unsure() bool { return x.owed && !x.at.IsZero() }

// road is what is known of one channel.
type road struct {
	lines    map[key]line
	took     map[string]time.Time // when it took a message of a kind last, or may have
	failures int                  // in a row
	late     int                  // of them those in which a server only put some receivers off
	unsure   bool                 // it did not answer to the last message
	next     time.Time            // not before
}

// road returns what is known of a channel. The caller holds mu.
func (n *Notify) road(name string) *road {
	r := n.roads[name]
	if r == nil {
		r = &road{lines: map[key]line{}, took: map[string]time.Time{}}
		n.roads[name] = r
	}
	return r
}

// pauses are the waits before a channel that failed is tried again; the last one repeats.
var pauses = []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

const (
	// refusedPause is the shortest wait after an account was refused: accounts get locked.
	refusedPause = 10 * time.Minute
	// latePatience is how often a mail server may put some receivers off before the others are told without them.
	latePatience = 3
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
	if _, late := errors.AsType[*channel.DeferredError](err); late {
		r.late++
	}
	r.unsure = false
	r.next = now.Add(wait - slack)
}

// works takes down that a channel answered.
func (r *road) works() { r.failures, r.late, r.unsure, r.next = 0, 0, false, time.Time{} }

// told takes down that a channel took what it was to tell of a kind.
func (r *road) told(kind string, list []app.Notice, now time.Time) {
	r.took[kind] = now
	for _, one := range list {
		r.lines[keyOf(one)] = line{at: now, dirty: true}
	}
}

// maybeTold takes down that a message went out and no answer came. Each notice is sent once more, after the quiet time; then it
// counts as taken, because a chat that is slow to answer must not get the same all day. It returns what counts as taken now.
func (r *road) maybeTold(kind string, list []app.Notice, now time.Time) (taken []app.Notice) {
	r.took[kind], r.unsure = now, true
	for _, one := range list {
		was := r.lines[keyOf(one)]
		if was.unsure() {
			taken = append(taken, one)
		}
		r.lines[keyOf(one)] = line{at: now, owed: !was.unsure(), toldAt: one.ToldAt, dirty: true}
	}
	return taken
}

// owes lets a channel make up for what others told and it could not.
func (r *road) owes(list []app.Notice, now time.Time) {
	for _, one := range list {
		if was := r.lines[keyOf(one)]; !was.owed && !was.at.Equal(now) {
			r.lines[keyOf(one)] = line{owed: true, dirty: true}
		}
	}
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
