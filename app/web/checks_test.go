package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/web/api"
)

// noConnection is the document after its connection was removed.
const noConnection = "version: 1\nsources:\n  - {name: sync, kind: x360sync, host: \"https://sync.example.com\"}\n"

// ask makes a call of the JSON API on the world's store.
func (w *world) ask(path string) string {
	w.t.Helper()
	h := api.New(api.Deps{
		Now: w.server.Now, Log: w.server.Log, Read: w.store.Reader(), Settings: w.setup, Setup: w.server.Setup, Guide: w.setup, Jobs: w.jobs, Status: w.server.Status,
	})
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, "/api/v1"+path, nil)
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
	w.must(w.store.SaveChecks(t.Context(), "cw", []app.CheckRow{{Connection: "cw", ID: "keys", Title: "The keys are accepted", State: app.CheckFailed, Message: "refused.", Fix: "x"}}, w.now))
	w.get("/connections/cw").want(t, http.StatusNotFound)
	for _, page := range []string{"/", "/diagnostics", "/connections"} {
		if strings.Contains(w.get(page).want(t, http.StatusOK).body, "connection cw") {
			t.Errorf("%s asks for a connection that is gone", page)
		}
	}
	if got := w.ask("/checks"); strings.Contains(got, "The keys are accepted") || !strings.Contains(got, `"ok":true`) {
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
	w.must(w.store.SaveChecks(t.Context(), "cw", []app.CheckRow{{ID: "address", Title: "The address answers", State: app.CheckOK, Message: "fine."}}, w.now.Add(time.Hour)))
	for _, page := range []string{"/connections/cw", "/diagnostics", "/setup/connectwise"} {
		if strings.Contains(w.get(page).body, words) {
			t.Errorf("%s hides a good test behind an older one that could not be made", page)
		}
	}
}
