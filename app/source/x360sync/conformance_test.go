package x360sync_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
	"psabridge/app/source/sourcetest"
)

func TestConformance(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T) sourcetest.Harness {
		w := newWorld(t, sandbox.Options{})
		var lie atomic.Bool
		w.rewrite(func(r *http.Request, body []byte) []byte {
			if !lie.Load() || strings.HasSuffix(r.URL.Path, "/types") {
				return body
			}
			return total.ReplaceAllFunc(body, func(b []byte) []byte { return append(b, '7') })
		})
		return sourcetest.Harness{
			Source:  w.source(),
			Secrets: []string{sample.SyncPassword, "Bearer "},
			Happen:  func() { w.msp.AddPerson(4713, "Ada", "Lovelace", w.clock.now()) },
			Hide: func() string {
				w.msp.ChangeOrganization(4713, func(o *sample.Organization) { o.Forbidden = true })
				return "4713"
			},
			Lie: func() { lie.Store(true) },
			Break: func() func() {
				f := sandbox.CaptivePortal()
				f.Times = -1
				w.server.Faults.Add(f)
				return w.server.Faults.Clear
			},
			Refuse:  w.server.RevokeAll,
			SignIns: w.signIns,
		}
	})
}

// total is a list's word on its own length.
var total = regexp.MustCompile(`"total":[0-9]+`)

// signIns counts how often a token was asked for.
func (w *world) signIns() int {
	n := 0
	for _, r := range w.server.Log() {
		if r.Path == "/oauth/token" {
			n++
		}
	}
	return n
}

// rewrite lets a test change the API's good answers on their way.
func (w *world) rewrite(change func(r *http.Request, body []byte) []byte) {
	w.serve(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		w.server.ServeHTTP(rec, r)
		body := rec.Body.Bytes()
		if strings.HasPrefix(r.URL.Path, "/api/2/") && rec.Code == http.StatusOK {
			body = change(r, body)
		}
		maps.Copy(out.Header(), rec.Header())
		out.WriteHeader(rec.Code)
		_, _ = out.Write(body) // the client may be gone
	}))
}
