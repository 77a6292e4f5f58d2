package sandbox

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"psabridge/app/sandbox/sample"
)

// signedIn is a server with quirks and a client that is signed in to it.
func signedIn(t *testing.T, q SyncQuirks) (*X360Sync, *sample.MSP, *client) {
	t.Helper()
	x, msp, c := newX(t, Options{SyncQuirks: q})
	signIn(c, passwordForm())
	return x, msp, c
}

func refreshForm(token object) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "client_id": {sample.SyncClientID}, "refresh_token": {text(token, "refresh_token")}}
}

func codeForm(c *client, back string) url.Values {
	c.t.Helper()
	r := c.do(302, "GET", "/oauth/authorize?"+url.Values{"response_type": {"code"}, "client_id": {sample.SyncClientID}, "redirect_uri": {back}, "state": {"s"}}.Encode(), nil)
	u, err := url.Parse(r.header.Get("Location"))
	if err != nil || u.Query().Get("code") == "" {
		c.t.Fatalf("sent to %q", r.header.Get("Location"))
	}
	return url.Values{"grant_type": {"authorization_code"}, "client_id": {sample.SyncClientID}, "code": {u.Query().Get("code")}, "redirect_uri": {back}}
}

func pageOf(c *client, path string, offset int) (rows []object, total any) {
	c.t.Helper()
	r := c.do(200, "GET", fmt.Sprintf("/api/2%s?offset=%d", path, offset), nil)
	return rowsOf(r), r.one["total"]
}

func TestAccessTokenEndsMidPage(t *testing.T) {
	at := newClock()
	x, _, c := newX(t, Options{Now: at.now, SyncQuirks: SyncQuirks{AccessUses: 2, AccessLife: time.Minute, PageSize: 10}})
	first := signIn(c, passwordForm())
	if number(first, "expires_in") != 60 {
		t.Errorf("%v", first)
	}
	c.do(200, "GET", "/api/2/organization/4712/persons", nil)
	c.do(200, "GET", "/api/2/organization/4712/persons?offset=10", nil)
	c.do(401, "GET", "/api/2/organization/4712/persons?offset=20", nil)
	signIn(c, refreshForm(first))
	c.do(200, "GET", "/api/2/organization/4712/persons?offset=20", nil)
	at.advance(time.Minute)
	c.do(401, "GET", "/api/2/organization/4712/persons?offset=30", nil)
	if x.SignIns() != 1 {
		t.Errorf("%d sign-ins", x.SignIns())
	}
}

func TestRefreshTokens(t *testing.T) {
	at := newClock()
	x, _, c := newX(t, Options{Now: at.now, SyncQuirks: SyncQuirks{NoRotation: true}})
	first := signIn(c, passwordForm())
	if again := signIn(c, refreshForm(first)); again["refresh_token"] != nil {
		t.Errorf("rotated: %v", again)
	}
	x.SetQuirks(func(q *SyncQuirks) { q.NoRotation, q.TokenDays = false, 30 })
	second := signIn(c, refreshForm(first))
	c.do(400, "POST", "/oauth/token", refreshForm(first))
	at.advance(29 * 24 * time.Hour)
	third := signIn(c, refreshForm(second)) // the days begin anew
	at.advance(29 * 24 * time.Hour)
	x.SetQuirks(func(q *SyncQuirks) { q.DaysFromSignIn = true })
	fourth := signIn(c, refreshForm(third)) // and now they do not: it has ended already
	c.do(400, "POST", "/oauth/token", refreshForm(fourth))
	if days := number(c.do(200, "GET", "/api/2/organization/4711", nil).one["policy"].(object), "deactivate_token_frequency"); days != 30 {
		t.Errorf("the policy says %d days", days)
	}
	x.SetQuirks(func(q *SyncQuirks) { q.TokenDays, q.ReuseEndsAll = 0, true })
	a := signIn(c, passwordForm())
	b := signIn(c, refreshForm(a))
	c.do(200, "GET", "/api/2/version", nil)
	c.do(400, "POST", "/oauth/token", refreshForm(a))
	c.do(401, "GET", "/api/2/version", nil)
	c.do(400, "POST", "/oauth/token", refreshForm(b))
}

func TestRevokeEndsTokens(t *testing.T) {
	x, _, c := newX(t, Options{})
	token := signIn(c, passwordForm())
	revoke := func(name string) {
		c.do(200, "POST", "/oauth/revoke", url.Values{"client_id": {sample.SyncClientID}, "token": {text(token, name)}, "token_type_hint": {name}})
	}
	revoke("access_token")
	c.do(401, "GET", "/api/2/version", nil)
	token = signIn(c, refreshForm(token))
	revoke("refresh_token")
	c.do(401, "GET", "/api/2/version", nil)
	c.do(400, "POST", "/oauth/token", refreshForm(token))
	revoke("refresh_token") // once more is no error
	if x.SignIns() != 0 {
		t.Errorf("%d sign-ins", x.SignIns())
	}
	c.do(401, "POST", "/oauth/revoke", url.Values{"client_id": {"stranger"}, "token": {"x"}})
}

func TestMachinesPileUp(t *testing.T) {
	_, msp, c := newX(t, Options{SyncQuirks: SyncQuirks{NewMachines: true}})
	before := len(msp.Machines(sample.MasterID))
	guid := ""
	for range 3 {
		guid = text(signIn(c, passwordForm("guid", guid)), "guid")
	}
	if got := len(msp.Machines(sample.MasterID)) - before; got != 3 {
		t.Errorf("%d machines, want 3", got)
	}
}

func TestGrantsAndSecrets(t *testing.T) {
	x, _, c := newX(t, Options{SyncQuirks: SyncQuirks{Grants: []string{"authorization_code", "refresh_token"}}})
	if r := c.do(400, "POST", "/oauth/token", passwordForm()); text(r.one, "error") != "unauthorized_client" {
		t.Errorf("%s", r.raw)
	}
	x.SetQuirks(func(q *SyncQuirks) { *q = SyncQuirks{ClientSecret: true, SecretIn: "basic"} })
	body := passwordForm("client_secret", sample.SyncClientSecret)
	if r := c.do(401, "POST", "/oauth/token", body); text(r.one, "error") != "invalid_client" {
		t.Errorf("%s", r.raw)
	}
	in := &http.Request{Header: http.Header{}}
	in.SetBasicAuth(sample.SyncClientID, sample.SyncClientSecret)
	basic := &client{t, c.base, in.Header}
	basic.do(200, "POST", "/oauth/token", passwordForm())
	x.SetQuirks(func(q *SyncQuirks) { q.SecretIn = "body" })
	basic.do(401, "POST", "/oauth/token", passwordForm())
	c.do(200, "POST", "/oauth/token", body)
	x.SetQuirks(func(q *SyncQuirks) { q.LockAfter = 2 })
	wrong := passwordForm("client_secret", sample.SyncClientSecret, "password", "wrong")
	c.do(400, "POST", "/oauth/token", wrong)
	if r := c.do(400, "POST", "/oauth/token", wrong); text(r.one, "error_description") != textLocked {
		t.Errorf("%s", r.raw)
	}
}

func TestAuthorize(t *testing.T) {
	const back = "http://127.0.0.1:7360/sign-in/return"
	at := newClock()
	x, _, c := newX(t, Options{Now: at.now, SyncQuirks: SyncQuirks{RedirectURIs: []string{"http://127.0.0.1/sign-in/return"}}})
	ask := func(want int, more ...string) url.Values {
		t.Helper()
		q := url.Values{"response_type": {"code"}, "client_id": {sample.SyncClientID}, "redirect_uri": {back}, "state": {"s1"}}
		for i := 0; i+1 < len(more); i += 2 {
			q.Set(more[i], more[i+1])
		}
		r := c.do(want, "GET", "/oauth/authorize?"+q.Encode(), nil)
		u, _ := url.Parse(r.header.Get("Location"))
		return u.Query()
	}
	ask(400)
	x.SetQuirks(func(q *SyncQuirks) { q.AnyLoopbackPort = true })
	if got := ask(302); got.Get("code") == "" || got.Get("state") != "s1" {
		t.Errorf("%v", got)
	}
	ask(400, "redirect_uri", "http://127.0.0.1:7360/elsewhere")
	ask(400, "redirect_uri", "http://attacker.example/sign-in/return")
	ask(400, "client_id", "stranger")
	if got := ask(302, "response_type", "token"); got.Get("error") != "unsupported_response_type" {
		t.Errorf("%v", got)
	}
	x.SetQuirks(func(q *SyncQuirks) { q.AnyLoopbackPort, q.RedirectURIs, q.Deny = false, []string{back}, true })
	if got := ask(302); got.Get("error") != "access_denied" || got.Get("state") != "s1" || got.Has("code") {
		t.Errorf("%v", got)
	}
	x.SetQuirks(func(q *SyncQuirks) { q.Deny, q.CodeOnce = false, true })
	form := codeForm(c, back)
	token := signIn(c, form)
	c.do(200, "GET", "/api/2/version", nil)
	c.do(400, "POST", "/oauth/token", form)
	c.do(401, "GET", "/api/2/version", nil)
	c.do(400, "POST", "/oauth/token", refreshForm(token))
	old := codeForm(c, back)
	at.advance(codeLife)
	c.do(400, "POST", "/oauth/token", old)
	other := codeForm(c, back)
	other.Set("redirect_uri", "http://127.0.0.1:1/x")
	c.do(400, "POST", "/oauth/token", other)
}

func TestSyncRefusals(t *testing.T) {
	x, _, c := signedIn(t, SyncQuirks{Status: map[string]int{"/organization/4711*": 403, "/organization/4715": 410, "/organization/4716/persons": 404, "/organization/4717/roots": 503}, RetryAfter: "11"})
	c.do(403, "GET", "/api/2/organization/4711/persons", nil)
	c.do(410, "GET", "/api/2/organization/4715", nil)
	c.do(200, "GET", "/api/2/organization/4715/persons", nil)
	c.do(404, "GET", "/api/2/organization/4716/persons", nil)
	if r := c.do(503, "GET", "/api/2/organization/4717/roots", nil); r.header.Get("Retry-After") != "11" {
		t.Errorf("%v", r.header)
	}
	x.SetQuirks(func(q *SyncQuirks) {
		q.Status, q.HTMLPages, q.Redirects, q.ProxyTrouble = nil, []string{"/organization/4711/*"}, []string{"/oauth/token"}, []string{"/person"}
	})
	if r := c.do(200, "GET", "/api/2/organization/4711/roots", nil); !strings.Contains(r.raw, "<form") {
		t.Errorf("%s", r.raw)
	}
	if r := c.do(302, "POST", "/oauth/token", passwordForm()); !strings.HasPrefix(r.header.Get("Location"), "/login") {
		t.Errorf("%v", r.header)
	}
	if r := c.do(502, "GET", "/api/2/person", nil); r.one != nil {
		t.Errorf("%s", r.raw)
	}
	x.SetQuirks(func(q *SyncQuirks) { *q = SyncQuirks{PerMinute: 2, RetryAfter: "30"} })
	c.do(200, "GET", "/api/2/version", nil)
	c.do(200, "GET", "/api/2/version", nil)
	c.do(429, "GET", "/api/2/version", nil)
	x.SetQuirks(func(q *SyncQuirks) { q.LimitStatus = 403 })
	if r := c.do(403, "GET", "/api/2/version", nil); r.header.Get("Retry-After") != "30" {
		t.Errorf("%v", r.header)
	}
}

func TestSyncPaging(t *testing.T) {
	const path = "/organization/4712/persons" // 62 rows
	for kind, want := range map[string]string{TotalsTrue: "62 62", TotalsMissing: "<nil> <nil>", TotalsBig: "65 65", TotalsSmall: "59 59", TotalsChanging: "63 64", TotalsText: "62 62", TotalsZero: "0 0", TotalsPage: "10 10"} {
		_, _, c := signedIn(t, SyncQuirks{PageSize: 10, Totals: kind, TotalsOf: []string{"*/persons"}})
		_, one := pageOf(c, path, 0)
		_, two := pageOf(c, path, 10)
		if got := fmt.Sprint(one, two); got != want && fmt.Sprint(one, " ", two) != want {
			t.Errorf("%s: %s, want %s", kind, got, want)
		}
		if _, other := pageOf(c, "/organization/4712/organizations", 0); other != 2.0 {
			t.Errorf("%s: another list says %v", kind, other)
		}
	}
	ids := func(q SyncQuirks, offset int) []int {
		t.Helper()
		q.PageSize = 10
		_, _, c := signedIn(t, q)
		rows, _ := pageOf(c, path, offset)
		return idsOf(rows)
	}
	list := []string{path}
	if !slices.Equal(ids(SyncQuirks{SamePage: list}, 0), ids(SyncQuirks{SamePage: list}, 30)) {
		t.Error("another page")
	}
	if n := len(ids(SyncQuirks{ShortEnd: list}, 50)); n != 9 {
		t.Errorf("the sixth page has %d rows", n)
	}
	if n := len(ids(SyncQuirks{ShortEnd: list}, 60)); n != 0 {
		t.Errorf("the seventh page has %d rows", n)
	}
	if a, b := ids(SyncQuirks{TwiceRows: list}, 0), ids(SyncQuirks{TwiceRows: list}, 10); a[9] != b[0] || len(b) != 11 {
		t.Errorf("%v then %v", a, b)
	}
	if a, b := ids(SyncQuirks{EmptyPage: list}, 10), ids(SyncQuirks{EmptyPage: list}, 20); len(a) != 0 || len(b) != 10 {
		t.Errorf("%v then %v", a, b)
	}
	seen := map[int]bool{}
	for _, offset := range []int{0, 60, 100, 5000} {
		for _, id := range ids(SyncQuirks{NeverEnds: list}, offset) {
			if seen[id] {
				t.Errorf("%d again", id)
			}
			seen[id] = true
		}
	}
	if len(seen) != 40 {
		t.Errorf("%d rows of a list that never ends", len(seen))
	}
}

// TestRowsMoveBetweenPages: a row that goes makes the next page skip one.
func TestRowsMoveBetweenPages(t *testing.T) {
	x, msp, c := signedIn(t, SyncQuirks{PageSize: 10})
	const path = "/organization/4716/machines"
	whole := idsOf(listed(c, path))
	if len(whole) != 4 {
		t.Fatalf("%d machines", len(whole))
	}
	x.SetQuirks(func(q *SyncQuirks) { q.PageSize = 2 })
	x.Faults.Add(Moving(path, 2, func() { msp.RemoveMachine(whole[0], start) }), Moving(path, 2, func() { msp.AddMachine(4716, "NEW", "agent", start) }))
	one, before := pageOf(c, path, 0)
	two, after := pageOf(c, path, 2)
	if got := append(idsOf(one), idsOf(two)...); slices.Contains(got, whole[2]) || before != 4.0 || after != 3.0 {
		t.Errorf("%v of %v, total %v then %v", got, whole, before, after)
	}
	if _, third := pageOf(c, path, 4); third != 4.0 {
		t.Errorf("total %v after one joined", third)
	}
}

func TestSyncTree(t *testing.T) {
	x, msp, c := signedIn(t, SyncQuirks{OwnOnly: []string{"persons", "guests", "machines", "roots", "activity"}})
	if n := len(listed(c, "/organization/4712/persons")); n != 41 {
		t.Errorf("%d accounts", n)
	}
	for path, want := range map[string]int{"/organization/4700/persons": 1, "/organization/4700/roots": 0, "/organization/4712/machines": 21} {
		if n := len(listed(c, path)); n != want {
			t.Errorf("%s: %d, want %d", path, n, want)
		}
	}
	for _, a := range listed(c, "/organization/4712/activity") {
		if number(a, "acted_on_company_id") != 4712 {
			t.Errorf("%v", a)
		}
	}
	if len(listed(c, "/organization/4712/guests")) != 0 || len(listed(c, "/organization/4711/guests")) != 1 {
		t.Error("guests of others")
	}
	x.SetQuirks(func(q *SyncQuirks) { q.AllBelow, q.Loops = true, nil })
	if n := len(listed(c, "/organization/4700/organizations")); n != 25 {
		t.Errorf("%d below the master", n)
	}
	x.SetQuirks(func(q *SyncQuirks) { q.AllBelow, q.Loops = false, map[int]int{4712: 4713} })
	below := listed(c, "/organization/4713/organizations")
	if len(below) != 1 || number(below[0], "id") != 4712 || number(below[0], "parent_id") != 4713 {
		t.Errorf("%v", below)
	}
	if o := c.do(200, "GET", "/api/2/organization/4712", nil); number(o.one, "parent_id") != 4713 {
		t.Errorf("%s", o.raw)
	}
	if !slices.Contains(idsOf(listed(c, "/organization/4700/organizations")), 4712) {
		t.Error("it left its first parent")
	}
	msp.ChangeOrganization(4716, func(o *sample.Organization) { o.ParentID = 4712 })
	msp.DeleteOrganization(4714)
	if got := idsOf(listed(c, "/organization/4712/organizations")); !slices.Equal(got, []int{4713, 4716}) {
		t.Errorf("after a move and an end: %v", got)
	}
}

func TestSyncValues(t *testing.T) {
	x, _, c := signedIn(t, SyncQuirks{TextNumbers: true})
	r := c.do(200, "GET", "/api/2/organization/4712/persons", nil)
	if rows := rowsOf(r); text(rows[0], "company_id") != "4712" || text(rows[0], "space_usage") == "" || text(r.one, "total") != "62" || rows[0]["site_admin"] != false {
		t.Errorf("%.600s", r.raw)
	}
	o := c.do(200, "GET", "/api/2/organization/4712", nil)
	if policy := o.one["policy"].(object); text(o.one, "id") != "4712" || text(policy, "max_file_size") != "2048" || policy["space_quota"] == nil {
		t.Errorf("%s", o.raw)
	}
	root := func(sizes string) any {
		t.Helper()
		x.SetQuirks(func(q *SyncQuirks) { *q = SyncQuirks{Sizes: sizes} })
		r := c.do(200, "GET", "/api/2/organization/4716/roots", nil)
		if sizes == SizesFloat && !strings.Contains(r.raw, "e+") {
			t.Errorf("no exponent: %.400s", r.raw)
		}
		return rowsOf(r)[0]["space_used"]
	}
	plain := root(SizesBytes).(float64)
	if got := root(SizesFloat); got != plain {
		t.Errorf("%v, want %v", got, plain)
	}
	if got := root(SizesNumeral); got != fmt.Sprintf("%.0f", plain) {
		t.Errorf("%v, want %v", got, plain)
	}
	if got := root(SizesNegative).(float64); got >= 0 {
		t.Errorf("%v", got)
	}
	if got := root(SizesNull); got != nil {
		t.Errorf("%v", got)
	}
	for clock, want := range map[string]string{ClockNaive: "T09:00:00", ClockZulu: "T09:00:00Z", ClockOffset: "T11:00:00+02:00", ClockFraction: "T09:00:00.250000", ClockSpace: " 09:00:00"} {
		x.SetQuirks(func(q *SyncQuirks) { *q = SyncQuirks{Clock: clock} })
		if got := text(c.do(200, "GET", "/api/2/organization/4700", nil).one, "created"); !strings.HasSuffix(got, want) {
			t.Errorf("%s: %q, want %q", clock, got, want)
		}
	}
}

func TestSyncActivity(t *testing.T) {
	x, msp, c := signedIn(t, SyncQuirks{Order: OrderAscending})
	const path = "/organization/4712/activity"
	if !slices.IsSorted(idsOf(listed(c, path))) {
		t.Error("not ascending")
	}
	x.SetQuirks(func(q *SyncQuirks) { q.Order = OrderShuffled })
	mixed := idsOf(listed(c, path))
	back := slices.Clone(mixed)
	slices.Reverse(back)
	if slices.IsSorted(mixed) || slices.IsSorted(back) {
		t.Error("not shuffled")
	}
	id := msp.ReserveActivity()
	newest := msp.AddActivity(sample.Activity{TypeID: sample.TypeSignedIn, ActedOnCompanyID: 4712}, start)
	msp.AddActivity(sample.Activity{ID: id, TypeID: sample.TypeSignInFailed, ActedOnCompanyID: 4712}, start)
	x.SetQuirks(func(q *SyncQuirks) { q.Order = OrderNewest })
	if got := idsOf(listed(c, path)); got[0] != newest.ID || got[1] != id {
		t.Errorf("%v", got[:2])
	}
	x.SetQuirks(func(q *SyncQuirks) { q.Types = TypesAbsent })
	c.do(404, "GET", "/api/2/activity/types", nil)
	x.SetQuirks(func(q *SyncQuirks) { q.Types = TypesEmpty })
	if n := len(listed(c, "/activity/types")); n != 0 {
		t.Errorf("%d types", n)
	}
	x.SetQuirks(func(q *SyncQuirks) { q.Types = TypesStrangers })
	if types := listed(c, "/activity/types"); slices.Contains(idsOf(types), newest.TypeID) || len(types) == 0 {
		t.Errorf("%v", types)
	}
}

func TestSyncMachines(t *testing.T) {
	x, msp, c := signedIn(t, SyncQuirks{Device: StatusBoolean})
	var up, down sample.Machine
	for _, d := range msp.Servers() {
		if d.Down() {
			down = d
		} else {
			up = d
		}
	}
	status := func(want int, d sample.Machine) object {
		t.Helper()
		return c.do(want, "GET", fmt.Sprintf("/api/2/machine/%d/status", d.ID), nil).one
	}
	if status(200, up)["connected"] != true || status(200, down)["connected"] != false {
		t.Error("the status says otherwise")
	}
	x.SetQuirks(func(q *SyncQuirks) { q.Device = StatusText })
	if text(status(200, up), "status") != "online" || text(status(200, down), "status") != "offline" {
		t.Error("the status says otherwise")
	}
	x.SetQuirks(func(q *SyncQuirks) { q.Device = StatusContradicts })
	if status(200, down)["connected"] != true {
		t.Error("no contradiction")
	}
	x.SetQuirks(func(q *SyncQuirks) { q.Device = StatusUnavailable })
	status(503, up)
	x.SetQuirks(func(q *SyncQuirks) { q.Device = StatusBare })
	if o := status(200, up); len(o) != 2 {
		t.Errorf("%v", o)
	}
	for _, d := range msp.Servers() {
		rows := listed(c, fmt.Sprintf("/machine/%d/mappings", d.ID))
		if len(rows) != len(msp.Mappings(d.ID)) {
			t.Errorf("%s: %d folders", d.DNSName, len(rows))
		}
		for _, f := range rows {
			if number(f, "machine_id") != d.ID || text(f, "name") == "" || (f["share"] == true) != (f["person_id"] == nil) {
				t.Errorf("%v", f)
			}
			c.do(200, "GET", fmt.Sprintf("/api/2/machine/%d/mapping/%d", d.ID, number(f, "id")), nil)
		}
	}
	c.do(404, "GET", fmt.Sprintf("/api/2/machine/%d/mapping/1", up.ID), nil)
	if n := len(listed(c, fmt.Sprintf("/machine/%d/backups", up.ID))); n != 0 {
		t.Errorf("%d backups", n)
	}
}

func TestMachineTypes(t *testing.T) {
	_, _, c := signedIn(t, SyncQuirks{})
	first := number(listed(c, "/organization/4712/machines")[0], "id")
	for kind, want := range map[string]any{"": nil, "Server": "Server"} {
		_, _, c = signedIn(t, SyncQuirks{MachineTypes: map[int]string{first: kind}})
		if got := listed(c, "/organization/4712/machines")[0]["machine_type"]; got != want {
			t.Errorf("machine_type is %v, want %v", got, want)
		}
	}
}

func TestSyncUsage(t *testing.T) {
	x, _, c := signedIn(t, SyncQuirks{Usage: UsageUnderstood})
	read := func(id int) (people, servers, space float64) {
		t.Helper()
		o := c.do(200, "GET", fmt.Sprintf("/api/2/organization/%d/metrics/usage", id), nil).one
		return decimal(o["accounts"].(object), "total"), decimal(o, "file_servers"), decimal(o["storage"].(object), "used")
	}
	truth := func(id int, inclusive bool) (people, servers, space float64) {
		n := x.truth(id, inclusive)
		return float64(n.persons), float64(n.servers), float64(n.space)
	}
	check := func(id int, inclusive, right bool) {
		t.Helper()
		p, s, b := read(id)
		tp, ts, tb := truth(id, inclusive)
		if same := p == tp && s == ts && b == tb; same != right {
			t.Errorf("%d: %v %v %v, the truth is %v %v %v", id, p, s, b, tp, ts, tb)
		}
	}
	check(4712, false, true)
	check(MisledUsage, false, true)
	if p, s, _ := read(4712); p != 41 || s != 2 {
		t.Errorf("%v accounts, %v servers", p, s)
	}
	x.SetQuirks(func(q *SyncQuirks) { q.Usage = UsageInclusive })
	check(4712, true, true)
	if p, _, _ := read(4712); p != 62 {
		t.Errorf("%v accounts", p)
	}
	x.SetQuirks(func(q *SyncQuirks) { q.Usage = UsageMisleading })
	check(4712, false, true)
	check(MisledUsage, false, false)
	x.SetQuirks(func(q *SyncQuirks) { q.TextNumbers = true })
	if r := c.do(200, "GET", "/api/2/organization/4712/metrics/usage", nil); !strings.Contains(r.raw, `"total":"41"`) || !strings.Contains(r.raw, `"file_servers":"2"`) {
		t.Errorf("%s", r.raw)
	}
	x.SetQuirks(func(q *SyncQuirks) { q.Usage = UsageEmpty })
	if r := c.do(200, "GET", "/api/2/organization/4712/metrics/usage", nil); r.raw != "{}" {
		t.Errorf("%s", r.raw)
	}
}

// TestBodiesWithoutEnd: the client can leave a flood, and a drip goes on by the test alone.
func TestBodiesWithoutEnd(t *testing.T) {
	x, _, c := signedIn(t, SyncQuirks{})
	x.Faults.Add(EndlessBody())
	get := func() io.ReadCloser {
		t.Helper()
		ctx, cancel := context.WithCancel(t.Context())
		t.Cleanup(cancel)
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/api/2/organization/4711/persons", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header = c.header
		res, err := http.DefaultClient.Do(r)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatal(err, res)
		}
		return res.Body
	}
	body := get()
	head, err := io.ReadAll(io.LimitReader(body, 4<<20))
	if err != nil || len(head) != 4<<20 || !strings.HasPrefix(string(head), `{"results":[{"type":"person","id":1,`) {
		t.Errorf("%v, %d bytes: %.60s", err, len(head), head)
	}
	_ = body.Close()
	next := make(chan struct{})
	x.Faults.Add(DrippingBody(next))
	body = get()
	one := make([]byte, 8)
	for i := range 3 {
		next <- struct{}{}
		if n, err := body.Read(one); n != 1 || err != nil {
			t.Errorf("byte %d: %d, %v", i, n, err)
		}
	}
	close(next)
	rest, err := io.ReadAll(body)
	if err != nil || !strings.HasSuffix(string(rest), "}") {
		t.Errorf("%v: %.80s", err, rest)
	}
	_ = body.Close()
	a, _, ax := newAx(t, AxcientQuirks{})
	a.Faults.Add(Fault{Endless: 1 << 20})
	if r, err := ax.try("GET", "/x360cloud/client", nil); err != nil || !strings.HasPrefix(r.raw, `[{"type"`) || len(r.raw) < 1<<20 {
		t.Errorf("%v: %.60s", err, r.raw)
	}
	log := x.Log()
	if f := []string{log[len(log)-2].Fault, log[len(log)-1].Fault}; !slices.Equal(f, []string{"endless", "dripping"}) {
		t.Errorf("%v", f)
	}
}

func TestSyncQuirksMustExist(t *testing.T) {
	for name, q := range map[string]SyncQuirks{
		"secret": {SecretIn: "query"}, "grant": {Grants: []string{"implicit"}}, "redirect": {RedirectURIs: []string{"/back"}}, "status": {Status: map[string]int{"*": 200}}, "limit": {LimitStatus: 418},
		"totals": {Totals: "none"}, "list": {OwnOnly: []string{"users"}}, "sizes": {Sizes: SizesGB}, "clock": {Clock: "utc"}, "order": {Order: "random"}, "types": {Types: "none"}, "usage": {Usage: "good"},
		"device": {Device: "on"}, "number": {TokenDays: -1},
	} {
		if q.Validate() == nil {
			t.Errorf("%s passes", name)
		}
		if _, err := Start(t.Context(), Options{SyncQuirks: q}); err == nil {
			t.Errorf("%s starts", name)
		}
	}
	x, _, _ := newX(t, Options{Usage: "absent"})
	x.SetQuirks(func(q *SyncQuirks) {
		if q.Usage != UsageAbsent {
			t.Error("the option is not in the quirks")
		}
	})
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	x.SetQuirks(func(q *SyncQuirks) { q.Clock = "utc" })
}
