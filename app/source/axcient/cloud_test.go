package axcient

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/rest"
)

// cloudOf is an x360Cloud with one client; answers by path, else an empty list.
func cloudOf(t *testing.T, answers map[string]func(q url.Values, w http.ResponseWriter) string) *Source {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := strings.TrimPrefix(r.URL.Path, "/x360cloud/")
		if a := answers[p]; a != nil {
			fmt.Fprint(w, a(r.URL.Query(), w))
			return
		}
		if p == "client" {
			fmt.Fprint(w, `[{"id":1,"name":"Contoso"}]`)
			return
		}
		fmt.Fprint(w, `[]`)
	}))
	t.Cleanup(srv.Close)
	s, err := New(Config{Name: "cloud", Host: srv.URL, APIKey: "canary-key-4f21", AllowPrivateNetwork: true, Limiter: rest.NewLimiter(1_000_000, 4), Backoff: func(int) time.Duration { return 0 }}) //nolint:gosec // a canary, no key
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func user(id int) string {
	return fmt.Sprintf(`{"id":%d,"display_name":"User %d","status":"active","selected_for_protection":true}`, id, id)
}

func users80(from, n int) string {
	var rows []string
	for i := from; i < from+n && i < 80; i++ {
		rows = append(rows, user(i+1))
	}
	return strings.Join(rows, ",")
}

func seatsOf(t *testing.T, s *Source) app.Reading {
	t.Helper()
	u, err := s.Readings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range u.Readings {
		if r.OrganizationID == "1" && r.Meter == app.MeterProtectedSeats && r.Basis == app.BasisOwn {
			return r
		}
	}
	t.Fatal("no reading")
	return app.Reading{}
}
