package store_test

import (
	"testing"
	"time"

	"psabridge/app"
	"psabridge/store/storetest"
)

func TestPruneKeepsWhatIsUsed(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 0, "k1") // one activity no rule wants, one event that became a ticket
	must(t, s.SaveReadings(t.Context(), "sync", []app.Reading{reading(5, t0, true), reading(6, t0.Add(24*time.Hour), true)}, t0))
	if n, err := s.Prune(t.Context(), t0.Add(89*24*time.Hour)); err != nil || n != 0 {
		t.Errorf("pruned %d too early (%v)", n, err)
	}
	if n, err := s.Prune(t.Context(), t0.AddDate(2, 0, 0)); err != nil || n != 2 {
		t.Errorf("pruned %d (%v), want the activity and the older reading", n, err)
	}
	events, err := s.Events(t.Context(), app.EventFilter{})
	must(t, err)
	latest, err := s.LatestReadings(t.Context(), "sync")
	must(t, err)
	if len(events) != 1 || events[0].Outcome.Outcome != app.OutcomeTicket || len(latest) != 1 || len(latest[0].Items) != 1 {
		t.Errorf("left: %+v, %+v", events, latest)
	}
	must(t, s.Verify(t.Context()))
}
