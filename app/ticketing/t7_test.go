package ticketing_test

import (
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
)

// TestT7ClosedByAPersonStaysQuiet is F17, too: what a person closed stays quiet until it recovers, and comes back as a new
// ticket after that.
func TestT7ClosedByAPersonStaysQuiet(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.problem()
	w.deliver(0)
	w.set(w.clock.Add(time.Minute))
	if err := w.vendor.ConnectWise.CloseTicketByHand(w.only().ID); err != nil {
		t.Fatal(err)
	}
	w.pollTickets()
	if w.row().State != app.TicketClosed || w.condition().State != app.ConditionQuiet {
		t.Fatalf("ticket %s, condition %s", w.row().State, w.condition().State)
	}
	w.problem()
	w.set(w.clock.Add(time.Minute))
	w.recovery()
	w.deliver(time.Hour)
	w.only()
	w.set(w.clock.Add(time.Hour))
	w.problem()
	w.deliver(0)
	if len(w.remote()) != 2 {
		t.Errorf("%d tickets after it came back", len(w.remote()))
	}
}

// TestT7ReopenOnlyWhatWeClosed: within the window, counted from our close.
func TestT7ReopenOnlyWhatWeClosed(t *testing.T) {
	for _, tc := range []struct {
		name   string
		after  time.Duration
		before func(w *world)
		open   int // tickets in the end
	}{
		{"at once", time.Minute, func(*world) {}, 1},
		{"at the end of the window", 24 * time.Hour, func(*world) {}, 1},
		{"after it", 24*time.Hour + time.Minute, func(*world) {}, 2},
		{"opened by a person since", time.Hour, func(w *world) {
			if err := w.vendor.ConnectWise.SetTicketStatus(w.only().ID, statusID(w, "Completed")); err != nil {
				w.t.Fatal(err)
			}
		}, 1},
		{"closed otherwise by a person since", time.Hour, func(w *world) {
			if err := w.vendor.ConnectWise.SetTicketStatus(w.only().ID, statusID(w, ">Closed (old)")); err != nil {
				w.t.Fatal(err)
			}
		}, 2},
		{"deleted since", time.Hour, func(w *world) { w.vendor.ConnectWise.DeleteTicket(w.only().ID) }, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, sandbox.Options{})
			w.problem()
			w.deliver(0)
			w.set(w.clock.Add(time.Hour))
			w.recovery()
			w.deliver(0)
			if !w.only().Closed {
				t.Fatal("not closed")
			}
			tc.before(w)
			w.set(w.clock.Add(tc.after))
			w.problem()
			w.deliver(0)
			w.tick(time.Minute) // what could not be opened again gets a ticket of its own
			w.deliver(0)
			if got := w.remote(); len(got) == 0 || got[len(got)-1].Closed || w.condition().State != app.ConditionOpen {
				t.Errorf("nobody is told that it came back: %+v, condition %s", got, w.condition().State)
			}
			if n := len(w.remote()); n != tc.open {
				t.Errorf("%d tickets, want %d", n, tc.open)
			}
		})
	}
}

// TestT7DeletedCountsAsClosedByAPerson is F17, too.
func TestT7DeletedCountsAsClosedByAPerson(t *testing.T) {
	for _, polled := range []bool{true, false} {
		w := newWorld(t, sandbox.Options{})
		w.problem()
		w.deliver(0)
		w.vendor.ConnectWise.DeleteTicket(w.only().ID)
		w.set(w.clock.Add(time.Minute))
		if polled {
			w.pollTickets()
			if w.row().State != app.TicketUnknown || w.condition().State != app.ConditionQuiet {
				t.Errorf("ticket %s, condition %s", w.row().State, w.condition().State)
			}
		}
		w.recovery()
		w.deliver(time.Hour)
		if d, err := w.store.Delivery(t.Context(), 2); !polled && (err != nil || d.State != app.DeliveryDropped) {
			t.Errorf("the note is %s, %v", d.State, err)
		}
		if w.row().State != app.TicketUnknown || len(w.remote()) != 0 {
			t.Errorf("ticket %s, %d in ConnectWise", w.row().State, len(w.remote()))
		}
	}
}

// TestT7MergedIsNotedInItsParent: what a ticket stands for goes on in the one it was merged into, which is noted and never
// closed; only when that is closed, ours counts as closed by a person.
func TestT7MergedIsNotedInItsParent(t *testing.T) {
	for _, polled := range []bool{false, true} {
		t.Run(map[bool]string{true: "seen by the poll", false: "seen by the note"}[polled], func(t *testing.T) {
			w, into := mergedWorld(t)
			if polled {
				w.pollTickets()
			}
			if row := w.row(); row.State != app.TicketOpen || w.condition().State != app.ConditionOpen {
				t.Fatalf("ticket %s, condition %s", row.State, w.condition().State)
			}
			w.set(w.clock.Add(20 * time.Minute))
			worse := w.event(app.Problem)
			worse.Severity = app.SeverityCritical
			w.poll(worse)
			w.deliver(0)
			w.set(w.clock.Add(20 * time.Minute))
			w.recovery()
			w.deliver(time.Hour)
			if recovered(w, into) != 1 || len(w.vendor.ConnectWise.Notes(into)) < 2 {
				t.Errorf("the parent has %+v", w.vendor.ConnectWise.Notes(into))
			}
			if w.ticket(into).Closed {
				t.Error("the parent was closed")
			}
			if row := w.row(); !row.Touched {
				t.Error("a merged ticket is a person's work")
			}
		})
	}
	t.Run("its parent is closed by a person", func(t *testing.T) {
		w, into := mergedWorld(t)
		w.pollTickets()
		w.set(w.clock.Add(time.Minute))
		if err := w.vendor.ConnectWise.CloseTicketByHand(into); err != nil {
			t.Fatal(err)
		}
		w.pollTickets()
		if w.row().State != app.TicketClosed || w.condition().State != app.ConditionQuiet {
			t.Errorf("ticket %s, condition %s", w.row().State, w.condition().State)
		}
	})
	t.Run("its parent was closed before", func(t *testing.T) {
		w, into := mergedWorld(t)
		if err := w.vendor.ConnectWise.CloseTicketByHand(into); err != nil {
			t.Fatal(err)
		}
		w.recovery()
		w.deliver(time.Hour)
		if recovered(w, into) != 1 || w.row().State != app.TicketClosed {
			t.Errorf("%d notes, ticket %s", recovered(w, into), w.row().State)
		}
	})
	t.Run("its parent is deleted", func(t *testing.T) {
		for _, polled := range []bool{false, true} {
			w, into := mergedWorld(t)
			w.pollTickets()
			w.vendor.ConnectWise.DeleteTicket(into)
			w.set(w.clock.Add(time.Minute))
			if polled {
				w.pollTickets()
			} else {
				w.recovery()
				w.deliver(time.Hour)
				if d := w.delivery(2); d.State != app.DeliveryDropped || !strings.Contains(d.Reason, "merged into") {
					t.Errorf("%s: %s", d.State, d.Reason)
				}
			}
			if w.row().State != app.TicketUnknown {
				t.Errorf("ticket %s", w.row().State)
			}
		}
	})
	t.Run("its parent is merged again", func(t *testing.T) {
		w, into := mergedWorld(t)
		last := w.make("")
		if err := w.vendor.ConnectWise.MergeTicket(into, last); err != nil {
			t.Fatal(err)
		}
		w.pollTickets()
		if w.row().State != app.TicketOpen {
			t.Fatalf("ticket %s", w.row().State)
		}
		w.recovery()
		w.deliver(time.Hour)
		if recovered(w, last) != 1 || w.ticket(last).Closed {
			t.Errorf("%d notes on the last one", recovered(w, last))
		}
	})
	t.Run("its parent is one of ours", func(t *testing.T) {
		for _, polled := range []bool{false, true} {
			w := newWorld(t, sandbox.Options{})
			child, parent := w.two()
			if err := w.vendor.ConnectWise.MergeTicket(child.ID, parent.ID); err != nil {
				t.Fatal(err)
			}
			if polled {
				w.pollTickets()
			}
			w.poll(on(w.event(app.Recovery), "78"))
			w.deliver(time.Hour)
			if w.ticket(parent.ID).Closed || recovered(w, parent.ID) != 1 {
				t.Error("the parent was closed although what was merged into it still holds")
			}
			w.recovery()
			w.deliver(time.Hour)
			if w.ticket(parent.ID).Closed || recovered(w, parent.ID) != 2 {
				t.Errorf("the parent has %+v", w.vendor.ConnectWise.Notes(parent.ID))
			}
		}
	})
	t.Run("merged in a circle", func(t *testing.T) {
		w, into := mergedWorld(t)
		if err := w.vendor.ConnectWise.MergeTicket(into, w.only().ID); err != nil {
			t.Fatal(err)
		}
		w.recovery()
		w.deliver(time.Hour)
		if d := w.delivery(2); d.State != app.DeliveryParked {
			t.Errorf("%s: %s", d.State, d.Reason)
		}
	})
}

// mergedWorld has one ticket that a person merged into another.
func mergedWorld(t *testing.T) (w *world, into int) {
	t.Helper()
	w = newWorld(t, sandbox.Options{})
	w.problem()
	w.deliver(0)
	into = w.make("")
	w.set(w.clock.Add(time.Minute))
	if err := w.vendor.ConnectWise.MergeTicket(w.only().ID, into); err != nil {
		t.Fatal(err)
	}
	return w, into
}

// ticket is one ticket of ConnectWise by its number.
func (w *world) ticket(id int) sandbox.Ticket {
	w.t.Helper()
	for _, one := range w.vendor.ConnectWise.Tickets() {
		if one.ID == id {
			return one
		}
	}
	w.t.Fatalf("ConnectWise has no ticket %d", id)
	return sandbox.Ticket{}
}

// TestPollIsNotFooledByTheSearch: a ticket made just now is not in the search yet, and that is no deletion.
func TestPollIsNotFooledByTheSearch(t *testing.T) {
	w := newWorld(t, sandbox.Options{SearchLag: 5 * time.Minute})
	w.problem()
	w.deliver(0)
	w.pollTickets()
	if w.row().State != app.TicketOpen {
		t.Errorf("ticket %s", w.row().State)
	}
	w.problems(200) // after a flood it does not ask for each of them
	w.drain(time.Minute)
	w.vendor.ConnectWise.ForgetRequests()
	w.pollTickets()
	if n := w.vendor.ConnectWise.Requests(); n > 25 {
		t.Errorf("%d calls for 201 tickets that are not in the search yet", n)
	}
	first := w.remote()[0]
	w.set(w.clock.Add(20 * time.Minute))
	w.vendor.ConnectWise.DeleteTicket(first.ID)
	w.pollTickets()
	if rows := w.rows(); rows[len(rows)-1].State != app.TicketUnknown {
		t.Errorf("the deleted one is %s", rows[len(rows)-1].State)
	}
}
