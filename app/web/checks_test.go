package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/web/api"
)

// noConnection is the document after its connection was removed.
const noConnection = "version: 1\nsources:\n  - {name: sync, kind: x360sync, host: \"https://sync.example.com\"}\n"

// call makes a call of the JSON API on the world's store.
func (w *world) call(method, path string) string {
	w.t.Helper()
	h := api.New(api.Deps{
		Now: w.server.Now, Log: w.server.Log, Read: w.store.Reader(), Settings: w.setup, Setup: w.server.Setup, Guide: w.setup, Jobs: w.jobs, Status: w.server.Status,
	})
	r, err := http.NewRequestWithContext(w.t.Context(), method, "/api/v1"+path, nil)
	w.must(err)
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	if rec.Code != http.StatusOK {
		w.t.Fatalf("%s: %d %s", path, rec.Code, rec.Body)
	}
	return rec.Body.String()
}

// Nobody can mend a check of a connection that is gone: there is no page to look at.
func TestTheChecksOfARemovedConnectionAreGone(t *testing.T) {
	w := newWorld(t)
	_, err := w.setup.Replace(t.Context(), "test", []byte(document), false, false)
	w.must(err)
	_, err = w.setup.Replace(t.Context(), "test", []byte(noConnection), false, true)
	w.must(err)
	// A test that was under way when it was removed may still store what it found.
	w.must(w.store.SaveChecks(t.Context(), "cw", "", []app.CheckRow{{Connection: "cw", ID: "keys", Title: "The keys are accepted", State: app.CheckFailed, Message: "refused.", Fix: "x"}}, w.now))
	w.get("/connections/cw").want(t, http.StatusNotFound)
	for _, page := range []string{"/", "/diagnostics", "/connections"} {
		if strings.Contains(w.get(page).want(t, http.StatusOK).body, "connection cw") {
			t.Errorf("%s asks for a connection that is gone", page)
		}
	}
	if got := w.call(http.MethodGet, "/checks"); strings.Contains(got, "The keys are accepted") || !strings.Contains(got, `"ok":true`) {
		t.Errorf("the API names checks of a connection that is gone: %s", got)
	}
}

// broken is a test that cannot be made.
type broken struct{ tester }

func (broken) Test(context.Context, string, func(app.CheckRow)) ([]app.CheckRow, error) {
	return nil, app.Errorf(app.Unavailable, "The lists cannot be read.")
}

// The night or a script may test after the page's own test could not be made; then theirs is the last one.
func TestATestThatCouldNotBeMadeIsForgottenAfterTheNext(t *testing.T) {
	const words = "The last test could not be made"
	w := furnished(t)
	w.server.Setup = broken{tester{w.setup, w}}
	w.post("/connections/cw/test").to(t, "/connections/cw#test")
	w.wait()
	if page := w.get("/connections/cw").body; !strings.Contains(page, words) || !strings.Contains(page, "The lists cannot be read.") {
		t.Error("it is not said that the test could not be made")
	}
	w.must(w.store.SaveChecks(t.Context(), "cw", "", []app.CheckRow{{ID: "address", Title: "The address answers", State: app.CheckOK, Message: "fine."}}, w.now.Add(time.Hour)))
	for _, page := range []string{"/connections/cw", "/diagnostics", "/setup/connectwise"} {
		if strings.Contains(w.get(page).body, words) {
			t.Errorf("%s hides a good test behind an older one that could not be made", page)
		}
	}
}

// gated tests what the settings say when it begins, and answers once it is let go, or its context has ended.
type gated struct {
	tester
	began chan string
	goOn  chan struct{}
}

func (g gated) Test(ctx context.Context, name string, each func(app.CheckRow)) ([]app.CheckRow, error) {
	g.w.tested.Add(1)
	doc, _, err := g.w.setup.Document(ctx)
	if err != nil {
		return nil, err
	}
	row := app.CheckRow{Connection: name, ID: "client_id", Title: "The client ID is accepted", State: app.CheckOK, Message: doc.Connections[0].ClientID + " answers."}
	each(row)
	g.w.found.Store(&[]app.CheckRow{row})
	defer g.w.found.Store(nil)
	g.began <- doc.Connections[0].ClientID
	select {
	case <-g.goOn:
	case <-ctx.Done():
		return nil, app.Wrap(ctx.Err(), app.Unavailable, "The test was cancelled.")
	}
	return []app.CheckRow{row}, g.w.store.SaveChecks(ctx, name, "", []app.CheckRow{row}, g.w.now)
}

// gate makes every test of the world wait.
func (w *world) gate() gated {
	g := gated{tester{w.setup, w}, make(chan string, 9), make(chan struct{})}
	w.server.Setup = g
	return g
}

const otherClientID = "11111111-2222-3333-4444-555555555555"

func TestWhatIsSavedDuringATestIsTested(t *testing.T) {
	w := furnished(t)
	g := w.gate()
	w.post("/connections/cw/test").to(t, "/connections/cw#test")
	if id := <-g.began; id != "" {
		t.Fatalf("the first test is about client ID %q", id)
	}
	_, rev := w.doc()
	w.post("/connections/cw", "site_url", "na.example.com", "client_id", otherClientID, "company_id", "acme", "private_key", "another", "public_key", "p", "revision", rev).to(t, "/connections/cw")
	if id := <-g.began; id != otherClientID {
		t.Errorf("tested was client ID %q", id)
	}
	if page := w.get("/connections/cw").body; !strings.Contains(page, "Testing…") {
		t.Error("the test of what was saved is not shown")
	}
	close(g.goOn)
	w.wait()
	rows, err := w.store.Checks(t.Context(), "cw")
	if w.must(err); len(rows) != 1 || rows[0].Message != otherClientID+" answers." {
		t.Errorf("stored %+v", rows)
	}
	if page := w.get("/connections/cw").body; strings.Contains(page, "could not be made") || !strings.Contains(page, otherClientID+" answers.") {
		t.Error("the result of what was saved is not shown")
	}
}

func TestTwoClicksAreOneTest(t *testing.T) {
	w := furnished(t)
	g := w.gate()
	_, rev := w.doc()
	save := []string{"site_url", "na.example.com", "company_id", "acme", "revision", rev}
	w.post("/connections/cw", save...).to(t, "/connections/cw") // stored as https://na.example.com: nothing changes
	<-g.began
	w.post("/connections/cw", save...).to(t, "/connections/cw")
	w.post("/connections/cw/test").to(t, "/connections/cw#test")
	w.post("/diagnostics/run").to(t, "/diagnostics")
	close(g.goOn)
	w.wait()
	if n := w.tested.Load(); n != 1 {
		t.Errorf("%d tests", n)
	}
}

// Billing and ticketing are proved where they are saved, also outside the guide.
func TestEverySaveIsTested(t *testing.T) {
	w := furnished(t)
	forms := map[string][]string{
		"/connections/cw/billing":   {"billing_enabled", "1", "push_day", "15", "push_at", "05:30", "time_zone", "Europe/Paris", "approval", "ask", "product_accounts", "X360-GB"},
		"/connections/cw/ticketing": {"step", "save", "ticketing_enabled", "1", "board", "NOC"},
		"/connections/cw":           {"site_url", "na.example.com", "company_id", "acme", "private_key", "another"},
	}
	n := int64(0)
	for _, where := range [][]string{nil, {"organization", strconv.FormatInt(w.org, 10)}, {"task", "start"}} {
		for path, form := range forms {
			_, rev := w.doc()
			got := w.post(path, append(append([]string{"revision", rev}, form...), where...)...)
			got.want(t, http.StatusSeeOther)
			w.wait()
			if n++; w.tested.Load() != n {
				t.Fatalf("%s, %v: %d tests, want %d", path, where, w.tested.Load(), n)
			}
		}
	}
}

// A script or the night tests as well: what they find shows on the page as it comes.
func TestATestOfAScriptIsShownAsItRuns(t *testing.T) {
	w := furnished(t)
	g := w.gate()
	done := make(chan string)
	go func() { done <- w.call(http.MethodPost, "/checks?wait=60") }()
	<-g.began
	for _, page := range []string{"/connections/cw", "/connections/cw/test", "/connections/cw/test?task=connectwise", "/diagnostics"} {
		if body := w.get(page).want(t, http.StatusOK).body; !strings.Contains(body, "1 of 2 checks done") || !strings.Contains(body, "The client ID is accepted") || !strings.Contains(body, "every 1s") {
			t.Errorf("%s does not show the test that runs: %s", page, mainOf(body))
		}
	}
	close(g.goOn)
	if got := <-done; !strings.Contains(got, `"current":true`) {
		t.Errorf("the script got %s", got)
	}
	if body := w.get("/connections/cw").body; strings.Contains(body, "every 1s") || !strings.Contains(body, "All 1 checks are good") {
		t.Error("the test has ended and is shown as running")
	}
}

// What was good before a change proves nothing of what is set now.
func TestResultsFromBeforeAChangeAreNotShownAsGood(t *testing.T) {
	const words = "Not tested since you changed it"
	w := furnished(t)
	save := func(state app.CheckState) {
		w.must(w.store.SaveChecks(t.Context(), "cw", "", []app.CheckRow{{ID: "keys", Title: "The keys are accepted", State: state, Message: "As found."}}, w.now))
	}
	for _, state := range []app.CheckState{app.CheckOK, app.CheckFailed} {
		save(state)
		for _, w.changed = range []bool{false, true} {
			for _, page := range []string{"/connections/cw", "/setup/connectwise", "/diagnostics"} {
				if body := w.get(page).want(t, http.StatusOK).body; strings.Contains(body, words) != w.changed {
					t.Errorf("%s, %s before a change %v: %s", page, state, w.changed, mainOf(body))
				} else if w.changed && (strings.Contains(body, "All 1 checks are good") || strings.Contains(body, "All good") || strings.Contains(body, "1 of 1 check failed")) {
					t.Errorf("%s sums up what was %s before the change", page, state)
				}
			}
			if got := w.call(http.MethodGet, "/checks"); strings.Contains(got, `"current":true`) == w.changed {
				t.Errorf("the API after a change %v: %s", w.changed, got)
			}
		}
		if body := w.get("/").body; strings.Contains(body, "was not tested since you changed it") != (state == app.CheckFailed) || strings.Contains(body, "of connection cw failed") {
			t.Errorf("the Overview after a check that was %s", state)
		}
	}
}
