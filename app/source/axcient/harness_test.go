package axcient_test

import (
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/rest"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
	"psabridge/app/source/axcient"
	"psabridge/app/source/sourcetest"
)

// world is an Axcient sandbox with a client on it.
type world struct {
	t      testing.TB
	msp    *sample.MSP
	server *sandbox.Axcient
	line   *sourcetest.Line
	host   string
	clock  *clock
	key    app.Secret
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

func newWorld(t testing.TB, q sandbox.AxcientQuirks) *world {
	t.Helper()
	c := &clock{t: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)}
	w := &world{t: t, msp: sample.New(1, c.now()), clock: c, key: sample.AxcientKey}
	w.server = sandbox.NewAxcient(w.msp, sandbox.Options{Now: c.now, AxcientQuirks: q})
	w.line = sourcetest.NewLine(w.server)
	s := httptest.NewServer(w.line)
	t.Cleanup(s.Close)
	w.host = s.URL
	return w
}

// source makes a client, as a new process does.
func (w *world) source() *axcient.Source {
	w.t.Helper()
	s, err := axcient.New(axcient.Config{
		Name: "cloud", Host: w.host, APIKey: w.key, AllowPrivateNetwork: true, Now: w.clock.now, Limiter: rest.NewLimiter(1_000_000, 4),
		Backoff: func(int) time.Duration { return 0 },
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}
