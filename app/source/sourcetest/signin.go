package sourcetest

import (
	"net/url"
	"testing"

	"psabridge/app"
	"psabridge/app/source"
)

func testRefuse(t *testing.T, h Harness) {
	pull(t, h, nil)
	h.Refuse()
	_, err := h.pull(t, nil)
	if app.ErrorCode(err) != app.Unauthorized {
		t.Fatalf("the sign-in ended: %v, want unauthorized", err)
	}
	before := h.SignIns()
	for range 3 {
		if _, err := h.pull(t, nil); app.ErrorCode(err) != app.Unauthorized {
			t.Fatalf("the sign-in ended: %v, want unauthorized", err)
		}
	}
	if n := h.SignIns() - before; n != 0 {
		t.Errorf("an ended sign-in was tried again %d times by itself", n)
	}
}

// redirect is where a person who signed in at the vendor is sent back to.
const redirect = "http://127.0.0.1:7360/sources/sync/signed-in"

func testAuthorize(t *testing.T, h Harness) {
	if h.Unsigned == nil || h.Consent == nil {
		t.Skip("no sign-in at the vendor")
	}
	s := h.Unsigned()
	a, ok := s.(source.Authorizer)
	if !ok {
		t.Fatalf("%T is no source.Authorizer", s)
	}
	if _, err := s.Check(t.Context()); app.ErrorCode(err) != app.Unauthorized {
		t.Fatalf("nobody signed in: %v, want unauthorized", err)
	}
	address, err := a.AuthorizeURL(redirect, "state-427")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil || u.Query().Get("state") != "state-427" || u.Query().Get("redirect_uri") != redirect {
		t.Fatalf("the person is sent to %s: %v", address, err)
	}
	h.silent(t, address)
	code := h.Consent(address)
	if err := a.Redeem(t.Context(), code, redirect); err != nil {
		h.quiet(t, err)
		t.Fatal(err)
	}
	for _, client := range []source.Source{s, h.Unsigned()} { // this process, and the next one
		h.Source = client
		if b := pull(t, h, nil); !b.Complete() {
			t.Errorf("signed in at the vendor: %q", b.Problems)
		}
	}
	// A code is good once; that it is refused then costs nothing.
	before := h.SignIns()
	if err := h.Source.(source.Authorizer).Redeem(t.Context(), code, redirect); app.ErrorCode(err) != app.Unauthorized {
		t.Errorf("a code was used twice: %v, want unauthorized", err)
	} else {
		h.quiet(t, err)
	}
	if n := h.SignIns() - before; n > 1 {
		t.Errorf("a refused code was tried %d times", n)
	}
	if b := pull(t, h, nil); !b.Complete() {
		t.Errorf("after a refused code the sign-in that stood does not count any more: %q", b.Problems)
	}
}

func testRevoke(t *testing.T, h Harness) {
	r, ok := h.Source.(source.Revoker)
	if !ok {
		t.Skip("nothing to end at the vendor")
	}
	pull(t, h, nil)
	if err := r.Revoke(t.Context()); err != nil {
		h.quiet(t, err)
		t.Fatal(err)
	}
	for _, client := range []source.Source{h.Source, h.Again()} {
		h.Source = client
		before := h.SignIns()
		if _, err := h.pull(t, nil); app.ErrorCode(err) != app.Unauthorized {
			t.Errorf("the sign-in was ended here: %v, want unauthorized", err)
		}
		if n := h.SignIns() - before; n != 0 {
			t.Errorf("a sign-in that was ended here began again by itself, %d tries", n)
		}
	}
	if err := r.Revoke(t.Context()); err != nil {
		t.Errorf("nothing is left to end: %v", err)
	}
}
