package main

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// TestRefusedTwoStepCode is a person whose code is refused, in real Chromium against the real program: the page says it in
// the vendor's words, nothing is tried by itself or after a restart, and the form takes the next code. What was stored of
// the code may go afterwards, and we stay one machine at the vendor.
func TestRefusedTwoStepCode(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	v.X360Sync.SetQuirks(func(q *sandbox.SyncQuirks) { q.AuthCode = true })
	front := &grantLog{Handler: v.X360Sync}
	srv := httptest.NewServer(front)
	defer srv.Close()
	b := newProcess(t)
	b.configure(v, v.X360SyncURL, srv.URL)
	d := b.serve()
	h := &hand{tab: openTab(t)}
	h.enter(b)

	d.eventually("the source is refused", func() bool { return passwords(front) == 1 && h.says("Invalid authentication code.") })
	h.signInAgain("000000")
	d.eventually("the code is refused", func() bool { return passwords(front) == 2 && h.says("Invalid authentication code.") })
	if err := d.interrupt(); err != nil {
		t.Fatal(err)
	}
	d = b.serve()
	h.enter(b)
	d.eventually("the source is read in vain", func() bool { return h.says("Invalid authentication code.") })
	if n := passwords(front); n != 2 {
		t.Fatalf("%d passwords were sent, two of them by a person", n)
	}
	h.signInAgain(sample.SyncAuthCode)
	d.eventually("the source is read", func() bool { return !h.says("Invalid authentication code.") && h.says("26 organizations") })

	if err := d.api.call(t.Context(), http.MethodDelete, "/secrets/sources/sync/auth_code", nil, nil); err != nil {
		t.Fatal(err)
	}
	v.X360Sync.ExpireTokens()
	var read syncAnswer
	if err := d.api.call(t.Context(), http.MethodPost, "/sources/sync/sync", nil, &read); err != nil || !read.Complete {
		t.Errorf("the used code was taken away: %v, %+v", err, read)
	}
	if n := passwords(front); n != 3 {
		t.Errorf("%d passwords were sent, want one for each code that was entered and the one before", n)
	}
	machines := slices.DeleteFunc(v.MSP.Machines(sample.MasterID), func(m sample.Machine) bool { return !m.APILogin })
	if len(machines) != 1 {
		t.Errorf("%d machines were left at the vendor", len(machines))
	}
}

func passwords(g *grantLog) int {
	n := 0
	for _, grant := range g.all() {
		if grant == "password" {
			n++
		}
	}
	return n
}

// says reports whether the page of the source says something.
func (h *hand) says(words string) bool {
	h.t.Helper()
	h.must(chromedp.Navigate(h.base+"/sources/sync"), chromedp.WaitReady(chromedp.CSS("main")))
	return strings.Contains(h.text(), words)
}

// signInAgain enters the password with a code.
func (h *hand) signInAgain(code string) {
	h.t.Helper()
	h.must(chromedp.Navigate(h.base+"/sources/sync"), chromedp.WaitReady(chromedp.CSS("main")))
	h.fill("password", sample.SyncPassword)
	h.fill("auth_code", code)
	h.press(`button[name="way"][value="password"]`)
}
