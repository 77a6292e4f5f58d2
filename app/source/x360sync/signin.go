package x360sync

import (
	"context"
	"net/url"
	"runtime"
	"time"

	"psabridge/app"
	"psabridge/app/source"
)

// refresh renews the sign-in by its refresh token.
func (s *session) refresh(ctx context.Context, now time.Time) error {
	first := !s.asked
	s.asked = true
	g, err := s.exchange(ctx, refreshForm(s.token))
	if refused(err) {
		// Another session of the same source may have rotated the token a moment ago, e.g. one that settings have replaced.
		used := s.token.RefreshToken
		if t, lerr := s.store.Load(ctx); lerr == nil && t.RefreshToken != used && s.ours(t) {
			s.known.add(t.RefreshToken)
			s.token, first = t, false
			g, err = s.exchange(ctx, refreshForm(t))
		}
	}
	switch {
	case err == nil:
		if g.RefreshToken == "" { // a server that does not rotate
			g.RefreshToken = s.token.RefreshToken
		}
		return s.accept(ctx, now, g, s.token.Login)
	case refused(err) && s.enteredSince():
		return s.signIn(ctx, now)
	case refused(err):
		return s.giveUp(ctx, err, s.why(first))
	case app.ErrorOutcome(err) == app.OutcomeUnknown:
		s.lost = true
	}
	return err
}

// enteredSince reports whether a person has entered a password after the sign-in that is refused now was got.
func (s *session) enteredSince() bool {
	return s.token.Attempt != "" && s.token.Attempt != s.attempt && s.creds.Username != "" && s.creds.Password != ""
}

func refreshForm(t Token) url.Values {
	return url.Values{"grant_type": {grantRefresh}, "refresh_token": {t.RefreshToken}}
}

// why says what a refused refresh token probably means. The server replaces it with every renewal: who was stopped, or
// lost the line, between its answer and our keychain holds one that is used up. That cannot be healed without a person.
func (s *session) why(first bool) string {
	switch {
	case s.lost:
		return causeUnanswered
	case first:
		return causeStopped
	}
	return causeRefused
}

// signIn signs in by password, once for as long as the same credentials stand.
func (s *session) signIn(ctx context.Context, now time.Time) error {
	if s.creds.Username == "" || s.creds.Password == "" {
		return app.Errorf(app.Unauthorized, "Nobody is signed in to x360Sync: the user name or password is not set. Enter both on the source's page, or sign in on x360Sync's own page from there.")
	}
	if now.Before(s.holdUntil) {
		return app.Errorf(app.Unavailable, "The last x360Sync sign-in was not answered. It is tried again at %s, so that the account is not locked.", s.holdUntil.UTC().Format("15:04 MST"))
	}
	form := url.Values{"grant_type": {grantPassword}, "username": {s.creds.Username}, "password": {s.creds.Password.Reveal()}}
	if s.creds.AuthCode != "" {
		form.Set("auth_code", s.creds.AuthCode.Reveal())
	}
	s.describe(form)
	g, err := s.exchange(ctx, form)
	switch {
	case err == nil:
		source.Step(ctx, "Signed in with the user name and password")
		return s.accept(ctx, now, g, s.login)
	case refused(err):
		return s.giveUp(ctx, err, causeRefused)
	case app.ErrorOutcome(err) == app.OutcomeUnknown:
		s.holdUntil = now.Add(unknownPause)
	}
	return err
}

// describe says what kind of machine signs in.
func (s *session) describe(form url.Values) {
	if kind := map[string]string{"windows": "win", "darwin": "osx"}[runtime.GOOS]; kind != "" {
		form.Set("os_type", kind)
	}
}

// accept stores the rotated refresh token; only then does the access token count.
func (s *session) accept(ctx context.Context, now time.Time, g grant, login string) error {
	next := Token{RefreshToken: g.RefreshToken, GUID: string(g.GUID), Login: login, Attempt: s.attempt, Basic: s.token.Basic}
	if next.GUID == "" {
		next.GUID = s.token.GUID
	}
	life := time.Duration(min(g.ExpiresIn.bytes, 1<<30)) * time.Second
	if life <= 0 || life > 24*time.Hour {
		life = shortLife
	}
	s.token, s.access, s.lost = next, "", false
	if err := s.save(ctx); err != nil {
		return err
	}
	s.access, s.refreshAt, s.expiresAt = g.AccessToken, now.Add(life/2), now.Add(life)
	return nil
}
