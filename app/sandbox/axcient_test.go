package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"psabridge/app/sandbox/sample"
)

// contoso is the client with the most users.
var contoso = fmt.Sprintf("/x360cloud/client/%d", sample.CloudOf(4712))

// rowsOf finds the rows of a list, whatever they are wrapped in.
func rowsOf(r reply) []object {
	if r.one == nil {
		return r.many
	}
	rows := []object{}
	for _, v := range r.one {
		if list, ok := v.([]any); ok {
			for _, one := range list {
				rows = append(rows, one.(object))
			}
		}
	}
	return rows
}

func TestAxcientKeys(t *testing.T) {
	a, _, c := newAx(t, AxcientQuirks{})
	key := c.header.Get("X-Api-Key")
	c.do(200, "GET", "/x360cloud/client", nil)
	c.do(405, "POST", "/x360cloud/client", "{}")
	for _, path := range []string{"/", "/x360cloud", "/x360cloud/nothing", "/x360cloud/client/88101/nothing", "/x360sync/organization", "/x360cloudy/client", contoso + "/user/1/2", contoso + "/backup_status/1"} {
		if r := c.do(401, "GET", path, nil); text(r.one, "message") != "Unauthorized" {
			t.Errorf("%s: %s", path, r.raw)
		}
	}
	for _, path := range []string{"/x360cloud/client/1", contoso + "/user/1", contoso + "/shared_resource/x"} {
		if r := c.do(404, "GET", path, nil); r.header.Get("Content-Type") != "application/problem+json" || number(r.one, "status") != 404 || text(r.one, "title") == "" {
			t.Errorf("%s: %s", path, r.raw)
		}
	}
	a.SetQuirks(func(q *AxcientQuirks) { q.NotFound404, q.HTMLRefusal = true, true })
	c.do(404, "GET", "/x360cloud/nothing", nil)
	c.header.Set("X-Api-Key", "wrong")
	if r := c.do(401, "GET", "/x360cloud/client", nil); !strings.HasPrefix(r.header.Get("Content-Type"), "text/html") || r.raw != `{"code":401,"msg":"Unauthorized"}` {
		t.Errorf("%q", r.raw)
	}
	a.SetKey("wrong")
	c.do(200, "GET", "/x360cloud/client", nil)
	c.header.Set("X-Api-Key", key)
	c.do(401, "GET", "/x360cloud/client", nil)
}

func TestAxcientLacks(t *testing.T) {
	for product, path := range map[string]string{ProductCloud: contoso, ProductBilling: "/billing/usage/billable", ProductRecover: "/x360recover/organization", ProductSync: "/x360sync/x"} {
		a, _, c := newAx(t, AxcientQuirks{Lacks: []string{product}})
		if r := c.do(403, "GET", path, nil); r.header.Get("Content-Type") != "application/problem+json" || number(r.one, "status") != 403 {
			t.Errorf("%s: %s", product, r.raw)
		}
		a.SetQuirks(func(q *AxcientQuirks) { q.Lacks = nil })
		if product != ProductSync {
			c.do(200, "GET", path, nil)
		}
	}
	_, _, c := newAx(t, AxcientQuirks{})
	if c.do(200, "GET", "/x360recover/client", nil).raw != "[]" {
		t.Error("there are appliances")
	}
}

// TestAxcientSample: what the API shows is what the provider has.
func TestAxcientSample(t *testing.T) {
	_, msp, c := newAx(t, AxcientQuirks{})
	clients := rowsOf(c.do(200, "GET", "/x360cloud/client", nil))
	if len(clients) != 12 {
		t.Fatalf("%d clients", len(clients))
	}
	status, missed := map[string]int{}, 0
	for _, one := range clients {
		id := number(one, "id")
		if _, ok := msp.Organization(id); ok {
			t.Errorf("%d is an account of x360Sync too", id)
		}
		status[text(one, "backup_status")]++
		if one["sla_missed"] == true {
			missed++
		}
		base := fmt.Sprintf("/x360cloud/client/%d", id)
		if single := c.do(200, "GET", base, nil); text(single.one, "name") != text(one, "name") {
			t.Errorf("%d: %s", id, single.raw)
		}
		seats, bytes := 0, int64(0)
		for _, u := range rowsOf(c.do(200, "GET", base+"/user", nil)) {
			if text(u, "status") == sample.UserActive && u["selected_for_protection"] == true {
				seats++
				bytes += int64(decimal(u, "data_protected_bytes"))
			}
		}
		for _, r := range rowsOf(c.do(200, "GET", base+"/shared_resource", nil)) {
			bytes += int64(decimal(r, "data_protected_bytes"))
		}
		if seats != msp.CloudSeats(id) || bytes != msp.CloudBytes(id) || seats == 0 {
			t.Errorf("%s: %d seats and %d bytes, want %d and %d", text(one, "name"), seats, bytes, msp.CloudSeats(id), msp.CloudBytes(id))
		}
		runs := rowsOf(c.do(200, "GET", base+"/backup_status", nil))
		if len(runs) == 0 || runs[0]["backup_status"] != one["backup_status"] {
			t.Errorf("%s: the last run is %v", text(one, "name"), runs)
		}
	}
	if status["Failed"] != 1 || status["Onboarding"] != 1 || status["Partial"] != 1 || status["In Progress"] != 1 || missed != 1 {
		t.Errorf("%v, %d missed", status, missed)
	}
}

func TestAxcientFilters(t *testing.T) {
	a, _, c := newAx(t, AxcientQuirks{})
	count := func(path string) int { t.Helper(); return len(rowsOf(c.do(200, "GET", path, nil))) }
	all := count(contoso + "/user")
	for path, want := range map[string]int{
		"/x360cloud/client?type=google+workspace": 3, "/x360cloud/client?backup_status=failed": 1, "/x360cloud/client?type=x": 0,
		contoso + "/user?status=Disabled":                             4,
		contoso + "/user?selected_for_protection=false&status=active": 2,
		contoso + "/user?email_contains=@CONTOSO":                     all,
		contoso + "/backup_status?backup_status=failed":               0,
		contoso + "/backup_status?from=2026-11-20&to=2026-11-21":      2,
		contoso + "/backup_status?from=2026-11-20T12:00:00Z":          2,
		contoso + "/shared_resource?limit=2&offset=6":                 1,
		contoso + "/shared_resource?limit=2&offset=99":                0,
	} {
		if n := count(path); n != want {
			t.Errorf("%s: %d, want %d", path, n, want)
		}
	}
	c.do(400, "GET", "/x360cloud/client?limit=many", nil)
	c.do(400, "GET", "/x360cloud/client?offset=-1", nil)
	a.SetQuirks(func(q *AxcientQuirks) { q.IgnoreQuery = true })
	if count("/x360cloud/client?type=x") != 12 {
		t.Error("a filter still counts")
	}
}

func TestAxcientBilling(t *testing.T) {
	a, msp, c := newAx(t, AxcientQuirks{})
	r := c.do(200, "GET", "/billing/usage/billable?start_date=2026-10-01&end_date=2026-10-31", nil)
	children := r.one["children"].([]any)
	if len(children) != 12+25 || text(r.one, "start_date") != "2026-10-01" {
		t.Fatalf("%d children: %s", len(children), r.raw[:200])
	}
	names, ids := map[string]int{}, map[int]bool{}
	for _, one := range children {
		o := one.(object)
		names[text(o, "account_name")]++
		if ids[number(o, "account_id")] {
			t.Errorf("account %v twice", o["account_id"])
		}
		ids[number(o, "account_id")] = true
	}
	if names["Kanzlei Feddersen"] != 2 {
		t.Errorf("%v", names)
	}
	first := children[0].(object)["usage"].([]any)[0].(object)
	if number(first, "quantity") != msp.CloudSeats(sample.CloudOf(4711)) {
		t.Errorf("%v", first)
	}
	if c.do(200, "GET", "/billing/usage/billable", nil).one["end_date"] != "2026-11-30" {
		t.Error("without dates it is not the current month")
	}
	c.do(400, "GET", "/billing/usage/billable?start_date=yesterday", nil)
	c.do(400, "GET", "/billing/usage/billable?start_date=2026-11-02&end_date=2026-11-01", nil)
	c.do(401, "GET", "/billing/v3", nil)
	a.SetQuirks(func(q *AxcientQuirks) { q.Dialect = DialectOdd })
	if r := c.do(200, "GET", "/billing/usage/billable", nil); strings.Contains(r.raw, "quantity") {
		t.Error("the odd dialect says quantity")
	}
}

func TestAxcientDialects(t *testing.T) {
	for dialect, want := range map[string]struct{ client, user, one string }{
		DialectPlain:       {`[{"active":true`, `"selected_for_protection":true`, `{"active":true`},
		DialectWrapped:     {`"total":12`, `"status":"Active"`, `{"data":{"active":true`},
		DialectCamel:       {`"totalCount":12`, `"selectedForProtection":true`, `"backupStatus":"Success"`},
		DialectTitle:       {`{"rows":[`, `"Protection Status":"Protected"`, `"Backup Status":"Success"`},
		DialectOdd:         {`"n":12`, `"q15":true`, `"name":"Contoso`},
		DialectNulls:       {`"backup_status":null`, `"selected_for_protection":null`, `"sla_missed":null`},
		DialectTextNumbers: {`"total":"12"`, `"data_protected_bytes":"`, `"id":"88108"`},
	} {
		_, _, c := newAx(t, AxcientQuirks{Dialect: dialect})
		for path, part := range map[string]string{"/x360cloud/client": want.client, contoso + "/user": want.user, contoso: want.one} {
			r := c.do(200, "GET", path, nil)
			if !strings.Contains(r.raw, part) || !json.Valid([]byte(r.raw)) {
				t.Errorf("%q %s lacks %s: %.300s", dialect, path, part, r.raw)
			}
			if dialect == DialectOdd && strings.Contains(r.raw, "status") {
				t.Errorf("odd and yet: %.200s", r.raw)
			}
		}
	}
	_, _, c := newAx(t, AxcientQuirks{Dialect: DialectWrapped})
	if r := c.do(200, "GET", contoso+"/shared_resource", nil); number(r.one, "count") != 7 || len(rowsOf(r)) != 7 {
		t.Errorf("%s", r.raw)
	}
}

func TestAxcientFields(t *testing.T) {
	user := func(q AxcientQuirks) string {
		t.Helper()
		_, _, c := newAx(t, q)
		return c.do(200, "GET", contoso+"/user?limit=1", nil).raw
	}
	for want, q := range map[string]AxcientQuirks{
		`"sfp":true`:                         {Fields: map[string]string{"user.selected_for_protection": "sfp"}},
		`"id":"71014"`:                       {TextIDs: true},
		`"data_protected_gb":`:               {Sizes: SizesGB},
		` GB",`:                              {Sizes: SizesText},
		`"data_protected_bytes":null`:        {Sizes: SizesNull},
		`"Data Protected (GB)":`:             {Sizes: SizesGB, Dialect: DialectTitle},
		`"selected_for_protection":"true"`:   {Yes: "text"},
		`"selected_for_protection":"Yes"`:    {Yes: "words"},
		`"selected_for_protection":1`:        {Yes: "number"},
		`"backup_status":"success"`:          {Outcomes: "lower"},
		`"backup_status":"SUCCESS"`:          {Outcomes: "upper"},
		`"last_backup_at":"2026-11-22T02:00`: {Outcomes: "unknown"},
	} {
		if got := user(q); !strings.Contains(got, want) {
			t.Errorf("%+v: %s lacks %s", q, got, want)
		}
	}
	if got := user(AxcientQuirks{Sizes: SizesAbsent, Fields: map[string]string{"user.status": ""}}); strings.Contains(got, "data_protected") || strings.Contains(got, "Active") {
		t.Errorf("%s", got)
	}
	_, _, c := newAx(t, AxcientQuirks{Outcomes: "unknown"})
	if r := c.do(200, "GET", fmt.Sprintf("/x360cloud/client/%d", sample.CloudOf(4722)), nil); text(r.one, "backup_status") != "Throttled By Vendor" {
		t.Errorf("%s", r.raw)
	}
	_, _, c = newAx(t, AxcientQuirks{Outcomes: "upper"})
	if r := c.do(200, "GET", fmt.Sprintf("/x360cloud/client/%d", sample.CloudOf(4732)), nil); text(r.one, "backup_status") != "IN_PROGRESS" {
		t.Errorf("%s", r.raw)
	}
}

func TestAxcientPaging(t *testing.T) {
	path := contoso + "/user"
	pages := func(q AxcientQuirks, query ...string) (pages [][]object, totals []any, last reply) {
		t.Helper()
		q.Dialect = DialectWrapped
		_, _, c := newAx(t, q)
		for _, one := range query {
			last = c.do(200, "GET", path+one, nil)
			pages, totals = append(pages, rowsOf(last)), append(totals, last.one["total"])
		}
		return pages, totals, last
	}
	got, totals, _ := pages(AxcientQuirks{}, "", "?offset=40&limit=2", "?offset=42")
	if len(got[0]) != 44 || len(got[1]) != 2 || len(got[2]) != 2 || totals[0] != 44.0 {
		t.Errorf("%d %d %d of %v", len(got[0]), len(got[1]), len(got[2]), totals)
	}
	if got, _, _ = pages(AxcientQuirks{PageCap: 10}, "?limit=100", "?offset=40"); len(got[0]) != 10 || len(got[1]) != 4 {
		t.Errorf("capped at %d and %d", len(got[0]), len(got[1]))
	}
	if got, _, _ = pages(AxcientQuirks{PageCap: 10, Unpaged: true}, "?offset=40"); len(got[0]) != 44 {
		t.Errorf("unpaged: %d", len(got[0]))
	}
	if got, _, _ = pages(AxcientQuirks{PageCap: 10, SamePage: []string{"*/user"}}, "", "?offset=10"); !slices.Equal(idsOf(got[0]), idsOf(got[1])) {
		t.Error("another page")
	}
	if got, totals, _ = pages(AxcientQuirks{ShortEnd: []string{"*/user"}}, ""); len(got[0]) != 41 || totals[0] != 44.0 {
		t.Errorf("%d of %v", len(got[0]), totals)
	}
	if got, _, _ = pages(AxcientQuirks{PageCap: 10, Duplicated: []string{"*/user"}}, "", "?offset=10"); idsOf(got[0])[9] != idsOf(got[1])[0] || len(got[1]) != 11 {
		t.Error("nothing twice")
	}
	for kind, want := range map[string]string{TotalsMissing: "[<nil> <nil>]", TotalsBig: "[47 47]", TotalsSmall: "[41 41]", TotalsChanging: "[45 46]", TotalsText: "[44 44]", TotalsZero: "[0 0]", TotalsPage: "[10 10]"} {
		if _, totals, _ = pages(AxcientQuirks{PageCap: 10, Totals: kind}, "", "?offset=10"); fmt.Sprint(totals) != want {
			t.Errorf("%s: %v, want %s", kind, totals, want)
		}
	}
	if _, _, r := pages(AxcientQuirks{PageCap: 10, Links: "header"}, "?offset=10"); !strings.Contains(r.header.Get("Link"), "limit=10&offset=20") {
		t.Errorf("Link %q", r.header.Get("Link"))
	}
	if _, _, r := pages(AxcientQuirks{PageCap: 10, Links: "field"}, "?offset=40"); r.one["next"] != nil {
		t.Errorf("after the last page: %v", r.one["next"])
	}
	if _, _, r := pages(AxcientQuirks{PageCap: 10, Links: "elsewhere"}, ""); !strings.Contains(text(r.one, "next"), "attacker.example") {
		t.Errorf("next %v", r.one["next"])
	}
}

func TestAxcientPagesByNumber(t *testing.T) {
	a, _, c := newAx(t, AxcientQuirks{Dialect: DialectCamel, PageBy: PageByNumber, Links: "field"})
	path := contoso + "/user"
	first := c.do(200, "GET", path+"?limit=100&offset=20", nil)
	if ids := idsOf(rowsOf(first)); len(ids) != 20 || !slices.Equal(ids, idsOf(rowsOf(c.do(200, "GET", path, nil)))) || !strings.Contains(text(first.one, "next"), "page=2&size=20") {
		t.Errorf("%d rows, next %v", len(ids), first.one["next"])
	}
	if n := len(rowsOf(c.do(200, "GET", path+"?page=3", nil))); n != 4 {
		t.Errorf("%d rows on the last page", n)
	}
	if n := len(rowsOf(c.do(200, "GET", path+"?page=2&size=30", nil))); n != 14 {
		t.Errorf("%d rows behind the first thirty", n)
	}
	a.SetQuirks(func(q *AxcientQuirks) { q.PageBy, q.PageCap, q.EmptyPage = "", 5, []string{"*/user"} })
	empty := c.do(200, "GET", path+"?offset=5", nil)
	_, query, _ := strings.Cut(text(empty.one, "next"), "?")
	if len(rowsOf(empty)) != 0 || len(rowsOf(c.do(200, "GET", path+"?"+query, nil))) != 5 || !strings.Contains(query, "offset=5&resume=1") {
		t.Errorf("next %q of %s", query, empty.raw)
	}
}

func TestAxcientMarkers(t *testing.T) {
	for markers, want := range map[string]string{
		MarkersPages: `"page":1,"rows"`, MarkersMore: `"has_more":true`, MarkersLast: `"last":false`, MarkersTruncated: `"truncated":true`, MarkersDeep: `"meta":{"pagination":{"total":44,"total_pages":5}}`,
	} {
		_, _, c := newAx(t, AxcientQuirks{Dialect: DialectTitle, PageCap: 10, Markers: markers})
		if r := c.do(200, "GET", contoso+"/user", nil); !strings.Contains(r.raw, want) {
			t.Errorf("%s: %s lacks %s", markers, r.raw, want)
		}
	}
	_, _, c := newAx(t, AxcientQuirks{PageCap: 10, Markers: MarkersHeader})
	if got := c.do(200, "GET", contoso+"/user", nil).header.Get("X-Total-Count"); got != "44" {
		t.Errorf("X-Total-Count %q", got)
	}
	_, _, c = newAx(t, AxcientQuirks{PageCap: 10, Markers: MarkersRange})
	if got := c.do(206, "GET", contoso+"/user?offset=40", nil).header.Get("Content-Range"); got != "items 40-43/44" {
		t.Errorf("Content-Range %q", got)
	}
	if got := c.do(200, "GET", contoso+"/shared_resource", nil).header.Get("Content-Range"); got != "items 0-6/7" {
		t.Errorf("Content-Range %q", got)
	}
	if got := c.do(206, "GET", contoso+"/shared_resource?offset=7", nil).header.Get("Content-Range"); got != "items */7" {
		t.Errorf("Content-Range %q", got)
	}
}

func TestAxcientAnswers(t *testing.T) {
	for as, want := range map[string]string{
		AnswerHollow: `{"errors":[],"results":null}`, AnswerForeign: `"shared":[]`, AnswerInside: `{"data":{"items":[{`, AnswerErrors: `"code":"TIMEOUT"`, AnswerFailed: `"success":false`, AnswerStatus: `"status":"error"`,
	} {
		_, _, c := newAx(t, AxcientQuirks{Answers: map[string]string{"*/user": as}})
		if r := c.do(200, "GET", contoso+"/user", nil); !strings.Contains(r.raw, want) {
			t.Errorf("%s: %s", as, r.raw)
		}
		if r := c.do(200, "GET", contoso+"/shared_resource", nil); len(rowsOf(r)) != 7 {
			t.Errorf("%s: another list is changed: %s", as, r.raw)
		}
	}
}

func TestAxcientObstacles(t *testing.T) {
	a, msp, c := newAx(t, AxcientQuirks{Status: map[string]int{"*/shared_resource": 503, "/x360cloud/client/88101": 410, "/x360cloud/client/88101/user": 403}, RetryAfter: "7"})
	if r := c.do(503, "GET", contoso+"/shared_resource", nil); r.header.Get("Retry-After") != "7" {
		t.Errorf("%v", r.header)
	}
	c.do(410, "GET", "/x360cloud/client/88101", nil)
	c.do(403, "GET", "/x360cloud/client/88101/user", nil)
	c.do(200, "GET", "/x360cloud/client/88101/backup_status", nil)
	a.SetQuirks(func(q *AxcientQuirks) { q.HTMLPages, q.Redirects = []string{"*/user"}, []string{"/billing/*"} })
	if r := c.do(200, "GET", contoso+"/user", nil); !strings.Contains(r.raw, "<form") {
		t.Errorf("%s", r.raw)
	}
	c.do(302, "GET", "/billing/usage/billable", nil)
	a.SetQuirks(func(q *AxcientQuirks) { q.NoBackupHistory, q.Order = true, OrderAscending })
	if r := c.do(200, "GET", contoso+"/backup_status", nil); text(r.one, "backup_status") != "Success" {
		t.Errorf("%s", r.raw)
	}
	a.SetQuirks(func(q *AxcientQuirks) { q.NoBackupHistory = false })
	msp.RunBackup(sample.CloudOf(4712), sample.OutcomeFailed, true, start)
	up := idsOf(rowsOf(c.do(200, "GET", contoso+"/backup_status", nil)))
	if !slices.IsSorted(up) || len(up) != 15 {
		t.Errorf("%v", up)
	}
	a.SetQuirks(func(q *AxcientQuirks) { q.Order = OrderShuffled })
	if mixed := idsOf(rowsOf(c.do(200, "GET", contoso+"/backup_status", nil))); slices.IsSorted(mixed) || len(mixed) != 15 {
		t.Errorf("%v", mixed)
	}
}

func TestAxcientQuirksMustExist(t *testing.T) {
	for name, q := range map[string]AxcientQuirks{
		"dialect": {Dialect: "plane"}, "product": {Lacks: []string{"X360Cloud"}}, "field": {Fields: map[string]string{"user.name2": "x"}}, "list": {Fields: map[string]string{"users.name": "x"}},
		"totals": {Totals: "none"}, "links": {Links: "body"}, "sizes": {Sizes: "mb"}, "yes": {Yes: "1"}, "outcomes": {Outcomes: "title"}, "order": {Order: "random"}, "status": {Status: map[string]int{"*": 200}}, "cap": {PageCap: -1},
		"pages": {PageBy: "cursor"}, "markers": {Markers: "none"}, "answers": {Answers: map[string]string{"*": "empty"}},
	} {
		if q.Validate() == nil {
			t.Errorf("%s passes", name)
		}
		if _, err := Start(t.Context(), Options{AxcientQuirks: q}); err == nil {
			t.Errorf("%s starts", name)
		}
	}
	a, _, _ := newAx(t, AxcientQuirks{})
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	a.SetQuirks(func(q *AxcientQuirks) { q.Dialect = "plane" })
}
