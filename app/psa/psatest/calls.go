package psatest

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"psabridge/app"
)

// oneCall is a method of the port with arguments that make it succeed.
type oneCall struct {
	name string
	do   func(context.Context) error
}

// call drops what a method returns besides its error.
func call[T any](name string, do func(context.Context) (T, error)) oneCall {
	return oneCall{name, func(ctx context.Context) error { _, err := do(ctx); return err }}
}

// of binds the argument of a method.
func of[A, T any](do func(context.Context, A) (T, error), arg A) func(context.Context) (T, error) {
	return func(ctx context.Context) (T, error) { return do(ctx, arg) }
}

// calls is every method of the port, so that a rule can be tried on each; it makes a ticket for those that need one.
func (w World) calls(t *testing.T) []oneCall {
	t.Helper()
	c := w.Client
	made, err := c.CreateTicket(t.Context(), w.ticket("conf-calls"))
	ticket := must(t, w, made, err).ID
	return []oneCall{
		call("Identify", c.Identify), call("Authenticate", c.Authenticate), call("Excess", c.Excess),
		call("Companies", of(c.Companies, nil)), call("CompanyStatuses", c.CompanyStatuses), call("Agreements", of(c.Agreements, w.Company)), call("Additions", of(c.Additions, w.Agreement)),
		call("Products", c.Products), call("ProductsByIdentifier", of(c.ProductsByIdentifier, w.FreeProduct.Identifier)), call("Members", c.Members),
		call("Boards", c.Boards), call("Priorities", c.Priorities), call("TicketSources", c.TicketSources),
		call("Statuses", of(c.Statuses, w.Board)), call("Types", of(c.Types, w.Board)), call("Subtypes", of(c.Subtypes, w.Board)), call("Items", of(c.Items, w.Board)),
		call("Associations", of(c.Associations, w.Board)), call("Teams", of(c.Teams, w.Board)),
		call("FindTickets", of(c.FindTickets, "conf-calls")), call("TicketsOf", func(ctx context.Context) ([]app.RemoteTicket, error) { return c.TicketsOf(ctx, "conf-calls", 0) }), call("NewestTicket", c.NewestTicket), call("Ticket", of(c.Ticket, ticket)),
		call("TicketsByID", of(c.TicketsByID, []int64{ticket})), call("Notes", of(c.Notes, ticket)),
		call("CreateTicket", of(c.CreateTicket, w.ticket("conf-calls-2"))),
		call("AddNote", func(ctx context.Context) (app.TicketNote, error) {
			return c.AddNote(ctx, ticket, app.TicketNote{Text: "again", Internal: true})
		}),
		call("UpdateTicket", func(ctx context.Context) (app.RemoteTicket, error) {
			return c.UpdateTicket(ctx, ticket, app.TicketChange{StatusID: w.OpenStatus})
		}),
		call("Raise", func(ctx context.Context) (app.RemoteTicket, error) {
			return c.UpdateTicket(ctx, ticket, app.TicketChange{PriorityID: w.Priority})
		}),
		call("Close", func(ctx context.Context) (app.RemoteTicket, error) {
			return c.UpdateTicket(ctx, ticket, app.TicketChange{StatusID: w.ClosedStatus})
		}),
		call("SetQuantity", func(ctx context.Context) (app.Addition, error) {
			return c.SetQuantity(ctx, w.Agreement, w.Addition, w.Quantity(w.Addition).Add(app.Q(1)))
		}),
		call("CreateAddition", of2(c.CreateAddition, w.Agreement, app.NewAddition{ProductID: w.FreeProduct.ID, Quantity: app.Q(1), BillCustomer: "Billable"})),
	}
}

func of2[A, B, T any](do func(context.Context, A, B) (T, error), a A, b B) func(context.Context) (T, error) {
	return func(ctx context.Context) (T, error) { return do(ctx, a, b) }
}

// testRights takes the rights of the least role away, one by one: exactly the calls that need each are refused, and the
// person is told which right it is.
func testRights(t *testing.T, fresh func(*testing.T) World) {
	for i, right := range fresh(t).Rights {
		t.Run(right.Name, func(t *testing.T) {
			w := fresh(t)
			w.Widen()
			calls := w.calls(t)
			w.Rights[i].Take()
			for _, name := range right.Needs {
				if !slices.ContainsFunc(calls, func(c oneCall) bool { return c.name == name }) {
					t.Fatalf("there is no call %s", name)
				}
			}
			for _, one := range calls {
				err := one.do(t.Context())
				if !slices.Contains(right.Needs, one.name) {
					if err != nil {
						t.Errorf("%s does not need it: %v", one.name, err)
					}
					continue
				}
				if err == nil {
					t.Errorf("%s is let through", one.name)
					continue
				}
				w.wants(t, err, app.Forbidden, app.OutcomeNone)
				right.told(t, one.name, app.ErrorMessage(err))
			}
		})
	}
}

// told checks that the person reads which right is missing, and nothing that is not so.
func (r Right) told(t *testing.T, call, said string) {
	t.Helper()
	if !strings.Contains(said, r.Words) {
		t.Errorf("%s: %q is not in: %s", call, r.Words, said)
	}
	asserted, other := strings.Contains(said, "lacks “"+r.Lacks+"”"), r.Other != "" && strings.Contains(said, r.Other)
	if slices.Contains(r.Open, call) {
		if !other || strings.Contains(said, "lacks “") {
			t.Errorf("%s may be short of %q as well, so both are to be named and neither said to be missing: %s", call, r.Other, said)
		}
	} else if !asserted || other {
		t.Errorf("%s is short of %q and of nothing else: %s", call, r.Lacks, said)
	}
}

// testNoSecret: whatever the other side repeats of what was sent, on whatever call, no error shows it.
func testNoSecret(t *testing.T, w World) {
	var echo []string
	for _, s := range w.Secrets {
		echo = append(echo, encoded(s.Reveal())...)
	}
	words := strings.Join(echo, " ")
	calls := w.calls(t)
	for _, status := range []int{400, 401, 403, 404, 409, 500, 429} { // the last one stops everything
		for _, one := range calls {
			for range 3 {
				w.Trouble(Trouble{Kind: Refused, Status: status, Words: words})
			}
			if err := one.do(t.Context()); err != nil {
				w.noSecret(t, err)
			}
		}
	}
}

// testExcess: of the modules it says it tried, every one that can be read is named and no other; a server that lacks such a
// route is no trouble.
func testExcess(t *testing.T, w World) {
	none := func(why string) {
		t.Helper()
		got, err := w.Client.Excess(t.Context())
		if must(t, w, got, err); len(got.Found) != 0 || len(got.Tried) == 0 {
			t.Errorf("%s: %+v", why, got)
		}
	}
	none("the least role has nothing too much")
	w.Narrow()
	none("a route that is not there is nothing too much")
	granted := w.Widen()
	got, err := w.Client.Excess(t.Context())
	must(t, w, got, err)
	var want []string
	for _, module := range got.Tried {
		if slices.Contains(granted, module) {
			want = append(want, module)
		}
	}
	if len(want) == 0 || !slices.Equal(got.Found, want) {
		t.Errorf("found %v of %v, tried %v", got.Found, granted, got.Tried)
	}
}

func testMembers(t *testing.T, w World) {
	_, err := w.Client.Members(t.Context())
	w.wants(t, err, app.Forbidden, "")
	w.Widen()
	members := read(t, w, w.Client.Members)
	if len(members) == 0 {
		t.Fatal("nobody works there")
	}
	for _, m := range members {
		if m.ID == 0 || m.Identifier == "" || m.Name == "" {
			t.Errorf("%+v", m)
		}
	}
}

// testBoards: lists of a board are its own, and its types, subtypes and items are those its associations name.
func testBoards(t *testing.T, w World) {
	c := w.Client
	ids := func(board int64) map[string][]int64 {
		out := map[string][]int64{}
		for name, list := range map[string]func(context.Context, int64) ([]app.Option, error){
			"statuses": c.Statuses, "types": c.Types, "subtypes": c.Subtypes, "items": c.Items, "teams": c.Teams,
		} {
			for _, o := range readOf(t, w, list, board) {
				out[name] = append(out[name], o.ID)
			}
		}
		return out
	}
	ours, others := ids(w.Board), ids(w.OtherBoard)
	for name, list := range ours {
		if len(list) == 0 || slices.ContainsFunc(list, func(id int64) bool { return slices.Contains(others[name], id) }) {
			t.Errorf("%s: %v here, %v on the other board", name, list, others[name])
		}
	}
	associations, together := readOf(t, w, c.Associations, w.Board), false
	for _, a := range associations {
		together = together || a.TypeID == w.Type && a.SubtypeID == w.Subtype && a.ItemID == w.Item
		if !slices.Contains(ours["types"], a.TypeID) || a.SubtypeID != 0 && !slices.Contains(ours["subtypes"], a.SubtypeID) || a.ItemID != 0 && !slices.Contains(ours["items"], a.ItemID) {
			t.Errorf("%+v names what is not on the board", a)
		}
	}
	if !together {
		t.Errorf("type %d, subtype %d and item %d are not among %+v", w.Type, w.Subtype, w.Item, associations)
	}
	for _, list := range []func(context.Context, int64) ([]app.Option, error){c.Statuses, c.Types, c.Subtypes, c.Items, c.Teams} {
		_, err := list(t.Context(), 99999999)
		w.wants(t, err, app.NotFound, "")
	}
}

// testEnsureTicket: the answer to a create is lost; who looks by the reference finds exactly one, and looking makes none.
func testEnsureTicket(t *testing.T, w World) {
	ctx, c := t.Context(), w.Client
	const xref = "conf-ensure"
	for _, kind := range []Kind{CutBefore, CutAfter, Truncated, Empty, NoID} {
		if found := readOf(t, w, c.FindTickets, xref); len(found) > 0 {
			continue
		}
		w.Trouble(Trouble{Method: http.MethodPost, Kind: kind})
		_, err := c.CreateTicket(ctx, w.ticket(xref))
		w.wants(t, err, app.Unavailable, app.OutcomeUnknown)
	}
	for range 2 {
		found := readOf(t, w, c.FindTickets, xref)
		if len(found) != 1 || found[0].XRef != xref || found[0].CompanyID != w.Company {
			t.Errorf("found %+v", found)
		}
	}
	if n := w.TicketsWith(xref); n != 1 {
		t.Errorf("there are %d tickets", n)
	}
}

// testEnsureQuantity: setting a quantity again is the same state, and one line, whatever became of the answers.
func testEnsureQuantity(t *testing.T, w World) {
	ctx, c := t.Context(), w.Client
	lines, others, want := w.Lines(w.Agreement), w.Others(w.Addition), app.MustQuantity("23.5")
	for _, kind := range []Kind{CutBefore, CutAfter, Truncated, Empty} {
		w.Trouble(Trouble{Method: http.MethodPatch, Kind: kind})
		_, err := c.SetQuantity(ctx, w.Agreement, w.Addition, want)
		w.wants(t, err, app.Unavailable, app.OutcomeUnknown)
	}
	for range 2 {
		done, err := c.SetQuantity(ctx, w.Agreement, w.Addition, want)
		must(t, w, done, err)
	}
	for _, a := range readOf(t, w, c.Additions, w.Agreement) {
		if a.ID == w.Addition && !a.Quantity.Equal(want) {
			t.Errorf("it holds %s", a.Quantity)
		}
	}
	if w.Lines(w.Agreement) != lines || w.Others(w.Addition) != others {
		t.Errorf("%d lines before, %d now, or more than the quantity changed", lines, w.Lines(w.Agreement))
	}
	w.Trouble(Trouble{Method: http.MethodPost, Kind: CutAfter})
	_, err := c.CreateAddition(ctx, w.Agreement, app.NewAddition{ProductID: w.FreeProduct.ID, Quantity: app.Q(2), BillCustomer: "Billable"})
	w.wants(t, err, app.Unavailable, app.OutcomeUnknown)
	for range 2 { // a second look makes nothing
		n := 0
		for _, a := range readOf(t, w, c.Additions, w.Agreement) {
			if a.ProductID == w.FreeProduct.ID {
				n++
			}
		}
		if n != 1 || w.Lines(w.Agreement) != lines+1 {
			t.Errorf("%d lines of the product, %d in all", n, w.Lines(w.Agreement))
		}
	}
}

// oddNames hold what a query, a pattern, a page or an eye stumbles over.
var oddNames = []string{
	`O'Brien "Acme" Ltd`, `Back\slash\`, `[brackets] [x]`, `100% sure_thing`, `star*`, `a & b + c = d?`, "ends with a blank ", " begins with one", "two  blanks",
	"\u202etfel ot thgir", "zero\u200bwidth", "Müller & Söhne 株式会社", "Х360-ACCOUNT", `" or id > 0 or identifier = "`, "a,b;c(d)e/f", "null", "[2026-01-01T00:00:00Z]",
}

// testOddNames: each is found by exactly its own name, and comes back whole.
func testOddNames(t *testing.T, w World) {
	companies, products := map[int64]string{}, map[int64]string{}
	for _, name := range oddNames {
		company, product := w.Named(name)
		companies[company], products[product] = name, name
	}
	for id, name := range products {
		got := readOf(t, w, w.Client.ProductsByIdentifier, name)
		if len(got) != 1 || got[0].ID != id || got[0].Identifier != name {
			t.Errorf("%q: %+v", name, got)
		}
	}
	for _, p := range read(t, w, w.Client.Products) {
		if want, odd := products[p.ID]; odd && p.Identifier != want {
			t.Errorf("%q comes back as %q", want, p.Identifier)
		}
		delete(products, p.ID)
	}
	for _, c := range readOf(t, w, w.Client.Companies, nil) {
		if want, odd := companies[c.ID]; odd && c.Name != want {
			t.Errorf("%q comes back as %q", want, c.Name)
		}
		delete(companies, c.ID)
	}
	if len(companies)+len(products) > 0 {
		t.Errorf("missing: %v, %v", companies, products)
	}
	for i, name := range oddNames {
		made, err := w.Client.CreateTicket(t.Context(), w.ticket(name))
		must(t, w, made, err)
		if found := readOf(t, w, w.Client.FindTickets, name); len(found) != 1 || found[0].ID != made.ID || found[0].XRef != name {
			t.Errorf("%d: reference %q finds %+v", i, name, found)
		}
	}
}
