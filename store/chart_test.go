package store

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
)

var chartDay = time.Date(2026, time.October, 25, 22, 30, 0, 0, time.UTC) // the clocks of Berlin went back that day

func openForChart(tb testing.TB, rows string) *Store {
	tb.Helper()
	s, err := Open(tb.Context(), tb.TempDir(), Options{Now: func() time.Time { return time.Date(2026, time.October, 24, 21, 0, 0, 0, time.UTC) }})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	if _, err := s.db.ExecContext(tb.Context(), rows); err != nil {
		tb.Fatal(err)
	}
	return s
}

func inBerlin(tb testing.TB) *time.Location {
	tb.Helper()
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		tb.Fatal(err)
	}
	return loc
}

// ticketRows are tickets and events of the day on which the clocks went back, from its first millisecond to its last, and of the
// moments beside it.
const ticketRows = `
	INSERT INTO tickets (id, xref, scope_key, connection, remote_id, summary, board, status, state, touched, opened_at, closed_at) VALUES
		(1, 'a', 'a', 'cw', 1, '', '', '', 'closed', 0, '2026-10-24T21:59:59.999Z', '2026-10-24T22:00:00.000Z'),
		(2, 'b', 'b', 'cw', 2, '', '', '', 'closed', 0, '2026-10-24T22:00:00.000Z', '2026-10-25T22:59:59.999Z'),
		(3, 'c', 'c', 'cw', 3, '', '', '', 'closed', 0, '2026-10-25T22:59:59.999Z', '2026-10-25T23:00:00.000Z'),
		(4, 'd', 'd', 'cw', NULL, '', '', '', 'closed', 0, NULL, '2026-10-25T12:00:00.000Z'),
		(5, 'e', 'test', 'cw', 5, '', '', '', 'closed', 0, '2026-10-25T12:00:00.000Z', '2026-10-25T12:00:00.000Z'),
		(6, 'f', 'f', 'cw', 6, '', '', '', 'open', 0, '2026-10-25T23:00:00.000Z', NULL);
	INSERT INTO events (id, source, source_event_id, organization, object_kind, object_id, object_name, type, state, severity, level, occurred_at, received_at, title, text)
		SELECT value ->> 0, 'sync', value ->> 0, '7', 'machine', '1', 'FS', 'backup.failed', 'problem', '', 0, NULL, value ->> 1, '', '' FROM json_each(
			'[[1,"2026-10-24T21:59:59.999Z"],[2,"2026-10-24T22:00:00.000Z"],[3,"2026-10-25T01:30:00.000Z"],[4,"2026-10-25T22:59:59.999Z"],[5,"2026-10-25T22:59:59.999Z"]]');
	INSERT INTO event_outcomes (event_id, outcome, rule, reason) VALUES (1, 'merged', '', ''), (2, 'merged', '', ''), (3, 'merged', '', ''), (4, 'suppressed', '', ''), (5, 'merged', '', '');`

func TestTicketFlow(t *testing.T) {
	s, loc := openForChart(t, ticketRows), inBerlin(t)
	got, err := s.TicketFlow(t.Context(), app.Days(chartDay, 3, loc))
	if err != nil {
		t.Fatal(err)
	}
	want := []app.TicketFlow{
		{}, // before the bridge was installed
		{Known: true, Opened: 1, Merged: 1},
		{Known: true, Opened: 2, Merged: 3, Closed: 2},
	}
	for i := range want {
		want[i].Slot = app.Days(chartDay, 3, loc)[i]
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	hours, err := s.TicketFlow(t.Context(), app.Hours(chartDay, 24, loc))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, h := range hours {
		n += h.Merged
		if h.Merged == 1 && h.From.UTC().Hour() != 1 && h.From.UTC().Hour() != 22 {
			t.Errorf("counted from %s", h.From)
		}
	}
	if n != 2 {
		t.Errorf("%d alerts counted in 24 hours of a day of 25, want 2", n)
	}
}

func TestDeliveryFlow(t *testing.T) {
	s, loc := openForChart(t, `INSERT INTO deliveries (dedup_key, lane, kind, connection, state, claimed, next_at, source, organization, subject, payload, created_at, done_at)
		SELECT key, key, 'ticket.note', 'cw', value ->> 0, value ->> 0 = 'sending', value ->> 1, '', '', '', '{}', value ->> 1, CASE WHEN value ->> 0 IN ('done', 'dropped') THEN value ->> 1 END
		FROM json_each('[["done","2026-10-25T21:59:59.999Z"],["done","2026-10-25T22:00:00.000Z"],["sending","2026-10-25T22:10:00.000Z"],["waiting","2026-10-25T22:59:59.999Z"],
			["checking","2026-10-25T22:01:00.000Z"],["parked","2026-10-25T22:02:00.000Z"],["dropped","2026-10-25T22:03:00.000Z"],["done","2026-10-25T23:00:00.000Z"]]')`), inBerlin(t)
	got, err := s.DeliveryFlow(t.Context(), app.Hours(chartDay, 27, loc))
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, f := range got {
		words = append(words, fmt.Sprint(f.Known, f.Sent, f.Waiting, f.Parked, f.Dropped))
	}
	want := append([]string{"false 0 0 0 0"}, strings.Split(strings.Repeat("true 0 0 0 0|", 24)+"true 1 0 0 0|true 1 3 1 1", "|")...)
	if d := cmp.Diff(want, words); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestPollFlow(t *testing.T) {
	s, ctx := openForChart(t, ""), t.Context()
	at := time.Date(2026, time.October, 25, 18, 0, 0, 0, time.UTC)
	for _, p := range []app.Poll{
		{Source: "sync", At: at.Add(-time.Millisecond), OK: true, Complete: true, Calls: 9},
		{Source: "sync", At: at, OK: true, Complete: true, Calls: 3},
		{Source: "sync", At: at.Add(14 * time.Minute), OK: true, Calls: 4},
		{Source: "sync", At: at.Add(29 * time.Minute), Calls: 2},
		{Source: "sync", At: at.Add(30 * time.Minute), OK: true, Complete: true, Calls: 1},
		{Source: "cloud", At: at, OK: true, Complete: true},
	} {
		if err := s.CountPoll(ctx, p); err != nil {
			t.Fatal(err)
		}
	}
	flow := func(now time.Time, zone string) []app.PollFlow {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		slots := app.Hours(now, 2, loc)
		got, err := s.Polls(ctx, "sync", slots)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if got[i].Slot != slots[i] {
				t.Errorf("slot %d is %v", i, got[i].Slot)
			}
			got[i].Slot = app.Slot{}
		}
		return got
	}
	if d := cmp.Diff([]app.PollFlow{{OK: 1, Calls: 9}, {OK: 2, Incomplete: 1, Failed: 1, Calls: 10}}, flow(at, "Europe/Berlin")); d != "" {
		t.Errorf("in Berlin (-want +got):\n%s", d)
	}
	// An hour of India begins at half past.
	if d := cmp.Diff([]app.PollFlow{{OK: 2, Incomplete: 1, Failed: 1, Calls: 18}, {OK: 1, Calls: 1}}, flow(at.Add(40*time.Minute), "Asia/Kolkata")); d != "" {
		t.Errorf("in India (-want +got):\n%s", d)
	}
	if _, err := s.Prune(ctx, at.Add(keepPolls+time.Hour)); err != nil {
		t.Fatal(err)
	}
	if n, _, err := maybe[int](ctx, s.db, "SELECT count(*) FROM poll_counts"); err != nil || n != 0 {
		t.Errorf("%d quarters are kept for ever (%v)", n, err)
	}
}

// TestAQuietMinuteWritesNoPoll: a quarter of an hour is one write, is told before it is written, and outlives the program.
func TestAQuietMinuteWritesNoPoll(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	s, err := Open(ctx, dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	written := func() int {
		n, _, err := maybe[int](ctx, s.db, "SELECT count(*) FROM poll_counts")
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for minute := range 31 {
		if err := s.CountPoll(ctx, app.Poll{Source: "sync", At: chartDay.Add(time.Duration(minute) * time.Minute), OK: true, Complete: true, Calls: 2}); err != nil {
			t.Fatal(err)
		}
		if n := written(); n != minute/15 {
			t.Errorf("%d rows after minute %d", n, minute)
		}
	}
	hour := func() app.PollFlow {
		got, err := s.Polls(ctx, "sync", []app.Slot{{From: chartDay, To: chartDay.Add(time.Hour)}})
		if err != nil {
			t.Fatal(err)
		}
		return got[0]
	}
	before := hour()
	if before.OK != 31 || before.Calls != 62 {
		t.Errorf("%+v", before)
	}
	if err := errors.Join(s.WritePolls(ctx), s.Close()); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(ctx, dir, Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if after := hour(); after != before || written() != 3 {
		t.Errorf("after a restart %+v, before %+v", after, before)
	}
}

// TestPollsOfAnotherServer: what was counted of one server is not told of another one.
func TestPollsOfAnotherServer(t *testing.T) {
	s, ctx := openForChart(t, ""), t.Context()
	if err := s.CountPoll(ctx, app.Poll{Source: "sync", At: chartDay, OK: true}); err != nil {
		t.Fatal(err)
	}
	if err := s.WritePolls(ctx); err != nil { // as saving settings does first
		t.Fatal(err)
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := forgetServer(ctx, tx, "sync"); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	got, err := s.Polls(ctx, "sync", app.Hours(chartDay, 1, time.UTC))
	if err != nil || got[0].Polls() != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestFoundByMonth(t *testing.T) {
	found := func(list string) string { return "'" + list + "'" }
	one := `[{"code":"used_not_billed","amount":0.10},{"code":"unmapped","amount":0.20},{"code":"billed_not_used","amount":-3.30},
		{"code":"below_minimum","amount":-100},{"code":"below_minimum","amount":null},{"code":"no_agreement","amount":null}]`
	s := openForChart(t, `INSERT INTO plans (id, connection, period, trigger, state, digest, settings_rev, created_at, complete, problems, findings) VALUES
		(1, 'cw', '2026-07', 'person', 'superseded', '', 1, '2026-10-01T00:00:00.000Z', 1, '[]', `+found(one)+`),
		(2, 'cw', '2026-09', 'person', 'superseded', '', 1, '2026-10-01T00:00:00.000Z', 1, '[]', '[]'),
		(3, 'cw', '2026-09', 'person', 'approved', '', 1, '2026-10-01T00:00:00.000Z', 1, '[]', `+found(one)+`),
		(4, 'cw', '2026-10', 'person', 'superseded', '', 1, '2026-10-01T00:00:00.000Z', 1, '[]', `+found(one)+`),
		(5, 'cw', '2026-10', 'person', 'open', '', 1, '2026-10-01T00:00:00.000Z', 1, '[]', '[]'),
		(6, 'other', '2026-10', 'person', 'open', '', 1, '2026-10-01T00:00:00.000Z', 1, '[]', `+found(one)+`);
		INSERT INTO pushes (id, plan_id, connection, period, trigger, state, approved_by, approved_at, done_at)
			VALUES (1, 3, 'cw', '2026-09', 'person', 'done', 'x', '2026-10-02T00:00:00.000Z', '2026-10-02T00:00:00.000Z');
		INSERT INTO plans (id, connection, period, trigger, state, digest, settings_rev, created_at, complete, problems, findings, undo_of)
			VALUES (7, 'cw', '2026-09', 'person', 'open', '', 1, '2026-10-03T00:00:00.000Z', 1, '[]', '[]', 1);`)
	got, err := s.FoundByMonth(t.Context(), "cw", app.Period{Year: 2026, Month: time.August})
	if err != nil {
		t.Fatal(err)
	}
	want := []app.FoundMonth{
		{Period: app.Period{Year: 2026, Month: time.September}, PlanID: 3, Lost: app.MustQuantity("0.3"), Over: app.MustQuantity("3.3"), Found: 4, Missing: 1},
		{Period: app.Period{Year: 2026, Month: time.October}, PlanID: 5},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestChartsUseIndexes: no picture walks through a table that grows for ever.
func TestChartsUseIndexes(t *testing.T) {
	s := openForChart(t, "")
	slots := asSlots(app.Days(chartDay, 30, inBerlin(t)))
	for query, args := range map[string][]any{
		ticketFlow:     {slots, app.TicketTestScope},
		deliveryFlow:   {slots},
		pollFlow:       {slots, "sync"},
		newestOfMonths: {"cw", "2026-01"},
	} {
		named := make([]driver.NamedValue, len(args))
		for i, a := range args {
			if v, ok := a.(driver.Valuer); ok {
				a, _ = v.Value()
			}
			named[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
		}
		explain(t, s.db, query, named)
	}
	plan, err := all(t.Context(), s.db, func(s scanner) (detail string, err error) {
		var id, parent, unused int
		err = s.Scan(&id, &parent, &unused, &detail)
		return detail, err
	}, "EXPLAIN QUERY PLAN "+pollFlow, slots, "sync")
	if got := strings.Join(plan, "\n"); err != nil || !strings.Contains(got, "SEARCH c USING PRIMARY KEY (source=? AND at>? AND at<?)") {
		t.Errorf("%s (%v)", got, err)
	}
}

// BenchmarkCharts asks for the pictures of a database a year old, and of one in which all of its 100,000 deliveries and events
// came within a day.
func BenchmarkCharts(b *testing.B) {
	at, ctx := time.Date(2026, time.November, 22, 8, 0, 0, 0, time.UTC), b.Context()
	for name, rows := range map[string]string{
		"year": aYear,
		"day":  strings.NewReplacer("* 5) || ' minutes'", "* 0.8) || ' seconds'").Replace(aYear) + "UPDATE tickets SET opened_at = '2026-11-22T06:00:00.000Z', closed_at = '2026-11-22T07:00:00.000Z';",
	} {
		s := openForChart(b, rows)
		for what, ask := range map[string]func() error{
			"tickets":    func() error { _, err := s.TicketFlow(ctx, app.Days(at, 30, time.UTC)); return err },
			"deliveries": func() error { _, err := s.DeliveryFlow(ctx, app.Hours(at, 24, time.UTC)); return err },
		} {
			b.Run(name+"/"+what, func(b *testing.B) {
				for b.Loop() {
					if err := ask(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
