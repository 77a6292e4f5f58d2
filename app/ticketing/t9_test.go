package ticketing_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
)

// gone names a board that ConnectWise does not have.
func gone(doc *app.Settings) { doc.Connections[0].Ticketing.Board = app.Ref{Name: "Gone"} }

// TestT9OneAsksForAPerson is F13, too: of all that need the same, one is parked and the others wait and say for which. When
// it is fixed they all go at once.
func TestT9OneAsksForAPerson(t *testing.T) {
	for _, restarted := range []bool{false, true} {
		t.Run(fmt.Sprint("restarted ", restarted), func(t *testing.T) {
			w := newWorld(t, sandbox.Options{}, gone)
			w.problems(20)
			w.deliver(0)
			if restarted {
				w.restart()
			}
			w.problem()
			w.deliver(3 * time.Hour) // those that wait ask a few times
			if states := w.states(); states[app.DeliveryParked] != 1 || states[app.DeliveryWaiting] != 20 {
				t.Fatalf("states %v", states)
			}
			asks := w.parked()[0]
			for id := range int64(21) {
				d := w.delivery(id + 1)
				if !strings.Contains(d.Reason, "board “Gone” does not exist") || d.ErrorField != "connections[cw].ticketing.board" {
					t.Errorf("reason %q, field %q", d.Reason, d.ErrorField)
				}
				if d.ID != asks.ID && !strings.HasPrefix(d.Reason, fmt.Sprintf("Waits like delivery %d: ", asks.ID)) {
					t.Errorf("reason %q does not name the one that asks", d.Reason)
				}
			}
			w.doc.Connections[0].Ticketing.Board = app.Ref{Name: "Alerts"}
			w.retry(asks.ID)
			w.deliver(0)
			if n := len(w.remote()); n != 21 {
				t.Errorf("%d tickets right after it was fixed", n)
			}
		})
	}
}

// TestT9DroppedTheNextAsks: giving the first one up is no answer for the others.
func TestT9DroppedTheNextAsks(t *testing.T) {
	w := newWorld(t, sandbox.Options{}, gone)
	w.problems(3)
	w.deliver(0)
	if err := w.store.DropDelivery(t.Context(), w.parked()[0].ID, "not that one", "test", w.clock); err != nil {
		t.Fatal(err)
	}
	w.deliver(2 * time.Hour)
	if states := w.states(); states[app.DeliveryParked] != 1 || states[app.DeliveryWaiting] != 1 || states[app.DeliveryDropped] != 1 {
		t.Errorf("states %v", states)
	}
}

// TestT9ARuleOfItsOwn: the board a rule chose is mended in the rule, and what the connection chose is not held up by it.
func TestT9ARuleOfItsOwn(t *testing.T) {
	w := newWorld(t, sandbox.Options{}, func(doc *app.Settings) {
		own := doc.Alerts[0]
		own.Name, own.When, own.Ticket.Board = "Own", []app.When{{Type: "disk.failed"}}, app.Ref{Name: "Gone"}
		doc.Alerts = append(doc.Alerts, own)
	})
	disk := w.event(app.Problem)
	disk.Type = "disk.failed"
	w.poll(disk, w.event(app.Problem))
	w.deliver(0)
	asks := w.parked()
	if len(asks) != 1 || asks[0].ErrorField != "alerts[Own].ticket.board" || !strings.Contains(asks[0].Reason, "Choose another one in the alert “Own”, then retry.") {
		t.Errorf("%+v", asks)
	}
	w.only()
}

// TestT9OrganizationNotMappedAnyMore: of one organization one asks, and others' tickets go.
func TestT9OrganizationNotMappedAnyMore(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.problems(3)
	company := w.doc.Organizations[1].Company
	w.doc.Organizations[1].Company = app.CompanyRef{}
	w.deliver(0)
	if states := w.states(); states[app.DeliveryParked] != 1 || states[app.DeliveryWaiting] != 2 {
		t.Errorf("states %v", states)
	}
	if d := w.parked()[0]; !strings.Contains(d.Reason, "has no ConnectWise company. Map it") {
		t.Errorf("it says %q", d.Reason)
	}
	w.doc.Organizations[1].Company = company
	w.retry(w.parked()[0].ID)
	if n := len(w.remote()); n != 3 {
		t.Errorf("%d tickets", n)
	}
}

// parked lists what asks for a person.
func (w *world) parked() []app.DeliveryRow {
	w.t.Helper()
	rows, err := w.store.Deliveries(w.t.Context(), app.DeliveryFilter{State: app.DeliveryParked})
	if err != nil {
		w.t.Fatal(err)
	}
	return rows
}
