package push

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"psabridge/app"
	"psabridge/app/psa"
)

// Store is what a push reads and writes of the database.
type Store interface {
	Tree(ctx context.Context) ([]app.Organization, error)
	ReadingsFor(ctx context.Context, source string, period app.Period) ([]app.Reading, error)
	Owned(ctx context.Context, connection string) ([]app.OwnedAddition, error)
	LastPlannedLines(ctx context.Context, connection string, before app.Period) ([]app.Line, error)
	LatestLines(ctx context.Context, connection string) ([]app.Line, error)
	Options(ctx context.Context, connection string, list app.OptionList, parent int64) ([]app.OptionRow, time.Time, error)
	SaveOptions(ctx context.Context, connection string, list app.OptionList, parent int64, rows []app.OptionRow, now time.Time) error

	Plan(ctx context.Context, id int64) (app.Plan, error)
	CurrentPlan(ctx context.Context, connection string, p app.Period) (app.Plan, error)
	DuePlans(ctx context.Context, connection string) ([]app.Period, error)
	SavePlan(ctx context.Context, p app.Plan) (app.Plan, error)
	ReplacePlan(ctx context.Context, p app.Plan, carry func(old, now app.Plan) app.Plan) (app.Plan, error)
	UpdatePlan(ctx context.Context, id int64, change func(app.Plan) (app.Plan, error)) (app.Plan, error)
	Line(ctx context.Context, id int64) (app.Line, error)

	Overrides(ctx context.Context, period app.Period) ([]app.Override, error)
	OverrideMark(ctx context.Context) (int64, error)
	SaveOverrides(ctx context.Context, overrides []app.Override) error
	RemoveOverride(ctx context.Context, o app.Override) error

	Approve(ctx context.Context, planID int64, digest string, push app.Push) (app.Push, error)
	Push(ctx context.Context, id int64) (app.Push, error)
	PushLines(ctx context.Context, id int64, lines []int64) (app.Push, error)
	Pushes(ctx context.Context, f app.PushFilter) ([]app.Push, error)
	StopPush(ctx context.Context, id int64, reason, by string, now time.Time) (int, error)
	TiedLines(ctx context.Context, push int64) ([]app.Line, error)
	LaterOn(ctx context.Context, push int64) (map[int64]app.Period, error)
	Attempts(ctx context.Context, deliveryID int64) ([]app.Attempt, error)
	SettingsHistory(ctx context.Context, page app.Page) ([]app.Revision, error)
	Confirmations(ctx context.Context) ([]app.Confirmation, error)
	LastRestore(ctx context.Context) (app.Restore, error)
}

// Problem is something a refresh of the sources could not read.
type Problem struct {
	Source  string
	Message string
	// Unread is true when the source could not be read at all: everything that rests on it is held, however fresh the
	// last reading is.
	Unread bool
}

// Deps is what a Pusher works with. Now and Log may be nil.
type Deps struct {
	Store    Store
	Settings func(ctx context.Context) (doc app.Settings, rev int64, err error)
	Client   func(ctx context.Context, connection string) (psa.Client, error)
	// Refresh reads the usage of sources now and stores it; nil in a setting where readings come by themselves.
	Refresh func(ctx context.Context, sources []string) []Problem
	// Before runs before a plan becomes a push; an error keeps it from that. nil for nothing.
	Before func(ctx context.Context) error
	Now    func() time.Time
	Log    *slog.Logger
}

// Pusher plans, approves, writes and undoes pushes. It is safe for concurrent use; plans of one connection are made
// one after the other.
type Pusher struct {
	Deps

	mu       sync.Mutex
	planning map[string]*sync.Mutex
	retryAt  map[string]time.Time // connections whose due plan could not be made; asked again then
}

// New makes a Pusher.
func New(d Deps) *Pusher {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return &Pusher{Deps: d, planning: map[string]*sync.Mutex{}, retryAt: map[string]time.Time{}}
}

// alone waits until nobody else plans the connection, and returns what lets the next one in.
func (p *Pusher) alone(connection string) func() {
	p.mu.Lock()
	m := p.planning[connection]
	if m == nil {
		m = &sync.Mutex{}
		p.planning[connection] = m
	}
	p.mu.Unlock()
	m.Lock()
	return m.Unlock
}
