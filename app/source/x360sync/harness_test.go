package x360sync_test

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"psabridge/app/rest"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
	"psabridge/app/source/sourcetest"
	"psabridge/app/source/x360sync"
)

// world is a sandbox with a client on it. The sandbox stands below a path, so that an absolute path fails.
type world struct {
	t      *testing.T
	msp    *sample.MSP
	server *sandbox.X360Sync
	host   string
	tokens *memory
	clock  *clock
	creds  x360sync.Credentials
	line   *sourcetest.Line // to the sandbox
	turn   x360sync.Turn
	wire   http.RoundTripper // nil: the guarded one
}

type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// memory is a token store that can be made to fail.
type memory struct {
	mu    sync.Mutex
	saved []x360sync.Token
	value []byte
	fail  error
	lost  error // what Load says
}

func (m *memory) Load(context.Context) (x360sync.Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var t x360sync.Token
	if m.lost != nil {
		return t, m.lost
	}
	if m.value == nil {
		return t, nil
	}
	return t, json.Unmarshal(m.value, &t)
}

func (m *memory) Save(_ context.Context, t x360sync.Token) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	m.saved = append(m.saved, t)
	m.value, _ = json.Marshal(t) //nolint:gosec // this is the keychain
	return nil
}

func (m *memory) setFail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = err
}

// last is what was stored last.
func (m *memory) last() x360sync.Token {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.saved[len(m.saved)-1]
}

func (m *memory) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.saved)
}

func newWorld(t *testing.T, o sandbox.Options) *world {
	t.Helper()
	c := &clock{t: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)}
	o.Now = c.now
	w := &world{
		t: t, msp: sample.New(1, c.now()), clock: c, tokens: &memory{}, turn: x360sync.NewTurn(),
		creds: x360sync.Credentials{Username: sample.SyncUsername, Password: sample.SyncPassword},
	}
	w.server = sandbox.NewX360Sync(w.msp, o)
	w.line = sourcetest.NewLine(w.server)
	w.serve(w.line)
	return w
}

// small leaves a few customers of the sample, for the tests that read it over and over: two levels, one without a server.
func (w *world) small() *world {
	keep := []int{sample.MasterID, 4711, 4712, 4713, 4714, 4715, 4716, 4722}
	for _, o := range w.msp.Organizations() {
		if !slices.Contains(keep, o.ID) {
			w.msp.DeleteOrganization(o.ID)
		}
	}
	return w
}

func (w *world) serve(h http.Handler) {
	s := httptest.NewUnstartedServer(http.StripPrefix("/below", h))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // what is cut on purpose is no news
	s.Start()
	w.t.Cleanup(s.Close)
	w.host = s.URL + "/below"
}

func (w *world) source() *x360sync.Source {
	w.t.Helper()
	s, err := x360sync.New(x360sync.Config{
		Name: sample.SourceName, Host: w.host, AllowPrivateNetwork: true, Credentials: w.creds, Tokens: w.tokens, Turn: w.turn, Now: w.clock.now,
		Transport: w.wire,
		Limiter:   rest.NewLimiter(1_000_000, 4), Backoff: func(int) time.Duration { return 0 },
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func itoa(n int) string { return strconv.Itoa(n) }

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
