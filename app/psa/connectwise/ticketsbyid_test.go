package connectwise

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// TestThousandTicketsInOneCall: the open tickets are polled in as few calls as the API allows, and every address stays
// below the length of the guide.
func TestThousandTicketsInOneCall(t *testing.T) {
	const many = 1000
	b := newBench(t, sandbox.Options{})
	ids := b.tickets(t, many)
	for _, tc := range []struct {
		name         string
		spoil        func()
		first, later int // requests
	}{
		{"searched", func() {}, 1, 1},
		{"no search here", func() {
			b.SetQuirks(func(q *sandbox.Quirks) { q.NoRoutes = []string{"/service/tickets/search"} })
		}, 13, 11}, // the place of the API is looked up again, and then it is remembered
		{"a search that was told to fail", func() {
			b.Faults.Add(sandbox.Fault{Method: http.MethodPost, Path: "/service/tickets/search", Status: http.StatusForbidden, Body: `{"code":"Forbidden","message":"No."}`, Times: -1})
		}, 12, 11},
		{"smaller pages than asked for", func() {
			b.SetQuirks(func(q *sandbox.Quirks) { q.PageCap = map[string]int{"/service/tickets/search": 250} })
		}, 9, 9},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b.SetQuirks(func(q *sandbox.Quirks) { *q = sandbox.Quirks{} })
			b.Faults.Clear()
			b.serve(t, b.ConnectWise) // a client that knows nothing of this server yet
			if _, err := b.client.Boards(t.Context()); err != nil {
				t.Fatal(err)
			}
			b.ForgetRequests()
			tc.spoil()
			for time, want := range []int{tc.first, tc.later} {
				before := b.Requests()
				found, err := b.client.TicketsByID(t.Context(), ids)
				if err != nil || len(found) != many {
					t.Fatalf("%d tickets, %v", len(found), err)
				}
				if n := b.Requests() - before; n > want {
					t.Errorf("time %d: %d requests, want %d", time+1, n, want)
				}
			}
			for _, r := range b.Log() {
				if len(r.Path+r.Query) > 1800 { // decoded; the commas triple
					t.Errorf("%s of %d characters", r.Method, len(r.Path+r.Query))
				}
			}
		})
	}
}

// TestAFewTicketsAreNotSearched: a search needs a POST, which a proxy may not like; few numbers fit into an address.
func TestAFewTicketsAreNotSearched(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	ids := b.tickets(t, 99)
	b.ForgetRequests()
	if found, err := b.client.TicketsByID(t.Context(), append(ids, ids...)); err != nil || len(found) != 99 {
		t.Fatalf("%d tickets, %v", len(found), err)
	}
	for _, r := range b.Log() {
		if r.Method != http.MethodGet || strings.HasSuffix(r.Path, "search") {
			t.Errorf("%s %s", r.Method, r.Path)
		}
	}
}

// TestSearchWithRefusedKeysTriesOnce: each further try brings the member nearer to being locked out.
func TestSearchWithRefusedKeysTriesOnce(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	ids := b.tickets(t, 101)
	b.Faults.Add(sandbox.Fault{Status: http.StatusUnauthorized, Body: `{"code":"Unauthorized","message":"No."}`, Times: -1})
	before := b.Requests()
	if _, err := b.client.TicketsByID(t.Context(), ids); app.ErrorCode(err) != app.Unauthorized {
		t.Error(err)
	}
	if n := b.Requests() - before; n != 1 {
		t.Errorf("%d requests with refused keys", n)
	}
}

// tickets makes so many and returns their numbers.
func (b *bench) tickets(t *testing.T, n int) []int64 {
	t.Helper()
	companies, err := b.client.Companies(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]int64, n)
	for i := range ids {
		made, err := b.client.CreateTicket(t.Context(), app.NewTicket{XRef: fmt.Sprint("many-", i), Summary: "s", CompanyID: companies[0].ID, BoardID: sample.BoardAlerts})
		if err != nil {
			t.Fatal(err)
		}
		ids[i] = made.ID
	}
	return ids
}
