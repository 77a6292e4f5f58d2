package x360sync_test

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
	"psabridge/app/source/x360sync"
)

func wantCode(t *testing.T, err error, code app.Code) {
	t.Helper()
	if app.ErrorCode(err) != code {
		t.Fatalf("got %v, want code %q", err, code)
	}
}

func TestPasswordOnceThenRefresh(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	s := w.source()
	for range 5 {
		if _, err := s.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.signIns(); n != 1 {
		t.Fatalf("%d token requests for five checks, want 1", n)
	}
	first := w.tokens.last()
	if first.RefreshToken == "" || first.GUID == "" {
		t.Fatalf("stored %+v", first)
	}
	w.clock.advance(31 * time.Minute) // half of an hour is over
	if _, err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	second := w.tokens.last()
	if second.RefreshToken == first.RefreshToken || second.GUID != first.GUID {
		t.Errorf("the refresh token was not rotated, or the machine changed: %+v then %+v", first, second)
	}
	// A new process goes on where this one stopped, without the password.
	again := w.source()
	if _, err := again.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := w.tokens.count(); n != 4 {
		t.Errorf("%d tokens were stored, want 4: that the password is sent, sign-in, refresh, restart", n)
	}
	if n := len(w.loginMachines()); n != 1 {
		t.Errorf("%d login machines were left behind, want 1", n)
	}
}

func (w *world) loginMachines() []sample.Machine {
	var out []sample.Machine
	for _, m := range w.msp.Machines(sample.MasterID) {
		if m.APILogin {
			out = append(out, m)
		}
	}
	return out
}

func TestTokenIsStoredBeforeItIsUsed(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	s := w.source()
	if _, err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.clock.advance(40 * time.Minute)
	w.tokens.setFail(errors.New("keychain is locked"))
	w.server.ForgetRequests()
	_, err := s.Check(t.Context())
	wantCode(t, err, app.Unavailable)
	if log := w.server.Log(); len(log) != 1 || log[0].Path != "/oauth/token" {
		t.Fatalf("a token that was not stored was used: %+v", log)
	}
	// Nothing more is asked of the server until it can be stored.
	_, err = s.Check(t.Context())
	wantCode(t, err, app.Unavailable)
	if n := w.server.Requests(); n != 1 {
		t.Errorf("%d requests while the keychain is locked", n)
	}
	w.tokens.setFail(nil)
	if _, err := s.Check(t.Context()); err != nil {
		t.Fatalf("the keychain is open again: %v", err)
	}
	if _, err := w.source().Check(t.Context()); err != nil {
		t.Errorf("what is stored does not work: %v", err)
	}
}

func TestRefusedPasswordIsNotTriedAgain(t *testing.T) {
	w := newWorld(t, sandbox.Options{AuthCode: true})
	_, err := w.source().Check(t.Context())
	wantCode(t, err, app.Unauthorized)
	if !strings.Contains(app.ErrorMessage(err), "Invalid authentication code.") {
		t.Errorf("the message hides what the server said: %v", err)
	}
	for range 5 { // restarts
		_, err := w.source().Check(t.Context())
		wantCode(t, err, app.Unauthorized)
	}
	if n := w.signIns(); n != 1 {
		t.Fatalf("a refused sign-in was tried %d times: that locks the account", n)
	}
	before := w.creds
	w.enter(func(c *x360sync.Credentials) { c.AuthCode = sample.SyncAuthCode })
	if _, err := w.source().Check(t.Context()); err != nil {
		t.Fatalf("with the code: %v", err)
	}
	// The code is used up; that it is deleted afterwards does not cost the sign-in.
	w.creds = before
	if _, err := w.source().Check(t.Context()); err != nil {
		t.Fatalf("the used code was deleted: %v", err)
	}
	// When the sign-in ends, nothing is tried without the code: taking it away entered nothing.
	w.server.RevokeAll()
	tried := w.signIns()
	for range 3 {
		_, err = w.source().Check(t.Context())
		wantCode(t, err, app.Unauthorized)
	}
	if n := w.signIns() - tried; n != 1 {
		t.Errorf("%d tries, want the refresh token once", n)
	}
	// The same password, entered again after the tokens ended, is a wish to try it again.
	w.enter(func(c *x360sync.Credentials) { c.AuthCode = sample.SyncAuthCode })
	if _, err := w.source().Check(t.Context()); err != nil {
		t.Fatalf("entered again: %v", err)
	}
	if n := len(w.loginMachines()); n != 1 {
		t.Errorf("%d machines were left behind", n)
	}
}

// enter is a person at the page of the source.
func (w *world) enter(change func(*x360sync.Credentials)) {
	w.clock.advance(time.Second)
	change(&w.creds)
	w.creds.EnteredAt = w.clock.now()
}

func TestClientSecret(t *testing.T) {
	w := newWorld(t, sandbox.Options{ClientSecret: true})
	_, err := w.source().Check(t.Context())
	wantCode(t, err, app.Unauthorized)
	w.creds.ClientID, w.creds.ClientSecret = sample.SyncClientID, sample.SyncClientSecret
	if _, err := w.source().Check(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestExpiredTokenMidPage(t *testing.T) {
	w := newWorld(t, sandbox.Options{PageSize: 10})
	s := w.source()
	if _, err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	w.server.Faults.Add(sandbox.Fault{Path: "/organization/4700/persons", Times: -1, Skip: 3, Before: func(*http.Request) { once.Do(w.server.ExpireTokens) }})
	b, err := s.Pull(t.Context(), nil)
	if err != nil || !b.Complete() {
		t.Fatalf("%v, problems %q", err, b.Problems)
	}
	if n := w.signIns(); n != 2 {
		t.Errorf("%d token requests, want the sign-in and one refresh", n)
	}
}

func TestOneRefreshAtATime(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	s := w.source()
	if _, err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		w.server.ExpireTokens()
		before := w.signIns()
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if _, err := s.Check(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := w.signIns() - before; n != 1 {
			t.Fatalf("%d refreshes for one expired token", n)
		}
	}
}

func TestTroubleWithRefreshKeepsTheOldToken(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	s := w.source()
	if _, err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.server.Faults.Add(sandbox.Fault{Path: "/oauth/token", Status: 503, Body: `{"error":"service_unavailable"}`, Times: 2})
	w.clock.advance(31 * time.Minute)
	for range 3 {
		if _, err := s.Check(t.Context()); err != nil {
			t.Fatalf("the old access token still works: %v", err)
		}
	}
	if n := w.signIns(); n != 2 {
		t.Errorf("%d token requests, want the sign-in and one try", n)
	}
	w.clock.advance(30 * time.Minute) // now it does not
	_, err := s.Check(t.Context())
	wantCode(t, err, app.Unavailable)
	if _, err := s.Check(t.Context()); err != nil {
		t.Fatalf("the server is back: %v", err)
	}
}

func TestUnansweredSignInIsNotRepeated(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.server.Faults.Add(sandbox.Fault{Path: "/oauth/token", Cut: sandbox.CutAfter})
	s := w.source()
	for _, s := range []*x360sync.Source{s, s, w.source()} {
		_, err := s.Check(t.Context())
		wantCode(t, err, app.Unauthorized)
		w.clock.advance(16 * time.Minute)
	}
	if n := w.signIns(); n != 1 {
		t.Fatalf("a sign-in without an answer was tried %d times", n)
	}
	w.enter(func(*x360sync.Credentials) {})
	if _, err := w.source().Check(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestTwoSessionsShareTheStore(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	old := w.source()
	if _, err := old.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.source().Check(t.Context()); err != nil { // rebuilt: it rotates the token
		t.Fatal(err)
	}
	w.server.ExpireTokens()
	if _, err := old.Check(t.Context()); err != nil {
		t.Fatalf("the old session gave up instead of looking what is stored: %v", err)
	}
}

// A page of something in between is no word of the server's on our refresh token.
func TestRefusalsThatAreNotTheServers(t *testing.T) {
	for _, status := range []int{401, 403, 404} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			w := newWorld(t, sandbox.Options{})
			s := w.source()
			if _, err := s.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			w.server.ExpireTokens()
			f := sandbox.HTMLPage(status)
			f.Times = -1
			w.server.Faults.Add(f)
			w.clock.advance(2 * time.Hour)
			_, err := s.Check(t.Context())
			wantCode(t, err, app.Unavailable)
			w.server.Faults.Clear()
			if _, err := s.Check(t.Context()); err != nil {
				t.Fatalf("a proxy's page counted as the end of the sign-in: %v", err)
			}
		})
	}
}

func TestAskedToWait(t *testing.T) {
	for _, status := range []int{403, 429, 503} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			w := newWorld(t, sandbox.Options{})
			s := w.source()
			if _, err := s.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			w.server.Faults.Add(sandbox.Fault{Path: "/organization/4712/organizations", Status: status, Header: http.Header{"Retry-After": {"90"}}, Body: `{"error":"forbidden"}`})
			_, err := s.Pull(t.Context(), nil)
			wantCode(t, err, app.RateLimited)
			w.server.ForgetRequests()
			_, err = s.Pull(t.Context(), nil)
			wantCode(t, err, app.RateLimited)
			if e, ok := errors.AsType[*app.Error](err); !ok || e.RetryAfter <= 0 || w.server.Requests() != 0 {
				t.Errorf("asked %d times while told to wait %v", w.server.Requests(), err)
			}
		})
	}
}

func TestMissingCredentials(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.creds = x360sync.Credentials{Username: "somebody"}
	_, err := w.source().Check(t.Context())
	wantCode(t, err, app.Unauthorized)
	if n := w.server.Requests(); n != 0 {
		t.Errorf("%d requests without a password", n)
	}
}

func TestTokenOfAnotherServerDoesNotCount(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.tokens.lost = app.Errorf(app.Unauthorized, "It was entered for another address.")
	if _, err := w.source().Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.tokens.lost = errors.New("keychain is locked")
	w.server.ForgetRequests()
	_, err := w.source().Check(t.Context())
	wantCode(t, err, app.Unavailable)
	if n := w.server.Requests(); n != 0 {
		t.Errorf("%d requests although nobody knows whether a sign-in is stored", n)
	}
}
