package axcient

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"psabridge/app"
	"psabridge/app/rest"
	"psabridge/app/source"
)

// RequestsPerMinute is what we allow ourselves. The vendor's limit is not documented; what it asks for by Retry-After is
// honoured besides.
const RequestsPerMinute = 600

// Config is what a live account needs. Name and APIKey are required.
type Config struct {
	Name                string // of the source in the settings
	Host                string // as pasted; see Host
	APIKey              app.Secret
	AllowPrivateNetwork bool
	CAFile              string
	UserAgent           string
	Limiter             *rest.Limiter             // survives a rebuild; nil makes one
	Transport           http.RoundTripper         // for tests; nil is the guarded one
	Timeout             time.Duration             // of one try; zero is rest's
	Backoff             func(n int) time.Duration // before try n; nil is rest's
	Now                 func() time.Time
	Logger              *slog.Logger
}

// Source reads one x360Cloud account. It is safe for concurrent use.
type Source struct {
	name    string
	base    string
	session *session
	habits  *habits
	now     func() time.Time
	log     *slog.Logger

	mu     sync.Mutex // guards what follows: what one pull keeps for the next
	calls  int        // that the last reading would have taken without what was kept
	kept   map[string]keptPart
	onsets map[string]onset // client id → since when its backups go as they go
	said   map[string]bool  // the states that were said: see spoke
}

var _ source.Source = (*Source)(nil)

// New checks the configuration. It makes no request; Check does.
func New(c Config) (*Source, error) {
	base, err := Host(c.Host, c.AllowPrivateNetwork)
	if err != nil {
		return nil, err
	}
	if c.APIKey == "" {
		return nil, app.FieldErrorf("api_key", "The API key is missing. Make one in the x360Portal under Settings → API Keys, tick x360Cloud for it, and enter it here.")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Limiter == nil {
		c.Limiter = rest.NewLimiter(RequestsPerMinute, parallel)
	}
	s, err := newSession(c, base)
	if err != nil {
		return nil, err
	}
	return &Source{
		name: c.Name, base: base, session: s, habits: newHabits(), now: c.Now, log: c.Logger,
		kept: map[string]keptPart{}, onsets: map[string]onset{}, said: map[string]bool{},
	}, nil
}

// title is what the organization on top is called.
func (s *Source) title() string { return "x360Cloud (" + s.name + ")" }

// refused finds out what a 401 means. The API answers so for a key it does not accept and for a path it does not have,
// so another product is asked: when that knows the key, the address is wrong.
func (s *Source) refused(ctx context.Context, err error) error {
	_, said := s.session.read(ctx, s.session.billing, "usage/billable", nil)
	if code := app.ErrorCode(said); code == "" || code == app.Forbidden {
		return app.Wrap(err, app.NotFound, "The API key is good, but there is no x360Cloud at "+s.base+". Look up its address at developer.axcient.com/x360cloud and enter it whole as the address of the source.")
	}
	s.session.refuse(err)
	s.log.WarnContext(ctx, "api key refused", "source", s.name, "status", app.ErrorStatus(err))
	return err
}
