package ticketing_test

import (
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
)

// TestWhyATicketCountsAsTouchedIsKept: whoever sees it, the poll or the look before a close, remembers why.
func TestWhyATicketCountsAsTouchedIsKept(t *testing.T) {
	t.Run("an owner, seen by the poll", func(t *testing.T) {
		w := newWorld(t, sandbox.Options{})
		w.problem()
		w.deliver(0)
		w.set(w.clock.Add(time.Minute))
		if err := w.vendor.ConnectWise.AssignOwner(w.only().ID, sandbox.By); err != nil {
			t.Fatal(err)
		}
		w.pollTickets()
		w.set(w.clock.Add(time.Hour))
		w.recovery()
		w.deliver(0)
		const why = sandbox.By + " is its owner now."
		if got := w.row(); got.TouchedWhy != why || got.State != app.TicketOpen {
			t.Errorf("touched: %+v", got.Ticket)
		}
		ledger, err := w.store.DeliveryLedger(t.Context(), 2)
		if err != nil || ledger[len(ledger)-1].Note != "Not closed: "+why {
			t.Errorf("the ledger says %+v, %v", ledger, err)
		}
	})
	t.Run("a note, seen before the close", func(t *testing.T) {
		w := newWorld(t, sandbox.Options{})
		w.problem()
		w.deliver(0)
		w.set(w.clock.Add(time.Minute))
		if err := w.vendor.ConnectWise.NoteByHand(w.only().ID, "Looking at it."); err != nil {
			t.Fatal(err)
		}
		w.set(w.clock.Add(time.Hour))
		w.recovery()
		w.deliver(0)
		if got := w.row(); !got.Touched || got.TouchedWhy != sandbox.By+" wrote a note on it." {
			t.Errorf("touched: %+v", got.Ticket)
		}
	})
	t.Run("a close", func(t *testing.T) {
		w := newWorld(t, sandbox.Options{})
		w.problem()
		w.deliver(0)
		w.set(w.clock.Add(time.Minute))
		if err := w.vendor.ConnectWise.CloseTicketByHand(w.only().ID); err != nil {
			t.Fatal(err)
		}
		w.pollTickets()
		if got := w.row(); got.TouchedWhy != sandbox.By+" closed it." || got.ClosedBy != sandbox.By || !got.TouchedAt.Equal(got.ClosedAt) {
			t.Errorf("closed: %+v", got.Ticket)
		}
	})
}
