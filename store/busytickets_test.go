package store_test

import (
	"slices"
	"testing"

	"psabridge/store/storetest"
)

// A ticket is busy while a delivery of it is under way, not while one waits.
func TestBusyTickets(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 0, "k1")
	busy := func() []int64 {
		t.Helper()
		ids, err := s.BusyTickets(t.Context(), []int64{1, 99})
		if err != nil {
			t.Fatal(err)
		}
		return ids
	}
	if got := busy(); len(got) != 0 {
		t.Errorf("waiting: %v", got)
	}
	if d := claim(t, s, t0); !slices.Equal(busy(), []int64{d.TicketID}) {
		t.Errorf("sending: %v, want %d", busy(), d.TicketID)
	}
}
