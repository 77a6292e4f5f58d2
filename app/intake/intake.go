// Package intake reads the sources: organizations, states and events every few minutes, usage once a day and whenever
// somebody is about to bill by it. It hands whole batches to the store together with what the alert rules make of them.
package intake

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"psabridge/app"
	"psabridge/app/source"
)

// usualInterval is how often a source is polled when its settings do not say. The store counts gaps by the same.
const usualInterval = 2 * time.Minute

// Store is what intake reads and writes.
type Store interface {
	Marks(ctx context.Context, source string) ([]app.Mark, error)
	Ingest(ctx context.Context, b app.Batch, now time.Time, decide func(app.AlertState) app.AlertDecision) (app.IngestResult, error)
	Tick(ctx context.Context, source string, now time.Time, decide func(app.AlertState) app.AlertDecision) (app.IngestResult, error)
	SaveReadings(ctx context.Context, source string, rs []app.Reading, now time.Time) error
	SaveRaw(ctx context.Context, source string, rs []app.RawRecord) error
	LatestReadings(ctx context.Context, source string) ([]app.Reading, error)
}

// Deps are what an Intake works with. Wake and Logger may be nil.
type Deps struct {
	Store Store
	// Source returns the live client of a source by name.
	Source func(ctx context.Context, name string) (source.Source, error)
	// Settings returns the current settings document.
	Settings func(ctx context.Context) (app.Settings, error)
	// Decide is the alert rules. It runs inside the store's transaction: pure and quick.
	Decide func(doc app.Settings, s app.AlertState) app.AlertDecision
	// Left lists sources that left the settings and of which somebody is still to be told; may be nil.
	Left func(ctx context.Context, now time.Time) ([]string, error)
	// Polled keeps how a reading went, for the picture of the day; may be nil.
	Polled func(ctx context.Context, p app.Poll) error
	// Wake is called when there is something new to deliver.
	Wake   func()
	Now    func() time.Time
	Logger *slog.Logger
}

// Intake reads the sources. It is safe for concurrent use; one source is read by one caller at a time. What RunDue
// starts goes on behind it: Stop ends that, and must be called before the store closes.
type Intake struct {
	deps Deps

	mu      sync.Mutex
	sources map[string]*state

	life  context.Context //nolint:containedctx // of the polls that RunDue started; Stop ends it
	end   context.CancelFunc
	polls sync.WaitGroup // added to under mu, and only while life lasts
}

// New makes an Intake. It reads nothing yet.
func New(d Deps) *Intake {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	if d.Wake == nil {
		d.Wake = func() {}
	}
	in := &Intake{deps: d, sources: map[string]*state{}}
	in.life, in.end = context.WithCancel(context.Background())
	return in
}

// Result is what reading a source brought.
type Result struct {
	Organizations int
	Events        int // that were not known before, derived ones included
	Stored        int // of the events the source showed or was sent: those that were not known before
	Readings      int
	Complete      bool
	Problems      []string // about what could not be read
	Steps         []Step   // what it found out on the way
}

// customers counts the organizations of a batch. The top that psabridge itself puts above them is none, and no page counts
// it either.
func customers(b app.Batch) (n int) {
	for _, o := range b.Organizations {
		if o.ExternalID != app.SyntheticTop {
			n++
		}
	}
	return n
}

// Sync reads a source now, usage included, because a person or a script asked.
// Codes: not_found, invalid for an inbox, and those of the source.
func (in *Intake) Sync(ctx context.Context, name string) (Result, error) {
	return in.SyncWatched(ctx, name, nil)
}

// SyncWatched is Sync that tells say what it finds out while it does, one step at a time.
func (in *Intake) SyncWatched(ctx context.Context, name string, say func(Step)) (Result, error) {
	return in.read(ctx, name, say, func(ctx context.Context, r *reader) error {
		// Who we are is asked for its steps and notes alone: what is wrong with it, reading says too.
		_, _ = r.source.Check(ctx)
		if err := r.pull(ctx); err != nil {
			return err
		}
		return r.usage(ctx)
	})
}

// Poll reads a source as the schedule does: usage only once a day.
// Codes: not_found, invalid for an inbox, and those of the source.
func (in *Intake) Poll(ctx context.Context, name string) (Result, error) {
	return in.read(ctx, name, nil, func(ctx context.Context, r *reader) error {
		if err := r.pull(ctx); err != nil {
			return err
		}
		return r.usageIfDue(ctx)
	})
}

// SyncUsage reads only the usage of a source.
// Codes: not_found, invalid for an inbox, and those of the source.
func (in *Intake) SyncUsage(ctx context.Context, name string) (Result, error) {
	return in.read(ctx, name, nil, func(ctx context.Context, r *reader) error { return r.usage(ctx) })
}

// Problem is something a refresh could not read.
type Problem struct {
	Source  string
	Message string // for the person
	Unread  bool   // nothing of the source could be read
}

// Refresh reads the usage of the named sources, for a plan that is about to be made. What cannot be read is a problem in
// words, not an error: the lines that rest on it will be held (M15). An inbox is passed over: nobody can read it.
func (in *Intake) Refresh(ctx context.Context, names []string) []Problem {
	var problems []Problem
	doc, err := in.deps.Settings(ctx)
	for _, name := range names {
		if s, unknown := find(doc, name); err == nil && unknown == nil && s.Pushed() {
			continue
		}
		r, err := in.SyncUsage(ctx, name)
		if err != nil {
			problems = append(problems, Problem{Source: name, Message: app.ErrorMessage(err), Unread: true})
		}
		for _, text := range r.Problems {
			problems = append(problems, Problem{Source: name, Message: text})
		}
	}
	return problems
}

// Tick lets the alert rules decide what needs only time to pass, for every source.
func (in *Intake) Tick(ctx context.Context, now time.Time) error {
	doc, err := in.deps.Settings(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, s := range doc.Sources {
		res, err := in.deps.Store.Tick(ctx, s.Name, now, in.decide(doc, s.Name, now))
		if err != nil {
			errs = append(errs, err)
		}
		in.woken(res)
	}
	return errors.Join(append(errs, in.tickLeft(ctx, doc, now))...)
}

// tickLeft asks the rules once more about what nobody watches any more: they say so to those who were told that it holds.
func (in *Intake) tickLeft(ctx context.Context, doc app.Settings, now time.Time) error {
	if in.deps.Left == nil {
		return nil
	}
	names, err := in.deps.Left(ctx, now)
	for _, name := range names {
		if _, missing := find(doc, name); missing == nil {
			continue // one of the same name is back, and was asked about
		}
		res, terr := in.deps.Store.Tick(ctx, name, now, func(s app.AlertState) app.AlertDecision { return in.deps.Decide(doc, s) })
		err = errors.Join(err, terr)
		in.woken(res)
	}
	return err
}

// read runs one reading of a source and remembers how it went.
func (in *Intake) read(ctx context.Context, name string, say func(Step), work func(context.Context, *reader) error) (Result, error) {
	doc, err := in.deps.Settings(ctx)
	if err != nil {
		return Result{}, err
	}
	settings, err := find(doc, name)
	if err != nil {
		return Result{}, err
	}
	if settings.Pushed() {
		return Result{}, notRead(name)
	}
	st := in.state(name)
	leave, err := st.enter(ctx)
	if err != nil {
		return Result{}, gaveUp(err)
	}
	defer leave()
	st.beginSteps()
	r := &reader{in: in, name: name, state: st, started: in.deps.Now(), teller: teller{now: in.deps.Now, state: st, say: say}}
	r.result.Complete = true
	var calls calls
	if r.source, err = in.deps.Source(ctx, name); err == nil {
		err = work(calls.watch(r.watch(ctx)), r)
	}
	cancelled := ctx.Err() != nil
	if cancelled {
		err = gaveUp(ctx.Err())
	}
	if err != nil {
		r.result.Complete = false
		r.tell(app.ErrorMessage(err))
	}
	in.remember(ctx, r, every(settings), err, cancelled)
	if !cancelled {
		in.count(ctx, r, err, calls.made())
	}
	r.result.Steps = r.told()
	return r.result, err
}

func gaveUp(err error) error {
	return app.Wrap(err, app.Unavailable, "Reading the source was cancelled before it was done.")
}

func (in *Intake) woken(r app.IngestResult) {
	if r.Deliveries > 0 {
		in.deps.Wake()
	}
}

// every is how often a source is polled.
func every(s app.SourceSettings) time.Duration {
	if s.Every.D() <= 0 {
		return usualInterval
	}
	return max(s.Every.D(), 10*time.Second)
}
