package main

import (
	"context"

	"psabridge/app"
	"psabridge/app/receive"
	"psabridge/app/web"
	"psabridge/app/web/api"
)

// wireInbox makes the door for what is sent to us.
func (b *bridge) wireInbox(context.Context) error {
	b.desk = receive.New(receive.Deps{
		Store: b.store, Take: b.take, Settings: b.document, Dir: b.opts.Dir, Log: component(b.log, "receive"),
	})
	return nil
}

// take stores what came in; of the events only those count that were not known before.
func (b *bridge) take(ctx context.Context, name string, batch app.Batch, readings []app.Reading) (app.Received, error) {
	r, err := b.intake.Receive(ctx, name, batch, readings)
	return app.Received{Accepted: r.Stored, Organizations: r.Organizations}, err
}

// sourceDeps are what the pages of the sources call besides the rest.
func (b *bridge) sourceDeps() web.SourceDeps {
	return web.SourceDeps{
		Receive: b.desk, SignIn: b.hub, Organize: b.store, TokenInfo: b.setup.TokenInfo, Notes: b.hub.SourceNotes,
	}
}

// sourceCalls are what the API's calls about sources need besides the rest.
func (b *bridge) sourceCalls() api.SourceDeps {
	return api.SourceDeps{Inbox: b.desk, Sources: b.intake.Status, Organize: b.store, TokenInfo: b.setup.TokenInfo, Notes: b.hub.SourceNotes}
}
