package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"psabridge/app"
)

// slow answers a long call with a job, and each look at the job with the next of the answers.
func slow(t *testing.T, looks ...string) *client {
	t.Helper()
	var n atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusAccepted)
			_, _ = w.Write([]byte(`{"job":{"id":"j1"}}`))
			return
		}
		if r.URL.Path != "/api/v1/jobs/j1" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = w.Write([]byte(looks[min(int(n.Add(1))-1, len(looks)-1)]))
	}))
	t.Cleanup(s.Close)
	return &client{base: s.URL, http: s.Client()}
}

const (
	atWork    = `{"id":"j1","state":"running","progress":{"done":%d,"total":0,"text":"cw: The keys are accepted"},"result":{"ok":true,"checks":[]},"error":null}`
	ended     = `{"id":"j1","state":"done","progress":{},"result":{"ok":true,"checks":[{"id":"keys","title":"The keys are accepted","state":"ok","connection":"cw"}]},"error":null}`
	failedJob = `{"id":"j1","state":"failed","progress":{},"result":null,"error":{"code":"not_found","detail":"There is no connection “cw”.","field":"connection"}}`
)

func TestWhatTakesLongIsWaitedFor(t *testing.T) {
	t.Parallel()
	cl := slow(t, fmt.Sprintf(atWork, 1), fmt.Sprintf(atWork, 1), fmt.Sprintf(atWork, 2), ended)
	var a checkAnswer
	var out, said strings.Builder
	var g globals
	if err := cl.long(t.Context(), "/checks", nil, &a, g.teller(console{err: &said})); err != nil {
		t.Fatal(err)
	}
	a.print(&out)
	if !strings.Contains(out.String(), "The keys are accepted") || strings.Contains(out.String(), "No connection") {
		t.Errorf("printed %s", out.String())
	}
	want := []string{"… 1 done, cw: The keys are accepted", "… 2 done, cw: The keys are accepted"}
	if got := strings.Split(strings.TrimSpace(said.String()), "\n"); !slices.Equal(got, want) {
		t.Errorf("told %q", got)
	}
}

func TestAJobThatFailedIsItsError(t *testing.T) {
	t.Parallel()
	err := slow(t, failedJob).long(t.Context(), "/checks?connection=cw", nil, &checkAnswer{}, func(string) {})
	if e, ok := errors.AsType[*app.Error](err); !ok || e.Code != app.NotFound || e.Message != "There is no connection “cw”." || e.Field != "connection" {
		t.Errorf("got %v", err)
	}
}

func TestWhoStopsWaitingIsToldWhatGoesOn(t *testing.T) {
	t.Parallel()
	for words, brief := range map[string]bool{"goes on": false, "ended with this command": true} {
		ctx, stop := context.WithCancel(t.Context())
		cl := slow(t, fmt.Sprintf(atWork, 1))
		cl.brief = brief
		err := cl.long(ctx, "/checks", nil, &checkAnswer{}, func(string) { stop() })
		if err == nil || !strings.Contains(app.ErrorMessage(err), words) {
			t.Errorf("brief %v: %v", brief, err)
		}
		if err := cl.long(ctx, "/checks", nil, &checkAnswer{}, func(string) {}); err == nil || !strings.Contains(app.ErrorMessage(err), words) {
			t.Errorf("before the first answer, brief %v: %v", brief, err)
		}
	}
}
