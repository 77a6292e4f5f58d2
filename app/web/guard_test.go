package web_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"psabridge/app/web"
)

const (
	label  = "psabridge-k3v9x2ab.localhost"
	host   = label + ":7360"
	origin = "http://" + host
	token  = "the-api-token"
)

func answers(text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) })
}

func newGuard(now func() time.Time) *web.Guard {
	return &web.Guard{
		Label: label, Port: 7360, Sessions: web.NewSessions(now), TokenValid: web.TokenIs(token),
		Pages: answers("page"), API: answers("api"), SignedOut: answers("signed out"), Bounce: answers("bounce"),
		OpenPages: func(p string) bool { return p == "/launch" },
	}
}

func signIn(t *testing.T, g *web.Guard) *http.Cookie {
	t.Helper()
	value, _, ok := g.Sessions.Exchange(g.Sessions.NewLaunch(""))
	if !ok {
		t.Fatal("a fresh launch token was refused")
	}
	return sent(g.CookieName(), value)
}

// sent is a cookie as a browser sends it: a name and a value, no attributes.
func sent(name, value string) *http.Cookie {
	return &http.Cookie{Name: name, Value: value} //nolint:gosec // sent, not set
}

func serve(g *web.Guard, r *http.Request) (int, string, http.Header) {
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	return w.Code, strings.TrimSpace(w.Body.String()), w.Header()
}

func TestHostDecidesTheSurface(t *testing.T) {
	g := newGuard(time.Now)
	cookie := signIn(t, g)
	cases := []struct {
		host string
		want string // "" = 421 with an empty body
	}{
		{host, "page"},
		{strings.ToUpper(label) + ":7360", "page"},
		{"127.0.0.1:7360", "api"},
		{"[::1]:7360", "api"},
		{label, ""},
		{label + ":80", ""},
		{label + ".:7360", ""},
		{"127.0.0.1", ""},
		{"127.0.0.1:0", ""},
		{"localhost:7360", ""},
		{"localhost.:7360", ""},
		{"127.1:7360", ""},
		{"2130706433:7360", ""},
		{"0x7f000001:7360", ""},
		{"0.0.0.0:7360", ""},
		{"[::ffff:127.0.0.1]:7360", ""},
		{"evil.localhost:7360", ""},
		{label + ".evil.com:7360", ""},
		{"evil.com:7360", ""},
		{"a@" + host, ""},
		{"", ""},
	}
	for _, c := range cases {
		t.Run(c.host, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/status", nil)
			if c.want == "page" {
				r = httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
			}
			r.Host = c.host
			r.Header.Set("X-Forwarded-Host", host)
			r.Header.Set("Authorization", "Bearer "+token)
			r.AddCookie(cookie)
			code, body, _ := serve(g, r)
			if c.want == "" && (code != http.StatusMisdirectedRequest || body != "") {
				t.Fatalf("got %d %q, want an empty 421", code, body)
			}
			if c.want != "" && body != c.want {
				t.Fatalf("got %d %q, want the %s surface", code, body, c.want)
			}
		})
	}
}

func TestAbsoluteTargetIsRefused(t *testing.T) {
	g := newGuard(time.Now)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, origin+"/", nil)
	r.AddCookie(signIn(t, g))
	if code, _, _ := serve(g, r); code != http.StatusMisdirectedRequest {
		t.Fatalf("absolute-form request target answered %d", code)
	}
}

func TestUnsafeRequestsMustComeFromOurPages(t *testing.T) {
	g := newGuard(time.Now)
	cookie := signIn(t, g)
	type head map[string]string
	cases := []struct {
		name string
		head head
		pass bool
	}{
		{"same origin, both headers", head{"Sec-Fetch-Site": "same-origin", "Origin": origin}, true},
		{"same origin, no Origin", head{"Sec-Fetch-Site": "same-origin"}, true},
		{"a form of a page without referrer", head{"Sec-Fetch-Site": "same-origin", "Origin": "null"}, true},
		{"cross-site and null", head{"Sec-Fetch-Site": "cross-site", "Origin": "null"}, false},
		{"old browser, our Origin", head{"Origin": origin}, true},
		{"neither header", head{}, false},
		{"none", head{"Sec-Fetch-Site": "none"}, false},
		{"same-site", head{"Sec-Fetch-Site": "same-site", "Origin": origin}, false},
		{"cross-site", head{"Sec-Fetch-Site": "cross-site"}, false},
		{"junk", head{"Sec-Fetch-Site": "same-origin,same-origin"}, false},
		{"other port", head{"Origin": "http://" + label + ":7361"}, false},
		{"https variant", head{"Origin": "https://" + host}, false},
		{"null", head{"Origin": "null"}, false},
		{"evil", head{"Origin": "http://evil.example"}, false},
		{"same-origin but evil Origin", head{"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"}, false},
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions} {
		for _, c := range cases {
			t.Run(method+" "+c.name, func(t *testing.T) {
				r := httptest.NewRequestWithContext(t.Context(), method, "/billing", strings.NewReader("a=b"))
				r.Host = host
				r.AddCookie(cookie)
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				for k, v := range c.head {
					r.Header.Set(k, v)
				}
				code, body, _ := serve(g, r)
				if got := body == "page"; got != c.pass {
					t.Fatalf("got %d %q, want pass=%v", code, body, c.pass)
				}
			})
		}
	}
}

func TestOnlyFormsArePosted(t *testing.T) {
	g := newGuard(time.Now)
	cookie := signIn(t, g)
	for _, typ := range []string{"", "text/plain", "application/json; charset=utf-8", "multipart/form-data; boundary=x"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/billing", strings.NewReader("{}"))
		r.Host = host
		r.AddCookie(cookie)
		r.Header.Set("Origin", origin)
		r.Header.Set("Content-Type", typ)
		if code, _, _ := serve(g, r); code != http.StatusUnsupportedMediaType {
			t.Errorf("Content-Type %q answered %d", typ, code)
		}
	}
}

// A form with a file is taken at the one place that imports it, and only there may a body be large.
func TestFilesAreTakenWhereTheyAreImported(t *testing.T) {
	g := newGuard(time.Now)
	sizes := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		_, _ = fmt.Fprintln(w, n > 1<<20 && err == nil)
	})
	g.Pages, g.API = sizes, sizes
	cookie := signIn(t, g)
	send := func(host, path, typ string, size int64) (int, string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, io.LimitReader(zeros{}, size))
		r.Host = host
		r.Header.Set("Content-Type", typ)
		if host == "127.0.0.1:7360" {
			r.Header.Set("Authorization", "Bearer "+token)
		} else {
			r.AddCookie(cookie)
			r.Header.Set("Origin", origin)
		}
		code, body, _ := serve(g, r)
		return code, body
	}
	const form, multi, csv = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/csv; charset=utf-8"
	for _, c := range []struct {
		host, path, typ string
		code            int
		large           bool
	}{
		{host, "/sources/feed/import", multi, 200, true},
		{host, "/sources/feed/import", form, 200, false},
		{host, "/sources/feed/import/x", multi, 415, false},
		{host, "/sources/feed/import/", multi, 415, false},
		{host, "/sources//import", multi, 415, false},
		{host, "/sources/a/b/import", multi, 415, false},
		{host, "/sources/feed", multi, 415, false},
		{host, "/billing", multi, 415, false},
		{host, "/sources/feed/import", csv, 415, false},
		{"127.0.0.1:7360", "/api/v1/sources/feed/usage", csv, 200, true},
		{"127.0.0.1:7360", "/api/v1/sources/feed/usage", "application/json", 200, true},
		{"127.0.0.1:7360", "/api/v1/sources/feed/events", "application/json", 200, true},
		{"127.0.0.1:7360", "/api/v1/sources/feed/tokens", "application/json", 200, false},
		{"127.0.0.1:7360", "/api/v1/sources/a/b/usage", csv, 200, false},
		{"127.0.0.1:7360", "/sources/feed/import", multi, 404, false},
	} {
		code, body := send(c.host, c.path, c.typ, 2<<20)
		if code != c.code || c.code == 200 && body != strconv.FormatBool(c.large) {
			t.Errorf("%s %s as %s: %d %s", c.host, c.path, c.typ, code, body)
		}
	}
	put := httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/api/v1/settings", io.LimitReader(zeros{}, 2<<20))
	put.Host = "127.0.0.1:7360"
	put.Header.Set("Content-Type", "application/yaml")
	put.Header.Set("Authorization", "Bearer "+token)
	if code, body, _ := serve(g, put); code != http.StatusOK || body != "true" {
		t.Errorf("settings of 10,000 organizations: %d %s", code, body)
	}
	if _, body := send(host, "/sources/feed/import", multi, 51<<20); body != "false" {
		t.Error("a body of 51 MiB was read")
	}
	if _, body := send("127.0.0.1:7360", "/api/v1/sources/feed/usage", "application/json", 5<<20); body != "false" {
		t.Error("5 MiB of JSON were read")
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// A token of an inbox opens what it is for; all else is forbidden to it, and to a page it is nothing at all.
func TestScopedTokens(t *testing.T) {
	g := newGuard(time.Now)
	const scoped = "only-for-feed"
	g.Scoped = func(_ context.Context, sum [32]byte, method, path string) (known, may bool) {
		known = sum == sha256.Sum256([]byte(scoped))
		return known, known && method == http.MethodPost && path == "/api/v1/sources/feed/events"
	}
	ask := func(method, path, bearer string, head ...string) int {
		r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
		r.Host = "127.0.0.1:7360"
		r.Header.Set("Authorization", "Bearer "+bearer)
		for i := 0; i+1 < len(head); i += 2 {
			r.Header.Set(head[i], head[i+1])
		}
		code, _, _ := serve(g, r)
		return code
	}
	for _, c := range []struct {
		method, path, bearer string
		want                 int
	}{
		{"POST", "/api/v1/sources/feed/events", scoped, 200},
		{"POST", "/api/v1/sources/feed/events?shape=restic", scoped, 200},
		{"GET", "/api/v1/sources/feed/events", scoped, 403},
		{"POST", "/api/v1/sources/feed/tokens", scoped, 403},
		{"POST", "/api/v1/sources/other/events", scoped, 403},
		{"POST", "/api/v1/sources/fee%64/events", scoped, 403},
		{"POST", "/api/v1/sources%2Ffeed/events", scoped, 403},
		{"GET", "/api/v1/openapi.json", scoped, 403},
		{"GET", "/api/v1/status", scoped, 403},
		{"POST", "/api/v1/sources/feed/events", scoped + "x", 401},
		{"POST", "/api/v1/sources/feed/events", "", 401},
		{"GET", "/api/v1/status", token, 200},
		{"POST", "/sources/feed", scoped, 404},
	} {
		if got := ask(c.method, c.path, c.bearer); got != c.want {
			t.Errorf("%s %s with %q: %d, want %d", c.method, c.path, c.bearer, got, c.want)
		}
	}
	if got := ask("POST", "/api/v1/sources/feed/events", scoped, "Origin", origin); got != 403 {
		t.Errorf("from a browser: %d", got)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/billing", nil)
	r.Host = host
	r.Header.Set("Authorization", "Bearer "+scoped)
	if _, body, _ := serve(g, r); body != "signed out" {
		t.Errorf("a token opened a page: %q", body)
	}
}

// A vendor sends the browser back to the loopback address; it is led to the page of the same name, where its session is.
func TestSignInReturn(t *testing.T) {
	g := newGuard(time.Now)
	ask := func(method, host, target string) (int, string) {
		r := httptest.NewRequestWithContext(t.Context(), method, target, nil)
		r.Host = host
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Sec-Fetch-Mode", "navigate")
		code, body, head := serve(g, r)
		return code, body + head.Get("Location")
	}
	const query = "?code=a%2Fb&state=s+1"
	for _, h := range []string{"127.0.0.1:7360", "[::1]:7360"} {
		if code, to := ask("GET", h, "/sign-in/return"+query); code != 303 || !strings.HasSuffix(to, origin+"/sign-in/return"+query) {
			t.Errorf("%s: %d %s", h, code, to)
		}
	}
	if code, body := ask("GET", host, "/sign-in/return"+query); code != 200 || body != "bounce" {
		t.Errorf("without the cookie: %d %s", code, body)
	}
	for _, c := range [][2]string{
		{"POST", "/sign-in/return" + query},
		{"HEAD", "/sign-in/return" + query},
		{"GET", "/sign-in/return/x"},
		{"GET", "/sign-in/Return"},
		{"GET", "//sign-in/return"},
		{"GET", "/sign-in/return?x=" + strings.Repeat("a", 9000)},
	} {
		if code, _ := ask(c[0], "127.0.0.1:7360", c[1]); code != 404 {
			t.Errorf("%s %.40s: %d", c[0], c[1], code)
		}
	}
	g.PageHost = "ip"
	if code, body := ask("GET", "127.0.0.1:7360", "/sign-in/return"+query); code != 200 || body != "bounce" {
		t.Errorf("pages under the address: %d %s", code, body)
	}
}

func TestPagesNeedASession(t *testing.T) {
	g := newGuard(time.Now)
	get := func(head map[string]string, cookies ...*http.Cookie) string {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/billing", nil)
		r.Host = host
		for k, v := range head {
			r.Header.Set(k, v)
		}
		for _, c := range cookies {
			r.AddCookie(c)
		}
		_, body, _ := serve(g, r)
		return body
	}
	good := signIn(t, g)
	if got := get(nil, good); got != "page" {
		t.Errorf("signed in: %q", got)
	}
	if got := get(nil); got != "signed out" {
		t.Errorf("no cookie: %q", got)
	}
	if got := get(nil, sent(g.CookieName(), "x")); got != "signed out" {
		t.Errorf("wrong cookie: %q", got)
	}
	if got := get(nil, sent("psabridge-1", good.Value)); got != "signed out" {
		t.Errorf("cookie of another port: %q", got)
	}
	link := map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
	if got := get(link); got != "bounce" {
		t.Errorf("link from a ticket: %q", got)
	}
	g.Sessions.End(good.Value, false)
	if got := get(nil, good); got != "signed out" {
		t.Errorf("after signing out: %q", got)
	}
}

func TestAPINeedsTheTokenAndNoBrowser(t *testing.T) {
	g := newGuard(time.Now)
	cookie := signIn(t, g)
	get := func(path string, head map[string]string) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		r.Host = "127.0.0.1:7360"
		r.AddCookie(cookie)
		for k, v := range head {
			r.Header.Set(k, v)
		}
		code, _, _ := serve(g, r)
		return code
	}
	auth := "Bearer " + token
	cases := []struct {
		path string
		head map[string]string
		want int
	}{
		{"/api/v1/status", map[string]string{"Authorization": auth}, 200},
		{"/api/v1/status", nil, 401},
		{"/api/v1/status", map[string]string{"Authorization": "Bearer "}, 401},
		{"/api/v1/status", map[string]string{"Authorization": "Bearer wrong"}, 401},
		{"/api/v1/status", map[string]string{"Authorization": "Basic " + token}, 401},
		{"/api/v1/status", map[string]string{"Authorization": auth, "Origin": origin}, 403},
		{"/api/v1/status", map[string]string{"Authorization": auth, "Sec-Fetch-Site": "none"}, 403},
		{"/api/v1/status", map[string]string{"Authorization": auth, "Sec-Fetch-Dest": "script"}, 403},
		{"/", nil, 303},
		{"/billing", map[string]string{"Authorization": auth}, 404},
	}
	for _, c := range cases {
		if got := get(c.path, c.head); got != c.want {
			t.Errorf("%s %v: %d, want %d", c.path, c.head, got, c.want)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/status", nil)
	r.Host = host
	r.AddCookie(cookie)
	r.Header.Set("Authorization", auth)
	if code, _, _ := serve(g, r); code != http.StatusNotFound {
		t.Errorf("the API answered on the page's host: %d", code)
	}
}

func TestHeadersAreOnEveryAnswer(t *testing.T) {
	g := newGuard(time.Now)
	for _, h := range []string{host, "127.0.0.1:7360", "evil.com"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/x", nil)
		r.Host = h
		_, _, head := serve(g, r)
		for _, name := range []string{"Content-Security-Policy", "X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Cache-Control"} {
			if head.Get(name) == "" {
				t.Errorf("%s: no %s", h, name)
			}
		}
		if head.Get("Server") != "" {
			t.Errorf("%s: tells what serves it", h)
		}
	}
}

func TestLaunchTokenIsGoodOnceAndBriefly(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	s := web.NewSessions(func() time.Time { return now })
	first := s.NewLaunch("")
	if _, _, ok := s.Exchange(first + "x"); ok {
		t.Error("an extended token was taken")
	}
	if _, _, ok := s.Exchange(first); !ok {
		t.Error("a fresh token was refused")
	}
	if _, _, ok := s.Exchange(first); ok {
		t.Error("a token was taken twice")
	}
	late := s.NewLaunch("")
	now = now.Add(time.Minute)
	if _, _, ok := s.Exchange(late); ok {
		t.Error("a token was taken after 60 s")
	}
}

func TestSessionsEnd(t *testing.T) {
	start := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	now := start
	s := web.NewSessions(func() time.Time { return now })
	open := func() string {
		c, _, ok := s.Exchange(s.NewLaunch(""))
		if !ok {
			t.Fatal("no session")
		}
		return c
	}
	idle := open()
	now = now.Add(11 * time.Hour)
	if !s.Valid(idle, true) {
		t.Fatal("ended before 12 h idle")
	}
	now = now.Add(time.Hour)
	if s.Valid(idle, true) {
		t.Error("polls kept a session alive past 12 h")
	}
	busy := open()
	for range 23 {
		now = now.Add(time.Hour)
		if !s.Valid(busy, false) {
			t.Fatal("a used session ended early")
		}
	}
	now = now.Add(time.Hour)
	if s.Valid(busy, false) {
		t.Error("a session outlived 24 h")
	}
	var all []string
	for range 11 {
		now = now.Add(time.Second)
		all = append(all, open())
	}
	if s.Valid(all[0], false) || !s.Valid(all[1], false) || !s.Valid(all[10], false) {
		t.Error("the eleventh session must end the oldest and no other")
	}
	s.End("", true)
	if s.Valid(all[10], false) {
		t.Error("signing out everywhere left a session")
	}
}
