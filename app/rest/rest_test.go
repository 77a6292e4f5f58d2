package rest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
)

const basePath = "/base/v3"

// setup serves mux under a base path that is not empty, so that a path that forgets it fails loudly.
func setup(t *testing.T, handler http.HandlerFunc, changes ...func(*Config)) (*Client, *atomic.Int32) {
	t.Helper()
	var calls atomic.Int32
	server := httptest.NewServer(http.StripPrefix(basePath, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		handler(w, r)
	})))
	t.Cleanup(server.Close)
	c := Config{
		Name: "Vendor", BaseURL: server.URL + basePath, AllowPrivateNetwork: true, Backoff: func(int) time.Duration { return 0 },
		Auth: func(r *http.Request) error { r.Header.Set("Authorization", "Bearer canary-token-4711"); return nil },
	}
	for _, change := range changes {
		change(&c)
	}
	client, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return client, &calls
}

func get(t *testing.T, c *Client, method string, out any) *app.Error {
	t.Helper()
	req, err := c.NewRequest(t.Context(), method, "thing", url.Values{"q": {"hidden-query"}}, map[string]string{"a": "hidden-body"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Do(req, out)
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*app.Error](err)
	if !ok {
		t.Fatalf("error is %T, want *app.Error", err)
	}
	for _, secret := range []string{"canary", "hidden-", "Bearer", "q="} {
		if strings.Contains(e.Error(), secret) {
			t.Errorf("the error shows %q: %s", secret, e.Error())
		}
	}
	return e
}

func TestStatusTable(t *testing.T) {
	parsed := `{"code":"Some","message":"the vendor's words about canary-token-4711"}`
	for _, tc := range []struct {
		status  int
		body    string
		code    app.Code
		outcome app.Outcome
	}{
		{400, parsed, app.Invalid, app.OutcomeNone},
		{401, parsed, app.Unauthorized, app.OutcomeNone},
		{401, "", app.Unauthorized, app.OutcomeNone},
		{403, parsed, app.Forbidden, app.OutcomeNone},
		{403, "<html>", app.Unavailable, app.OutcomeUnknown},
		{403, "", app.Unavailable, app.OutcomeUnknown},
		{404, parsed, app.NotFound, app.OutcomeNone},
		{405, parsed, app.Invalid, app.OutcomeNone},
		{408, parsed, app.Unavailable, app.OutcomeUnknown},
		{409, parsed, app.Conflict, app.OutcomeNone},
		{415, parsed, app.Invalid, app.OutcomeNone},
		{422, parsed, app.Invalid, app.OutcomeNone},
		{429, "<html>cloudflare", app.RateLimited, app.OutcomeNone},
		{500, parsed, app.Unavailable, app.OutcomeUnknown},
		{502, "<html>", app.Unavailable, app.OutcomeUnknown},
		{302, "", app.Unavailable, app.OutcomeUnknown},
		{200, "", app.Unavailable, app.OutcomeUnknown},
		{200, `{"id":`, app.Unavailable, app.OutcomeUnknown},
		{200, "<html>Hotel</html>", app.Unavailable, app.OutcomeUnknown},
		{200, strings.Repeat("[", 65) + strings.Repeat("]", 65), app.Unavailable, app.OutcomeUnknown},
		{204, "", app.Unavailable, app.OutcomeUnknown},
	} {
		t.Run(fmt.Sprint(tc.status, " ", tc.body[:min(12, len(tc.body))]), func(t *testing.T) {
			c, calls := setup(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "http://elsewhere.example/")
				w.WriteHeader(tc.status)
				fmt.Fprint(w, tc.body)
			})
			var out any
			e := get(t, c, http.MethodPost, &out)
			if e == nil || e.Code != tc.code || e.Outcome != tc.outcome {
				t.Errorf("got %+v, want %s/%s", e, tc.code, tc.outcome)
			}
			if calls.Load() != 1 {
				t.Errorf("a POST was sent %d times", calls.Load())
			}
			if tc.body == parsed && tc.status != 408 && !strings.Contains(e.Message, "the vendor's words about •••") {
				t.Errorf("message does not quote the vendor: %s", e.Message)
			}
		})
	}
}

func TestOutcomeOfBrokenConnections(t *testing.T) {
	cut := func(w http.ResponseWriter, _ *http.Request) {
		conn, _, _ := http.NewResponseController(w).Hijack()
		conn.Close()
	}
	half := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, `{"id":1`)
	}
	for _, tc := range []struct {
		name    string
		handler http.HandlerFunc
		change  func(*Config)
		outcome app.Outcome
	}{
		{"refused", cut, func(c *Config) { c.BaseURL = sandbox.NobodyListens }, app.OutcomeNone},
		{"not TLS", cut, func(c *Config) { c.BaseURL = strings.Replace(c.BaseURL, "http:", "https:", 1) }, app.OutcomeNone},
		{"no such name", cut, func(c *Config) { c.BaseURL = "https://nowhere.invalid" }, app.OutcomeNone},
		{"cut", cut, func(*Config) {}, app.OutcomeUnknown},
		{"half", half, func(*Config) {}, app.OutcomeUnknown},
		{"too large", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `"`+strings.Repeat("a", 200)+`"`) }, func(c *Config) { c.MaxBody = 100 }, app.OutcomeUnknown},
		{"not signed", cut, func(c *Config) { c.Auth = func(*http.Request) error { return app.Errorf(app.Unauthorized, "no key") } }, app.OutcomeNone},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, _ := setup(t, tc.handler, tc.change)
			var out any
			e := get(t, c, http.MethodPost, &out)
			if e == nil || e.Outcome != tc.outcome {
				t.Errorf("got %v, want %s", e, tc.outcome)
			}
		})
	}
}

func TestReadsAreRepeatedAndWritesAreNot(t *testing.T) {
	for method, want := range map[string]int32{http.MethodGet: readTries, http.MethodPost: 1, http.MethodPatch: 1, http.MethodDelete: 1} {
		c, calls := setup(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502) })
		if e := get(t, c, method, nil); e == nil || calls.Load() != want {
			t.Errorf("%s: %d calls, want %d (%v)", method, calls.Load(), want, e)
		}
	}
	firewall, calls := setup(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) })
	if e := get(t, firewall, http.MethodGet, nil); e == nil || calls.Load() != 1 {
		t.Errorf("a firewall's no: %d calls (%v)", calls.Load(), e)
	}
	var n atomic.Int32
	c, _ := setup(t, func(w http.ResponseWriter, _ *http.Request) {
		if n.Add(1) < 3 {
			w.WriteHeader(500)
		}
	})
	if e := get(t, c, http.MethodGet, nil); e != nil {
		t.Errorf("the third try succeeded, but: %v", e)
	}
}

func TestBackoffEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c, calls := setup(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500); cancel() }, func(c *Config) { c.Backoff = func(int) time.Duration { return time.Hour } })
	req, _ := c.NewRequest(ctx, http.MethodGet, "thing", nil, nil)
	if _, err := c.Do(req, nil); err == nil || calls.Load() != 1 {
		t.Errorf("err %v after %d calls", err, calls.Load())
	}
}

// TestMaintenanceStopsTheConnection: a 503 that says when to come back holds everything until then; one that does not say
// holds nothing.
func TestMaintenanceStopsTheConnection(t *testing.T) {
	after := "10000"
	c, calls := setup(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", after)
		w.WriteHeader(503)
	})
	if e := get(t, c, http.MethodGet, nil); e == nil || e.Code != app.Unavailable || e.RetryAfter != 10_000*time.Second || calls.Load() != 1 {
		t.Fatalf("got %+v after %d calls", e, calls.Load())
	}
	other, err := c.With(func(c *Config) { c.Auth = nil })
	if err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if e := get(t, other, method, nil); e == nil || e.Code != app.RateLimited || e.Outcome != app.OutcomeNone || e.RetryAfter < 9000*time.Second || !strings.Contains(e.Message, "3 hours") || calls.Load() != 1 {
			t.Errorf("%s: %+v after %d calls", method, e, calls.Load())
		}
	}
	c.Limiter().Resume()
	after = ""
	for range 2 {
		if e := get(t, c, http.MethodPost, nil); e == nil || e.Code != app.Unavailable || e.RetryAfter != 0 {
			t.Errorf("got %+v", e)
		}
	}
	if calls.Load() != 3 {
		t.Errorf("%d calls", calls.Load())
	}
}

func TestRateLimitStopsTheConnection(t *testing.T) {
	c, calls := setup(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(429)
	})
	if e := get(t, c, http.MethodGet, nil); e == nil || e.Code != app.RateLimited || e.RetryAfter != 2*time.Minute {
		t.Fatalf("got %+v", e)
	}
	other, err := c.With(func(c *Config) { c.Auth = nil })
	if err != nil {
		t.Fatal(err)
	}
	e := get(t, other, http.MethodPost, nil)
	if e == nil || e.Code != app.RateLimited || e.Outcome != app.OutcomeNone || e.RetryAfter <= 0 || calls.Load() != 1 {
		t.Errorf("got %+v after %d calls; a paused connection makes no call", e, calls.Load())
	}
	c.Limiter().Resume()
	if _ = get(t, other, http.MethodPost, nil); calls.Load() != 2 {
		t.Error("a resumed connection makes calls again")
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 5, 6, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "30": 30 * time.Second, "0": time.Second, "-5": 0, "soon": 0, "10000": 10_000 * time.Second, "86401": 24 * time.Hour, "99999999999999": 24 * time.Hour, "1e9": 0,
		now.Add(2 * time.Minute).Format(http.TimeFormat): 2 * time.Minute, now.Add(-time.Hour).Format(http.TimeFormat): time.Second,
	} {
		h := http.Header{"Retry-After": {value}, "Date": {now.Format(http.TimeFormat)}}
		if got := retryAfter(h, now.Add(13*time.Hour)); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}

func TestLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(60, 2)
		first, err := l.enter(t.Context(), "Vendor")
		if err != nil {
			t.Fatal(err)
		}
		second, _ := l.enter(t.Context(), "Vendor")
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := l.enter(ctx, "Vendor"); app.ErrorOutcome(err) != app.OutcomeNone {
			t.Errorf("a third at once: %v", err)
		}
		first()
		second()
		l.Pause(time.Minute)
		l.Pause(time.Second)
		if d := l.Paused(); d != time.Minute {
			t.Errorf("paused for %v, want a minute: a shorter pause does not end a longer one", d)
		}
		time.Sleep(time.Minute)
		leave, err := l.enter(t.Context(), "Vendor")
		if err != nil {
			t.Fatalf("after the pause: %v", err)
		}
		leave()
		start := time.Now()
		for range 180 {
			leave, err := l.enter(t.Context(), "Vendor")
			if err != nil {
				t.Fatal(err)
			}
			leave()
		}
		if took := time.Since(start); took < 115*time.Second || took > 125*time.Second {
			t.Errorf("180 requests at 60 a minute after a burst of 60 took %v", took)
		}
	})
}

func TestNewRequestKeepsToTheBase(t *testing.T) {
	c, _ := setup(t, func(http.ResponseWriter, *http.Request) {})
	for _, bad := range []string{"", "/abs", "//host/x", "https://evil.example/x", "a/../b", "..", "a/%2e%2e/b", "a/%2E./b", "a/..%2fb", "a/%252e%252e/b", "a?q=1", "a#f", `a\b`, "a/\x00", "a/%0d%0ab"} {
		if req, err := c.NewRequest(t.Context(), "GET", bad, nil, nil); err == nil {
			t.Errorf("%q was accepted as %s", bad, req.URL)
		}
	}
	req, err := c.NewRequest(t.Context(), "GET", "login/companyinfo/a%2Fb%20c", nil, nil)
	if err != nil || req.URL.EscapedPath() != basePath+"/login/companyinfo/a%2Fb%20c" {
		t.Errorf("got %v, %v", req.URL, err)
	}
}

func TestParseBase(t *testing.T) {
	for _, bad := range []string{
		"", "na.myconnectwise.net", "http://na.myconnectwise.net", "ftp://a.example", "file:///etc/passwd", "https://user:pw@a.example", "https://a.example:22",
		"https://a.example/?q=1", "https://a.example/#x", "https://127.0.0.1", "https://[::1]", "https://10.0.0.5", "https://169.254.169.254", "https://localhost:7360",
		"https://n\u0430.myconnectwise.net", "https://a.example.", "https://" + strings.Repeat("a", 300) + ".example", "https://[fe80::1%25eth0]", "https://[::ffff:127.0.0.1]", "https://0.0.0.0",
	} {
		if u, err := ParseBase(bad, false); err == nil {
			t.Errorf("%q was accepted as %s", bad, u)
		}
	}
	for raw, want := range map[string]string{
		"https://10.0.0.5:8443": "https://10.0.0.5:8443/", "http://127.0.0.1:7000/x": "http://127.0.0.1:7000/x/", "https://CW.Example": "https://cw.example/",
	} {
		if u, err := ParseBase(raw, true); err != nil || u.String() != want {
			t.Errorf("%q: %v, %v; want %s", raw, u, err, want)
		}
	}
	for _, bad := range []string{"https://169.254.169.254", "http://10.0.0.5", "https://224.0.0.1"} {
		if u, err := ParseBase(bad, true); err == nil {
			t.Errorf("%q was accepted as %s even for the own network", bad, u)
		}
	}
}

func TestGuardRefusesNamesThatLeadInside(t *testing.T) {
	c, calls := setup(t, func(http.ResponseWriter, *http.Request) {})
	guarded := &net.Dialer{Control: guard(false)}
	address := strings.TrimPrefix(c.base.Host, "http://")
	if conn, err := guarded.DialContext(t.Context(), "tcp", address); err == nil || !refusedByGuard(err) {
		t.Errorf("dialled %v (%v)", conn, err)
	}
	if calls.Load() != 0 {
		t.Error("something was called")
	}
}

// TestWhereRequestsMayEnd: the tick opens the own network, and not the places in it where clouds hand out keys.
func TestWhereRequestsMayEnd(t *testing.T) {
	const never, ticked, always = 0, 1, 2
	for address, when := range map[string]int{
		"8.8.8.8": always, "2606:4700::1": always,
		"127.0.0.1": ticked, "10.0.0.1": ticked, "172.16.0.1": ticked, "192.168.1.1": ticked, "100.64.0.1": ticked, "100.100.100.199": ticked, "::1": ticked, "fd12::1": ticked,
		"100.100.100.200": never, "fd00:ec2::254": never, "fd20:ce::254": never, "fd00:c1::a9fe:a9fe": never, "fd00:42::42": never, "169.254.169.254": never, "192.0.0.192": never,
		"::ffff:100.100.100.200": never, "::ffff:169.254.169.254": never, "64:ff9b::a9fe:a9fe": never, "2002:a9fe:a9fe::": never, "fe80::1": never, "0.0.0.0": never, "::": never, "224.0.0.1": never,
	} {
		ip := netip.MustParseAddr(address)
		network := "tcp6"
		if ip.Is4() {
			network = "tcp4"
		}
		dialled := netip.AddrPortFrom(ip, 443).String()
		if ok := guard(false)(network, dialled, nil) == nil; ok != (when == always) {
			t.Errorf("%s without the tick: %t", address, ok)
		}
		err := guard(true)(network, dialled, nil)
		if (err == nil) != (when != never) || err != nil && !refusedByGuard(err) {
			t.Errorf("%s with the tick: %v", address, err)
		}
		typed := "https://" + netip.AddrPortFrom(ip, 8443).String()
		if _, err := ParseBase(typed, true); !ip.Is4In6() && (err == nil) != (when != never) {
			t.Errorf("%s typed: %v", typed, err)
		}
	}
}

func TestTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request reached a server nobody vouches for") }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	c, err := New(Config{Name: "Vendor", BaseURL: server.URL, AllowPrivateNetwork: true, Backoff: func(int) time.Duration { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	req, _ := c.NewRequest(t.Context(), "GET", "x", nil, nil)
	_, err = c.Do(req, nil)
	if app.ErrorOutcome(err) != app.OutcomeNone || !strings.Contains(app.ErrorMessage(err), "certificate") {
		t.Errorf("got %v", err)
	}
}

func TestFourAtOnce(t *testing.T) {
	var now, most atomic.Int32
	c, _ := setup(t, func(http.ResponseWriter, *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for {
			old := most.Load()
			if n <= old || most.CompareAndSwap(old, n) {
				break
			}
		}
		runtime.Gosched()
	}, func(c *Config) { c.Limiter = NewLimiter(1_000_000, 0) })
	var wg sync.WaitGroup
	for range 60 {
		wg.Go(func() {
			req, err := c.NewRequest(context.Background(), http.MethodGet, "x", nil, nil)
			if err == nil {
				_, err = c.Do(req, nil)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most.Load() > defaultAtOnce {
		t.Errorf("%d requests at once", most.Load())
	}
}
