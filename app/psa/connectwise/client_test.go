package connectwise

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
	"psabridge/app/rest"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// recorded is a request as the server saw it.
type recorded struct {
	method, path, query, body string
	header                    http.Header
}

// scripted answers each API path with a canned body and remembers what came.
type scripted struct {
	mu      sync.Mutex
	seen    []recorded
	answers map[string]string // "GET service/boards" → body
	status  map[string]int
	company string // companyinfo
}

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	s.seen = append(s.seen, recorded{r.Method, r.URL.Path, r.URL.RawQuery, string(body), r.Header})
	if strings.HasPrefix(r.URL.Path, "/login/companyinfo/") {
		fmt.Fprint(w, s.company)
		return
	}
	_, path, _ := strings.Cut(r.URL.Path, "/apis/3.0/")
	key := r.Method + " " + path
	if status := s.status[key]; status != 0 {
		w.WriteHeader(status)
	}
	fmt.Fprint(w, s.answers[key])
}

const onPremise = `{"CompanyName":"Acme","Codebase":"v4_6_release/","VersionCode":"v2025.8","CompanyID":"acme","IsCloud":false}`

func scriptedClient(t *testing.T, s *scripted) *Client {
	t.Helper()
	if s.company == "" {
		s.company = onPremise
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	c, err := New(app.ConnectionSettings{SiteURL: server.URL, CompanyID: "acme", AllowPrivateNetwork: true}, Keys{Public: "pub-canary", Private: "priv-canary"}, "build-client-id",
		rest.NewLimiter(1_000_000, 0), Options{Backoff: func(int) time.Duration { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (s *scripted) last() recorded {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen[len(s.seen)-1]
}

func TestWhatEveryRequestCarries(t *testing.T) {
	s := &scripted{answers: map[string]string{"GET service/boards": `[{"id":1,"name":"Alerts"}]`}}
	if _, err := scriptedClient(t, s).Boards(t.Context()); err != nil {
		t.Fatal(err)
	}
	lookup, r := s.seen[0], s.seen[1]
	if lookup.header.Get("Authorization") != "" || lookup.header.Get("ClientId") != "" {
		t.Error("the lookup of the company carries keys")
	}
	user, password, _ := (&http.Request{Header: r.header}).BasicAuth()
	got := []string{user, password, r.header.Get("ClientId"), r.header.Get("Accept"), r.path, r.query}
	want := []string{
		"acme+pub-canary", "priv-canary", "build-client-id", "application/vnd.connectwise.com+json; version=2025.8", "/v4_6_release/apis/3.0/service/boards",
		"fields=id%2Cname%2CinactiveFlag%2CprojectFlag&orderBy=id+asc&page=1&pageSize=1000",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestAnOpenLineWithoutAProductIsNotRead: it may be the line that is looked for, and a second one would bill twice.
func TestAnOpenLineWithoutAProductIsNotRead(t *testing.T) {
	s := &scripted{answers: map[string]string{"GET finance/agreements/12/additions": `[{"id":7,"product":null,"quantity":3}]`}}
	list, err := scriptedClient(t, s).Additions(t.Context(), 12)
	if e, _ := errors.AsType[*app.Error](err); list != nil || e == nil || e.Code != app.Invalid || e.Outcome != app.OutcomeNone || !strings.Contains(e.Message, "line #7") {
		t.Errorf("%v, %v", list, err)
	}
}

// TestALineWithoutAQuantityIsNotRead: nothing is computed from a number nobody said, and 0 is one.
func TestALineWithoutAQuantityIsNotRead(t *testing.T) {
	for name, line := range map[string]string{
		"null":    `{"id":7,"agreementId":12,"product":{"id":5,"identifier":"ACC"},"quantity":null}`,
		"missing": `{"id":7,"product":{"id":5,"identifier":"ACC"}}`,
	} {
		s := &scripted{answers: map[string]string{"GET finance/agreements/12/additions": `[{"id":6,"agreementId":12,"product":{"id":4},"quantity":3},` + line + `]`}}
		list, err := scriptedClient(t, s).Additions(t.Context(), 12)
		if e, _ := errors.AsType[*app.Error](err); list != nil || e == nil || e.Code != app.Invalid || e.Outcome != app.OutcomeNone || !strings.Contains(e.Message, "line #7 (ACC)") {
			t.Errorf("%s: %v, %v", name, list, err)
		}
	}
}

// TestNoListIsNoEmptyList: a 200 that is no list of records must not read as lines that are gone, tickets that were deleted, or a
// ticket that nobody wrote a note on.
func TestNoListIsNoEmptyList(t *testing.T) {
	many := make([]int64, idsPerCall+1)
	for i := range many {
		many[i] = int64(i + 1)
	}
	for name, body := range map[string]string{
		"null": `null`, "an error": `{"code":"InternalServerError","message":"no"}`, "a null row": `[{"id":6,"quantity":3,"product":{"id":4}},null]`,
		"a row that is an error": `[{"code":"InternalServerError","message":"no"}]`, "cut": `[{"id":1},`, "a page": `<html>Welcome</html>`, "nothing": ``,
	} {
		s := &scripted{answers: map[string]string{"POST service/tickets/search": body}}
		for _, path := range []string{
			"company/companies", "company/companies/statuses", "finance/agreements", "finance/agreements/12/additions", "procurement/catalog",
			"service/tickets", "service/tickets/7/allNotes", "service/boards", "system/members",
		} {
			s.answers["GET "+path] = body
		}
		c, ctx := scriptedClient(t, s), t.Context()
		for what, read := range map[string]func() (any, error){
			"companies": func() (any, error) { return c.Companies(ctx, []app.Option{}) }, "statuses": func() (any, error) { return c.CompanyStatuses(ctx) },
			"agreements": func() (any, error) { return c.Agreements(ctx, 0) }, "additions": func() (any, error) { return c.Additions(ctx, 12) },
			"products": func() (any, error) { return c.Products(ctx) }, "a product": func() (any, error) { return c.ProductsByIdentifier(ctx, "ACC") },
			"a reference": func() (any, error) { return c.FindTickets(ctx, "x") }, "a prefix": func() (any, error) { return c.TicketsOf(ctx, "a-", 0) },
			"a ticket": func() (any, error) { return c.TicketsByID(ctx, []int64{7}) }, "many tickets": func() (any, error) { return c.TicketsByID(ctx, many) },
			"the newest": func() (any, error) { return c.NewestTicket(ctx) }, "notes": func() (any, error) { return c.Notes(ctx, 7) },
			"boards": func() (any, error) { return c.Boards(ctx) }, "members": func() (any, error) { return c.Members(ctx) },
		} {
			if got, err := read(); app.ErrorCode(err) != app.Unavailable {
				t.Errorf("%s, answered with %s: %v, %v", what, name, got, err)
			}
		}
	}
}

// TestBodies pins what is written, word for word: a null or a price slipping in would change somebody's contract.
func TestBodies(t *testing.T) {
	s := &scripted{answers: map[string]string{
		"POST service/tickets": `{"id":7,"externalXRef":"x"}`, "POST service/tickets/7/notes": `{"id":9,"internalAnalysisFlag":true}`,
		"PATCH service/tickets/7": `{"id":7,"status":{"id":42},"priority":{"id":8}}`, "PATCH finance/agreements/12/additions/99": `{"id":99,"quantity":1219.5}`,
		"POST finance/agreements/12/additions": `{"id":99,"quantity":3,"product":{"id":5}}`,
	}}
	c := scriptedClient(t, s)
	ctx := t.Context()
	for _, tc := range []struct {
		do   func() error
		want string
	}{
		{func() error {
			_, err := c.CreateTicket(ctx, app.NewTicket{XRef: "x", Summary: "A <b> & c", CompanyID: 250, Description: "one\ntwo\x00"})
			return err
		}, `{"summary":"A <b> & c","company":{"id":250},"externalXRef":"x","initialDescription":"one\ntwo","processNotifications":false,"automaticEmailContactFlag":false,"automaticEmailResourceFlag":false,"automaticEmailCcFlag":false}`},
		{func() error {
			_, err := c.CreateTicket(ctx, app.NewTicket{XRef: "x", Summary: "s", CompanyID: 1, BoardID: 2, StatusID: 3, TypeID: 4, SubtypeID: 8, ItemID: 9, TeamID: 5, PriorityID: 6, SourceID: 7, Internal: "link"})
			return err
		}, `{"summary":"s","company":{"id":1},"board":{"id":2},"status":{"id":3},"type":{"id":4},"subType":{"id":8},"item":{"id":9},"team":{"id":5},"priority":{"id":6},"source":{"id":7},"externalXRef":"x","initialInternalAnalysis":"link","processNotifications":false,"automaticEmailContactFlag":false,"automaticEmailResourceFlag":false,"automaticEmailCcFlag":false}`},
		{
			func() error { _, err := c.AddNote(ctx, 7, app.TicketNote{Text: "n", Internal: true}); return err },
			`{"text":"n","detailDescriptionFlag":false,"internalAnalysisFlag":true,"resolutionFlag":false,"processNotifications":false}`,
		},
		{func() error { _, err := c.UpdateTicket(ctx, 7, app.TicketChange{StatusID: 42}); return err }, `[{"op":"replace","path":"status","value":{"id":42}},{"op":"replace","path":"processNotifications","value":false}]`},
		{func() error {
			_, err := c.UpdateTicket(ctx, 7, app.TicketChange{StatusID: 42, PriorityID: 8})
			return err
		}, `[{"op":"replace","path":"status","value":{"id":42}},{"op":"replace","path":"priority","value":{"id":8}},{"op":"replace","path":"processNotifications","value":false}]`},
		{func() error { _, err := c.SetQuantity(ctx, 12, 99, app.MustQuantity("1219.50")); return err }, `[{"op":"replace","path":"quantity","value":1219.5}]`},
		{func() error {
			_, err := c.CreateAddition(ctx, 12, app.NewAddition{ProductID: 5, Quantity: app.Q(3), BillCustomer: "Billable", EffectiveDate: time.Date(2026, 11, 5, 0, 0, 0, 0, time.UTC)})
			return err
		}, `{"product":{"id":5},"quantity":3,"billCustomer":"Billable","effectiveDate":"2026-11-05T00:00:00Z"}`},
	} {
		if err := tc.do(); err != nil {
			t.Error(err)
		}
		if got := s.last().body; got != tc.want {
			t.Errorf("sent %s\nwant %s", got, tc.want)
		}
	}
}

// TestWhereANoteStands: whatever the answer says about place and ticket is compared; one that says nothing is believed.
func TestWhereANoteStands(t *testing.T) {
	for name, tc := range map[string]struct {
		answer string
		code   app.Code
	}{
		"as asked":          {`{"id":9,"ticketId":7,"internalAnalysisFlag":true,"detailDescriptionFlag":false,"resolutionFlag":false}`, ""},
		"nothing said":      {`{"id":9}`, ""},
		"internal alone":    {`{"id":9,"internalAnalysisFlag":true}`, ""},
		"discussion":        {`{"id":9,"detailDescriptionFlag":true}`, app.Conflict},
		"resolution":        {`{"id":9,"internalAnalysisFlag":false,"detailDescriptionFlag":false,"resolutionFlag":true}`, app.Conflict},
		"nowhere":           {`{"id":9,"internalAnalysisFlag":false,"detailDescriptionFlag":false,"resolutionFlag":false}`, app.Conflict},
		"both":              {`{"id":9,"internalAnalysisFlag":true,"detailDescriptionFlag":true}`, app.Conflict},
		"of another ticket": {`{"id":9,"ticketId":99,"internalAnalysisFlag":true}`, app.Unavailable},
	} {
		s := &scripted{answers: map[string]string{"POST service/tickets/7/notes": tc.answer}}
		if _, err := scriptedClient(t, s).AddNote(t.Context(), 7, app.TicketNote{Text: "n", Internal: true}); app.ErrorCode(err) != tc.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSilenceComesFirst: a server that refuses the word that keeps it quiet is not asked again without it.
func TestSilenceComesFirst(t *testing.T) {
	s := &scripted{
		answers: map[string]string{"PATCH service/tickets/7": `{"code":"InvalidObject","message":"The path processNotifications is not valid."}`},
		status:  map[string]int{"PATCH service/tickets/7": 400},
	}
	_, err := scriptedClient(t, s).UpdateTicket(t.Context(), 7, app.TicketChange{StatusID: 42})
	if app.ErrorCode(err) != app.Invalid || app.ErrorOutcome(err) != app.OutcomeNone || !strings.Contains(app.ErrorMessage(err), "without mailing people") || !strings.Contains(app.ErrorMessage(err), "is not valid") {
		t.Errorf("got %v", err)
	}
	if n := len(s.seen); n != 2 {
		t.Errorf("%d requests, want the lookup and one change", n)
	}
}

func TestIdentify(t *testing.T) {
	for name, tc := range map[string]struct {
		answer string
		code   app.Code
		want   app.Identity
	}{
		"on-premise":       {onPremise, "", app.Identity{CompanyID: "acme", CompanyName: "Acme", Version: "v2025.8", Codebase: "v4_6_release/", BaseURL: "/v4_6_release/apis/3.0/"}},
		"cloud, as text":   {`{"CompanyName":"A","Codebase":"v2025_1/","VersionNumber":"v4.6.1","CompanyID":"acme","IsCloud":"True"}`, "", app.Identity{CompanyID: "acme", CompanyName: "A", Version: "v4.6.1", Codebase: "v2025_1/", Cloud: true, BaseURL: "/v2025_1/apis/3.0/"}},
		"a climbing place": {`{"CompanyName":"A","Codebase":"../../evil/"}`, "", app.Identity{CompanyName: "A", Codebase: "../../evil/", BaseURL: "/v4_6_release/apis/3.0/"}},
		"unknown company":  {`null`, app.NotFound, app.Identity{}},
		"another server":   {`<html>Welcome</html>`, app.NotFound, app.Identity{}},
		"other JSON":       {`{"hello":"world"}`, app.NotFound, app.Identity{}},
		"nothing":          {` `, app.NotFound, app.Identity{}},
	} {
		t.Run(name, func(t *testing.T) {
			c := scriptedClient(t, &scripted{company: tc.answer})
			got, err := c.Identify(t.Context())
			if app.ErrorCode(err) != tc.code {
				t.Fatalf("got %v", err)
			}
			got.BaseURL = strings.TrimPrefix(got.BaseURL, c.site.Origin)
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestUnknownCompanySendsNoKeys(t *testing.T) {
	s := &scripted{company: `null`}
	c := scriptedClient(t, s)
	_, err := c.CreateTicket(t.Context(), app.NewTicket{XRef: "x", Summary: "s", CompanyID: 1})
	if app.ErrorCode(err) != app.Unauthorized || app.ErrorOutcome(err) != app.OutcomeNone || !strings.Contains(app.ErrorMessage(err), "“acme”") {
		t.Errorf("got %v", err)
	}
	for _, r := range s.seen {
		if r.header.Get("Authorization") != "" {
			t.Error("keys were sent to a site that does not know the company")
		}
	}
}

// TestCodebaseMoves: ConnectWise upgrades a hosted site between two calls; reads and writes find it, once each.
func TestCodebaseMoves(t *testing.T) {
	b := newBench(t, sandbox.Options{Cloud: true})
	if _, err := b.client.Boards(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.SetCodebase("v2026_1")
	companies, err := b.client.Companies(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	b.SetCodebase("v2026_2")
	made, err := b.client.CreateTicket(t.Context(), app.NewTicket{XRef: "moved", Summary: "s", CompanyID: companies[0].ID, BoardID: sample.BoardAlerts})
	if err != nil || made.ID == 0 {
		t.Fatal(err)
	}
	if _, err := b.client.Boards(t.Context()); err != nil {
		t.Fatal(err)
	}
	lookups := 0
	for _, r := range b.Log() {
		if strings.HasPrefix(r.Path, "/login/") {
			lookups++
		}
	}
	if lookups != 3 {
		t.Errorf("%d lookups, want one at the start and one after each move", lookups)
	}
	n := 0
	for _, ticket := range b.Tickets() {
		if ticket.ExternalXRef == "moved" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d tickets were made", n)
	}
}

func TestCannotRoute(t *testing.T) {
	s := &scripted{answers: map[string]string{}, status: map[string]int{}}
	for _, key := range []string{"GET service/boards", "POST service/tickets", "GET service/tickets/5"} {
		s.answers[key], s.status[key] = "Cannot route. Codebase/company is invalid", 400
	}
	c := scriptedClient(t, s)
	for name, try := range map[string]func() error{
		"list": func() error { _, err := c.Boards(t.Context()); return err },
		"write": func() error {
			_, err := c.CreateTicket(t.Context(), app.NewTicket{XRef: "x", Summary: "s", CompanyID: 1})
			return err
		},
		"one": func() error { _, err := c.Ticket(t.Context(), 5); return err },
	} {
		err := try()
		m := app.ErrorMessage(err)
		if app.ErrorCode(err) != app.Unauthorized || app.ErrorOutcome(err) != app.OutcomeNone || !strings.Contains(m, "Cannot route. Codebase/company is invalid") || !strings.Contains(m, "company ID “acme”") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNotFoundOrNotLetIn: a 404 about a record is only believed when it names the record, or when another read proves the keys.
func TestNotFoundOrNotLetIn(t *testing.T) {
	for name, tc := range map[string]struct {
		body, boards string
		status       int
		code         app.Code
	}{
		"names the ticket":             {`{"code":"NotFound","message":"Ticket 5 not found"}`, "", 404, app.NotFound},
		"names another":                {`{"code":"NotFound","message":"Ticket 55 not found"}`, `{"code":"ConnectWiseApi","message":"The endpoint does not exist."}`, 404, app.Unauthorized},
		"vague, keys good":             {`{"code":"NotFound"}`, `[{"id":1}]`, 200, app.NotFound},
		"vague, keys good, no right":   {`{"code":"NotFound"}`, `{"code":"Forbidden","message":"no"}`, 403, app.NotFound},
		"vague, keys refused":          {`{"code":"NotFound"}`, `{"code":"Unauthorized","message":"no"}`, 401, app.Unauthorized},
		"no endpoint":                  {`{"code":"ConnectWiseApi","message":"The endpoint does not exist."}`, `{"code":"ConnectWiseApi","message":"The endpoint does not exist."}`, 404, app.Unauthorized},
		"no endpoint, keys good":       {`{"code":"ConnectWiseApi","message":"The endpoint does not exist."}`, `[{"id":1}]`, 200, app.Invalid},
		"names another, keys good":     {`{"code":"NotFound","message":"Ticket 55 not found"}`, `[{"id":1}]`, 200, app.Unavailable},
		"a page, keys good":            {`<html>404</html>`, `[{"id":1}]`, 200, app.Unavailable},
		"a page, and no answer either": {`<html>404</html>`, `<html>502</html>`, 502, app.Unavailable},
		"vague, a firewall in the way": {`{"code":"NotFound"}`, `<html>blocked</html>`, 403, app.Unavailable},
		"vague, client id refused":     {`{"code":"NotFound"}`, `{"code":"Forbidden","message":"clientId is not valid"}`, 403, app.Unauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			s := &scripted{answers: map[string]string{"GET service/tickets/5": tc.body, "GET service/boards": tc.boards}, status: map[string]int{"GET service/tickets/5": 404, "GET service/boards": tc.status}}
			if tc.boards == "" {
				s.answers["GET service/boards"], s.status["GET service/boards"] = "must not be asked", 500
			}
			_, err := scriptedClient(t, s).Ticket(t.Context(), 5)
			if app.ErrorCode(err) != tc.code {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestWordsOfConnectWise(t *testing.T) {
	for name, tc := range map[string]struct {
		status int
		body   string
		code   app.Code
		words  []string
	}{
		"fields": {
			400, `{"code":"InvalidObject","message":"ticket object is invalid","errors":[{"code":"InvalidField","message":"The status is not valid for the service board.","resource":"ticket","field":"status"},{"code":"MissingRequiredField","message":"Required.","field":"board"}]}`,
			app.Invalid,
			[]string{"ticket object is invalid: The status is not valid for the service board.", "Required. (board)"},
		},
		"no api-":       {403, `{"code":"Security","message":"SSL is required.","errors":null}`, app.Unauthorized, []string{"api-", "SSL is required."}},
		"client id 401": {401, `{"code":"Unauthorized","message":"A valid clientId header is required."}`, app.Unauthorized, []string{"client ID", "developer.connectwise.com"}},
		"client id 403": {403, `{"code":"Forbidden","message":"clientId is not valid"}`, app.Unauthorized, []string{"client ID"}},
		"keys":          {401, `{"code":"ConnectWiseApi","message":"UserNotAuthenticated"}`, app.Unauthorized, []string{"API Keys", "UserNotAuthenticated"}},
		"an echo":       {400, `{"code":"InvalidObject","message":"bad header Basic YWNtZStwdWItY2FuYXJ5OnByaXYtY2FuYXJ5 for pub-canary:priv-canary"}`, app.Invalid, []string{"•••"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &scripted{answers: map[string]string{"POST service/tickets": tc.body}, status: map[string]int{"POST service/tickets": tc.status}}
			_, err := scriptedClient(t, s).CreateTicket(t.Context(), app.NewTicket{XRef: "x", Summary: "s", CompanyID: 1})
			if app.ErrorCode(err) != tc.code || app.ErrorOutcome(err) != app.OutcomeNone {
				t.Fatalf("got %v", err)
			}
			for _, w := range tc.words {
				if !strings.Contains(app.ErrorMessage(err), w) {
					t.Errorf("%q is not in %s", w, app.ErrorMessage(err))
				}
			}
			if strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "YWNtZ") {
				t.Errorf("a secret is in %v", err)
			}
		})
	}
}

// TestRowsAreCheckedAgain: some endpoints ignore conditions and answer with whatever comes first.
func TestRowsAreCheckedAgain(t *testing.T) {
	s := &scripted{answers: map[string]string{
		"GET service/tickets":                 `[{"id":1,"externalXRef":"OTHER"},{"id":2,"externalXRef":"mine"},{"id":3}]`,
		"GET company/companies":               `[{"id":1,"deletedFlag":true},{"id":2,"status":{"id":9}}]`,
		"GET company/companies/statuses":      `[{"id":9,"name":"Gone","inactiveFlag":true}]`,
		"GET finance/agreements":              `[{"id":1,"company":{"id":5}},{"id":2,"company":{"id":6},"startDate":"2026-01-31T00:00:00Z","endDate":"2027-01-01T00:00:00Z","noEndingDateFlag":true,"nextInvoiceDate":""}]`,
		"GET finance/agreements/12/additions": `[{"id":1,"agreementId":12,"quantity":0,"cancelledDate":"2026-12-31T05:00:00Z"},{"id":2,"agreementId":13},{"id":3,"product":{"id":5},"quantity":1.5e1}]`,
	}}
	c, ctx := scriptedClient(t, s), t.Context()
	tickets, err := c.FindTickets(ctx, "mine")
	if err != nil || len(tickets) != 1 || tickets[0].ID != 2 {
		t.Errorf("%+v, %v", tickets, err)
	}
	byID, err := c.TicketsByID(ctx, []int64{3, 4})
	if err != nil || len(byID) != 1 || byID[0].ID != 3 {
		t.Errorf("%+v, %v", byID, err)
	}
	companies, err := c.Companies(ctx, nil)
	if err != nil || len(companies) != 1 || companies[0].ID != 2 || !companies[0].Inactive {
		t.Errorf("%+v, %v", companies, err)
	}
	agreements, err := c.Agreements(ctx, 6)
	if err != nil || len(agreements) != 1 || agreements[0].ID != 2 || !agreements[0].EndDate.IsZero() || !agreements[0].StartDate.Equal(time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v, %v", agreements, err)
	}
	additions, err := c.Additions(ctx, 12)
	if err != nil || len(additions) != 2 || !additions[1].Quantity.Equal(app.Q(15)) || !additions[0].CancelledDate.Equal(time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v, %v", additions, err)
	}
}

// TestRequestsStayFew: what a poll and a plan cost.
func TestRequestsStayFew(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	if _, err := b.client.Boards(t.Context()); err != nil {
		t.Fatal(err)
	}
	for what, try := range map[string]func() error{
		"open tickets": func() error { _, err := b.client.TicketsByID(t.Context(), []int64{1, 2, 3}); return err },
		"agreements":   func() error { _, err := b.client.Agreements(t.Context(), 0); return err },
		"products":     func() error { _, err := b.client.Products(t.Context()); return err },
	} {
		b.ForgetRequests()
		if err := try(); err != nil || b.Requests() != 1 {
			t.Errorf("%s: %d requests, %v", what, b.Requests(), err)
		}
	}
}

// TestVersionWithoutTheRight: a role that may not read /system/info still has good keys.
func TestVersionWithoutTheRight(t *testing.T) {
	b := newBench(t, sandbox.Options{Forbid: []string{"/system/info"}})
	server, err := b.client.Authenticate(t.Context())
	if err != nil || server.Version != "v2025.8" || server.ServerTime.IsZero() {
		t.Errorf("%+v, %v", server, err)
	}
	skewed := newBench(t, sandbox.Options{Now: func() time.Time { return testNow }, ClockSkew: time.Hour})
	if server, err = skewed.client.Authenticate(t.Context()); err != nil || !server.ServerTime.Equal(testNow.Add(time.Hour)) {
		t.Errorf("%+v, %v", server, err)
	}
}

// TestSearchLags: what was just made is not found yet, but read by its number.
func TestSearchLags(t *testing.T) {
	b := newBench(t, sandbox.Options{SearchLag: time.Hour})
	companies, err := b.client.Companies(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	made, err := b.client.CreateTicket(t.Context(), app.NewTicket{XRef: "lag", Summary: "s", CompanyID: companies[0].ID, BoardID: sample.BoardAlerts})
	if err != nil {
		t.Fatal(err)
	}
	if found, err := b.client.FindTickets(t.Context(), "lag"); err != nil || len(found) != 0 {
		t.Errorf("%+v, %v", found, err)
	}
	if read, err := b.client.Ticket(t.Context(), made.ID); err != nil || read.XRef != "lag" {
		t.Errorf("%+v, %v", read, err)
	}
	if newest, err := b.client.NewestTicket(t.Context()); err != nil || newest.ID != made.ID {
		t.Errorf("the positive control does not see it: %+v, %v", newest, err)
	}
}
