package x360sync_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
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
		w.rewrite(func(r *http.Request, body map[string]any) {
			if total, ok := body["total"].(float64); ok && lie.Load() && !strings.HasSuffix(r.URL.Path, "/types") {
				body["total"] = total + 3
			}
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

// rewrite lets a test change the API's JSON answers on their way.
func (w *world) rewrite(change func(r *http.Request, body map[string]any)) {
	w.serve(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		w.server.ServeHTTP(rec, r)
		data := rec.Body.Bytes()
		var body map[string]any
		if strings.HasPrefix(r.URL.Path, "/api/2/") && rec.Code == http.StatusOK && json.Unmarshal(data, &body) == nil {
			change(r, body)
			data, _ = json.Marshal(body)
		}
		for name, values := range rec.Header() {
			out.Header()[name] = values
		}
		out.WriteHeader(rec.Code)
		_, _ = bytes.NewReader(data).WriteTo(out)
	}))
}
