package connect

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/psa/connectwise"
	"psabridge/app/rest"
)

// TestAFirewallIsNotHealthy: where a firewall answers every request with a page of its own, nothing works, and the health
// must not say that it does.
func TestAFirewallIsNotHealthy(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte("<html>Attention Required!</html>"))
	}))
	defer s.Close()
	settings := app.ConnectionSettings{Name: "cw", SiteURL: s.URL, CompanyID: "acme", ClientID: "x", AllowPrivateNetwork: true}
	c, err := connectwise.New(settings, connectwise.Keys{Public: "public-key", Private: "private-key"}, "", rest.NewLimiter(0, 0),
		connectwise.Options{Backoff: func(int) time.Duration { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	b := newBoard(time.Now)
	w := watchedPSA{c, func(err error) { b.note("connections/cw", err) }}
	for name, call := range map[string]func() error{
		"a list":     func() error { _, err := w.Companies(t.Context(), nil); return err },
		"one record": func() error { _, err := w.Ticket(t.Context(), 1); return err },
		"a write": func() error {
			_, err := w.AddNote(t.Context(), 1, app.TicketNote{Text: "x", Internal: true})
			return err
		},
		"authenticate": func() error { _, err := w.Authenticate(t.Context()); return err },
		"excess":       func() error { _, err := w.Excess(t.Context()); return err },
	} {
		if err := call(); app.ErrorCode(err) != app.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
		if h := b.of("connections/cw"); h.State != Down {
			t.Errorf("%s: health %+v", name, h)
		}
	}
}
