package ticketing_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// running lets the outbox run as the program does, for tests in a bubble.
func (w *world) running() {
	ctx, cancel := context.WithCancel(w.t.Context())
	done := make(chan struct{})
	go func() { defer close(done); w.box.Run(ctx) }()
	w.t.Cleanup(func() { cancel(); <-done })
}

// TestF10NothingIsSentWithinRetryAfter: whatever the header says, the whole connection rests as long, and no request of any
// kind goes out meanwhile.
func TestF10NothingIsSentWithinRetryAfter(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, header string
		rest         time.Duration
	}{
		{"30", "30", 30 * time.Second},
		{"without", "", 30 * time.Second},
		{"10 000", "10000", 10000 * time.Second},
		{"negative", "-5", 30 * time.Second},
		{"a date", "date", 90 * time.Second},
		{"nonsense", "soon", 30 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newBubble(t, sandbox.Options{})
				header := tc.header
				if header == "date" {
					header = w.clock.Add(tc.rest).UTC().Format(http.TimeFormat)
				}
				limit := sandbox.RateLimited(header)
				limit.Method, limit.Path = http.MethodPost, ticketsPath
				w.fault(limit)
				w.problems(8)
				w.running()
				for range 10 {
					w.pass(tc.rest / 10)
					w.pollTickets()
				}
				w.pass(4 * time.Hour)
				if n := len(w.remote()); n != 8 {
					t.Fatalf("%d tickets", n)
				}
				var asked time.Time
				for _, r := range w.vendor.ConnectWise.Log() {
					switch {
					case r.Status == http.StatusTooManyRequests:
						asked = r.At
					case !asked.IsZero() && r.At.Sub(asked) < tc.rest && r.At.After(asked):
						t.Fatalf("%s %s came %s after it had asked for %s", r.Method, r.Path, r.At.Sub(asked), tc.rest)
					}
				}
				if asked.IsZero() {
					t.Error("it never asked")
				}
			})
		})
	}
}

// TestF11KeysRevoked: the first refusal blocks the connection, a few tries later it goes on at once with new keys, and
// nothing was counted against a delivery. The poll alone notices it as well.
func TestF11KeysRevoked(t *testing.T) {
	t.Parallel()
	for _, byPoll := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := newBubble(t, sandbox.Options{})
			w.problem()
			w.running()
			w.pass(time.Second)
			w.only()
			w.vendor.ConnectWise.SetKeys("new", "newer")
			w.vendor.ConnectWise.ForgetRequests()
			if !byPoll {
				w.problems(10)
				w.box.Kick()
			}
			for range 60 {
				_ = w.desk.Poll(t.Context()) // it cannot succeed
				w.pass(2 * time.Minute)
			}
			if blocks := w.box.Blocks(); len(blocks) != 1 || blocks[0].Code != app.Unauthorized {
				t.Fatalf("blocks %+v", blocks)
			}
			refused := 0
			for _, r := range w.vendor.ConnectWise.Log() {
				if r.Status == http.StatusUnauthorized {
					refused++
				}
			}
			if refused > 10 {
				t.Errorf("%d requests with refused keys in two hours", refused)
			}
			if byPoll {
				return
			}
			w.vendor.ConnectWise.SetKeys(sample.PublicKey, sample.PrivateKey)
			if err := w.box.Unblock(t.Context(), "cw"); err != nil {
				t.Fatal(err)
			}
			w.pass(time.Second)
			if n := len(w.remote()); n != 11 {
				t.Errorf("%d tickets right after the new keys", n)
			}
			for id := range int64(11) {
				if d := w.delivery(id + 1); d.Failures != 0 {
					t.Errorf("delivery %d failed %d times", d.ID, d.Failures)
				}
			}
		})
	}
}

// TestF12OneRightMissing: what needs it asks for a person, and everything else goes on.
func TestF12OneRightMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.problem()
	w.deliver(0)
	w.vendor.ConnectWise.SetQuirks(func(q *sandbox.Quirks) { q.Forbid = []string{"/service/tickets/*/notes"} })
	w.set(w.clock.Add(time.Hour))
	w.recovery()
	w.poll(on(w.event(app.Problem), "78"))
	w.deliver(time.Hour)
	if d := w.delivery(2); d.State != app.DeliveryParked || d.ErrorCode != app.Forbidden || !strings.Contains(d.Reason, "Service Tickets") {
		t.Errorf("%s %s: %s", d.State, d.ErrorCode, d.Reason)
	}
	if n := len(w.remote()); n != 2 || len(w.box.Blocks()) != 0 {
		t.Errorf("%d tickets, blocks %v", n, w.box.Blocks())
	}
	w.vendor.ConnectWise.SetQuirks(func(q *sandbox.Quirks) { q.Forbid = nil })
	w.retry(2)
	if got := w.remote()[0]; !got.Closed || recovered(w, got.ID) != 1 {
		t.Errorf("after the right was given: closed %t, %d notes", got.Closed, recovered(w, got.ID))
	}
}

// TestF13WhatATicketNeedsIsGone: it asks for a person and names what to mend; what does not need it goes on.
func TestF13WhatATicketNeedsIsGone(t *testing.T) {
	t.Parallel()
	const noc = "NOC" // the board of another rule, which has all it needs
	for _, tc := range []struct {
		name  string
		gone  func(w *world, cw *sandbox.ConnectWise)
		field string
		words string
	}{
		{"board deleted", func(_ *world, cw *sandbox.ConnectWise) { cw.DeleteBoard(sample.BoardAlerts) }, "connections[cw].ticketing.board", "board “Alerts” does not exist"},
		{"status deleted", func(w *world, cw *sandbox.ConnectWise) { cw.DeleteStatus(statusID(w, "New")) }, "connections[cw].ticketing.status", "status “New” does not exist on the board “Alerts”"},
		{"status renamed", func(w *world, cw *sandbox.ConnectWise) {
			if err := cw.RenameStatus(statusID(w, "New"), "Fresh"); err != nil {
				w.t.Fatal(err)
			}
		}, "connections[cw].ticketing.status", "status “New” does not exist"},
		{"team deleted", func(_ *world, cw *sandbox.ConnectWise) { cw.DeleteTeam(301) }, "connections[cw].ticketing.team", "team “Service Desk” does not exist"},
		{"company deleted", func(w *world, cw *sandbox.ConnectWise) {
			if err := cw.DeleteCompany(int(w.company())); err != nil {
				w.t.Fatal(err)
			}
		}, "", "company could not be found"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, sandbox.Options{}, func(doc *app.Settings) {
				other := doc.Alerts[0]
				other.Name, other.When = "Other", []app.When{{Type: "disk.failed"}}
				ref := func(name string) app.Ref { return app.Ref{Name: name} }
				other.Ticket.Board, other.Ticket.Team, other.Ticket.Type, other.Ticket.Status = ref(noc), ref("NOC Team"), ref("Monitoring"), ref("Assigned")
				doc.Alerts = append(doc.Alerts, other)
			})
			tc.gone(w, w.vendor.ConnectWise)
			other := on(w.event(app.Problem), "78")
			other.Type, other.OrganizationID = "disk.failed", w.doc.Organizations[2].ID
			w.poll(w.event(app.Problem), other)
			w.deliver(time.Hour)
			asks := w.parked()
			if len(asks) != 1 || asks[0].ErrorField != tc.field || !strings.Contains(asks[0].Reason, tc.words) {
				t.Errorf("it says %+v", asks)
			}
			if got := w.only(); got.Board != noc {
				t.Errorf("the other went to %q", got.Board)
			}
		})
	}
}

// TestF13ClosedStatusGone: the note is written once, and the close asks for a person.
func TestF13ClosedStatusGone(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.problem()
	w.deliver(0)
	w.vendor.ConnectWise.DeleteStatus(statusID(w, "Closed"))
	w.set(w.clock.Add(time.Hour))
	w.recovery()
	w.deliver(time.Hour)
	d := w.delivery(2)
	if d.State != app.DeliveryParked || d.ErrorField != "connections[cw].ticketing.closed_status" {
		t.Fatalf("%s, field %q: %s", d.State, d.ErrorField, d.Reason)
	}
	w.doc.Alerts[0].Ticket.ClosedStatus = app.Ref{Name: ">Closed (old)"}
	w.retry(2)
	if d := w.delivery(2); d.State != app.DeliveryParked || !strings.Contains(d.Reason, "inactive") || d.ErrorField != "alerts[Backup failed].ticket.closed_status" {
		t.Errorf("with one of the rule's own that is inactive: %s, field %q: %s", d.State, d.ErrorField, d.Reason)
	}
	w.doc.Alerts[0].Ticket.ClosedStatus, w.doc.Connections[0].Ticketing.ClosedStatus = app.Ref{}, app.Ref{Name: "Completed"}
	w.retry(2)
	if d := w.delivery(2); d.State != app.DeliveryParked || !strings.Contains(d.Reason, "does not close a ticket") {
		t.Errorf("with one that does not close: %s: %s", d.State, d.Reason)
	}
	if n := recovered(w, w.only().ID); n != 1 {
		t.Errorf("%d notes", n)
	}
}
