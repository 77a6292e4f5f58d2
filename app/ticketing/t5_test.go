package ticketing_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// workflow is what ConnectWise's own rules may do in the tests of T5.
func workflow(doc *app.Settings) {
	doc.Connections[0].Ticketing.Automation = app.Automation{Members: []string{" TPetersen "}, Statuses: []string{"in progress", "CLOSED"}}
}

// statusID is the number of a status of the board the tickets are on.
func statusID(w *world, name string) int {
	w.t.Helper()
	statuses, err := w.client.Statuses(w.t.Context(), sample.BoardAlerts)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range statuses {
		if s.Name == name {
			return int(s.ID)
		}
	}
	w.t.Fatalf("no status %q", name)
	return 0
}

// TestT5WhatCountsAsTouched: each thing a person can do keeps the ticket open, and nothing ConnectWise does by itself. It is
// the same whether the poll saw it before the recovery or only the look right before the close does.
func TestT5WhatCountsAsTouched(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		owner   string // whom the board gives new tickets to by itself
		touch   func(w *world, cw *sandbox.ConnectWise, id int) error
		touched bool
		unseen  bool // the poll does not read it
	}{
		{"a note", "", func(_ *world, cw *sandbox.ConnectWise, id int) error { return cw.NoteByHand(id, "Looking at it.") }, true, true},
		{"a note that quotes ours", "", func(_ *world, cw *sandbox.ConnectWise, id int) error {
			return cw.NoteByHand(id, cw.Notes(id)[0].Text+"\nWho is that?")
		}, true, true},
		{"a copy of our note", "", func(_ *world, cw *sandbox.ConnectWise, id int) error {
			return errors.Join(cw.NoteByHand(id, "See [psabridge 1-00000000]"), cw.NoteByHand(id, "Done."))
		}, true, true},
		{"a note of a listed member", "", func(_ *world, cw *sandbox.ConnectWise, id int) error {
			return cw.NoteAs(id, "tpetersen", "SLA reminder.")
		}, false, true},
		{"time", "", func(_ *world, cw *sandbox.ConnectWise, id int) error { return cw.AddTimeEntry(id, "Half an hour.") }, true, true},
		{"an owner", "", func(_ *world, cw *sandbox.ConnectWise, id int) error { return cw.AssignOwner(id, sandbox.By) }, true, false},
		{"a listed owner", "", func(_ *world, cw *sandbox.ConnectWise, id int) error { return cw.AssignOwner(id, "tpetersen") }, false, false},
		{"the owner the board gave it", sandbox.By, func(*world, *sandbox.ConnectWise, int) error { return nil }, false, false},
		{"another owner than the board's", "jlorenz", func(_ *world, cw *sandbox.ConnectWise, id int) error { return cw.AssignOwner(id, sandbox.By) }, true, false},
		{"no owner any more", "jlorenz", func(_ *world, cw *sandbox.ConnectWise, id int) error { return cw.AssignOwner(id, "") }, true, false},
		{"a status", "", func(w *world, cw *sandbox.ConnectWise, id int) error {
			return cw.SetTicketStatus(id, statusID(w, "Waiting on Customer"))
		}, true, false},
		{"a listed status", "", func(w *world, cw *sandbox.ConnectWise, id int) error {
			return cw.SetTicketStatus(id, statusID(w, "In Progress"))
		}, false, false},
		{"a listed status and then another", "", func(w *world, cw *sandbox.ConnectWise, id int) error {
			if err := cw.SetTicketStatus(id, statusID(w, "In Progress")); err != nil {
				return err
			}
			w.pollTickets()
			w.set(w.clock.Add(time.Minute))
			return cw.SetTicketStatus(id, statusID(w, "Completed"))
		}, true, false},
		{"another summary", "", func(_ *world, cw *sandbox.ConnectWise, id int) error { return cw.RenameTicket(id, "FS01") }, false, false},
	} {
		for _, polled := range []bool{false, true} {
			t.Run(tc.name+map[bool]string{true: ", polled", false: ""}[polled], func(t *testing.T) {
				w := newWorld(t, sandbox.Options{Quirks: sandbox.Quirks{OwnerOfNew: tc.owner}}, workflow)
				w.problem()
				w.deliver(0)
				w.set(w.clock.Add(time.Minute))
				if err := tc.touch(w, w.vendor.ConnectWise, w.only().ID); err != nil {
					t.Fatal(err)
				}
				if polled {
					w.pollTickets()
					if w.row().Touched != (tc.touched && !tc.unseen) {
						t.Errorf("after the poll: touched %t", w.row().Touched)
					}
				}
				w.set(w.clock.Add(time.Hour))
				w.recovery()
				w.deliver(0)
				if got := w.only(); got.Closed == tc.touched || w.row().Touched != tc.touched {
					t.Errorf("closed %t, touched %t", got.Closed, w.row().Touched)
				}
				if notes := w.onlyNotes(); !strings.Contains(notes[len(notes)-1].Text, "Recovered") && recovered(w, w.only().ID) != 1 {
					t.Errorf("the recovery was not noted: %+v", notes)
				}
			})
		}
	}
}

// TestT5MovedToAnotherBoard: the status that comes with the board is not looked at any more.
func TestT5MovedToAnotherBoard(t *testing.T) {
	w := newWorld(t, sandbox.Options{}, workflow)
	w.problem()
	w.deliver(0)
	w.set(w.clock.Add(time.Minute))
	if err := w.vendor.ConnectWise.MoveTicket(w.only().ID, sample.BoardNOC); err != nil {
		t.Fatal(err)
	}
	w.recovery()
	w.deliver(0)
	if w.only().Closed || !w.row().Touched {
		t.Errorf("closed %t, touched %t", w.only().Closed, w.row().Touched)
	}
}

// TestT5CostOfAClose: at most two reads, one note, one PATCH, also of a ticket that is not closed in the end.
func TestT5CostOfAClose(t *testing.T) {
	for _, touch := range []bool{false, true} {
		w := newWorld(t, sandbox.Options{})
		w.knowLists(app.ListStatuses, sample.BoardAlerts)
		w.problem()
		w.deliver(0)
		w.set(w.clock.Add(time.Hour))
		if touch {
			if err := w.vendor.ConnectWise.NoteByHand(w.only().ID, "Mine."); err != nil {
				t.Fatal(err)
			}
		}
		w.recovery()
		w.vendor.ConnectWise.ForgetRequests()
		w.deliver(0)
		calls := map[string]int{}
		for _, r := range w.vendor.ConnectWise.Log() {
			calls[r.Method]++
		}
		if calls[http.MethodGet] > 2 || calls[http.MethodPost] != 1 || calls[http.MethodPatch] > 1 || touch && calls[http.MethodPatch] != 0 {
			t.Errorf("touched %t: %v", touch, calls)
		}
	}
}

// TestT5AWorkflowRuleThatClosesAcknowledges: who closes a ticket acknowledges what it stands for, whoever that is; it is not
// opened again against the rule's will.
func TestT5AWorkflowRuleThatClosesAcknowledges(t *testing.T) {
	w := newWorld(t, sandbox.Options{}, workflow)
	w.problem()
	w.deliver(0)
	w.set(w.clock.Add(time.Minute))
	if err := w.vendor.ConnectWise.SetTicketStatus(w.only().ID, statusID(w, "Closed")); err != nil {
		t.Fatal(err)
	}
	w.pollTickets()
	if w.condition().State != app.ConditionQuiet || w.row().State != app.TicketClosed {
		t.Errorf("condition %s, ticket %s", w.condition().State, w.row().State)
	}
	w.set(w.clock.Add(time.Minute))
	w.problem()
	w.deliver(time.Hour)
	if !w.only().Closed {
		t.Error("opened again while it still held")
	}
}

// TestT5AClosePassesForOursOnlyIfWeTried: the note got no answer, and while we look a person closes the ticket. That was
// not us, although it stands in the very status we would have given it: it is not opened again when the machine comes back.
func TestT5AClosePassesForOursOnlyIfWeTried(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.problem()
	w.deliver(0)
	w.set(w.clock.Add(time.Hour))
	w.fault(sandbox.Fault{Method: http.MethodPost, Path: notesPath, Cut: sandbox.CutAfter})
	w.recovery()
	w.box.Once(t.Context())
	if d := w.delivery(2); d.State != app.DeliveryChecking {
		t.Fatalf("delivery %s", d.State)
	}
	if err := w.vendor.ConnectWise.CloseTicketByHand(w.only().ID); err != nil {
		t.Fatal(err)
	}
	w.deliver(time.Hour)
	if row := w.row(); row.State != app.TicketClosed || !row.Touched {
		t.Errorf("row = %+v", row.Ticket)
	}
	w.set(w.clock.Add(time.Hour))
	w.problem()
	w.deliver(0)
	if n := len(w.remote()); n != 2 || !w.vendor.ConnectWise.Tickets()[len(w.vendor.ConnectWise.Tickets())-2].Closed {
		t.Errorf("%d tickets; the one a person closed was opened again", n)
	}
}

// knowLists stores a board's statuses as the reload of the options does.
func (w *world) knowLists(list app.OptionList, parent int64) {
	w.t.Helper()
	statuses, err := w.client.Statuses(w.t.Context(), parent)
	if err != nil {
		w.t.Fatal(err)
	}
	rows := make([]app.OptionRow, len(statuses))
	for i, o := range statuses {
		body, err := json.Marshal(o)
		if err != nil {
			w.t.Fatal(err)
		}
		rows[i] = app.OptionRow{ID: o.ID, Name: o.Name, Inactive: o.Inactive, Body: body}
	}
	if err := w.store.SaveOptions(w.t.Context(), w.doc.Connections[0].Name, list, parent, rows, w.clock); err != nil {
		w.t.Fatal(err)
	}
}
