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
	causeLost       = "lost"       // it was refused after a renewal without an answer
	causeUnanswered = "unanswered" // the password was sent, and nobody knows what came of it
	causeEnded      = "ended"      // a person ended it here
)

// giveUp remembers a refusal. From here on nothing is asked until a person enters something.
func (s *session) giveUp(ctx context.Context, err error, cause string) error {
	if unknownClient(err) {
		cause = causeClient
	}
	s.forget(ctx, app.ErrorWords(err), cause)
	return signInAgain(s.token)
}

// forget drops the sign-in.
func (s *session) forget(ctx context.Context, reason, cause string) {
	s.access, s.lost = "", false
	s.saveOrWarn(ctx, s.tried(reason, cause))
}

// tried is our token without a sign-in: which machine we are stays, and that our credentials were tried.
func (s *session) tried(reason, cause string) Token {
	return Token{
		GUID: s.token.GUID, Basic: s.token.Basic, Tried: s.login, Entered: max(s.token.Entered, s.entered), Reason: reason, Cause: cause,
	}
}

func (s *session) saveOrWarn(ctx context.Context, t Token) {
	if err := s.save(ctx, t); err != nil {
		s.log.WarnContext(ctx, "end of a sign-in not stored", "error", err)
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
	case causeLost:
		what = "x360Sync no longer takes the stored sign-in." + said + " Probably the answer to the last renewal was lost on its way, and the new sign-in with it."
	case causeUnanswered:
		what = "The password was sent to x360Sync, and no answer came that says whether it signed us in." + said + " Probably x360Sync has trouble, something in between keeps its answers back, or psabridge was stopped just then."
	default:
		what = "x360Sync ended or refused the sign-in." + said
	}
	return app.Errorf(app.Unauthorized, "%s Sign in again: enter the password, and the two-step code if the account uses one, on the source's page, or sign in on x360Sync's own page from there. It is not tried again by itself, because wrong sign-ins lock the account.", what)
}

// saidNo reports whether the server itself refused a request, in words of its own.
func saidNo(err error) bool {
	answer, ok := errors.AsType[*rest.StatusError](err)
	return ok && answer.Parsed && answer.Status >= 400 && answer.Status < 500
}

// refused reports whether the server itself ended a sign-in, so that its refresh token is worth nothing any more. Other
// refusals may pass.
func refused(err error) bool {
	if !saidNo(err) || app.ErrorCode(err) == app.RateLimited {
		return false
	}
	switch app.ErrorStatus(err) {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone, http.StatusLocked:
		return true
	}
	return saidCode(err, "invalid_grant")
}

// saidCode reports whether an error is the server's own of this code.
func saidCode(err error, code string) bool {
	answer, ok := errors.AsType[*rest.StatusError](err)
	return ok && answer.Refusal.Code == code
}
