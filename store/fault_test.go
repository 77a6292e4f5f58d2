package store_test

import (
	"testing"

	"psabridge/app"
	"psabridge/store/storetest"
)

// TestTheSettingAtFaultIsKept follows it from the attempt that failed for it to the one that did not.
func TestTheSettingAtFaultIsKept(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 1, "k1")
	d := claim(t, s, t0)
	settle(t, s, d, app.Settlement{State: app.DeliveryParked, Code: app.Invalid, Field: "connections[cw].ticketing.board", Message: "No such board."})
	if got := delivery(t, s, d.ID); got.ErrorField != "connections[cw].ticketing.board" {
		t.Errorf("field %q", got.ErrorField)
	}
	must(t, s.RetryDelivery(t.Context(), d.ID, "person", t0))
	created(t, s, claim(t, s, t0), 48211, t0)
	if got := delivery(t, s, d.ID); got.ErrorField != "" || got.State != app.DeliveryDone {
		t.Errorf("%s with field %q", got.State, got.ErrorField)
	}
}

func TestTicketsAreFoundByWords(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 1, "k1")
	created(t, s, claim(t, s, t0), 48211, t0)
	row, err := s.Tickets(t.Context(), app.TicketFilter{})
	must(t, err)
	for _, tt := range []struct {
		f    app.TicketFilter
		want int
	}{
		{app.TicketFilter{Query: "#48211"}, 1},
		{app.TicketFilter{Query: "48212"}, 0},
		{app.TicketFilter{Query: row[0].Summary[1:3]}, 1},
		{app.TicketFilter{Query: "100%"}, 0},
		{app.TicketFilter{Touched: true}, 0},
		{app.TicketFilter{State: app.TicketOpen, Query: " 48211 "}, 1},
	} {
		if got, err := s.Tickets(t.Context(), tt.f); err != nil || len(got) != tt.want {
			t.Errorf("%+v: %d tickets, want %d (%v)", tt.f, len(got), tt.want, err)
		}
	}
}

func TestNotesAreToldFromCloses(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 2, "k1")
	all, err := s.Deliveries(t.Context(), app.DeliveryFilter{Kind: app.DeliverTicketNote})
	must(t, err)
	notes, err := s.Deliveries(t.Context(), app.DeliveryFilter{Kind: app.DeliverTicketNote, Closing: new(false)})
	must(t, err)
	closes, err := s.Deliveries(t.Context(), app.DeliveryFilter{Kind: app.DeliverTicketNote, Closing: new(true)})
	must(t, err)
	if len(all) != 2 || len(notes) != 1 || len(closes) != 1 {
		t.Errorf("%d, of them %d notes and %d closes", len(all), len(notes), len(closes))
	}
}
