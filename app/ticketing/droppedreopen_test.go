package ticketing_test

import (
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
)

// A person drops the reopen of a ticket: what came back stays quiet, and the next time it fails it is heard of again.
func TestDroppedReopenKeepsItQuiet(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.problem()
	w.deliver(0)
	w.set(w.clock.Add(time.Hour))
	w.recovery()
	w.deliver(0)
	for range 20 {
		w.tick(time.Minute)
		w.deliver(0)
	}
	w.set(w.clock.Add(time.Hour))
	w.problem()
	rows, err := w.store.Deliveries(t.Context(), app.DeliveryFilter{State: app.DeliveryWaiting})
	if err != nil || len(rows) != 1 || w.row().State != app.TicketClosed {
		t.Fatalf("waiting %+v, ticket %s, %v", rows, w.row().State, err)
	}
	if err := w.store.DropDelivery(t.Context(), rows[0].ID, "wrong", "Ada", w.clock); err != nil {
		t.Fatal(err)
	}
	if c := w.condition(); c.State != app.ConditionQuiet {
		t.Errorf("the condition is %s on a ticket that is %s", c.State, w.row().State)
	}
	w.tick(time.Hour)
	w.recovery()
	w.tick(48 * time.Hour)
	w.problem()
	w.deliver(0)
	if c := w.condition(); c.State != app.ConditionOpen || len(w.remote()) != 2 {
		t.Errorf("the next time the condition is %s, with %d tickets", c.State, len(w.remote()))
	}
}
