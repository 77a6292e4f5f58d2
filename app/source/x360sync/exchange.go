package x360sync

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"

	"psabridge/app"
	"psabridge/app/rest"
)

// The grants of the token endpoint. https://<host>/oauth/token
const (
	grantPassword = "password"
	grantRefresh  = "refresh_token"
	grantCode     = "authorization_code"
)

// exchange is POST /oauth/token. Every call names the machine we are, so that no second one appears at the vendor.
//
// Where a client secret goes is not documented: into the form, or into the header as Basic. What worked is remembered.
// A server that does not know the client has not looked at the rest, so the other way is tried at once — but not with a
// password: that is sent once for as long as a person has entered nothing.
func (s *session) exchange(ctx context.Context, form url.Values) (grant, error) {
	form.Set("guid", s.token.GUID)
	form.Set("dns_name", s.device)
	g, err := s.ask(ctx, form, s.token.Basic)
	if s.creds.ClientSecret == "" || !unknownClient(err) {
		return g, err
	}
	s.token.Basic = !s.token.Basic
	if form.Get("grant_type") == grantPassword {
		return g, err
	}
	g, err = s.ask(ctx, form, s.token.Basic)
	if unknownClient(err) {
		s.token.Basic = !s.token.Basic
	}
	return g, err
}

func (s *session) ask(ctx context.Context, form url.Values, basic bool) (grant, error) {
	var g grant
	if err := s.post(ctx, "oauth/token", form, basic, &g); err != nil {
		return grant{}, err
	}
	if g.AccessToken == "" {
		return grant{}, &app.Error{Code: app.Unavailable, Outcome: app.OutcomeUnknown, Message: "x360Sync answered the sign-in without a token. A proxy may stand in between."}
	}
	s.known.add(g.RefreshToken, g.AccessToken)
	return g, nil
}

// post sends a form to an OAuth endpoint, with the client we are.
func (s *session) post(ctx context.Context, path string, form url.Values, basic bool, into any) error {
	form = maps.Clone(form)
	if !basic {
		form.Set("client_id", s.creds.clientID())
		if s.creds.ClientSecret != "" {
			form.Set("client_secret", s.creds.ClientSecret.Reveal())
		}
	}
	req, err := s.client.NewRequest(ctx, http.MethodPost, path, nil, form)
	if err != nil {
		return err
	}
	if basic { // RFC 6749 §2.3.1: each half encoded as in a form
		req.SetBasicAuth(url.QueryEscape(s.creds.clientID()), url.QueryEscape(s.creds.ClientSecret.Reveal()))
	}
	resp, err := s.client.Do(req, into)
	switch {
	case err == nil:
		return nil
	case resp == nil && app.ErrorOutcome(err) == app.OutcomeNone:
		return unsentError{err}
	}
	return s.explain(resp, err)
}

// unsentError is trouble before anything went out: no such name, no connection, no trust, or told to wait before.
type unsentError struct{ error }

// Unwrap gives what happened.
func (e unsentError) Unwrap() error { return e.error }

// unsent reports whether the server certainly saw nothing.
func unsent(err error) bool {
	_, is := errors.AsType[unsentError](err)
	return is
}

// unknownClient reports whether the server did not accept the client itself.
func unknownClient(err error) bool {
	answer, ok := errors.AsType[*rest.StatusError](err)
	return ok && answer.Parsed && answer.Refusal.Code == "invalid_client" && (answer.Status == http.StatusUnauthorized || answer.Status == http.StatusBadRequest)
}
