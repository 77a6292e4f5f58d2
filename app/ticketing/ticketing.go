package ticketing

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"psabridge/app"
	"psabridge/app/outbox"
	"psabridge/app/psa"
	"psabridge/app/settings"
)

// Store is what ticketing reads and writes.
type Store interface {
	Ticket(ctx context.Context, id int64) (app.TicketRow, error)
	Tickets(ctx context.Context, f app.TicketFilter) ([]app.TicketRow, error)
	// BusyTickets picks those of our rows that a delivery is under way for: being sent, or looked for.
	BusyTickets(ctx context.Context, ids []int64) ([]int64, error)
	Delivery(ctx context.Context, id int64) (app.DeliveryRow, error)
	Deliveries(ctx context.Context, f app.DeliveryFilter) ([]app.DeliveryRow, error)
	Tree(ctx context.Context) ([]app.Organization, error)
	Options(ctx context.Context, connection string, list app.OptionList, parent int64) ([]app.OptionRow, time.Time, error)
	SavePolledTickets(ctx context.Context, tickets []app.Ticket, now time.Time) (changed int, err error)
	LinkDelivery(ctx context.Context, id int64, t app.Ticket, by string, now time.Time) error
	Install(ctx context.Context) (app.Install, error)
	StartTicketTest(ctx context.Context, t app.Ticket, p app.TicketPayload, now time.Time) (id int64, err error)
	DeliveryLedger(ctx context.Context, delivery int64) ([]app.LedgerEntry, error)
	Attempts(ctx context.Context, delivery int64) ([]app.Attempt, error)
	History(ctx context.Context, source string, from, to time.Time) (app.History, error)
	SettingsHistory(ctx context.Context, p app.Page) ([]app.Revision, error)
	RemovedRule(ctx context.Context, name string) (app.AlertRule, bool, error)
	ParkDouble(ctx context.Context, t app.Ticket, p app.TicketPayload, reason string, now time.Time) error
	WakeConnection(ctx context.Context, connection string, now time.Time) (int, error)
	// FoundTickets lists the tickets of ours that ConnectWise has since before a restore and that this database had forgotten.
	FoundTickets(ctx context.Context, connection string) ([]app.FoundTicket, error)
	// TicketXRefs says of references of tickets which are ours already and have a number.
	TicketXRefs(ctx context.Context, connection string) (map[string]bool, error)
	LastRestore(ctx context.Context) (app.Restore, error)
	SaveFound(ctx context.Context, restore int64, found []app.FoundTicket, quantities int, reconciled time.Time) error
	RetryMatching(ctx context.Context, f app.RetryFilter, by string, now time.Time) (int, error)
}

// Deps are what a Desk works with. PageURL, SearchFirst, Skip, Report, Wake, Now and Logger may be nil.
type Deps struct {
	Store Store
	// Client returns the live client of a connection.
	Client func(ctx context.Context, connection string) (psa.Client, error)
	// Settings returns the current settings document.
	Settings func(ctx context.Context) (app.Settings, error)
	// PageURL is the address of the local page without a path, for the link in a ticket's internal analysis (T1).
	PageURL func() string
	// SearchFirst is true after a restore: ConnectWise may have a ticket this database has forgotten.
	SearchFirst func() bool
	// Skip names the connections that Poll leaves alone: those that are blocked, e.g. for keys that are not accepted.
	Skip func(connection string) bool
	// Report hears what Poll got from a connection, nil for an answer: refused keys and a wait that was asked for concern what is
	// delivered there, too.
	Report func(ctx context.Context, connection string, err error)
	// Wake tells the outbox that there is something to deliver.
	Wake   func()
	Now    func() time.Time
	Logger *slog.Logger
}

// Desk handles ticket deliveries and polls open tickets. It is safe for concurrent use.
type Desk struct {
	d       Deps
	options options
	stuck   stuck
	doubles doubles
	members sync.Map      // connection → the member our notes go under
	asked   sync.Map      // connections that were asked for what a restore forgot
	stage   chan struct{} // one rehearsal at a time
}

// New makes a Desk. It asks nothing yet.
func New(d Deps) *Desk {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	if d.PageURL == nil {
		d.PageURL = func() string { return "" }
	}
	if d.SearchFirst == nil {
		d.SearchFirst = func() bool { return false }
	}
	if d.Skip == nil {
		d.Skip = func(string) bool { return false }
	}
	if d.Report == nil {
		d.Report = func(context.Context, string, error) {}
	}
	if d.Wake == nil {
		d.Wake = func() {}
	}
	return &Desk{
		d: d, stage: make(chan struct{}, 1),
		options: options{
			lists: map[listKey]list{}, associations: map[listKey]associationList{}, own: map[listKey]list{}, ownPairs: map[listKey]associationList{},
		},
		stuck:   stuck{first: map[stuckKey]int64{}, behind: map[stuckKey]bool{}},
		doubles: doubles{rows: map[string][]suspect{}, loaded: map[string]bool{}},
	}
}

// Handlers are the outbox handlers of ticket deliveries.
func (k *Desk) Handlers() map[app.DeliveryKind]outbox.Handler {
	return map[app.DeliveryKind]outbox.Handler{
		app.DeliverTicketCreate: k.Create,
		app.DeliverTicketNote:   k.Note,
		app.DeliverTicketTest:   k.Test,
	}
}

// job is one ticket delivery with everything it needs.
type job struct {
	delivery   app.Delivery
	payload    app.TicketPayload
	ticket     app.TicketRow
	doc        app.Settings
	connection app.ConnectionSettings
	rule       app.AlertRule // as it last was when it is gone; zero for one that nobody remembers
	client     psa.Client
	now        time.Time
	intend     outbox.Intend
}

func (k *Desk) begin(ctx context.Context, d app.Delivery, intend outbox.Intend) (*job, error) {
	j := &job{delivery: d, now: k.d.Now(), intend: intend}
	var err error
	if j.payload, err = payload(d); err != nil {
		return nil, err
	}
	if j.ticket, err = k.d.Store.Ticket(ctx, d.TicketID); err != nil {
		return nil, err
	}
	if j.doc, err = k.d.Settings(ctx); err != nil {
		return nil, err
	}
	c, ok := settings.ConnectionByName(j.doc, d.Connection)
	if !ok {
		return nil, k.connectionGone(ctx, d.Connection)
	}
	j.connection = settings.ConnectionWithDefaults(c)
	if j.rule, err = k.ruleOf(ctx, j); err != nil {
		return nil, err
	}
	j.client, err = k.d.Client(ctx, d.Connection)
	return j, err
}

// ruleOf is the rule that decided. What was decided by one that left the settings since is done as that one said.
func (k *Desk) ruleOf(ctx context.Context, j *job) (app.AlertRule, error) {
	named := func(r app.AlertRule) bool { return r.Name == j.payload.Rule }
	if i := slices.IndexFunc(j.doc.Alerts, named); i >= 0 {
		return j.doc.Alerts[i], nil
	}
	if j.payload.Rule == "" {
		return app.AlertRule{}, nil
	}
	r, _, err := k.d.Store.RemovedRule(ctx, j.payload.Rule)
	return r, err
}

// entry is the ledger line of what is about to be sent.
func (j *job) entry(what, after string) app.LedgerEntry {
	return app.LedgerEntry{Object: what, After: after, RemoteID: j.ticket.RemoteID, By: cmp.Or(j.payload.By, j.payload.Rule)}
}

// done settles as done, with the ticket as it stands now.
func (j *job) done(t *app.Ticket, object, note string) app.Settlement {
	st := app.Settlement{State: app.DeliveryDone, Ticket: t}
	if object != "" {
		e := j.entry(object, "")
		e.Phase, e.Note = app.LedgerOutcome, note
		if t != nil {
			e.RemoteID = t.RemoteID
		}
		st.Ledger = []app.LedgerEntry{e}
	}
	return st
}
