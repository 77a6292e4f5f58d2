package push_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	"psabridge/app"
	"psabridge/app/outbox"
	"psabridge/app/psa"
	"psabridge/app/psa/connectwise"
	"psabridge/app/push"
	"psabridge/app/rest"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
	"psabridge/app/settings"
	"psabridge/store"
	"psabridge/store/storetest"
)

var (
	_ push.Store     = (*store.Store)(nil)
	_ outbox.Handler = (*push.Pusher)(nil).Write
)

// world is the sample provider, a ConnectWise that serves it, our database and a Pusher between them. Its clock only
// moves when a test says so.
type world struct {
	t       *testing.T
	dir     string
	vendors *sandbox.Running
	cw      *sandbox.ConnectWise
	store   *store.Store
	doc     app.Settings
	rev     int64
	stored  int64 // the newest revision in the history, where a test keeps one
	client  psa.Client
	pusher  *push.Pusher
	limiter *rest.Limiter  // of client
	unread  []push.Problem // what the next refreshes report
	// refreshed lets a refresh that reports something read all the same.
	refreshed bool

	mu  sync.Mutex
	now time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC), rev: 1, limiter: rest.NewLimiter(1_000_000, 4)}
	var err error
	if w.vendors, err = sandbox.Start(t.Context(), sandbox.Options{Now: w.clock}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.vendors.Stop() })
	w.cw = w.vendors.ConnectWise
	if w.doc, err = settings.Parse(w.vendors.Settings()); err != nil {
		t.Fatal(err)
	}
	w.client, err = connectwise.New(w.doc.Connections[0], connectwise.Keys{Public: sample.PublicKey, Private: sample.PrivateKey}, "",
		w.limiter, connectwise.Options{Backoff: func(int) time.Duration { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	w.open()
	return w
}

// newSmallWorld has five customers: lines of one and of two organizations, several on one agreement, one to create.
func newSmallWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.doc.Organizations = slices.DeleteFunc(w.doc.Organizations, func(o app.OrganizationSettings) bool {
		return !slices.Contains([]string{strconv.Itoa(sample.MasterID), "4712", "4713", "4716", "4725", "4726"}, o.ID)
	})
	return w
}

// open opens the database and everything above it, as a start of the program does.
func (w *world) open() {
	w.t.Helper()
	w.store = storetest.OpenAt(w.t, w.dir, w.clock)
	w.pusher = push.New(push.Deps{
		Store:    w.store,
		Settings: func(context.Context) (app.Settings, int64, error) { return w.doc, w.rev, nil },
		Client:   func(context.Context, string) (psa.Client, error) { return w.client, nil },
		Refresh:  w.refresh,
		Now:      w.clock,
	})
}

// restart is what follows a crash: the database is opened again and what was in hand is sorted out.
func (w *world) restart() {
	w.t.Helper()
	if err := w.store.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.open()
	if _, err := w.store.RecoverDeliveries(w.t.Context(), w.clock()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// refresh stores what the provider's x360Sync would show now.
func (w *world) refresh(ctx context.Context, _ []string) []push.Problem {
	if len(w.unread) > 0 && !w.refreshed {
		return w.unread
	}
	batch := app.Batch{Source: sample.SourceName, ReadAt: w.clock(), OrganizationsComplete: true}
	var readings []app.Reading
	for _, o := range w.vendors.MSP.Organizations() {
		org := app.Organization{Source: sample.SourceName, ExternalID: strconv.Itoa(o.ID), Name: o.Name, Active: o.Active}
		if o.ID != sample.MasterID {
			org.ParentExternalID = strconv.Itoa(o.ParentID)
		}
		batch.Organizations = append(batch.Organizations, org)
		if slices.ContainsFunc(w.doc.Organizations, func(s app.OrganizationSettings) bool { return s.ID == strconv.Itoa(o.ID) }) {
			readings = append(readings, w.readings(o.ID)...)
		}
	}
	_, err := w.store.Ingest(ctx, batch, w.clock(), func(app.AlertState) app.AlertDecision { return app.AlertDecision{} })
	if err = errors.Join(err, w.store.SaveReadings(ctx, sample.SourceName, readings, w.clock())); err != nil {
		w.t.Error(err)
	}
	return w.unread
}

func (w *world) readings(org int) []app.Reading {
	base := app.Reading{Source: sample.SourceName, OrganizationID: strconv.Itoa(org), Basis: app.BasisOwn, Complete: true, Method: "computed", AsOf: w.clock()}
	accounts, storage, servers := base, base, base
	accounts.Meter, accounts.Unit = app.MeterAccounts, app.UnitEach
	storage.Meter, storage.Unit = app.MeterStorage, app.UnitBytes
	servers.Meter, servers.Unit = app.MeterFileServer, app.UnitEach
	count := func(r *app.Reading, kind app.ObjectKind, id int, name string, n int64) {
		r.Items = append(r.Items, app.EvidenceItem{Kind: kind, ExternalID: strconv.Itoa(id), Name: name, Amount: app.Q(n)})
		r.Quantity = r.Quantity.Add(app.Q(n))
	}
	for _, p := range w.vendors.MSP.Persons(org) {
		if p.CompanyID == org {
			count(&accounts, app.ObjectAccount, p.ID, p.FirstName+" "+p.LastName, 1)
		}
	}
	for _, r := range w.vendors.MSP.Roots(org) {
		if r.CompanyID == org {
			count(&storage, app.ObjectRoot, r.ID, r.Name, r.SpaceUsed)
		}
	}
	for _, m := range w.vendors.MSP.Machines(org) {
		if m.CompanyID == org && m.Type == "server" {
			count(&servers, app.ObjectMachine, m.ID, m.DNSName, 1)
		}
	}
	return []app.Reading{accounts, storage, servers}
}

func (w *world) plan() app.Plan {
	w.t.Helper()
	p, err := w.pusher.MakePlan(w.t.Context(), "cw", app.Period{}, app.TriggerPerson, "ada")
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// released plans and releases what a person would at the first push.
func (w *world) released() app.Plan {
	w.t.Helper()
	p := w.plan()
	p, _, err := w.pusher.ReleaseAll(w.t.Context(), p.ID, []app.HoldCode{app.HoldFirstTouch, app.HoldCycleNotMonthly, app.HoldBigChange}, "first push", "ada")
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// skipped says of every held line that it is not for this push.
func (w *world) skipped(p app.Plan) app.Plan {
	w.t.Helper()
	for _, l := range p.Lines {
		if l.Verdict != app.VerdictHold {
			continue
		}
		var err error
		if p, err = w.pusher.Decide(w.t.Context(), l.ID, app.DecisionSkipped, nil, "not now", "ada"); err != nil {
			w.t.Fatal(err)
		}
	}
	return p
}

func (w *world) approve(p app.Plan) app.Push {
	w.t.Helper()
	push, err := w.pusher.Approve(w.t.Context(), p.ID, p.Digest, app.TriggerPerson, "ada")
	if err != nil {
		w.t.Fatal(err)
	}
	return push
}

// work delivers until nothing is due within the hour, as the outbox does. It stops in the middle when crash says so:
// then the attempt in hand is neither settled nor forgotten, as after a power cut.
func (w *world) work(crash func() bool) (crashed bool) {
	w.t.Helper()
	ctx := w.t.Context()
	for range 500 {
		d, ok, err := w.store.Claim(ctx, w.clock(), nil)
		if err != nil {
			w.t.Fatal(err)
		}
		if !ok {
			at, more, err := w.store.NextDue(ctx, nil)
			if err != nil {
				w.t.Fatal(err)
			}
			if !more || at.After(w.clock().Add(time.Hour)) {
				return false
			}
			w.pass(at.Sub(w.clock()))
			w.limiter.Resume() // the clock that moved is not its own
			continue
		}
		intended := false
		st, err := w.pusher.Write(ctx, d, func(ctx context.Context, request string, entry app.LedgerEntry) error {
			intended = true
			return w.store.Intent(ctx, app.Intent{DeliveryID: d.ID, Attempt: d.Attempt, At: w.clock(), Request: request, Ledger: entry})
		})
		if crash != nil && crash() {
			return true
		}
		if err != nil {
			st.State, st.NextAt = app.DeliveryWaiting, w.clock().Add(time.Minute)
			st.Code, st.Message = app.ErrorCode(err), app.ErrorMessage(err)
			if d.State == app.DeliveryChecking && !intended {
				st.State = app.DeliveryChecking
			}
			if app.ErrorCode(err) == app.Forbidden {
				st.State = app.DeliveryParked
			}
		}
		if err := w.store.Settle(ctx, st); err != nil {
			w.t.Fatal(err)
		}
	}
	w.t.Fatal("the outbox never comes to rest")
	return false
}

// ours lists the quantity writes of our API member, without those that changed nothing.
func (w *world) ours() []sandbox.QuantityWrite {
	var out []sandbox.QuantityWrite
	for _, q := range w.cw.QuantityWrites() {
		if q.By == sample.MemberIdentifier {
			out = append(out, q)
		}
	}
	return out
}

// holdsNow is the quantity ConnectWise holds on an addition.
func (w *world) holdsNow(agreement, addition int64) string {
	w.t.Helper()
	list, err := w.client.Additions(w.t.Context(), agreement)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, a := range list {
		if a.ID == addition {
			return a.Quantity.String()
		}
	}
	return "gone"
}

func (w *world) push(id int64) app.Push {
	w.t.Helper()
	p, err := w.store.Push(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// writers lists the lines of a plan or push that write.
func writers(lines []app.Line) []app.Line {
	var out []app.Line
	for _, l := range lines {
		if l.Writes() {
			out = append(out, l)
		}
	}
	return out
}

func states(lines []app.Line) map[app.LineState]int {
	n := map[app.LineState]int{}
	for _, l := range writers(lines) {
		n[l.State]++
	}
	return n
}

// typedMeanwhile lets a person type something right after the overrides were read.
type typedMeanwhile struct {
	*store.Store
	typed func()
}

// Overrides implements push.Store.
func (s typedMeanwhile) Overrides(ctx context.Context, period app.Period) ([]app.Override, error) {
	list, err := s.Store.Overrides(ctx, period)
	s.typed()
	return list, err
}
