package store_test

import (
	"crypto/sha256"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
	"psabridge/store"
	"psabridge/store/storetest"
)

// inboxes makes the settings name these inboxes and no other source.
func inboxes(t *testing.T, s *store.Store, names ...string) {
	t.Helper()
	current, err := s.CurrentSettings(t.Context())
	must(t, err)
	var p app.Projection
	for _, name := range names {
		p.Sources = append(p.Sources, app.ProjectionRow{Name: name, Kind: app.KindInbox, Config: []byte(`{"host":"https://a.example"}`)})
	}
	_, err = s.SaveSettings(t.Context(), app.Revision{Rev: current.Rev, At: t0.Add(time.Duration(current.Rev) * time.Hour)}, p)
	must(t, err)
}

func TestInboxTokens(t *testing.T) {
	s := storetest.Open(t)
	inboxes(t, s, "backup", "other")
	sum := sha256.Sum256([]byte("the token"))
	tok := app.InboxToken{Source: "backup", Name: "Veeam", EndsWith: "4f", CreatedAt: t0}
	id, err := s.SaveInboxToken(t.Context(), tok, sum)
	must(t, err)
	opens := func(want string) {
		t.Helper()
		got, err := s.InboxToken(t.Context(), sum)
		if want == "" {
			wantCode(t, err, app.NotFound)
		} else if err != nil || got.Source != want {
			t.Fatalf("the token opens %q (%v), want %q", got.Source, err, want)
		}
	}
	opens("backup")
	_, err = s.InboxToken(t.Context(), sha256.Sum256([]byte("another")))
	wantCode(t, err, app.NotFound)
	_, err = s.SaveInboxToken(t.Context(), app.InboxToken{Source: "nobody"}, sha256.Sum256([]byte("x")))
	wantCode(t, err, app.NotFound)

	must(t, s.RevokeInboxToken(t.Context(), id, t0.Add(time.Hour)))
	opens("")
	must(t, s.RevokeInboxToken(t.Context(), id, t0.Add(2*time.Hour)))
	wantCode(t, s.RevokeInboxToken(t.Context(), 99, t0), app.NotFound)
	list, err := s.InboxTokens(t.Context(), "backup")
	must(t, err)
	tok.ID, tok.RevokedAt = id, t0.Add(time.Hour)
	if diff := cmp.Diff([]app.InboxToken{tok}, list); diff != "" {
		t.Errorf("tokens (-want +got):\n%s", diff)
	}
}

// A token must not come to life again with a source that only has the same name.
func TestTokensEndWithTheirInbox(t *testing.T) {
	s := storetest.Open(t)
	inboxes(t, s, "backup")
	sum := sha256.Sum256([]byte("the token"))
	_, err := s.SaveInboxToken(t.Context(), app.InboxToken{Source: "backup", CreatedAt: t0}, sum)
	must(t, err)
	inboxes(t, s, "other")
	_, err = s.InboxToken(t.Context(), sum)
	wantCode(t, err, app.NotFound)
	inboxes(t, s, "backup")
	_, err = s.InboxToken(t.Context(), sum)
	wantCode(t, err, app.NotFound)
	list, err := s.InboxTokens(t.Context(), "")
	must(t, err)
	if len(list) != 1 || list[0].RevokedAt.IsZero() {
		t.Errorf("tokens %+v", list)
	}
}

func TestMappingsOfColumns(t *testing.T) {
	s := storetest.Open(t)
	_, err := s.CSVMapping(t.Context(), "backup", "h")
	wantCode(t, err, app.NotFound)
	for _, m := range []app.CSVMapping{
		{CustomerName: "Kunde", Quantity: "Menge", Decimal: ",", Fixed: app.CSVFixed{Meter: "seats", Covers: november}},
		{Shape: "psabridge", Fixed: app.CSVFixed{AsOf: t0}},
	} {
		must(t, s.SaveCSVMapping(t.Context(), "backup", "h", m))
		got, err := s.CSVMapping(t.Context(), "backup", "h")
		if diff := cmp.Diff(m, got); diff != "" || err != nil {
			t.Errorf("mapping (-want +got): %v\n%s", err, diff)
		}
	}
	_, err = s.CSVMapping(t.Context(), "other", "h")
	wantCode(t, err, app.NotFound)
}

func TestImports(t *testing.T) {
	s := storetest.Open(t)
	im := app.Import{Source: "backup", At: t0, By: "Ada", File: "usage.csv", Covers: november, ImportCounts: app.ImportCounts{
		Rows: 9, Blank: 1, TotalRows: 2, Duplicate: 3, Left: 4, Organizations: 5, ReadingsMade: 6, Wrong: 7,
		Problems: []app.RowProblem{{Line: 12, Column: "Menge", Message: "1.234 can be read two ways."}},
	}}
	var err error
	im.ID, err = s.SaveImport(t.Context(), im)
	must(t, err)
	for range 2 {
		_, err = s.SaveImport(t.Context(), app.Import{Source: "other", At: t0})
		must(t, err)
	}
	list, err := s.Imports(t.Context(), "backup", app.Page{})
	must(t, err)
	if diff := cmp.Diff([]app.Import{im}, list); diff != "" {
		t.Errorf("imports (-want +got):\n%s", diff)
	}
	if list, err = s.Imports(t.Context(), "", app.Page{Limit: 1, After: 3}); err != nil || len(list) != 1 || list[0].ID != 2 {
		t.Errorf("the second page is %+v (%v)", list, err)
	}
}

func TestOnlyTheNewestRawRecordIsKept(t *testing.T) {
	s := storetest.Open(t)
	old := app.RawRecord{Source: "sync", OrganizationID: "7", What: "metrics/usage", ReadAt: t0, Body: []byte(`{"x":1}`), Note: "No field is known."}
	empty := app.RawRecord{Source: "sync", What: "health", ReadAt: t0}
	must(t, s.SaveRaw(t.Context(), "sync", []app.RawRecord{old, empty}))
	now := old
	now.ReadAt, now.Body, now.Understood, now.Note = t0.Add(time.Hour), []byte(`{"persons":4}`), true, ""
	must(t, s.SaveRaw(t.Context(), "sync", []app.RawRecord{now}))
	list, err := s.RawRecords(t.Context(), "sync")
	must(t, err)
	if diff := cmp.Diff([]app.RawRecord{empty, now}, list); diff != "" {
		t.Errorf("raw records (-want +got):\n%s", diff)
	}
}

func TestMetersSeen(t *testing.T) {
	s := storetest.Open(t)
	inboxes(t, s, "backup", "gone")
	var rs []app.Reading
	for _, org := range []string{"1", "2"} {
		r := reading(5, t0, true)
		r.OrganizationID = org
		inclusive := r
		inclusive.Basis = app.BasisInclusive
		seats := r
		seats.Meter, seats.Unit = "seats", "GB"
		rs = append(rs, r, inclusive)
		if org == "2" {
			rs = append(rs, seats)
		}
	}
	must(t, s.SaveReadings(t.Context(), "backup", rs, t0))
	must(t, s.SaveReadings(t.Context(), "gone", rs, t0))
	inboxes(t, s, "backup")
	got, err := s.MetersSeen(t.Context())
	must(t, err)
	want := []app.MeterSeen{
		{Source: "backup", Meter: app.MeterAccounts, Unit: app.UnitEach, Organizations: 2},
		{Source: "backup", Meter: "seats", Unit: "GB", Organizations: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("meters (-want +got):\n%s", diff)
	}
}

func TestNewOrganizations(t *testing.T) {
	now := t0
	s := storetest.OpenAt(t, t.TempDir(), func() time.Time { return now })
	ingest(t, s, machine(app.Connected), t0)
	grown := machine(app.Connected)
	grown.Organizations = append(grown.Organizations,
		app.Organization{ExternalID: "8", ParentExternalID: "1", Name: "Fabrikam"}, app.Organization{ExternalID: "9", ParentExternalID: "1", Name: "Litware"})
	ingest(t, s, grown, t0.Add(time.Hour))
	_, err := s.SaveSettings(t.Context(), app.Revision{At: t0}, app.Projection{Mappings: []app.MappingRow{{Source: "sync", ExternalID: "9", PSA: "inherit", CompanyID: 250}}})
	must(t, err)
	fresh := func() (names []string) {
		rows, err := s.Organizations(t.Context(), app.OrganizationFilter{})
		must(t, err)
		for _, r := range rows {
			one, err := s.Organization(t.Context(), r.ID)
			must(t, err)
			if one.New != r.New {
				t.Errorf("%s is new %v in the list and %v alone", r.Name, r.New, one.New)
			}
			if r.New {
				names = append(names, r.Name)
			}
		}
		list, err := s.NewOrganizations(t.Context(), now)
		must(t, err)
		var asked []string
		for _, o := range list {
			asked = append(asked, o.Name)
		}
		if !cmp.Equal(asked, names) {
			t.Errorf("asked about are %v, in the list new are %v", asked, names)
		}
		return names
	}
	want := func(step string, names ...string) {
		t.Helper()
		if got := fresh(); !cmp.Equal(got, names) {
			t.Errorf("%s: new are %v, want %v", step, got, names)
		}
	}
	want("it came after the start line, and nobody mapped it", "Fabrikam")
	row, err := s.OrganizationByExternalID(t.Context(), "sync", "8")
	must(t, err)
	must(t, s.PutOffOrganization(t.Context(), row.ID, t0.Add(48*time.Hour)))
	want("put off")
	if row, err = s.Organization(t.Context(), row.ID); err != nil || !row.LaterUntil.Equal(t0.Add(48*time.Hour)) {
		t.Errorf("put off until %v (%v)", row.LaterUntil, err)
	}
	now = t0.Add(48 * time.Hour)
	want("later", "Fabrikam")
	must(t, s.SetOrganizationIgnored(t.Context(), row.ID, true))
	want("ignored")
	ingest(t, s, grown, now)
	want("ignored and shown again")
	must(t, s.SetOrganizationIgnored(t.Context(), row.ID, false))
	want("asked again", "Fabrikam")
	must(t, s.PutOffOrganization(t.Context(), row.ID, now.Add(time.Hour)))
	must(t, s.PutOffOrganization(t.Context(), row.ID, time.Time{}))
	want("asked again after it was put off", "Fabrikam")

	for name, err := range map[string]error{
		"none":     s.SetOrganizationIgnored(t.Context(), 99, true),
		"none too": s.PutOffOrganization(t.Context(), 99, now),
	} {
		if app.ErrorCode(err) != app.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	for external, code := range map[string]app.Code{"1": app.Conflict, "9": app.Conflict} {
		row, err := s.OrganizationByExternalID(t.Context(), "sync", external)
		must(t, err)
		wantCode(t, s.SetOrganizationIgnored(t.Context(), row.ID, true), code)
	}
}
