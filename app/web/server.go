package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/alert"
	"psabridge/app/connect"
	"psabridge/app/intake"
	"psabridge/app/job"
	"psabridge/app/web/api"
	"psabridge/store"
)

// Deps are what the pages call. GET handlers have the Reader and nothing else, so they cannot write; every POST goes
// through one of the use cases.
type Deps struct {
	// Guard is the one that stands in front of these pages: it knows the sessions and the cookie's name.
	Guard *Guard
	About About
	Now   func() time.Time
	Zone  *time.Location // of the person at this computer
	Log   *slog.Logger
	Demo  bool

	Read     *store.Reader
	Settings Settings
	Setup    api.Setup
	Sync     func(ctx context.Context, source string) (api.SyncResult, error)
	Push     api.Pusher
	Outbox   api.Outbox
	Jobs     *job.Jobs
	// Start answers the start question (T4).
	Start func(ctx context.Context, a alert.Answer, by string) (opened, quiet int, err error)
	// Pause stops sending until then (zero: until resumed); Resume ends it.
	Pause  func(ctx context.Context, until time.Time, reason string) error
	Resume func(ctx context.Context) error

	// Sources says how reading goes, Health how a connection answered last, Blocks what is not sent on and why.
	Sources func(ctx context.Context) ([]intake.Status, error)
	Health  func(connection string) connect.Health
	Blocks  func() []app.Block
	// Guide is the setting-up as a list of tasks.
	Guide Guide
	// TestTicket opens the marked test ticket of a connection for a company and returns its delivery; an unfinished one
	// is returned instead of a second.
	TestTicket func(ctx context.Context, connection string, company int64, by string) (delivery int64, err error)
	// TicketURL and AgreementURL are where a person sees a record in ConnectWise; empty when the connection is gone.
	TicketURL    func(ctx context.Context, connection string, ticket int64) string
	AgreementURL func(ctx context.Context, connection string, agreement int64) string

	// NotifyChecks are the newest checks of the ways a person is told; nil: there are none.
	NotifyChecks func(ctx context.Context) ([]app.CheckRow, error)

	// Computer is how the bridge is at home on this machine; StartAtLogin switches whether it starts when its user signs in.
	Computer     func(context.Context) app.Computer
	StartAtLogin func(ctx context.Context, on bool) error

	SourceDeps
	api.AlertDeps
	api.BillingDeps
	api.MappingDeps
	api.UpkeepDeps
	api.MachineDeps

	// Views keeps what lists were narrowed to; nil: nothing can be kept.
	Views Views

	// OnLaunch is called when a launch token was used: the file that carried it is not needed any more.
	OnLaunch func()
}

// About is what the program says of itself on its About page and in the status.
type About struct {
	Version, Commit, Built string
	StartedAt              time.Time
	DataDir                string
	Folder                 string // what is wrong with where the data folder lies; empty: nothing
	DBBytes                func() int64
	KeysIn                 string // where the keys are kept, in words
	BuiltInClientID        bool   // this build carries a ConnectWise client ID
}

// Settings is api.Settings with the one edit every form goes through.
type Settings interface {
	api.Settings
	// Edit loads, changes, validates and stores, all or nothing, and returns the revision it became.
	Edit(ctx context.Context, by string, change func(*app.Settings) error) ([]app.Change, int64, error)
}

// Guide says where setting up stands, and keeps what only a person can confirm.
type Guide interface {
	Guide(ctx context.Context, connection string) (app.Guide, error)
	Confirm(ctx context.Context, by, subject string, done bool) error
}

// noGuide is the guide of a bridge that has none.
type noGuide struct{}

// Guide implements Guide.
func (noGuide) Guide(context.Context, string) (app.Guide, error) { return app.Guide{}, nil }

// Confirm implements Guide.
func (noGuide) Confirm(_ context.Context, _, subject string, _ bool) error {
	return app.Errorf(app.NotFound, "There is nothing to confirm called %s.", subject)
}

// person is who the records say did something on these pages.
const person = "person"

// Server answers the pages. It belongs behind a Guard, which lets nobody through who is not signed in.
type Server struct {
	Deps

	echo     *echo.Echo
	notices  notices
	signIns  signIns
	starting sync.Mutex // looking for a running job and starting one are one step
}

// New builds the pages. Functions that are left out answer nothing.
func New(d Deps) *Server {
	d.fill()
	s := &Server{Deps: d, echo: echo.New()}
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.HTTPErrorHandler = s.answerError
	s.echo.Use(s.recovered)
	for _, r := range s.routes() {
		s.echo.Add(r.method, r.path, r.handle)
		if r.method == http.MethodGet && r.path != launchPath {
			s.echo.Add(http.MethodHead, r.path, r.handle)
		}
	}
	return s
}

func (d *Deps) fill() {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Zone == nil {
		d.Zone = time.Local
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Sources == nil {
		d.Sources = func(context.Context) ([]intake.Status, error) { return nil, nil }
	}
	if d.Health == nil {
		d.Health = func(string) connect.Health { return connect.Health{} }
	}
	if d.Blocks == nil {
		d.Blocks = func() []app.Block { return nil }
	}
	if d.Guide == nil {
		d.Guide = noGuide{}
	}
	if d.TestTicket == nil {
		d.TestTicket = func(context.Context, string, int64, string) (int64, error) {
			return 0, app.Errorf(app.NotFound, "This bridge opens no test tickets.")
		}
	}
	none := func(context.Context, string, int64) string { return "" }
	if d.TicketURL == nil {
		d.TicketURL = none
	}
	if d.AgreementURL == nil {
		d.AgreementURL = none
	}
	if d.Computer == nil {
		d.Computer = func(context.Context) app.Computer { return app.Computer{Tray: "none"} }
	}
	if d.StartAtLogin == nil {
		d.StartAtLogin = func(context.Context, bool) error {
			return app.Errorf(app.NotFound, "This bridge starts by hand alone.")
		}
	}
	d.fillSources()
	d.AlertDeps.Fill()
	d.BillingDeps.Fill()
	d.MappingDeps.Fill()
	d.UpkeepDeps.Fill()
	d.MachineDeps.Fill()
	if d.OnLaunch == nil {
		d.OnLaunch = func() {}
	}
	if d.About.DBBytes == nil {
		d.About.DBBytes = func() int64 { return 0 }
	}
}

// Handler serves the pages. No address of ours needs escaping, so an escaped path is one that wants to look different
// from what it is; it leads nowhere.
func (s *Server) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawPath != "" {
			r.URL.Path, r.URL.RawPath = nowhere, ""
		}
		s.echo.ServeHTTP(w, r)
	})
}

// nowhere is a path no route has.
const nowhere = "/-"

// recovered turns a panic into the error page, without its text.
func (s *Server) recovered(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if v := recover(); v != nil {
				s.Log.Error("page panicked", "route", c.Path(), "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
				err = app.Errorf(app.Internal, "The page %s ended by a defect.", c.Path())
			}
		}()
		return next(c)
	}
}
