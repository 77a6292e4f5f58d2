package connectwise

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/sandbox"
)

const (
	noTables    = "System ▸ Table Setup ▸ Inquire"
	noCompanies = "Companies ▸ Company Maintenance ▸ Inquire"
)

// TestKeysOfNarrowRoles: what a role may not read says nothing about its keys, and nothing is lost that can be learned.
func TestKeysOfNarrowRoles(t *testing.T) {
	for name, tc := range map[string]struct {
		lacks []string
		code  app.Code
	}{
		"billing only": {[]string{noTables}, ""}, "tickets only": {[]string{noCompanies}, ""}, "neither": {[]string{noTables, noCompanies}, app.Forbidden},
	} {
		for _, cloud := range []bool{false, true} {
			b := newBench(t, sandbox.Options{Cloud: cloud, Quirks: sandbox.Quirks{Lacks: tc.lacks}})
			server, err := b.client.Authenticate(t.Context())
			if app.ErrorCode(err) != tc.code || server.Version == "" || server.ServerTime.IsZero() {
				t.Errorf("%s: %+v, %v", name, server, err)
			}
			b.SetKeys("other", "keys")
			if server, err = b.client.Authenticate(t.Context()); app.ErrorCode(err) != app.Unauthorized || server.Version != "" {
				t.Errorf("%s, wrong keys: %+v, %v", name, server, err)
			}
		}
	}
}

// TestAFirewallProvesNothing: a page in the way is not ConnectWise refusing a right.
func TestAFirewallProvesNothing(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	page := sandbox.HTMLPage(http.StatusForbidden)
	page.Path, page.Times = "/service/*", -1
	b.Faults.Add(page)
	if _, err := b.client.Authenticate(t.Context()); app.ErrorCode(err) != app.Unavailable || !strings.Contains(app.ErrorMessage(err), "firewall") {
		t.Errorf("got %v", err)
	}
}

// TestCompaniesWithoutTheirStatuses: they come, and nobody may take them for active.
func TestCompaniesWithoutTheirStatuses(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	whole, err := b.client.Companies(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	inactive := 0
	for _, c := range whole {
		if c.StatusUnknown {
			t.Errorf("the status of %s is unknown", c.Name)
		}
		if c.Inactive {
			inactive++
		}
	}
	if inactive == 0 {
		t.Error("no inactive company to tell apart")
	}
	for _, lacks := range []string{noTables, "Company / Company Status"} {
		b.SetQuirks(func(q *sandbox.Quirks) { q.Lacks = []string{lacks} })
		narrow, err := b.client.Companies(t.Context(), nil)
		if err != nil || len(narrow) != len(whole) {
			t.Fatalf("%d of %d companies, %v", len(narrow), len(whole), err)
		}
		for _, c := range narrow {
			if !c.StatusUnknown || c.Inactive || c.Status == "" {
				t.Errorf("%+v", c)
			}
		}
	}
	b.SetQuirks(func(q *sandbox.Quirks) { q.Lacks = []string{noCompanies} })
	if _, err := b.client.Companies(t.Context(), nil); app.ErrorCode(err) != app.Forbidden || !strings.Contains(app.ErrorMessage(err), "Company Maintenance ▸ Inquire") {
		t.Errorf("got %v", err)
	}
}

// TestExcess: too much is named by module; a refusal and a route that is not there are good news; wrong keys are no news.
func TestExcess(t *testing.T) {
	b := newBench(t, sandbox.Options{Cloud: true})
	_, _ = b.client.Boards(t.Context())
	b.ForgetRequests()
	got, err := b.client.Excess(t.Context())
	if err != nil || len(got.Found) != 0 || len(got.Tried) != len(excess) || b.Requests() > 6 {
		t.Errorf("%+v in %d requests, %v", got, b.Requests(), err)
	}
	granted := []string{"System ▸ Member Maintenance", "Finance ▸ Invoicing"}
	b.SetQuirks(func(q *sandbox.Quirks) {
		q.Grants, q.NoRoutes = granted, []string{"/system/callbacks", "/time/*"}
	})
	if got, err = b.client.Excess(t.Context()); err != nil || !slices.Equal(got.Found, granted) {
		t.Errorf("%+v, %v", got, err)
	}
	b.SetQuirks(func(q *sandbox.Quirks) { q.Lacks = []string{noTables, noCompanies} }) // then nothing but a refusal proves the keys
	if got, err = b.client.Excess(t.Context()); err != nil || !slices.Equal(got.Found, granted) {
		t.Errorf("%+v, %v", got, err)
	}
	b.SetQuirks(func(q *sandbox.Quirks) { q.ExcessRights = true })
	b.SetCodebase("v2026_1") // an upgrade, noticed by the first probe
	if got, err = b.client.Excess(t.Context()); err != nil || len(got.Found) != len(excess)-2 {
		t.Errorf("%+v, %v", got, err)
	}
	b.SetKeys("other", "keys")
	if got, err = b.client.Excess(t.Context()); app.ErrorCode(err) != app.Unauthorized || got.Found != nil || got.Tried != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestExcessOfEachModule: what is tried is found, and what is not tried is not said to be.
func TestExcessOfEachModule(t *testing.T) {
	for _, module := range sandbox.ExcessModules() {
		b := newBench(t, sandbox.Options{Quirks: sandbox.Quirks{Grants: []string{module}}})
		got, err := b.client.Excess(t.Context())
		if tried := slices.Contains(got.Tried, module); err != nil || tried != slices.Equal(got.Found, []string{module}) || !tried && len(got.Found) != 0 {
			t.Errorf("%s: %+v, %v", module, got, err)
		}
	}
}

// TestExcessWithoutAClientID: a refusal of the client id is no refusal of a right, so it is not good news.
func TestExcessWithoutAClientID(t *testing.T) {
	b := newBench(t, sandbox.Options{Quirks: sandbox.Quirks{ClientID403: true, ClientIDs: []string{"another"}}})
	if got, err := b.client.Excess(t.Context()); app.ErrorCode(err) != app.Unauthorized || !strings.Contains(app.ErrorMessage(err), "client ID") {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestNoSuchRouteIsNoDeletedRecord: a server that lacks a path below a record has the record all the same. Taken for gone,
// its ticket would never be noted or closed again.
func TestNoSuchRouteIsNoDeletedRecord(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	company, err := b.client.Companies(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	made, err := b.client.CreateTicket(t.Context(), app.NewTicket{XRef: "x", Summary: "s", CompanyID: company[0].ID})
	if err != nil {
		t.Fatal(err)
	}
	agreement := b.Additions(0)[0].AgreementID
	b.SetQuirks(func(q *sandbox.Quirks) {
		q.NoRoutes = []string{"/service/tickets/*/allNotes", "/service/tickets/*/notes", "/finance/agreements/*/additions*"}
	})
	for path, call := range map[string]func() error{
		"/service/tickets/*/allNotes": func() error { _, err := b.client.Notes(t.Context(), made.ID); return err },
		"/service/tickets/*/notes": func() error {
			_, err := b.client.AddNote(t.Context(), made.ID, app.TicketNote{Text: "x", Internal: true})
			return err
		},
		"/finance/agreements/*/additions": func() error { _, err := b.client.Additions(t.Context(), int64(agreement)); return err },
		"/finance/agreements/*/additions/*": func() error {
			_, err := b.client.SetQuantity(t.Context(), int64(agreement), 1, app.Q(1))
			return err
		},
	} {
		err := call()
		if app.ErrorCode(err) != app.Invalid || app.ErrorOutcome(err) != app.OutcomeNone || !strings.Contains(app.ErrorMessage(err), "This ConnectWise does not have "+path+",") {
			t.Errorf("%s: %v", path, err)
		}
	}
	b.SetKeys("other", "keys")
	if _, err := b.client.Notes(t.Context(), made.ID); app.ErrorCode(err) != app.Unauthorized {
		t.Errorf("wrong keys: %v", err)
	}
}

// TestMembersAreOptional: the usual role may not list them, and that is what is said.
func TestMembersAreOptional(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	if _, err := b.client.Members(t.Context()); app.ErrorCode(err) != app.Forbidden || !strings.Contains(app.ErrorMessage(err), "System ▸ Member Maintenance ▸ Inquire") {
		t.Errorf("got %v", err)
	}
	b.SetQuirks(func(q *sandbox.Quirks) { q.Grants = []string{"System ▸ Member Maintenance"} })
	members, err := b.client.Members(t.Context())
	if err != nil || len(members) == 0 || members[0].Identifier == "" || members[0].Name == "" {
		t.Errorf("%+v, %v", members, err)
	}
}

// TestAnotherRegion: a company that lives at another cloud site is said to; nothing is sent there.
func TestAnotherRegion(t *testing.T) {
	for named, want := range map[string]string{
		"api-eu.myconnectwise.net": "https://eu.myconnectwise.net", "https://eu.myconnectwise.net/": "https://eu.myconnectwise.net",
		"": "", "cw.acme.example": "", "10.0.0.1": "", "not a site": "",
	} {
		b := newBench(t, sandbox.Options{Cloud: true, Quirks: sandbox.Quirks{SiteURL: named}})
		if who, err := b.client.Identify(t.Context()); err != nil || who.SiteURL != want {
			t.Errorf("%q: %q, %v", named, who.SiteURL, err)
		}
	}
	c, err := New(app.ConnectionSettings{SiteURL: "na.myconnectwise.net", CompanyID: "acme"}, Keys{Public: "p", Private: "q"}, "id", nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for named, want := range map[string]string{"api-na.myconnectwise.net": "", "NA.myconnectwise.net": "", "api-au.myconnectwise.net": "https://au.myconnectwise.net"} {
		if got := c.elsewhere(named); got != want {
			t.Errorf("%q: %q", named, got)
		}
	}
}

// TestAReferenceThatIsNotFound: a write that names in its body what there is not is refused for what it is. Taken for keys
// that are not accepted, one such ticket would stop everything on the connection.
func TestAReferenceThatIsNotFound(t *testing.T) {
	for _, cloud := range []bool{false, true} {
		b := newBench(t, sandbox.Options{Cloud: cloud, Quirks: sandbox.Quirks{NoRef404: true}})
		company, err := b.client.Companies(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		made, err := b.client.CreateTicket(t.Context(), app.NewTicket{XRef: "x", Summary: "s", CompanyID: company[0].ID})
		if err != nil {
			t.Fatal(err)
		}
		create := func() error {
			_, err := b.client.CreateTicket(t.Context(), app.NewTicket{XRef: "y", Summary: "s", CompanyID: 9999})
			return err
		}
		agreement := int64(b.Additions(0)[0].AgreementID)
		for words, call := range map[string]func() error{
			"Company 9999 not found": create,
			"Status 9998 not found": func() error {
				_, err := b.client.UpdateTicket(t.Context(), made.ID, app.TicketChange{StatusID: 9998})
				return err
			},
			"Product 9997 not found": func() error {
				_, err := b.client.CreateAddition(t.Context(), agreement, app.NewAddition{ProductID: 9997, Quantity: app.Q(1), BillCustomer: "Billable"})
				return err
			},
		} {
			err := call()
			if app.ErrorCode(err) != app.Invalid || app.ErrorOutcome(err) != app.OutcomeNone || !strings.Contains(app.ErrorMessage(err), words) {
				t.Errorf("%s: %v", words, err)
			}
		}
		b.SetKeys("other", "keys")
		if err := create(); app.ErrorCode(err) != app.Unauthorized || app.ErrorOutcome(err) != app.OutcomeNone {
			t.Errorf("wrong keys: %v", err)
		}
	}
	s := &scripted{
		answers: map[string]string{"POST service/tickets": `{"code":"NotFound","message":"Company 1 not found"}`, "GET service/boards": `{"code":"ConnectWiseApi","message":"The endpoint does not exist."}`},
		status:  map[string]int{"POST service/tickets": 404, "GET service/boards": 404},
	}
	if _, err := scriptedClient(t, s).CreateTicket(t.Context(), app.NewTicket{XRef: "x", Summary: "s", CompanyID: 1}); app.ErrorCode(err) != app.Unauthorized || app.ErrorOutcome(err) != app.OutcomeNone {
		t.Errorf("the proof fails: %v", err)
	}
}
