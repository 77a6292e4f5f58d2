package ticketing_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
)

// worsened opens a ticket with a warning and, later, lets the same thing become critical.
func (w *world) worsened(between func(ticket int)) {
	w.t.Helper()
	w.problem()
	w.deliver(0)
	w.set(w.clock.Add(time.Hour))
	if between != nil {
		between(w.only().ID)
	}
	w.set(w.clock.Add(time.Hour))
	e := w.event(app.Problem)
	e.Severity = app.SeverityCritical
	w.poll(e)
}

func (w *world) worseNotes(ticket int) int {
	n := 0
	for _, note := range w.vendor.ConnectWise.Notes(ticket) {
		if strings.Contains(note.Text, "It got worse") {
			n++
		}
	}
	return n
}

func TestWorsenedRaisesThePriority(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.worsened(nil)
	before := w.vendor.ConnectWise.Requests()
	w.deliver(0)
	if n := w.vendor.ConnectWise.Requests() - before; n > 5 { // the list of priorities was never stored here
		t.Errorf("it costs %d requests", n)
	}
	got := w.only()
	if got.Priority != "Priority 2" || w.worseNotes(got.ID) != 1 || w.vendor.ConnectWise.Mails() != 0 {
		t.Errorf("priority %s, %d notes, %d mails", got.Priority, w.worseNotes(got.ID), w.vendor.ConnectWise.Mails())
	}
	w.set(w.clock.Add(time.Hour))
	w.recovery()
	w.deliver(0)
	if !w.only().Closed {
		t.Error("our own priority counts as touched by a person")
	}
}

func TestWorsenedLeavesThePriorityAlone(t *testing.T) {
	for _, tc := range []struct {
		name    string
		change  func(*app.Settings)
		between func(w *world, ticket int)
		want    string
	}{
		{"a person chose another", nil, func(w *world, ticket int) {
			if _, err := w.client.UpdateTicket(w.t.Context(), int64(ticket), app.TicketChange{PriorityID: w.priority("Priority 4")}); err != nil {
				w.t.Fatal(err)
			}
		}, "Priority 4"},
		{"the rule has one for all", func(doc *app.Settings) { doc.Alerts[0].Ticket.Priority = app.Ref{Name: "Priority 3"} }, nil, "Priority 3"},
		{"none is set for critical", func(doc *app.Settings) { delete(doc.Connections[0].Ticketing.Priority, app.SeverityCritical) }, nil, "Priority 3"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, sandbox.Options{}, func(doc *app.Settings) {
				if tc.change != nil {
					tc.change(doc)
				}
			})
			w.worsened(func(ticket int) {
				if tc.between != nil {
					tc.between(w, ticket)
				}
			})
			w.deliver(0)
			if got := w.only(); got.Priority != tc.want || w.worseNotes(got.ID) != 1 || w.delivery(2).State != app.DeliveryDone {
				t.Errorf("priority %s, %d notes, delivery %s", got.Priority, w.worseNotes(got.ID), w.delivery(2).State)
			}
		})
	}
}

func (w *world) priority(name string) int64 {
	w.t.Helper()
	list, err := w.client.Priorities(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, p := range list {
		if strings.HasPrefix(p.Name, name) {
			return p.ID
		}
	}
	w.t.Fatalf("no priority %s in %v", name, list)
	return 0
}

// TestWorsenedHappensOnce loses and refuses answers: one note and the priority at the end, whatever happens.
func TestWorsenedHappensOnce(t *testing.T) {
	for _, tc := range []struct {
		name   string
		fault  sandbox.Fault
		parked bool
	}{
		{"note, cut after", sandbox.Fault{Method: http.MethodPost, Path: notesPath, Cut: sandbox.CutAfter}, false},
		{"note, cut before", sandbox.Fault{Method: http.MethodPost, Path: notesPath, Cut: sandbox.CutBefore}, false},
		{"priority, cut after", sandbox.Fault{Method: http.MethodPatch, Path: onePath, Cut: sandbox.CutAfter}, false},
		{"priority, cut before", sandbox.Fault{Method: http.MethodPatch, Path: onePath, Cut: sandbox.CutBefore}, false},
		{"priority, a yes that is none", sandbox.Fault{Method: http.MethodPatch, Path: onePath, Unchanged: true}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, sandbox.Options{})
			w.worsened(nil)
			w.vendor.ConnectWise.Faults.Add(tc.fault)
			w.deliver(time.Hour)
			if d := w.delivery(2); tc.parked != (d.State == app.DeliveryParked) {
				t.Fatalf("delivery %s: %s", d.State, d.Reason)
			}
			if tc.parked {
				if err := w.store.RetryDelivery(t.Context(), 2, "Ada", w.clock); err != nil {
					t.Fatal(err)
				}
				w.deliver(time.Hour)
			}
			if got := w.only(); got.Priority != "Priority 2" || w.worseNotes(got.ID) != 1 || w.delivery(2).State != app.DeliveryDone {
				t.Errorf("priority %s, %d notes, delivery %s", got.Priority, w.worseNotes(got.ID), w.delivery(2).State)
			}
		})
	}
}

// TestWorsenedAfterALostAnswer raises a ticket that was found again, so that the priority it got was never told.
func TestWorsenedAfterALostAnswer(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.vendor.ConnectWise.Faults.Add(sandbox.Fault{Method: http.MethodPost, Path: ticketsPath, Cut: sandbox.CutAfter})
	w.problem()
	w.deliver(time.Hour)
	if id := w.row().PriorityID; id != 0 {
		t.Fatalf("priority %d is kept though nobody told it", id)
	}
	e := w.event(app.Problem)
	e.Severity = app.SeverityCritical
	w.poll(e)
	w.deliver(0)
	if got := w.only(); got.Priority != "Priority 2" || w.row().PriorityID != w.priority("Priority 2") {
		t.Errorf("priority %s, kept %d", got.Priority, w.row().PriorityID)
	}
}
