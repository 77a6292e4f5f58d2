package store

import (
	"path/filepath"
	"testing"
	"time"

	"psabridge/app"
)

// TestSecondStepKeepsTheOutbox migrates a database of the first step that has deliveries, attempts and checks in it.
func TestSecondStepKeepsTheOutbox(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	s := mustOpen(t, dir, migrations[:1])
	for _, statement := range []string{
		`INSERT INTO deliveries (id, dedup_key, lane, kind, connection, state, attempt, next_at, source, organization, subject, payload, done_at, created_at)
			VALUES (7, 'k', 'l', 'ticket.create', 'cw', 'done', 2, '2026-11-05T06:00:00.000Z', 's', 'o', 'Down', '{}', '2026-11-05T06:00:00.000Z', '2026-11-05T06:00:00.000Z')`,
		`INSERT INTO attempts (delivery_id, n, started_at, outcome, finished_at) VALUES (7, 1, '2026-11-05T05:00:00.000Z', 'retry', '2026-11-05T05:00:01.000Z')`,
		`INSERT INTO attempts (delivery_id, n, started_at, outcome, finished_at) VALUES (7, 2, '2026-11-05T06:00:00.000Z', 'done', '2026-11-05T06:00:01.000Z')`,
		`INSERT INTO checks VALUES ('cw', 'keys', 0, 'Keys', 'ok', '', '', '2026-11-04T03:00:00.000Z'), ('cw', 'board', 1, 'Board', 'failed', '', '', '2026-11-05T03:00:00.000Z')`,
	} {
		if _, err := s.db.ExecContext(ctx, statement); err != nil {
			t.Fatal(err)
		}
	}
	_ = s.Close()

	s = mustOpen(t, dir, migrations)
	d, err := s.Delivery(ctx, 7)
	if err != nil || d.Subject != "Down" || d.State != app.DeliveryDone {
		t.Errorf("%+v, %v", d, err)
	}
	if tries, err := s.Attempts(ctx, 7); err != nil || len(tries) != 2 {
		t.Errorf("%d attempts, %v", len(tries), err)
	}
	if at, err := s.CheckedAt(ctx, "cw"); err != nil || !at.Equal(time.Date(2026, 11, 5, 3, 0, 0, 0, time.UTC)) {
		t.Errorf("checked at %v, %v", at, err)
	}
	if rows, err := s.Checks(ctx, "cw"); err != nil || len(rows) != 2 {
		t.Errorf("%d checks, %v", len(rows), err)
	}
	broken, err := all(ctx, s.db, func(s scanner) (table string, err error) { return table, s.Scan(&table, new(any), new(any), new(any)) }, "PRAGMA foreign_key_check")
	if err != nil || len(broken) != 0 {
		t.Errorf("references of %v are broken, %v", broken, err)
	}
	if _, err := s.db.ExecContext(ctx, `INSERT INTO attempts (delivery_id, n, started_at) VALUES (8, 1, '2026-11-05T06:00:00.000Z')`); err == nil {
		t.Error("an attempt of no delivery was taken")
	}
	if _, err := s.db.ExecContext(ctx, `UPDATE deliveries SET kind = 'ticket.test'`); err != nil {
		t.Error(err)
	}
}

func TestBothSchemasAgree(t *testing.T) {
	fresh, stepwise := t.TempDir(), t.TempDir()
	_ = mustOpen(t, stepwise, migrations[:1]).Close()
	schema := func(dir string) []string {
		list, err := all(t.Context(), mustOpen(t, dir, migrations).db, func(s scanner) (line string, err error) { return line, s.Scan(&line) },
			"SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY type, name")
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	a, b := schema(fresh), schema(stepwise)
	if len(a) != len(b) {
		t.Fatalf("%d objects, and %d when migrated", len(a), len(b))
	}
	for i := range a {
		if a[i] != b[i] {
			t.Errorf("%s\nand when migrated\n%s", a[i], b[i])
		}
	}
	if found, _ := filepath.Glob(filepath.Join(stepwise, "backups", "*")); len(found) != 1 {
		t.Errorf("backups %v, want one", found)
	}
}

func TestConfirmations(t *testing.T) {
	s, ctx := mustOpen(t, t.TempDir(), migrations), t.Context()
	first := time.Date(2026, 11, 5, 6, 0, 0, 0, time.UTC)
	for i, by := range []string{"Ada", "Grace"} {
		if err := s.Confirm(ctx, app.Confirmation{Subject: app.VendorOff("sync"), By: by, At: first.Add(time.Duration(i) * time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	list, err := s.Confirmations(ctx)
	if err != nil || len(list) != 1 || list[0].By != "Ada" || !list[0].At.Equal(first) {
		t.Errorf("%+v, %v", list, err)
	}
	for range 2 {
		if err := s.Unconfirm(ctx, app.VendorOff("sync")); err != nil {
			t.Fatal(err)
		}
	}
	if list, err = s.Confirmations(ctx); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestCheckRuns(t *testing.T) {
	s, ctx := mustOpen(t, t.TempDir(), migrations), t.Context()
	if at, err := s.CheckedAt(ctx, "cw"); err != nil || !at.IsZero() {
		t.Errorf("never tested: %v, %v", at, err)
	}
	now := time.Date(2026, 11, 5, 6, 0, 0, 0, time.UTC)
	connected(t, s, now)
	for range 2 {
		now = now.Add(time.Hour)
		if err := s.SaveChecks(ctx, "cw", "", []app.CheckRow{{ID: "keys", State: app.CheckOK, Took: 312 * time.Millisecond}}, now); err != nil {
			t.Fatal(err)
		}
	}
	at, err := s.CheckedAt(ctx, "cw")
	rows, _ := s.Checks(ctx, "cw")
	if err != nil || !at.Equal(now) || rows[0].Took != 312*time.Millisecond || !rows[0].ChangedAt.Equal(now.Add(-time.Hour)) {
		t.Errorf("at %v, %+v, %v", at, rows, err)
	}
}

func connected(t *testing.T, s *Store, now time.Time) {
	t.Helper()
	if _, err := s.SaveSettings(t.Context(), app.Revision{At: now}, app.Projection{Connections: []app.ProjectionRow{{Name: "cw", Kind: "connectwise"}}}); err != nil {
		t.Fatal(err)
	}
}

// Whoever enters a connection of the same name again must not see what was true of the one before.
func TestARemovedConnectionLeavesNothingBehind(t *testing.T) {
	s, ctx := mustOpen(t, t.TempDir(), migrations), t.Context()
	now := time.Date(2026, 11, 5, 6, 0, 0, 0, time.UTC)
	check := func() {
		t.Helper()
		if err := s.SaveChecks(ctx, "cw", "about", []app.CheckRow{{ID: "keys", State: app.CheckOK}}, now); err != nil {
			t.Fatal(err)
		}
	}
	left := func(want int) {
		t.Helper()
		rows, _ := s.Checks(ctx, "")
		at, about, _ := s.CheckedAbout(ctx, "cw")
		options, loaded, err := s.Options(ctx, "cw", app.ListBoards, 0)
		if err != nil || len(rows) != want || len(options) != want || at.IsZero() != (want == 0) || loaded.IsZero() != (want == 0) || (about == "") != (want == 0) {
			t.Errorf("%d checks at %v about %q, %d options at %v, %v", len(rows), at, about, len(options), loaded, err)
		}
	}
	check()
	left(0) // a connection that never was
	connected(t, s, now)
	check()
	if err := s.SaveOptions(ctx, "cw", app.ListBoards, 0, []app.OptionRow{{ID: 1, Name: "Alerts"}}, now); err != nil {
		t.Fatal(err)
	}
	left(1)
	if _, err := s.SaveSettings(ctx, app.Revision{Rev: 1, At: now}, app.Projection{}); err != nil {
		t.Fatal(err)
	}
	check() // of a test that was under way
	left(0)
}

// A night without ConnectWise does not make a check forget that it was good.
func TestASkippedCheckRemembersWhatItWas(t *testing.T) {
	s, ctx := mustOpen(t, t.TempDir(), migrations), t.Context()
	now := time.Date(2026, 11, 5, 6, 0, 0, 0, time.UTC)
	connected(t, s, now)
	for i, want := range []struct{ state, tried app.CheckState }{
		{app.CheckSkipped, ""}, {app.CheckOK, app.CheckOK}, {app.CheckSkipped, app.CheckOK}, {app.CheckSkipped, app.CheckOK}, {app.CheckFailed, app.CheckFailed},
	} {
		if err := s.SaveChecks(ctx, "cw", "", []app.CheckRow{{ID: "keys", State: want.state}}, now); err != nil {
			t.Fatal(err)
		}
		if rows, err := s.Checks(ctx, "cw"); err != nil || rows[0].Tried != want.tried {
			t.Errorf("%d: %+v, %v", i, rows, err)
		}
	}
}

// TestListsOfAnotherConnectWiseAreForgotten: a person who picks from them would map to a stranger's record.
func TestListsOfAnotherConnectWiseAreForgotten(t *testing.T) {
	s, ctx := mustOpen(t, t.TempDir(), migrations), t.Context()
	now := time.Date(2026, 11, 5, 6, 0, 0, 0, time.UTC)
	for i, step := range []struct {
		config string
		want   int // options afterwards
	}{
		{`{"site_url":"https://na.example","company_id":"acme"}`, 0},
		{`{"site_url":"https://na.example","company_id":"acme","client_id":"x"}`, 1},
		{`{"site_url":"https://eu.example","company_id":"acme"}`, 0},
		{`{"site_url":"https://eu.example","company_id":"other"}`, 0},
	} {
		rows := []app.ProjectionRow{{Name: "cw", Kind: "connectwise", Config: []byte(step.config)}}
		if _, err := s.SaveSettings(ctx, app.Revision{Rev: int64(i), At: now}, app.Projection{Connections: rows}); err != nil {
			t.Fatal(err)
		}
		options, loaded, err := s.Options(ctx, "cw", app.ListCompanies, 0)
		if err != nil || len(options) != step.want || loaded.IsZero() != (step.want == 0) {
			t.Errorf("%s: %d options at %v, %v", step.config, len(options), loaded, err)
		}
		if err := s.SaveOptions(ctx, "cw", app.ListCompanies, 0, []app.OptionRow{{ID: 250, Name: "Contoso"}}, now); err != nil {
			t.Fatal(err)
		}
	}
}
