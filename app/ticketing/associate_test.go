package ticketing_test

import (
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
)

func TestSubtypeAndItem(t *testing.T) {
	service := func(typ, subtype, item string) func(*app.Settings) {
		return func(doc *app.Settings) {
			s := &doc.Connections[0].Ticketing
			s.Type, s.Subtype, s.Item = app.Ref{Name: typ}, app.Ref{Name: subtype}, app.Ref{Name: item}
		}
	}
	for _, tc := range []struct {
		name   string
		change func(*app.Settings)
		rule   app.TicketPolicy
		words  string // of the refusal; "" when the ticket opens
	}{
		{"all three go together", service("Backup", "File server", "Unreachable"), app.TicketPolicy{}, ""},
		{"the rule names another subtype", service("Backup", "File server", ""), app.TicketPolicy{Subtype: app.Ref{Name: "Quota"}}, ""},
		{"the rule's type and the connection's subtype do not", service("Backup", "File server", ""), app.TicketPolicy{Type: app.Ref{Name: "File sync"}}, "the subtype “File server” does not belong to the type “File sync”"},
		{"an item of another subtype", service("Backup", "Quota", "Unreachable"), app.TicketPolicy{}, "the item “Unreachable” does not belong to the type “Backup”"},
		{"an inactive subtype", service("Backup", "Tape", ""), app.TicketPolicy{}, "The subtype “Tape” is inactive on the board “Alerts”"},
		{"no such item", service("Backup", "Quota", "Nope"), app.TicketPolicy{}, "The item “Nope” does not exist on the board “Alerts”"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{}, tc.change, func(doc *app.Settings) { doc.Alerts[0].Ticket = tc.rule })
			w.problem()
			other := w.event(app.Problem)
			other.Object.ExternalID = "78"
			w.poll(other)
			w.deliver(0)
			first, second := w.delivery(1), w.delivery(2)
			if tc.words == "" {
				if first.State != app.DeliveryDone || second.State != app.DeliveryDone {
					t.Fatalf("%s: %s", first.State, first.Reason)
				}
				return
			}
			states := map[app.DeliveryState]int{first.State: 1}
			states[second.State]++
			if states[app.DeliveryParked] != 1 || states[app.DeliveryWaiting] != 1 || !strings.Contains(first.Reason+second.Reason, tc.words) {
				t.Errorf("%v: %s / %s", states, first.Reason, second.Reason)
			}
			s := &w.doc.Connections[0].Ticketing
			s.Subtype, s.Item = app.Ref{}, app.Ref{}
			w.doc.Alerts[0].Ticket = app.TicketPolicy{}
			if _, err := w.store.RetryParked(t.Context(), "Ada", w.clock); err != nil {
				t.Fatal(err)
			}
			w.deliver(time.Hour)
			if n := len(w.remote()); n != 2 {
				t.Errorf("%d tickets after it was mended", n)
			}
		})
	}
}
