package x360sync_test

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
	"psabridge/app/source/x360sync"
)

const back = "http://127.0.0.1:7360/sources/sync/signed-in"

// desk is a token endpoint that writes down what it is asked and answers as it is told.
type desk struct {
	forms  []url.Values
	basic  []bool
	answer func(form url.Values, basic bool) (status int, body string)
}

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if !strings.HasPrefix(r.URL.Path, "/oauth/") {
		fmt.Fprint(w, `{"id":4700,"company_id":4700,"name":"MSP"}`)
		return
	}
	_ = r.ParseForm()
	_, _, basic := r.BasicAuth()
	r.PostForm.Set("path", r.URL.Path)
	d.forms, d.basic = append(d.forms, r.PostForm), append(d.basic, basic)
	status, body := d.answer(r.PostForm, basic)
	w.WriteHeader(status)
	fmt.Fprint(w, body)
}

func granted(n int) string {
	return fmt.Sprintf(`{"access_token":"a%d","refresh_token":"r%d","expires_in":3600,"guid":"machine-1"}`, n, n)
}

const noClient = `{"error":"invalid_client","error_description":"Unknown client."}`

// wantsBasic is a server that takes the client secret in the header alone.
func wantsBasic(d *desk) {
	d.answer = func(_ url.Values, basic bool) (int, string) {
		if !basic {
			return http.StatusUnauthorized, noClient
		}
		return http.StatusOK, granted(len(d.forms))
	}
}

func newDesk(t *testing.T) (*world, *desk) {
	w, d := newWorld(t, sandbox.Options{}), &desk{}
	w.creds = x360sync.Credentials{ClientID: "psa bridge", ClientSecret: "cli/ent+1"} //nolint:gosec // of nobody
	w.serve(d)
	return w, d
}

func TestWhereTheClientSecretGoesIsFoundOutOnce(t *testing.T) {
	w, d := newDesk(t)
	wantsBasic(d)
	s := w.source()
	if err := s.Redeem(t.Context(), "code-1", back); err != nil {
		t.Fatal(err)
	}
	if len(d.forms) != 2 || d.basic[0] || !d.basic[1] || d.forms[1].Get("client_secret") != "" {
		t.Fatalf("asked %v, basic %v", d.forms, d.basic)
	}
	w.clock.advance(40 * time.Minute)
	for _, again := range []*x360sync.Source{s, w.source()} { // a refresh, and the next process
		if _, err := again.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(d.forms) != 4 || !d.basic[2] || !d.basic[3] {
		t.Errorf("what worked is not remembered: %d requests, basic %v", len(d.forms), d.basic)
	}
}

// A server that knows the client in neither way is asked twice and never again.
func TestUnknownClient(t *testing.T) {
	w, d := newDesk(t)
	d.answer = func(url.Values, bool) (int, string) { return http.StatusUnauthorized, noClient }
	err := w.source().Redeem(t.Context(), "code-1", back)
	wantCode(t, err, app.Unauthorized)
	if len(d.forms) != 2 || !strings.Contains(app.ErrorMessage(err), "Unknown client.") || !strings.Contains(app.ErrorMessage(err), "client ID") {
		t.Errorf("%d requests: %v", len(d.forms), err)
	}
}

// A password is sent once, whatever the server says of the client; the person's next try goes the other way.
func TestPasswordIsSentOnceEvenToAServerThatWantsBasic(t *testing.T) {
	w, d := newDesk(t)
	wantsBasic(d)
	w.creds.Username, w.creds.Password = sample.SyncUsername, sample.SyncPassword
	s := w.source()
	for range 3 {
		_, err := s.Check(t.Context())
		wantCode(t, err, app.Unauthorized)
		if !strings.Contains(app.ErrorMessage(err), "does not know this client") {
			t.Errorf("the message does not name the client: %v", err)
		}
	}
	if len(d.forms) != 1 {
		t.Fatalf("the password was sent %d times", len(d.forms))
	}
	w.creds.EnteredAt = w.clock.now()
	if _, err := w.source().Check(t.Context()); err != nil {
		t.Fatalf("entered again: %v", err)
	}
	if len(d.forms) != 2 || !d.basic[1] {
		t.Errorf("%d requests, basic %v", len(d.forms), d.basic)
	}
}

// The same machine is named in every call: at sign-in, renewal, on the vendor's page and after the sign-in was ended.
func TestOneMachineForEver(t *testing.T) {
	w, d := newDesk(t)
	d.answer = func(url.Values, bool) (int, string) { return http.StatusOK, granted(len(d.forms)) }
	w.creds.Username, w.creds.Password = sample.SyncUsername, sample.SyncPassword
	s := w.source()
	check := func(s *x360sync.Source) {
		t.Helper()
		if _, err := s.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	check(s)
	w.clock.advance(40 * time.Minute)
	check(s)
	if err := s.Revoke(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Redeem(t.Context(), "code-1", back); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, form := range d.forms {
		if form.Get("path") == "/oauth/token" {
			got = append(got, form.Get("grant_type")+" "+cmp.Or(form.Get("guid"), "-")+" "+form.Get("dns_name"))
		} else {
			got = append(got, "revoke "+form.Get("token")+" "+form.Get("token_type_hint"))
		}
	}
	want := []string{"password - psabridge", "refresh_token machine-1 psabridge", "revoke r2 refresh_token", "revoke a2 access_token", "authorization_code machine-1 psabridge"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("asked\n%s", strings.Join(got, "\n"))
	}
}

const locked = "Account temporarily locked due to repeated failed login attempts."

// A password is sent once, whatever comes back, in every process, until a person has entered something.
func TestPasswordIsSentOnceWhateverTheAnswer(t *testing.T) {
	said := `{"error":"invalid_grant","error_description":"` + locked + `"}`
	type reply struct {
		status int
		body   string
	}
	replies := map[string]reply{
		"no token": {200, `{"expires_in":3600}`}, "half a token": {200, `{"access_token":"a1","refr`}, "moved": {302, ""},
		"a proxy's 401": {401, "<html>no"}, "a proxy's 403": {403, "<html>no"}, "broken": {500, `{"error":"internal_server_error"}`}, "bad gateway": {502, "<html>bad"},
	}
	for _, status := range []int{400, 401, 402, 403, 404, 405, 408, 409, 410, 412, 422, 423, 425, 429, 451} {
		replies[strconv.Itoa(status)] = reply{status, said}
	}
	for name, r := range replies {
		t.Run(name, func(t *testing.T) {
			w, d := newDesk(t)
			w.creds.Username, w.creds.Password = sample.SyncUsername, sample.SyncPassword
			d.answer = func(url.Values, bool) (int, string) { return r.status, r.body }
			s := w.source()
			for _, s := range []*x360sync.Source{s, s, w.source(), w.source()} { // this process, and the next ones
				_, err := s.Check(t.Context())
				wantCode(t, err, app.Unauthorized)
				if strings.Contains(r.body, locked) && !strings.Contains(app.ErrorMessage(err), locked) {
					t.Errorf("the message hides what the server said: %v", err)
				}
				w.clock.advance(24 * time.Hour)
			}
			if len(d.forms) != 1 {
				t.Fatalf("the password was sent %d times by itself", len(d.forms))
			}
			d.answer = func(url.Values, bool) (int, string) { return 200, granted(2) }
			w.enter(func(*x360sync.Credentials) {})
			if _, err := w.source().Check(t.Context()); err != nil {
				t.Errorf("entered again: %v", err)
			}
		})
	}
}

// Whoever is stopped while the password is out does not know what came of it.
func TestStoppedWhileThePasswordIsOut(t *testing.T) {
	w, d := newDesk(t)
	w.creds.Username, w.creds.Password = sample.SyncUsername, sample.SyncPassword
	var then []byte
	d.answer = func(url.Values, bool) (int, string) { then = w.tokens.value; return 200, granted(1) }
	if _, err := w.source().Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.tokens.value = then
	_, err := w.source().Check(t.Context())
	wantCode(t, err, app.Unauthorized)
	if len(d.forms) != 1 {
		t.Errorf("the password was sent %d times", len(d.forms))
	}
}

// A keychain that cannot note that the password is sent keeps it from being sent.
func TestNoPasswordWithoutTheKeychain(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.tokens.setFail(errors.New("keychain is locked"))
	s := w.source()
	_, err := s.Check(t.Context())
	wantCode(t, err, app.Unavailable)
	if n := w.server.Requests(); n != 0 {
		t.Errorf("%d requests", n)
	}
	w.tokens.setFail(nil)
	if _, err := s.Check(t.Context()); err != nil {
		t.Errorf("the keychain is open again: %v", err)
	}
}

// roundTrip is a line to the server.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// What certainly was not sent may be tried again: a computer that is offline needs no person.
func TestOfflineCostsNoTry(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	offline := true
	w.wire = roundTrip(func(r *http.Request) (*http.Response, error) {
		if offline {
			return nil, errors.New("no route to host")
		}
		return http.DefaultTransport.RoundTrip(r)
	})
	s := w.source()
	for _, s := range []*x360sync.Source{s, s, w.source()} {
		_, err := s.Check(t.Context())
		wantCode(t, err, app.Unavailable)
	}
	offline = false
	for _, s := range []*x360sync.Source{w.source(), s} {
		if _, err := s.Check(t.Context()); err != nil {
			t.Fatalf("online again: %v", err)
		}
	}
}

// A session that settings have replaced renews the sign-in while the new one needs it: one waits for the other, and
// both go on.
func TestTwoSessionsRenewOneAfterTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d := &world{t: t, tokens: &memory{}, clock: &clock{t: time.Now()}, turn: x360sync.NewTurn(), host: "http://127.0.0.1:7361"}, &desk{}
		w.creds.Username, w.creds.Password = sample.SyncUsername, sample.SyncPassword
		w.wire = roundTrip(func(r *http.Request) (*http.Response, error) {
			rec := httptest.NewRecorder()
			d.ServeHTTP(rec, r)
			return rec.Result(), nil
		})
		renewing, stop := make(chan struct{}), make(chan struct{})
		d.answer = func(form url.Values, _ bool) (int, string) {
			if n := len(d.forms) - 1; n > 0 && form.Get("refresh_token") != fmt.Sprint("r", n) {
				return http.StatusBadRequest, `{"error":"invalid_grant"}`
			}
			if len(d.forms) == 2 {
				close(renewing)
				<-stop
			}
			return http.StatusOK, granted(len(d.forms))
		}
		if _, err := w.source().Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 2)
		for range 2 {
			s := w.source()
			go func() { _, err := s.Check(t.Context()); done <- err }()
		}
		<-renewing
		synctest.Wait()
		if len(d.forms) != 2 {
			t.Errorf("%d requests while a renewal is under way", len(d.forms))
		}
		close(stop)
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if last := w.tokens.last(); last.RefreshToken != "r3" {
			t.Errorf("stored is %+v", last)
		}
	})
}

// A session whose credentials were replaced sends its old password no more, and leaves the new sign-in alone.
func TestReplacedSessionStepsBack(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.enter(func(*x360sync.Credentials) {})
	old := w.source()
	if _, err := old.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.enter(func(c *x360sync.Credentials) { c.ClientSecret = "another" })
	now := w.source()
	if _, err := now.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	stored := w.tokens.last()
	w.server.ExpireTokens()
	w.server.ForgetRequests()
	_, err := old.Check(t.Context())
	wantCode(t, err, app.Unauthorized)
	if w.signIns() != 0 || w.tokens.last() != stored {
		t.Errorf("%d sign-ins, stored is %+v", w.signIns(), w.tokens.last())
	}
	if _, err := now.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// A source that was moved or removed while it was read does not sign in by password again.
func TestSignInTakenOutOfTheKeychain(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	s := w.source()
	if _, err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.server.ExpireTokens()
	if _, err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.tokens.value = nil
	w.server.ExpireTokens()
	w.server.ForgetRequests()
	for range 3 {
		_, err := s.Check(t.Context())
		wantCode(t, err, app.Unauthorized)
	}
	if n := w.signIns(); n != 0 {
		t.Errorf("%d sign-ins", n)
	}
}

// A refresh token that is refused in an unusual way is not sent for ever.
func TestRefusedRenewalAsksAPerson(t *testing.T) {
	w, d := newDesk(t)
	w.creds.Username, w.creds.Password = sample.SyncUsername, sample.SyncPassword
	d.answer = func(form url.Values, _ bool) (int, string) {
		if form.Get("grant_type") == "refresh_token" {
			return http.StatusUnprocessableEntity, `{"error":"invalid_grant","error_description":"Token expired."}`
		}
		return 200, granted(1)
	}
	s := w.source()
	if _, err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.clock.advance(2 * time.Hour)
	for range 3 {
		_, err := s.Check(t.Context())
		wantCode(t, err, app.Unauthorized)
		if !strings.Contains(app.ErrorMessage(err), "Token expired.") {
			t.Errorf("the message hides what the server said: %v", err)
		}
	}
	if len(d.forms) != 2 {
		t.Errorf("%d requests, want the sign-in and one renewal", len(d.forms))
	}
}

// F27: whoever is killed between the server's answer and the keychain holds a refresh token that is used up. Nothing
// loops, and the person is told what probably happened.
func TestKilledBetweenAnswerAndKeychain(t *testing.T) {
	for name, lose := range map[string]func(w *world, s *x360sync.Source) *x360sync.Source{
		"stopped": func(w *world, s *x360sync.Source) *x360sync.Source {
			stale := w.tokens.value
			w.clock.advance(40 * time.Minute)
			if _, err := s.Check(w.t.Context()); err != nil {
				w.t.Fatal(err)
			}
			w.tokens.value = stale // never written
			return w.source()
		},
		"answer": func(w *world, s *x360sync.Source) *x360sync.Source {
			w.clock.advance(90 * time.Minute)
			w.server.Faults.Add(sandbox.Fault{Path: "/oauth/token", Cut: sandbox.CutAfter})
			_, err := s.Check(w.t.Context())
			wantCode(w.t, err, app.Unavailable)
			return s
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, sandbox.Options{})
			s := w.source()
			if _, err := s.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			s = lose(w, s)
			before := w.signIns()
			for range 3 {
				_, err := s.Check(t.Context())
				wantCode(t, err, app.Unauthorized)
				if !strings.Contains(app.ErrorMessage(err), "Probably") || !strings.Contains(app.ErrorMessage(err), name) {
					t.Errorf("the message does not say what happened: %v", err)
				}
			}
			if n := w.signIns() - before; n != 1 {
				t.Errorf("a used-up token was tried %d times", n)
			}
			w.creds.EnteredAt = w.clock.now()
			if _, err := w.source().Check(t.Context()); err != nil {
				t.Errorf("signed in again: %v", err)
			}
		})
	}
}

func TestAuthorizeURLNeedsAClient(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	_, err := w.source().AuthorizeURL(back, "s")
	wantCode(t, err, app.Invalid)
	if !strings.Contains(app.ErrorMessage(err), back) || !strings.Contains(app.ErrorMessage(err), "Register OAuth2 Client") {
		t.Errorf("the message does not say what to do: %v", err)
	}
}

// A sign-in got on the vendor's page does not depend on the user name and password that stand here.
func TestSignInAtTheVendorOutlivesThePassword(t *testing.T) {
	w, d := newDesk(t)
	d.answer = func(url.Values, bool) (int, string) { return http.StatusOK, granted(len(d.forms)) }
	if err := w.source().Redeem(t.Context(), "code-1", back); err != nil {
		t.Fatal(err)
	}
	w.creds.Username, w.creds.Password = "somebody", "something"
	w.clock.advance(time.Hour)
	if _, err := w.source().Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if last := d.forms[len(d.forms)-1]; last.Get("grant_type") != "refresh_token" {
		t.Errorf("asked with %v", last.Get("grant_type"))
	}
}

func TestRedeemIsNotTriedTwice(t *testing.T) {
	w, d := newDesk(t)
	d.answer = func(url.Values, bool) (int, string) { return http.StatusBadGateway, "<html>bad gateway</html>" }
	wantCode(t, w.source().Redeem(t.Context(), "code-1", back), app.Unavailable)
	wantCode(t, w.source().Redeem(t.Context(), "", back), app.Invalid)
	if len(d.forms) != 1 {
		t.Errorf("a code was sent %d times", len(d.forms))
	}
	if w.tokens.count() != 0 {
		t.Error("something was stored")
	}
}

// A server that does not answer keeps the sign-in, and we do not: the source can be removed.
func TestRevokeForgetsEvenWhenNobodyAnswers(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	s := w.source()
	if _, err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.server.Faults.Add(sandbox.Fault{Path: "/oauth/revoke", Cut: sandbox.CutBefore, Times: -1})
	err := s.Revoke(t.Context())
	wantCode(t, err, app.Unavailable)
	last := w.tokens.last()
	if last.RefreshToken != "" || last.GUID == "" {
		t.Errorf("stored is %+v", last)
	}
	_, err = w.source().Check(t.Context())
	wantCode(t, err, app.Unauthorized)
	if !strings.Contains(app.ErrorMessage(err), "ended here") {
		t.Errorf("the message does not say who ended it: %v", err)
	}
	w.server.Faults.Clear()
	w.server.ForgetRequests()
	if err := s.Revoke(t.Context()); err != nil || w.server.Requests() != 0 {
		t.Errorf("nothing is left to end: %v, %d requests", err, w.server.Requests())
	}
}

// TestRetryAfterIsBelieved: up to a day, whichever status it comes with.
func TestRetryAfterIsBelieved(t *testing.T) {
	for _, status := range []int{403, 429, 503} {
		for said, want := range map[string]time.Duration{"7200": 2 * time.Hour, "1000000000": 24 * time.Hour} {
			w := newWorld(t, sandbox.Options{})
			s := w.source()
			w.server.Faults.Add(sandbox.Fault{Path: "/person", Status: status, Header: http.Header{"Retry-After": {said}}, Body: `{"error":"slow down"}`})
			_, err := s.Check(t.Context())
			if e, ok := err.(*app.Error); !ok || e.RetryAfter != want { //nolint:errorlint // the error itself is what is looked at
				t.Errorf("%d with Retry-After %s: %v", status, said, err)
			}
			w.server.ForgetRequests()
			if _, err := s.Check(t.Context()); app.ErrorCode(err) != app.RateLimited || w.server.Requests() != 0 {
				t.Errorf("%d: %v after %d requests", status, err, w.server.Requests())
			}
		}
	}
}

// TestEnteredAgainBeforeAnybodyNoticed: the sign-in ended at the server, nobody has asked since, and the same password is
// entered again. That is a person's own try, made once; the machine stays the same.
func TestEnteredAgainBeforeAnybodyNoticed(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	if _, err := w.source().Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.server.RevokeAll()
	w.creds.EnteredAt = w.clock.now()
	if _, err := w.source().Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(w.loginMachines()); n != 1 {
		t.Errorf("%d machines were left behind", n)
	}
	w.server.RevokeAll()
	before := w.signIns()
	_, err := w.source().Check(t.Context())
	wantCode(t, err, app.Unauthorized)
	if n := w.signIns() - before; n != 1 {
		t.Errorf("nobody entered anything, and %d tries were made", n)
	}
}
