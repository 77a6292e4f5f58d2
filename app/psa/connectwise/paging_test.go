package connectwise

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"psabridge/app"
	"psabridge/app/rest"
)

// pager is a server with one long list, whose manners of paging can be chosen.
type pager struct {
	ids []int

	limit     int    // rows per page at most
	link      string // "full", "next" (no last), "none"
	forward   string // "", "ignored", "refused", "unsorted"
	noForward bool   // no Link on pages that were asked for by id
	stuck     bool   // every page is the first one
	unordered bool   // orderBy is ignored: newest first

	before  func(request int) // runs before the n-th page is cut, from 1
	queries []map[string]string
}

func (p *pager) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	if strings.HasPrefix(r.URL.Path, "/login/") {
		fmt.Fprint(w, onPremise)
	} else {
		p.serve(w, r)
	}
	return w.Result(), nil
}

func (p *pager) serve(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	flat := map[string]string{"forward": r.Header.Get("Pagination-Type")}
	for name := range q {
		flat[name] = q.Get(name)
	}
	p.queries = append(p.queries, flat)
	if p.before != nil {
		p.before(len(p.queries))
	}
	size, _ := strconv.Atoi(q.Get("pageSize"))
	size = min(size, p.limit)
	forward := flat["forward"] == "forward-only"
	switch {
	case forward && p.forward == "refused" || forward && p.forward != "ignored" && q.Get("orderBy") != "":
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"code":"InvalidParameter","message":"pagination-type is not supported."}`)
	case forward && p.forward != "ignored":
		p.after(w, q.Get("pageId"), size)
	default:
		page, _ := strconv.Atoi(q.Get("page"))
		p.numbered(w, max(page, 1), size)
	}
}

func (p *pager) after(w http.ResponseWriter, pageID string, size int) {
	id, _ := strconv.Atoi(pageID)
	from, _ := slices.BinarySearch(p.ids, id+1)
	rows := slices.Clone(p.ids[from:min(from+size, len(p.ids))])
	if p.forward == "unsorted" {
		slices.Reverse(rows)
	}
	if p.link != "none" && !p.noForward {
		w.Header().Set("Link", fmt.Sprintf(`<https://elsewhere.example/x?pageId=%d>; rel="next"`, id+len(rows)))
	}
	write(w, rows)
}

func (p *pager) numbered(w http.ResponseWriter, page, size int) {
	if p.stuck {
		page = 1
	}
	ids := slices.Clone(p.ids)
	if p.unordered {
		slices.Reverse(ids)
	}
	from := min((page-1)*size, len(ids))
	to := min(from+size, len(ids))
	last := max(1, (len(ids)+size-1)/size)
	if p.link != "none" && page < last {
		link := fmt.Sprintf(`<https://elsewhere.example/x?conditions=a,b&page=%d>; rel="next"`, page+1)
		if p.link == "full" {
			link += fmt.Sprintf(`, <https://elsewhere.example/x?page=%d>; rel="last"`, last)
		}
		w.Header().Set("Link", link)
	} else if p.link != "none" && page > 1 {
		w.Header().Set("Link", `<https://elsewhere.example/x?page=1>; rel="first"`)
	}
	write(w, ids[from:to])
}

func write(w http.ResponseWriter, ids []int) {
	rows := make([]map[string]any, len(ids))
	for i, id := range ids {
		rows[i] = map[string]any{"id": id, "identifier": fmt.Sprint("P", id), "productClass": "Agreement"}
	}
	_ = json.NewEncoder(w).Encode(rows)
}

func count(n int) []int {
	ids := make([]int, n)
	for i := range ids {
		ids[i] = 3*i + 7
	}
	return ids
}

func (p *pager) client(t interface{ Fatal(...any) }) *Client {
	c, err := New(app.ConnectionSettings{SiteURL: "cw.acme.example", CompanyID: "acme"}, Keys{Public: "p", Private: "q"}, "id", rest.NewLimiter(100_000_000, 0), Options{Transport: p, Backoff: func(int) time.Duration { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (p *pager) read(t interface{ Fatal(...any) }) ([]int, error) {
	products, err := p.client(t).Products(contextOf(t))
	ids := make([]int, len(products))
	for i, one := range products {
		ids[i] = int(one.ID)
	}
	return ids, err
}

// TestPagesCost: what a list costs where the server tells how long it is, and where it does not.
func TestPagesCost(t *testing.T) {
	for _, tc := range []struct {
		rows, calls int
		p           pager
	}{
		{0, 1, pager{link: "full"}},
		{500, 1, pager{link: "full"}},
		{1000, 2, pager{link: "full"}}, // one page, and a server that sends no Link for it: only an empty page proves the end
		{1001, 2, pager{link: "full"}},
		{2000, 2, pager{link: "full"}},
		{14600, 15, pager{link: "full"}},
		{15000, 15, pager{link: "full"}},
		{15000, 15, pager{link: "full", noForward: true}},
		{15000, 16, pager{link: "none"}},
		{15000, 16, pager{link: "next"}},
		{2300, 3, pager{link: "none"}},
		{2300, 4, pager{link: "full", forward: "ignored"}}, // one call to find out
		{2300, 4, pager{link: "full", forward: "refused"}},
		{2300, 11, pager{link: "full", limit: 250}},
		{2300, 11, pager{link: "none", limit: 250}},
		{250, 2, pager{link: "none"}}, // a usual size of a page, and nothing that says it was the last
		{25, 2, pager{link: "none", limit: 25}},
	} {
		p := tc.p
		if p.ids = count(tc.rows); p.limit == 0 {
			p.limit = pageSize
		}
		got, err := p.read(t)
		if err != nil || !slices.Equal(got, p.ids) || len(p.queries) != tc.calls {
			t.Errorf("%d rows, %+v: %d came in %d calls, want %d: %v", tc.rows, tc.p, len(got), len(p.queries), tc.calls, err)
		}
	}
}

// TestPagesCarryTheWholeQuery: conditions and fields on each page; nothing but the place is different; nothing is taken
// from the Link.
func TestPagesCarryTheWholeQuery(t *testing.T) {
	for _, forward := range []string{"", "ignored"} {
		p := &pager{ids: count(3500), limit: pageSize, link: "full", forward: forward}
		if _, err := p.read(t); err != nil {
			t.Fatal(err)
		}
		for i, q := range p.queries {
			if q["conditions"] != `productClass != "Bundle"` || q["fields"] != productFields {
				t.Errorf("page %d asks %v", i+1, q)
			}
			if byID := q["forward"] != ""; byID != (q["pageId"] != "") || byID == (q["page"] != "") || byID == (q["orderBy"] != "") {
				t.Errorf("page %d mixes two ways of paging: %v", i+1, q)
			}
		}
	}
}

// TestForwardIsRemembered: an endpoint that does not page by id is not asked to again.
func TestForwardIsRemembered(t *testing.T) {
	p := &pager{ids: count(2500), limit: pageSize, link: "full", forward: "refused"}
	c := p.client(t)
	for range 3 {
		if list, err := c.Products(t.Context()); err != nil || len(list) != 2500 {
			t.Fatal(len(list), err)
		}
	}
	tried := 0
	for _, q := range p.queries {
		if q["forward"] != "" {
			tried++
		}
	}
	if tried != 1 {
		t.Errorf("tried %d times", tried)
	}
}

// TestDeletedBetweenPages: a row that goes away must not take another one with it, whichever way is paged.
func TestDeletedBetweenPages(t *testing.T) {
	for _, tc := range []struct {
		forward string
		calls   int
	}{
		{"", 3},        // harmless
		{"ignored", 7}, // noticed, and read again: 1, by id, moved – 1, 2, 3
		{"refused", 7},
	} {
		p := &pager{ids: count(2500), limit: pageSize, link: "full", forward: tc.forward}
		p.before = func(n int) {
			if n == 2 && tc.forward == "" || n == 3 && tc.forward != "" {
				p.ids = slices.Delete(p.ids, 5, 7) // one alone would hide in the overlap
			}
		}
		got, err := p.read(t)
		if err != nil || len(p.queries) > tc.calls {
			t.Errorf("%q: %d calls, %v", tc.forward, len(p.queries), err)
		}
		for _, id := range p.ids {
			if !slices.Contains(got, id) {
				t.Errorf("%q: row %d is there and was not read", tc.forward, id)
				break
			}
		}
	}
}

// TestListsThatNeverSettle: an error, never a part.
func TestListsThatNeverSettle(t *testing.T) {
	for name, p := range map[string]*pager{
		"the first page for ever":          {ids: count(3000), limit: pageSize, link: "full", stuck: true, forward: "ignored"},
		"the first page, and no Link":      {ids: count(3000), limit: pageSize, link: "none", stuck: true, forward: "ignored"},
		"moves whenever it is looked at":   {ids: count(3000), limit: pageSize, link: "full", forward: "ignored"},
		"one row at a time, and no way on": {ids: count(30), limit: 1, link: "full", forward: "ignored"},
	} {
		if strings.HasPrefix(name, "moves") {
			p.before = func(int) { p.ids = p.ids[1:] }
		}
		got, err := p.read(t)
		if app.ErrorCode(err) != app.Unavailable || app.ErrorOutcome(err) != app.OutcomeNone || len(got) != 0 {
			t.Errorf("%s: %d rows, %v", name, len(got), err)
		}
	}
}

// TestPagingNeverLosesARow: however a server pages, and whatever is deleted or added meanwhile, a row that is there from
// the first to the last request is in the list, once, and nothing is that never was there.
func TestPagingNeverLosesARow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &pager{
			ids:       count(rapid.OneOf(rapid.IntRange(0, 60), rapid.IntRange(0, 300), rapid.SampledFrom([]int{50, 100, 250, 500}), rapid.SampledFrom([]int{999, 1000, 1001, 2000, 2001})).Draw(t, "rows")),
			limit:     rapid.SampledFrom([]int{25, 50, 100, 250, 1000}).Draw(t, "limit"),
			link:      rapid.SampledFrom([]string{"full", "next", "none"}).Draw(t, "link"),
			forward:   rapid.SampledFrom([]string{"", "", "ignored", "refused", "unsorted"}).Draw(t, "forward"),
			noForward: rapid.Bool().Draw(t, "no link forward"),
			unordered: rapid.Bool().Draw(t, "unordered"),
		}
		always, ever := map[int]bool{}, map[int]bool{}
		for _, id := range p.ids {
			always[id], ever[id] = true, true
		}
		moves := rapid.SliceOfN(rapid.IntRange(0, 600), 0, 3).Draw(t, "moves")
		p.before = func(int) {
			if len(moves) == 0 || p.unordered {
				return
			}
			move := moves[0]
			moves = moves[1:]
			if at := move / 2; move%2 == 0 && at < len(p.ids) {
				delete(always, p.ids[at])
				p.ids = slices.Delete(p.ids, at, at+1)
			} else {
				id := 1_000_000 + move + len(p.ids)*5000 + len(moves)
				ever[id] = true
				p.ids = append(p.ids, id)
				slices.Sort(p.ids)
			}
		}
		got, err := p.read(t)
		if err != nil {
			if app.ErrorCode(err) != app.Unavailable {
				t.Fatal(err)
			}
			return
		}
		seen := map[int]bool{}
		for _, id := range got {
			if seen[id] || !ever[id] {
				t.Fatalf("row %d came twice, or never was", id)
			}
			seen[id] = true
		}
		missing := maps.Clone(always)
		maps.DeleteFunc(missing, func(id int, _ bool) bool { return seen[id] })
		if len(missing) > 0 {
			t.Fatalf("%d of %d rows are missing", len(missing), len(always))
		}
	})
}

func TestOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(3, 1000).Draw(t, "most")
		have := rapid.IntRange(1, 100_000).Draw(t, "have")
		page, size := overlap(have, most)
		if page == 0 {
			if most > 40 {
				t.Fatal("no way on")
			}
			return
		}
		if from := (page - 1) * size; size > most || from > have-1 || from+size <= have {
			t.Fatalf("page %d of %d: rows %d to %d after %d", page, size, from, from+size, have)
		}
	})
}

func TestLinks(t *testing.T) {
	for header, want := range map[string]links{
		"": {},
		`<https://sandbox-na.myconnectwise.net/v4_6_release/apis/3.0/company/contacts/?conditions=LastUpdated+%3e%3d+%5b2026%5d&pageSize=2&page=2>; rel="next"`: {any: true, next: true},
		`<https://x/?page=3>; rel="next", <https://x/?pageSize=1000&page=15>; rel="last"`:                                                                       {any: true, next: true, last: 15},
		`<https://x/?conditions=id in (1,2)&page=15>;rel=last`:                                                                                                  {any: true, last: 15},
		`<https://x/?page=1>; rel="first",<https://x/?page=2>; rel="prev"`:                                                                                      {any: true},
		`<https://x/?page=many>; rel="last"`:                                                                                                                    {any: true},
		"rubbish; <":                                                                                                                                            {},
	} {
		if got := linksOf(http.Header{"Link": {header}}); got != want {
			t.Errorf("%s: %+v", header, got)
		}
	}
}

// contextOf: rapid's T has a context of its own.
func contextOf(t any) context.Context {
	if c, ok := t.(interface{ Context() context.Context }); ok {
		return c.Context()
	}
	return context.Background()
}
