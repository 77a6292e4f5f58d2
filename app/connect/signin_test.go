package connect

import (
	"context"
	"testing"

	"psabridge/app"
	"psabridge/app/rest"
	"psabridge/app/source"
)

// signer is a source with a sign-in page.
type signer struct {
	fakeSource
	redeemed, revoked int
	err               error
}

func (s *signer) AuthorizeURL(redirect, state string) (string, error) {
	return "https://vendor.example/?r=" + redirect + "&s=" + state, nil
}

func (s *signer) Redeem(context.Context, string, string) error { s.redeemed++; return s.err }

func (s *signer) Revoke(context.Context) error { s.revoked++; return nil }

func TestSignInGoesToTheAdapter(t *testing.T) {
	r := newRig(t)
	vendor := &signer{}
	made := r.config.Sources["x360sync"]
	made.New = func(context.Context, app.SourceSettings, Secrets, *rest.Limiter) (source.Source, error) {
		return vendor, nil
	}
	r.config.Sources["x360sync"] = made

	if u, err := r.AuthorizeURL(t.Context(), "sync", "back", "state"); err != nil || u != "https://vendor.example/?r=back&s=state" {
		t.Errorf("AuthorizeURL = %q, %v", u, err)
	}
	vendor.err = app.Errorf(app.Unauthorized, "no")
	if err := r.Redeem(t.Context(), "sync", "code", "back"); app.ErrorCode(err) != app.Unauthorized || vendor.redeemed != 1 {
		t.Errorf("Redeem = %v after %d tries, want the vendor's refusal after one", err, vendor.redeemed)
	}
	if err := r.Revoke(t.Context(), "sync"); err != nil || vendor.revoked != 1 {
		t.Errorf("Revoke = %v, %d times", err, vendor.revoked)
	}
}

func TestSourceWithoutSignInPage(t *testing.T) {
	r := newRig(t)
	if _, err := r.AuthorizeURL(t.Context(), "sync", "back", "state"); app.ErrorCode(err) != app.Invalid {
		t.Errorf("AuthorizeURL = %v, want invalid", err)
	}
	if err := r.Revoke(t.Context(), "sync"); err != nil {
		t.Errorf("nothing to end is an error: %v", err)
	}
	if err := r.Revoke(t.Context(), "nobody"); app.ErrorCode(err) != app.NotFound {
		t.Errorf("Revoke of no source = %v, want not_found", err)
	}
}
