// Package api is the local JSON API, /api/v1: the same use cases the pages call, for scripts and the command line.
// Its shapes are stable; the OpenAPI document it serves at /api/v1/openapi.json is made from the types here.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/alert"
	"psabridge/app/intake"
	"psabridge/app/job"
)

// Deps are what the API calls. Each field is named for what it does; the composition root fills them all.
type Deps struct {
	Version   string
	StartedAt time.Time
	Now       func() time.Time
	Log       *slog.Logger

	Read     Reader
	Settings Settings
	Setup    Setup
	Guide    SetUp
	Sync     func(ctx context.Context, source string) (SyncResult, error)
	Push     Pusher
	Outbox   Outbox
	// TestTickets opens the marked test ticket of a connection.
	TestTickets TestTickets
	Jobs        *job.Jobs
	Status      func(ctx context.Context) (Status, error)
	// Start answers the start question (T4).
	Start func(ctx context.Context, a alert.Answer, by string) (opened, quiet int, err error)
	// TicketURL is where a person sees a ticket in ConnectWise; empty when the connection is gone.
	TicketURL func(ctx context.Context, connection string, ticket int64) string
	// Launch returns a sign-in address for the pages, good once and for 60 seconds.
	Launch func() string
	// Pause stops sending until then (zero: until resumed); Resume ends it.
	Pause  func(ctx context.Context, until time.Time, reason string) error
	Resume func(ctx context.Context) error

	SourceDeps
	AlertDeps
	BillingDeps
	MappingDeps
	UpkeepDeps
	MachineDeps
}

// AlertDeps are what the calls about alert rules, conditions and notices need besides the rest. What is left out answers
// that it is not there.
type AlertDeps struct {
	// Rehearse replays the last days through alert rules and does nothing else. With nil rules those of the settings; with
	// rules of one's own it tells what they change, too.
	Rehearse func(ctx context.Context, rules []app.AlertRule, days int) (app.Rehearsal, *app.RehearsalDifference, error)
	// Quiet keeps a condition quiet until then; zero: until it recovers. Open ends that.
	Quiet         func(ctx context.Context, condition int64, until time.Time, by string) error
	OpenCondition func(ctx context.Context, condition int64, by string) error
	// TestNotice tells something harmless by one channel (app.Channel…).
	TestNotice func(ctx context.Context, channel string) error
}

// Fill puts an answer in place of what was left out.
func (d *AlertDeps) Fill() {
	none := func() error { return app.Errorf(app.NotFound, "This bridge does not do that.") }
	if d.Rehearse == nil {
		d.Rehearse = func(context.Context, []app.AlertRule, int) (app.Rehearsal, *app.RehearsalDifference, error) {
			return app.Rehearsal{}, nil, none()
		}
	}
	if d.Quiet == nil {
		d.Quiet = func(context.Context, int64, time.Time, string) error { return none() }
	}
	if d.OpenCondition == nil {
		d.OpenCondition = func(context.Context, int64, string) error { return none() }
	}
	if d.TestNotice == nil {
		d.TestNotice = func(context.Context, string) error { return none() }
	}
}

// SourceDeps are what the calls about sources and new organizations need besides the rest. What is left out answers
// nothing.
type SourceDeps struct {
	// Inbox takes what is sent.
	Inbox Inbox
	// Sources says how reading goes, of each source of the settings.
	Sources func(ctx context.Context) ([]intake.Status, error)
	// Organize keeps what a person says about a new organization.
	Organize Organizer
	// TokenInfo says when a source's sign-in was last renewed; false when it has none.
	TokenInfo func(ctx context.Context, source string) (time.Time, bool)
	// Notes are what the last look at a source's account said of its sign-in.
	Notes func(source string) []string
}

func (d *SourceDeps) fill() {
	if d.Inbox == nil {
		d.Inbox = noInbox{}
	}
	if d.Sources == nil {
		d.Sources = func(context.Context) ([]intake.Status, error) { return nil, nil }
	}
	if d.TokenInfo == nil {
		d.TokenInfo = func(context.Context, string) (time.Time, bool) { return time.Time{}, false }
	}
	if d.Notes == nil {
		d.Notes = func(string) []string { return nil }
	}
}

// Reader is what the API reads from the store.
type Reader interface {
	Organizations(context.Context, app.OrganizationFilter) ([]app.OrganizationRow, error)
	Organization(context.Context, int64) (app.OrganizationRow, error)
	// Tree lists the organizations of all sources, without what a list shows beside them.
	Tree(context.Context) ([]app.Organization, error)
	Options(ctx context.Context, connection string, list app.OptionList, parent int64) ([]app.OptionRow, time.Time, error)
	Checks(ctx context.Context, connection string) ([]app.CheckRow, error)
	Events(context.Context, app.EventFilter) ([]app.EventRow, error)
	Conditions(context.Context, app.ConditionFilter) ([]app.Condition, error)
	ConditionStory(context.Context, int64) (app.ConditionStory, error)
	RuleHits(ctx context.Context, organization int64, since time.Time) ([]app.RuleHits, error)
	NoticesSent(context.Context) ([]app.NoticeSent, error)
	Ticket(context.Context, int64) (app.TicketRow, error)
	Tickets(context.Context, app.TicketFilter) ([]app.TicketRow, error)
	Deliveries(context.Context, app.DeliveryFilter) ([]app.DeliveryRow, error)
	Delivery(context.Context, int64) (app.DeliveryRow, error)
	Attempts(context.Context, int64) ([]app.Attempt, error)
	Plan(context.Context, int64) (app.Plan, error)
	OpenPlan(ctx context.Context, connection, digest string) (app.Plan, error)
	CurrentPlan(ctx context.Context, connection string, period app.Period) (app.Plan, error)
	// NewestPlan is the plan of a connection that was made last, without lines, with its findings.
	NewestPlan(ctx context.Context, connection string) (app.Plan, error)
	LastPlannedLines(ctx context.Context, connection string, before app.Period) ([]app.Line, error)
	Overrides(ctx context.Context, period app.Period) ([]app.Override, error)
	MeterHistory(ctx context.Context, source, organization string, since app.Period) ([]app.MeterMonth, error)
	LineEvidence(context.Context, int64) (app.Line, error)
	OrganizationReadings(ctx context.Context, source, organization string) (newest, statements []app.Reading, err error)
	RawRecords(ctx context.Context, source string) ([]app.RawRecord, error)
	Pushes(context.Context, app.PushFilter) ([]app.Push, error)
	Push(context.Context, int64) (app.Push, error)
}

// Settings edits the settings document and the secrets.
type Settings interface {
	// Document returns the current settings and their revision.
	Document(ctx context.Context) (app.Settings, int64, error)
	// Export prints a settings document as YAML, or as JSON.
	Export(ctx context.Context, asJSON bool) ([]byte, error)
	// Replace parses, validates and stores a whole document, all or nothing.
	Replace(ctx context.Context, by string, document []byte, dryRun, force bool) ([]app.Change, error)
	// SetMapping replaces one organization's entry.
	SetMapping(ctx context.Context, by string, organization int64, m app.OrganizationSettings) error
	SetSecret(ctx context.Context, name string, value app.Secret) error
	// SetSecrets stores those that were entered together, and tells the others once.
	SetSecrets(ctx context.Context, secrets ...app.NamedSecret) error
	DeleteSecret(ctx context.Context, name string) error
	Secrets(ctx context.Context) ([]app.SecretRecord, error)
}

// Setup tests connections and serves their drop-downs.
type Setup interface {
	Test(ctx context.Context, connection string, each func(app.CheckRow)) ([]app.CheckRow, error)
	// UnderWay returns what a test that runs now found so far, whoever started it; false when none runs.
	UnderWay(connection string) ([]app.CheckRow, bool)
	// CheckRun tells when a connection was tested last, and whether that is about the connection as it is now.
	CheckRun(ctx context.Context, connection string) (app.CheckRun, error)
	Reload(ctx context.Context, connection string) (map[app.OptionList]int, error)
	Options(ctx context.Context, connection string, list app.OptionList, parent int64) ([]app.OptionRow, time.Time, error)
	Suggestions(ctx context.Context, connection string) ([]Suggestion, error)
}

// SetUp is the set-up guide.
type SetUp interface {
	Guide(ctx context.Context, connection string) (app.Guide, error)
	Confirm(ctx context.Context, by, subject string, done bool) error
}

// TestTickets opens test tickets and tells how far they are.
type TestTickets interface {
	StartTest(ctx context.Context, connection string, company int64, by string) (delivery int64, err error)
	TestProgress(ctx context.Context, delivery int64) (app.DeliveryRow, app.TestProgress, error)
}

// Pusher plans, decides, approves and undoes billing runs.
type Pusher interface {
	MakePlan(ctx context.Context, connection string, p app.Period, t app.Trigger) (app.Plan, error)
	Decide(ctx context.Context, line int64, d app.Decision, q *app.Quantity, note, by string) (app.Plan, error)
	ReleaseAll(ctx context.Context, plan int64, codes []app.HoldCode, note, by string) (app.Plan, error)
	Approve(ctx context.Context, plan int64, digest string, t app.Trigger, by string) (app.Push, error)
	Undo(ctx context.Context, push int64, by string) (app.Push, error)
	Stop(ctx context.Context, push int64, by string) (app.Push, error)
}

// Outbox lets a person move what is parked.
type Outbox interface {
	Retry(ctx context.Context, id int64, by string) error
	RetryParked(ctx context.Context, by string) (int, error)
	// RetryMatching makes what the filter picks due at once and returns how many there were.
	RetryMatching(ctx context.Context, f app.RetryFilter, by string) (int, error)
	Drop(ctx context.Context, id int64, reason, by string) error
	Link(ctx context.Context, id, ticket int64, by string) error
}

// caller is who the API says did something: whoever holds the token.
const caller = "api"

type server struct{ Deps }

// New builds the handler of /api/v1. The guard in front of it has already checked Host, browser headers and token.
func New(d Deps) http.Handler {
	d.fill()
	d.AlertDeps.Fill()
	d.BillingDeps.Fill()
	d.MappingDeps.Fill()
	d.UpkeepDeps.Fill()
	d.MachineDeps.Fill()
	s := &server{Deps: d}
	useProblems(d.Log)
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = s.routeError
	e.Pre(fileSuffix)
	s.register(humaecho.NewWithGroup(e, e.Group("/api/v1"), config(d.Version)))
	return e
}

// WhenAsked is New at the first request. Describing every call takes longer than all else a start does, and some megabytes, which a
// bridge that only shows pages never needs.
func WhenAsked(d Deps) http.Handler {
	made := sync.OnceValue(func() http.Handler { return New(d) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { made().ServeHTTP(w, r) })
}

// fileSuffix serves /billing/pushes/{id}.csv and the like, paths the router cannot tell from {id}.
func fileSuffix(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		u := c.Request().URL
		for _, kind := range []string{"csv", "html"} {
			if p, ok := strings.CutSuffix(u.Path, "."+kind); ok && strings.HasPrefix(p, "/api/v1/billing/pushes/") {
				u.Path, u.RawPath = p+"/"+kind, ""
			}
		}
		return next(c)
	}
}

func config(version string) huma.Config {
	c := huma.DefaultConfig("psabridge local API", version)
	c.Info.Description = "Everything the pages do, for scripts. Loopback only; every call needs the token in api.token."
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "/openapi", "", ""
	c.CreateHooks = nil // no $schema members or Link headers in answers
	c.RejectUnknownQueryParameters = true
	c.Servers = []*huma.Server{{URL: "/api/v1"}}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}
	c.Security = []map[string][]string{{"token": {}}}
	return c
}

// routeError answers what no route took.
func (s *server) routeError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	status := http.StatusInternalServerError
	if he, ok := err.(*echo.HTTPError); ok { //nolint:errorlint // echo hands its own error over unwrapped
		status = he.Code
	} else {
		s.Log.Error("api request failed", "error", err)
	}
	p := problemOf(status, map[int]string{
		http.StatusNotFound:         "There is no such call. GET /api/v1/openapi.json lists them.",
		http.StatusMethodNotAllowed: "This call does not take that method. GET /api/v1/openapi.json lists them.",
	}[status])
	if p.Error() == "" {
		p = problemOf(http.StatusInternalServerError, "Internal error. The log says more.")
	}
	c.Response().Header().Set("Content-Type", "application/problem+json")
	_ = c.JSON(p.GetStatus(), p)
}

// register is the flat list of every call.
func (s *server) register(a huma.API) {
	get(a, "/status", "What the bridge is doing", s.status)
	post(a, "/pause", "Send nothing until resumed; go on collecting", s.pause)
	post(a, "/resume", "Send again", s.resume)
	post(a, "/launch", "A sign-in address for the pages, good once and for 60 seconds", s.launch)

	s.registerSettings(a)
	s.registerBackups(a)
	s.registerMachine(a)
	get(a, "/secrets", "Which secrets are stored, never their values", s.secrets)
	put(a, "/secrets/{kind}/{name}/{key}", "Store a secret", s.setSecret)
	del(a, "/secrets/{kind}/{name}/{key}", "Delete a secret", s.deleteSecret)
	put(a, "/secrets/notify/{key}", "Store the mail server's password, or the address of the webhook", s.setNotifySecret)
	del(a, "/secrets/notify/{key}", "Delete one of them", s.deleteNotifySecret)
	get(a, "/notify", "The ways a person is told, and what came of each last", s.channels)
	post(a, "/notify/test", "Tell something harmless by one of them", s.testNotice)

	long(a, http.MethodPost, "/connections/{name}/test", "Test a connection", s.test, TestResult{})
	s.registerTestTicket(a)
	get(a, "/checks", "The newest results of every check, and how the sources are read", s.checks)
	long(a, http.MethodPost, "/checks", "Run the checks of every connection now", s.checkAll, TestResult{})
	get(a, "/setup", "The set-up guide: what is to be done, and what is proved", s.guide)
	post(a, "/setup/confirm", "Say that something no call can prove is done, or take that back", s.confirm)
	long(a, http.MethodPost, "/connections/{name}/reload", "Read every drop-down of ConnectWise again", s.reload, map[string]int{})
	get(a, "/connections/{name}/options/{list}", "One drop-down of ConnectWise, from the cache", s.options)
	get(a, "/mappings/suggestions", "Which company each unmapped organization probably is", s.suggestions)
	get(a, "/mappings/repairs", "The mappings that ConnectWise, or another mapping, does not bear out any more", s.repairs)
	post(a, "/mappings", "Make many mappings, all or none", s.applyMappings)
	post(a, "/mappings/revert", "Take such a revision back, where nothing it set was changed since", s.revertMappings)
	get(a, "/sources", "The sources, and how reading them goes", s.sources)
	get(a, "/sources/{name}", "One source", s.source)
	long(a, http.MethodPost, "/sources/{name}/sync", "Read a source now", s.sync, SyncResult{})
	get(a, "/sources/{name}/raw", "What a source answered where its fields are not documented", s.raw)
	s.registerInbox(a)

	get(a, "/organizations", "Organizations with their mapping and newest readings", s.organizations)
	get(a, "/organizations/{id}", "One organization", s.organization)
	get(a, "/organizations/{id}/readings", "The newest readings of an organization, with what was counted", s.organizationReadings)
	get(a, "/organizations/{id}/history", "What each meter came to in each of the last 13 months, and what was billed", s.history)
	long(a, http.MethodPost, "/organizations/{id}/left", "The customer left: end the mapping and plan its lines to 0. Pushes nothing", s.left, CustomerLeft{})
	post(a, "/organizations/{id}/ignore", "Never ask again what an organization is", s.ignore)
	post(a, "/organizations/{id}/later", "Ask again in a week what it is", s.later)
	post(a, "/organizations/{id}/ask", "Ask again what it is", s.ask)
	put(a, "/organizations/{id}/mapping", "Replace an organization's mapping", s.setMapping)

	get(a, "/events", "What happened, and what became of it", s.events)
	get(a, "/conditions", "What holds, and what held", s.conditions)
	get(a, "/conditions/{id}", "One condition with everything that happened to it", s.condition)
	post(a, "/conditions/{id}/quiet", "Keep a condition quiet until a moment, or until it recovers", s.quiet)
	post(a, "/conditions/{id}/open", "End that quiet: a condition that still holds opens its ticket", s.openCondition)
	post(a, "/conditions/start", "Answer the start question: open tickets for what held before or was too much at once, or stay quiet", s.start)
	get(a, "/rules", "The alert rules in the order they are asked, with what they decided on lately", s.rules)
	long(a, http.MethodPost, "/rules/rehearse", "Replay the last days through alert rules: the settings', or others and what they change", s.rehearse, Rehearsal{})
	get(a, "/tickets", "Tickets and their conditions", s.tickets)
	get(a, "/tickets/{id}", "One ticket", s.ticket)

	get(a, "/deliveries", "What ConnectWise is or was told", s.deliveries)
	get(a, "/deliveries/{id}", "One delivery with its attempts", s.delivery)
	post(a, "/deliveries/retry", "Retry what is parked, what stands as one delivery does, or what was made since", s.retryMatching)
	post(a, "/deliveries/{id}/retry", "Retry a delivery", s.retry)
	post(a, "/deliveries/{id}/drop", "Give a delivery up, with a reason", s.drop)
	post(a, "/deliveries/{id}/link", "Say which ticket a parked create already is", s.linkTicket)

	long(a, http.MethodPost, "/billing/plans", "Read usage and additions now and plan", s.makePlan, Plan{})
	get(a, "/billing/plans", "The open plan of a month, or the one with this digest", s.findPlan)
	get(a, "/billing/plans/{id}", "One plan", s.plan)
	post(a, "/billing/plans/{id}/release", "Release every line held by nothing but these codes", s.releaseAll)
	post(a, "/billing/lines/{id}/release", "Release a held line", s.releaseLine)
	post(a, "/billing/lines/{id}/skip", "Skip a line", s.skipLine)
	post(a, "/billing/lines/{id}/correct", "Correct a line's quantity, with a note", s.correctLine)
	post(a, "/billing/lines/{id}/effective", "Choose the day a line that would be created begins", s.setEffective)
	get(a, "/billing/lines/{id}/evidence", "Where a line's quantity comes from", s.evidence)
	created(a, "/billing/pushes", "Push exactly the plan with this digest", s.approve)
	get(a, "/billing/pushes", "Pushes, newest first", s.pushes)
	get(a, "/billing/pushes/{id}", "One push with its lines", s.push)
	post(a, "/billing/pushes/{id}/stop", "Stop a push after what is on its way; the rest is left as it is", s.stopPush)
	s.registerCSV(a)
	s.registerUndo(a)
	s.registerCustomers(a)
	get(a, "/billing/compare", "What differs between what stood at ConnectWise after two months", s.compare)
	get(a, "/billing/findings", "Where use and bill do not meet, by the newest plan of each connection", s.findings)
	get(a, "/billing/overrides", "The numbers people typed in place of readings", s.overrides)
	put(a, "/billing/overrides", "Type numbers in place of readings, all or none", s.saveOverrides)
	del(a, "/billing/overrides", "Let the reading count again", s.removeOverride)

	get(a, "/jobs/{id}", "How far a job is", s.job)
	del(a, "/jobs/{id}", "Cancel a job", s.cancelJob)
}
