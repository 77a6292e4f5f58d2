package x360sync_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
	"psabridge/app/source"
	"psabridge/app/source/sourcetest"
	"psabridge/app/source/x360sync"
)

func TestConformance(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T) sourcetest.Harness {
		w := newWorld(t, sandbox.Options{PageSize: 40}).small()
		unsigned := *w
		unsigned.creds = x360sync.Credentials{ClientID: sample.SyncClientID}
		return sourcetest.Harness{
			Source:  w.source(),
			Again:   func() source.Source { return w.source() },
			Secrets: []string{sample.SyncPassword, "Bearer "},
			Meters:  []app.Meter{app.MeterAccounts, app.MeterStorage, app.MeterFileServer, app.MeterGuests},
			Happen:  func() { w.msp.AddPerson(4713, "Ada", "Lovelace", w.clock.now()) },
			Remove: func() app.Object {
				p := w.msp.Persons(4713)[0]
				w.msp.RemovePerson(p.ID, w.clock.now())
				return app.Object{Kind: app.ObjectAccount, ExternalID: itoa(p.ID)}
			},
			Hide: func() string {
				w.msp.ChangeOrganization(4713, func(o *sample.Organization) { o.Forbidden = true })
				return "4713"
			},
			Lie: func() {
				w.line.Bend(func(r *http.Request, body []byte) []byte {
					if strings.HasSuffix(r.URL.Path, "/types") {
						return body
					}
					return total.ReplaceAll(body, []byte("${0}7"))
				})
			},
			Break: func() func() {
				f := sandbox.CaptivePortal()
				f.Times = -1
				w.server.Faults.Add(f)
				return w.server.Faults.Clear
			},
			Echo: w.echo,
			Garble: func() {
				w.line.Bend(func(_ *http.Request, body []byte) []byte {
					return measured.ReplaceAll(body, []byte(`"$1":"some"`))
				})
			},
			CutAfter: w.line.CutAfter, Requests: w.line.Requests, TextNumbers: w.line.TextNumbers,
			Refuse:   w.server.RevokeAll,
			SignIns:  w.signIns,
			Unsigned: func() source.Source { return unsigned.source() },
			Consent:  w.consent,
		}
	})
}

// consent is a person on the vendor's page, who says yes.
func (w *world) consent(address string) string {
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	back, err := resp.Location()
	if err != nil {
		w.t.Fatalf("the vendor's page: %v, status %d", err, resp.StatusCode)
	}
	return back.Query().Get("code")
}

// total is a list's word on its own length.
var total = regexp.MustCompile(`"total":[0-9]+`)

// measured are the fields of sizes, quotas and the server's own count of accounts.
var measured = regexp.MustCompile(`"(space_used|space_usage|space_quota)":"?[0-9]+"?`)

// repeated are the fields in which the server repeats what it was sent, and the beginning of its own figures.
var repeated = regexp.MustCompile(`"(data_text|acted_on_text|display_name|dns_name|name)":"|"type":"metrics"`)

// echo lets the server repeat the token of every request.
func (w *world) echo() (told func() []string) {
	var mu sync.Mutex
	var tokens []string
	w.line.Bend(func(r *http.Request, body []byte) []byte {
		_, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
		if !ok {
			return body
		}
		mu.Lock()
		defer mu.Unlock()
		tokens = append(tokens, token)
		return repeated.ReplaceAllFunc(body, func(b []byte) []byte {
			if b[len(b)-2] == ':' {
				return slices.Concat(b, []byte(token))
			}
			return slices.Concat(b, []byte(`,"debug":"`+token+`"`))
		})
	})
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Compact(slices.Sorted(slices.Values(tokens)))
	}
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
