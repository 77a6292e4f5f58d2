package push_test

import (
	"slices"
	"testing"

	"psabridge/app"
)

// TestStopAfterTheCurrentAgreement: what is on its way ends as always, what was not begun is left as it was, and the next plan
// has exactly that.
func TestStopAfterTheCurrentAgreement(t *testing.T) {
	t.Parallel()
	w := newSmallWorld(t)
	done := w.approve(w.released())
	n := 0
	w.work(func() bool { n++; return n == 2 }) // one agreement is settled, of the second nobody knows
	if got, err := w.pusher.Stop(t.Context(), done.ID, "ada"); err != nil || got.State != app.PushWriting {
		t.Fatalf("stopped: %s (%v); the second agreement is still on its way", got.State, err)
	}
	if _, err := w.pusher.Stop(t.Context(), done.ID, "ada"); app.ErrorCode(err) != app.Conflict {
		t.Errorf("nothing is left to stop, and a second stop says %v", err)
	}
	w.restart()
	w.work(nil)
	got := w.push(done.ID)
	left := slices.DeleteFunc(writers(got.Lines), func(l app.Line) bool { return l.State == app.LineDone })
	if got.State != app.PushIncomplete || len(left) == 0 || len(left) >= len(writers(got.Lines)) {
		t.Fatalf("push %s, lines %v", got.State, states(got.Lines))
	}
	for _, l := range left {
		if l.State != app.LineFailed || l.Before != nil && w.holdsNow(l.Agreement.ID, l.AdditionID) != l.Before.String() {
			t.Errorf("%s of %s: %s %q, ConnectWise holds %s", l.Product, l.Agreement.Name, l.State, l.Error, w.holdsNow(l.Agreement.ID, l.AdditionID))
		}
	}
	effective(t, w, slices.DeleteFunc(writers(got.Lines), func(l app.Line) bool { return l.State != app.LineDone }))
	next := w.released()
	if open := len(writers(next.Lines)) + len(held(next.Lines)); open != len(left) {
		t.Errorf("the next plan has %d lines to write or decide, want the %d that were left", open, len(left))
	}
	if _, err := w.pusher.Stop(t.Context(), done.ID, "ada"); app.ErrorCode(err) != app.Conflict {
		t.Errorf("a push that ended is stopped: %v", err)
	}
}
