package rest

import (
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"testing"
)

// TestNothingIdleSurvivesASleep: the request after CloseIdle goes by a connection of its own, the one before does not.
func TestNothingIdleSurvivesASleep(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{}`)) }))
	defer srv.Close()
	c, err := New(Config{Name: "it", BaseURL: srv.URL, AllowPrivateNetwork: true})
	if err != nil {
		t.Fatal(err)
	}
	ask := func() (reused bool) {
		t.Helper()
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { reused = i.Reused }})
		req, err := c.NewRequest(ctx, http.MethodGet, "x", nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Do(req, nil); err != nil {
			t.Fatal(err)
		}
		return reused
	}
	if ask() || !ask() {
		t.Error("a connection is not used again")
	}
	CloseIdle()
	if ask() {
		t.Error("a connection that slept is used again")
	}
}
