package ticketing_test

import (
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
)

// What comes back is over again before its ticket is opened again: the close that follows finds the ticket as we closed
// it, and no person did that. So the next comeback opens it again.
func TestSecondCloseOfOurOwnIsNobodysTouch(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.problem()
	w.deliver(0)
	over := func() {
		t.Helper()
		w.set(w.clock.Add(time.Hour))
		w.recovery()
		for range 60 {
			w.tick(time.Minute)
		}
	}
	over()
	w.deliver(0)
	w.set(w.clock.Add(time.Hour))
	w.problem()
	over() // nothing is sent in between
	w.deliver(0)
	if r := w.row(); r.State != app.TicketClosed || r.Touched {
		t.Fatalf("ticket %s, touched %t", r.State, r.Touched)
	}
	w.set(w.clock.Add(time.Hour))
	w.problem()
	w.deliver(0)
	if got := w.only(); got.Closed {
		t.Error("the ticket was not opened again")
	}
}
