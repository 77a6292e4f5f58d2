package web_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
	"psabridge/app/intake"
	"psabridge/app/job"
	"psabridge/app/push"
	"psabridge/app/receive"
	"psabridge/app/secret"
	"psabridge/app/setup"
	"psabridge/app/upkeep"
	"psabridge/app/web"
	"psabridge/app/web/api"
	"psabridge/store"
	"psabridge/store/storetest"
)

// nasty is a name that does harm wherever it is not escaped.
const nasty = `"><img src=x onerror=alert(1)><svg/onload=alert(2)>{{7*7}}`

const document = `version: 1
sources:
  - {name: sync, kind: x360sync, host: "https://sync.example.com", every: 2m}
  - {name: box, kind: inbox}
connections:
  - name: cw
    system: connectwise
    site_url: https://na.example.com
    company_id: acme
    time_zone: Europe/Berlin
    ticketing: {enabled: true, board: "Alerts"}
    billing: {enabled: true, push_day: last, products: {accounts: "X360-ACCOUNT"}}
organizations:
  - {source: sync, id: "7", company: {id: 250, identifier: "Contoso"}, agreement: {id: 12}, bill: [accounts]}
alerts:
  - {name: File server unreachable, when: [machine.unreachable], for: {source: sync, organization: "1", suborganizations: true}, via: {psa: true}}
`

// world is the pages behind their guard, on a real store, with real settings and stand-ins for who talks to others.
type world struct {
	t      *testing.T
	dir    string
	store  *store.Store
	setup  *setup.Setup
	server *web.Server
	guard  *web.Guard
	cookie *http.Cookie
	now    time.Time

	planned, undone, launched int
	tested                    atomic.Int64 // in a job of its own
	jobs                      *job.Jobs
	synced                    atomic.Int32
	approved                  []string // digests
	trials                    []string // test tickets
	outbox                    []string
	acks                      []string // what was asked of conditions
	ackErr, noticeErr         error
	answers                   []alert.Answer
	sources                   []intake.Status
	blocks                    []app.Block
	hold                      app.HoldCode // of the held line; a big change when empty
	planErr, outboxErr        error
	edited                    map[int64]bool // agreements whose lines somebody changed since the push
	planGate                  chan struct{}  // holds plans up; nil holds nothing
	changed                   bool           // after the newest test
	found                     atomic.Pointer[[]app.CheckRow]

	desk                                    *receive.Desk
	vendor                                  fakeVendor
	keychain                                keychain
	machine                                 []app.CheckRow // of this computer
	keysBack                                int            // how often what had no keys went on
	logbook                                 *upkeep.Logbook
	file                                    string // staged in the inbox
	org, master, delivery, line, plan, push int64
	digest                                  string
	period                                  app.Period
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), now: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC), period: app.Period{Year: 2026, Month: time.November}}
	now := func() time.Time { return w.now }
	w.store, w.jobs = storetest.OpenAt(t, w.dir, now), job.New(now, nil)
	t.Cleanup(func() { _ = w.jobs.Stop(context.WithoutCancel(t.Context())) }) // before the store closes
	w.setup = setup.New(setup.Deps{Store: w.store, Vault: secret.NewVault(secret.NewMemory(), w.store), Now: now, Zone: func() string { return "Europe/Berlin" }})
	w.guard = &web.Guard{Label: label, Port: 7360, Sessions: web.NewSessions(now), TokenValid: web.TokenIs(token), API: answers("api")}
	berlin, err := time.LoadLocation("Europe/Berlin")
	w.must(err)
	w.sources = []intake.Status{{Name: "sync", Kind: "x360sync", LastOKAt: w.now.Add(-time.Minute), Complete: true}}
	in := intake.New(intake.Deps{Store: w.store, Settings: w.document, Now: now, Decide: func(app.Settings, app.AlertState) app.AlertDecision { return app.AlertDecision{} }})
	w.desk = receive.New(receive.Deps{Store: w.store, Settings: w.document, Dir: w.dir, Now: now, Take: func(ctx context.Context, source string, b app.Batch, rs []app.Reading) (app.Received, error) {
		r, err := in.Receive(ctx, source, b, rs)
		return app.Received{Accepted: r.Stored, Organizations: r.Organizations}, err
	}})
	w.server = web.New(web.Deps{
		Guard: w.guard, Now: now, Zone: berlin, Log: slog.New(slog.DiscardHandler), About: web.About{Version: "test", StartedAt: w.now},
		Read: w.store.Reader(), Settings: w.setup, Setup: tester{w.setup, w}, Jobs: w.jobs, Outbox: (*fakeOutbox)(w), Push: pusher{w},
		Sync: func(context.Context, string) (api.SyncResult, error) {
			w.synced.Add(1)
			return api.SyncResult{Organizations: 2, Events: 3, Complete: true}, nil
		},
		Start: func(_ context.Context, a alert.Answer, _ string) (int, int, error) {
			w.answers = append(w.answers, a)
			return 4, 0, nil
		},
		Pause: func(ctx context.Context, until time.Time, reason string) error {
			return w.store.SetPause(ctx, true, until, reason)
		},
		Resume: func(ctx context.Context) error { return w.store.SetPause(ctx, false, time.Time{}, "") },
		Guide:  w.setup,
		TestTicket: func(_ context.Context, connection string, company int64, _ string) (int64, error) {
			w.trials = append(w.trials, fmt.Sprint(connection, " ", company))
			return 1, nil
		},
		Sources: func(context.Context) ([]intake.Status, error) { return w.sources, nil },
		Blocks:  func() []app.Block { return w.blocks },
		TicketURL: func(context.Context, string, int64) string {
			return "https://na.example.com/ticket"
		},
		OnLaunch: func() { w.launched++ }, Views: w.store,
		AlertDeps: api.AlertDeps{
			Quiet: w.quieted, OpenCondition: w.reopened, TestNotice: func(context.Context, string) error { return w.noticeErr },
		},
		BillingDeps: w.billingCalls(),
		MappingDeps: api.MappingDeps{Repairs: w.setup.Repairs, ApplyMappings: w.setup.ApplyMappings, RevertMappings: w.setup.RevertMappings},
		MachineDeps: w.machineCalls(),
		SourceDeps:  web.SourceDeps{Receive: w.desk, SignIn: &w.vendor, Organize: w.store, TokenInfo: w.setup.TokenInfo},
	})
	w.guard.Pages, w.guard.OpenPages = w.server.Handler(), w.server.Open
	w.guard.SignedOut, w.guard.Bounce = w.server.SignedOutPage(), w.server.BouncePage()
	w.cookie = signIn(t, w.guard)
	return w
}

// furnished is a world with settings, organizations, a ticket, a plan and a push.
func furnished(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	ctx := t.Context()
	_, err := w.setup.Replace(ctx, "test", []byte(document), false, false)
	w.must(err)
	w.must(w.setup.SetSecret(ctx, "connections/cw/private_key", "a-very-secret-key-4f"))
	w.ingest()
	w.options()
	w.delivery = w.first("parked").ID
	w.file, err = w.desk.Stage(ctx, "box", "usage.csv", strings.NewReader(usageFile))
	w.must(err)
	w.org, w.master = w.row("7").ID, w.row("1").ID
	w.makePlan()
	_, err = w.store.Approve(ctx, w.plan, w.digest, app.Push{Trigger: app.TriggerPerson, ApprovedBy: "person", ApprovedAt: w.now})
	w.must(err)
	pushes, err := w.store.Pushes(ctx, app.PushFilter{})
	w.must(err)
	w.push = pushes[0].ID
	w.finishPush()
	w.makePlan()
	return w
}

// usageFile is what a person imports: two customers, one of them with a name that does harm.
const usageFile = "customer_id,customer_name,meter,quantity,unit,as_of\n1,Northwind,mailboxes,14,each,2026-11-20T00:00:00Z\n2,\"\"\">" + "<img src=x onerror=alert(1)>\",mailboxes,3,each,2026-11-20T00:00:00Z\n"

func (w *world) document(ctx context.Context) (app.Settings, error) {
	doc, _, err := w.setup.Document(ctx)
	return doc, err
}

// fakeVendor is a vendor's sign-in page.
type fakeVendor struct {
	states, codes []string
	err           error
}

func (v *fakeVendor) AuthorizeURL(_ context.Context, source, redirect, state string) (string, error) {
	if source != "sync" {
		return "", app.Errorf(app.Invalid, "Source %s has no sign-in page.", source)
	}
	v.states = append(v.states, state)
	return "https://sync.example.com/oauth/authorize?" + url.Values{"redirect_uri": {redirect}, "state": {state}}.Encode(), nil
}

func (v *fakeVendor) Redeem(_ context.Context, source, code, redirect string) error {
	v.codes = append(v.codes, source+" "+code+" "+redirect)
	return v.err
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// ingest stores two organizations, an event, and a condition with a ticket whose delivery a person has to look at.
func (w *world) ingest() {
	w.t.Helper()
	ctx := w.t.Context()
	machine := app.Object{Kind: app.ObjectMachine, ExternalID: "m1", Name: "FS01 " + nasty}
	b := app.Batch{
		Source: "sync", ReadAt: w.now, OrganizationsComplete: true,
		Organizations: []app.Organization{{ExternalID: "1", Name: "MSP", Active: true}, {ExternalID: "7", ParentExternalID: "1", Name: "Contoso " + nasty, Active: true}},
		Events: []app.Event{{
			SourceEventID: "a1", OrganizationID: "7", Object: machine, Type: "activity.sign_in", State: app.Info, Severity: app.SeverityInfo, OccurredAt: w.now,
			Title: "=cmd " + nasty, Text: nasty, Body: json.RawMessage(`{"actor_text":"=Ada"}`),
		}},
	}
	_, err := w.store.Ingest(ctx, b, w.now, func(st app.AlertState) app.AlertDecision {
		xref := st.InstallID + "-k"
		return app.AlertDecision{
			Outcomes: []app.DecidedOutcome{{SourceEventID: "a1", Outcome: app.OutcomeTicket, Rule: "File server unreachable", Reason: app.ReasonFirst, ConditionKey: "k", Episode: 1}},
			Conditions: []app.Condition{{
				Key: "k", Episode: 1, Source: "sync", OrganizationID: "7", Object: machine, Type: "activity.sign_in", Severity: app.SeverityInfo,
				Rule: "File server unreachable", State: app.ConditionWaiting, Occurrences: 1, FirstAt: st.Now, LastAt: st.Now, FirstEvent: "a1", TicketXRef: xref, Title: nasty,
			}, {
				Key: "old", Episode: 1, Source: "sync", OrganizationID: "7", Object: machine, Type: app.TypeMachineUnreachable, Severity: app.SeverityInfo,
				Rule: "File server unreachable", State: app.ConditionWaiting, Wait: app.ReasonHistory, Occurrences: 1, FirstAt: st.Now, LastAt: st.Now, FirstEvent: "a0", Title: nasty,
			}},
			Tickets: []app.Ticket{{XRef: xref, ScopeKey: "k", Connection: "cw", Summary: "Summary " + nasty, State: app.TicketPending}},
			Deliveries: []app.DecidedDelivery{{
				DedupKey: "create:" + xref, Kind: app.DeliverTicketCreate, Connection: "cw", TicketXRef: xref,
				Payload: app.TicketPayload{Source: "sync", OrganizationID: "7", Summary: "Summary " + nasty, Object: machine, Rule: nasty},
			}},
		}
	})
	w.must(err)
	w.must(w.store.SaveReadings(ctx, "sync", []app.Reading{{
		Source: "sync", OrganizationID: "7", Meter: app.MeterAccounts, Basis: app.BasisOwn, Quantity: app.Q(43), Unit: app.UnitEach, Complete: true, AsOf: w.now, Method: "computed",
		Items: []app.EvidenceItem{{Kind: app.ObjectAccount, ExternalID: "u1", Name: "Ada " + nasty, Amount: app.Q(1)}},
	}}, w.now))
	d, ok, err := w.store.Claim(ctx, w.now, nil)
	if err != nil || !ok {
		w.t.Fatal("no delivery", err)
	}
	w.must(w.store.Settle(ctx, app.Settlement{DeliveryID: d.ID, Attempt: d.Attempt, At: w.now, State: app.DeliveryParked, Code: app.Invalid, Message: "Board says " + nasty}))
}

func (w *world) options() {
	w.t.Helper()
	row := func(id int64, name string, v any) app.OptionRow {
		b, err := json.Marshal(v)
		w.must(err)
		return app.OptionRow{ID: id, Name: name, Body: b, LoadedAt: w.now}
	}
	product := func(id int64, identifier string) app.OptionRow {
		r := row(id, identifier, app.Product{ID: id, Identifier: identifier, Price: app.Q(2)})
		r.Identifier = identifier
		return r
	}
	save := func(list app.OptionList, parent int64, rows ...app.OptionRow) {
		w.must(w.store.SaveOptions(w.t.Context(), "cw", list, parent, rows, w.now))
	}
	save(app.ListCompanies, 0, row(250, "Contoso", app.Company{ID: 250, Identifier: "Contoso", Name: "Contoso Ltd " + nasty}), row(251, "Fabrikam", app.Company{ID: 251, Identifier: "Fabrikam", Name: "Fabrikam"}))
	save(app.ListAgreements, 0, row(12, "Managed", app.Agreement{ID: 12, Name: "Managed " + nasty, CompanyID: 250, Company: "Contoso"}), row(13, "Other", app.Agreement{ID: 13, Name: "Other", CompanyID: 251, Company: "Fabrikam"}))
	save(app.ListProducts, 0, product(900, "X360-ACCOUNT"), product(901, "X360-GB"), product(902, "Х360-GB"), product(903, "TWICE"), product(904, "TWICE"))
	save(app.ListBoards, 0, row(1, "Alerts", app.Option{ID: 1, Name: "Alerts"}), row(2, "NOC", app.Option{ID: 2, Name: "NOC"}))
	save(app.ListStatuses, 1, row(10, "New", app.Option{ID: 10, Name: "New"}), row(11, "Closed", app.Option{ID: 11, Name: "Closed", Closed: true}))
}

func (w *world) makePlan() {
	w.t.Helper()
	_, rev, err := w.setup.Document(w.t.Context())
	w.must(err)
	readings, err := w.store.LatestReadings(w.t.Context(), "")
	w.must(err)
	mark, err := w.store.OverrideMark(w.t.Context())
	w.must(err)
	before, price := app.Q(40), app.Q(2)
	amount := app.Q(6)
	line := func(agreement, addition int64, company string, v app.Verdict, holds ...app.Hold) app.Line {
		return app.Line{
			Meter: app.MeterAccounts, Product: "X360-ACCOUNT", ProductID: 900, Company: app.Named{ID: 250, Name: company}, Agreement: app.Named{ID: agreement, Name: "Managed " + nasty},
			AdditionID: addition, Before: &before, After: app.Q(43), Unit: app.UnitEach, Verdict: v, State: app.LinePlanned, Holds: holds, UnitPrice: &price, AmountChange: &amount,
			Shares: []app.Share{{OrganizationID: w.row("7").ID, ExternalID: "7", Source: "sync", Name: "Contoso " + nasty, Quantity: app.Q(43), ReadingID: readings[0].ID, ReadAt: readings[0].AsOf}},
			Items:  []app.EvidenceItem{{Kind: app.ObjectAccount, ExternalID: "u1", Name: "Ada " + nasty, Amount: app.Q(1)}}, Reason: "+ Ada " + nasty, BillCustomer: "Billable", EffectiveDate: w.now,
		}
	}
	p, err := w.store.SavePlan(w.t.Context(), app.Plan{
		Connection: "cw", Period: w.period, Trigger: app.TriggerPerson, Digest: "digest-" + w.now.String(), SettingsRev: rev, CreatedAt: w.now, Complete: true, LastOverride: mark,
		Lines: []app.Line{
			line(12, 9904, "Contoso Ltd "+nasty, app.VerdictUpdate),
			line(13, 9905, "Fabrikam", app.VerdictHold, app.Hold{Code: cmp.Or(w.hold, app.HoldBigChange), Message: "It moved a lot " + nasty}),
		},
	})
	w.must(err)
	w.plan, w.digest, w.line = p.ID, p.Digest, p.Lines[1].ID
}

// finishPush settles the one agreement delivery of the push.
func (w *world) finishPush() {
	w.t.Helper()
	ctx := w.t.Context()
	d, ok, err := w.store.Claim(ctx, w.now, nil)
	if err != nil || !ok {
		w.t.Fatal("no delivery of the push", err)
	}
	push, err := w.store.Push(ctx, w.push)
	w.must(err)
	var lines []app.Line
	for _, l := range push.Lines {
		if l.Writes() {
			l.State, l.WrittenAt = app.LineDone, w.now
			lines = append(lines, l)
		}
	}
	w.must(w.store.Settle(ctx, app.Settlement{DeliveryID: d.ID, Attempt: d.Attempt, At: w.now, State: app.DeliveryDone, Lines: lines}))
}

func (w *world) first(state app.DeliveryState) app.DeliveryRow {
	w.t.Helper()
	list, err := w.store.Deliveries(w.t.Context(), app.DeliveryFilter{State: state})
	if err != nil || len(list) == 0 {
		w.t.Fatalf("no delivery in state %s: %v", state, err)
	}
	return list[0]
}

func (w *world) row(external string) app.OrganizationRow {
	w.t.Helper()
	o, err := w.store.OrganizationByExternalID(w.t.Context(), "sync", external)
	w.must(err)
	return o
}

// tester is setup without a network.
type tester struct {
	*setup.Setup
	w *world
}

func (f tester) Test(ctx context.Context, name string, each func(app.CheckRow)) ([]app.CheckRow, error) {
	f.w.tested.Add(1)
	row := app.CheckRow{Connection: name, ID: "keys", Title: "Keys", State: app.CheckFailed, Message: "No " + nasty, Fix: "Click"}
	each(row)
	return []app.CheckRow{row}, f.w.store.SaveChecks(ctx, name, "", []app.CheckRow{row}, f.w.now)
}

func (f tester) CheckRun(ctx context.Context, name string) (app.CheckRun, error) {
	at, err := f.w.store.CheckedAt(ctx, name)
	return app.CheckRun{At: at, Current: !at.IsZero() && !f.w.changed}, err
}

func (f tester) UnderWay(string) ([]app.CheckRow, bool) {
	if rows := f.w.found.Load(); rows != nil {
		return *rows, true
	}
	return nil, false
}

func (f tester) Options(ctx context.Context, name string, list app.OptionList, parent int64) ([]app.OptionRow, time.Time, error) {
	return f.w.store.Options(ctx, name, list, parent)
}

func (f tester) Reload(context.Context, string) (map[app.OptionList]int, error) {
	return map[app.OptionList]int{app.ListCompanies: 2}, nil
}

func (f tester) Suggestions(ctx context.Context, name string) ([]api.Suggestion, error) {
	rows, err := f.Setup.Suggestions(ctx, name)
	var out []api.Suggestion
	for _, r := range rows {
		out = append(out, api.Suggestion{OrganizationID: api.RowID(r.OrganizationID), CompanyID: r.CompanyID, Reason: string(r.Reason), Score: r.Score, Like: r.Like})
	}
	return out, err
}

// pusher decides and approves like the real one and reads nothing from outside.
type pusher struct{ w *world }

func (p pusher) real() *push.Pusher {
	return push.New(push.Deps{Store: p.w.store, Settings: p.w.setup.Document, Now: func() time.Time { return p.w.now }})
}

func (p pusher) MakePlan(ctx context.Context, _ string, _ app.Period, _ app.Trigger) (app.Plan, error) {
	p.w.planned++
	if p.w.planGate != nil {
		<-p.w.planGate
	}
	if p.w.planErr != nil {
		return app.Plan{}, p.w.planErr
	}
	p.w.makePlan() //nolint:contextcheck // the test's own
	return p.w.store.Plan(ctx, p.w.plan)
}

func (p pusher) Decide(ctx context.Context, line int64, d app.Decision, q *app.Quantity, note, by string) (app.Plan, error) {
	return p.real().Decide(ctx, line, d, q, note, by)
}

func (p pusher) ReleaseAll(ctx context.Context, plan int64, codes []app.HoldCode, note, by string) (app.Plan, error) {
	out, _, err := p.real().ReleaseAll(ctx, plan, codes, note, by)
	return out, err
}

func (p pusher) Approve(ctx context.Context, plan int64, digest string, t app.Trigger, by string) (app.Push, error) {
	p.w.approved = append(p.w.approved, digest)
	return p.real().Approve(ctx, plan, digest, t, by)
}

func (p pusher) Undo(ctx context.Context, id int64, _ string) (app.Push, error) {
	p.w.undone++
	return p.w.store.Push(ctx, id)
}

func (p pusher) Stop(ctx context.Context, id int64, by string) (app.Push, error) {
	return p.real().Stop(ctx, id, by)
}

// fakeOutbox writes down what it was asked to do.
type fakeOutbox world

func (o *fakeOutbox) note(ctx context.Context, id int64, what string) error {
	if _, err := o.store.Delivery(ctx, id); err != nil {
		return err
	}
	o.outbox = append(o.outbox, what)
	return o.outboxErr
}

func (o *fakeOutbox) Retry(ctx context.Context, id int64, _ string) error {
	return o.note(ctx, id, "retry")
}

func (o *fakeOutbox) RetryParked(ctx context.Context, _ string) (int, error) {
	return 3, o.note(ctx, o.delivery, "retry parked")
}

func (o *fakeOutbox) RetryMatching(ctx context.Context, f app.RetryFilter, _ string) (int, error) {
	return 2, o.note(ctx, cmp.Or(f.LikeID, o.delivery), "retry matching "+string(f.State))
}

func (o *fakeOutbox) Drop(ctx context.Context, id int64, reason, _ string) error {
	return o.note(ctx, id, "drop "+reason)
}

func (o *fakeOutbox) Link(ctx context.Context, id, ticket int64, _ string) error {
	return o.note(ctx, id, fmt.Sprint("link ", ticket))
}

// answer is what came back.
type answer struct {
	status int
	body   string
	header http.Header
}

// get asks for a page, signed in.
func (w *world) get(path string) answer { return w.do(http.MethodGet, path, nil, w.cookie) }

// post sends a form, signed in, from a page of ours.
func (w *world) post(path string, pairs ...string) answer {
	f := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Add(pairs[i], pairs[i+1])
	}
	return w.do(http.MethodPost, path, f, w.cookie)
}

func (w *world) do(method, path string, f url.Values, cookie *http.Cookie) answer {
	w.t.Helper()
	var body io.Reader
	if f != nil {
		body = strings.NewReader(f.Encode())
	}
	r, err := http.NewRequestWithContext(w.t.Context(), method, "/", body)
	w.must(err)
	r.URL, err = url.ParseRequestURI(path) // as a server reads it: "//x" is a path
	w.must(err)
	r.Host = host
	if f != nil || method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", origin)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if cookie != nil {
		r.AddCookie(cookie)
	}
	rec := httptest.NewRecorder()
	w.guard.ServeHTTP(rec, r)
	return answer{rec.Code, rec.Body.String(), rec.Header()}
}

// navigate follows a link on another site: the browser withholds the strict cookie.
func (w *world) navigate(path string) answer {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, "/", nil)
	w.must(err)
	r.Host = host
	r.URL, err = url.ParseRequestURI(path)
	w.must(err)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	r.Header.Set("Sec-Fetch-Mode", "navigate")
	rec := httptest.NewRecorder()
	w.guard.ServeHTTP(rec, r)
	return answer{rec.Code, rec.Body.String(), rec.Header()}
}

// want fails the test unless the answer has the status.
func (a answer) want(t *testing.T, status int) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("got %d, want %d: %s", a.status, status, mainOf(a.body))
	}
	return a
}

// to fails the test unless the answer sends the browser to a path.
func (a answer) to(t *testing.T, path string) {
	t.Helper()
	a.want(t, http.StatusSeeOther)
	if got := a.header.Get("Location"); got != path {
		t.Fatalf("sent to %s, want %s", got, path)
	}
}

func mainOf(body string) string {
	if _, rest, ok := strings.Cut(body, "<main"); ok {
		body = rest
	}
	return body[:min(len(body), 2000)]
}
