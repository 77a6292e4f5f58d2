package store

import (
	"fmt"
	"strings"
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

// aYear fills a database with 100,000 events and deliveries, most of them older than a month, and their outcomes.
const aYear = `
	INSERT INTO organizations (id, source, external_id, parent_external_id, name, state, active, first_seen, last_seen)
		VALUES (2, 'sync', '7', '1', 'Contoso', 'present', 1, '2026-10-01T06:00:00.000Z', '2026-11-05T06:00:00.000Z');
	CREATE TEMP TABLE n AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i,
		strftime('%Y-%m-%dT%H:%M:%fZ', '2026-11-22T08:00:00.000Z', ((i - 100000) * 5) || ' minutes') AS at FROM n;
	INSERT INTO tickets (id, xref, scope_key, connection, remote_id, summary, board, status, state, touched)
		SELECT i, i, i, 'cw', i, 'Down', 'NOC', 'Closed', 'closed', 0 FROM n WHERE i <= 10000;
	INSERT INTO conditions (id, key, episode, source, organization, object_kind, object_id, object_name, type, severity, level, rule, state, wait,
			occurrences, first_at, last_at, cleared_at, ticket_id, first_event, title, text, mail_thread)
		SELECT i, i, 1, 'sync', i % 500, 'machine', i % 5000, 'FS', 'backup.failed', '', 0, 'r' || (i % 30), 'cleared', '', 1, at, at, at, i, 'e', 'T', 'X', i || '@host'
			FROM n WHERE i <= 10000;
	INSERT INTO events (id, source, source_event_id, organization, object_kind, object_id, object_name, type, state, severity, level, occurred_at, received_at, title, text)
		SELECT i, 'sync', i, i % 500, 'machine', i % 5000, 'FS', 'backup.' || (i % 7), CASE i % 2 WHEN 0 THEN 'problem' ELSE 'recovery' END, '', 0, at, at, 'T', 'X' FROM n;
	INSERT INTO event_outcomes (event_id, outcome, rule, reason, condition_id)
		SELECT i, CASE i % 10 WHEN 0 THEN 'ticket' ELSE 'merged' END, 'r' || (i % 30), '', i / 10 + 1 FROM n WHERE i < 99990;
	INSERT INTO deliveries (id, dedup_key, lane, kind, connection, state, next_at, ticket_id, source, organization, subject, payload, created_at, done_at)
		SELECT i, i, i % 10000, CASE i % 10 WHEN 0 THEN 'ticket.create' WHEN 1 THEN 'alert.mail' ELSE 'ticket.note' END, 'cw', 'done', at, i % 10000 + 1, 'sync', i % 500,
			'FS is down', '{"reason":"first","message_id":"' || i || '@host"}', at, at FROM n;
	DROP TABLE n;`

// BenchmarkAYear asks what pages ask of a database that is a year old.
func BenchmarkAYear(b *testing.B) {
	at, ctx := time.Date(2026, time.November, 22, 8, 0, 0, 0, time.UTC), b.Context()
	s, err := Open(ctx, b.TempDir(), Options{Now: func() time.Time { return at }})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	if _, err := s.db.ExecContext(ctx, aYear); err != nil {
		b.Fatal(err)
	}
	month := at.AddDate(0, 0, -30)
	for name, ask := range map[string]func() error{
		"states":           func() error { _, err := s.DeliveryStates(ctx, app.DeliveryFilter{}); return err },
		"states_of_words":  func() error { _, err := s.DeliveryStates(ctx, app.DeliveryFilter{Query: "down"}); return err },
		"states_of_month":  func() error { _, err := s.DeliveryStates(ctx, app.DeliveryFilter{Since: month}); return err },
		"list_like":        func() error { _, err := s.Deliveries(ctx, app.DeliveryFilter{LikeID: 5000}); return err },
		"counts":           func() error { _, err := s.OutboxCounts(ctx, at); return err },
		"story":            func() error { _, err := s.ConditionStory(ctx, 9000); return err },
		"hits":             func() error { _, err := s.RuleHits(ctx, 0, month); return err },
		"hits_of_one":      func() error { _, err := s.RuleHits(ctx, 2, month); return err },
		"sample_of_family": func() error { _, _, err := s.EventSample(ctx, 2, []string{"backup.*"}); return err },
		"view":             func() error { _, err := s.AlertView(ctx, "sync", at); return err },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := ask(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkQueue asks for work while 10,000 deliveries may not go out: their connection is blocked, they wait for their
// next try, or they are notes of tickets that are parked.
func BenchmarkQueue(b *testing.B) {
	at, ctx := time.Date(2026, time.November, 22, 8, 0, 0, 0, time.UTC), b.Context()
	const waiting = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
		INSERT INTO deliveries (dedup_key, lane, kind, connection, state, next_at, source, organization, subject, payload, created_at)
		SELECT 'x' || i, 'ticket:' || i, 'ticket.note', 'cw', 'waiting', '2026-11-22T0%d:00:00.000Z', '', '', 'Down', '{}', '2026-11-22T07:00:00.000Z' FROM n;`
	for name, tt := range map[string]struct {
		rows    string
		blocked []string
	}{
		"blocked": {fmt.Sprintf(waiting, 8), []string{"cw"}},
		"later":   {fmt.Sprintf(waiting, 9), nil},
		"parked":  {strings.NewReplacer("'waiting'", "'parked'", "'x'", "'y'").Replace(fmt.Sprintf(waiting, 8)) + fmt.Sprintf(waiting, 8), nil},
		"due":     {fmt.Sprintf(waiting, 8), nil},
	} {
		b.Run(name, func(b *testing.B) {
			s, err := Open(ctx, b.TempDir(), Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			if _, err := s.db.ExecContext(ctx, tt.rows); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, ok, err := s.Claim(ctx, at, tt.blocked); err != nil || ok != (name == "due") {
					b.Fatal(ok, err)
				}
				if _, ok, err := s.NextDue(ctx, tt.blocked); err != nil || ok != (name == "due" || name == "later") {
					b.Fatal(ok, err)
				}
			}
		})
	}
}
