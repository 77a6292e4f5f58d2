package rest

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"psabridge/app"
)

// wantPace checks what a limiter does a minute at the moment.
func wantPace(t *testing.T, l *Limiter, when string, want int) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := int(l.pace.at(time.Now(), l.most)); now != want {
		t.Errorf("%s: %d a minute, want %d", when, now, want)
	}
}

// through passes n requests and returns how long that took.
func through(t *testing.T, l *Limiter, n int) time.Duration {
	t.Helper()
	start := time.Now()
	for range n {
		leave, err := l.enter(t.Context(), "Vendor")
		if err != nil {
			t.Fatal(err)
		}
		leave()
	}
	return time.Since(start)
}

func TestSlowDownAndClimb(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(0, 0)
		wantPace(t, l, "at first", 900)
		if d := l.refused(90 * time.Second); d != 90*time.Second || l.Paused() != d {
			t.Errorf("waits %v, paused %v", d, l.Paused())
		}
		wantPace(t, l, "refused", 450)
		for range 3 { // the rest of the four that were under way
			l.refused(90 * time.Second)
		}
		wantPace(t, l, "four at once are one refusal", 450)
		if _, err := l.enter(t.Context(), "Vendor"); app.ErrorCode(err) != app.RateLimited || app.ErrorOutcome(err) != app.OutcomeNone {
			t.Errorf("while it waits: %v", err)
		}
		time.Sleep(90 * time.Second)
		wantPace(t, l, "the wait is over", 450)
		if took := through(t, l, 4+450); took < 59*time.Second || took > 61*time.Second {
			t.Errorf("450 and four at once took %v", took)
		}
		wantPace(t, l, "one quiet minute", 540)
		l.SetRate(900)
		wantPace(t, l, "settings were saved again", 540)
		l.refused(time.Second)
		wantPace(t, l, "refused again", 270)
		time.Sleep(time.Second + 59*time.Second)
		wantPace(t, l, "not a minute yet", 270)
		time.Sleep(7 * time.Minute)
		wantPace(t, l, "seven quiet minutes", 900)
		time.Sleep(time.Hour)
		wantPace(t, l, "an hour", 900)
		through(t, l, 1) // with the whole rate comes room for a burst, which fills while little is sent
		time.Sleep(time.Minute)
		if took := through(t, l, burst+900); took < 59*time.Second || took > 61*time.Second {
			t.Errorf("the whole rate and its burst took %v", took)
		}
	})
}

func TestSlowDownEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(900, 0)
		for range 10 {
			l.refused(time.Second)
			time.Sleep(time.Second)
		}
		wantPace(t, l, "ten refusals", leastPerMinute)
		l.SetRate(30)
		wantPace(t, l, "set lower than that", 30)
		l.refused(time.Second)
		wantPace(t, l, "refused at 30", 30)
		l.Resume()
		l.SetRate(600)
		wantPace(t, l, "another server", 600)
		if l.Paused() != 0 {
			t.Error("another server, and the old one's wait")
		}
	})
}

// TestWaitsThatAreNotSaid: half a minute, doubled while nothing is answered in between.
func TestWaitsThatAreNotSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(900, 0)
		for _, want := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 15 * time.Minute, 15 * time.Minute} {
			if got := l.refused(0); got != want {
				t.Errorf("waits %v, want %v", got, want)
			}
			time.Sleep(time.Second)
			if got := l.refused(0); got != want-time.Second {
				t.Errorf("a late answer: waits %v, want %v", got, want-time.Second)
			}
			time.Sleep(want)
		}
		l.answered()
		if got := l.refused(0); got != 30*time.Second {
			t.Errorf("after an answer: waits %v", got)
		}
	})
}

// TestPaceStaysInBounds: whatever happens, never above what is set, never below 60 unless that is set.
func TestPaceStaysInBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, at := NewLimiter(900, 0), time.Date(2026, 11, 5, 6, 0, 0, 0, time.UTC)
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			at = at.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "seconds")) * time.Second)
			switch rapid.IntRange(0, 2).Draw(t, "what") {
			case 0:
				l.most = float64(rapid.IntRange(1, 2000).Draw(t, "rate"))
			case 1:
				l.pace.slow = min(l.most, max(leastPerMinute, l.pace.at(at, l.most)/2))
				l.pace.quiet = at
			}
			l.apply(at)
			perMinute := l.pace.at(at, l.most)
			if perMinute > l.most || perMinute < min(l.most, leastPerMinute) || float64(l.bucket.Limit())*60 > l.most*1.000001 || l.bucket.Burst() > burst {
				t.Fatalf("%v a minute of %v, burst %d", perMinute, l.most, l.bucket.Burst())
			}
		}
	})
}

// TestEveryKindOf429: seconds, a date, nonsense, and a proxy's page; each stops the whole connection.
func TestEveryKindOf429(t *testing.T) {
	const json = `{"error":"ConnectWiseAPI","message":"Too many requests. Please try again in 30 seconds."}`
	page := "<!DOCTYPE html><html><title>Just a moment...</title>"
	for name, tc := range map[string]struct {
		after, body string
		want        time.Duration
	}{
		"seconds": {"45", json, 45 * time.Second}, "zero": {"0", json, time.Second}, "negative": {"-1", json, 30 * time.Second}, "hours": {"10000", json, 10_000 * time.Second}, "a thousand million": {"1000000000", json, 24 * time.Hour},
		"beyond numbers": {"99999999999999999999999", json, 30 * time.Second}, "garbage": {"soon", json, 30 * time.Second}, "nothing": {"", json, 30 * time.Second},
		"a page": {"", page, 30 * time.Second}, "a page that says": {"12", page, 12 * time.Second}, "no body": {"", "", 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			c, calls := setup(t, func(w http.ResponseWriter, _ *http.Request) {
				if tc.after != "" {
					w.Header().Set("Retry-After", tc.after)
				}
				w.WriteHeader(http.StatusTooManyRequests)
				fmt.Fprint(w, tc.body)
			})
			e := get(t, c, http.MethodGet, nil)
			if e == nil || e.Code != app.RateLimited || e.Outcome != app.OutcomeNone || e.RetryAfter != tc.want {
				t.Fatalf("got %+v", e)
			}
			other, err := c.With(func(c *Config) { c.Auth = nil })
			if err != nil {
				t.Fatal(err)
			}
			if e := get(t, other, http.MethodPost, nil); e == nil || e.Code != app.RateLimited || e.Outcome != app.OutcomeNone || e.RetryAfter <= 0 || e.RetryAfter > tc.want || calls.Load() != 1 {
				t.Errorf("got %+v after %d calls", e, calls.Load())
			}
		})
	}
	date := http.Header{"Retry-After": {"Thu, 05 Nov 2026 06:02:00 GMT"}, "Date": {"Thu, 05 Nov 2026 06:00:00 GMT"}}
	if d := retryAfter(date, time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)); d != 2*time.Minute {
		t.Errorf("a date: %v", d)
	}
}

// TestNothingGoesOutWhileWaiting: of sixteen callers, four are under way when the first refusal comes; no other request
// leaves before the wait is over.
func TestNothingGoesOutWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start, early := time.Now(), atomic.Int32{}
		server := transport(func(*http.Request) (*http.Response, error) {
			if at := time.Since(start); at > time.Second && at < time.Minute {
				early.Add(1)
			}
			time.Sleep(time.Second)
			w := httptest.NewRecorder()
			if time.Since(start) <= time.Second {
				w.Header().Set("Retry-After", "60")
				w.WriteHeader(http.StatusTooManyRequests)
			}
			return w.Result(), nil
		})
		c, err := New(Config{BaseURL: "https://vendor.example", Transport: server})
		if err != nil {
			t.Fatal(err)
		}
		var limited atomic.Int32
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				req, err := c.NewRequest(t.Context(), http.MethodPost, "x", nil, nil)
				if err == nil {
					_, err = c.Do(req, nil)
				}
				if e, ok := errors.AsType[*app.Error](err); ok && e.Code == app.RateLimited && e.RetryAfter > 0 {
					limited.Add(1)
				}
			})
		}
		wg.Wait()
		if early.Load() != 0 || limited.Load() != 16 {
			t.Errorf("%d requests went out early, %d callers know", early.Load(), limited.Load())
		}
	})
}

// TestSilentWhileNobodyAnswers: the longest wait for an answer is told while it lasts, and not the wait for a place.
func TestSilentWhileNobodyAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limiter := NewLimiter(0, 1)
		c, err := New(Config{BaseURL: "https://vendor.example", Limiter: limiter, Transport: transport(func(*http.Request) (*http.Response, error) {
			time.Sleep(20 * time.Second)
			return httptest.NewRecorder().Result(), nil
		})})
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				if req, err := c.NewRequest(t.Context(), http.MethodPost, "x", nil, nil); err == nil {
					_, _ = c.Do(req, nil)
				}
			})
		}
		for _, want := range []time.Duration{12 * time.Second, 4 * time.Second} { // the second one starts after 20 s
			time.Sleep(12 * time.Second)
			synctest.Wait()
			if got := limiter.Silent(); got != want {
				t.Errorf("silent for %s, want %s", got, want)
			}
		}
		wg.Wait()
		if got := limiter.Silent(); got != 0 {
			t.Errorf("silent for %s after the last answer", got)
		}
	})
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// meter is a server that lets a budget per window through and a burst on top, as the limiter is told it does.
type meter struct {
	budget int
	window time.Duration

	mu       sync.Mutex
	times    []time.Time
	refusals int
}

func (m *meter) RoundTrip(*http.Request) (*http.Response, error) {
	time.Sleep(2 * time.Millisecond)
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	for len(m.times) > 0 && now.Sub(m.times[0]) >= m.window {
		m.times = m.times[1:]
	}
	m.times = append(m.times, now)
	w := httptest.NewRecorder()
	w.Body.WriteString("{}")
	if len(m.times) > m.budget {
		m.refusals++
		w = httptest.NewRecorder()
		w.WriteHeader(http.StatusTooManyRequests)
	}
	return w.Result(), nil
}

// BenchmarkLimiter reports how much of the allowed rate is used against a server that counts: a minute's budget of 900
// and a burst of 60, twenty times as fast as ConnectWise, for two of its minutes.
func BenchmarkLimiter(b *testing.B) {
	const scale, minutes = 20, 2
	for b.Loop() {
		server := &meter{budget: defaultPerMinute + burst, window: time.Minute / scale}
		c, err := New(Config{BaseURL: "https://vendor.example", Transport: server, Limiter: NewLimiter(defaultPerMinute*scale, 0)})
		if err != nil {
			b.Fatal(err)
		}
		var done atomic.Int64
		var wg sync.WaitGroup
		start := time.Now()
		for range 2 * defaultAtOnce {
			wg.Go(func() {
				for time.Since(start) < minutes*time.Minute/scale {
					req, err := c.NewRequest(b.Context(), http.MethodGet, "x", nil, nil)
					if err == nil {
						_, err = c.Do(req, nil)
					}
					if err == nil {
						done.Add(1)
					} else if !strings.Contains(err.Error(), "wait") {
						b.Error(err)
					}
				}
			})
		}
		wg.Wait()
		sustained := float64(done.Load()) - burst // the burst comes on top of the rate
		b.ReportMetric(sustained/(defaultPerMinute*scale*time.Since(start).Minutes()), "achieved/allowed")
		b.ReportMetric(float64(server.refusals), "429s")
	}
}
