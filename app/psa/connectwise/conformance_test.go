package connectwise

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/psa/psatest"
	"psabridge/app/rest"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// bench is a sandbox ConnectWise behind a real port and the client that talks to it.
type bench struct {
	*sandbox.ConnectWise
	client *Client
	url    string
	filled int
}

var testNow = time.Date(2026, 11, 5, 6, 0, 0, 0, time.UTC)

func newBench(t *testing.T, opts sandbox.Options) *bench {
	t.Helper()
	b := &bench{ConnectWise: sandbox.NewConnectWise(sample.New(1, testNow), opts)}
	b.serve(t, b.ConnectWise)
	return b
}

func (b *bench) serve(t *testing.T, h http.Handler) {
	t.Helper()
	server := httptest.NewServer(checkedByContract(t, h))
	t.Cleanup(server.Close)
	b.url = server.URL
	settings := app.ConnectionSettings{Name: "cw", System: "connectwise", SiteURL: server.URL, CompanyID: sample.CompanyID, AllowPrivateNetwork: true}
	keys := Keys{Public: sample.PublicKey, Private: sample.PrivateKey}
	var err error
	b.client, err = New(settings, keys, sample.ClientID, rest.NewLimiter(1_000_000, 0), Options{Backoff: func(int) time.Duration { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
}

// TestConformance runs the suite against servers of every kind: at the customer's own place, in the cloud, one that pages
// as it likes, and one whose front door is odd.
func TestConformance(t *testing.T) {
	for name, opts := range map[string]sandbox.Options{
		"on-premise": {},
		"cloud":      {Cloud: true},
		"small pages": {Quirks: sandbox.Quirks{
			PageCap: map[string]int{"/procurement/*": 250, "/service/tickets*": 50}, NoForwardOnly: []string{"/company/*"}, NoForwardOnlyLink: true, NoLink: []string{"/service/*"},
		}},
		"odd door": {Cloud: true, Quirks: sandbox.Quirks{
			BoolIsCloud: true, OldLookup: true, ClientID403: true, WeakInfo: true, NoNulls: true, NoRef404: true, NewLimits: true, IgnoreConditions: []string{"/service/priorities", "/company/companies"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			psatest.Run(t, func(t *testing.T) psatest.World { return world(t, opts) })
		})
	}
}

// world is the sandbox seen through the eyes of the conformance suite.
func world(t *testing.T, opts sandbox.Options) psatest.World {
	t.Helper()
	msp := sample.New(1, testNow)
	b := &bench{ConnectWise: sandbox.NewConnectWise(msp, opts)}
	b.serve(t, b.ConnectWise)
	w := psatest.World{
		Client:  b.client,
		Secrets: []app.Secret{sample.PublicKey, sample.PrivateKey, sample.CompanyID + "+" + sample.PublicKey + ":" + sample.PrivateKey},
		Board:   sample.BoardAlerts, OpenStatus: 102, ClosedStatus: 105, OtherBoard: sample.BoardNOC, Priority: 2, Type: 201, Subtype: 221, Item: 241,
		Bundle:        app.Product{ID: 1505, Identifier: "X360-BUNDLE", Class: "Bundle"},
		Trouble:       func(tr psatest.Trouble) { b.Faults.Add(fault(tr)) },
		Requests:      b.Requests,
		Mails:         b.Mails,
		DeleteTicket:  func(id int64) { b.DeleteTicket(int(id)) },
		DeleteProduct: func(id int64) { b.DeleteProduct(int(id)) },
		BookTime:      func(id int64, text string) { _ = b.AddTimeEntry(int(id), text) },
		Revoke:        func() { b.SetKeys("other-public", "other-private") },
		Fill:          b.fill,
		Named:         func(name string) (company, product int64) { return b.named(t, name) },
		Lines:         func(agreement int64) int { return len(b.Additions(int(agreement))) },
		TicketsWith:   b.ticketsWith,
		Quantity:      func(id int64) app.Quantity { return app.MustQuantity(fmt.Sprint(b.addition(t, id).Quantity)) },
		BeforeRead: func(skip int, do func()) {
			b.Faults.Add(sandbox.Fault{Method: http.MethodGet, Skip: skip, When: signed, Before: func(*http.Request) { do() }})
		},
		Rights: b.rights(),
		Narrow: func() {
			b.SetQuirks(func(q *sandbox.Quirks) { q.NoRoutes = []string{"/system/callbacks", "/time/*"} })
		},
		Widen: func() []string {
			b.SetQuirks(func(q *sandbox.Quirks) { q.NoRoutes, q.ExcessRights = nil, true })
			return sandbox.ExcessModules()
		},
	}
	w.Others = func(id int64) string {
		a := b.addition(t, id)
		a.Quantity, a.UpdatedBy = 0, ""
		return fmt.Sprintf("%+v", a)
	}
	if !opts.Cloud && len(opts.Quirks.PageCap) == 0 { // they are the same at every front door
		w.Pagings = b.pagings()
	}
	stock(&w, msp)
	return w
}

func (b *bench) fill(n int) {
	for range n {
		b.filled++
		b.AddProduct(sample.Product{Identifier: fmt.Sprintf("FILL-%d", b.filled), Description: "filler", Class: "Agreement", Unit: "Each"})
	}
}

func (b *bench) named(t *testing.T, name string) (company, product int64) {
	t.Helper()
	b.filled++
	id, err := b.AddCompany(sample.Company{Identifier: fmt.Sprintf("Odd%d", b.filled), Name: name, StatusID: sample.StatusActive})
	if err != nil {
		t.Fatal(err)
	}
	return int64(id), int64(b.AddProduct(sample.Product{Identifier: name, Description: name, Class: "Agreement", Unit: "Each"}))
}

func (b *bench) ticketsWith(xref string) (n int) {
	for _, one := range b.Tickets() {
		if one.ExternalXRef == xref {
			n++
		}
	}
	return n
}

func (b *bench) addition(t *testing.T, id int64) sandbox.Addition {
	t.Helper()
	for _, a := range b.Additions(0) {
		if a.ID == int(id) {
			return a
		}
	}
	t.Fatalf("no addition %d", id)
	return sandbox.Addition{}
}

// pagings are the ways of section 3.1 of the contract.
func (b *bench) pagings() map[string]func() {
	const catalog = "/procurement/catalog"
	all := map[string]func(){}
	for name, change := range map[string]func(*sandbox.Quirks){
		"by id":                     func(*sandbox.Quirks) {},
		"by id, no Link":            func(q *sandbox.Quirks) { q.NoLink = []string{catalog} },
		"by number, no Link":        func(q *sandbox.Quirks) { q.NoForwardOnly, q.NoLink = []string{catalog}, []string{catalog} },
		"250 at most":               func(q *sandbox.Quirks) { q.PageCap = map[string]int{catalog: 250} },
		"250 at most, no Link":      func(q *sandbox.Quirks) { q.PageCap, q.NoLink = map[string]int{catalog: 250}, []string{catalog} },
		"by number and 100 at most": func(q *sandbox.Quirks) { q.PageCap, q.NoForwardOnly = map[string]int{catalog: 100}, []string{catalog} },
	} {
		all[name] = func() {
			b.SetQuirks(func(q *sandbox.Quirks) {
				q.PageCap, q.NoForwardOnly, q.NoLink, q.NoForwardOnlyLink = nil, nil, nil, false
				change(q)
			})
		}
	}
	return all
}

// needs are the calls of the port that each right of the least role is for. Rights that are not named are asked for by
// other tools; nothing of ours may need them.
var needs = map[string][]string{
	"Companies ▸ Company Maintenance ▸ Inquire": {"Companies"},
	"Service Desk ▸ Service Tickets ▸ Add":      {"CreateTicket"},
	ticketsEdit: {"AddNote", "UpdateTicket", "Raise", "Close"},
	"Service Desk ▸ Service Tickets ▸ Inquire": {"FindTickets", "TicketsOf", "NewestTicket", "Ticket", "TicketsByID", "Notes"},
	ticketsClose:                              {"Close"},
	"Finance ▸ Agreements ▸ Add":              {"CreateAddition"},
	"Finance ▸ Agreements ▸ Edit":             {"SetQuantity"},
	"Finance ▸ Agreements ▸ Inquire":          {"Agreements", "Additions"},
	"Procurement ▸ Product Catalog ▸ Inquire": {"Products", "ProductsByIdentifier"},
	"System ▸ Table Setup ▸ Inquire":          append([]string{"CompanyStatuses", "Priorities", "TicketSources"}, ofBoards...),
	"Company / Company Status":                {"CompanyStatuses"},
	"Service / Priority":                      {"Priorities"},
	"Service / Source":                        {"TicketSources"},
	"Service / Service Board":                 ofBoards,
}

const (
	ticketsEdit  = "Service Desk ▸ Service Tickets ▸ Edit"
	ticketsClose = "Service Desk ▸ Close Service Tickets ▸ Edit"
)

var ofBoards = []string{"Boards", "Statuses", "Types", "Subtypes", "Items", "Associations", "Teams"}

func (b *bench) rights() []psatest.Right {
	var all []psatest.Right
	for _, word := range sandbox.Rights() {
		right := psatest.Right{Name: word, Needs: needs[word], Words: word, Lacks: word, Take: func() {
			b.SetQuirks(func(q *sandbox.Quirks) { q.Lacks = []string{word} })
		}}
		switch {
		case word == ticketsEdit:
			right.Open, right.Other = []string{"UpdateTicket", "Close"}, ticketsClose
		case word == ticketsClose:
			right.Open, right.Other = []string{"Close"}, ticketsEdit
		case !strings.Contains(word, " ▸ "):
			right.Lacks = noTables
		}
		all = append(all, right)
	}
	return all
}

// stock picks an agreement with an open line and a product it does not have.
func stock(w *psatest.World, msp *sample.MSP) {
	has := map[[2]int]bool{}
	for _, a := range msp.PSA.Additions {
		has[[2]int{a.AgreementID, a.ProductID}] = true
	}
	for _, g := range msp.PSA.Agreements {
		for _, a := range msp.PSA.Additions {
			if a.AgreementID == g.ID && a.Cancelled.IsZero() && !g.Cancelled && g.End.IsZero() && w.Company == 0 {
				w.Company, w.Agreement, w.Addition = int64(g.CompanyID), int64(g.ID), int64(a.ID)
			}
		}
	}
	for _, p := range msp.PSA.Catalog {
		if !p.Inactive && p.Class == "Agreement" && !has[[2]int{int(w.Agreement), p.ID}] {
			w.FreeProduct = app.Product{ID: int64(p.ID), Identifier: p.Identifier, Class: p.Class}
			return
		}
	}
}

// signed: the lookup of the company is left alone.
func signed(r *http.Request) bool { return r.Header.Get("Authorization") != "" }

// fault says in the sandbox's words what the suite wants to go wrong.
func fault(tr psatest.Trouble) sandbox.Fault {
	f := sandbox.Fault{Method: tr.Method, Skip: tr.Skip, When: signed}
	switch tr.Kind {
	case psatest.Refused:
		f.Status, f.Header = tr.Status, http.Header{"Content-Type": {"application/json"}}
		f.Body = fmt.Sprintf(`{"code":"SomeCode","message":%q,"errors":null}`, tr.Words)
		if tr.Status == http.StatusTooManyRequests {
			f.Body = fmt.Sprintf(`{"error":"ConnectWiseAPI","message":%q}`, tr.Words)
		}
		maps.Copy(f.Header, tr.Header)
	case psatest.Page:
		page := sandbox.HTMLPage(tr.Status)
		f.Status, f.Header, f.Body = page.Status, page.Header, page.Body
	case psatest.CutBefore:
		f.Cut = sandbox.CutBefore
	case psatest.CutAfter:
		f.Cut = sandbox.CutAfter
	case psatest.Truncated:
		f.Damage = sandbox.DamageTruncated
	case psatest.Empty:
		f.Damage = sandbox.DamageEmpty
	case psatest.NoID:
		f.Damage = sandbox.DamageNoID
	case psatest.Unchanged:
		f.Unchanged = true
	case psatest.Another:
		f.Edit = func(o map[string]any) {
			o["id"], o["externalXRef"], o["product"], o["ticketId"] = 1, "somebody else's", map[string]any{"id": 1}, 1
		}
	case psatest.Misplaced:
		f.Edit = func(o map[string]any) { o["internalAnalysisFlag"], o["resolutionFlag"] = false, true }
	}
	return f
}
