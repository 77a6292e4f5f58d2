package upkeep

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"psabridge/app"
	"psabridge/app/psa"
)

// Store is what upkeep reads and writes.
type Store interface {
	// Backup writes a consistent copy to a path that does not exist yet, and proves it by opening it.
	Backup(ctx context.Context, path string) (app.Backup, error)
	Verify(ctx context.Context) error
	VerifiedAt(ctx context.Context) (time.Time, error)
	SaveVerified(ctx context.Context, now time.Time) error
	SecondFolder(ctx context.Context) (string, error)
	SetSecondFolder(ctx context.Context, folder string) error
	Install(ctx context.Context) (app.Install, error)

	LastRestore(ctx context.Context) (app.Restore, error)
	SaveFound(ctx context.Context, restore int64, found []app.FoundTicket, quantities int, reconciled time.Time) error
	SaveRestoreProblem(ctx context.Context, restore int64, problem string) error
	FoundTickets(ctx context.Context, connection string) ([]app.FoundTicket, error)
	Tickets(ctx context.Context, f app.TicketFilter) ([]app.TicketRow, error)
	TicketXRefs(ctx context.Context, connection string) (map[string]bool, error)
	Owned(ctx context.Context, connection string) ([]app.OwnedAddition, error)

	Trouble() (app.DiskTrouble, bool)
	Recover(ctx context.Context, now time.Time) error
}

// Deps are what an Upkeep works with. Patience, Wake, Now and Log may be zero.
type Deps struct {
	Store Store
	// Folder is where backups lie: "backups" in the data folder.
	Folder string
	// List lists the backups of a folder, newest first, and Inspect opens one and checks it whole.
	List    func(folder string) []app.Backup
	Inspect func(ctx context.Context, path string) (app.Backup, error)
	// Patience is how long a second folder is waited for that does not answer; half a minute.
	Patience time.Duration
	// Free is how much space a folder's disk has left, and Size how much the database takes.
	Free func(folder string) (int64, error)
	Size func() int64

	Settings func(ctx context.Context) (app.Settings, error)
	Client   func(ctx context.Context, connection string) (psa.Client, error)
	// Missing lists the secrets that are to be entered again before anything can be read, by name.
	Missing func(ctx context.Context) ([]string, error)
	// Wake tells the outbox that it may send again.
	Wake func()
	Now  func() time.Time
	Log  *slog.Logger
}

// Upkeep looks after the database. It is safe for concurrent use.
type Upkeep struct {
	Deps

	one   sync.Mutex // one backup at a time
	began time.Time

	farCopy, farLook far // what touches the second folder

	mu      sync.Mutex
	daily   attempt       // by itself
	last    attempt       // of any kind
	second  attempt       // copying
	check   attempt       // of the whole file
	asking  attempt       // reconciling
	lag     time.Duration // how late a search that was asked may show what was made; zero: none was
	restore app.Restore
	there   []app.Backup // in the second folder, as it was seen last
}

// attempt is how something went last.
type attempt struct {
	at      time.Time // when it was tried
	problem string    // "" when it went well
	since   time.Time // since when it does not
}

// ended is the attempt after one more try.
func (a attempt) ended(now time.Time, err error) attempt {
	next := attempt{at: now}
	if err == nil {
		return next
	}
	next.problem, next.since = app.ErrorMessage(err), a.since
	if next.since.IsZero() {
		next.since = now
	}
	return next
}

// New makes an Upkeep.
func New(d Deps) *Upkeep {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Patience <= 0 {
		d.Patience = defaultPatience
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Wake == nil {
		d.Wake = func() {}
	}
	return &Upkeep{Deps: d, began: d.Now()}
}

// Load reads whether this database was put back. It is asked before anything is sent.
func (u *Upkeep) Load(ctx context.Context) error {
	r, err := u.Store.LastRestore(ctx)
	if err != nil {
		return err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.restore = r
	return nil
}

// SearchFirst reports whether what would be made at ConnectWise is to be looked for there first: it may be forgotten here.
func (u *Upkeep) SearchFirst() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.restore.Doubts(u.Now())
}

// set changes how something went, under the lock.
func (u *Upkeep) set(a *attempt, now time.Time, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	*a = a.ended(now, err)
}

func (u *Upkeep) get(a *attempt) attempt {
	u.mu.Lock()
	defer u.mu.Unlock()
	return *a
}
