package ticketing_test

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"sync"
)

// wire is the network between the adapter and the sandbox without sockets: fast, and at home in a synctest bubble. It keeps
// what was sent.
type wire struct {
	handler http.Handler
	mu      sync.Mutex
	sent    []sentBody
}

type sentBody struct{ method, path, body string }

// bodies lists every write that went out.
func (w *wire) bodies() []sentBody {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]sentBody(nil), w.sent...)
}

// RoundTrip implements http.RoundTripper.
func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		_ = req.Body.Close()
	}
	if trace := httptrace.ContextClientTrace(req.Context()); trace != nil {
		trace.GetConn(req.URL.Host)
		trace.GotConn(httptrace.GotConnInfo{})
	}
	if req.Method != http.MethodGet {
		w.mu.Lock()
		w.sent = append(w.sent, sentBody{req.Method, req.URL.Path, string(body)})
		w.mu.Unlock()
	}
	served := req.Clone(req.Context())
	served.Body, served.RequestURI, served.Host = io.NopCloser(bytes.NewReader(body)), req.URL.RequestURI(), req.URL.Host
	answer := &line{ResponseRecorder: httptest.NewRecorder()}
	w.handler.ServeHTTP(answer, served)
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	if answer.cut {
		return nil, io.ErrUnexpectedEOF
	}
	resp := answer.Result()
	resp.Request = req
	return resp, nil
}

// line is an answer whose line can be cut.
type line struct {
	*httptest.ResponseRecorder
	cut bool
}

// Hijack implements http.Hijacker: the sandbox takes the connection to break it.
func (l *line) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	l.cut = true
	ours, theirs := net.Pipe()
	_ = theirs.Close()
	return ours, nil, nil
}
