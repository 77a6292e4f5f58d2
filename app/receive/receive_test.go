package receive_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/inbox"
	"psabridge/app/intake"
	"psabridge/app/receive"
	"psabridge/store"
	"psabridge/store/storetest"
)

// world is a desk on a real store and a real intake.
type world struct {
	t     testing.TB
	dir   string
	store *store.Store
	desk  *receive.Desk
	now   time.Time
	doc   app.Settings
	fail  error // what storing answers
}

func document() app.Settings {
	return app.Settings{Version: 1, Sources: []app.SourceSettings{
		{Name: "feed", Kind: app.KindInbox}, {Name: "other", Kind: app.KindInbox}, {Name: "sync", Kind: "x360sync", Host: "https://sync.example.com"},
	}}
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return w.now }
	w.store = storetest.OpenAt(t, w.dir, clock)
	w.doc = document()
	doc := w.doc
	rows := make([]app.ProjectionRow, 0, len(doc.Sources))
	for _, s := range doc.Sources {
		rows = append(rows, app.ProjectionRow{Name: s.Name, Kind: s.Kind, Config: []byte("{}")})
	}
	_, err := w.store.SaveSettings(t.Context(), app.Revision{At: w.now, By: "test", Document: []byte("{}")}, app.Projection{Sources: rows})
	w.must(err)
	read := func(context.Context) (app.Settings, error) { return w.doc, nil }
	in := intake.New(intake.Deps{
		Store: w.store, Settings: read, Now: clock,
		Decide: func(_ app.Settings, s app.AlertState) app.AlertDecision {
			var d app.AlertDecision
			for _, e := range s.Fresh {
				d.Outcomes = append(d.Outcomes, app.DecidedOutcome{SourceEventID: e.SourceEventID, Outcome: app.OutcomeNoRule, Reason: app.ReasonNoRule})
			}
			return d
		},
	})
	t.Cleanup(func() { _ = in.Stop(context.WithoutCancel(t.Context())) })
	w.desk = receive.New(receive.Deps{
		Store: w.store, Settings: read, Dir: w.dir, Now: clock,
		Take: func(ctx context.Context, source string, b app.Batch, rs []app.Reading) (app.Received, error) {
			if w.fail != nil {
				return app.Received{}, w.fail
			}
			res, err := in.Receive(ctx, source, b, rs)
			return app.Received{Accepted: res.Stored}, err
		},
	})
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) code(err error, want app.Code) {
	w.t.Helper()
	if app.ErrorCode(err) != want {
		w.t.Errorf("got %v, want %s", err, want)
	}
}

const event = `{"id":"e1","organization":{"id":"c1","name":"Contoso"},"type":"backup.failed","state":"problem","title":"Backup failed"}`

// A webhook that is sent a hundred times is one event.
func TestEventsCountOnce(t *testing.T) {
	w := newWorld(t)
	for i := range 100 {
		got, err := w.desk.Events(t.Context(), "feed", "", inbox.Customer{}, []byte(event))
		w.must(err)
		if first := i == 0; (got.Accepted == 1) != first || (got.Duplicates == 0) != first || got.Organizations != 1 {
			t.Fatalf("call %d: %+v", i, got)
		}
	}
	rows, err := w.store.Events(t.Context(), app.EventFilter{})
	w.must(err)
	if len(rows) != 1 || rows[0].Organization.Name != "Contoso" {
		t.Errorf("%d events: %+v", len(rows), rows)
	}
	orgs, err := w.store.Organizations(t.Context(), app.OrganizationFilter{Source: "feed"})
	w.must(err)
	if len(orgs) != 2 || orgs[0].Name != "Contoso" || orgs[0].ParentExternalID != app.SyntheticTop || orgs[1].Name != "feed" {
		t.Errorf("organizations %+v", orgs)
	}
}

// An id alone must not take the place of the name that came before.
func TestNamesAreKept(t *testing.T) {
	w := newWorld(t)
	_, err := w.desk.Events(t.Context(), "feed", "", inbox.Customer{}, []byte(event))
	w.must(err)
	_, err = w.desk.Events(t.Context(), "feed", "", inbox.Customer{ID: "c1"}, []byte(`{"id":"e2","type":"a","state":"info","title":"x"}`))
	w.must(err)
	o, err := w.store.OrganizationByExternalID(t.Context(), "feed", "c1")
	if w.must(err); o.Name != "Contoso" {
		t.Errorf("the name is %q", o.Name)
	}
}

func TestReadings(t *testing.T) {
	w := newWorld(t)
	got, err := w.desk.Readings(t.Context(), "feed", []byte(`{"readings":[{"organization":{"name":"Contoso"},"meter":"seats","quantity":12.5,"covers":"2026-10"}]}`), false, "api")
	w.must(err)
	if got.Accepted != 1 || got.Organizations != 1 {
		t.Errorf("%+v", got)
	}
	rs, err := w.store.LatestReadings(t.Context(), "feed")
	w.must(err)
	if len(rs) != 2 || !rs[0].Quantity.Equal(app.MustQuantity("12.5")) || rs[0].Method != app.MethodSent || !rs[0].Complete {
		t.Errorf("%+v", rs)
	}
	list, err := w.desk.Imports(t.Context(), "feed", app.Page{})
	w.must(err)
	if len(list) != 1 || list[0].File != "" || list[0].By != "api" || list[0].ReadingsMade != 1 || list[0].Covers.String() != "2026-10" {
		t.Errorf("%+v", list)
	}
}

func TestWhereNothingIsTaken(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	for source, want := range map[string]app.Code{"nope": app.NotFound, "sync": app.Invalid} {
		_, err := w.desk.Events(ctx, source, "", inbox.Customer{}, []byte(event))
		w.code(err, want)
		_, err = w.desk.Readings(ctx, source, []byte(`{}`), false, "api")
		w.code(err, want)
		_, err = w.desk.Stage(ctx, source, "a.csv", strings.NewReader("x"))
		w.code(err, want)
		_, _, err = w.desk.MakeToken(ctx, source, "x")
		w.code(err, want)
	}
	w.fail = app.Errorf(app.Unavailable, "no")
	_, err := w.desk.Events(ctx, "feed", "", inbox.Customer{}, []byte(event))
	w.code(err, app.Unavailable)
}

const csv = "Kunde;Dienst;Menge\nContoso;Seats;5\nFabrikam;Seats;7\n"

func mapping() app.CSVMapping {
	return app.CSVMapping{CustomerName: "Kunde", Meter: "Dienst", Quantity: "Menge", Fixed: app.CSVFixed{Covers: app.Period{Year: 2026, Month: time.October}}}
}

func (w *world) stage(text string) string {
	w.t.Helper()
	id, err := w.desk.Stage(w.t.Context(), "feed", `C:\reports\usage.csv`, strings.NewReader(text))
	w.must(err)
	return id
}

func (w *world) files() int {
	w.t.Helper()
	list, err := filepath.Glob(filepath.Join(w.dir, "imports", "*"))
	w.must(err)
	return len(list)
}

func TestImport(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	id := w.stage(csv)
	info, err := os.Stat(first(t, w.dir))
	if w.must(err); info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v", info.Mode())
	}
	p, err := w.desk.Preview(ctx, "feed", id, nil)
	if w.must(err); !p.Guessed || p.File != "usage.csv" {
		t.Errorf("%+v", p)
	}
	_, err = w.desk.Preview(ctx, "other", id, nil)
	w.code(err, app.NotFound)
	im, err := w.desk.Import(ctx, "feed", id, mapping(), "person")
	w.must(err)
	if im.ID == 0 || im.ReadingsMade != 2 || im.Covers.String() != "2026-10" || im.File != "usage.csv" || !im.At.Equal(w.now) || w.files() != 0 {
		t.Errorf("%+v, %d files", im, w.files())
	}
	_, err = w.desk.Import(ctx, "feed", id, mapping(), "person") // a double click
	w.code(err, app.Conflict)
	list, err := w.desk.Imports(ctx, "feed", app.Page{})
	if w.must(err); len(list) != 1 {
		t.Errorf("%d imports", len(list))
	}
	rs, err := w.store.LatestReadings(ctx, "feed")
	if w.must(err); len(rs) != 4 || rs[0].Method != app.MethodFile {
		t.Errorf("%+v", rs)
	}
	p, err = w.desk.Preview(ctx, "feed", w.stage(strings.Replace(csv, ";5", ";6", 1)), nil)
	if w.must(err); !p.Remembered || p.Mapping.Quantity != "Menge" || !p.Mapping.Fixed.Covers.IsZero() {
		t.Errorf("the next month: %+v", p.Mapping)
	}
}

func first(t *testing.T, dir string) string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, "imports", "*.csv"))
	if err != nil || len(list) == 0 {
		t.Fatal("no file", err)
	}
	return list[0]
}

// A wrong row stores nothing, and the file stays to be tried again with other columns.
func TestWrongFile(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	id := w.stage(csv + "Third;Seats;x\n")
	im, err := w.desk.Import(ctx, "feed", id, mapping(), "person")
	w.code(err, app.Invalid)
	if im.Wrong != 1 || im.Problems[0].Line != 4 || !strings.Contains(app.ErrorMessage(err), "Line 4, Menge") {
		t.Errorf("%+v, %v", im, err)
	}
	if rs, _ := w.store.LatestReadings(ctx, "feed"); len(rs) != 0 {
		t.Errorf("%d readings", len(rs))
	}
	w.fail = errors.New("disk full")
	m := mapping()
	m.Partial = true
	_, err = w.desk.Import(ctx, "feed", id, m, "person")
	w.code(err, app.Internal)
	w.fail = nil
	if im, err = w.desk.Import(ctx, "feed", id, m, "person"); err != nil || im.ReadingsMade != 3 || im.Wrong != 1 {
		t.Errorf("%+v, %v", im, err)
	}
}

func TestStagedFilesGo(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	old := w.stage(csv)
	w.now = w.now.Add(61 * time.Minute)
	_, err := w.desk.Preview(ctx, "feed", old, nil)
	w.code(err, app.NotFound)
	var ids []string
	for range 21 {
		w.now = w.now.Add(time.Second)
		ids = append(ids, w.stage(csv))
	}
	if w.files() != 20 {
		t.Errorf("%d files wait", w.files())
	}
	_, err = w.desk.Preview(ctx, "feed", ids[0], nil)
	w.code(err, app.NotFound)
	_, err = w.desk.Preview(ctx, "feed", ids[1], nil)
	w.must(err)
	w.desk.Discard("other", ids[1])
	w.desk.Discard("feed", ids[1])
	if w.files() != 19 {
		t.Errorf("%d files after one was discarded", w.files())
	}
	receive.New(receive.Deps{Store: w.store, Dir: w.dir}) // the next start of the program
	if w.files() != 0 {
		t.Errorf("%d files after a start", w.files())
	}
	_, err = w.desk.Stage(ctx, "feed", "big.csv", endless{})
	w.code(err, app.Invalid)
	_, err = w.desk.Stage(ctx, "feed", "cut.csv", broken{})
	w.code(err, app.Invalid)
	if w.files() != 0 {
		t.Error("a file that did not arrive whole is kept")
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

// Programs get no guess: what nobody looked at is not imported.
func TestFeed(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	_, err := w.desk.Feed(ctx, "feed", "u.csv", strings.NewReader(csv), nil, false, "api")
	w.code(err, app.Invalid)
	if !strings.Contains(app.ErrorMessage(err), "quantity=Menge") {
		t.Errorf("%v", err)
	}
	m := mapping()
	fed, err := w.desk.Feed(ctx, "feed", "u.csv", strings.NewReader(csv), &m, true, "api")
	if w.must(err); fed.Preview.ReadingsMade != 2 || fed.Import.ID != 0 || w.files() != 0 {
		t.Errorf("dry: %+v", fed)
	}
	fed, err = w.desk.Feed(ctx, "feed", "u.csv", strings.NewReader(csv), &m, false, "api")
	if w.must(err); fed.Import.ReadingsMade != 2 || fed.Import.By != "api" {
		t.Errorf("%+v", fed)
	}
	fed, err = w.desk.Feed(ctx, "feed", "u.csv", strings.NewReader(csv), &app.CSVMapping{Fixed: m.Fixed}, false, "api")
	if w.must(err); fed.Import.ReadingsMade != 2 || !fed.Preview.Remembered {
		t.Errorf("the second month needs its columns said again: %+v", fed)
	}
	fed, err = w.desk.Feed(ctx, "feed", "u.csv", strings.NewReader(csv+";;3\n"), &m, false, "api")
	if w.code(err, app.Invalid); len(fed.Preview.Problems) != 1 {
		t.Errorf("%+v", fed.Preview.Problems)
	}
}

func TestTokens(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	value, made, err := w.desk.MakeToken(ctx, "feed", " Veeam ")
	w.must(err)
	if made.Name != "Veeam" || made.EndsWith != value.EndsWith() || len(value.Reveal()) < 40 {
		t.Errorf("%+v", made)
	}
	sum := sha256.Sum256([]byte(value.Reveal()))
	for call, want := range map[string][2]bool{
		"POST /api/v1/sources/feed/events":  {true, true},
		"POST /api/v1/sources/feed/usage":   {true, true},
		"GET /api/v1/sources/feed/events":   {true, false},
		"POST /api/v1/sources/feed/tokens":  {true, false},
		"POST /api/v1/sources/other/events": {true, false},
		"POST /api/v1/sources/feed/events/": {true, false},
		"POST /api/v1/sources/feed/Events":  {true, false},
		"GET /api/v1/status":                {true, false},
	} {
		method, path, _ := strings.Cut(call, " ")
		if known, may := w.desk.Permits(ctx, sum, method, path); [2]bool{known, may} != want {
			t.Errorf("%s: %v %v", call, known, may)
		}
	}
	if known, may := w.desk.Permits(ctx, sha256.Sum256([]byte("x")), "POST", "/api/v1/sources/feed/events"); known || may {
		t.Error("a token nobody made is known")
	}
	w.code(w.desk.RevokeToken(ctx, "other", made.ID), app.NotFound)
	w.must(w.desk.RevokeToken(ctx, "feed", made.ID))
	w.must(w.desk.RevokeToken(ctx, "feed", made.ID))
	if known, _ := w.desk.Permits(ctx, sum, "POST", "/api/v1/sources/feed/events"); known {
		t.Error("a revoked token is known")
	}
	list, err := w.desk.Tokens(ctx, "feed")
	if w.must(err); len(list) != 1 || list[0].RevokedAt.IsZero() {
		t.Errorf("%+v", list)
	}
	for _, name := range []string{"", " ", strings.Repeat("x", 61), "a\nb"} {
		_, _, err = w.desk.MakeToken(ctx, "feed", name)
		w.code(err, app.Invalid)
	}
}

// A customer has one id at a source for good: with the sender's own id in one call and by name alone in another they would be
// two customers, each with a part of the bill. A person says when the sender changes.
func TestACustomerIsOneAcrossCalls(t *testing.T) {
	const withID, byName = `{"id":"V-1001","name":"Bäckerei Öztürk"}`, `{"name":"bäckerei  ÖZTÜRK"}`
	file := map[string]string{withID: "Nr;Kunde;Seats\nV-1001;Bäckerei Öztürk;5\n", byName: "Kunde;Seats\nBÄCKEREI Öztürk;5\n"}
	ways := map[string]func(*world, string) error{
		"readings": func(w *world, who string) error {
			_, err := w.desk.Readings(t.Context(), "feed", []byte(`{"readings":[{"organization":`+who+`,"meter":"seats","quantity":5,"covers":"2026-10"}]}`), false, "api")
			return err
		},
		"events": func(w *world, who string) error {
			_, err := w.desk.Events(t.Context(), "feed", "", inbox.Customer{}, []byte(`{"id":"e-`+who[2:4]+`","organization":`+who+`,"type":"a","state":"info","title":"x"}`))
			return err
		},
		"a file": func(w *world, who string) error {
			m := app.CSVMapping{CustomerName: "Kunde", Quantity: "Seats", Fixed: app.CSVFixed{Meter: "seats", Covers: app.Period{Year: 2026, Month: time.October}}}
			if who == withID {
				m.CustomerID = "Nr"
			}
			_, err := w.desk.Feed(t.Context(), "feed", "a.csv", strings.NewReader(file[who]), &m, false, "api")
			return err
		},
	}
	for first, firstWay := range ways {
		for second, secondWay := range ways {
			for _, who := range [][2]string{{withID, byName}, {byName, withID}} {
				t.Run(first+" "+who[0]+", then "+second, func(t *testing.T) {
					w := newWorld(t)
					w.must(firstWay(w, who[0]))
					w.must(firstWay(w, who[0]))
					err := secondWay(w, who[1])
					w.code(err, app.Invalid)
					if text := app.ErrorMessage(err); !strings.Contains(text, "V-1001") || !strings.Contains(text, "Send the id everywhere, or nowhere.") {
						t.Errorf("it says: %s", text)
					}
					list, err := w.store.Organizations(t.Context(), app.OrganizationFilter{Source: "feed", Query: "Bäckerei"})
					if w.must(err); len(list) != 1 {
						t.Fatalf("%d customers", len(list))
					}
					w.must(w.store.SetOrganizationIgnored(t.Context(), list[0].ID, true))
					w.must(secondWay(w, who[1]))
				})
			}
		}
	}
}

// A sender that uses the id of its job for every run of it loses all but the first: it is told so, each time, and nothing is
// stored twice. What is only sent again is a duplicate, however often.
func TestAnIdThatSaysSomethingElse(t *testing.T) {
	const nightly = `{"id":"job-7","occurred_at":"2026-11-20T01:00:00Z","organization":{"id":"c1","name":"Contoso"},"type":"backup.failed","state":"problem","title":"Backup failed","object":{"kind":"job","id":"7","name":"Nightly"}}`
	edit := func(old, with string) string { return strings.Replace(nightly, old, with, 1) }
	undated := edit(`"occurred_at":"2026-11-20T01:00:00Z",`, "")
	tomorrow := edit("2026-11-20", "2026-11-23") // not believed: the clock says the 22nd
	for name, tt := range map[string]struct {
		first, second string
		changed       bool
	}{
		"sent again":                 {nightly, nightly, false},
		"written differently":        {nightly, edit("01:00:00Z", "02:00:00.000+01:00"), false},
		"with an empty field":        {nightly, edit(`"title"`, `"text":null,"title"`), false},
		"renamed":                    {nightly, strings.NewReplacer("Contoso", "Contoso AG", "Nightly", "Nightly backup").Replace(nightly), false},
		"without a time":             {undated, undated, false},
		"a time that is to come":     {tomorrow, tomorrow, false},
		"the next night":             {nightly, edit("11-20", "11-21"), true},
		"by a clock that runs ahead": {tomorrow, edit("2026-11-20", "2026-11-24"), true},
		"recovered":                  {nightly, edit(`"problem"`, `"recovery"`), true},
		"another job":                {nightly, edit(`"id":"7"`, `"id":"8"`), true},
		"other words":                {undated, strings.Replace(undated, "Backup failed", "Backup failed twice", 1), true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			_, err := w.desk.Events(t.Context(), "feed", "", inbox.Customer{}, []byte(tt.first))
			w.must(err)
			w.now = w.now.Add(time.Minute + 1234567*time.Nanosecond)
			for range 2 {
				got, err := w.desk.Events(t.Context(), "feed", "", inbox.Customer{}, []byte(`{"events":[`+tt.second+`,{"id":"other","type":"a","state":"info","title":"x"}]}`))
				w.must(err)
				if got.Accepted+got.Duplicates+got.Changed != 2 || (got.Changed == 1) != tt.changed || (got.Problem != "") != tt.changed {
					t.Errorf("%+v", got)
				}
				if tt.changed && (got.ChangedIDs[0] != "job-7" || !strings.Contains(got.Problem, "job-7")) {
					t.Errorf("%+v", got)
				}
			}
			rows, err := w.store.Events(t.Context(), app.EventFilter{})
			if w.must(err); len(rows) != 2 || rows[1].OrganizationID != "c1" || rows[1].State != app.Problem {
				t.Errorf("%d events: %+v", len(rows), rows)
			}
		})
	}
}
