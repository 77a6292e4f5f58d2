package x360sync_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"psabridge/app"
	"psabridge/app/source/x360sync"
)

// wire is a server without a network: it answers the token endpoint, and everything else with one body.
type wire struct {
	body  func(r *http.Request) io.ReadCloser
	code  int
	reads int
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: r}
	if strings.HasSuffix(r.URL.Path, "/oauth/token") {
		resp.Body = io.NopCloser(strings.NewReader(`{"access_token":"a","refresh_token":"r","expires_in":3600}`))
		return resp, nil
	}
	w.reads++
	if w.code != 0 {
		resp.StatusCode = w.code
		resp.Header.Set("Location", "https://sso.example/login")
	}
	resp.Body = w.body(r)
	return resp, nil
}

func (w *wire) source(t *testing.T, timeout time.Duration) *x360sync.Source {
	t.Helper()
	s, err := x360sync.New(x360sync.Config{
		Name: "sync", Host: "sync.example", Credentials: x360sync.Credentials{Username: "u", Password: "p"}, Tokens: &memory{}, Transport: w,
		Timeout: timeout, Backoff: func(int) time.Duration { return 0 },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// tap is a body that never ends; taken counts what was drunk of it.
type tap struct{ taken *int64 }

func (s tap) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	*s.taken += int64(len(p))
	return len(p), nil
}

func (tap) Close() error { return nil }

// TestBodyOfTenGigabytes: it is given up after a few megabytes, once, and nothing counts.
func TestBodyOfTenGigabytes(t *testing.T) {
	var taken int64
	w := &wire{body: func(*http.Request) io.ReadCloser { return tap{&taken} }}
	_, err := w.source(t, 0).Readings(t.Context())
	wantCode(t, err, app.Unavailable)
	if w.reads != 1 || taken > 80<<20 {
		t.Errorf("%d bytes in %d reads", taken, w.reads)
	}
}

// drip gives a byte a second until its request is given up.
type drip struct{ r *http.Request }

func (d drip) Read(p []byte) (int, error) {
	select {
	case <-d.r.Context().Done():
		return 0, d.r.Context().Err()
	case <-time.After(time.Second):
		p[0] = ' '
		return 1, nil
	}
}

func (drip) Close() error { return nil }

// TestBodyAtOneByteASecond: the time of a request is over before its answer is.
func TestBodyAtOneByteASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{body: func(r *http.Request) io.ReadCloser { return drip{r} }}
		s := w.source(t, 20*time.Second)
		start := time.Now()
		_, err := s.Pull(t.Context(), nil)
		wantCode(t, err, app.Unavailable)
		if took := time.Since(start); took != 20*time.Second || w.reads != 1 {
			t.Errorf("given up after %v and %d reads", took, w.reads)
		}
	})
}

// TestSentToALoginPage: a redirect is not followed, and neither it nor the page counts as an answer or as a refusal.
func TestSentToALoginPage(t *testing.T) {
	for _, code := range []int{0, 301, 302, 307} {
		w := &wire{code: code, body: func(*http.Request) io.ReadCloser {
			return io.NopCloser(strings.NewReader("<!DOCTYPE html><html><form>Sign in</form></html>"))
		}}
		s := w.source(t, 0)
		_, err := s.Readings(t.Context())
		wantCode(t, err, app.Unavailable)
		_, err = s.Pull(t.Context(), nil)
		wantCode(t, err, app.Unavailable)
		if e, ok := errors.AsType[*app.Error](err); !ok || strings.Contains(e.Message, "Sign in again") {
			t.Errorf("%d: %v", code, err)
		}
	}
}
