package axcient_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/rest"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
	"psabridge/app/source/axcient"
)

const canary = "canary-key-4f21"

// reached is a client of a server made for one test.
func reached(t *testing.T, timeout time.Duration, h http.HandlerFunc) *axcient.Source {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	s, err := axcient.New(axcient.Config{
		Name: "cloud", Host: server.URL, APIKey: canary, AllowPrivateNetwork: true, Limiter: rest.NewLimiter(1_000_000, 4), Timeout: timeout,
		Backoff: func(int) time.Duration { return 0 },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestHostileAnswers: none of them is a number, and none is waited for for ever.
func TestHostileAnswers(t *testing.T) {
	endless := func(w http.ResponseWriter, first string, chunk []byte) {
		_, _ = io.WriteString(w, first)
		for {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}
	for name, h := range map[string]http.HandlerFunc{
		"HTML": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "<!doctype html><title>Sign in</title>")
		},
		"a sign-in page": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusFound) },
		"nothing":        func(http.ResponseWriter, *http.Request) {},
		"half":           func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `[{"id":1,"name":"A`) },
		"cut": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `[]`)
		},
		"10 GB": func(w http.ResponseWriter, _ *http.Request) {
			endless(w, `[{"id":1,"name":"`, []byte(strings.Repeat("x", 1<<20)))
		},
		"one of an error": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "broken", http.StatusInternalServerError) },
	} {
		t.Run(name, func(t *testing.T) {
			s := reached(t, 0, h)
			if _, err := s.Pull(t.Context(), nil); app.ErrorCode(err) != app.Unavailable {
				t.Errorf("pull: %v", err)
			}
			if u, err := s.Readings(t.Context()); app.ErrorCode(err) != app.Unavailable || len(u.Readings) > 0 {
				t.Errorf("readings: %v", err)
			}
			if _, err := s.Check(t.Context()); app.ErrorCode(err) != app.Unavailable {
				t.Errorf("check: %v", err)
			}
		})
	}
}

// TestSlowBody: one byte, and then none for as long as anybody waits.
func TestSlowBody(t *testing.T) {
	end := make(chan struct{})
	s := reached(t, 50*time.Millisecond, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "[")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-end:
		case <-r.Context().Done():
		}
	})
	defer close(end)
	if _, err := s.Pull(t.Context(), nil); app.ErrorCode(err) != app.Unavailable {
		t.Errorf("%v", err)
	}
}

// TestTheKeyIsNowhere: a server that repeats the key in everything it says.
func TestTheKeyIsNowhere(t *testing.T) {
	for _, status := range []int{200, 400, 401, 403, 404, 500} {
		s := reached(t, 0, func(w http.ResponseWriter, r *http.Request) {
			key := r.Header.Get("X-Api-Key")
			if status != 200 && strings.HasSuffix(r.URL.Path, "/user") || status == 401 {
				w.WriteHeader(status)
			}
			fmt.Fprintf(w, `{"results":[{"id":"1","name":"Client %s","%s":"%s","x":{"y":"%s"}}],"message":"key %s","%s":1}`, key, key, key, key, key, key) //nolint:gosec // the test is its only reader
		})
		batch, err := s.Pull(t.Context(), nil)
		said := fmt.Sprintf("%+v %v %s", batch, err, app.ErrorMessage(err))
		usage, err := s.Readings(t.Context())
		said += fmt.Sprintf("%+v %v", usage, err)
		bodies := []string{}
		for _, r := range usage.Raw {
			bodies = append(bodies, string(r.Body))
		}
		said += strings.Join(bodies, " ")
		account, err := s.Check(t.Context())
		said += fmt.Sprintf("%+v %v", account, err)
		if strings.Contains(said, canary) {
			t.Errorf("%d: %s", status, strings.ReplaceAll(said, canary, "<key>"))
		}
	}
}

// TestNothingOdd: one client, and everything about it is missing; nothing counts as nothing.
func TestNothingOdd(t *testing.T) {
	for _, body := range []string{`[{}]`, `[{"id":null}]`, `{"results":[{"x":1}]}`, `{"message":"ok"}`, `[[{"id":1}]]`, `["a"]`, `[]`} {
		s := reached(t, 0, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
		b, err := s.Pull(t.Context(), nil)
		if err == nil && b.OrganizationsComplete {
			t.Errorf("%s: the tree counts as whole", body)
		}
		u, err := s.Readings(t.Context())
		for _, r := range u.Readings {
			if r.Complete {
				t.Errorf("%s: %s of %s counts as complete (%v)", body, r.Meter, r.OrganizationID, err)
			}
		}
	}
}

// TestServerInTrouble: a server that answers nobody is asked a few times, not once for every list.
func TestServerInTrouble(t *testing.T) {
	w := newWorld(t, sandbox.AxcientQuirks{HTMLPages: []string{"/x360cloud/client/*"}})
	before := w.line.Requests()
	if _, err := w.source().Pull(t.Context(), nil); app.ErrorCode(err) != app.Unavailable {
		t.Fatalf("%v", err)
	}
	if n := w.line.Requests() - before; n > 15 {
		t.Errorf("%d requests", n)
	}
}

func TestAskedToWait(t *testing.T) {
	w := newWorld(t, sandbox.AxcientQuirks{Status: map[string]int{"/x360cloud/client/" + contoso + "/user": 429}, RetryAfter: "120"})
	_, err := w.source().Readings(t.Context())
	var e *app.Error
	if !errors.As(err, &e) || e.Code != app.RateLimited || e.RetryAfter <= 0 {
		t.Errorf("%v", err)
	}
}

// TestKept: in a big account users and shared resources are read every quarter of an hour, clients and backups each time,
// and a new client at once.
func TestKept(t *testing.T) {
	w := newWorld(t, sandbox.AxcientQuirks{Dialect: sandbox.DialectCamel})
	for i := range 10 {
		w.msp.AddCloudClient(fmt.Sprintf("Customer %d", i), w.clock.now())
	}
	s := w.source()
	asked := func() map[string]int {
		t.Helper()
		w.server.ForgetRequests()
		if b, err := s.Pull(t.Context(), nil); err != nil || !b.Complete() {
			t.Fatalf("%v, %q", err, b.Problems)
		}
		n := map[string]int{}
		for _, r := range w.server.Log() {
			n[r.Path[strings.LastIndex(r.Path, "/")+1:]]++
		}
		return n
	}
	asked()
	if n := asked(); n["user"]+n["shared_resource"] != 0 || n["backup_status"] < 22 || n["client"] != 1 {
		t.Errorf("at once again: %v", n)
	}
	w.msp.AddCloudClient("New", w.clock.now())
	if n := asked(); n["user"] != 1 || n["shared_resource"] != 1 {
		t.Errorf("a new client: %v", n)
	}
	w.clock.advance(16 * time.Minute)
	if n := asked(); n["user"] < 22 {
		t.Errorf("after a while: %v", n)
	}
	if u, err := s.Readings(t.Context()); err != nil || !total(u, app.MeterProtectedSeats).Complete {
		t.Errorf("%v", err)
	}
}

// TestSinceStands: since when something holds does not move while it holds.
func TestSinceStands(t *testing.T) {
	w := newWorld(t, sandbox.AxcientQuirks{})
	s, id := w.source(), sample.CloudOf(4711)
	since := func() (value string, at time.Time) {
		t.Helper()
		b, err := s.Pull(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, st := range b.States {
			if st.What == app.StateBackup && st.Object.ExternalID == strconv.Itoa(id) {
				return st.Value, st.Since
			}
		}
		return "", time.Time{}
	}
	w.clock.advance(24 * time.Hour)
	w.msp.RunBackup(id, sample.OutcomeFailed, false, w.clock.now())
	failed := w.clock.now()
	if value, at := since(); value != app.BackupFailed || !at.Equal(failed) {
		t.Errorf("%s since %s, want since %s", value, at, failed)
	}
	for range 150 { // more than a page of failures
		w.clock.advance(24 * time.Hour)
		w.msp.RunBackup(id, sample.OutcomeFailed, false, w.clock.now())
	}
	if value, at := since(); value != app.BackupFailed || !at.Equal(failed) {
		t.Errorf("%s since %s, want since %s still", value, at, failed)
	}
	w.clock.advance(24 * time.Hour)
	w.msp.RunBackup(id, sample.OutcomeSuccess, false, w.clock.now())
	if value, at := since(); value != app.BackupSuccess || !at.Equal(w.clock.now()) {
		t.Errorf("%s since %s", value, at)
	}
}
