package connect

import (
	"context"
	"reflect"
	"sync"
	"time"

	"psabridge/app"
	"psabridge/app/psa"
	"psabridge/app/rest"
	"psabridge/app/source"
)

// PSAFactory makes clients of one PSA system.
type PSAFactory struct {
	// Host is the host secrets are bound to, however the address was typed: the same text that was given when they were stored.
	Host func(app.ConnectionSettings) (string, error)
	New  func(ctx context.Context, s app.ConnectionSettings, secrets Secrets, limiter *rest.Limiter) (psa.Client, error)
}

// SourceFactory makes clients of one kind of source.
type SourceFactory struct {
	Host func(app.SourceSettings) (string, error)
	// PerMinute is how many requests the kind bears; zero is the default of rest.
	PerMinute int
	New       func(ctx context.Context, s app.SourceSettings, secrets Secrets, limiter *rest.Limiter) (source.Source, error)
}

// SecretStore gives a secret out for a host, and refuses when it was entered for another one. not_found: never set.
type SecretStore interface {
	Get(ctx context.Context, name, host string) (app.Secret, error)
	// Steady keeps secrets that are entered together from being changed until done is called: a client must not be made with a
	// new user name and an old password.
	Steady() (done func())
}

// Config is what a Hub works with.
type Config struct {
	// Settings returns the current document and its revision.
	Settings func(ctx context.Context) (doc app.Settings, rev int64, err error)
	Secrets  SecretStore
	PSA      map[string]PSAFactory    // by ConnectionSettings.System
	Sources  map[string]SourceFactory // by SourceSettings.Kind
	// Now is the clock of health; nil is time.Now.
	Now func() time.Time
}

// Hub keeps the live clients. It is safe for concurrent use.
type Hub struct {
	config   Config
	health   *board
	accounts accounts

	mu      sync.Mutex
	psas    map[string]*slot[app.ConnectionSettings, psa.Client]
	sources map[string]*slot[app.SourceSettings, source.Source]
}

// New makes a hub without clients.
func New(c Config) *Hub {
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Hub{
		config: c, health: newBoard(c.Now),
		psas: map[string]*slot[app.ConnectionSettings, psa.Client]{}, sources: map[string]*slot[app.SourceSettings, source.Source]{},
	}
}

// slot is the place of one name. Its limiter stays when the client goes.
type slot[S, C any] struct {
	mu      sync.Mutex // held while the client is made, so that it is made once
	limiter *rest.Limiter
	host    string
	made    bool
	rev     int64
	from    S
	client  C
}

func slotOf[S, C any](h *Hub, slots map[string]*slot[S, C], name string) *slot[S, C] {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := slots[name]
	if s == nil {
		s = &slot[S, C]{limiter: rest.NewLimiter(0, 0)}
		slots[name] = s
	}
	return s
}

// current returns the client if it still is what the settings say. A new revision that left this row alone changes nothing.
func (s *slot[S, C]) current(row S, rev int64) (C, bool) {
	if s.made && (s.rev == rev || reflect.DeepEqual(s.from, row)) {
		s.rev = rev
		return s.client, true
	}
	var none C
	return none, false
}

func (s *slot[S, C]) keep(row S, rev int64, client C) {
	s.made, s.rev, s.from, s.client = true, rev, row, client
}

func (s *slot[S, C]) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	var none C
	s.made, s.client = false, none
}

// moveTo notes the host; a pause asked for by the old one does not bind the new one.
func (s *slot[S, C]) moveTo(host string) {
	if s.host != "" && s.host != host {
		s.limiter.Resume()
	}
	s.host = host
}

// Forget makes the clients of a name be made anew, because a secret of it changed. Settings need no word: their
// revision tells.
func (h *Hub) Forget(name string) {
	h.mu.Lock()
	p, s := h.psas[name], h.sources[name]
	h.mu.Unlock()
	if p != nil {
		p.forget()
	}
	if s != nil {
		s.forget()
	}
}
