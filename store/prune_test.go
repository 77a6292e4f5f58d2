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

func TestPruneOfSources(t *testing.T) {
	s := storetest.Open(t)
	ctx := t.Context()
	// A machine that was away for an hour, and one that was removed with its customer.
	ingest(t, s, machine(app.Disconnected), t0)
	for i, b := range []app.Batch{machine(app.Connected), machine(app.Connected)} {
		b.ReadAt = t0.Add(time.Duration(i+1) * time.Hour)
		if i == 1 {
			b.Organizations, b.States = b.Organizations[:1], nil
		}
		ingest(t, s, b, b.ReadAt)
	}
	statement := reading(3, t0.AddDate(0, -1, 0), true)
	statement.Covers = november.Prev()
	must(t, s.SaveReadings(ctx, "sync", []app.Reading{statement, reading(5, t0, true)}, t0))
	_, err := s.SaveImport(ctx, app.Import{Source: "sync", At: t0})
	must(t, err)
	must(t, s.SaveRaw(ctx, "sync", []app.RawRecord{{OrganizationID: "7", What: "usage", ReadAt: t0}, {OrganizationID: "1", What: "usage", ReadAt: t0}, {What: "health", ReadAt: t0}}))

	for _, step := range []struct {
		at   time.Time
		want int
		what string
	}{
		{t0, 1, "the raw record of a customer that is gone"},
		{t0.Add(90 * 24 * time.Hour), 0, "nothing yet"},
		{t0.Add(90*24*time.Hour + 90*time.Minute), 2, "the activity and the hour away"},
		{t0.Add(91 * 24 * time.Hour), 1, "what the removed machine was last"},
		{t0.AddDate(0, 12, 0), 0, "nothing yet"},
		{t0.AddDate(0, 13, -1), 1, "the statement"},
		{t0.AddDate(0, 13, 1), 1, "the import"},
		{t0.AddDate(9, 0, 0), 0, "nothing ever"},
	} {
		if n, err := s.Prune(ctx, step.at); err != nil || n != step.want {
			t.Errorf("pruned %d at %v (%v), want %d: %s", n, step.at, err, step.want, step.what)
		}
	}
	raw, err := s.RawRecords(ctx, "sync")
	must(t, err)
	latest, err := s.LatestReadings(ctx, "sync")
	must(t, err)
	if len(raw) != 2 || len(latest) != 1 || len(latest[0].Items) != 1 {
		t.Errorf("left: %+v, %+v", raw, latest)
	}
	// A machine of which nothing was left is known again when it comes back.
	ingest(t, s, machine(app.Connected), t0.AddDate(9, 0, 0))
	if got := view(t, s, t0.AddDate(9, 0, 0)).Objects; len(got) != 1 || got[0].Object.Name != "FS01" {
		t.Errorf("objects %+v", got)
	}
	must(t, s.Verify(ctx))
}
