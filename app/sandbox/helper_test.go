package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"psabridge/app/sandbox/sample"
)

var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// clock is a clock a test moves by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: start} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// client talks to one vendor without the help of any adapter.
type client struct {
	t      *testing.T
	base   string
	header http.Header
}

// reply is an answer, decoded where it is JSON.
type reply struct {
	status int
	header http.Header
	raw    string
	one    object
	many   []object
}

func newCW(t *testing.T, opts Options) (*ConnectWise, *client) {
	t.Helper()
	if opts.Now == nil {
		opts.Now = newClock().now
	}
	cw := NewConnectWise(sample.New(1, start), opts)
	s := httptest.NewServer(cw)
	t.Cleanup(s.Close)
	r := &http.Request{Header: http.Header{}}
	r.SetBasicAuth(sample.CompanyID+"+"+sample.PublicKey, sample.PrivateKey)
	r.Header.Set("ClientId", sample.ClientID)
	r.Header.Set("Accept", "application/vnd.connectwise.com+json; version=2025.8")
	return cw, &client{t, s.URL + "/v4_6_release/apis/3.0", r.Header}
}

func newX(t *testing.T, opts Options) (*X360Sync, *sample.MSP, *client) {
	t.Helper()
	if opts.Now == nil {
		opts.Now = newClock().now
	}
	msp := sample.New(1, start)
	x := NewX360Sync(msp, opts)
	s := httptest.NewServer(x)
	t.Cleanup(s.Close)
	return x, msp, &client{t, s.URL, http.Header{}}
}

// try sends one request; the error is for tests that cut the line.
func (c *client) try(method, path string, body any) (reply, error) {
	c.t.Helper()
	var in io.Reader
	header := c.header.Clone()
	switch b := body.(type) {
	case nil:
	case url.Values:
		in = strings.NewReader(b.Encode())
		header.Set("Content-Type", "application/x-www-form-urlencoded")
	case string:
		in = strings.NewReader(b)
		header.Set("Content-Type", "application/json")
	}
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, in)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header = header
	res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(res.Body)
	out := reply{status: res.StatusCode, header: res.Header, raw: string(data)}
	if json.Unmarshal(data, &out.one) != nil {
		_ = json.Unmarshal(data, &out.many)
	}
	return out, err
}

// do sends one request that must be answered with a status.
func (c *client) do(want int, method, path string, body any) reply {
	c.t.Helper()
	r, err := c.try(method, path, body)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	if r.status != want {
		c.t.Fatalf("%s %s: status %d, want %d: %s", method, path, r.status, want, r.raw)
	}
	return r
}

// where is a path with one query parameter encoded.
func where(path, conditions string) string {
	return path + "?" + url.Values{"conditions": {conditions}}.Encode()
}

func idsOf(rows []object) []int {
	ids := make([]int, len(rows))
	for i, o := range rows {
		ids[i] = number(o, "id")
	}
	return ids
}

func errorField(r reply) (code, field string) {
	list, _ := r.one["errors"].([]any)
	if len(list) == 0 {
		return "", ""
	}
	first, _ := list[0].(object)
	return text(first, "code"), text(first, "field")
}

func newAx(t *testing.T, quirks AxcientQuirks) (*Axcient, *sample.MSP, *client) {
	t.Helper()
	msp := sample.New(1, start)
	a := NewAxcient(msp, Options{Now: newClock().now, AxcientQuirks: quirks})
	s := httptest.NewServer(a)
	t.Cleanup(s.Close)
	return a, msp, &client{t, s.URL, http.Header{"X-Api-Key": {sample.AxcientKey}}}
}
