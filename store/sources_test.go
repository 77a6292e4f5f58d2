package store

import (
	"bytes"
	"compress/gzip"
	"testing"
	"time"

	"psabridge/app"
)

// TestAnOlderDatabaseTakesMoreSources: what was read before is still there with its evidence, nobody is asked about it
// again, and a month's statement among it is billed by.
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
	if err := s.Verify(ctx); err != nil {
		t.Error(err)
	}
}

// What a source left must not meet one that comes back under its name.
func TestASourceThatComesBackBeginsAnew(t *testing.T) {
	ctx, now := t.Context(), time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	machine := app.Object{Kind: app.ObjectMachine, ExternalID: "m1"}
	batch := app.Batch{
		Source: "sync", OrganizationsComplete: true,
		Organizations: []app.Organization{{ExternalID: "1"}, {ExternalID: "7", ParentExternalID: "1"}},
		States:        []app.ObjectState{{OrganizationID: "7", Object: machine, What: app.StateConnection, Value: app.Connected}},
		Marks:         []app.Mark{{Stream: "activity", Value: "900"}},
	}
	row := func(host string) []app.ProjectionRow {
		return []app.ProjectionRow{{Name: "sync", Kind: "x360sync", Config: []byte(`{"host":"` + host + `"}`)}}
	}
	for name, tt := range map[string]struct {
		saved   [][]app.ProjectionRow
		started bool
		shown   bool
	}{
		"still there":    {[][]app.ProjectionRow{row("https://a.example")}, true, true},
		"elsewhere":      {[][]app.ProjectionRow{row("https://b.example")}, false, true},
		"removed":        {[][]app.ProjectionRow{nil}, false, false},
		"removed, added": {[][]app.ProjectionRow{nil, row("https://a.example")}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := mustOpen(t, t.TempDir(), migrations) //nolint:contextcheck // it takes the test's own
			var rev int64
			save := func(p []app.ProjectionRow, at time.Time) {
				t.Helper()
				var err error
				if rev, err = s.SaveSettings(ctx, app.Revision{Rev: rev, At: at}, app.Projection{Sources: p}); err != nil {
					t.Fatal(err)
				}
			}
			save(row("https://a.example"), now)
			if _, err := s.Ingest(ctx, batch, now, func(app.AlertState) app.AlertDecision { return app.AlertDecision{} }); err != nil {
				t.Fatal(err)
			}
			for i, p := range tt.saved {
				save(p, now.Add(time.Duration(i+1)*time.Minute))
			}
			marks, err := s.Marks(ctx, "sync")
			if err != nil || (len(marks) == 1) != tt.started {
				t.Errorf("marks %v, %v", marks, err)
			}
			st, err := s.AlertView(ctx, "sync", now.Add(3*time.Minute))
			if err != nil || st.FirstRead == tt.started || (len(st.Objects) == 1) != tt.shown || st.Complete != tt.shown {
				t.Errorf("first read %v, objects %v, complete %v, %v", st.FirstRead, st.Objects, st.Complete, err)
			}
			o, err := s.OrganizationByExternalID(ctx, "sync", "7")
			if err != nil || (o.State == app.OrganizationPresent) != tt.shown {
				t.Errorf("organization is %s, %v", o.State, err)
			}
		})
	}
}
