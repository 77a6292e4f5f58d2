package store

import (
	"bytes"
	"compress/gzip"
	"testing"
	"time"

	"psabridge/app"
)

// TestAnOlderDatabaseTakesMoreSources: what was read before is still there with its evidence, nobody is asked about it
// again, a month's statement among it is billed by, and nothing of a source that was removed waits for anybody.
func TestAnOlderDatabaseTakesMoreSources(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	s := mustOpen(t, dir, migrations[:4])
	var items bytes.Buffer
	zip := gzip.NewWriter(&items)
	if _, err := zip.Write([]byte(`[{"kind":"account","external_id":"p1","name":"Ada","amount":1}]`)); err != nil || zip.Close() != nil {
		t.Fatal(err)
	}
	if _, err := s.db.ExecContext(ctx, `
		INSERT INTO organizations (id, source, external_id, parent_external_id, name, state, active, first_seen, last_seen)
			VALUES (1, 'sync', '1', '', 'MSP', 'present', 1, '2026-10-01T06:00:00.000Z', '2026-11-05T06:00:00.000Z'),
				(2, 'sync', '7', '1', 'Contoso', 'present', 1, '2026-10-01T06:00:00.000Z', '2026-11-05T06:00:00.000Z');
		INSERT INTO source_starts (source, started_at) VALUES ('sync', '2026-10-01T06:00:00.000Z');
		INSERT INTO objects (id, source, kind, external_id, organization, name) VALUES (1, 'sync', 'machine', 'm1', '7', 'FS01');
		INSERT INTO object_states (object_id, what, from_at, value) VALUES (1, 'connection', '2026-11-05T06:00:00.000Z', 'Connected');
		INSERT INTO events (id, source, source_event_id, organization, object_kind, object_id, object_name, type, state, severity, level, received_at, title, text)
			VALUES (5, 'sync', 'e5', '7', 'machine', 'm1', 'FS01', 'backup.failed', 'problem', '', 0, '2026-11-05T06:00:00.000Z', 'Failed', '');
		INSERT INTO event_outcomes (event_id, outcome, rule, reason) VALUES (5, 'no_rule', '', 'no_rule');
		INSERT INTO sources (name, kind, config, removed_at) VALUES ('old', 'x360sync', '{}', '2026-11-01T06:00:00.000Z');
		INSERT INTO conditions (key, episode, source, organization, object_kind, object_id, object_name, type, severity, level, rule, state, wait,
				occurrences, first_at, last_at, first_event, title, text)
			VALUES ('k', 1, 'old', '7', 'machine', 'm1', 'FS01', 'backup.failed', '', 0, '', 'waiting', 'history', 1,
				'2026-10-05T06:00:00.000Z', '2026-10-05T06:00:00.000Z', 'e1', '', '');
		INSERT INTO readings (id, source, organization, meter, basis, day, covers, quantity, unit, complete, problem, method, as_of, newest)
			VALUES (1, 'sync', '7', 'accounts', 'own', '2026-10-31', '2026-10', '3', 'each', 1, '', 'computed', '2026-10-31T06:00:00.000Z', 0),
				(2, 'sync', '7', 'accounts', 'own', '2026-11-05', '', '5', 'each', 1, '', 'computed', '2026-11-05T06:00:00.000Z', 1);`); err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.ExecContext(ctx, "INSERT INTO evidence (reading_id, items) VALUES (2, ?)", items.Bytes()); err != nil {
		t.Fatal(err)
	}
	_ = s.Close()

	s = mustOpen(t, dir, migrations)
	row, err := s.OrganizationByExternalID(ctx, "sync", "7")
	if err != nil || row.New || !row.LaterUntil.IsZero() || len(row.Readings) != 1 {
		t.Errorf("organization %+v, %v", row, err)
	}
	for period, want := range map[app.Period]int64{{Year: 2026, Month: time.October}: 3, {Year: 2026, Month: time.November}: 5} {
		list, err := s.ReadingsFor(ctx, "sync", period)
		if err != nil || len(list) != 1 || !list[0].Quantity.Equal(app.Q(want)) {
			t.Errorf("%s: %+v, %v", period, list, err)
		}
	}
	if list, err := s.LatestReadings(ctx, ""); err != nil || len(list) != 1 || len(list[0].Items) != 1 || list[0].Items[0].Name != "Ada" {
		t.Errorf("latest %+v, %v", list, err)
	}
	if events, err := s.Events(ctx, app.EventFilter{}); err != nil || len(events) != 1 || events[0].ID != 5 || events[0].Outcome.Outcome != app.OutcomeNoRule {
		t.Errorf("events %+v, %v", events, err)
	}
	if b, err := s.Backlog(ctx, time.Now()); err != nil || b.StartLine != 0 {
		t.Errorf("a removed source asks %d questions, %v", b.StartLine, err)
	}
	st, err := s.AlertView(ctx, "sync", time.Now())
	if err != nil || !st.Starts["7"][app.StateConnection].Equal(st.StartedAt) {
		t.Errorf("start lines %v, %v", st.Starts, err)
	}
	if err := s.Verify(ctx); err != nil {
		t.Error(err)
	}
}

// What a source left must not meet one that comes back under its name, is another server or of another kind.
func TestASourceThatComesBackBeginsAnew(t *testing.T) {
	ctx, now := t.Context(), time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	machine := app.Object{Kind: app.ObjectMachine, ExternalID: "m1"}
	batch := app.Batch{
		Source: "sync", OrganizationsComplete: true,
		Organizations: []app.Organization{{ExternalID: "1"}, {ExternalID: "7", ParentExternalID: "1"}},
		States:        []app.ObjectState{{OrganizationID: "7", Object: machine, What: app.StateConnection, Value: app.Connected}},
		Events:        []app.Event{{SourceEventID: "activity/9001", OrganizationID: "7", Type: "activity.x", State: app.Info}},
		Marks:         []app.Mark{{Stream: "activity", Value: "900"}},
	}
	row := func(kind, host, top string) []app.ProjectionRow {
		return []app.ProjectionRow{{Name: "sync", Kind: kind, Config: []byte(`{"host":"` + host + `","top_organization":"` + top + `"}`)}}
	}
	was := row(app.KindX360Sync, "https://a.example", "1")
	for name, tt := range map[string]struct {
		saved             [][]app.ProjectionRow
		read, began       bool // how far it was read, and its start lines, are kept
		shown, sameEvents bool // what it showed holds, and its events are those of before
	}{
		"still there":       {[][]app.ProjectionRow{was}, true, true, true, true},
		"from another top":  {[][]app.ProjectionRow{row(app.KindX360Sync, "https://a.example", "3")}, true, false, true, true},
		"elsewhere":         {[][]app.ProjectionRow{row(app.KindX360Sync, "https://b.example", "1")}, false, false, true, false},
		"elsewhere, back":   {[][]app.ProjectionRow{row(app.KindX360Sync, "https://b.example", "1"), was}, false, false, true, false},
		"of another kind":   {[][]app.ProjectionRow{row(app.KindAxcient, "https://a.example", "1")}, false, false, false, false},
		"removed":           {[][]app.ProjectionRow{nil}, false, false, false, false},
		"removed and added": {[][]app.ProjectionRow{nil, was}, false, false, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := mustOpen(t, t.TempDir(), migrations)
			var rev int64
			save := func(p []app.ProjectionRow, at time.Time) {
				t.Helper()
				var err error
				if rev, err = s.SaveSettings(ctx, app.Revision{Rev: rev, At: at}, app.Projection{Sources: p}); err != nil {
					t.Fatal(err)
				}
			}
			save(was, now)
			if _, err := s.Ingest(ctx, batch, now, threeHold); err != nil {
				t.Fatal(err)
			}
			for i, p := range tt.saved {
				save(p, now.Add(time.Duration(i+1)*time.Minute))
			}
			later := now.Add(3 * time.Minute)
			marks, err := s.Marks(ctx, "sync")
			if err != nil || (len(marks) == 1) != tt.read {
				t.Errorf("marks %v, %v", marks, err)
			}
			st, err := s.AlertView(ctx, "sync", later)
			if err != nil || st.FirstRead == tt.began || (len(st.Starts) == 1) != tt.began || (len(st.Objects) == 1) != tt.shown || st.Complete != tt.shown {
				t.Errorf("first read %v, starts %v, objects %v, complete %v, %v", st.FirstRead, st.Starts, st.Objects, st.Complete, err)
			}
			for _, c := range st.Conditions {
				if (c.State != app.ConditionCleared) != tt.shown || (c.Wait == app.ReasonSourceRemoved) == tt.shown {
					t.Errorf("%s is %s, %s", c.Key, c.State, c.Wait)
				}
			}
			o, err := s.OrganizationByExternalID(ctx, "sync", "7")
			if err != nil || (o.State == app.OrganizationPresent) != tt.shown {
				t.Errorf("organization is %s, %v", o.State, err)
			}
			res, err := s.Ingest(ctx, batch, later, func(app.AlertState) app.AlertDecision { return app.AlertDecision{} })
			if err != nil || (res.Stored == 0) != tt.sameEvents {
				t.Errorf("an event of the same id: stored %d, %v", res.Stored, err)
			}
		})
	}
}

// threeHold decides that three conditions hold, each in its own way.
func threeHold(st app.AlertState) app.AlertDecision {
	d := app.AlertDecision{Tickets: []app.Ticket{{XRef: "x", ScopeKey: "open", Connection: "cw", OpenedAt: st.Now}}}
	for _, state := range []app.ConditionState{app.ConditionWaiting, app.ConditionOpen, app.ConditionQuiet} {
		c := app.Condition{Key: string(state), Episode: 1, Source: st.Source, OrganizationID: "7", State: state, FirstAt: st.Now, LastAt: st.Now}
		switch state {
		case app.ConditionWaiting:
			c.Wait = app.ReasonHistory
		case app.ConditionOpen:
			c.TicketXRef = "x"
		case app.ConditionQuiet, app.ConditionCleared:
		}
		d.Conditions = append(d.Conditions, c)
	}
	return d
}

// Lists and counts are of the sources there are; what names an organization of one that was removed still finds it.
func TestARemovedSourceIsInNoList(t *testing.T) {
	ctx, now := t.Context(), time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	s := mustOpen(t, t.TempDir(), migrations)
	if _, err := s.SaveSettings(ctx, app.Revision{At: now}, app.Projection{Sources: []app.ProjectionRow{{Name: "sync", Kind: app.KindX360Sync}}}); err != nil {
		t.Fatal(err)
	}
	batch := app.Batch{Source: "sync", OrganizationsComplete: true, Organizations: []app.Organization{{ExternalID: "1"}, {ExternalID: "7", ParentExternalID: "1", Name: "Contoso"}}}
	if _, err := s.Ingest(ctx, batch, now, threeHold); err != nil {
		t.Fatal(err)
	}
	for _, left := range []int{2, 0} {
		rows, err := s.Organizations(ctx, app.OrganizationFilter{})
		tree, err2 := s.Tree(ctx)
		if err != nil || err2 != nil || len(rows) != left || len(tree) != left {
			t.Errorf("listed are %d and %d organizations, want %d; %v, %v", len(rows), len(tree), left, err, err2)
		}
		if b, err := s.Backlog(ctx, now); err != nil || b.StartLine != left/2 || b.Unmapped != left/2 || b.TicketsOpen != 0 {
			t.Errorf("backlog %+v, %v", b, err)
		}
		tickets, err := s.Tickets(ctx, app.TicketFilter{})
		if err != nil || len(tickets) != 1 || tickets[0].Organization.Name != "Contoso" {
			t.Errorf("tickets %+v, %v", tickets, err)
		}
		if _, err := s.Organization(ctx, tickets[0].Organization.ID); err != nil {
			t.Error(err)
		}
		if left > 0 {
			if _, err := s.SaveSettings(ctx, app.Revision{Rev: 1, At: now.Add(time.Hour)}, app.Projection{}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A group that is ignored is still what its customers inherit through, and a company ends it.
func TestIgnoredStaysInTheTreeUntilItHasACompany(t *testing.T) {
	ctx, now := t.Context(), time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	s := mustOpen(t, t.TempDir(), migrations)
	batch := app.Batch{Source: "sync", OrganizationsComplete: true, Organizations: []app.Organization{{ExternalID: "1"}, {ExternalID: "3", ParentExternalID: "1"}}}
	if _, err := s.Ingest(ctx, batch, now, func(app.AlertState) app.AlertDecision { return app.AlertDecision{} }); err != nil {
		t.Fatal(err)
	}
	if err := s.SetOrganizationIgnored(ctx, 2, true); err != nil {
		t.Fatal(err)
	}
	for i, tt := range []struct {
		company int64
		want    app.OrganizationState
	}{{0, app.OrganizationIgnored}, {250, app.OrganizationPresent}} {
		row := app.MappingRow{Source: "sync", ExternalID: "3", PSA: app.PSAInherit, CompanyID: tt.company}
		if _, err := s.SaveSettings(ctx, app.Revision{Rev: int64(i), At: now}, app.Projection{Mappings: []app.MappingRow{row}}); err != nil {
			t.Fatal(err)
		}
		tree, err := s.Tree(ctx)
		if err != nil || len(tree) != 2 || tree[1].State != tt.want {
			t.Errorf("company %d: %+v, %v", tt.company, tree, err)
		}
	}
}
