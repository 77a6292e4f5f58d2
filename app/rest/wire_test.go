package rest

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"psabridge/app"
)

// TestRedirectsAreNeverFollowed: not even to the same host; and the other place never sees the keys.
func TestRedirectsAreNeverFollowed(t *testing.T) {
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, to := range []string{other.URL + "/x", basePath + "/thing"} {
			c, calls := setup(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", to)
				w.WriteHeader(status)
			}, func(c *Config) { c.Backoff = func(int) time.Duration { return 0 } })
			var out any
			e := get(t, c, http.MethodPost, &out)
			if e == nil || e.Code != app.Unavailable || calls.Load() != 1 {
				t.Errorf("%d to %s: %v after %d calls", status, to, e, calls.Load())
			}
		}
	}
	if elsewhere.Load() != 0 {
		t.Error("a redirect was followed")
	}
}

func TestLocationOfACreateIsIgnored(t *testing.T) {
	c, calls := setup(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "http://127.0.0.1:1/insecure")
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"id":7}`)
	})
	var out struct{ ID int }
	if e := get(t, c, http.MethodPost, &out); e != nil || out.ID != 7 || calls.Load() != 1 {
		t.Errorf("%v, %+v, %d calls", e, out, calls.Load())
	}
}

// TestCompressedBombsAreBounded: what counts is what comes out.
func TestCompressedBombsAreBounded(t *testing.T) {
	c, _ := setup(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		zeros := make([]byte, 1<<16)
		for range 64 { // 4 MiB of zeros in 4 KiB
			if _, err := z.Write(zeros); err != nil {
				return
			}
		}
		_ = z.Close()
	}, func(c *Config) { c.MaxBody = 1 << 20 })
	var raw []byte
	e := get(t, c, http.MethodPost, &raw)
	if e == nil || !errors.Is(e, errTooLarge) || len(raw) != 0 {
		t.Errorf("%v with %d bytes", e, len(raw))
	}
}

// slow answers with a body that drips for ever, or not at all, until the request is given up.
type slow struct {
	calls int
	drips bool
}

func (s *slow) RoundTrip(r *http.Request) (*http.Response, error) {
	s.calls++
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	if !s.drips {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: drip{r.Context()}, Request: r}, nil
}

type drip struct{ ctx context.Context } //nolint:containedctx // a body reads for its request

func (d drip) Read(p []byte) (int, error) {
	select {
	case <-d.ctx.Done():
		return 0, d.ctx.Err()
	case <-time.After(time.Second):
		p[0] = ' '
		return 1, nil
	}
}

func (drip) Close() error { return nil }

// TestSlowAnswersAreGivenUp: with the request's own time, once, and nobody knows what became of it.
func TestSlowAnswersAreGivenUp(t *testing.T) {
	for _, drips := range []bool{true, false} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			synctest.Test(t, func(t *testing.T) {
				transport := &slow{drips: drips}
				c, err := New(Config{Name: "Vendor", BaseURL: "https://vendor.example", Transport: transport})
				if err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				e := get(t, c, method, new(any))
				if e == nil || e.Code != app.Unavailable || e.Outcome != app.OutcomeUnknown || !errors.Is(e, context.DeadlineExceeded) || transport.calls != 1 {
					t.Errorf("%s: %v after %d calls", method, e, transport.calls)
				}
				if took := time.Since(start); took != DefaultTimeout {
					t.Errorf("%s: given up after %v", method, took)
				}
			})
		}
	}
}

// TestOwnAuthority: a server with a certificate of its own is trusted through the CA file, and only then.
func TestOwnAuthority(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{}`) }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	call := func(base, ca string) error {
		c, err := New(Config{BaseURL: base, CAFile: ca, AllowPrivateNetwork: true, Backoff: func(int) time.Duration { return 0 }})
		if err != nil {
			return err
		}
		req, err := c.NewRequest(t.Context(), http.MethodGet, "x", nil, nil)
		if err != nil {
			return err
		}
		_, err = c.Do(req, new(any))
		return err
	}
	if err := call(server.URL, file); err != nil {
		t.Errorf("with the CA file: %v", err)
	}
	if err := call(server.URL, ""); app.ErrorOutcome(err) != app.OutcomeNone || !strings.Contains(app.ErrorMessage(err), "nobody we know") {
		t.Errorf("without: %v", err)
	}
	if err := call(strings.Replace(server.URL, "127.0.0.1", "localhost", 1), file); !strings.Contains(app.ErrorMessage(err), "another name") {
		t.Errorf("under another name: %v", err)
	}
	for _, bad := range []string{filepath.Join(t.TempDir(), "none.pem"), os.DevNull} {
		if err := call(server.URL, bad); app.ErrorCode(err) != app.Invalid {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("reached over TLS 1.1") }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11} //nolint:gosec // that is what is refused
	server.StartTLS()
	defer server.Close()
	c, err := New(Config{BaseURL: server.URL, AllowPrivateNetwork: true, Backoff: func(int) time.Duration { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	req, _ := c.NewRequest(t.Context(), http.MethodPost, "x", nil, nil)
	if _, err := c.Do(req, nil); app.ErrorOutcome(err) != app.OutcomeNone {
		t.Errorf("got %v", err)
	}
}

// TestStaleConnections: a server that closes idle connections must not make a write look as if it may have happened.
func TestStaleConnections(t *testing.T) {
	c, calls := setup(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{}`) })
	for range 20 {
		if e := get(t, c, http.MethodPost, nil); e != nil {
			t.Fatal(e)
		}
		c.config.Transport.(*http.Transport).CloseIdleConnections()
	}
	if calls.Load() != 20 {
		t.Errorf("%d calls", calls.Load())
	}
}

// TestNoSecretInAnyError: whatever the other side repeats, in whatever form, at whatever stage.
func TestNoSecretInAnyError(t *testing.T) {
	const user, password, id, refresh = "canary-user", "canary/pass+word=", "canary-client-id", "canary-refresh-token"
	echo := func(r *http.Request) string {
		_ = r.ParseForm()
		return strings.Join([]string{r.Header.Get("Authorization"), user, password, url.QueryEscape(password), r.Header.Get("ClientId"), refresh, r.Form.Encode()}, " | ")
	}
	for name, handler := range map[string]http.HandlerFunc{
		"words": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(400)
			fmt.Fprintf(w, `{"code":%q,"message":%q}`, echo(r), echo(r))
		},
		"malformed HTTP": func(w http.ResponseWriter, r *http.Request) {
			text := echo(r)
			conn, _, _ := http.NewResponseController(w).Hijack()
			fmt.Fprintf(conn, "%s\r\n\r\n", text)
			conn.Close()
		},
		"bad JSON":  func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, echo(r)) },
		"bad field": func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, `{"id":%q}`, echo(r)) },
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := setup(t, handler, func(c *Config) {
				c.Header = http.Header{"Clientid": {id}}
				c.Auth = func(r *http.Request) error { r.SetBasicAuth(user, password); return nil }
				c.Secrets = func() []app.Secret { return []app.Secret{refresh} }
			})
			req, err := c.NewRequest(t.Context(), http.MethodPost, "token", url.Values{"token": {refresh}}, url.Values{"refresh_token": {refresh}})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Do(req, &struct{ ID int }{})
			if err == nil {
				t.Fatal("no error")
			}
			for e := err; e != nil; e = errors.Unwrap(e) {
				for _, text := range []string{e.Error(), fmt.Sprintf("%+v", e), fmt.Sprintf("%#v", e)} {
					if strings.Contains(text, "canary") || strings.Contains(text, "Y2FuYXJ5") {
						t.Errorf("%T shows a secret: %s", e, text)
					}
				}
			}
		})
	}
}

// TestProxyOfTheMachineMayBePrivate: the guard is about where requests end, not about the proxy they pass.
func TestProxyOfTheMachineMayBePrivate(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer proxy.Close()
	u, _ := url.Parse(proxy.URL)
	transport, err := newTransport(Config{})
	if err != nil {
		t.Fatal(err)
	}
	if conn, err := transport.DialContext(t.Context(), "tcp", u.Host); err == nil {
		conn.Close()
		t.Error("a private address was dialled that is no proxy")
	}
	d := &dialer{guarded: nil, plain: plainDialer()}
	d.proxies.Store(hostPort(u), true)
	conn, err := d.dial(t.Context(), "tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	for raw, want := range map[string]string{"http://proxy": "proxy:80", "https://proxy": "proxy:443", "socks5://proxy": "proxy:1080", "http://[::1]:3128": "[::1]:3128"} {
		u, _ := url.Parse(raw)
		if got := hostPort(u); got != want {
			t.Errorf("%s: %s", raw, got)
		}
	}
}
