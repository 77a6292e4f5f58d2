package x360sync

import (
	"cmp"
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
	switch {
	case err == nil:
		if g.RefreshToken == "" { // a server that does not rotate
			g.RefreshToken = s.token.RefreshToken
		}
		return s.accept(ctx, now, g, s.token.Login)
	case refused(err) && s.newlyEntered() && s.hasPassword():
		return s.signIn(ctx, now)
	case refused(err):
		return s.giveUp(ctx, err, s.why(first))
	case app.ErrorOutcome(err) == app.OutcomeUnknown:
		s.lost = true
	}
	return err
}

func (s *session) hasPassword() bool { return s.creds.Username != "" && s.creds.Password != "" }

func refreshForm(t Token) url.Values {
	return url.Values{"grant_type": {grantRefresh}, "refresh_token": {t.RefreshToken}}
}

// why says what a refused refresh token probably means. The server replaces it with every renewal: who was stopped, or
// lost the line, between its answer and our keychain holds one that is used up. That cannot be healed without a person.
func (s *session) why(first bool) string {
	switch {
	case s.lost:
		return causeLost
	case first:
		return causeStopped
	}
	return causeRefused
}

// signIn signs in by password. That it is tried is stored first: whatever comes of it, and whenever we are stopped, the
// next try needs a person, unless certainly nothing was sent.
func (s *session) signIn(ctx context.Context, now time.Time) error {
	if !s.hasPassword() {
		return app.Errorf(app.Unauthorized, "Nobody is signed in to x360Sync: the user name or password is not set. Enter both on the source's page, or sign in on x360Sync's own page from there.")
	}
	form := url.Values{"grant_type": {grantPassword}, "username": {s.creds.Username}, "password": {s.creds.Password.Reveal()}}
	if s.creds.AuthCode != "" {
		form.Set("auth_code", s.creds.AuthCode.Reveal())
	}
	s.describe(form)
	before := s.token
	if err := s.save(ctx, s.tried("", causeUnanswered)); err != nil {
		s.token, s.unsaved = before, false
		return err
	}
	g, err := s.exchange(ctx, form)
	switch {
	case err == nil:
		source.Step(ctx, "Signed in with the user name and password")
		return s.accept(ctx, now, g, s.login)
	case unsent(err):
		s.saveOrWarn(ctx, before)
		return err
	case saidNo(err):
		return s.giveUp(ctx, err, causeRefused)
	}
	s.log.WarnContext(ctx, "sign-in by password not answered", "error", err)
	return s.giveUp(ctx, err, causeUnanswered)
}

// describe says what kind of machine signs in.
func (s *session) describe(form url.Values) {
	if kind := map[string]string{"windows": "win", "darwin": "osx"}[runtime.GOOS]; kind != "" {
		form.Set("os_type", kind)
	}
}

// accept stores the rotated refresh token; only then does the access token count.
func (s *session) accept(ctx context.Context, now time.Time, g grant, login string) error {
	next := s.tried("", "")
	next.RefreshToken, next.Login, next.GUID = g.RefreshToken, login, cmp.Or(string(g.GUID), next.GUID)
	life := time.Duration(min(g.ExpiresIn.bytes, 1<<30)) * time.Second
	if life <= 0 || life > 24*time.Hour {
		life = shortLife
	}
	s.access, s.lost = "", false
	if err := s.save(ctx, next); err != nil {
		return err
	}
	s.access, s.refreshAt, s.expiresAt = g.AccessToken, now.Add(life/2), now.Add(life)
	return nil
}
