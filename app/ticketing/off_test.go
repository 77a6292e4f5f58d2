package ticketing_test

import (
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
)

// What was decided before ticketing is switched off is not opened: one asks for a person, the others wait behind it, and
// all go when it is on again.
func TestTicketingOffHoldsBackWhatWaits(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.problems(5)
	w.doc.Connections[0].Ticketing.Enabled = false
	w.saveSettings()
	w.deliver(0)
	if n := len(w.remote()); n != 0 {
		t.Errorf("%d tickets were opened after ticketing was switched off", n)
	}
	if s := w.states(); s[app.DeliveryParked] != 1 || s[app.DeliveryWaiting] != 4 {
		t.Errorf("deliveries %v", s)
	}
	rows, err := w.store.Deliveries(t.Context(), app.DeliveryFilter{State: app.DeliveryParked})
	if err != nil || len(rows) != 1 || rows[0].ErrorField != "connections["+w.doc.Connections[0].Name+"].ticketing.enabled" {
		t.Fatalf("parked %+v, %v", rows, err)
	}
	w.pollTickets()
	w.deliver(0)
	if n := len(w.remote()); n != 0 {
		t.Errorf("%d tickets were opened while it was off", n)
	}
	w.doc.Connections[0].Ticketing.Enabled = true
	w.saveSettings()
	w.set(w.clock.Add(time.Minute))
	w.pollTickets()
	w.deliver(0)
	if n := len(w.remote()); n != 5 {
		t.Errorf("%d tickets were opened when it was on again", n)
	}
}
