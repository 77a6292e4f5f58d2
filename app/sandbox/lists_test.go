package sandbox

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var relNext = regexp.MustCompile(`<([^>]+)>; rel="next"`)

func TestPaging(t *testing.T) {
	_, c := newCW(t, Options{})
	first := c.do(200, "GET", "/procurement/catalog", nil)
	if len(first.many) != 25 {
		t.Errorf("a page without pageSize has %d rows, want 25", len(first.many))
	}
	all := c.do(200, "GET", "/procurement/catalog?pageSize=5000", nil)
	if len(all.many) != 60 || all.header.Get("Link") != "" {
		t.Errorf("%d rows, Link %q", len(all.many), all.header.Get("Link"))
	}
	var walked []int
	for path, pages := "/procurement/catalog?pageSize=17&orderBy=identifier+desc", 0; path != ""; pages++ {
		r := c.do(200, "GET", path, nil)
		walked = append(walked, idsOf(r.many)...)
		m := relNext.FindStringSubmatch(r.header.Get("Link"))
		path = ""
		if m != nil {
			u, err := url.Parse(m[1])
			if err != nil || u.Host == "" || strings.Contains(c.base, u.Host) || u.Query().Get("orderBy") != "identifier desc" {
				t.Fatalf("Link %q must be absolute, on another host, with the whole query: %v", m[1], err)
			}
			path = "/procurement/catalog?" + u.RawQuery
		}
		if pages > 4 {
			t.Fatal("the links do not end")
		}
	}
	slices.Sort(walked)
	if !slices.Equal(walked, idsOf(all.many)) {
		t.Errorf("the pages hold %d rows, the list %d", len(walked), len(all.many))
	}
	if past := c.do(200, "GET", "/procurement/catalog?page=99", nil); past.raw != "[]" {
		t.Errorf("a page past the end is %q", past.raw)
	}
	if n := c.do(200, "GET", where("/procurement/catalog/count", `inactiveFlag = true`), nil); decimal(n.one, "count") < 2 {
		t.Errorf("count: %s", n.raw)
	}
	c.do(400, "GET", "/procurement/catalog?pageSize=many", nil)
}

func TestForwardOnly(t *testing.T) {
	_, c := newCW(t, Options{})
	c.header.Set("pagination-type", "forward-only")
	r := c.do(200, "GET", "/procurement/catalog?pageSize=40&page=7", nil)
	m := relNext.FindStringSubmatch(r.header.Get("Link"))
	if len(r.many) != 40 || m == nil || !strings.Contains(m[1], "pageId=") {
		t.Fatalf("%d rows, Link %q", len(r.many), r.header.Get("Link"))
	}
	u, _ := url.Parse(m[1])
	rest := c.do(200, "GET", "/procurement/catalog?"+u.RawQuery, nil)
	if len(rest.many) != 20 || rest.header.Get("Link") == "" {
		t.Errorf("second page: %d rows, Link %q; the link is always there", len(rest.many), rest.header.Get("Link"))
	}
	c.do(400, "GET", "/procurement/catalog?orderBy=id+asc", nil)
	_, bare := newCW(t, Options{NoForwardOnlyLink: true})
	bare.header.Set("pagination-type", "forward-only")
	if r := bare.do(200, "GET", "/procurement/catalog?pageSize=40", nil); r.header.Get("Link") != "" {
		t.Error("a Link where there is none")
	}
}

func TestFields(t *testing.T) {
	_, c := newCW(t, Options{})
	r := c.do(200, "GET", "/finance/agreements?fields=id,name,company/id,billingCycle&pageSize=1", nil)
	o := r.many[0]
	if len(o) != 4 || number(o, "id") == 0 || len(o["company"].(object)) != 1 || refName(o, "billingCycle") != "Monthly" {
		t.Errorf("fields: %s", r.raw)
	}
	if r := c.do(200, "GET", "/finance/agreements/900?fields=id,_info/lastUpdated", nil); len(r.one) != 2 || len(r.one["_info"].(object)) != 1 {
		t.Errorf("_info by name: %s", r.raw)
	}
	for _, path := range []string{"/finance/agreements?fields=id,colour", "/finance/agreements?fields=lastUpdated", "/finance/agreements?orderBy=colour", "/finance/agreements?orderBy=id+sideways"} {
		if r := c.do(400, "GET", path, nil); text(r.one, "code") != "ApiFindCondition" {
			t.Errorf("%s: %s", path, r.raw)
		}
	}
}

func TestOrderBy(t *testing.T) {
	_, c := newCW(t, Options{})
	r := c.do(200, "GET", "/company/companies?orderBy=status/name+desc,name&pageSize=1000&fields=name,status/name", nil)
	last := "zzz"
	for _, o := range r.many {
		if name := strings.ToLower(refName(o, "status")); name > last {
			t.Errorf("%q after %q", name, last)
		} else {
			last = name
		}
	}
}

func TestRoutes(t *testing.T) {
	_, c := newCW(t, Options{Forbid: []string{"/finance/*"}})
	for _, tt := range []struct {
		method, path string
		status       int
		body         string
	}{
		{"GET", "/service/nothing", 404, "The endpoint does not exist."},
		{"GET", "/finance/agreements/statuses", 404, "The endpoint does not exist."},
		{"GET", "/service/tickets/99", 404, "Ticket 99 not found"},
		{"GET", "/service/boards/99/statuses", 404, "Board 99 not found"},
		{"PUT", "/service/boards", 405, ""},
		{"GET", "/Service/Boards/", 200, "Alerts"},
		{"GET", "/service/boards/11/teams/302", 200, "Field Team"},
		{"GET", "/service/boards/12/teams/302", 404, ""},
		{"GET", "/system/members", 403, ""},
		{"GET", "/finance/agreements", 403, ""},
		{"DELETE", "/service/tickets/1", 403, ""},
		{"GET", "/company/companies?childConditions=types/id=1", 400, "ApiFindCondition"},
		{"GET", "/apis/3.0/service/boards", 400, "Cannot route"},
	} {
		if r := c.do(tt.status, tt.method, tt.path, nil); !strings.Contains(r.raw, tt.body) {
			t.Errorf("%s %s: %s", tt.method, tt.path, r.raw)
		}
	}
	_, c = newCW(t, Options{ExcessRights: true})
	c.do(200, "GET", "/system/members", nil)
}

func TestDoors(t *testing.T) {
	cw, c := newCW(t, Options{})
	site := strings.TrimSuffix(c.base, "/v4_6_release/apis/3.0")
	anybody := &client{t, site, http.Header{}}
	info := anybody.do(200, "GET", "/login/companyinfo/Nordlicht", nil)
	if text(info.one, "Codebase") != "v4_6_release/" || text(info.one, "IsCloud") != "False" {
		t.Errorf("company info: %s", info.raw)
	}
	if r := anybody.do(200, "GET", "/login/companyinfo/unknown", nil); strings.TrimSpace(r.raw) != "null" {
		t.Errorf("an unknown company is %q, want null", r.raw)
	}
	for _, path := range []string{"/service/boards", "/v2020_1/apis/3.0/service/boards", "/"} {
		r := anybody.do(400, "GET", path, nil)
		if r.raw != "Cannot route. Codebase/company is invalid" || !strings.HasPrefix(r.header.Get("Content-Type"), "text/plain") {
			t.Errorf("%s: %q", path, r.raw)
		}
	}
	if r := anybody.do(401, "GET", "/v4_6_release/apis/3.0/service/boards", nil); text(r.one, "message") != "UserNotAuthenticated" {
		t.Errorf("without keys: %s", r.raw)
	}
	if r := c.do(200, "GET", "/system/info", nil); r.header.Get("api-current-version") != "2025.8" || text(r.one, "serverTimeZone") == "" {
		t.Errorf("info: %s %v", r.raw, r.header)
	}
	id := c.header.Get("ClientId")
	c.header.Del("ClientId")
	c.do(401, "GET", "/service/boards", nil)
	c.header.Set("ClientId", id)
	cw.SetKeys("new", "new")
	c.do(401, "GET", "/service/boards", nil)
}

func TestCloudHidesWrongKeys(t *testing.T) {
	cw, c := newCW(t, Options{Cloud: true})
	c.do(200, "GET", "/service/boards", nil)
	keys := c.header.Get("Authorization")
	c.header.Set("Authorization", "Basic bm8=")
	c.do(404, "GET", "/service/boards", nil)
	c.base = strings.Replace(c.base, "v4_6_release", "v2025_1", 1)
	c.do(401, "GET", "/service/boards", nil)
	c.header.Set("Authorization", keys)
	c.do(200, "GET", "/service/boards", nil)
	cw.SetCodebase("v2026_1")
	if r := c.do(400, "GET", "/service/boards", nil); r.raw != "Cannot route. Codebase/company is invalid" {
		t.Errorf("after an upgrade: %q", r.raw)
	}
}

func TestRateLimit(t *testing.T) {
	at := newClock()
	_, c := newCW(t, Options{Now: at.now, RequestsPerMinute: 3})
	for range 3 {
		c.do(200, "GET", "/service/boards", nil)
	}
	r := c.do(429, "GET", "/service/boards", nil)
	if text(r.one, "error") != "ConnectWiseAPI" || r.one["code"] != nil || r.header.Get("Retry-After") != "61" {
		t.Errorf("%s, Retry-After %q", r.raw, r.header.Get("Retry-After"))
	}
	at.advance(61e9)
	c.do(200, "GET", "/service/boards", nil)
}
