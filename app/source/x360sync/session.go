package x360sync

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"psabridge/app"
	"psabridge/app/rest"
)

const (
	signInTimeout = 30 * time.Second
	shortLife     = 10 * time.Minute // of an access token whose answer does not say
	refreshPause  = time.Minute      // between tries to refresh while the old access token still works
)

// session is the signed-in server. It signs in by password once and then lives on the refresh token, which the server
// replaces every time: the new one is stored before the access token that came with it is used, so that a crash in
// between costs one access token and never the sign-in. That a password is sent is stored before it is sent: wrong
// sign-ins lock the account, so none is made twice without a person.
type session struct {
	client *rest.Client
	known  *secrets
	creds  Credentials
	store  TokenStore
	now    func() time.Time
	log    *slog.Logger
	device string

	turn Turn // one sign-in or refresh at a time, of all sessions of the source; also guards what follows

	token     Token
	stored    Token // what the store held when we last looked
	unsaved   bool  // token is newer than that
	held      bool  // a sign-in was stored at some time
	access    string
	refreshAt time.Time
	expiresAt time.Time
	asked     bool // this process has renewed the sign-in before
	lost      bool // a renewal got no answer: what it brought is lost

	login   string // whose sign-in it is when it was got by password
	atPage  string // the same when it was got on the vendor's own page
	entered int64  // when a person entered these credentials, as in Token.Entered
}

func newSession(client *rest.Client, known *secrets, c Config) *session {
	return &session{
		client: client, known: known, creds: c.Credentials, store: c.Tokens, now: c.Now, log: c.Logger, device: c.DeviceName,
		turn: c.Turn, login: c.Credentials.login(client.BaseURL()), atPage: c.Credentials.atPage(client.BaseURL()),
		entered: c.Credentials.entered(),
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
		if wait := rest.RetryAfter(resp.Header, time.Now()); wait > 0 {
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
	if err := s.turn.enter(ctx); err != nil {
		return "", err
	}
	defer s.turn.leave()
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
	switch {
	case s.held && s.token == Token{}: // its source moved or went, or somebody tidied up
		return app.Errorf(app.Unauthorized, "The x360Sync sign-in was taken out of the keychain. Sign in again: enter the password, and the two-step code if the account uses one, on the source's page.")
	case s.ours(s.token):
		return s.refresh(ctx, now)
	case s.newlyEntered():
		return s.signIn(ctx, now)
	case s.token.Tried != s.login:
		return app.Errorf(app.Unauthorized, "The x360Sync credentials are others than those of the last sign-in, and nobody has entered the password since. Sign in again: enter it, and the two-step code if the account uses one, on the source's page.")
	}
	return signInAgain(s.token)
}

// ours reports whether a stored sign-in was got by the credentials of now.
func (s *session) ours(t Token) bool {
	return t.RefreshToken != "" && (t.Login == s.login || t.Login == s.atPage)
}

// newlyEntered reports whether a person has entered our credentials since the last sign-in: only then is the password
// sent. Taking one away enters nothing, and a session that settings have replaced has older ones than were tried since.
func (s *session) newlyEntered() bool {
	return s.entered > s.token.Entered || s.entered == s.token.Entered && s.token.Tried != s.login
}

// load reads what is stored: another session of the source may have renewed the sign-in. What could not be stored before
// is stored now, unless somebody else has stored something since.
func (s *session) load(ctx context.Context) error {
	t, err := s.store.Load(ctx)
	if code := app.ErrorCode(err); code == app.NotFound || code == app.Unauthorized {
		// There is none, or it is for another server or out of another keychain: the password is what counts then.
		t, err = Token{}, nil
	}
	if err != nil {
		return wrapStore(err, "The x360Sync sign-in cannot be read from the keychain. Unlock it, then try again.")
	}
	if s.unsaved && t == s.stored {
		return s.save(ctx, s.token)
	}
	s.known.add(t.RefreshToken)
	s.token, s.stored, s.unsaved = t, t, false
	s.held = s.held || t.RefreshToken != ""
	return nil
}

// save stores a token. When that fails it stays due: the server may take no older one.
func (s *session) save(ctx context.Context, t Token) error {
	s.token, s.unsaved = t, true
	if err := s.store.Save(ctx, t); err != nil {
		return wrapStore(err, "The x360Sync sign-in cannot be stored in the keychain. Unlock it; nothing is read until it can be stored.")
	}
	s.stored, s.unsaved = t, false
	return nil
}

func wrapStore(err error, message string) error {
	if e, ok := errors.AsType[*app.Error](err); ok && e.Code != app.Internal {
		return err
	}
	return app.Wrap(err, app.Unavailable, message)
}
