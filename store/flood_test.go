package store

import (
	"fmt"
	"testing"
	"time"

	"psabridge/app"
)

// flood is what a source sends when everything breaks at once.
func flood(n int, at time.Time) app.Batch {
	b := app.Batch{Source: "backup", Pushed: true, Organizations: []app.Organization{{ExternalID: "7", Name: "Contoso"}}}
	for i := range n {
		id := fmt.Sprintf("e%05d", i)
		b.Events = append(b.Events, app.Event{
			SourceEventID: id, OrganizationID: "7", Object: app.Object{Kind: app.ObjectMachine, ExternalID: id, Name: id},
			Type: "backup.failed", State: app.Problem, OccurredAt: at, Title: "Backup failed",
		})
	}
	return b
}

// BenchmarkFlood stores 10,000 events in one batch that open as many tickets, and works off some of them.
func BenchmarkFlood(b *testing.B) {
	at := time.Date(2026, time.November, 22, 8, 0, 0, 0, time.UTC)
	batch := flood(10_000, at)
	for b.Loop() {
		b.StopTimer()
		s, err := Open(b.Context(), b.TempDir(), Options{Now: func() time.Time { return at }})
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		timed := func(what string, n int, do func() error) {
			began := time.Now()
			for range n {
				if err := do(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(time.Since(began).Microseconds())/float64(n)/1000, "ms/"+what)
		}
		timed("ingest", 1, func() error { _, err := s.Ingest(b.Context(), batch, at, decidesAll); return err })
		timed("again", 1, func() error { _, err := s.Ingest(b.Context(), batch, at, decidesAll); return err })
		timed("due", 100, func() error { _, _, err := s.NextDue(b.Context(), []string{"other"}); return err })
		timed("delivery", 200, func() error { return workOff(b, s, at) })
		timed("states", 10, func() error { _, err := s.DeliveryStates(b.Context(), app.DeliveryFilter{}); return err })
		timed("view", 10, func() error { _, err := s.AlertView(b.Context(), "backup", at); return err })
		_ = s.Close()
	}
}

// workOff claims, sends and settles one delivery.
func workOff(tb testing.TB, s *Store, at time.Time) error {
	ctx := tb.Context()
	d, ok, err := s.Claim(ctx, at, nil)
	if err != nil || !ok {
		return fmt.Errorf("nothing to claim: %w", err)
	}
	if err := s.Intent(ctx, app.Intent{DeliveryID: d.ID, Attempt: d.Attempt, At: at}); err != nil {
		return err
	}
	st := app.Settlement{DeliveryID: d.ID, Attempt: d.Attempt, At: at, State: app.DeliveryDone, Ledger: []app.LedgerEntry{{Object: "x"}}}
	if d.Kind == app.DeliverTicketCreate {
		st.Ticket = &app.Ticket{RemoteID: 48000 + d.ID, State: app.TicketOpen}
	}
	return s.Settle(ctx, st)
}
