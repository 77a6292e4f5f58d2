package ticketing_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/outbox"
	"psabridge/app/psa"
	"psabridge/app/psa/connectwise"
	"psabridge/app/rest"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
	"psabridge/app/settings"
	"psabridge/app/ticketing"
	"psabridge/store"
	"psabridge/store/storetest"
)

// world is the whole way of an event: the real rules, store, outbox, handlers and adapter, against the sandbox's
// ConnectWise, on a clock the test turns.
type world struct {
	t      *testing.T
	clock  time.Time    // for the test itself
	shown  atomic.Int64 // for everybody else: the sandbox answers on goroutines of its own
	dir    string
	store  *store.Store
	vendor vendor
	desk   *ticketing.Desk
	box    *outbox.Outbox
	doc    app.Settings
	client psa.Client
	wire   *wire
	events int
	live   bool // on the clock of a synctest bubble
	log    *slog.Logger
}

// vendor is the sandbox's side, without a socket.
type vendor struct{ ConnectWise *sandbox.ConnectWise }

func (w *world) now() time.Time {
	if w.live {
		return time.Now().UTC()
	}
	return time.Unix(0, w.shown.Load()).UTC()
}

func (w *world) set(now time.Time) {
	w.clock = now
	w.shown.Store(now.UnixNano())
}

func newWorld(t *testing.T, o sandbox.Options, change ...func(*app.Settings)) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir()}
	w.set(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
	w.begin(o, change...)
	w.set(w.clock.Add(time.Minute))
	return w
}

// newBubble is newWorld on the clock of a synctest bubble.
func newBubble(t *testing.T, o sandbox.Options, change ...func(*app.Settings)) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), live: true}
	w.clock = w.now()
	w.begin(o, change...)
	w.pass(time.Minute)
	return w
}

// pass lets the bubble's time go by.
func (w *world) pass(d time.Duration) {
	time.Sleep(d)
	w.clock = w.now()
}

func (w *world) begin(o sandbox.Options, change ...func(*app.Settings)) {
	w.t.Helper()
	o.Now = w.now
	msp := sample.New(1, w.clock)
	if o.Trouble {
		sample.WithTrouble(msp)
	}
	w.vendor.ConnectWise = sandbox.NewConnectWise(msp, o)
	var err error
	if w.doc, err = settings.Parse(msp.Settings("http://127.0.0.1:8001", "http://127.0.0.1:8002")); err != nil {
		w.t.Fatal(err)
	}
	w.doc.Alerts = []app.AlertRule{{
		Name: "Backup failed", When: []app.When{{Type: "backup.failed"}}, Via: app.Via{PSA: true},
		Ticket: app.TicketPolicy{AutoClose: true},
	}}
	for _, c := range change {
		c(&w.doc)
	}
	w.open()
	w.saveSettings()
	w.poll()
}

// open opens the store and what works on it, as a start of the program does.
func (w *world) open() {
	w.t.Helper()
	w.store = storetest.OpenAt(w.t, w.dir, w.now)
	row := w.doc.Connections[0]
	keys := connectwise.Keys{Public: app.Secret(sample.PublicKey), Private: app.Secret(sample.PrivateKey)}
	if w.wire == nil {
		w.wire = &wire{handler: w.vendor.ConnectWise}
	}
	client, err := connectwise.New(row, keys, "", rest.NewLimiter(1_000_000, 0), connectwise.Options{
		Timeout: 5 * time.Second, Backoff: func(int) time.Duration { return 0 }, Transport: w.wire,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.client = client
	w.desk = ticketing.New(ticketing.Deps{
		Store:    w.store,
		Client:   func(context.Context, string) (psa.Client, error) { return w.client, nil },
		Settings: func(context.Context) (app.Settings, error) { return w.doc, nil },
		PageURL:  func() string { return "http://psabridge-k3v9x2ab.localhost:7360" },
		Now:      w.now,
		Skip: func(name string) bool {
			return slices.ContainsFunc(w.box.Blocks(), func(b app.Block) bool { return b.Connection == name })
		},
		Report: func(ctx context.Context, name string, err error) { w.box.Report(ctx, name, err) },
		Wake:   func() { w.box.Kick() },
	})
	w.box = outbox.New(w.store, w.desk.Handlers(), outbox.Options{
		Now: w.now, Random: func() float64 { return 0.5 }, Logger: w.log,
		Probe: func(ctx context.Context, _ string) error { _, err := client.Authenticate(ctx); return err },
	})
}

// restart is a crash and a new start.
func (w *world) restart() {
	w.t.Helper()
	if err := w.store.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.open()
	if _, err := w.store.RecoverDeliveries(w.t.Context(), w.clock); err != nil {
		w.t.Fatal(err)
	}
}

// make makes a ticket in ConnectWise behind our back.
func (w *world) make(xref string) int {
	w.t.Helper()
	r, err := w.client.CreateTicket(w.t.Context(), app.NewTicket{Summary: "Printer", CompanyID: w.company(), BoardID: sample.BoardAlerts, XRef: xref})
	if err != nil {
		w.t.Fatal(err)
	}
	return int(r.ID)
}

func (w *world) saveSettings() {
	w.t.Helper()
	document, err := settings.Marshal(w.doc)
	if err != nil {
		w.t.Fatal(err)
	}
	was, err := w.store.CurrentSettings(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	old, err := settings.Parse(was.Document)
	if err != nil && was.Rev != 0 {
		w.t.Fatal(err)
	}
	revision := app.Revision{Rev: was.Rev, At: w.clock, By: "Ada", Document: document, Diff: settings.Diff(old, w.doc)}
	if _, err := w.store.SaveSettings(w.t.Context(), revision, settings.Project(w.doc)); err != nil {
		w.t.Fatal(err)
	}
}

// mapped is the id of a mapped organization below the master.
func (w *world) mapped() string { return w.doc.Organizations[1].ID }

func (w *world) company() int64 { return w.doc.Organizations[1].Company.ID }

// poll hands these events to the store.
func (w *world) poll(events ...app.Event) {
	w.t.Helper()
	w.batch(app.Batch{Events: events})
}

// batch hands a batch to the store, with the whole tree, every organization of which could be read.
func (w *world) batch(b app.Batch) {
	w.t.Helper()
	b.Source, b.ReadAt, b.OrganizationsComplete = sample.SourceName, w.clock, true
	for i, o := range w.doc.Organizations {
		parent := w.doc.Organizations[0].ID
		if i == 0 {
			parent = ""
		}
		b.Organizations = append(b.Organizations, app.Organization{
			Source: o.Source, ExternalID: o.ID, ParentExternalID: parent, Name: "Customer " + o.ID, State: app.OrganizationPresent, Active: true,
		})
		b.States = append(b.States, app.ObjectState{
			OrganizationID: o.ID, Object: app.Object{Kind: app.ObjectOrganization, ExternalID: o.ID}, What: app.StateReadable, Value: app.Yes,
		})
	}
	_, err := w.store.Ingest(w.t.Context(), b, w.clock, func(s app.AlertState) app.AlertDecision { return ticketing.Decide(w.doc, s) })
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) event(state app.EventState) app.Event {
	w.events++
	return app.Event{
		SourceEventID: fmt.Sprint("e", w.events), OrganizationID: w.mapped(), Object: app.Object{Kind: app.ObjectMachine, ExternalID: "77", Name: "FS01"},
		Source: sample.SourceName, Type: "backup.failed", State: state, Severity: app.SeverityWarning, OccurredAt: w.clock, ReceivedAt: w.clock,
		Title: "Backup of FS01 failed", Text: "Disk full.",
	}
}

func (w *world) problem()  { w.t.Helper(); w.poll(w.event(app.Problem)) }
func (w *world) recovery() { w.t.Helper(); w.poll(w.event(app.Recovery)) }

// deliver makes every attempt that is due, waiting in between for at most so long.
func (w *world) deliver(patience time.Duration) {
	w.t.Helper()
	until := w.clock.Add(patience)
	for range 1000 {
		if w.box.Once(w.t.Context()) {
			continue
		}
		next, ok, err := w.store.NextDue(w.t.Context(), nil)
		if err != nil {
			w.t.Fatal(err)
		}
		if !ok || next.After(until) {
			return
		}
		w.set(next)
		if !w.box.Once(w.t.Context()) { // blocked
			w.set(w.clock.Add(15 * time.Second))
			if w.clock.After(until) {
				return
			}
		}
	}
	w.t.Fatal("it never comes to rest")
}

// tick lets time pass.
func (w *world) tick(d time.Duration) {
	w.t.Helper()
	w.set(w.clock.Add(d))
	_, err := w.store.Tick(w.t.Context(), sample.SourceName, w.clock, func(s app.AlertState) app.AlertDecision { return ticketing.Decide(w.doc, s) })
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) pollTickets() {
	w.t.Helper()
	if err := w.desk.Poll(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// remote lists ConnectWise's tickets that carry a reference of ours.
func (w *world) remote() []sandbox.Ticket {
	var ours []sandbox.Ticket
	for _, t := range w.vendor.ConnectWise.Tickets() {
		if t.ExternalXRef != "" {
			ours = append(ours, t)
		}
	}
	return ours
}

func (w *world) only() sandbox.Ticket {
	w.t.Helper()
	ours := w.remote()
	if len(ours) != 1 {
		w.t.Fatalf("%d tickets in ConnectWise, want 1", len(ours))
	}
	return ours[0]
}

func (w *world) row() app.TicketRow {
	w.t.Helper()
	rows, err := w.store.Tickets(w.t.Context(), app.TicketFilter{})
	if err != nil || len(rows) == 0 {
		w.t.Fatalf("%d tickets here, %v", len(rows), err)
	}
	return rows[0]
}

func (w *world) delivery(id int64) app.DeliveryRow {
	w.t.Helper()
	d, err := w.store.Delivery(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func (w *world) condition() app.Condition {
	w.t.Helper()
	list, err := w.store.Conditions(w.t.Context(), app.ConditionFilter{})
	if err != nil || len(list) == 0 {
		w.t.Fatalf("%d conditions, %v", len(list), err)
	}
	return list[0]
}

// on is an event about another machine.
func on(e app.Event, machine string) app.Event {
	e.Object.ExternalID, e.Object.Name = machine, "FS"+machine
	return e
}

// problems hands so many problems of different machines to the store.
func (w *world) problems(n int) {
	w.t.Helper()
	events := make([]app.Event, n)
	for i := range events {
		events[i] = on(w.event(app.Problem), strconv.Itoa(1000+i))
	}
	w.poll(events...)
}

// states counts all deliveries.
func (w *world) states() map[app.DeliveryState]int {
	w.t.Helper()
	counts := map[app.DeliveryState]int{}
	page := app.Page{Limit: 1000}
	for {
		rows, err := w.store.Deliveries(w.t.Context(), app.DeliveryFilter{Page: page})
		if err != nil {
			w.t.Fatal(err)
		}
		for _, d := range rows {
			counts[d.State]++
		}
		if len(rows) < page.Size() {
			return counts
		}
		page.After = rows[len(rows)-1].ID
	}
}

func (w *world) fault(f ...sandbox.Fault) { w.vendor.ConnectWise.Faults.Add(f...) }

// onlyNotes are the notes of the only ticket.
func (w *world) onlyNotes() []sandbox.Note {
	w.t.Helper()
	return w.vendor.ConnectWise.Notes(w.only().ID)
}
