package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"psabridge/app/sandbox/sample"
)

func passwordForm(more ...string) url.Values {
	f := url.Values{"grant_type": {"password"}, "client_id": {sample.SyncClientID}, "username": {sample.SyncUsername}, "password": {sample.SyncPassword}, "dns_name": {"psabridge"}}
	for i := 0; i+1 < len(more); i += 2 {
		f.Set(more[i], more[i+1])
	}
	return f
}

// signIn gets a token and makes the client carry it; it returns the answer.
func signIn(c *client, form url.Values) object {
	c.t.Helper()
	r := c.do(200, "POST", "/oauth/token", form)
	c.header.Set("Authorization", text(r.one, "token_type")+" "+text(r.one, "access_token"))
	return r.one
}

func listed(c *client, path string) []object {
	c.t.Helper()
	var all []object
	for {
		r := c.do(200, "GET", fmt.Sprintf("/api/2%s?offset=%d", path, len(all)), nil)
		results, _ := r.one["results"].([]any)
		for _, one := range results {
			all = append(all, one.(object))
		}
		if len(all) >= number(r.one, "total") || len(results) == 0 {
			return all
		}
	}
}

func TestSignIn(t *testing.T) {
	at := newClock()
	x, msp, c := newX(t, Options{Now: at.now})
	c.do(401, "GET", "/api/2/person", nil)
	machines := len(msp.Machines(sample.MasterID))
	first := signIn(c, passwordForm())
	if number(first, "expires_in") != 3600 || text(first, "scope") != "full" || text(first, "guid") == "" {
		t.Errorf("token: %v", first)
	}
	me := c.do(200, "GET", "/api/2/person", nil)
	if number(me.one, "company_id") != sample.MasterID {
		t.Errorf("who am I: %s", me.raw)
	}
	if got := len(msp.Machines(sample.MasterID)); got != machines+1 {
		t.Errorf("a login left %d machines, want 1", got-machines)
	}
	signIn(c, passwordForm("guid", text(first, "guid")))
	if got := len(msp.Machines(sample.MasterID)); got != machines+1 {
		t.Error("a known guid made another machine")
	}

	at.advance(time.Hour)
	c.do(401, "GET", "/api/2/person", nil)
	refresh := url.Values{"grant_type": {"refresh_token"}, "client_id": {sample.SyncClientID}, "refresh_token": {text(first, "refresh_token")}}
	second := signIn(c, refresh)
	c.do(200, "GET", "/api/2/person", nil)
	if text(second, "refresh_token") == text(first, "refresh_token") || text(second, "guid") != text(first, "guid") {
		t.Errorf("the refresh token did not rotate, or the guid did: %v", second)
	}
	if r := c.do(400, "POST", "/oauth/token", refresh); text(r.one, "error") != "invalid_grant" {
		t.Errorf("a used refresh token: %s", r.raw)
	}
	x.ExpireTokens()
	c.do(401, "GET", "/api/2/person", nil)
	refresh.Set("refresh_token", text(second, "refresh_token"))
	third := signIn(c, refresh)
	c.do(200, "POST", "/oauth/revoke", url.Values{"client_id": {sample.SyncClientID}, "token": {text(third, "refresh_token")}, "token_type_hint": {"refresh_token"}})
	refresh.Set("refresh_token", text(third, "refresh_token"))
	c.do(400, "POST", "/oauth/token", refresh)
	x.RevokeAll()
	c.do(401, "GET", "/api/2/version", nil)
}

func TestLockOut(t *testing.T) {
	at := newClock()
	x, _, c := newX(t, Options{Now: at.now, AuthCode: true, ClientSecret: true})
	c.do(401, "POST", "/oauth/token", passwordForm())
	secret := []string{"client_secret", sample.SyncClientSecret}
	for i, want := range []string{textWrong, textWrong, textNoCode, textLocked, textLocked} {
		form := passwordForm(append(secret, "password", "wrong")...)
		if want == textNoCode {
			form = passwordForm(secret...)
		}
		if r := c.do(400, "POST", "/oauth/token", form); text(r.one, "error_description") != want {
			t.Errorf("attempt %d: %s, want %q", i+1, r.raw, want)
		}
	}
	right := passwordForm(append(secret, "auth_code", sample.SyncAuthCode)...)
	c.do(400, "POST", "/oauth/token", right)
	at.advance(lockFor)
	c.do(200, "POST", "/oauth/token", right)
	x.Unlock()
	basic := &client{t, c.base, http.Header{}}
	r := &http.Request{Header: http.Header{}}
	r.SetBasicAuth(sample.SyncClientID, sample.SyncClientSecret)
	basic.header = r.Header
	form := passwordForm("auth_code", sample.SyncAuthCode)
	form.Del("client_id")
	basic.do(200, "POST", "/oauth/token", form)
}

func TestAuthorizationCode(t *testing.T) {
	_, _, c := newX(t, Options{})
	const back = "http://127.0.0.1:7360/oauth/back"
	r := c.do(302, "GET", "/oauth/authorize?"+url.Values{"response_type": {"code"}, "client_id": {sample.SyncClientID}, "redirect_uri": {back}, "state": {"s1"}}.Encode(), nil)
	u, err := url.Parse(r.header.Get("Location"))
	if err != nil || u.Query().Get("state") != "s1" || !strings.HasPrefix(u.String(), back) {
		t.Fatalf("sent to %q", r.header.Get("Location"))
	}
	form := url.Values{"grant_type": {"authorization_code"}, "client_id": {sample.SyncClientID}, "code": {u.Query().Get("code")}, "redirect_uri": {back}}
	signIn(c, form)
	c.do(200, "GET", "/api/2/person", nil)
	c.do(400, "POST", "/oauth/token", form)
}

func TestListsIncludeWhatIsBelow(t *testing.T) {
	_, _, c := newX(t, Options{})
	signIn(c, passwordForm())
	top := listed(c, "/organization/4700/organizations")
	for _, o := range top {
		if number(o, "parent_id") != sample.MasterID {
			t.Errorf("%v is not a direct child", o["name"])
		}
	}
	if len(top) != 18 || len(listed(c, "/organization/4712/organizations")) != 2 {
		t.Errorf("%d organizations below the master", len(top))
	}
	persons := listed(c, "/organization/4712/persons")
	own := 0
	for _, p := range persons {
		if number(p, "company_id") == 4712 {
			own++
		}
	}
	if own != 41 || len(persons) != 41+12+9 {
		t.Errorf("%d own of %d accounts", own, len(persons))
	}
	machines := listed(c, "/organization/4700/machines")
	if len(machines) <= 100 {
		t.Errorf("%d machines do not fill a page", len(machines))
	}
	logins := 0
	for _, m := range machines {
		if _, ok := m["company_id"]; ok {
			t.Fatal("a machine tells its company")
		}
		if m["agent_version"] == nil && m["os_type"] == nil && text(m, "machine_type") == "agent" {
			logins++
		}
		if text(m, "machine_type") == "mobile" {
			c.do(503, "GET", fmt.Sprintf("/api/2/machine/%d/status", number(m, "id")), nil)
		}
	}
	if logins != 1 {
		t.Errorf("%d API logins among the machines, want 1", logins)
	}
	if roots := listed(c, "/organization/4712/roots"); number(roots[0], "company_id") == 0 {
		t.Errorf("a root without a company: %v", roots[0])
	}
	if len(listed(c, "/organization/4700/guests")) == 0 || len(listed(c, "/activity/types")) == 0 {
		t.Error("no guests or no activity types")
	}
	rows := listed(c, "/organization/4700/activity")
	if !slices.IsSortedFunc(rows, func(a, b object) int { return number(b, "id") - number(a, "id") }) || len(rows) < 300 {
		t.Errorf("%d rows of activity, newest first", len(rows))
	}
	c.do(200, "GET", fmt.Sprintf("/api/2/activity/%d", number(rows[0], "id")), nil)
	if s := text(rows[0], "created"); len(s) != len("2026-11-22T09:00:00") {
		t.Errorf("a moment with a zone: %q", s)
	}
}

func TestQuirks(t *testing.T) {
	_, msp, c := newX(t, Options{Usage: "absent"})
	signIn(c, passwordForm())
	c.do(404, "GET", "/api/2/organization/4711/metrics/usage", nil)
	msp.ChangeOrganization(4711, func(o *sample.Organization) { o.Forbidden = true })
	msp.DeleteOrganization(4715)
	for path, status := range map[string]int{
		"/organization/4711/persons": 403, "/organization/4715": 410, "/organization/4715/machines": 410, "/organization/1": 404, "/organization/x": 404,
		"/nothing": 404, "/organization/4700/nothing": 404, "/version": 200, "/organization/4712/persons?offset=-1": 400, "/organization/4712/persons?offset=999": 200,
	} {
		c.do(status, "GET", "/api/2"+path, nil)
	}
	c.do(405, "POST", "/api/2/organization/4712/delete", url.Values{})
	quotas := map[string]bool{}
	for _, p := range listed(c, "/organization/4712/persons") {
		quotas[fmt.Sprintf("%T", p["space_quota"])] = true
	}
	if !quotas["<nil>"] || !quotas["string"] || !quotas["float64"] {
		t.Errorf("quotas come as %v", quotas)
	}
	o := c.do(200, "GET", "/api/2/organization/4722", nil).one
	policy := o["policy"].(object)
	if decimal(policy, "space_quota") != 950*float64(sample.GiB) || text(policy, "space_quota_formatted") != "950.00 GB" || o["trial_until"] != nil {
		t.Errorf("policy: %v", policy)
	}
}

// TestMovingUnderTheReader: the total changes between two pages, a token ends
// in the middle, a proxy answers for the server.
func TestMovingUnderTheReader(t *testing.T) {
	x, msp, c := newX(t, Options{PageSize: 10})
	signIn(c, passwordForm())
	x.Faults.Add(
		Fault{Path: "/organization/4712/persons", Hook: func(*http.Request) { msp.AddPerson(4712, "New", "Comer", start) }},
		Fault{Path: "/organization/4722/persons", Skip: 1, Before: func(*http.Request) { x.ExpireTokens() }},
		Fault{Path: "/organization/4725", Status: 502, Header: HTMLPage(502).Header, Body: HTMLPage(502).Body},
	)
	first := c.do(200, "GET", "/api/2/organization/4712/persons", nil)
	second := c.do(200, "GET", "/api/2/organization/4712/persons?offset=10", nil)
	if number(second.one, "total") != number(first.one, "total")+1 {
		t.Errorf("total %v then %v", first.one["total"], second.one["total"])
	}
	if r := c.do(502, "GET", "/api/2/organization/4725", nil); r.one != nil {
		t.Errorf("the proxy speaks JSON: %s", r.raw)
	}
	c.do(200, "GET", "/api/2/organization/4722/persons", nil)
	c.do(401, "GET", "/api/2/organization/4722/persons?offset=10", nil)
}

func TestFormatted(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 258338: "252.28 KB", 194562018508800: "176.95 TB", 107374182400: "100.00 GB"} {
		if got := formatted(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}
