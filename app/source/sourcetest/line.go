package sourcetest

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
)

// Line is the wire to a vendor's server: it counts, it can be cut and it can bend the answers. An adapter's test puts it
// in front of the server it tests against.
type Line struct {
	server http.Handler

	mu       sync.Mutex
	requests int
	passes   int // requests until the cut; negative: none planned
	forever  bool
	cut      string // the request that gets no answer, once it is known
	bend     func(r *http.Request, body []byte) []byte
}

// NewLine is a whole line to a server.
func NewLine(server http.Handler) *Line { return &Line{server: server, passes: -1} }

// CutAfter is Harness.CutAfter.
func (l *Line) CutAfter(n int, forever bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.passes, l.forever, l.cut = n, forever, ""
}

// Requests is Harness.Requests.
func (l *Line) Requests() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.requests
}

// Bend changes the bodies of good answers on their way; nil leaves them alone.
func (l *Line) Bend(change func(r *http.Request, body []byte) []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bend = change
}

// TextNumbers is Harness.TextNumbers.
func (l *Line) TextNumbers() {
	l.Bend(func(_ *http.Request, body []byte) []byte { return textNumbers(body) })
}

// ServeHTTP passes a request on, or cuts the connection. The cut comes before the server sees anything.
func (l *Line) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	bend, cut := l.next(r)
	if cut {
		panic(http.ErrAbortHandler)
	}
	if bend == nil {
		l.server.ServeHTTP(w, r)
		return
	}
	rec := httptest.NewRecorder()
	l.server.ServeHTTP(rec, r)
	body := rec.Body.Bytes()
	if rec.Code == http.StatusOK {
		body = bend(r, body)
	}
	maps.Copy(w.Header(), rec.Header())
	w.Header().Del("Content-Length")
	w.WriteHeader(rec.Code)
	_, _ = w.Write(body) // the client may be gone
}

// next counts a request and decides whether it is the one that is cut.
func (l *Line) next(r *http.Request) (bend func(*http.Request, []byte) []byte, cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests++
	name := r.Method + " " + r.URL.RequestURI()
	switch {
	case l.passes < 0:
	case l.passes > 0:
		l.passes--
	case l.forever:
		return nil, true
	default:
		if l.cut == "" {
			l.cut = name
		}
		return l.bend, l.cut == name
	}
	return l.bend, false
}

// textNumbers writes every number of a JSON text as text, and leaves what is no JSON alone.
func textNumbers(body []byte) []byte {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var value any
	if d.Decode(&value) != nil {
		return body
	}
	if _, err := d.Token(); err != io.EOF {
		return body
	}
	out, err := json.Marshal(asText(value))
	if err != nil {
		return body
	}
	return out
}

func asText(value any) any {
	switch v := value.(type) {
	case json.Number:
		if _, err := strconv.ParseFloat(v.String(), 64); err == nil {
			return v.String()
		}
	case []any:
		for i := range v {
			v[i] = asText(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = asText(v[name])
		}
	}
	return value
}
