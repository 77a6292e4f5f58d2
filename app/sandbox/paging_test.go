package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"psabridge/app/sandbox/sample"
)

const items = "/procurement/catalog"

// TestPageCap: a server may give fewer rows than were asked for without a word.
func TestPageCap(t *testing.T) {
	cw, c := newCW(t, Options{Quirks: Quirks{PageCap: map[string]int{items: 7, "/procurement/*": 9}}})
	r := c.do(200, "GET", items+"?pageSize=1000", nil)
	if len(r.many) != 7 || relNext.FindString(r.header.Get("Link")) == "" {
		t.Errorf("%d rows, Link %q", len(r.many), r.header.Get("Link"))
	}
	if r := c.do(200, "GET", items+"?pageSize=1000&page=9", nil); len(r.many) != 4 {
		t.Errorf("the ninth page has %d rows", len(r.many))
	}
	c.header.Set("pagination-type", "forward-only")
	if r := c.do(200, "GET", items+"?pageSize=1000", nil); len(r.many) != 7 {
		t.Errorf("forward-only: %d rows", len(r.many))
	}
	cw.SetQuirks(func(q *Quirks) { q.PageCap = nil })
	if r := c.do(200, "GET", items+"?pageSize=1000", nil); len(r.many) != 60 {
		t.Errorf("without a cap: %d rows", len(r.many))
	}
	if !panics(func() { cw.SetQuirks(func(q *Quirks) { q.PageCap = map[string]int{items: 5000} }) }) {
		t.Error("a cap above what ConnectWise gives is taken")
	}
}

// TestMoreThanAThousand: the cap nobody asked for, and a list that is an exact
// multiple of it.
func TestMoreThanAThousand(t *testing.T) {
	cw, c := newCW(t, Options{})
	for i := range 1940 {
		cw.AddProduct(sample.Product{Identifier: fmt.Sprintf("FILL-%04d", i), Class: "Agreement", Unit: "Each"})
	}
	r := c.do(200, "GET", items+"?pageSize=2500", nil)
	if len(r.many) != 1000 || !strings.Contains(r.header.Get("Link"), "pageSize=1000") {
		t.Errorf("%d rows, Link %q", len(r.many), r.header.Get("Link"))
	}
	r = c.do(200, "GET", items+"?pageSize=1000&page=2", nil)
	if len(r.many) != 1000 || relNext.FindString(r.header.Get("Link")) != "" {
		t.Errorf("second page: %d rows, Link %q", len(r.many), r.header.Get("Link"))
	}
	if r := c.do(200, "GET", items+"?pageSize=1000&page=3", nil); r.raw != "[]" {
		t.Errorf("past the end: %s", r.raw)
	}
}

// TestForwardOnlyToTheEnd: id after id, the page number without meaning, and a
// next link even on the page that is empty.
func TestForwardOnlyToTheEnd(t *testing.T) {
	_, c := newCW(t, Options{})
	all := idsOf(c.do(200, "GET", items+"?pageSize=1000", nil).many)
	c.header.Set("pagination-type", "Forward-Only")
	var walked []int
	query := "pageSize=25&page=nonsense&fields=id"
	for range 4 {
		r := c.do(200, "GET", items+"?"+query, nil)
		walked = append(walked, idsOf(r.many)...)
		m := relNext.FindStringSubmatch(r.header.Get("Link"))
		if m == nil {
			t.Fatalf("no next link after %d rows", len(walked))
		}
		u, err := url.Parse(m[1])
		if err != nil || u.Query().Has("page") || u.Query().Get("pageId") != itoa(walked[len(walked)-1]) {
			t.Fatalf("Link %q: %v", m[1], err)
		}
		query = u.RawQuery
	}
	if !slices.Equal(walked, all) {
		t.Errorf("walked %v, want %v", walked, all)
	}
	c.do(400, "GET", items+"?pageId=x", nil)
}

// TestListsThatPageOddly: each kind of endpoint that does not do as the guide says.
func TestListsThatPageOddly(t *testing.T) {
	cw, c := newCW(t, Options{})
	first := func() (reply, int) {
		r := c.do(200, "GET", items+"?pageSize=10&page=2&pageId=1520", nil)
		return r, number(r.many[0], "id")
	}
	if _, id := first(); id != 1512 {
		t.Errorf("by page number: from %d", id)
	}
	c.header.Set("pagination-type", "forward-only")
	if _, id := first(); id != 1521 {
		t.Errorf("forward-only: from %d", id)
	}
	cw.SetQuirks(func(q *Quirks) { q.NoForwardOnly = []string{items} })
	if r, id := first(); id != 1512 || !strings.Contains(r.header.Get("Link"), "page=3") {
		t.Errorf("where the header is ignored: from %d, Link %q", id, r.header.Get("Link"))
	}
	cw.SetQuirks(func(q *Quirks) { q.SamePage = []string{items} })
	if _, id := first(); id != 1501 {
		t.Errorf("where the page is ignored: from %d", id)
	}
	cw.SetQuirks(func(q *Quirks) { q.NoForwardOnly = nil })
	if _, id := first(); id != 1501 {
		t.Errorf("where pageId is ignored: from %d", id)
	}
	for _, mode := range []string{"", "forward-only"} {
		c.header.Set("pagination-type", mode)
		cw.SetQuirks(func(q *Quirks) { q.SamePage, q.NoLink = nil, []string{"*"} })
		if r, _ := first(); r.header.Get("Link") != "" {
			t.Errorf("%q: Link %q", mode, r.header.Get("Link"))
		}
	}
}

// TestIgnoredConditions: some reference lists show everything whatever is asked.
func TestIgnoredConditions(t *testing.T) {
	cw, c := newCW(t, Options{})
	path := where("/service/priorities", `name = "Priority 2"`)
	if r := c.do(200, "GET", path, nil); len(r.many) != 1 {
		t.Errorf("conditions: %s", r.raw)
	}
	cw.SetQuirks(func(q *Quirks) { q.IgnoreConditions = []string{"/service/priorities"} })
	if r := c.do(200, "GET", path, nil); len(r.many) != 4 {
		t.Errorf("ignored conditions: %s", r.raw)
	}
	if r := c.do(200, "GET", where("/service/sources", `name = "Phone"`), nil); len(r.many) != 1 {
		t.Errorf("another list: %s", r.raw)
	}
}

// TestMovingList: a row that is deleted between two numbered pages hides another
// one; paging by id loses none of those that stay.
func TestMovingList(t *testing.T) {
	for mode, wantHidden := range map[string]bool{"": true, "forward-only": false} {
		cw, c := newCW(t, Options{})
		all := idsOf(c.do(200, "GET", items+"?pageSize=1000", nil).many)
		added := 0
		cw.Faults.Add(Moving(items, 2, func() {
			cw.DeleteProduct(all[0])
			added = cw.AddProduct(sample.Product{Identifier: "LATE", Class: "Agreement"})
		}))
		c.header.Set("pagination-type", mode)
		got := idsOf(c.do(200, "GET", items+"?pageSize=31", nil).many)
		got = append(got, idsOf(c.do(200, "GET", fmt.Sprintf("%s?pageSize=31&page=2&pageId=%d", items, got[30]), nil).many)...)
		if hidden := !slices.Contains(got, all[31]); hidden != wantHidden || !slices.Contains(got, added) {
			t.Errorf("%q: row %d hidden %v; the new one %d in %v", mode, all[31], hidden, added, got)
		}
	}
}

func TestRefusalsInItsOwnForm(t *testing.T) {
	cw, c := newCW(t, Options{})
	for _, tt := range []struct {
		fault         Fault
		status        int
		code, message string
	}{
		{InUse(), 409, "Conflict", "The record is possibly in use, or there was another conflict."},
		{Broken(), 500, "InternalServerError", "The service was not able to process your request."},
		{Refusal(http.StatusUnauthorized, "Unauthorized", "no"), 401, "Unauthorized", "no"},
	} {
		cw.Faults.Add(tt.fault)
		if r := c.do(tt.status, "POST", "/service/tickets", minimal); text(r.one, "code") != tt.code || text(r.one, "message") != tt.message {
			t.Errorf("%s", r.raw)
		}
	}
	if n := len(cw.Tickets()); n != 0 {
		t.Errorf("%d tickets were made", n)
	}
}
