// Package psatest is the conformance suite of the PSA port: every adapter passes Run against a server that behaves, and
// misbehaves, like the vendor's.
package psatest

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/psa"
)

// World is a PSA with a known stock of records and an adapter that talks to it. Every test gets a fresh one.
type World struct {
	Client psa.Client
	// Secrets must not appear in any error.
	Secrets []app.Secret

	Company      int64
	Board        int64
	OpenStatus   int64 // another open status than the board's default
	ClosedStatus int64
	Agreement    int64
	Addition     int64       // open, on Agreement
	FreeProduct  app.Product // active, not on Agreement
	Bundle       app.Product // cannot be an addition
	OtherBoard   int64       // a board with lists of its own
	Priority     int64       // another than the one a new ticket gets
	Type         int64       // on Board; Subtype and Item go together with it
	Subtype      int64
	Item         int64

	// Trouble spoils the next request that fits.
	Trouble func(Trouble)
	// Requests counts what reached the PSA.
	Requests func() int
	// TicketsWith counts the tickets that really hold a reference.
	TicketsWith func(xref string) int
	// Quantity is what an addition really holds.
	Quantity func(addition int64) app.Quantity
	// Others is everything of the addition that a quantity write must leave alone, printed.
	Others func(addition int64) string
	// Mails counts the messages the PSA would have sent to people.
	Mails func() int
	// Fill adds n products to the catalog; DeleteProduct takes one away.
	Fill          func(n int)
	DeleteProduct func(id int64)
	// Pagings are the ways this PSA may page its lists; each is switched on by its function.
	Pagings map[string]func()
	// BeforeRead runs do before the read that comes after skip others.
	BeforeRead func(skip int, do func())
	// Named makes a company and a product with this name and identifier.
	Named func(name string) (company, product int64)
	// Lines counts what an agreement really holds.
	Lines func(agreement int64) int
	// Rights are what the least role has, one by one.
	Rights []Right
	// Widen gives the role what it should not have, and returns the modules; Narrow makes the server lack routes that
	// Excess may ask for.
	Widen  func() []string
	Narrow func()
	// DeleteTicket removes a ticket for good; BookTime writes a time entry's note on one.
	DeleteTicket func(id int64)
	BookTime     func(id int64, text string)
	// Revoke makes the keys stop working.
	Revoke func()
}

// Right is one line of the role.
type Right struct {
	Name string
	Take func()
	// Needs are the calls that are refused without it, in the names of World.calls.
	Needs []string
	// Words must be in what the person reads then.
	Words string
	// Lacks is the right that is said to be missing: “…lacks “right”…”.
	Lacks string
	// Open are those of Needs that may, for all anybody can tell, be short of Other instead: both are named then, and neither
	// is said to be missing.
	Open  []string
	Other string
}

// Trouble is one spoilt request.
type Trouble struct {
	Method string // "" is any
	Skip   int    // so many requests that fit pass unspoilt first
	Kind   Kind
	Status int    // for Refused: with the vendor's own error body
	Words  string // what that body says
	Header http.Header
}

// Kind is a way of going wrong.
type Kind int

// The ways of going wrong.
const (
	Refused   Kind = iota // the vendor answers Status and does nothing
	Page                  // a proxy answers Status with a web page; nothing was done
	CutBefore             // the line breaks before the vendor does anything
	CutAfter              // the vendor does it, the line breaks before the answer
	Truncated             // the vendor does it, half of the answer comes
	Empty                 // the vendor does it, an empty answer comes
	NoID                  // the vendor does it, the answer does not say which record
	Unchanged             // the vendor says yes and does nothing
	Another               // the vendor does it, the answer is about another record
	Misplaced             // the vendor does it, the answer says that the note stands where other people read it
)

// Run holds the adapter to the port's words.
func Run(t *testing.T, fresh func(*testing.T) World) {
	for name, test := range map[string]func(*testing.T, World){
		"reads": testReads, "paging": testPaging, "products": testProducts, "ticket life": testTicketLife, "notes": testNotes,
		"many tickets": testManyTickets, "gone ticket": testGoneTicket, "summary": testSummary, "quantity": testQuantity, "new addition": testNewAddition,
		"false yes": testFalseYes, "priority": testPriority, "classification": testClassification, "boards": testBoards, "ensure ticket": testEnsureTicket, "ensure quantity": testEnsureQuantity,
		"odd names": testOddNames, "excess": testExcess, "members": testMembers, "no secret": testNoSecret, "rate limit": testRateLimit, "reads repeat": testReadsRepeat, "identity": testIdentity, "revoked keys": testRevoked,
	} {
		t.Run(name, func(t *testing.T) { test(t, fresh(t)) })
	}
	t.Run("status table", func(t *testing.T) { testStatusTable(t, fresh) })
	t.Run("cut answers", func(t *testing.T) { testCutAnswers(t, fresh) })
	t.Run("pagings", func(t *testing.T) { testPagings(t, fresh) })
	t.Run("rights", func(t *testing.T) { testRights(t, fresh) })
}

// must fails on an error, having looked for secrets in it.
func must[T any](t *testing.T, w World, v T, err error) T {
	t.Helper()
	if err != nil {
		w.noSecret(t, err)
		t.Fatal(err)
	}
	return v
}

// wants checks code and outcome of an error; an empty outcome is not looked at.
func (w World) wants(t *testing.T, err error, code app.Code, outcome app.Outcome) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", code)
	}
	w.noSecret(t, err)
	if got := app.ErrorCode(err); got != code {
		t.Errorf("code %s, want %s: %v", got, code, err)
	}
	if got := app.ErrorOutcome(err); outcome != "" && got != outcome {
		t.Errorf("outcome %s, want %s: %v", got, outcome, err)
	}
	if m := app.ErrorMessage(err); len(m) < 10 || strings.Contains(m, "%!") {
		t.Errorf("the message says too little: %q", m)
	}
}

func (w World) noSecret(t *testing.T, err error) {
	t.Helper()
	for _, text := range printed(err) {
		for _, s := range w.Secrets {
			for _, form := range encoded(s.Reveal()) {
				if strings.Contains(text, form) {
					t.Errorf("an error shows a secret: %s", strings.ReplaceAll(text, form, "•••"))
				}
			}
		}
	}
}

func (w World) ticket(xref string) app.NewTicket {
	return app.NewTicket{XRef: xref, Summary: "File server FS01 unreachable", Description: "FS01 has not been seen.", Internal: "Opened by psabridge", CompanyID: w.Company, BoardID: w.Board}
}

func open(a []app.Addition, today time.Time) int {
	n := 0
	for _, one := range a {
		if one.CancelledDate.IsZero() || one.CancelledDate.After(today) {
			n++
		}
	}
	return n
}
