package x360sync

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"

	"psabridge/app"
	"psabridge/app/rest"
	"psabridge/app/source"
)

var (
	_ source.Authorizer = (*Source)(nil)
	_ source.Revoker    = (*Source)(nil)
)

// AuthorizeURL implements source.Authorizer. The client that everybody may use has no redirect address, so one of the
// person's own is needed.
// Codes: invalid.
func (s *Source) AuthorizeURL(redirect, state string) (string, error) {
	if s.login.creds.ClientID == "" {
		return "", app.FieldErrorf("client_id", "To sign in on x360Sync's own page, it has to know psabridge first. In x360Sync open Settings, API, Register OAuth2 Client, allow “authorization code” and “refresh token”, and enter %s as the redirect address. Then enter the client ID and secret it shows here.", redirect)
	}
	query := url.Values{"response_type": {"code"}, "client_id": {s.login.creds.ClientID}, "redirect_uri": {redirect}, "state": {state}}
	return s.login.client.BaseURL() + "oauth/authorize?" + query.Encode(), nil
}

// Redeem implements source.Authorizer. A sign-in that stands goes on when the code is refused.
// Codes: invalid, unauthorized, rate_limited, unavailable.
func (s *Source) Redeem(ctx context.Context, code, redirect string) error {
	if code == "" {
		return app.FieldErrorf("code", "x360Sync sent no code back. Begin to sign in again from the source's page.")
	}
	return s.login.redeem(ctx, code, redirect)
}

// Revoke implements source.Revoker.
// Codes: unavailable, unauthorized, forbidden, rate_limited: the sign-in may still count at x360Sync, but not here.
func (s *Source) Revoke(ctx context.Context) error { return s.login.revoke(ctx) }

// redeem turns a code into a sign-in.
func (s *session) redeem(ctx context.Context, code, redirect string) error {
	if err := s.turn.enter(ctx); err != nil {
		return err
	}
	defer s.turn.leave()
	// From here on nobody gives up half-way: the code is good once.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), signInTimeout)
	defer cancel()
	if err := s.load(ctx); err != nil {
		return err
	}
	form := url.Values{"grant_type": {grantCode}, "code": {code}, "redirect_uri": {redirect}}
	s.describe(form)
	g, err := s.exchange(ctx, form)
	switch {
	case err == nil:
		return s.accept(ctx, s.now(), g, s.atPage)
	case refused(err):
		return refusedCode(err)
	}
	return err
}

func refusedCode(err error) error {
	words := "nothing else"
	if answer, ok := errors.AsType[*rest.StatusError](err); ok && answer.Refusal.Words != "" {
		words = "“" + answer.Refusal.Words + "”"
	}
	hint := "A code is good once and for a short time: begin to sign in again from the source's page."
	if unknownClient(err) {
		hint = "Check the client ID and secret: they stand in x360Sync under Settings, API."
	}
	return app.Wrap(err, app.Unauthorized, "x360Sync did not accept the sign-in and says "+words+". "+hint)
}

// revoke ends the sign-in at the server and forgets it here, whatever the server says.
func (s *session) revoke(ctx context.Context) error {
	if err := s.turn.enter(ctx); err != nil {
		return err
	}
	defer s.turn.leave()
	if err := s.load(ctx); err != nil {
		return err
	}
	if s.token.RefreshToken == "" && s.access == "" {
		return nil
	}
	err := cmp.Or(
		s.end(ctx, s.token.RefreshToken, "refresh_token"),
		s.end(ctx, s.access, "access_token"),
	)
	s.forget(context.WithoutCancel(ctx), "", causeEnded)
	if err != nil {
		return app.Wrap(err, app.ErrorCode(err), "The x360Sync sign-in is forgotten here, but x360Sync did not confirm that it ended: "+app.ErrorMessage(err)+" To be sure, change the password there.")
	}
	return nil
}

// end is POST /oauth/revoke. RFC 7009: a token the server does not know is no error.
func (s *session) end(ctx context.Context, token, kind string) error {
	if token == "" {
		return nil
	}
	err := s.post(ctx, "oauth/revoke", url.Values{"token": {token}, "token_type_hint": {kind}}, s.token.Basic, nil)
	if refused(err) && app.ErrorStatus(err) == http.StatusBadRequest && !unknownClient(err) {
		return nil // a server that calls an unknown token an error
	}
	return err
}
