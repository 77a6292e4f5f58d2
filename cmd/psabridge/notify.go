package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/channel"
	"psabridge/app/channel/desktop"
	"psabridge/app/channel/mail"
	"psabridge/app/channel/webhook"
	"psabridge/app/notify"
	"psabridge/app/setup"
)

// wireNotify makes what tells people. It comes after the use cases and before the outbox, whose e-mails it sends.
func (b *bridge) wireNotify(context.Context) error {
	b.notify = notify.New(notify.Deps{
		Store: b.store, Settings: b.document, Secret: b.setup.Secret, Open: openChannel(desktop.New(desktop.Config{Open: b.openClicked})),
		Needs: b.needs, AtOnce: b.tellAtOnce, Page: func(path string) string { return b.page() + path }, NoDesktop: b.opts.Demo,
		Now: time.Now, Log: component(b.log, "notify"),
	})
	b.setup.OnChange(b.notifyChanged)
	return nil
}

// openChannel is the one list of channels. A new one is a package that passes channeltest, and a case here. The desktop is one
// for as long as the bridge runs: it knows whether an earlier notice still hangs.
func openChannel(shown *desktop.Channel) func(string, app.NotifySettings, app.Secret) (channel.Channel, error) {
	return func(name string, n app.NotifySettings, s app.Secret) (channel.Channel, error) {
		switch name {
		case app.ChannelDesktop:
			return shown, nil
		case app.ChannelEmail:
			c := n.Email.SMTP
			return mail.New(mail.Config{
				Host: c.Host, Port: c.Port, User: c.User, Password: s, TLS: c.TLS, From: c.From, AllowPrivateNetwork: c.AllowPrivateNetwork,
			})
		case app.ChannelWebhook:
			return webhook.New(webhook.Config{
				Kind: n.Webhook.Kind, Address: s, AllowPrivateNetwork: n.Webhook.AllowPrivateNetwork, UserAgent: userAgent(),
			})
		}
		return nil, fmt.Errorf("no channel %q", name)
	}
}

// needs is what needs a person now; the pages are made after the use cases, so it goes through the bridge.
func (b *bridge) needs(ctx context.Context) ([]app.Notice, error) { return b.pages.Notices(ctx) }

// tellAtOnce reports whether waiting is of no use: refused keys do not mend themselves.
func (b *bridge) tellAtOnce(n app.Notice) bool {
	if n.Kind != "blocked" {
		return false
	}
	block, is := b.block(n.Subject)
	return is && block.Code == app.Unauthorized
}

// notifyChanged follows an edit of how people are told: what failed is tried again.
func (b *bridge) notifyChanged(ctx context.Context, c setup.Changed) {
	if !c.Notify {
		return
	}
	b.notify.Hurry()
	if err := b.outbox.Unblock(ctx, app.MailConnection); err != nil {
		b.log.Warn("connection was not unblocked", "connection", app.MailConnection, "error", err)
	}
}

// openClicked shows the page of a notice that was clicked, signed in.
func (b *bridge) openClicked(address string) {
	page, ours := strings.CutPrefix(address, b.page())
	if !ours {
		return
	}
	if err := openBrowser(context.Background(), b.opts.Dir, b.launchTo(page)); err != nil {
		b.log.Warn("no browser could be opened", "error", err)
	}
}

// look tells people what needs them. A bridge that is only made to be asked tells nobody.
func (b *bridge) look(ctx context.Context) error { return b.notify.Look(ctx, time.Now()) }
