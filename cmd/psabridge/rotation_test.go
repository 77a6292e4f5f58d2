package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"psabridge/app/sandbox"
)

// grantLog stands in front of x360Sync and notes how the bridge signs in.
type grantLog struct {
	http.Handler
	mu     sync.Mutex
	grants []string
}

// ServeHTTP implements http.Handler.
func (g *grantLog) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/oauth/token" {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		form, _ := url.ParseQuery(string(body))
		g.mu.Lock()
		g.grants = append(g.grants, form.Get("grant_type"))
		g.mu.Unlock()
	}
	g.Handler.ServeHTTP(w, r)
}

func (g *grantLog) all() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.grants)
}

// TestRotatedTokenSurvivesKill kills the bridge when x360Sync has replaced the refresh token and the access token that
// came with it is on its way for the first time: the new refresh token was stored before, so the next start goes on with
// it and the password is never sent again.
func TestRotatedTokenSurvivesKill(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	front := &grantLog{Handler: v.X360Sync}
	srv := httptest.NewServer(front)
	defer srv.Close()
	b := newProcess(t)
	b.configure(v, v.X360SyncURL, srv.URL)

	d := b.serve()
	var read syncAnswer
	if err := d.api.call(t.Context(), http.MethodPost, "/sources/sync/sync", nil, &read); err != nil || !read.Complete {
		t.Fatalf("first reading: %v, %+v%s", err, read, d.log())
	}
	v.X360Sync.ExpireTokens()
	onItsWay, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	v.X360Sync.Faults.Add(sandbox.Fault{
		Method: http.MethodGet, Times: -1,
		When:   func(*http.Request) bool { return slices.Contains(front.all(), "refresh_token") },
		Before: func(*http.Request) { once.Do(func() { close(onItsWay) }); <-goOn },
	})
	api := d.api
	go func() { _ = api.call(t.Context(), http.MethodPost, "/sources/sync/sync", nil, nil) }() // dies with the bridge
	<-onItsWay
	d.kill()
	close(goOn)
	v.X360Sync.Faults.Clear()

	d = b.serve()
	if err := d.api.call(t.Context(), http.MethodPost, "/sources/sync/sync", nil, &read); err != nil || !read.Complete {
		t.Fatalf("after the kill: %v, %+v%s", err, read, d.log())
	}
	if got := strings.Join(front.all(), " "); !strings.HasPrefix(got, "password refresh_token refresh_token") || strings.Count(got, "password") != 1 {
		t.Errorf("grants: %s, want one password and then refreshes only", got)
	}
}
