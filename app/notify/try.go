package notify

import (
	"cmp"
	"context"
	"errors"

	"psabridge/app"
	"psabridge/app/channel"
	"psabridge/app/link"
)

// Test tells something harmless by one channel (app.Channel…) now, and keeps what came of it. Errors say what to do; invalid
// names the setting that is missing.
func (n *Notify) Test(ctx context.Context, name string) error {
	s, err := n.telling(ctx)
	if err != nil {
		return err
	}
	if err := n.ready(name, s); err != nil {
		return err
	}
	c, err := n.open(ctx, name, s)
	if err == nil {
		m := channel.Message{
			Kind: "test", Title: titled(name, s, "a test"), Text: "Notices arrive here. Nothing needs you.",
			Page: n.Page(link.Notifications),
		}
		if name == app.ChannelEmail {
			m.To = s.Email.To
		}
		err = c.Send(ctx, m)
	}
	now := n.Now()
	if err == nil {
		n.works(name)
	} else {
		n.Log.WarnContext(ctx, "a test notice was not taken", "channel", name, "code", app.ErrorCode(err), "error", err)
	}
	saved := n.Store.SaveNoticeSent(context.WithoutCancel(ctx), result(name, err, now))
	if partly, ok := errors.AsType[*channel.PartlyError](err); ok {
		return app.FieldErrorf("notify.email.to", "%s", partly.Message)
	}
	return cmp.Or(err, saved)
}

// works ends the rest of a channel that failed.
func (n *Notify) works(name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.road(name).works()
}

// Probe asks the mail server whether it answers and accepts the account; nobody is sent anything. Codes are those of
// channel.Channel; invalid when none is set up.
func (n *Notify) Probe(ctx context.Context) error {
	c, _, err := n.mailer(ctx)
	if err != nil {
		return err
	}
	prober, ok := c.(channel.Prober)
	if !ok {
		return nil
	}
	return located(app.ChannelEmail, prober.Probe(ctx))
}

// mailer opens the mail server of the settings. It needs nobody to be told of notices: alerts name their own receivers.
func (n *Notify) mailer(ctx context.Context) (channel.Channel, app.NotifySettings, error) {
	s, err := n.telling(ctx)
	if err != nil {
		return nil, s, err
	}
	if s.Email.SMTP.Host == "" {
		return nil, s, noServer()
	}
	c, err := n.open(ctx, app.ChannelEmail, s)
	return c, s, err
}
