package views

import (
	"slices"
	"strconv"
	"testing"

	"psabridge/app"
)

// TestGoodAgreementsAreFoldedAndNothingElse: what needs somebody is never folded away, and no result is lost.
func TestGoodAgreementsAreFoldedAndNothingElse(t *testing.T) {
	row := func(id string, state app.CheckState) app.CheckRow { return app.CheckRow{ID: id, State: state} }
	rows := []app.CheckRow{row("keys", app.CheckOK), row("agreement.a", app.CheckFailed), row("agreement.b", app.CheckWarning), row("agreement.c", app.CheckSkipped)}
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
	if !slices.Equal(shown, rows[:4]) || !slices.Equal(good, rows[4:]) {
		t.Errorf("shown %v, folded %v", shown, good)
	}
}
