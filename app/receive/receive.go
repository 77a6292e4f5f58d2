// Package receive takes what is sent to an inbox source: events and readings as JSON, files of readings, and the tokens that
// let a program send. It decides nothing about a number; app/inbox reads it, and the intake stores it.
package receive

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"psabridge/app"
	"psabridge/app/inbox"
)

// Store is what receiving reads and writes besides what the intake stores.
type Store interface {
	Organizations(ctx context.Context, f app.OrganizationFilter) ([]app.OrganizationRow, error)
	OrganizationsOf(ctx context.Context, source string) ([]app.Organization, error)
	EventsByID(ctx context.Context, source string, ids []string) (map[string]app.Event, error)
	CSVMapping(ctx context.Context, source, headerHash string) (app.CSVMapping, error)
	SaveCSVMapping(ctx context.Context, source, headerHash string, m app.CSVMapping) error
	Imports(ctx context.Context, source string, p app.Page) ([]app.Import, error)
	SaveImport(ctx context.Context, im app.Import) (int64, error)
	InboxTokens(ctx context.Context, source string) ([]app.InboxToken, error)
	InboxToken(ctx context.Context, sum [32]byte) (app.InboxToken, error)
	SaveInboxToken(ctx context.Context, t app.InboxToken, sum [32]byte) (int64, error)
	RevokeInboxToken(ctx context.Context, id int64, now time.Time) error
}

// Deps are what a Desk works with. Now and Log may be nil.
type Deps struct {
	Store Store
	// Take stores a batch and readings of a source and lets the alert rules decide on them, before it returns. After an error a
	// part may be stored, which is known when it is sent again. It counts in Accepted the events that were not known before.
	Take func(ctx context.Context, source string, b app.Batch, readings []app.Reading) (app.Received, error)
	// Settings returns the current settings document.
	Settings func(ctx context.Context) (app.Settings, error)
	Dir      string // the data folder; files that wait to be imported are kept in a folder of their own below it
	Now      func() time.Time
	Log      *slog.Logger
}

// Desk takes what is sent to the inboxes. It is safe for concurrent use.
type Desk struct {
	deps Deps
	dir  string

	mu     sync.Mutex
	staged map[string]*staged
}

// New makes a Desk. Files an earlier run of the program left behind are dropped: nobody can name them any more.
func New(d Deps) *Desk {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	k := &Desk{deps: d, dir: filepath.Join(d.Dir, "imports"), staged: map[string]*staged{}}
	k.sweep()
	return k
}

// inbox finds the source. Codes: not_found, and invalid when it is none that is sent to.
func (k *Desk) inbox(ctx context.Context, source string) error {
	doc, err := k.deps.Settings(ctx)
	if err != nil {
		return err
	}
	for _, s := range doc.Sources {
		switch {
		case s.Name != source:
		case s.Pushed():
			return nil
		default:
			return app.Errorf(app.Invalid, "%s is read by psabridge itself; nothing can be sent to it. Add a source of the kind inbox for what is sent.", source)
		}
	}
	return app.Errorf(app.NotFound, "There is no source named %q. Its name is in the settings, under sources.", source)
}

// Events takes events. shape and who are those of inbox.Events. It returns after they are stored, and before anybody else is
// told of them. Codes: not_found, invalid.
func (k *Desk) Events(ctx context.Context, source, shape string, who inbox.Customer, body []byte) (app.Received, error) {
	if err := k.inbox(ctx, source); err != nil {
		return app.Received{}, err
	}
	known, err := k.deps.Store.OrganizationsOf(ctx, source)
	if err != nil {
		return app.Received{}, err
	}
	b, err := inbox.Events(body, shape, who, known, k.deps.Now())
	if err != nil {
		return app.Received{}, err
	}
	inbox.Name(&b, source, known)
	got, err := k.deps.Take(ctx, source, b, nil)
	if err != nil {
		return app.Received{}, err
	}
	got.Duplicates, got.Organizations = len(b.Events)-got.Accepted, len(b.Organizations)-1
	if got.Duplicates > 0 {
		if err := k.compare(ctx, source, b.Events, &got); err != nil {
			return got, err
		}
	}
	k.deps.Log.Info("events received", "source", source, "accepted", got.Accepted, "duplicates", got.Duplicates, "changed", got.Changed)
	return got, nil
}

// compare tells the duplicates that say something else from those that were only sent again. A sender that gives several
// events one id loses all but the first, and has to hear of it.
func (k *Desk) compare(ctx context.Context, source string, events []app.Event, got *app.Received) error {
	stored, err := k.deps.Store.EventsByID(ctx, source, inbox.Again(events))
	if err != nil {
		return app.Wrap(err, app.ErrorCode(err), "The events are stored, but could not be compared with those that were known. Send them again; none is stored twice.")
	}
	got.ChangedIDs = inbox.Changed(events, stored)
	got.Changed, got.Problem = len(got.ChangedIDs), inbox.ChangedProblem(got.ChangedIDs)
	got.Duplicates -= got.Changed
	if got.Changed > 0 {
		k.deps.Log.Warn("events with a known id and other content were not stored", "source", source, "events", got.Changed)
	}
	return nil
}

// Readings takes readings as JSON and notes the call among the imports. With dry nothing is stored, and the answer says what
// would be. Codes: not_found, invalid.
func (k *Desk) Readings(ctx context.Context, source string, body []byte, dry bool, by string) (app.Received, error) {
	if err := k.inbox(ctx, source); err != nil {
		return app.Received{}, err
	}
	known, err := k.deps.Store.OrganizationsOf(ctx, source)
	if err != nil {
		return app.Received{}, err
	}
	b, readings, err := inbox.Usage(body, known, k.deps.Now())
	if err != nil {
		return app.Received{}, err
	}
	inbox.Name(&b, source, known)
	got := app.Received{Accepted: len(readings) / 2, Organizations: len(b.Organizations) - 1}
	if dry {
		return got, nil
	}
	if _, err := k.deps.Take(ctx, source, b, readings); err != nil {
		return app.Received{}, err
	}
	_, err = k.noted(ctx, app.Import{
		Source: source, By: by, Covers: covered(readings),
		ImportCounts: app.ImportCounts{Rows: got.Accepted, ReadingsMade: got.Accepted, Organizations: got.Organizations},
	})
	return got, err
}

// noted keeps an import in the list of imports.
func (k *Desk) noted(ctx context.Context, im app.Import) (app.Import, error) {
	im.At = k.deps.Now()
	// What came is stored; hanging up now must not lose the note of it.
	id, err := k.deps.Store.SaveImport(context.WithoutCancel(ctx), im)
	if err != nil {
		return im, app.Wrap(err, app.Internal, "The readings are stored, but the import could not be noted.")
	}
	im.ID = id
	k.deps.Log.Info("readings received", "source", im.Source, "readings", im.ReadingsMade, "organizations", im.Organizations, "wrong", im.Wrong)
	return im, nil
}

// covered is the month all readings cover; zero when they do not cover one and the same.
func covered(readings []app.Reading) app.Period {
	for _, r := range readings {
		if r.Covers != readings[0].Covers {
			return app.Period{}
		}
	}
	if len(readings) == 0 {
		return app.Period{}
	}
	return readings[0].Covers
}
