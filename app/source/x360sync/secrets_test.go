package x360sync_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/source/x360sync"
)

// tattler answers as the server does until it is to refuse; then it repeats everything it was ever sent or gave out.
type tattler struct {
	refuse string // grant to refuse, or "read" for everything else
	heard  []string
	grants int
}

func (s *tattler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	for _, name := range []string{"password", "auth_code", "client_secret", "refresh_token"} {
		if v := r.Form.Get(name); v != "" && !slices.Contains(s.heard, v) {
			s.heard = append(s.heard, v)
		}
	}
	grant := r.Form.Get("grant_type")
	w.Header().Set("Content-Type", "application/json")
	switch {
	case r.URL.Path == "/oauth/token" && s.refuse != grant:
		s.grants++
		access, refresh := fmt.Sprint("canary-access-", s.grants), fmt.Sprint("canary-refresh-", s.grants)
		s.heard = append(s.heard, access, refresh)
		fmt.Fprintf(w, `{"access_token":%q,"refresh_token":%q,"expires_in":60,"guid":"g"}`, access, refresh)
	case r.URL.Path == "/oauth/token" || s.refuse == "read":
		w.WriteHeader(http.StatusForbidden)
		said := strings.Join(s.heard, " ")
		_ = json.NewEncoder(w).Encode(map[string]string{"error": said, "error_description": "No: " + said})
	default:
		fmt.Fprint(w, `{"id":4700,"company_id":4700,"name":"MSP"}`)
	}
}

// TestNoTokenInAnyMessage: a refusal that repeats what was sent, or what was given out before, shows none of it: not in
// the message, not in the error, and not in the reason that is kept and shown again after a restart.
func TestNoTokenInAnyMessage(t *testing.T) {
	for _, refuse := range []string{"password", "refresh_token", "read"} {
		t.Run(refuse, func(t *testing.T) {
			w := newWorld(t, sandbox.Options{})
			w.creds = x360sync.Credentials{
				Username: "jo@msp.example", Password: "canary pass/word+1", AuthCode: "canary-427113", ClientID: "psa", ClientSecret: "canary-client",
			}
			server := &tattler{}
			w.serve(server)
			s := w.source()
			if refuse != "password" {
				if _, err := s.Check(t.Context()); err != nil {
					t.Fatal(err)
				}
				w.clock.advance(2 * time.Minute)
			}
			server.refuse = refuse
			_, err := s.Check(t.Context())
			if err == nil {
				t.Fatal("no error")
			}
			shown := []string{app.ErrorMessage(err), fmt.Sprintf("%+v", err)}
			if refuse != "read" { // the refusal is kept, and shown again by the next process
				_, later := w.source().Check(t.Context())
				shown = append(shown, app.ErrorMessage(later), w.tokens.saved[len(w.tokens.saved)-1].Reason)
			}
			for _, text := range shown {
				if strings.Contains(text, "canary") {
					t.Errorf("a secret is shown: %s", text)
				}
			}
		})
	}
}
