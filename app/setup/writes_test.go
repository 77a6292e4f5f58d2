package setup_test

import (
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
)

const lacksAdd = "The role lacks “Service Desk ▸ Service Tickets ▸ Add”. It says: “You do not have the rights.”"

// creates ends the creation of a ticket as told; with an intent first, as each write has one.
func (b *bench) creates(t *testing.T, st app.Settlement) app.Delivery {
	t.Helper()
	b.parked(t)
	d, found, err := b.store.Claim(t.Context(), b.now(), nil)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	if err := b.store.Intent(t.Context(), app.Intent{DeliveryID: d.ID, Attempt: d.Attempt, At: b.now(), Request: `{"Summary":"Down"}`}); err != nil {
		t.Fatal(err)
	}
	st.DeliveryID, st.Attempt, st.At = d.ID, d.Attempt, b.now()
	if st.State == app.DeliveryDone {
		st.Ticket = &app.Ticket{ID: d.TicketID, XRef: "x-1", ScopeKey: "k", Connection: "cw", RemoteID: 48211, State: app.TicketOpen, OpenedAt: b.now()}
	}
	if err := b.store.Settle(t.Context(), st); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestRightsAreProvenByWhatWorked(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.creates(t, app.Settlement{State: app.DeliveryDone})
	byID, _ := b.test(t)
	if byID["right.tickets.add"].State != app.CheckOK {
		t.Errorf("%+v", byID["right.tickets.add"])
	}
}

func TestRightsThatAreRefused(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.creates(t, app.Settlement{State: app.DeliveryParked, Code: app.Forbidden, Message: lacksAdd})
	byID, _ := b.test(t)
	got := byID["right.tickets.add"]
	if got.State != app.CheckFailed || got.Message != lacksAdd {
		t.Errorf("%+v", got)
	}
	contains(t, got.Fix, "set Service Desk ▸ Service Tickets ▸ Add to All", "Deliveries")
	if byID["right.tickets.edit"].State != app.CheckSkipped {
		t.Errorf("%+v", byID["right.tickets.edit"])
	}
}

// TestNewKeysProveNothingYet replaces the keys, maybe by those of a member with another role.
func TestNewKeysProveNothingYet(t *testing.T) {
	for name, st := range map[string]app.Settlement{
		"proved":  {State: app.DeliveryDone},
		"refused": {State: app.DeliveryParked, Code: app.Forbidden, Message: lacksAdd},
	} {
		b := sampled(t, sandbox.Options{})
		b.creates(t, st)
		b.advance(24 * time.Hour)
		b.secrets(t)
		byID, _ := b.test(t)
		if got := byID["right.tickets.add"]; got.State != app.CheckSkipped {
			t.Errorf("%s: %+v", name, got)
		}
		guide, err := b.Guide(t.Context(), "cw")
		if err != nil {
			t.Fatal(err)
		}
		for _, task := range guide.Tasks {
			for _, step := range task.Steps {
				if step.ID == "test_ticket" && step.State != app.TaskNotStarted {
					t.Errorf("%s: %+v", name, step)
				}
			}
		}
	}
}

// TestLinkedByHandProvesNothing links by hand what ConnectWise refused to create.
func TestLinkedByHandProvesNothing(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	d := b.creates(t, app.Settlement{State: app.DeliveryParked, Code: app.Forbidden, Message: lacksAdd})
	if err := b.store.LinkDelivery(t.Context(), d.ID, app.Ticket{XRef: "x-1", RemoteID: 5000, Connection: "cw"}, "Ada", b.now()); err != nil {
		t.Fatal(err)
	}
	byID, _ := b.test(t)
	if got := byID["right.tickets.add"]; got.State != app.CheckSkipped {
		t.Errorf("%+v", got)
	}
}
