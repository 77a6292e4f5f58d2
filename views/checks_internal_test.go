package views

import (
	"slices"
	"strconv"
	"testing"

	"psabridge/app"
)

// TestGoodChecksAreFoldedAndNothingElse: what needs somebody is never folded away, and no result is lost.
func TestGoodChecksAreFoldedAndNothingElse(t *testing.T) {
	row := func(id string, state app.CheckState) app.CheckRow { return app.CheckRow{ID: id, State: state} }
	rows := []app.CheckRow{row("agreement.a", app.CheckFailed), row("agreement.b", app.CheckWarning), row("agreement.c", app.CheckSkipped)}
	for i := range foldAbove {
		rows = append(rows, row("agreement."+strconv.Itoa(i), app.CheckOK))
	}
	if shown, good := foldGood(rows, false); !slices.Equal(shown, rows) || good != nil {
		t.Errorf("a few are folded: %v, %v", shown, good)
	}
	rows = append(rows, row("agreement.last", app.CheckOK))
	if shown, good := foldGood(rows, true); !slices.Equal(shown, rows) || good != nil {
		t.Errorf("a running test is folded: %v, %v", shown, good)
	}
	shown, good := foldGood(rows, false)
	if !slices.Equal(shown, rows[:3]) || !slices.Equal(good, rows[3:]) {
		t.Errorf("shown %v, folded %v", shown, good)
	}
}
