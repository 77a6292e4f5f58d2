package outbox

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"psabridge/app"
)

// wallTick is the longest the outbox sleeps: timers do not run while a laptop does, so the wall clock is asked.
const wallTick = 30 * time.Second

// Options are how an Outbox works; zero fields take their defaults.
type Options struct {
	Now    func() time.Time // default time.Now
	Logger *slog.Logger
	// Workers is how many deliveries are made at once; default 4.
	Workers int
	// Grace is how long attempts under way may go on after Run was told to stop; default 10 s.
	Grace time.Duration
	// Probe asks a blocked connection whether it works again, by the cheapest read that needs the keys. Without it a
	// connection stays blocked until Unblock.
	Probe func(ctx context.Context, connection string) error
	// Random is in [0,1) and spreads retries; default math/rand.
	Random func() float64
	// Settled is called after each settlement, for pages and notices that follow; nil for none.
	Settled func(d app.Delivery, st app.Settlement)
}

// Outbox delivers. Make one with New; it is safe for concurrent use.
type Outbox struct {
	store    Store
	handlers map[app.DeliveryKind]Handler
	o        Options
	gates    gates
	kick     chan struct{}
	running  sync.WaitGroup
}

// New makes an Outbox. A delivery whose kind has no handler is parked.
func New(store Store, handlers map[app.DeliveryKind]Handler, o Options) *Outbox {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Workers <= 0 {
		o.Workers = 4
	}
	if o.Grace <= 0 {
		o.Grace = 10 * time.Second
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	o.Logger = o.Logger.With("component", "outbox")
	return &Outbox{store: store, handlers: handlers, o: o, gates: gates{rows: map[string]*gate{}}, kick: make(chan struct{}, 1)}
}

// Kick says that there may be something to deliver. It never waits.
func (b *Outbox) Kick() {
	select {
	case b.kick <- struct{}{}:
	default:
	}
}

// Blocks lists the connections nothing is sent on now, and why.
func (b *Outbox) Blocks() []app.Block { return b.gates.blocks() }

// Unblock lets a connection be tried at once, because its settings or keys changed, or a person says so.
func (b *Outbox) Unblock(ctx context.Context, connection string) error {
	b.gates.open(connection)
	_, err := b.store.WakeConnection(ctx, connection, b.o.Now())
	b.Kick()
	return err
}

// Report takes down what a request outside of any delivery showed of a connection, for one the poll of open tickets: keys that
// were refused there are not to be tried again every two minutes either, and a wait that was asked for holds for all. A nil
// error is an answer.
func (b *Outbox) Report(ctx context.Context, connection string, err error) {
	if ctx.Err() != nil {
		return // we are stopping, which says nothing about the connection
	}
	what := answered
	if err != nil {
		what = effectOf(app.ErrorCode(err))
	}
	if b.gates.note(connection, what, err, b.o.Now()) {
		b.o.Logger.WarnContext(ctx, "nothing is sent on this connection for now", "connection", connection, "code", app.ErrorCode(err))
		b.Kick() // Run asks when the gate moves next
	}
}

// Run delivers until ctx is done. Then it claims nothing more, lets the attempts under way go on for Grace, cancels
// them, and returns when they have settled, at the latest a moment after that: an attempt that ignores its context is
// left behind, and the next start finds it unsettled and looks what became of it. Run must not be called twice at once.
func (b *Outbox) Run(ctx context.Context) {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	free := make(chan struct{}, b.o.Workers)
	for range b.o.Workers {
		free <- struct{}{}
	}
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-free:
			now := b.o.Now()
			if d, ok := b.claim(ctx, now); ok {
				b.running.Go(func() {
					defer func() { free <- struct{}{} }()
					b.attempt(work, d)
					b.Kick() // the next of its lane may go
				})
				continue
			}
			free <- struct{}{}
			b.sleep(ctx, now)
		}
	}
	b.drain(cancel)
}

// Once makes one attempt at what is due now, and reports whether there was one. It is for scripts and tests that bring
// their own loop; it must not be called beside Run.
func (b *Outbox) Once(ctx context.Context) bool {
	d, ok := b.claim(ctx, b.o.Now())
	if ok {
		b.attempt(ctx, d)
	}
	return ok
}

// drain waits for what is under way.
func (b *Outbox) drain(cancel context.CancelFunc) {
	done := make(chan struct{})
	go func() { b.running.Wait(); close(done) }()
	for _, patience := range []time.Duration{b.o.Grace, b.o.Grace/2 + time.Second} {
		timer := time.NewTimer(patience)
		select {
		case <-done:
			timer.Stop()
			return
		case <-timer.C:
			cancel()
		}
	}
	b.o.Logger.Warn("an attempt did not stop in time")
}

// claim takes the next delivery; false when nothing may be sent now.
func (b *Outbox) claim(ctx context.Context, now time.Time) (app.Delivery, bool) {
	install, err := b.store.Install(ctx)
	if err != nil {
		b.log(ctx, "cannot read whether sending is paused", err)
		return app.Delivery{}, false
	}
	if install.PausedAt(now) || install.Restoring {
		return app.Delivery{}, false
	}
	b.tend(ctx, now)
	d, ok, err := b.store.Claim(ctx, now, b.gates.names())
	if err != nil {
		b.log(ctx, "cannot claim a delivery", err)
		return app.Delivery{}, false
	}
	return d, ok
}

// tend opens the gates whose wait is over and probes those that are due.
func (b *Outbox) tend(ctx context.Context, now time.Time) {
	for _, name := range b.gates.expired(now) {
		b.reopen(ctx, name)
	}
	if b.o.Probe == nil {
		return
	}
	for _, name := range b.gates.toProbe(now) {
		b.running.Go(func() {
			err := b.probe(ctx, name)
			b.gates.probed(name, err, b.o.Now())
			if err == nil {
				b.reopen(ctx, name)
			}
			b.Kick()
		})
	}
}

// probe asks a connection whether it works again. A refusal that is not about keys, rate or the network is an answer.
func (b *Outbox) probe(ctx context.Context, connection string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panicked(p)
		}
	}()
	err = b.o.Probe(ctx, connection)
	if effectOf(app.ErrorCode(err)) == answered {
		return nil
	}
	return err
}

func (b *Outbox) reopen(ctx context.Context, connection string) {
	if !b.gates.open(connection) {
		return
	}
	b.o.Logger.InfoContext(ctx, "connection is sent to again", "connection", connection)
	if _, err := b.store.WakeConnection(ctx, connection, b.o.Now()); err != nil {
		b.log(ctx, "cannot wake the deliveries of a connection", err)
	}
}

// sleep waits until there may be something to do. asked is when there was nothing: what was due already then is held
// back by something else than time.
func (b *Outbox) sleep(ctx context.Context, asked time.Time) {
	now := b.o.Now()
	wake := now.Add(wallTick)
	if at := b.gates.next(asked); !at.IsZero() && at.Before(wake) {
		wake = at
	}
	if at, ok, err := b.store.NextDue(ctx, b.gates.names()); err == nil && ok && at.Before(wake) && at.After(asked) {
		wake = at
	}
	timer := time.NewTimer(max(wake.Sub(now), time.Millisecond))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-b.kick:
	case <-timer.C:
	}
}

func (b *Outbox) log(ctx context.Context, msg string, err error) {
	if ctx.Err() == nil {
		b.o.Logger.ErrorContext(ctx, msg, "error", err) //nolint:sloglint // every caller hands over a constant
	}
}
