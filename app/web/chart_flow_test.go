package web_test

import (
	"net/http"
	"strings"
	"testing"

	"psabridge/app"
)

// TestPagesShowTheirPictures: a page has its picture while it shows everything, and a sentence where there is nothing to draw.
func TestPagesShowTheirPictures(t *testing.T) {
	w := furnished(t)
	body := func(path string) string {
		t.Helper()
		a := w.get(path)
		if a.status != http.StatusOK {
			t.Fatalf("%s: %d", path, a.status)
		}
		return a.body
	}
	show := func(path, want string) {
		t.Helper()
		if !strings.Contains(body(path), want) {
			t.Errorf("%s does not show %s", path, want)
		}
	}
	hide := func(path, id string) {
		t.Helper()
		if text := body(path); strings.Contains(text, id) || strings.Contains(text, `class="lately"`) {
			t.Errorf("%s shows %s", path, id)
		}
	}
	show("/deliveries", `id="deliveries-per-hour-t"`)
	for _, part := range []string{"?state=parked", "?q=x", "?since=7d", "?kind=close", "?after=2"} {
		hide("/deliveries"+part, "deliveries-per-hour")
	}
	show("/tickets", `aria-label="Tickets per day"`)
	hide("/tickets?state=open", "tickets-per-day")
	hide("/tickets?q=x", "tickets-per-day")
	show("/sources/sync", "No poll of sync in the last 24 hours.")
	w.must(w.store.CountPoll(t.Context(), app.Poll{Source: "sync", At: w.now, OK: true, Complete: true, Calls: 7}))
	show("/sources/sync", "Last 24 hours: 1 read, 0 failed, with 7 calls. 23 hours have no poll.")
	hide("/sources/box", "polls-per-hour")
	show("/money", "No preview of the last months found anything used but not billed")
	w.findings(about(app.FindingUsedNotBilled, w.org, 5, "X", "12.50"), about(app.FindingBilledNotUsed, w.org, 5, "Y", "-3"))
	show("/money", "12.50 used but not billed and 3.00 billed but not used. 12 months have no preview.")
	show("/money", `id="found-cw-t"`)
}
