package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"psabridge/app/sandbox/sample"
)

// TestTypesMustBeAssociated: the ids of a board's types, subtypes and items mean
// nothing on another one, and on their own only in certain combinations.
func TestTypesMustBeAssociated(t *testing.T) {
	_, c := newCW(t, Options{})
	try := func(board, kind, sub, item int) (status int, field string) {
		t.Helper()
		var b strings.Builder
		for name, id := range map[string]int{"board": board, "type": kind, "subType": sub, "item": item} {
			if id != 0 {
				fmt.Fprintf(&b, `"%s":{"id":%d},`, name, id)
			}
		}
		r, err := c.try("POST", "/service/tickets", `{`+b.String()+`"summary":"x","company":{"id":251}}`)
		if err != nil {
			t.Fatal(err)
		}
		if _, field = errorField(r); r.status == 201 && (refID(r.one, "type") != kind || refID(r.one, "subType") != sub || refID(r.one, "item") != item) {
			t.Errorf("created: %s", r.raw)
		}
		return r.status, field
	}
	for ids, want := range map[[4]int]string{
		{11, 0, 0, 0}: "", {11, 201, 0, 0}: "", {11, 201, 221, 0}: "", {11, 201, 221, 241}: "", {11, 201, 221, 242}: "", {11, 201, 222, 0}: "", {11, 202, 222, 0}: "",
		{12, 211, 231, 251}: "", {12, 212, 232, 0}: "",
		{11, 202, 221, 0}: "subType", {11, 0, 221, 0}: "subType", {11, 201, 222, 241}: "item", {11, 201, 0, 241}: "item", {11, 0, 0, 241}: "item",
		{11, 201, 231, 0}: "subType", {12, 211, 231, 241}: "item", {12, 211, 221, 0}: "subType", // ids of the other board
		{11, 203, 0, 0}: "type", {11, 201, 223, 0}: "subType", // inactive
		{12, 211, 232, 0}: "subType",
	} {
		status, field := try(ids[0], ids[1], ids[2], ids[3])
		if field != want || (status == 201) != (want == "") {
			t.Errorf("%v: status %d, field %q, want %q", ids, status, field, want)
		}
	}
}

func TestPatchKeepsTypesTogether(t *testing.T) {
	cw, c := newCW(t, Options{})
	path := fmt.Sprintf("/service/tickets/%d", create(t, c, `{"summary":"x","company":{"id":251},"board":{"id":11},"type":{"id":201},"subType":{"name":"File server"},"item":{"id":241}}`))
	c.do(400, "PATCH", path, `[{"op":"replace","path":"type","value":{"id":202}}]`)
	c.do(400, "PATCH", path, `[{"op":"remove","path":"subType"}]`)
	c.do(200, "PATCH", path, `[{"op":"replace","path":"item","value":{"id":242}}]`)
	c.do(200, "PATCH", path, `[{"op":"remove","path":"item"},{"op":"replace","path":"subType","value":{"id":222}},{"op":"replace","path":"type","value":{"id":202}}]`)
	if k := cw.Tickets()[0]; k.Type != "File sync" || k.Subtype != "Quota" || k.Item != "" {
		t.Errorf("%+v", k)
	}
	if r := c.do(200, "PATCH", path, `[{"op":"replace","path":"board","value":{"id":12}}]`); r.one["type"] != nil || r.one["subType"] != nil {
		t.Errorf("types went along to another board: %s", r.raw)
	}
}

func TestAssociationsOfABoard(t *testing.T) {
	_, c := newCW(t, Options{})
	r := c.do(200, "GET", "/service/boards/11/typeSubTypeItemAssociations?fields=id,type/id,subType/id,item/id&orderBy=id+asc", nil)
	if len(r.many) != 5 || refID(r.many[0], "item") != 241 || refID(r.many[2], "subType") != 222 || r.many[2]["item"] != nil {
		t.Errorf("associations: %s", r.raw)
	}
	if r := c.do(200, "GET", "/service/boards/12/subtypes?fields=id,name,inactiveFlag", nil); !slices.Equal(idsOf(r.many), []int{231, 232}) {
		t.Errorf("subtypes: %s", r.raw)
	}
	c.do(400, "GET", "/service/boards/12/items?fields=id,defaultFlag", nil)
}

// TestNobodyIsMailed tells what counts as a mail: each write to a ticket that
// does not say processNotifications: false.
func TestNobodyIsMailed(t *testing.T) {
	cw, c := newCW(t, Options{})
	path := fmt.Sprintf("/service/tickets/%d", create(t, c, minimal))
	for _, tt := range []struct {
		method, path, body string
		mails              int
	}{
		{"PATCH", path, `[{"op":"replace","path":"status","value":{"id":102}},{"op":"replace","path":"processNotifications","value":false}]`, 0},
		{"PATCH", path, `[{"op":"replace","path":"processNotifications","value":false},{"op":"replace","path":"priority","value":{"id":1}}]`, 0},
		{"PATCH", path, `[{"op":"replace","path":"status","value":{"id":105}}]`, 1},
		{"PATCH", path, `[{"op":"replace","path":"summary","value":"y"},{"op":"replace","path":"processNotifications","value":true}]`, 1},
		{"PATCH", path, `[{"op":"replace","path":"summary","value":"z"},{"op":"remove","path":"processNotifications"}]`, 1},
		{"POST", path + "/notes", `{"text":"x","internalAnalysisFlag":true,"processNotifications":false}`, 0},
		{"POST", path + "/notes", `{"text":"x","internalAnalysisFlag":true}`, 1},
	} {
		before := cw.Mails()
		r, err := c.try(tt.method, tt.path, tt.body)
		if err != nil || r.status > 299 || r.one[notify] != nil {
			t.Fatalf("%s: %v, %s", tt.body, err, r.raw)
		}
		if n := cw.Mails() - before; n != tt.mails {
			t.Errorf("%s: %d mails, want %d", tt.body, n, tt.mails)
		}
	}
	if k := cw.Tickets()[0]; k.Priority != "Priority 1 - Emergency" {
		t.Errorf("priority: %+v", k)
	}
	if r := c.do(200, "GET", path+"?fields=priority/id,priority/name", nil); refID(r.one, "priority") != 1 || refName(r.one, "priority") != "Priority 1 - Emergency" {
		t.Errorf("fields: %s", r.raw)
	}
	c.do(400, "PATCH", path, `[{"op":"replace","path":"processNotifications","value":"no"}]`)
	cw.SetQuirks(func(q *Quirks) { q.NoNotifyPatch = true })
	r := c.do(400, "PATCH", path, `[{"op":"replace","path":"processNotifications","value":false},{"op":"replace","path":"summary","value":"no"}]`)
	if !strings.Contains(r.raw, "processNotifications") || cw.Tickets()[0].Summary != "z" {
		t.Errorf("refused: %s, %+v", r.raw, cw.Tickets()[0])
	}
}

// TestFalse200ForGood: on such a path nothing ever changes, and nobody says so.
func TestFalse200ForGood(t *testing.T) {
	cw, c := newCW(t, Options{Quirks: Quirks{False200: []string{"/service/tickets/*", "*/additions/*"}}})
	id := create(t, c, minimal)
	before := fmt.Sprint(cw.Tickets(), cw.Additions(900), cw.QuantityWrites(), cw.Mails())
	for range 2 {
		if r := c.do(200, "PATCH", fmt.Sprintf("/service/tickets/%d", id), `[{"op":"replace","path":"status","value":{"id":105}}]`); truth(r.one, "closedFlag") {
			t.Errorf("it closed: %s", r.raw)
		}
		c.do(200, "PATCH", "/finance/agreements/900/additions/7001", `[{"op":"replace","path":"quantity","value":99}]`)
	}
	if after := fmt.Sprint(cw.Tickets(), cw.Additions(900), cw.QuantityWrites(), cw.Mails()); after != before {
		t.Errorf("something changed:\n%s\n%s", before, after)
	}
	cw.SetQuirks(func(q *Quirks) { q.False200 = nil })
	if r := c.do(200, "PATCH", "/finance/agreements/900/additions/7001", `[{"op":"replace","path":"quantity","value":99}]`); decimal(r.one, "quantity") != 99 {
		t.Errorf("it did not change: %s", r.raw)
	}
}

// TestDatesAreDays: midnight Z of a day, in one form, unless the tenant is lax.
func TestDatesAreDays(t *testing.T) {
	cw, c := newCW(t, Options{})
	const path = "/finance/agreements/915/additions"
	add := func(date string) string {
		return fmt.Sprintf(`{"product":{"id":1501},"quantity":2,"billCustomer":"Billable","effectiveDate":%q}`, date)
	}
	odd := map[string]string{
		"2026-11-22T17:30:00Z": "2026-11-22T00:00:00Z", "2026-11-22": "2026-11-22T00:00:00Z", "2026-11-22T00:00:00+01:00": "2026-11-21T00:00:00Z",
		"2026-11-22T00:00:00": "2026-11-22T00:00:00Z",
	}
	for date := range odd {
		r := c.do(400, "POST", path, add(date))
		if code, field := errorField(r); code != "InvalidField" || field != "effectiveDate" {
			t.Errorf("%s: %s", date, r.raw)
		}
	}
	c.do(400, "POST", path, add("2026-11-22T00:00:00.000Z"))
	c.do(201, "POST", path, add("2026-11-22T00:00:00Z"))
	cw.SetQuirks(func(q *Quirks) { q.LooseDates = true })
	for date, want := range odd {
		r := c.do(201, "POST", path, add(date))
		if text(r.one, "effectiveDate") != want {
			t.Errorf("%s became %s", date, text(r.one, "effectiveDate"))
		}
		r = c.do(200, "PATCH", path+"/"+itoa(number(r.one, "id")), fmt.Sprintf(`[{"op":"replace","path":"cancelledDate","value":%q}]`, date))
		if text(r.one, "cancelledDate") != want {
			t.Errorf("%s became %s", date, text(r.one, "cancelledDate"))
		}
	}
	c.do(400, "POST", path, add("soon"))
}

// TestLimits: what a newer tenant takes an older one refuses, naming the field.
func TestLimits(t *testing.T) {
	long := strings.Repeat("ü", 60)
	cw, c := newCW(t, Options{Quirks: Quirks{Limits: map[string]int{"ticket.summary": 59, "serviceNote.text": 10}}})
	ticket := func(summary, site string) string {
		return fmt.Sprintf(`{"summary":%q,"siteName":%q,"company":{"id":251},"processNotifications":false}`, summary, site)
	}
	r := c.do(400, "POST", "/service/tickets", ticket(long, ""))
	if code, field := errorField(r); code != "OutOfRange" || field != "summary" || !strings.Contains(r.raw, "maximum length of 59") {
		t.Errorf("summary: %s", r.raw)
	}
	id := create(t, c, ticket("x", ""))
	c.do(400, "PATCH", fmt.Sprintf("/service/tickets/%d", id), fmt.Sprintf(`[{"op":"replace","path":"summary","value":%q}]`, long))
	c.do(400, "POST", fmt.Sprintf("/service/tickets/%d/notes", id), `{"text":"eleven long","internalAnalysisFlag":true}`)
	r = c.do(400, "POST", "/service/tickets", ticket("x", long))
	if code, field := errorField(r); code != "OutOfRange" || field != "siteName" {
		t.Errorf("site name: %s", r.raw)
	}
	if _, err := cw.AddCompany(sample.Company{Identifier: strings.Repeat("x", 31), Name: "x"}); err == nil {
		t.Error("an older tenant takes a long identifier")
	}
	cw.SetQuirks(func(q *Quirks) { q.Limits, q.NewLimits = nil, true })
	create(t, c, ticket(long, long))
	if _, err := cw.AddCompany(sample.Company{Identifier: strings.Repeat("x", 31), Name: long, StatusID: sample.StatusActive}); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"ticket.colour", "ticket.Summary", "tickets.summary", "ticket.company", "ticket"} {
		if !panics(func() { cw.SetQuirks(func(q *Quirks) { q.Limits = map[string]int{name: 5} }) }) {
			t.Errorf("a limit of %s is taken", name)
		}
	}
}

func TestNullsCanBeRefused(t *testing.T) {
	cw, c := newCW(t, Options{})
	const ticket = `{"summary":"x","company":{"id":251},"contact":null}`
	c.do(201, "POST", "/service/tickets", ticket)
	cw.SetQuirks(func(q *Quirks) { q.NoNulls = true })
	r := c.do(400, "POST", "/service/tickets", ticket)
	if code, field := errorField(r); code != "InvalidField" || field != "contact" {
		t.Errorf("%s", r.raw)
	}
	c.do(400, "POST", "/finance/agreements/915/additions", `{"product":{"id":1501},"billCustomer":"Billable","cancelledDate":null}`)
	c.do(201, "POST", "/service/tickets", minimal)
}

func TestLocationCanBeSecure(t *testing.T) {
	_, c := newCW(t, Options{Quirks: Quirks{SecureLocation: true}})
	if to := c.do(201, "POST", "/service/tickets", minimal).header.Get("Location"); !strings.HasPrefix(to, "https://") {
		t.Errorf("Location %q", to)
	}
}

// TestReferencesCanBeNotFound: the other way of refusing a body that names what there is not.
func TestReferencesCanBeNotFound(t *testing.T) {
	cw, c := newCW(t, Options{Quirks: Quirks{NoRef404: true}})
	for _, tc := range []struct{ path, body, want string }{
		{"/service/tickets", `{"summary":"x","company":{"id":9999}}`, "Company 9999 not found"},
		{"/service/tickets", `{"summary":"x","company":{"id":251},"board":{"id":9998}}`, "Board 9998 not found"},
		{"/service/tickets", `{"summary":"x","company":{"id":251},"board":{"id":11},"status":{"id":9997}}`, "Status 9997 not found"},
		{"/service/tickets", `{"summary":"x","company":{"id":251},"priority":{"id":9996}}`, "Priority 9996 not found"},
		{"/finance/agreements/915/additions", `{"product":{"id":9995},"billCustomer":"Billable"}`, "Product 9995 not found"},
	} {
		if r := c.do(404, "POST", tc.path, tc.body); text(r.one, "code") != "NotFound" || text(r.one, "message") != tc.want {
			t.Errorf("%s: %s", tc.want, r.raw)
		}
	}
	if n := len(cw.Tickets()); n != 0 {
		t.Errorf("%d tickets were made", n)
	}
	c.do(400, "POST", "/service/tickets", `{"company":{"id":9999}}`)
}
