package main

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"time"

	"psabridge/app"
	"psabridge/app/intake"
	"psabridge/app/push"
	"psabridge/app/setup"
	"psabridge/app/web"
	"psabridge/app/web/api"
)

// wireSurfaces puts the pages and the API behind the one guard.
func (b *bridge) wireSurfaces(context.Context) error {
	b.guard = &web.Guard{
		Label: b.install.HostLabel + ".localhost", Port: b.opts.Port, PageHost: b.opts.PageHost, Sessions: b.sessions, TokenValid: web.TokenIs(b.token), Scoped: b.desk.Permits,
		Peer: b.peers(),
	}
	pages := web.New(b.pageDeps())
	b.pages = pages
	b.guard.Pages, b.guard.OpenPages = pages.Handler(), pages.Open
	b.guard.SignedOut, b.guard.Bounce = pages.SignedOutPage(), pages.BouncePage()
	b.guard.API = api.WhenAsked(b.apiDeps(pages))
	return nil
}

func (b *bridge) pageDeps() web.Deps {
	return web.Deps{
		Guard: b.guard, Now: time.Now, Zone: time.Local, Log: component(b.log, "web"), Demo: b.opts.Demo,
		About: web.About{
			Version: version, StartedAt: b.startedAt, DataDir: b.opts.Dir, DBBytes: b.databaseSize, KeysIn: b.keysIn(), BuiltInClientID: clientID != "",
			Folder: b.home.folder,
		},
		Read: b.store.Reader(), Settings: b.setup, Setup: suggester{b.setup}, Sync: b.sync, Push: pusher{b.pusher, b.wake}, Outbox: parked{b}, Jobs: b.jobs,
		Start: b.answerStart, Pause: b.pause, Resume: b.resume,
		Sources: b.intake.Status, Health: b.hub.ConnectionHealth, Blocks: b.outbox.Blocks, Guide: b.setup, TestTicket: b.tickets.StartTest,
		NotifyChecks: b.setup.NotifyChecks, Computer: b.computer, StartAtLogin: b.startAtLogin,
		TicketURL: b.ticketURL, AgreementURL: b.agreementURL, OnLaunch: b.launched, Views: b.store, SourceDeps: b.sourceDeps(), AlertDeps: b.alertCalls(), BillingDeps: b.billingCalls(), MappingDeps: b.mappingCalls(), UpkeepDeps: b.upkeepCalls(), MachineDeps: b.machineCalls(),
	}
}

func (b *bridge) apiDeps(pages *web.Server) api.Deps {
	return api.Deps{
		Version: version, StartedAt: b.startedAt, Now: time.Now, Log: component(b.log, "api"),
		Read: b.store.Reader(), Settings: b.setup, Setup: suggester{b.setup}, Sync: b.sync, Push: pusher{b.pusher, b.wake}, Outbox: parked{b}, Jobs: b.jobs,
		Start: b.answerStart, Pause: b.pause, Resume: b.resume, Status: pages.Status, TicketURL: b.ticketURL, Launch: b.launch,
		Guide: b.setup, TestTickets: b.tickets, SourceDeps: b.sourceCalls(), AlertDeps: b.alertCalls(), BillingDeps: b.billingCalls(), MappingDeps: b.mappingCalls(), UpkeepDeps: b.upkeepCalls(), MachineDeps: b.machineCalls(),
	}
}

// suggester gives setup's suggestions in the API's words.
type suggester struct{ *setup.Setup }

// Suggestions implements api.Setup.
func (s suggester) Suggestions(ctx context.Context, connection string) ([]api.Suggestion, error) {
	rows, err := s.Setup.Suggestions(ctx, connection)
	out := make([]api.Suggestion, 0, len(rows))
	for _, r := range rows {
		out = append(out, api.Suggestion{OrganizationID: api.RowID(r.OrganizationID), CompanyID: r.CompanyID, Reason: string(r.Reason), Score: r.Score, Like: r.Like})
	}
	return out, err
}

// parked lets a person move what waits for one.
type parked struct{ *bridge }

// Retry implements api.Outbox.
func (p parked) Retry(ctx context.Context, id int64, by string) error {
	return p.kicked(p.store.RetryDelivery(ctx, id, by, time.Now()))
}

// RetryParked implements api.Outbox.
func (p parked) RetryParked(ctx context.Context, by string) (int, error) {
	n, err := p.store.RetryParked(ctx, by, time.Now())
	return n, p.kicked(err)
}

// RetryMatching implements api.Outbox.
func (p parked) RetryMatching(ctx context.Context, f app.RetryFilter, by string) (int, error) {
	n, err := p.store.RetryMatching(ctx, f, by, time.Now())
	return n, p.kicked(err)
}

// Drop implements api.Outbox.
func (p parked) Drop(ctx context.Context, id int64, reason, by string) error {
	return p.kicked(p.store.DropDelivery(ctx, id, reason, by, time.Now()))
}

// Link implements api.Outbox.
func (p parked) Link(ctx context.Context, id, ticket int64, by string) error {
	return p.kicked(p.tickets.Link(ctx, id, ticket, by))
}

func (p parked) kicked(err error) error {
	p.wake()
	return err
}

// sync reads a source now, in the API's words.
func (b *bridge) sync(ctx context.Context, name string) (api.SyncResult, error) {
	r, err := b.intake.Sync(ctx, name)
	return syncResult(r), err
}

func syncResult(r intake.Result) api.SyncResult {
	return api.SyncResult{Organizations: r.Organizations, Events: r.Events, Readings: r.Readings, Complete: r.Complete, Problems: r.Problems}
}

func (b *bridge) pause(ctx context.Context, until time.Time, reason string) error {
	if !until.IsZero() && !until.After(time.Now()) {
		return app.FieldErrorf("until", "%s is over already. Name a moment to come, or leave it out to pause until you resume.", until.Format(time.RFC3339))
	}
	defer b.tray.refresh()
	return b.store.SetPause(ctx, true, until, reason)
}

func (b *bridge) resume(ctx context.Context) error {
	defer b.tray.refresh()
	err := b.store.SetPause(ctx, false, time.Time{}, "")
	b.wake()
	return err
}

// ticketURL and agreementURL ask the live client, which knows the address that is really used.
func (b *bridge) ticketURL(ctx context.Context, connection string, ticket int64) string {
	client, err := b.psa(ctx, connection)
	if err != nil {
		return ""
	}
	return client.TicketURL(ticket)
}

func (b *bridge) agreementURL(ctx context.Context, connection string, agreement int64) string {
	client, err := b.psa(ctx, connection)
	if err != nil {
		return ""
	}
	return client.AgreementURL(agreement)
}

// databaseSize is what the database and its log take on the disk.
func (b *bridge) databaseSize() (bytes int64) {
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(filepath.Join(b.opts.Dir, "psabridge.db"+suffix)); err == nil {
			bytes += info.Size()
		}
	}
	return bytes
}

func (b *bridge) keysIn() string {
	switch {
	case b.opts.Keychain != nil:
		return "memory, until the demo ends"
	case b.opts.Keys == "file":
		return "an encrypted file in the data folder"
	}
	return "this computer's keychain"
}

func randomToken() string { return rand.Text() + rand.Text() }

// pusher gives the pushes' use case in the surfaces' words.
type pusher struct {
	*push.Pusher
	wake func()
}

// Approve implements api.Pusher; what was approved is written at once.
func (p pusher) Approve(ctx context.Context, plan int64, digest string, t app.Trigger, by string) (app.Push, error) {
	defer p.wake()
	return p.Pusher.Approve(ctx, plan, digest, t, by)
}

// Undo implements api.Pusher; it is a push like any other.
func (p pusher) Undo(ctx context.Context, id int64, by string) (app.Push, error) {
	defer p.wake()
	return p.Pusher.Undo(ctx, id, by)
}

// MakePlan implements api.Pusher.
func (p pusher) MakePlan(ctx context.Context, connection string, period app.Period, t app.Trigger) (app.Plan, error) {
	return p.Pusher.MakePlan(ctx, connection, period, t, string(t))
}

// ReleaseAll implements api.Pusher.
func (p pusher) ReleaseAll(ctx context.Context, plan int64, codes []app.HoldCode, note, by string) (app.Plan, error) {
	out, _, err := p.Pusher.ReleaseAll(ctx, plan, codes, note, by)
	return out, err
}
