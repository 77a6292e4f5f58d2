package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"psabridge/app/sandbox/sample"
)

// probe is one request of the matrix below.
type probe struct{ method, path, body string }

// probes are what a bridge does, and each must be refused by exactly the rights
// that are named for it. The ticket 48001 stands for one that is open.
var probes = map[string]struct {
	probe
	needs []string
}{
	"companies":      {probe{"GET", "/company/companies", ""}, []string{"Companies ▸ Company Maintenance ▸ Inquire"}},
	"statuses":       {probe{"GET", "/company/companies/statuses", ""}, []string{"System ▸ Table Setup ▸ Inquire", "Company / Company Status"}},
	"contacts":       {probe{"GET", "/company/contacts/count", ""}, []string{"Companies ▸ Contacts ▸ Inquire"}},
	"configurations": {probe{"GET", "/company/configurations", ""}, []string{"Companies ▸ Configurations ▸ Inquire"}},
	"agreements":     {probe{"GET", "/finance/agreements/900", ""}, []string{"Finance ▸ Agreements ▸ Inquire"}},
	"types":          {probe{"GET", "/finance/agreements/types", ""}, []string{"System ▸ Table Setup ▸ Inquire", "Agreement / Agreement Type"}},
	"cycles":         {probe{"GET", "/finance/billingcycles", ""}, []string{"System ▸ Table Setup ▸ Inquire", "Agreement / Billing Cycle"}},
	"additions":      {probe{"GET", "/finance/agreements/900/additions", ""}, []string{"Finance ▸ Agreements ▸ Inquire"}},
	"new addition":   {probe{"POST", "/finance/agreements/915/additions", `{"product":{"id":1501},"billCustomer":"Billable"}`}, []string{"Finance ▸ Agreements ▸ Add"}},
	"quantity":       {probe{"PATCH", "/finance/agreements/900/additions/7001", `[{"op":"replace","path":"quantity","value":3}]`}, []string{"Finance ▸ Agreements ▸ Edit"}},
	"catalog":        {probe{"GET", "/procurement/catalog", ""}, []string{"Procurement ▸ Product Catalog ▸ Inquire"}},
	"product types":  {probe{"GET", "/procurement/types", ""}, []string{"System ▸ Table Setup ▸ Inquire", "Procurement / Product Type"}},
	"units":          {probe{"GET", "/procurement/unitOfMeasures", ""}, []string{"System ▸ Table Setup ▸ Inquire", "Procurement / Unit of Measure"}},
	"boards":         {probe{"GET", "/service/boards", ""}, []string{"System ▸ Table Setup ▸ Inquire", "Service / Service Board"}},
	"board statuses": {probe{"GET", "/service/boards/11/statuses", ""}, []string{"System ▸ Table Setup ▸ Inquire", "Service / Service Board"}},
	"priorities":     {probe{"GET", "/service/priorities", ""}, []string{"System ▸ Table Setup ▸ Inquire", "Service / Priority"}},
	"sources":        {probe{"GET", "/service/sources", ""}, []string{"System ▸ Table Setup ▸ Inquire", "Service / Source"}},
	"tickets":        {probe{"GET", "/service/tickets", ""}, []string{"Service Desk ▸ Service Tickets ▸ Inquire"}},
	"search":         {probe{"POST", "/service/tickets/search", `{"conditions":"id = 1"}`}, []string{"Service Desk ▸ Service Tickets ▸ Inquire"}},
	"notes":          {probe{"GET", "/service/tickets/48001/allNotes", ""}, []string{"Service Desk ▸ Service Tickets ▸ Inquire"}},
	"new ticket":     {probe{"POST", "/service/tickets", minimal}, []string{"Service Desk ▸ Service Tickets ▸ Add"}},
	"new closed one": {probe{"POST", "/service/tickets", strings.Replace(minimal, `{"summary"`, `{"status":{"id":105},"summary"`, 1)}, []string{"Service Desk ▸ Service Tickets ▸ Add", "Service Desk ▸ Close Service Tickets ▸ Edit"}},
	"note":           {probe{"POST", "/service/tickets/48001/notes", `{"text":"x","internalAnalysisFlag":true}`}, []string{"Service Desk ▸ Service Tickets ▸ Edit"}},
	"move":           {probe{"PATCH", "/service/tickets/48001", `[{"op":"replace","path":"status","value":{"id":102}}]`}, []string{"Service Desk ▸ Service Tickets ▸ Edit"}},
	"close":          {probe{"PATCH", "/service/tickets/48001", `[{"op":"replace","path":"status","value":{"id":105}}]`}, []string{"Service Desk ▸ Service Tickets ▸ Edit", "Service Desk ▸ Close Service Tickets ▸ Edit"}},
}

// TestEachRightGuardsItsCalls takes the rights away one at a time: 403 on exactly
// the calls that need the one that is gone, and nothing happened.
func TestEachRightGuardsItsCalls(t *testing.T) {
	for _, word := range Rights() {
		cw, c := newCW(t, Options{})
		guarded := 0
		for name, p := range probes {
			cw.SetQuirks(func(q *Quirks) { q.Lacks = nil })
			ticket := create(t, c, minimal)
			state := func() string { return fmt.Sprint(cw.Tickets(), cw.Notes(ticket), cw.QuantityWrites()) }
			before := state()
			cw.SetQuirks(func(q *Quirks) { q.Lacks = []string{word} })
			r, err := c.try(p.method, strings.Replace(p.path, "48001", itoa(ticket), 1), body(p.body))
			if err != nil {
				t.Fatal(err)
			}
			want := slices.Contains(p.needs, word)
			if want {
				guarded++
			}
			if (r.status == 403) != want || !want && r.status > 299 {
				t.Errorf("%s without %s: status %d: %s", name, word, r.status, r.raw)
			}
			if want && state() != before {
				t.Errorf("%s without %s was refused and done", name, word)
			}
		}
		if guarded == 0 {
			t.Errorf("nothing needs %q", word)
		}
	}
}

func body(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// TestReopeningNeedsNoRightToClose, and neither does a change to a closed ticket
// that leaves it closed.
func TestReopeningNeedsNoRightToClose(t *testing.T) {
	cw, c := newCW(t, Options{})
	id := create(t, c, minimal)
	if err := cw.CloseTicketByHand(id); err != nil {
		t.Fatal(err)
	}
	cw.SetQuirks(func(q *Quirks) { q.Lacks = []string{"Service Desk ▸ Close Service Tickets ▸ Edit"} })
	path := fmt.Sprintf("/service/tickets/%d", id)
	c.do(200, "PATCH", path, `[{"op":"replace","path":"summary","value":"still closed"}]`)
	c.do(200, "PATCH", path, `[{"op":"replace","path":"status","value":{"id":102}}]`)
	c.do(403, "PATCH", path, `[{"op":"replace","path":"status","value":{"id":105}}]`)
	cw.SetQuirks(func(q *Quirks) { q.Lacks = nil })
	c.do(200, "PATCH", path, `[{"op":"replace","path":"status","value":{"id":105}}]`)
}

// TestExcessByModule: by itself the role reads none of them; each module that is
// granted opens its own reads and no others.
func TestExcessByModule(t *testing.T) {
	cw, c := newCW(t, Options{})
	for _, granted := range append([]string{""}, ExcessModules()...) {
		cw.SetQuirks(func(q *Quirks) {
			q.Grants = nil
			if granted != "" {
				q.Grants = []string{granted}
			}
		})
		for _, e := range excess {
			want := 403
			if e.module == granted {
				want = 200
			}
			c.do(want, "GET", e.path+"?pageSize=1&fields=id", nil)
		}
	}
	cw.SetQuirks(func(q *Quirks) { q.ExcessRights = true })
	for _, e := range excess {
		c.do(200, "GET", e.path, nil)
	}
	r := c.do(200, "GET", "/system/members?fields=id,identifier,firstName,lastName,inactiveFlag&orderBy=id", nil)
	if len(r.many) != 4 || text(r.many[1], "firstName") != "Maren" || text(r.many[1], "lastName") != "Koch" || !truth(r.many[3], "inactiveFlag") {
		t.Errorf("members: %s", r.raw)
	}
	if r := c.do(200, "GET", "/system/members/count", nil); number(r.one, "count") != 4 {
		t.Errorf("count: %s", r.raw)
	}
	if r := c.do(200, "GET", "/system/members/141", nil); r.one["name"] != nil {
		t.Errorf("a member of the API has no whole name: %s", r.raw)
	}
	cw.SetQuirks(func(q *Quirks) { q.NoRoutes = []string{"/sales/*"} })
	if r := c.do(404, "GET", "/sales/opportunities", nil); text(r.one, "message") != "The endpoint does not exist." {
		t.Errorf("no such route: %s", r.raw)
	}
}

// TestMisspeltRightsAreLoud: a test that takes away what does not exist must not pass.
func TestMisspeltRightsAreLoud(t *testing.T) {
	for _, q := range []Quirks{
		{Lacks: []string{"Finance ▸ Agreement ▸ Edit"}}, {Lacks: []string{"Service Desk ▸ Service Tickets"}}, {Lacks: []string{"service / priority"}}, {Grants: []string{"System ▸ Members"}},
	} {
		if _, err := Start(t.Context(), Options{Quirks: q}); err == nil {
			t.Errorf("Start takes %+v", q)
		}
		if !panics(func() { NewConnectWise(sample.New(1, start), Options{Quirks: q}) }) {
			t.Errorf("NewConnectWise takes %+v", q)
		}
		cw, c := newCW(t, Options{})
		if !panics(func() { cw.SetQuirks(func(to *Quirks) { *to = q }) }) {
			t.Errorf("SetQuirks takes %+v", q)
		}
		c.do(200, "GET", "/service/boards", nil) // and goes on as it was
	}
}

func panics(do func()) (did bool) {
	defer func() { did = recover() != nil }()
	do()
	return false
}

// TestQuirksBelongToOneServer: a list handed to two servers is not shared.
func TestQuirksBelongToOneServer(t *testing.T) {
	opts := Options{Forbid: []string{"/service/boards"}, Quirks: Quirks{Lacks: make([]string, 0, 4)}}
	one, c := newCW(t, opts)
	_, other := newCW(t, opts)
	one.SetQuirks(func(q *Quirks) {
		q.Lacks, q.Forbid = append(q.Lacks, "Procurement ▸ Product Catalog ▸ Inquire"), nil
	})
	c.do(200, "GET", "/service/boards", nil)
	c.do(403, "GET", "/procurement/catalog", nil)
	other.do(403, "GET", "/service/boards", nil)
	other.do(200, "GET", "/procurement/catalog", nil)
}
