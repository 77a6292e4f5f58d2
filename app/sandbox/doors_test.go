package sandbox

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"psabridge/app/sandbox/sample"
)

// anybody is a client without keys at the site itself.
func anybody(c *client) *client {
	return &client{c.t, strings.TrimSuffix(c.base, "/v4_6_release/apis/3.0"), http.Header{}}
}

const lookUp = "/login/companyinfo/" + sample.CompanyID

// TestLookup: companyinfo has more than one form, and some servers hide it.
func TestLookup(t *testing.T) {
	for _, tt := range []struct {
		cloud bool
		quirk Quirks
		want  object
	}{
		{false, Quirks{}, object{"IsCloud": "False", "Codebase": "v4_6_release/"}},
		{true, Quirks{}, object{"IsCloud": "True", "Codebase": "v2025_1/"}},
		{true, Quirks{BoolIsCloud: true}, object{"IsCloud": true}},
		{false, Quirks{BoolIsCloud: true}, object{"IsCloud": false}},
		{true, Quirks{SiteURL: "api-eu.myconnectwise.net", AllowedOrigins: []string{"https://portal.example"}}, object{"SiteUrl": "api-eu.myconnectwise.net"}},
		{false, Quirks{OldLookup: true}, object{"SiteUrl": nil, "AllowedOrigins": nil, "CompanyID": sample.CompanyID}},
	} {
		_, c := newCW(t, Options{Cloud: tt.cloud, Quirks: tt.quirk})
		r := anybody(c).do(200, "GET", lookUp, nil)
		for name, want := range tt.want {
			if r.one[name] != want {
				t.Errorf("%+v: %s is %v, want %v", tt.quirk, name, r.one[name], want)
			}
		}
		if tt.quirk.AllowedOrigins != nil && !strings.Contains(r.raw, `["https://portal.example"]`) {
			t.Errorf("origins: %s", r.raw)
		}
		if r := anybody(c).do(200, "GET", lookUp+"x", nil); strings.TrimSpace(r.raw) != "null" {
			t.Errorf("an unknown company: %q", r.raw)
		}
	}
	cw, c := newCW(t, Options{})
	cw.SetQuirks(func(q *Quirks) { q.HiddenLookup = true })
	if r := anybody(c).do(404, "GET", lookUp, nil); !strings.HasPrefix(r.header.Get("Content-Type"), "text/html") || r.one != nil {
		t.Errorf("a hidden lookup: %q", r.raw)
	}
	c.do(200, "GET", "/service/boards", nil) // the API is where it always is
}

// TestForeignCompany: keys of a company that lives elsewhere look like wrong
// keys, or cannot be routed, depending on where they are tried.
func TestForeignCompany(t *testing.T) {
	for _, tt := range []struct {
		cloud    bool
		codebase string
		status   int
		words    string
	}{
		{false, "v4_6_release", 401, "UserNotAuthenticated"},
		{true, "v4_6_release", 404, "The endpoint does not exist."},
		{true, "v2025_1", 400, "Cannot route. Codebase/company is invalid"},
	} {
		_, c := newCW(t, Options{Cloud: tt.cloud})
		c.base = strings.Replace(c.base, "v4_6_release", tt.codebase, 1)
		r := &http.Request{Header: c.header}
		r.SetBasicAuth("elsewhere+"+sample.PublicKey, sample.PrivateKey)
		if r := c.do(tt.status, "GET", "/service/boards", nil); !strings.Contains(r.raw, tt.words) {
			t.Errorf("%+v: %s", tt, r.raw)
		}
	}
}

func TestClientID(t *testing.T) {
	cw, c := newCW(t, Options{Quirks: Quirks{ClientIDs: []string{"ours"}}})
	c.do(401, "GET", "/service/boards", nil)
	cw.SetQuirks(func(q *Quirks) { q.ClientID403 = true })
	c.do(403, "GET", "/service/boards", nil)
	c.header.Set("ClientId", "ours")
	c.do(200, "GET", "/service/boards", nil)
	c.header.Del("ClientId")
	c.do(403, "GET", "/service/boards", nil)
}

// TestAPIPrefix: a hosted site takes API calls under another name than the one
// people open it at, and says so in words that do not help.
func TestAPIPrefix(t *testing.T) {
	_, c := newCW(t, Options{Cloud: true, Quirks: Quirks{APIPrefix: true}})
	for host, want := range map[string]int{"na.myconnectwise.net": 403, "API-na.myconnectwise.net:443": 200, "127.0.0.1:80": 403} {
		cw := NewConnectWise(sample.New(1, start), Options{Cloud: true, Quirks: Quirks{APIPrefix: true}})
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v4_6_release/apis/3.0/service/boards", nil)
		r.Host, r.Header = host, c.header
		w := httptest.NewRecorder()
		cw.ServeHTTP(w, r)
		if w.Code != want || want == 403 && strings.TrimSpace(w.Body.String()) != `{"code":"Security","errors":null,"message":"SSL is required."}` {
			t.Errorf("%s: %d %s", host, w.Code, w.Body)
		}
	}
	anybody(c).do(200, "GET", lookUp, nil)
}

// TestSystemInfoProvesNothing: one kind of server shows it to anybody, another
// refuses it to a weak role.
func TestSystemInfoProvesNothing(t *testing.T) {
	cw, c := newCW(t, Options{Quirks: Quirks{OpenInfo: true}})
	keys := c.header.Get("Authorization")
	c.header.Set("Authorization", "Basic bm8=")
	c.do(200, "GET", "/system/info", nil)
	c.do(401, "GET", "/service/boards", nil)
	c.header.Set("Authorization", keys)
	cw.SetQuirks(func(q *Quirks) { q.WeakInfo = true })
	if r := c.do(401, "GET", "/system/info", nil); text(r.one, "message") != "UserNotAuthenticated" {
		t.Errorf("%s", r.raw)
	}
	c.do(200, "GET", "/service/boards", nil)
}

func TestClockSkew(t *testing.T) {
	cw, c := newCW(t, Options{ClockSkew: time.Hour})
	date := func() string { return c.do(200, "GET", "/service/boards", nil).header.Get("Date") }
	if got := date(); got != "Sun, 22 Nov 2026 10:00:00 GMT" {
		t.Errorf("Date %q", got)
	}
	cw.SetQuirks(func(q *Quirks) { q.ClockSkew = 0 })
	if got := date(); got != "Sun, 22 Nov 2026 09:00:00 GMT" {
		t.Errorf("set right: Date %q", got)
	}
}

// TestTooMany: a 429 comes in two kinds, and says in many ways how long to wait.
func TestTooMany(t *testing.T) {
	at := newClock()
	cw, c := newCW(t, Options{Now: at.now, RequestsPerMinute: 1})
	c.do(200, "GET", "/service/boards", nil)
	for said, want := range map[string]string{
		RetryAfterSeconds: "61", RetryAfterDate: "Sun, 22 Nov 2026 09:01:01 GMT", RetryAfterNone: "", "-1": "-1", "1000000000": "1000000000", "soon": "soon",
	} {
		for _, page := range []bool{false, true} {
			cw.SetQuirks(func(q *Quirks) { q.RetryAfter, q.CloudflareLimit = said, page })
			r := c.do(429, "GET", "/service/boards", nil)
			if got := r.header.Get("Retry-After"); got != want {
				t.Errorf("%q: Retry-After %q, want %q", said, got, want)
			}
			if page != strings.HasPrefix(r.raw, "<!DOCTYPE html>") || !page && (text(r.one, "error") != "ConnectWiseAPI" || r.one["code"] != nil) {
				t.Errorf("page %v: %s", page, r.raw)
			}
		}
	}
	cw.SetQuirks(func(q *Quirks) { q.RequestsPerMinute = 0 })
	c.do(200, "GET", "/service/boards", nil)
}

// TestFaultsFromTheStart: a server can be broken before anybody has it in hand.
func TestFaultsFromTheStart(t *testing.T) {
	_, c := newCW(t, Options{Faults: []Fault{Broken()}})
	c.do(500, "GET", "/service/boards", nil)
	c.do(200, "GET", "/service/boards", nil)
}
