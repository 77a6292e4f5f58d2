package x360sync

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"psabridge/app"
	"psabridge/app/rest"
	"psabridge/app/source"
)

// RequestsPerMinute is what we allow ourselves. The vendor's limit is set per organization and not documented; what it
// asks for by Retry-After is honoured besides.
const RequestsPerMinute = 3000

// Config is what a live account needs. Name, Host, Credentials and Tokens are required.
type Config struct {
	Name                string // of the source in the settings
	Host                string // as pasted; see Host
	TopOrganization     string // external id; empty: the organization of the account
	AllowPrivateNetwork bool
	CAFile              string
	Credentials         Credentials
	Tokens              TokenStore
	DeviceName          string // how the server lists us among its machines; empty: "psabridge"
	UserAgent           string
	Turn                Turn                      // survives a rebuild; nil makes one
	Limiter             *rest.Limiter             // likewise
	Transport           http.RoundTripper         // for tests; nil is the guarded one
	Timeout             time.Duration             // of one request, to the last byte of its answer; 0: rest.DefaultTimeout
	Backoff             func(n int) time.Duration // before try n of a read; nil: as rest does
	Now                 func() time.Time
	Logger              *slog.Logger
}

// Source reads one x360Sync account. It is safe for concurrent use.
type Source struct {
	name    string
	top     string // configured top organization; "" asks the account
	session getter
	login   *session // the same, for signing in and out
	secrets *secrets
	now     func() time.Time

	mu    sync.Mutex // guards what follows: what one pull keeps for the next
	topID string
	tree  kept[*tree]
	fleet kept[*fleet]
	usage kept[*usage]
	kinds kinds
	// disputes are the servers whose record and status contradict each other.
	disputes map[string]dispute
}

var _ source.Source = (*Source)(nil)

// New checks the configuration. It makes no request; Check does.
func New(c Config) (*Source, error) {
	base, err := Host(c.Host, c.AllowPrivateNetwork)
	if err != nil {
		return nil, err
	}
	c.Now = orNow(c.Now)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Limiter == nil {
		c.Limiter = rest.NewLimiter(RequestsPerMinute, parallel)
	}
	if c.Turn == nil {
		c.Turn = NewTurn()
	}
	c.DeviceName = cmp.Or(c.DeviceName, "psabridge")
	known := newSecrets(c.Credentials)
	client, err := rest.New(rest.Config{
		Name: "x360Sync", BaseURL: base, UserAgent: c.UserAgent, Limiter: c.Limiter, Transport: c.Transport,
		AllowPrivateNetwork: c.AllowPrivateNetwork, CAFile: c.CAFile, Timeout: c.Timeout, Backoff: c.Backoff,
		Secrets: known.all, Logger: c.Logger,
	})
	if err != nil {
		return nil, err
	}
	login := newSession(client, known, c)
	return &Source{name: c.Name, top: c.TopOrganization, session: login, login: login, secrets: known, now: c.Now}, nil
}

func orNow(now func() time.Time) func() time.Time {
	if now == nil {
		return time.Now
	}
	return now
}

// readAtMost is how long one reading may take. A server that always has one more answer must not keep us for ever.
const readAtMost = 30 * time.Minute

var errTooLong = app.Errorf(app.Unavailable, "x360Sync was still answering after %d minutes, and nothing was taken from it. Try again later.", int(readAtMost.Minutes()))

// begin gives a reading its time, and keeps the secrets out of what it says meanwhile. end says that it took too long,
// where it did.
func (s *Source) begin(ctx context.Context) (_ context.Context, end func(error) error) {
	watched := ctx
	ctx, cancel := context.WithTimeoutCause(ctx, readAtMost, errTooLong)
	ctx = source.WithSteps(ctx, func(text string) { source.Step(watched, s.secrets.hider().text(text)) })
	return ctx, func(err error) error {
		defer cancel()
		if err != nil && context.Cause(ctx) == errTooLong { //nolint:errorlint // it is that very one
			return errTooLong
		}
		return err
	}
}

// Check asks who we are, what stands on top and which version answers.
// Codes: unauthorized, forbidden, not_found, rate_limited, unavailable.
func (s *Source) Check(ctx context.Context) (source.Account, error) {
	ctx, end := s.begin(ctx)
	a, err := s.check(ctx)
	if err = end(err); err != nil {
		return source.Account{}, err
	}
	s.secrets.hider().account(&a)
	return a, nil
}

func (s *Source) check(ctx context.Context) (source.Account, error) {
	var me person
	if err := s.session.get(ctx, "person", nil, &me); err != nil {
		return source.Account{}, err
	}
	top, err := s.organization(ctx, cmp.Or(s.top, string(me.CompanyID)))
	if err != nil {
		return source.Account{}, err
	}
	var version struct {
		Version string `json:"version"`
	}
	if err := s.session.get(ctx, "version", nil, &version); err != nil && fatal(err) {
		return source.Account{}, err // a server that hides its version is readable all the same
	}
	a := source.Account{
		Name: named("Account ", me.ID, me.Email, me.Username, words(me.name())), OrganizationID: top.key(), Organization: named("Organization ", top.ID, top.Name),
		Version: plain(version.Version),
	}
	if psa := top.Policy.PSAEnabled; psa.known {
		off := !psa.yes
		a.VendorOff = &off
	}
	a.Notes = notes(top)
	source.Step(ctx, "Signed in as "+a.Name+" of "+a.Organization)
	if a.Version != "" {
		source.Step(ctx, "x360Sync "+a.Version)
	}
	for _, note := range a.Notes {
		source.Step(ctx, note)
	}
	return a, nil
}

// notes are what the policy of the top organization means for us.
func notes(top organization) []string {
	var out []string
	if psa := top.Policy.PSAEnabled; psa.known && !psa.yes {
		out = append(out, "The policy of the top organization says psa_enabled=false: x360Sync's own PSA integration is off, so nothing is billed or ticketed twice.")
	}
	if days := top.Policy.TokenDays; days.known && days.bytes > 0 && days.bytes < 3650 {
		out = append(out, fmt.Sprintf("The policy of the top organization ends API sign-ins after %s (x360Sync: Settings, Policies, API Token Settings). When that happens you are asked to sign in again.", count(int(days.bytes), "day", "days")))
	}
	return out
}

// topOrganization reads the organization on top; which one it is is asked once.
func (s *Source) topOrganization(ctx context.Context) (organization, error) {
	s.mu.Lock()
	id := cmp.Or(s.top, s.topID)
	s.mu.Unlock()
	if id == "" {
		var me person
		if err := s.session.get(ctx, "person", nil, &me); err != nil {
			return organization{}, err
		}
		id = string(me.CompanyID)
	}
	o, err := s.organization(ctx, id)
	if err == nil {
		s.mu.Lock()
		s.topID = id
		s.mu.Unlock()
	}
	return o, err
}

func (s *Source) organization(ctx context.Context, id string) (organization, error) {
	if id == "" || !plainID(id) {
		return organization{}, app.FieldErrorf("top_organization", "It is not known which organization is on top. Enter its number as the top organization.")
	}
	var o organization
	err := s.session.get(ctx, "organization/"+id, nil, &o)
	switch app.ErrorCode(err) {
	case "":
	case app.NotFound:
		return o, app.Wrap(err, app.NotFound, "x360Sync has no organization "+id+" (any more). Check the top organization of the source.")
	case app.Forbidden:
		return o, app.Wrap(err, app.Forbidden, "This x360Sync sign-in may not look at organization "+id+", the top one. Sign in with an administrator of it, or name another top organization.")
	default:
		return o, err
	}
	if o.key() != id {
		return o, app.Errorf(app.Unavailable, "x360Sync answered with another organization than the one asked for. Try again later.")
	}
	return o, nil
}

// plainID reports whether an id may stand in a path.
func plainID(id string) bool {
	for _, c := range []byte(id) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return false
		}
	}
	return id != "" && len(id) <= 64
}
