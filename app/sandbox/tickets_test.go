package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"psabridge/app/sandbox/sample"
)

const minimal = `{"summary":"FS01 is unreachable","company":{"id":251},"board":{"id":11},"externalXRef":"inst-0001","initialDescription":"Down since 9:00.",` +
	`"initialInternalAnalysis":"Look at it.","processNotifications":false}`

func create(t *testing.T, c *client, body string) int {
	t.Helper()
	return number(c.do(201, "POST", "/service/tickets", body).one, "id")
}

func TestCreateTicket(t *testing.T) {
	cw, c := newCW(t, Options{})
	r := c.do(201, "POST", "/service/tickets", minimal)
	if !strings.HasPrefix(r.header.Get("Location"), "http://") {
		t.Errorf("Location %q is not the insecure one", r.header.Get("Location"))
	}
	o := r.one
	if refName(o, "status") != "New" || refName(o, "team") != "Service Desk" || refName(o, "priority") != "Priority 3" || truth(o, "closedFlag") {
		t.Errorf("defaults: %s", r.raw)
	}
	for _, name := range []string{"initialDescription", "initialInternalAnalysis", "processNotifications", "owner", "type"} {
		if _, ok := o[name]; ok {
			t.Errorf("%s came back", name)
		}
	}
	if info := o["_info"].(object); text(info, "enteredBy") != sample.MemberIdentifier || text(info, "lastUpdated") != "2026-11-22T09:00:00Z" {
		t.Errorf("_info: %v", info)
	}
	id := number(o, "id")
	kinds := map[string]string{}
	for _, n := range cw.Notes(id) {
		kinds[n.Kind] = n.Text
	}
	if kinds["discussion"] != "Down since 9:00." || kinds["internal"] != "Look at it." || cw.Mails() != 0 {
		t.Errorf("notes %v, mails %d", kinds, cw.Mails())
	}
	found := c.do(200, "GET", where("/service/tickets", `externalXRef = "inst-0001"`), nil)
	if !slices.Equal(idsOf(found.many), []int{id}) {
		t.Errorf("search: %s", found.raw)
	}
	found = c.do(200, "POST", "/service/tickets/search?fields=id", `{"conditions":"externalXRef like \"inst-%\""}`)
	if !slices.Equal(idsOf(found.many), []int{id}) {
		t.Errorf("search in the body: %s", found.raw)
	}
	// Without a board the API member's default one; without a word, mails.
	other := c.do(201, "POST", "/service/tickets", `{"summary":"x","company":{"identifier":"contoso logistik"}}`)
	if refID(other.one, "board") != sample.BoardNOC || cw.Mails() != 1 {
		t.Errorf("board %v, mails %d", other.one["board"], cw.Mails())
	}
}

func TestCreateTicketRefuses(t *testing.T) {
	cw, c := newCW(t, Options{})
	for body, want := range map[string][2]string{
		`{"company":{"id":251}}`: {"MissingRequiredField", "summary"},
		`{"summary":"x"}`:        {"MissingRequiredField", "company"},
		`{"summary":"` + strings.Repeat("ö", 101) + `","company":{"id":251}}`:                    {"OutOfRange", "summary"},
		`{"summary":"x","company":{"id":1}}`:                                                     {"InvalidField", "company"},
		`{"summary":"x","company":{"id":198}}`:                                                   {"InvalidField", "company"}, // in the recycle bin
		`{"summary":"x","company":"Contoso"}`:                                                    {"InvalidField", "company"},
		`{"summary":"x","company":{"id":251},"board":{"id":13}}`:                                 {"InvalidField", "board"},
		`{"summary":"x","company":{"id":251},"board":{"id":11},"status":{"id":111}}`:             {"InvalidField", "status"},
		`{"summary":"x","company":{"id":251},"board":{"id":11},"status":{"id":106}}`:             {"InvalidField", "status"}, // inactive
		`{"summary":"x","company":{"id":251},"board":{"id":11},"type":{"id":212}}`:               {"InvalidField", "type"},
		`{"summary":"x","company":{"id":251},"board":{"id":11},"team":{"id":311}}`:               {"InvalidField", "team"},
		`{"summary":"x","company":{"id":251},"board":{"id":11},"priority":{"id":77}}`:            {"InvalidField", "priority"},
		`{"summary":"x","company":{"id":251},"severity":"Huge"}`:                                 {"InvalidField", "severity"},
		`{"summary":"x","company":{"id":251},"requiredDate":"tomorrow"}`:                         {"InvalidField", "requiredDate"},
		`{"summary":"x","company":{"id":251},"externalXRef":"` + strings.Repeat("x", 101) + `"}`: {"OutOfRange", "externalXRef"},
	} {
		r := c.do(400, "POST", "/service/tickets", body)
		code, field := errorField(r)
		if text(r.one, "code") != "InvalidObject" || text(r.one, "message") != "ticket object is invalid" || [2]string{code, field} != want {
			t.Errorf("%s: %s", body, r.raw)
		}
	}
	for _, body := range []string{"", "null", "[]", `{"summary":`} {
		c.do(400, "POST", "/service/tickets", body)
	}
	if n := len(cw.Tickets()); n != 0 {
		t.Errorf("%d tickets were created", n)
	}
}

func TestPatchTicket(t *testing.T) {
	at := newClock()
	cw, c := newCW(t, Options{Now: at.now})
	id := create(t, c, minimal)
	path := fmt.Sprintf("/service/tickets/%d", id)
	patch := func(status int, body string) reply { t.Helper(); return c.do(status, "PATCH", path, body) }
	at.advance(time.Minute)

	r := patch(200, `[{"op":"replace","path":"status","value":{"id":105}}]`)
	if !truth(r.one, "closedFlag") || text(r.one, "closedBy") != sample.MemberIdentifier || text(r.one, "closedDate") != "2026-11-22T09:01:00Z" {
		t.Errorf("closing: %s", r.raw)
	}
	r = patch(200, `[{"op":"replace","path":"/status","value":{"name":"In Progress"}}]`)
	if truth(r.one, "closedFlag") || r.one["closedDate"] != nil || refID(r.one, "status") != 102 {
		t.Errorf("reopening: %s", r.raw)
	}
	// The false 200: a path into a reference, a field the server sets.
	r = patch(200, `[{"op":"replace","path":"status/id","value":105},{"op":"replace","path":"closedFlag","value":true}]`)
	if refID(r.one, "status") != 102 || truth(r.one, "closedFlag") {
		t.Errorf("a path into a reference changed something: %s", r.raw)
	}
	r = patch(200, `[{"op":"replace","path":"board","value":{"id":12}}]`)
	if refID(r.one, "status") != 111 || refName(r.one, "team") != "NOC Team" {
		t.Errorf("another board: %s", r.raw)
	}
	r = patch(200, `[{"op":"add","path":"owner","value":{"identifier":"mkoch"}},{"op":"replace","path":"summary","value":"new"}]`)
	if text(r.one["owner"].(object), "identifier") != "mkoch" || text(r.one, "summary") != "new" {
		t.Errorf("owner: %s", r.raw)
	}
	if r = patch(200, `[{"op":"remove","path":"owner"}]`); r.one["owner"] != nil {
		t.Errorf("owner removed: %s", r.raw)
	}
	before := cw.Tickets()
	for _, body := range []string{
		`{"op":"replace","path":"summary","value":"x"}`, `[{"op":"Replace","path":"summary","value":"x"}]`, `[{"op":"replace","path":"Summary","value":"x"}]`,
		`[{"op":"replace","path":"colour","value":"x"}]`, `[{"op":"replace","path":"summary","value":7}]`, `[{"op":"replace","path":"status","value":{"id":105}}]`,
		`[{"op":"replace","path":"status","value":105}]`, `[{"op":"remove","path":"summary"}]`, `null`, ``,
	} {
		patch(400, body)
	}
	if !slices.Equal(before, cw.Tickets()) {
		t.Error("a refused patch changed the ticket")
	}
	c.do(404, "PATCH", "/service/tickets/1", `[]`)
}

func TestNotes(t *testing.T) {
	cw, c := newCW(t, Options{})
	id := create(t, c, `{"summary":"x","company":{"id":251},"processNotifications":false}`)
	path := fmt.Sprintf("/service/tickets/%d", id)
	r := c.do(201, "POST", path+"/notes", `{"text":"again","detailDescriptionFlag":false,"internalAnalysisFlag":true,"resolutionFlag":false,"processNotifications":false}`)
	if text(r.one, "createdBy") != sample.MemberIdentifier || number(r.one, "ticketId") != id || !truth(r.one, "internalAnalysisFlag") {
		t.Errorf("note: %s", r.raw)
	}
	for _, body := range []string{`{"text":"x"}`, `{"text":"x","internalAnalysisFlag":true,"resolutionFlag":true}`, `{"text":" ","internalAnalysisFlag":true}`} {
		c.do(400, "POST", path+"/notes", body)
	}
	c.do(404, "POST", "/service/tickets/1/notes", `{"text":"x","internalAnalysisFlag":true}`)
	if err := cw.NoteByHand(id, "I am on it"); err != nil {
		t.Fatal(err)
	}
	if err := cw.AddTimeEntry(id, "Called them"); err != nil {
		t.Fatal(err)
	}
	if r := c.do(200, "GET", path+"/notes", nil); len(r.many) != 2 || text(r.many[1], "createdBy") != By {
		t.Errorf("notes: %s", r.raw)
	}
	all := c.do(200, "GET", path+"/allNotes", nil)
	types := []string{}
	for _, o := range all.many {
		types = append(types, text(o, "noteType")+" "+text(o["member"].(object), "identifier"))
	}
	if want := []string{"TicketNote Axcient", "TicketNote mkoch", "TimeEntryNote mkoch"}; !slices.Equal(types, want) {
		t.Errorf("all notes %q, want %q", types, want)
	}
	if r := c.do(400, "GET", where(path+"/allNotes", `noteType = "TicketNote"`), nil); text(r.one, "code") != "ApiFindCondition" {
		t.Errorf("noteType cannot be searched: %s", r.raw)
	}
	if cw.Mails() != 0 {
		t.Errorf("%d mails", cw.Mails())
	}
}

func TestSearchLag(t *testing.T) {
	at := newClock()
	_, c := newCW(t, Options{Now: at.now, SearchLag: 5 * time.Minute})
	id := create(t, c, minimal)
	search := where("/service/tickets", `externalXRef = "inst-0001"`)
	if r := c.do(200, "GET", search, nil); r.raw != "[]" {
		t.Errorf("the search sees it at once: %s", r.raw)
	}
	if r := c.do(200, "GET", where("/service/tickets/count", `externalXRef = "inst-0001"`), nil); decimal(r.one, "count") != 0 {
		t.Errorf("the count sees it at once: %s", r.raw)
	}
	c.do(200, "GET", fmt.Sprintf("/service/tickets/%d", id), nil) // by id it is there
	if r := c.do(200, "GET", "/service/tickets", nil); len(r.many) != 1 {
		t.Errorf("the plain list does not see it: %s", r.raw)
	}
	at.advance(5 * time.Minute)
	if r := c.do(200, "GET", search, nil); !slices.Equal(idsOf(r.many), []int{id}) {
		t.Errorf("the search never sees it: %s", r.raw)
	}
}

func TestPeopleInConnectWise(t *testing.T) {
	cw, c := newCW(t, Options{})
	id := create(t, c, minimal)
	steps := []struct {
		what string
		do   func() error
		want func(Ticket) bool
	}{
		{"assign", func() error { return cw.AssignOwner(id, "tpetersen") }, func(k Ticket) bool { return k.Owner == "tpetersen" && k.UpdatedBy == By }},
		{"move", func() error { return cw.SetTicketStatus(id, 104) }, func(k Ticket) bool { return k.Status == "Completed" && !k.Closed }},
		{"close", func() error { return cw.CloseTicketByHand(id) }, func(k Ticket) bool { return k.Closed && k.ClosedBy == By && k.Status == "Closed" }},
		{"rename status", func() error { return cw.RenameStatus(105, "Done") }, func(k Ticket) bool { return k.Status == "Done" }},
		{"delete status", func() error { cw.DeleteStatus(105); return nil }, func(k Ticket) bool { return k.StatusID == 105 && k.Closed }},
		{"rename company", func() error { return cw.RenameCompany(251, "Contoso AG") }, func(k Ticket) bool { return k.Company == "Contoso AG" }},
	}
	for _, s := range steps {
		if err := s.do(); err != nil {
			t.Fatalf("%s: %v", s.what, err)
		}
		if k := cw.Tickets()[0]; !s.want(k) {
			t.Errorf("%s: %+v", s.what, k)
		}
	}
	other := create(t, c, minimal)
	if err := cw.MergeTicket(other, id); err != nil || cw.Tickets()[1].MergedInto != id {
		t.Errorf("merge: %v %+v", err, cw.Tickets()[1])
	}
	if !cw.DeleteTicket(id) || cw.DeleteTicket(id) || cw.AssignOwner(id, By) == nil {
		t.Error("a deleted ticket is still there")
	}
	c.do(404, "GET", fmt.Sprintf("/service/tickets/%d", id), nil)
}
