package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/inbox"
	"psabridge/app/intake"
	"psabridge/app/receive"
	"psabridge/app/web/api"
	"psabridge/store"
	"psabridge/store/storetest"
)

// world is the API on a real store, intake and desk, without its guard.
type world struct {
	t     *testing.T
	store *store.Store
	http  http.Handler
	now   time.Time
}

type settingsOf struct {
	api.Settings
	doc app.Settings
}

func (s settingsOf) Document(context.Context) (app.Settings, int64, error) { return s.doc, 1, nil }

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return w.now }
	dir := t.TempDir()
	w.store = storetest.OpenAt(t, dir, clock)
	doc := app.Settings{Version: 1, Sources: []app.SourceSettings{{Name: "feed", Kind: app.KindInbox}, {Name: "sync", Kind: "x360sync"}}}
	p := app.Projection{Sources: []app.ProjectionRow{{Name: "feed", Kind: app.KindInbox, Config: []byte("{}")}, {Name: "sync", Kind: "x360sync", Config: []byte("{}")}}}
	if _, err := w.store.SaveSettings(t.Context(), app.Revision{At: w.now, Document: []byte("{}")}, p); err != nil {
		t.Fatal(err)
	}
	read := func(context.Context) (app.Settings, error) { return doc, nil }
	in := intake.New(intake.Deps{Store: w.store, Settings: read, Now: clock, Decide: func(_ app.Settings, s app.AlertState) (d app.AlertDecision) {
		for _, e := range s.Fresh {
			d.Outcomes = append(d.Outcomes, app.DecidedOutcome{SourceEventID: e.SourceEventID, Outcome: app.OutcomeNoRule, Reason: app.ReasonNoRule})
		}
		return d
	}})
	t.Cleanup(func() { _ = in.Stop(context.WithoutCancel(t.Context())) })
	desk := receive.New(receive.Deps{Store: w.store, Settings: read, Dir: dir, Now: clock, Take: func(ctx context.Context, source string, b app.Batch, rs []app.Reading) (app.Received, error) {
		r, err := in.Receive(ctx, source, b, rs)
		return app.Received{Accepted: r.Stored}, err
	}})
	w.http = api.New(api.Deps{
		Now: clock, Log: slog.New(slog.DiscardHandler), Read: w.store.Reader(), Settings: settingsOf{doc: doc},
		SourceDeps: api.SourceDeps{Inbox: desk, Sources: in.Status, Organize: w.store},
	})
	return w
}

// ask sends a request and returns the answer, which must have the status.
func (w *world) ask(want int, method, path, kind, body string) map[string]any {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), method, "/api/v1"+path, strings.NewReader(body))
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	rec := httptest.NewRecorder()
	w.http.ServeHTTP(rec, r)
	if rec.Code != want {
		w.t.Fatalf("%s %s: %d, want %d: %s", method, path, rec.Code, want, rec.Body)
	}
	out := map[string]any{}
	if rec.Body.Len() > 0 {
		if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil {
			w.t.Fatal(err, rec.Body)
		}
	}
	return out
}

const asJSON, asCSV = "application/json", "text/csv; charset=utf-8"

func TestSendEvents(t *testing.T) {
	w := newWorld(t)
	const event = `{"id":"e1","organization":{"id":"c1","name":"Contoso"},"type":"backup.failed","state":"problem","title":"Backup failed"}`
	for i := range 3 {
		got := w.ask(200, "POST", "/sources/feed/events", asJSON, event)
		if first := i == 0; (got["accepted"] == 1.0) != first || (got["duplicates"] == 0.0) != first {
			t.Errorf("call %d: %v", i, got)
		}
	}
	changed := w.ask(200, "POST", "/sources/feed/events", asJSON, strings.Replace(event, `"problem"`, `"recovery"`, 1))
	if changed["accepted"] != 0.0 || changed["duplicates"] != 0.0 || changed["changed"] != 1.0 || fmt.Sprint(changed["changed_ids"]) != "[e1]" || !strings.Contains(fmt.Sprint(changed["problem"]), "id of its own") {
		t.Errorf("another event with the id: %v", changed)
	}
	w.ask(200, "POST", "/sources/feed/events", "", `{"events":[`+strings.Replace(event, "e1", "e2", 1)+`]}`) // many senders say no type
	shape := `{"job":"backup","hostname":"n1","finished_at":"2026-11-22T09:00:00+0200","exit_code":1}`
	w.ask(200, "POST", "/sources/feed/events?shape=restic&organization_id=c1", asJSON, shape)
	p := w.ask(400, "POST", "/sources/feed/events", asJSON, strings.Replace(event, `"title"`, `"tilte"`, 1))
	if p["code"] != "invalid" || p["field"] != "title" || !strings.Contains(fmt.Sprint(p["detail"]), "tilte: There is no such key. Did you mean title") {
		t.Errorf("%v", p)
	}
	w.ask(400, "POST", "/sources/feed/events", "text/xml", event)
	w.ask(400, "POST", "/sources/feed/events?shap=restic", asJSON, shape)
	w.ask(400, "POST", "/sources/sync/events", asJSON, event)
	w.ask(404, "POST", "/sources/nope/events", asJSON, event)
	rows, err := w.store.Events(t.Context(), app.EventFilter{})
	if err != nil || len(rows) != 3 {
		t.Errorf("%d events are stored, %v", len(rows), err)
	}
}

func TestSendUsage(t *testing.T) {
	w := newWorld(t)
	got := w.ask(200, "POST", "/sources/feed/usage", asJSON, `{"readings":[{"organization":{"id":"c1","name":"Contoso"},"meter":"seats","quantity":12.25,"as_of":"2026-11-22T08:00:00Z",
		"items":[{"kind":"account","id":"a","name":"Ada","amount":12.25}]}]}`)
	if got["accepted"] != 1.0 || got["file"] != nil || got["import"] != nil {
		t.Errorf("%v", got)
	}
	w.ask(400, "POST", "/sources/feed/usage", asJSON, `{"readings":[]}`)
	orgs, err := w.store.Organizations(t.Context(), app.OrganizationFilter{Query: "Contoso"})
	if err != nil || len(orgs) != 1 {
		t.Fatal(orgs, err)
	}
	list := w.ask(200, "GET", fmt.Sprintf("/organizations/%d/readings", orgs[0].ID), "", "")["items"].([]any)
	r := list[0].(map[string]any)
	items := r["items"].([]any)
	if len(list) != 2 || r["quantity"] != 12.25 || r["method"] != "sent" || r["basis"] == list[1].(map[string]any)["basis"] || len(items) != 1 || items[0].(map[string]any)["name"] != "Ada" {
		t.Errorf("%v", list)
	}
	w.ask(404, "GET", "/organizations/999/readings", "", "")
}

// An imported statement is shown beside the usage that was read since: it bills its month.
func TestStatementsBesideNewerReadings(t *testing.T) {
	w := newWorld(t)
	for _, when := range []string{`"covers":"2026-10"`, `"as_of":"2026-11-22T08:00:00Z"`} {
		w.ask(200, "POST", "/sources/feed/usage", asJSON, `{"readings":[{"organization":{"id":"c1"},"meter":"seats","quantity":3,`+when+`}]}`)
	}
	o, err := w.store.OrganizationByExternalID(t.Context(), "feed", "c1")
	if err != nil {
		t.Fatal(err)
	}
	list := w.ask(200, "GET", fmt.Sprintf("/organizations/%d/readings", o.ID), "", "")["items"].([]any)
	var got []string
	for _, one := range list {
		r := one.(map[string]any)
		got = append(got, fmt.Sprint(r["newest"], " ", r["covers"]))
	}
	if want := "true <nil>,true <nil>,false 2026-10,false 2026-10"; strings.Join(got, ",") != want {
		t.Errorf("%v, want %s", got, want)
	}
}

// What is said of a file is refused for JSON: dropped, it would store another month, or what was only to be looked at.
func TestQueryOfJSON(t *testing.T) {
	w := newWorld(t)
	const body = `{"readings":[{"organization":{"id":"c1","name":"Contoso"},"meter":"seats","quantity":12,"covers":"2026-10"}]}`
	got := w.ask(200, "POST", "/sources/feed/usage?dry_run=true", asJSON, body)
	if got["dry_run"] != true || got["accepted"] != 0.0 || got["readings"] != 1.0 || got["organizations"] != 1.0 {
		t.Errorf("%v", got)
	}
	w.ask(400, "POST", "/sources/feed/usage?dry_run=true", asJSON, strings.Replace(body, "12", `"x"`, 1))
	for _, query := range []string{"complete=true", "covers=2026-09", "meter=other", "map.quantity=q", "file=x.csv", "dry_run=true&partial=true"} {
		if p := w.ask(400, "POST", "/sources/feed/usage?"+query, asJSON, body); p["field"] == nil || !strings.Contains(fmt.Sprint(p["detail"]), "CSV") {
			t.Errorf("%s: %v", query, p)
		}
	}
	if list := w.ask(200, "GET", "/sources/feed/imports", "", "")["items"].([]any); len(list) != 0 {
		t.Errorf("stored: %v", list)
	}
	if orgs, err := w.store.Organizations(t.Context(), app.OrganizationFilter{Source: "feed"}); err != nil || len(orgs) != 0 {
		t.Errorf("%+v, %v", orgs, err)
	}
	w.ask(200, "POST", "/sources/feed/usage?dry_run=false", asJSON, body)
}

func TestSendFile(t *testing.T) {
	w := newWorld(t)
	const csv = "Kunde;Dienst;Menge\nContoso;Seats;1.234\nFabrikam;Seats;2,5\n"
	const columns = "map.customer_name=Kunde&map.meter=Dienst&map.quantity=Menge&covers=2026-10&file=October.csv"
	p := w.ask(400, "POST", "/sources/feed/usage", asCSV, csv)
	if p["field"] != "map" || !strings.Contains(fmt.Sprint(p["detail"]), "quantity=Menge") {
		t.Errorf("a guess was not refused: %v", p)
	}
	dry := w.ask(200, "POST", "/sources/feed/usage?dry_run=true&"+columns, asCSV, csv)
	f := dry["file"].(map[string]any)
	if dry["dry_run"] != true || dry["readings"] != 2.0 || dry["organizations"] != 2.0 || dry["accepted"] != 0.0 || f["separator"] != "semicolon" || f["readings"] != 2.0 || f["mapping"].(map[string]any)["quantity"] != "Menge" {
		t.Errorf("%v", dry)
	}
	got := w.ask(200, "POST", "/sources/feed/usage?"+columns, asCSV, csv)
	if got["accepted"] != 2.0 || got["import"].(map[string]any)["covers"] != "2026-10" || got["import"].(map[string]any)["file"] != "October.csv" {
		t.Errorf("%v", got)
	}
	p = w.ask(400, "POST", "/sources/feed/usage?"+columns, asCSV, csv+"Third;Seats;x\nFourth;Seats;-1\n")
	rows := p["rows"].([]any)
	if len(rows) != 2 || rows[0].(map[string]any)["line"] != 4.0 || rows[0].(map[string]any)["column"] != "Menge" {
		t.Errorf("%v", p)
	}
	got = w.ask(200, "POST", "/sources/feed/usage?covers=2026-09&partial=true", asCSV, csv+"Third;Seats;x\n") // the columns are remembered
	if got["accepted"] != 3.0 || got["file"].(map[string]any)["remembered"] != true || got["file"].(map[string]any)["wrong"] != 1.0 {
		t.Errorf("%v", got)
	}
	for _, query := range []string{"covers=October", "as_of=05/11/2026", "decimal=x", "duplicates=first", "map.customer=Kunde", "covers=2026-10&map.quantity=Anzahl"} {
		w.ask(400, "POST", "/sources/feed/usage?"+query, asCSV, csv)
	}
	list := w.ask(200, "GET", "/sources/feed/imports", "", "")["items"].([]any)
	if len(list) != 2 || list[0].(map[string]any)["wrong"] != 1.0 || list[1].(map[string]any)["by"] != "api" {
		t.Errorf("%v", list)
	}
	w.ask(400, "GET", "/sources/sync/imports", "", "")
}

// A file is read as it comes: one that is too large, or cut off, leaves nothing.
func TestFileThatDoesNotArrive(t *testing.T) {
	w := newWorld(t)
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/api/v1/sources/feed/usage", nil)
	rec := httptest.NewRecorder()
	r.Body = http.MaxBytesReader(rec, io.NopCloser(strings.NewReader(strings.Repeat("x", 100))), 50)
	r.Header.Set("Content-Type", asCSV)
	w.http.ServeHTTP(rec, r)
	if rec.Code != 400 {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

// A body that is cut off at its bound is called too large, whatever it holds.
func TestBodyThatIsTooLarge(t *testing.T) {
	w := newWorld(t)
	plain := w.http
	w.http = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { // as the guard does
		r.Body = http.MaxBytesReader(rw, r.Body, inbox.MaxBody)
		plain.ServeHTTP(rw, r)
	})
	for _, body := range []string{`{"events":["` + strings.Repeat("x", inbox.MaxBody) + `"]}`, strings.Repeat(" ", inbox.MaxBody+1)} {
		for _, path := range []string{"/sources/feed/events", "/sources/feed/usage"} {
			if got := w.ask(400, "POST", path, asJSON, body); !strings.Contains(fmt.Sprint(got["detail"]), "larger than 4 MiB") {
				t.Errorf("%s: %v", path, got["detail"])
			}
		}
	}
}

func TestSources(t *testing.T) {
	w := newWorld(t)
	w.ask(200, "POST", "/sources/feed/events", asJSON, `{"id":"e1","type":"a","state":"info","title":"x"}`)
	list := w.ask(200, "GET", "/sources", "", "")["items"].([]any)
	feed := w.ask(200, "GET", "/sources/feed", "", "")
	if len(list) != 2 || feed["kind"] != "inbox" || feed["last_ok_at"] == nil || feed["next_at"] != nil || len(feed["beats"].([]any)) != 1 {
		t.Errorf("%v", feed)
	}
	w.ask(404, "GET", "/sources/nope", "", "")
	if err := w.store.SaveRaw(t.Context(), "sync", []app.RawRecord{{OrganizationID: "7", What: "metrics/usage", ReadAt: w.now, Body: json.RawMessage(`{"x":1}`), Note: "not understood"}}); err != nil {
		t.Fatal(err)
	}
	raw := w.ask(200, "GET", "/sources/sync/raw", "", "")["items"].([]any)
	if len(raw) != 1 || raw[0].(map[string]any)["body"].(map[string]any)["x"] != 1.0 {
		t.Errorf("%v", raw)
	}
	w.ask(404, "GET", "/sources/nope/raw", "", "")
}

func TestTokens(t *testing.T) {
	w := newWorld(t)
	made := w.ask(200, "POST", "/sources/feed/tokens", asJSON, `{"name":"Veeam"}`)
	if len(fmt.Sprint(made["token"])) < 40 || made["name"] != "Veeam" {
		t.Errorf("%v", made)
	}
	list := w.ask(200, "GET", "/sources/feed/tokens", "", "")["items"].([]any)
	if one := list[0].(map[string]any); len(list) != 1 || one["token"] != nil || one["revoked_at"] != nil {
		t.Errorf("%v", list)
	}
	w.ask(204, "DELETE", "/sources/feed/tokens/"+fmt.Sprint(made["id"]), "", "")
	w.ask(404, "DELETE", "/sources/feed/tokens/99", "", "")
	if one := w.ask(200, "GET", "/sources/feed/tokens", "", "")["items"].([]any)[0].(map[string]any); one["revoked_at"] == nil {
		t.Errorf("%v", one)
	}
	w.ask(400, "POST", "/sources/sync/tokens", asJSON, `{"name":"x"}`)
}

func TestNewOrganizations(t *testing.T) {
	w := newWorld(t)
	w.ask(200, "POST", "/sources/feed/events", asJSON, `{"id":"e1","type":"a","state":"info","title":"x"}`)
	w.now = w.now.Add(time.Hour)
	w.ask(200, "POST", "/sources/feed/events", asJSON, `{"id":"e2","type":"a","state":"info","title":"x","organization":{"id":"c1","name":"Contoso"}}`)
	o, err := w.store.OrganizationByExternalID(t.Context(), "feed", "c1")
	if err != nil || !o.New {
		t.Fatalf("%+v, %v", o, err)
	}
	say := func(what string) app.OrganizationRow {
		t.Helper()
		w.ask(204, "POST", fmt.Sprintf("/organizations/%d/%s", o.ID, what), "", "")
		row, err := w.store.Organization(t.Context(), o.ID)
		if err != nil {
			t.Fatal(err)
		}
		return row
	}
	if row := say("later"); row.New || !row.LaterUntil.Equal(w.now.Add(7*24*time.Hour)) {
		t.Errorf("later: %+v", row)
	}
	if row := say("ignore"); row.New || row.State != app.OrganizationIgnored {
		t.Errorf("ignore: %+v", row)
	}
	if row := say("ask"); !row.New || row.State != app.OrganizationPresent {
		t.Errorf("ask: %+v", row)
	}
	w.ask(404, "POST", "/organizations/999/ignore", "", "")
}

// text is an answer that is no JSON.
func (w *world) text(path string) string {
	w.t.Helper()
	rec := httptest.NewRecorder()
	w.http.ServeHTTP(rec, httptest.NewRequestWithContext(w.t.Context(), http.MethodGet, "/api/v1"+path, nil))
	if rec.Code != http.StatusOK {
		w.t.Fatalf("%s: %d %s", path, rec.Code, rec.Body)
	}
	return rec.Body.String()
}
