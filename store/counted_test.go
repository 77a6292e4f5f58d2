package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
)

// TestLastDayIsCounted puts events at the edges of the last day and its hours.
func TestLastDayIsCounted(t *testing.T) {
	s := mustOpen(t, t.TempDir(), migrations)
	now := time.Date(2026, time.November, 22, 8, 0, 0, 0, time.UTC)
	for i, e := range []struct {
		ago     time.Duration
		outcome app.OutcomeKind
	}{
		{25 * time.Hour, app.OutcomeMerged},
		{day + time.Millisecond, app.OutcomeSuppressed},
		{day, app.OutcomeMerged},
		{23 * time.Hour, app.OutcomeTicket},
		{23*time.Hour + time.Millisecond, app.OutcomeSuppressed},
		{time.Hour, app.OutcomeMerged},
		{0, app.OutcomeMerged},
		{-2 * time.Hour, app.OutcomeIgnored}, // by a clock that was ahead
	} {
		if _, err := s.db.ExecContext(t.Context(), `INSERT INTO events (id, source, generation, source_event_id, organization, object_kind, object_id, object_name, type, state, severity, level, received_at, title, text)
			VALUES (?1, 's', 1, ?1, '7', '', '', '', 't', 'problem', '', 0, ?2, '', '')`, i+1, stamp(now.Add(-e.ago))); err != nil {
			t.Fatal(err)
		}
		if _, err := s.db.ExecContext(t.Context(), "INSERT INTO event_outcomes (event_id, outcome, rule, reason) VALUES (?, ?, '', '')", i+1, e.outcome); err != nil {
			t.Fatal(err)
		}
	}
	b, err := s.Backlog(t.Context(), now)
	if err != nil {
		t.Fatal(err)
	}
	want := app.Backlog{ParkedByReason: map[string]int{}, Merged24h: 3, Suppressed24h: 1}
	want.EventsByHour24h[0], want.EventsByHour24h[1], want.EventsByHour24h[23] = 2, 1, 3
	if diff := cmp.Diff(want, b); diff != "" {
		t.Error(diff)
	}
}
