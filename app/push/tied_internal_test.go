package push

import (
	"testing"

	"psabridge/app"
)

// Two customers swap agreements: each line that goes up waits for the one its customer left, and none for ever.
func TestASwapIsWrittenDownFirst(t *testing.T) {
	line := func(id, agreement int64, before, after int64, organization string) app.Line {
		q := app.Q(before)
		return app.Line{
			ID: id, Agreement: app.Named{ID: agreement}, Meter: app.MeterAccounts, Before: &q, After: app.Q(after), State: app.LineWriting,
			Holds: []app.Hold{{Code: app.HoldShareLeft}}, Shares: []app.Share{{Source: "sync", ExternalID: organization}},
		}
	}
	// Ada's accounts leave agreement 1 for 2, Bob's storage line leaves 2 for 1.
	adaDown, adaUp := line(1, 1, 5, 0, "ada"), line(2, 2, 3, 8, "ada")
	bobDown, bobUp := line(3, 2, 4, 0, "bob"), line(4, 1, 0, 4, "bob")
	all := []app.Line{adaDown, adaUp, bobDown, bobUp}
	first := &writing{agreement: 1, lines: []app.Line{adaDown, bobUp}, tied: all}
	if f, _ := first.before(adaDown); f != fateFree {
		t.Error("what goes down waits")
	}
	if f, other := first.before(bobUp); f != fateWaits || other.ID != bobDown.ID {
		t.Errorf("what goes up is %v, behind %d", f, other.ID)
	}
	if first.allWait() {
		t.Error("the first agreement waits as a whole: a swap would wait for ever")
	}
	if w := (&writing{agreement: 1, lines: []app.Line{bobUp}, tied: all}); !w.allWait() {
		t.Error("its agreement is read though nothing can be written yet")
	}
	for state, want := range map[app.LineState]fate{
		app.LineDone: fateFree, app.LineUnknown: fateWaits, app.LineFailed: fateTorn, app.LineChangedUnderneath: fateTorn,
	} {
		gone := bobDown
		gone.State = state
		if f, _ := (&writing{agreement: 1, tied: []app.Line{gone}}).before(bobUp); f != want {
			t.Errorf("behind a line that is %s: %v, want %v", state, f, want)
		}
		if f, _ := (&writing{agreement: 2, tied: []app.Line{bobDown}, moved: []app.Line{gone}}).before(bobUp); f != want {
			t.Errorf("behind a line that this attempt left %s: %v, want %v", state, f, want)
		}
	}
}
