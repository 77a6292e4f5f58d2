package billing_test

import (
	"testing"

	"psabridge/app"
	"psabridge/app/billing"
)

// A person's word that an organization left releases what waits for that word, and nothing else (M6).
func TestM6CustomerLeftReleasesItsLinesAlone(t *testing.T) {
	left := app.Share{Source: "sync", ExternalID: "7", Name: "Contoso"}
	stays := app.Share{Source: "sync", ExternalID: "8", Name: "Hafen", Quantity: app.Q(3), ReadingID: 4}
	alsoLeft := app.Share{Source: "sync", ExternalID: "9", Name: "Brandt"}
	idle := app.Share{Source: "sync", ExternalID: "8", Name: "Hafen", ReadingID: 4}
	for name, tt := range map[string]struct {
		line     app.Line
		released bool
	}{
		"it was alone on it":     {lineOf(app.Q(0), []app.Share{left}, app.HoldShareLeft), true},
		"it vanished":            {lineOf(app.Q(0), []app.Share{left}, app.HoldOrganizationGone, app.HoldShareLeft), true},
		"others stay":            {lineOf(app.Q(3), []app.Share{stays, left}, app.HoldShareLeft), true},
		"another left too":       {lineOf(app.Q(3), []app.Share{stays, left, alsoLeft}, app.HoldShareLeft), false},
		"who stays uses nothing": {lineOf(app.Q(0), []app.Share{idle, left}, app.HoldShareLeft), false},
		"who stays fell to 0":    {lineOf(app.Q(3), []app.Share{stays, idle, left}, app.HoldShareLeft, app.HoldFellToZero), false},
		"another's line":         {lineOf(app.Q(0), []app.Share{alsoLeft}, app.HoldShareLeft), false},
		"somebody edited it":     {lineOf(app.Q(0), []app.Share{left}, app.HoldShareLeft, app.HoldEditedSince), false},
		"it is not held":         {lineOf(app.Q(0), []app.Share{left}), false},
	} {
		t.Run(name, func(t *testing.T) {
			p, n, err := billing.ReleaseLeft(app.Plan{State: app.PlanOpen, Lines: []app.Line{tt.line}}, "sync", "7", "contract ended", "ada")
			if err != nil {
				t.Fatal(err)
			}
			l := p.Lines[0]
			if (l.Decision == app.DecisionReleased) != tt.released || (n == 1) != tt.released {
				t.Errorf("%d released, the line is %s (%s)", n, l.Verdict, l.Decision)
			}
			if tt.released && (l.Note != "contract ended" || l.DecidedBy != "ada" || l.Verdict != app.VerdictUpdate) {
				t.Errorf("%s by %q, note %q", l.Verdict, l.DecidedBy, l.Note)
			}
		})
	}
	tied := []app.Line{lineOf(app.Q(0), []app.Share{left}, app.HoldShareLeft), lineOf(app.Q(9), []app.Share{left, stays}, app.HoldShareLeft, app.HoldFirstTouch)}
	tied[1].Agreement.ID = 99
	if _, n, err := billing.ReleaseLeft(app.Plan{State: app.PlanOpen, Lines: tied}, "sync", "7", "", "ada"); n != 0 || err != nil {
		t.Errorf("%d released though one of the two waits for something else (%v)", n, err)
	}
	if _, _, err := billing.ReleaseLeft(app.Plan{State: app.PlanApproved}, "sync", "7", "", "ada"); app.ErrorCode(err) != app.Conflict {
		t.Errorf("an approved plan: %v", err)
	}
}

// lineOf is a line that holds 5 and would hold after, held by codes.
func lineOf(after app.Quantity, shares []app.Share, codes ...app.HoldCode) app.Line {
	l := app.Line{
		Meter: app.MeterAccounts, Product: "X360", ProductID: 5, Agreement: app.Named{ID: 12}, AdditionID: 9, Before: new(app.Q(5)), After: after,
		Shares: shares, Verdict: app.VerdictUpdate,
	}
	for _, c := range codes {
		l.Holds, l.Verdict = append(l.Holds, app.Hold{Code: c}), app.VerdictHold
	}
	return l
}
