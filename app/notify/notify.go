// Package notify tells a person that something needs him, by roads that do not need ConnectWise: this computer's desktop, a
// chat's webhook, e-mail. It also sends the alerts that a rule tells by e-mail.
//
// What needs a person is asked, not reported: the same list that the overview shows is looked at each minute. Of one kind a
// person is told once, in one message, at most once an hour; never of what mends itself within a minute, and never that all is
// well. What still stands after a week is told again.
//
// All of it is remembered in the store, so that a restart tells nothing twice and forgets nothing. When the store cannot be
// written, which itself needs a person, it goes on from memory.
package notify

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"psabridge/app"
	"psabridge/app/channel"
)

// Store keeps what needs a person, and what he was told.
type Store interface {
	// Notices lists what needs a person now, oldest first.
	Notices(ctx context.Context) ([]app.Notice, error)
	// SyncNotices makes what stands equal to current.
	SyncNotices(ctx context.Context, current []app.Notice, now time.Time) error
	// MarkTold notes that a person was told of these notices.
	MarkTold(ctx context.Context, ids []int64, now time.Time) error
	// LastTold returns when a person was told last, by kind of notice.
	LastTold(ctx context.Context) (map[string]time.Time, error)
	// NoticesTold lists what the channels told of what stands, and of what was mended since a moment, oldest notice first.
	NoticesTold(ctx context.Context, since time.Time) ([]app.NoticeTold, error)
	SaveNoticesTold(ctx context.Context, list []app.NoticeTold) error
	NoticesSent(ctx context.Context) ([]app.NoticeSent, error)
	SaveNoticeSent(ctx context.Context, n app.NoticeSent) error
}

// Deps is what a Notify works with. Now and Log have defaults.
type Deps struct {
	Store    Store
	Settings func(ctx context.Context) (app.Settings, error)
	// Secret gives a secret of the notify settings out. not_found: it was never set.
	Secret func(ctx context.Context, name string) (app.Secret, error)
	// Open makes a channel (app.Channel…) of the settings, defaults filled in. secret is the password of the mail account, or
	// the webhook's address.
	Open func(name string, n app.NotifySettings, secret app.Secret) (channel.Channel, error)
	// Needs lists what needs a person now. Kind and Subject are stable while it does.
	Needs func(ctx context.Context) ([]app.Notice, error)
	// AtOnce reports whether a notice is told without waiting whether it mends itself; nil: none is.
	AtOnce func(n app.Notice) bool
	// Page is the address of a page of this bridge, by its path.
	Page func(path string) string
	// NoDesktop keeps notices off this computer's desktop, whatever the settings say: nobody wants those of a demo.
	NoDesktop bool
	Now       func() time.Time
	Log       *slog.Logger
}

// Notify tells people. It is safe for concurrent use.
type Notify struct {
	Deps
	looking sync.Mutex // held for as long as a look takes
	known   known      // looking protects it

	mu    sync.Mutex // never held while anything is sent
	roads map[string]*road
}

// New makes a Notify.
func New(d Deps) *Notify {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.AtOnce == nil {
		d.AtOnce = func(app.Notice) bool { return false }
	}
	if d.Page == nil {
		d.Page = func(path string) string { return path }
	}
	return &Notify{Deps: d, known: newKnown(), roads: map[string]*road{}}
}

// Look finds out what needs a person and tells it. The schedule calls it each minute; one that comes while another runs does
// nothing.
func (n *Notify) Look(ctx context.Context, now time.Time) error {
	if !n.looking.TryLock() {
		return nil
	}
	defer n.looking.Unlock()
	l, err := n.begin(ctx, now)
	if err != nil {
		return err
	}
	l.run(ctx)
	return l.end(ctx)
}

// Hurry lets channels that failed be tried at the next look: their settings or secrets changed.
func (n *Notify) Hurry() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, r := range n.roads {
		r.works()
	}
}
