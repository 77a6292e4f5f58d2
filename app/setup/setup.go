// Package setup is the use case of everything that is configured: the settings document and the secrets beside it, the
// tests of a connection, ConnectWise's drop-downs, and which organization is which company.
package setup

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"psabridge/app"
	"psabridge/app/psa"
	"psabridge/app/secret"
	"psabridge/app/source"
)

// Store is what setup reads and writes.
type Store interface {
	SettingsRev(ctx context.Context) (int64, error)
	CurrentSettings(ctx context.Context) (app.Revision, error)
	SettingsHistory(ctx context.Context, p app.Page) ([]app.Revision, error)
	SaveSettings(ctx context.Context, r app.Revision, p app.Projection) (int64, error)

	SaveOptions(ctx context.Context, connection string, list app.OptionList, parent int64, rows []app.OptionRow, now time.Time) error
	Options(ctx context.Context, connection string, list app.OptionList, parent int64) ([]app.OptionRow, time.Time, error)
	SaveChecks(ctx context.Context, connection, about string, rows []app.CheckRow, now time.Time) error
	Checks(ctx context.Context, connection string) ([]app.CheckRow, error)
	CheckedAbout(ctx context.Context, connection string) (at time.Time, about string, err error)
	Proofs(ctx context.Context, connection string) ([]app.Proof, error)
	Confirm(ctx context.Context, c app.Confirmation) error
	Unconfirm(ctx context.Context, subject string) error
	Confirmations(ctx context.Context) ([]app.Confirmation, error)

	Tree(ctx context.Context) ([]app.Organization, error)
	Organizations(ctx context.Context, f app.OrganizationFilter) ([]app.OrganizationRow, error)
	Organization(ctx context.Context, id int64) (app.OrganizationRow, error)

	Deliveries(ctx context.Context, f app.DeliveryFilter) ([]app.DeliveryRow, error)
	Pushes(ctx context.Context, f app.PushFilter) ([]app.Push, error)
	Tickets(ctx context.Context, f app.TicketFilter) ([]app.TicketRow, error)
	Owned(ctx context.Context, connection string) ([]app.OwnedAddition, error)
	HasWritten(ctx context.Context, connection string) (bool, error)
	OptionsRead(ctx context.Context, connection string) (map[app.OptionList]time.Time, error)
	LastPlannedLines(ctx context.Context, connection string, before app.Period) ([]app.Line, error)
}

// Deps are what setup works with.
type Deps struct {
	Store Store
	Vault *secret.Vault
	// Client returns the live client of a connection. It fails as the adapter's constructor does.
	Client func(ctx context.Context, connection string) (psa.Client, error)
	Now    func() time.Time
	// Zone returns the machine's IANA time zone, "" when it is not known.
	Zone func() string
	// BuiltInClientID says that this program carries a ConnectWise client ID, so that none has to be entered.
	BuiltInClientID bool
	// SourceProblem returns why a source cannot be read, "" when it can or was not tried; nil: nobody knows.
	SourceProblem func(ctx context.Context, source string) string
	// Account asks a source who we are; nil: no source is asked.
	Account func(ctx context.Context, source string) (source.Account, error)
	// Revoke ends a source's sign-in at the vendor, before it is forgotten here; nil: nothing is ended there.
	Revoke func(ctx context.Context, source string) error
	// ProbeMail proves that the mail server answers and accepts the account; it sends nothing. nil: it is not asked.
	ProbeMail func(ctx context.Context) error
	Log       *slog.Logger
}

// Setup is the use case. It is safe for concurrent use.
type Setup struct {
	Deps

	editing sync.Mutex // one edit at a time: load, change, save

	mu     sync.Mutex
	cached int64 // revision of doc; -1 before the first read
	doc    app.Settings
	hooks  []func(context.Context, Changed)
	tried  map[string]vain // when the drop-downs of a connection were last asked for in vain

	repairs map[string]repaired // what was found wrong with the mappings of a connection

	testing  map[string]*underWay // the test of a connection
	nights   map[string]night     // the test of a connection by itself
	unproven map[string]unproven  // connections that were changed since their test

	noticed   []app.CheckRow // what the newest test of the notices found
	noticedAt time.Time      // when they were last tested by themselves
}

// New makes the use case.
func New(d Deps) *Setup {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return &Setup{Deps: d, cached: -1}
}

// Changed tells what an edit or a new secret touched.
type Changed struct {
	Document    app.Settings // as it is now
	Connections []string     // changed, added or removed, or with a new secret
	Sources     []string     // likewise
	Notify      bool         // how a person is told, or a secret of it
	// Warnings are sentences about what could not be cleaned up, e.g. a sign-in that the vendor did not end.
	Warnings []string
}

// OnChange adds a function that is called after every change is stored: to forget live clients, wake what was blocked,
// read again. It must not edit the settings itself.
func (s *Setup) OnChange(f func(context.Context, Changed)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks = append(s.hooks, f)
}

func (s *Setup) tell(ctx context.Context, c Changed) {
	s.forgetTry(c.Connections...)
	if c.Notify {
		s.forgetNotify()
	}
	s.mu.Lock()
	hooks := s.hooks
	s.mu.Unlock()
	for _, f := range hooks {
		f(ctx, c)
	}
}
