package x360sync

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/rest"
)

const (
	signInTimeout = 30 * time.Second
	shortLife     = 10 * time.Minute // of an access token whose answer does not say
	refreshPause  = time.Minute      // between tries to refresh while the old access token still works
	unknownPause  = 15 * time.Minute // after a sign-in whose outcome nobody knows: it may count as a failed one
)

// session is the signed-in server. It signs in by password once and then lives on the refresh token, which the server
// replaces every time: the new one is stored before the access token that came with it is used, so that a crash in
// between costs one access token and never the sign-in.
type session struct {
	client *rest.Client
	known  *secrets
	creds  Credentials
	store  TokenStore
	now    func() time.Time
	log    *slog.Logger
	device string

	turn chan struct{} // one sign-in or refresh at a time; also guards what follows

	loaded    bool
	token     Token
	unsaved   bool // token is newer than what is stored
	access    string
	refreshAt time.Time
	expiresAt time.Time
	holdUntil time.Time // no password before this moment
	login     string    // whose sign-in it is
	attempt   string    // these very credentials, as they were entered
}

func newSession(client *rest.Client, known *secrets, c Config) *session {
	return &session{
		client: client, known: known, creds: c.Credentials, store: c.Tokens, now: c.Now, log: c.Logger, device: c.DeviceName,
		turn: make(chan struct{}, 1), login: c.Credentials.login(client.BaseURL()), attempt: c.Credentials.attempt(client.BaseURL()),
	}
}

// get reads a path below /api/2. A 401 costs one refresh and one more try.
func (s *session) get(ctx context.Context, path string, query url.Values, into any) error {
	token, err := s.accessToken(ctx, "")
	if err != nil {
		return err
	}
	err = s.getWith(ctx, token, path, query, into)
	if app.ErrorCode(err) != app.Unauthorized {
		return err
	}
	if token, err = s.accessToken(ctx, token); err != nil {
		return err
	}
	return s.getWith(ctx, token, path, query, into)
}

func (s *session) getWith(ctx context.Context, token, path string, query url.Values, into any) error {
	req, err := s.client.NewRequest(ctx, http.MethodGet, "api/2/"+path, query, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := s.client.Do(req, into)
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return s.explain(resp, err)
}

// explain corrects what the status alone says: a refusal that is not the server's own came from something in between,
// and a 403 that names a time is the rate limit, whose status nobody has written down.
func (s *session) explain(resp *rest.Response, err error) error {
	e, ok := errors.AsType[*app.Error](err)
	if !ok {
		return err
	}
	if resp != nil && resp.Status == http.StatusForbidden {
		if n, err := strconv.Atoi(strings.TrimSpace(resp.Header.Get("Retry-After"))); err == nil && n > 0 {
			wait := min(time.Duration(n)*time.Second, time.Hour)
			s.client.Limiter().Pause(wait)
			return &app.Error{Code: app.RateLimited, Message: "x360Sync asked us to wait.", RetryAfter: wait, Outcome: app.OutcomeNone, Err: e.Err}
		}
	}
	answer, ok := errors.AsType[*rest.StatusError](err)
	if ok && !answer.Parsed && answer.Status >= 400 && answer.Status < 500 && answer.Status != http.StatusTooManyRequests {
		return &app.Error{Code: app.Unavailable, Outcome: e.Outcome, Err: e.Err, Message: fmt.Sprintf(
			"Something between us and x360Sync refused the request (status %d). A proxy, a firewall or the sign-in page of a network may be in the way.", answer.Status)}
	}
	return err
}

// accessToken returns a token that works, as far as we know. rejected is a token the server has just refused; "" for none.
// The exchange goes on when the caller gives up: a token that was rotated and not read would cost the sign-in.
func (s *session) accessToken(ctx context.Context, rejected string) (string, error) {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	defer func() { <-s.turn }()
	now := s.now()
	if rejected != "" && s.access == rejected {
		s.access = ""
	}
	if s.access != "" && now.Before(s.refreshAt) {
		return s.access, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), signInTimeout)
	defer cancel()
	err := s.renew(ctx, now)
	if err == nil {
		return s.access, nil
	}
	if s.access != "" && now.Before(s.expiresAt) && app.ErrorCode(err) != app.Unauthorized {
		s.refreshAt = now.Add(refreshPause)
		return s.access, nil
	}
	s.access = ""
	return "", err
}

// renew gets a new access token by the best way there is.
func (s *session) renew(ctx context.Context, now time.Time) error {
	if err := s.load(ctx); err != nil {
		return err
	}
	if s.unsaved { // the last exchange could not be stored: first that, then go on from there
		if err := s.save(ctx); err != nil {
			return err
		}
	}
	if s.token.Refused == s.attempt {
		return signInAgain(s.token.Reason)
	}
	if s.token.RefreshToken != "" && s.token.Login == s.login {
		return s.refresh(ctx, now)
	}
	return s.signIn(ctx, now)
}

func (s *session) load(ctx context.Context) error {
	if s.loaded {
		return nil
	}
	t, err := s.store.Load(ctx)
	if code := app.ErrorCode(err); code == app.NotFound || code == app.Unauthorized {
		// There is none, or it is for another server or out of another keychain: the password is what counts then.
		t, err = Token{}, nil
	}
	if err != nil {
		return wrapStore(err, "The x360Sync sign-in cannot be read from the keychain. Unlock it, then try again.")
	}
	s.known.add(t.RefreshToken)
	s.token, s.loaded = t, true
	return nil
}

func (s *session) save(ctx context.Context) error {
	s.unsaved = true
	if err := s.store.Save(ctx, s.token); err != nil {
		return wrapStore(err, "The x360Sync sign-in cannot be stored in the keychain. Unlock it; nothing is read until it can be stored.")
	}
	s.unsaved = false
	return nil
}

func wrapStore(err error, message string) error {
	if e, ok := errors.AsType[*app.Error](err); ok && e.Code != app.Internal {
		return err
	}
	return app.Wrap(err, app.Unavailable, message)
}

func (s *session) refresh(ctx context.Context, now time.Time) error {
	used := s.token.RefreshToken
	g, err := s.exchange(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {used}})
	if err == nil {
		return s.accept(ctx, now, g)
	}
	if !refused(err) {
		return err
	}
	// Another session of the same source may have rotated the token a moment ago, e.g. one that settings have replaced.
	if t, lerr := s.store.Load(ctx); lerr == nil && t.RefreshToken != "" && t.RefreshToken != used && t.Login == s.login {
		s.known.add(t.RefreshToken)
		s.token = t
		if g, err = s.exchange(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {t.RefreshToken}}); err == nil {
			return s.accept(ctx, now, g)
		}
		if !refused(err) {
			return err
		}
	}
	return s.giveUp(ctx, err)
}

func (s *session) signIn(ctx context.Context, now time.Time) error {
	if s.creds.Username == "" || s.creds.Password == "" {
		return app.Errorf(app.Unauthorized, "The x360Sync user name or password is not set. Enter both on the source's page.")
	}
	if now.Before(s.holdUntil) {
		return app.Errorf(app.Unavailable, "The last x360Sync sign-in was not answered. It is tried again at %s, so that the account is not locked.", s.holdUntil.UTC().Format("15:04 MST"))
	}
	form := url.Values{
		"grant_type": {"password"}, "username": {s.creds.Username}, "password": {s.creds.Password.Reveal()},
		"guid": {s.token.GUID}, "dns_name": {s.device},
	}
	if s.creds.AuthCode != "" {
		form.Set("auth_code", s.creds.AuthCode.Reveal())
	}
	g, err := s.exchange(ctx, form)
	switch {
	case err == nil:
		return s.accept(ctx, now, g)
	case refused(err):
		return s.giveUp(ctx, err)
	case app.ErrorOutcome(err) == app.OutcomeUnknown:
		s.holdUntil = now.Add(unknownPause)
	}
	return err
}

// exchange is POST /oauth/token.
func (s *session) exchange(ctx context.Context, form url.Values) (grant, error) {
	form.Set("client_id", s.creds.clientID())
	if s.creds.ClientSecret != "" {
		form.Set("client_secret", s.creds.ClientSecret.Reveal())
	}
	req, err := s.client.NewRequest(ctx, http.MethodPost, "oauth/token", nil, form)
	if err != nil {
		return grant{}, err
	}
	var g grant
	resp, err := s.client.Do(req, &g)
	if err != nil {
		return grant{}, s.explain(resp, err)
	}
	if g.AccessToken == "" {
		return grant{}, &app.Error{Code: app.Unavailable, Outcome: app.OutcomeUnknown, Message: "x360Sync answered the sign-in without a token. A proxy may stand in between."}
	}
	s.known.add(g.RefreshToken, g.AccessToken)
	return g, nil
}

// accept stores the rotated refresh token; only then does the access token count.
func (s *session) accept(ctx context.Context, now time.Time, g grant) error {
	next := Token{RefreshToken: g.RefreshToken, GUID: g.GUID, Login: s.login}
	if next.RefreshToken == "" { // a server that does not rotate
		next.RefreshToken = s.token.RefreshToken
	}
	if next.GUID == "" {
		next.GUID = s.token.GUID
	}
	life := time.Duration(g.ExpiresIn) * time.Second
	if life <= 0 || life > 24*time.Hour {
		life = shortLife
	}
	s.token, s.access = next, ""
	if err := s.save(ctx); err != nil {
		return err
	}
	s.access, s.refreshAt, s.expiresAt = g.AccessToken, now.Add(life/2), now.Add(life)
	return nil
}

// giveUp remembers a refusal. From here on nothing is asked until the credentials change.
func (s *session) giveUp(ctx context.Context, err error) error {
	reason := ""
	if answer, ok := errors.AsType[*rest.StatusError](err); ok {
		reason = answer.Refusal.Words
	}
	s.token = Token{GUID: s.token.GUID, Refused: s.attempt, Reason: reason}
	s.access = ""
	if err := s.save(ctx); err != nil {
		s.log.WarnContext(ctx, "refused sign-in not stored", "error", err)
	}
	return signInAgain(reason)
}

func signInAgain(reason string) error {
	said := ""
	if reason != "" {
		said = fmt.Sprintf(" It says: “%s”", reason)
	}
	return app.Errorf(app.Unauthorized, "x360Sync ended or refused the sign-in.%s Sign in again: enter the password, and the two-step code if the account uses one, on the source's page. It is not tried again by itself, because wrong sign-ins lock the account.", said)
}

// refused reports whether the server itself said no to a sign-in or a refresh.
func refused(err error) bool {
	answer, ok := errors.AsType[*rest.StatusError](err)
	if !ok || !answer.Parsed {
		return false
	}
	switch answer.Status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone, http.StatusLocked:
		return app.ErrorCode(err) != app.RateLimited
	}
	return false
}
