package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"psabridge/app"
	"psabridge/app/connect"
	"psabridge/app/intake"
	"psabridge/app/job"
	"psabridge/app/notify"
	"psabridge/app/outbox"
	"psabridge/app/push"
	"psabridge/app/receive"
	"psabridge/app/schedule"
	"psabridge/app/secret"
	"psabridge/app/setup"
	"psabridge/app/ticketing"
	"psabridge/app/upkeep"
	"psabridge/app/web"
	"psabridge/store"
)

// stopWithin is how long a stop may take.
const stopWithin = 5 * time.Second

// options say which bridge to build.
type options struct {
	Dir        string
	Port       int // of the page and the API; the sockets are open before the bridge is built
	PageHost   string
	Keys       string // os | file
	Passphrase func() (app.Secret, error)
	Keychain   secret.Keychain // set for the demo; else by Keys
	Demo       bool
	Listening  []string // the addresses of the sockets
	LogLevel   string
	Terminal   console
	flags      globals // as they were given: what a start at login repeats
	// Prepare runs when everything is built and nothing has started yet.
	Prepare func(context.Context, *bridge) error
}

// bridgeOptions are the options the global flags ask for.
func (g *globals) bridgeOptions(dir string, c console) options {
	return options{flags: *g, Dir: dir, PageHost: g.PageHost, Keys: g.Keys, Passphrase: g.passphrase, LogLevel: g.LogLevel, Terminal: c}
}

// bridge is everything that runs, wired. newBridge builds it, start sets it going, stop unwinds it; each part is named
// here once and nowhere else.
type bridge struct {
	opts     options
	log      *slog.Logger
	journal  journal
	looked   looked
	selfTest *upkeep.SelfTest
	support  *upkeep.Support
	install  app.Install
	firstRun bool
	token    string

	store     *store.Store
	vault     *secret.Vault
	setup     *setup.Setup
	hub       *connect.Hub
	intake    *intake.Intake
	pusher    *push.Pusher
	tickets   *ticketing.Desk
	upkeep    *upkeep.Upkeep
	notify    *notify.Notify
	pages     *web.Server
	outbox    *outbox.Outbox
	jobs      *job.Jobs
	desk      *receive.Desk
	schedule  *schedule.Schedule
	sessions  *web.Sessions
	guard     *web.Guard
	tray      *tray
	home      home
	startedAt time.Time
	prunedAt  time.Time // touched by the schedule alone
	ticking   bool      // the schedule runs; a bridge that lives for one command has none

	failed  chan error // a server that ended by itself
	closers []closer   // last in, first out
}

// closer is one step of stopping, by name for the log.
type closer struct {
	name  string
	limit time.Duration // of the whole time a stop has; 0: what is left
	stop  func(context.Context) error
}

// newBridge wires a bridge. Nothing of it runs yet but the outbox's recovery of what a crash left behind. On an error
// everything that was opened is closed again. It is long because it is the one place that knows every part.
func newBridge(ctx context.Context, o options) (*bridge, error) {
	b := &bridge{opts: o, sessions: web.NewSessions(time.Now), failed: make(chan error, 4), startedAt: time.Now()}
	for _, step := range []func(context.Context) error{
		b.openStore, b.openSecrets, b.wireUseCases, b.wireNotify, b.wireInbox, b.wireOutbox, b.wireMachine, b.wireSurfaces, b.wireSchedule, b.recover,
	} {
		if err := step(ctx); err != nil {
			b.stop(ctx)
			return nil, err
		}
	}
	if o.Prepare != nil {
		if err := o.Prepare(ctx, b); err != nil {
			b.stop(ctx)
			return nil, err
		}
	}
	return b, nil
}

func (b *bridge) openStore(ctx context.Context) error {
	b.journal = openLog(b.opts.Dir, b.opts.LogLevel, b.opts.Terminal.err)
	b.log = b.journal.Logger
	b.tray, b.home = newTray(b), b.lookAround()
	b.onStop("log", 0, b.journal.close)
	var err error
	if b.token, err = loadToken(b.opts.Dir, randomToken); err != nil {
		return err
	}
	if b.store, err = store.Open(ctx, b.opts.Dir, store.Options{Logger: component(b.log, "store")}); err != nil {
		return err
	}
	b.onStop("store", 0, func(ctx context.Context) error { return errors.Join(b.store.WritePolls(ctx), b.store.Close()) })
	if b.install, err = b.store.Install(ctx); err != nil {
		return err
	}
	rev, err := b.store.CurrentSettings(ctx)
	b.firstRun = err == nil && rev.Rev == 0
	return err
}

func (b *bridge) openSecrets(context.Context) error {
	keychain := b.opts.Keychain
	switch {
	case keychain != nil:
	case b.opts.Keys == "file":
		passphrase, err := b.opts.Passphrase()
		if err != nil {
			return err
		}
		if keychain, err = secret.OpenFile(b.opts.Dir, passphrase); err != nil {
			return err
		}
	default:
		keychain = secret.NewOS(b.install.ID, 0)
	}
	b.vault = secret.NewVault(keychain, b.store)
	b.setup = setup.New(setup.Deps{
		Store: b.store, Vault: b.vault, Now: time.Now, Zone: machineZone, Log: component(b.log, "setup"),
		Client: b.psa, BuiltInClientID: clientID != "", SourceProblem: b.sourceProblem,
		Account: b.account, Revoke: b.revoke, ProbeMail: b.probeMail,
	})
	return nil
}

// recover puts right what a crash left: deliveries under way go back to waiting, or to checking when something may
// have been sent.
func (b *bridge) recover(ctx context.Context) error {
	n, err := b.store.RecoverDeliveries(ctx, time.Now())
	if n > 0 {
		b.log.Info("deliveries recovered after an unclean stop", "count", n)
	}
	return err
}

// start sets everything going and serves the page and the API on the sockets. It does not wait. The servers are named to
// onStop last, so they stop first: nobody may ask for anything once the parts that answer begin to go.
func (b *bridge) start(ctx context.Context, sockets *web.Listeners) {
	b.startOutbox(ctx)
	b.ticking = true
	b.onStop("intake", time.Second, b.intake.Stop)
	b.onStop("schedule", time.Second, b.schedule.Stop)
	b.startServers(sockets)
	b.schedule.Start()
}

// startBriefly is start for a bridge that lives for one command: it serves, and reads nothing by itself. It delivers only
// for a command that sends: a push must not wait for the next start, but a look at the list must not open tickets.
func (b *bridge) startBriefly(ctx context.Context, sockets *web.Listeners, sends bool) {
	if sends {
		if err := b.upkeep.Reconcile(ctx, time.Now()); err != nil {
			b.log.WarnContext(ctx, "after the restore ConnectWise was not asked", "error", err)
		}
		b.startOutbox(ctx)
	}
	b.startServers(sockets)
}

// startServers serves on every socket with the bounds of SECURITY §5.
func (b *bridge) startServers(sockets *web.Listeners) {
	srv := &http.Server{
		Handler: b.guard, ConnContext: b.guard.ConnContext, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 60 * time.Second,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(component(b.log, "http").Handler(), slog.LevelDebug),
	}
	for _, one := range sockets.All {
		go func() {
			if err := srv.Serve(one); !errors.Is(err, http.ErrServerClosed) {
				b.failed <- app.Wrap(err, app.Unavailable, "The page can no longer be served.")
			}
		}()
	}
	b.onStop("http", time.Second, func(ctx context.Context) error {
		if err := srv.Shutdown(ctx); err != nil {
			return srv.Close() // somebody waits for a long job's result; it goes on without him
		}
		return nil
	})
}

// stop unwinds everything that was opened, last first, within what ctx leaves. It may be called more than once.
func (b *bridge) stop(ctx context.Context) {
	for len(b.closers) > 0 {
		last := b.closers[len(b.closers)-1]
		b.closers = b.closers[:len(b.closers)-1]
		if err := last.run(ctx); err != nil && b.log != nil && last.name != "log" {
			b.log.Warn("part did not stop cleanly", "part", last.name, "error", err)
		}
	}
}

// stopSoon is stop within the time a stop may take; what still runs then is abandoned, and is safe to abandon.
func (b *bridge) stopSoon(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	b.stop(ctx)
}

func (b *bridge) onStop(name string, limit time.Duration, stop func(context.Context) error) {
	b.closers = append(b.closers, closer{name, limit, stop})
}

// run stops one part within its limit, so that a slow one leaves time for those that matter more.
func (c closer) run(ctx context.Context) error {
	if c.limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.limit)
		defer cancel()
	}
	return c.stop(ctx)
}

// page is the address people open; it needs a session.
func (b *bridge) page() string { return b.guard.PageOrigin() }

// launch is a sign-in address, good once and for 60 seconds.
func (b *bridge) launch() string { return b.launchTo("") }

// launchTo is launch that leads to one of our pages.
func (b *bridge) launchTo(page string) string {
	return b.page() + "/launch?token=" + b.sessions.NewLaunch(page)
}

// launched removes the redirect file once its token is used.
func (b *bridge) launched() {
	if err := os.Remove(filepath.Join(b.opts.Dir, redirectFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		b.log.Warn("redirect file was not removed", "error", err)
	}
}

// api is the address of the API; it needs the token.
func (b *bridge) api() string { return fmt.Sprintf("http://127.0.0.1:%d", b.opts.Port) }

func component(log *slog.Logger, name string) *slog.Logger { return log.With("component", name) }
