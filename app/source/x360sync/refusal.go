package x360sync

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"psabridge/app"
	"psabridge/app/rest"
)

// Why a sign-in does not go on, in Token.Cause.
const (
	causeRefused    = ""           // the server said no
	causeClient     = "client"     // the server does not know the client
	causeStopped    = "stopped"    // the stored sign-in was refused by the first renewal of a process
	causeUnanswered = "unanswered" // it was refused after a renewal without an answer
	causeEnded      = "ended"      // a person ended it here
)

// giveUp remembers a refusal. From here on nothing is asked until the credentials change.
func (s *session) giveUp(ctx context.Context, err error, cause string) error {
	reason := ""
	if answer, ok := errors.AsType[*rest.StatusError](err); ok {
		reason = answer.Refusal.Words
	}
	if unknownClient(err) {
		cause = causeClient
	}
	s.forget(ctx, reason, cause)
	return signInAgain(s.token)
}

// forget drops the sign-in and keeps which machine we are. These very credentials are not used again.
func (s *session) forget(ctx context.Context, reason, cause string) {
	s.token = Token{GUID: s.token.GUID, Basic: s.token.Basic, Refused: s.attempt, Reason: reason, Cause: cause}
	s.access, s.lost = "", false
	if err := s.save(ctx); err != nil {
		s.log.WarnContext(ctx, "refused sign-in not stored", "error", err)
	}
}

// signInAgain asks a person, in words that say what probably happened.
func signInAgain(t Token) error {
	said := ""
	if t.Reason != "" {
		said = fmt.Sprintf(" It says: “%s”", t.Reason)
	}
	var what string
	switch t.Cause {
	case causeEnded:
		what = "The sign-in to x360Sync was ended here."
	case causeClient:
		what = "x360Sync does not know this client." + said + " Check the client ID and secret: they stand in x360Sync under Settings, API."
	case causeStopped:
		what = "x360Sync no longer takes the stored sign-in." + said + " Probably psabridge or this computer was stopped just while the sign-in was being renewed, so that the new one was lost; or it was ended at x360Sync."
	case causeUnanswered:
		what = "x360Sync no longer takes the stored sign-in." + said + " Probably the answer to the last renewal was lost on its way, and the new sign-in with it."
	default:
		what = "x360Sync ended or refused the sign-in." + said
	}
	return app.Errorf(app.Unauthorized, "%s Sign in again: enter the password, and the two-step code if the account uses one, on the source's page, or sign in on x360Sync's own page from there. It is not tried again by itself, because wrong sign-ins lock the account.", what)
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
