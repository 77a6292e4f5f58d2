package billing_test

import (
	"slices"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
)

func TestM16Undo(t *testing.T) {
	ten := q("10")
	written := app.Line{
		AdditionID: 9904, Agreement: app.Named{ID: 12}, ProductID: 500, Product: "X360-ACCOUNT", Before: &ten, After: q("12"),
		Verdict: app.VerdictUpdate, State: app.LineDone, NextInvoice: date("2026-12-01"), UnitPrice: money("4"), AmountChange: money("8"),
	}
	created := written
	created.Before, created.Verdict = nil, app.VerdictCreate
	cases := map[string]struct {
		line    app.Line
		change  func(*app.Addition, *app.Agreement)
		verdict app.Verdict
		after   string
		hold    app.HoldCode
	}{
		"ours still stands": {written, func(*app.Addition, *app.Agreement) {}, app.VerdictUpdate, "10", ""},
		"created":           {created, func(*app.Addition, *app.Agreement) {}, app.VerdictUpdate, "0", ""},
		"edited":            {written, func(a *app.Addition, _ *app.Agreement) { a.Quantity = q("13") }, app.VerdictSkipped, "10", app.HoldEditedSince},
		"restored by hand":  {written, func(a *app.Addition, _ *app.Agreement) { a.Quantity = q("10") }, app.VerdictSame, "10", ""},
		"invoiced":          {written, func(_ *app.Addition, g *app.Agreement) { g.NextInvoice = date("2027-01-01") }, app.VerdictSkipped, "10", app.HoldAlreadyInvoiced},
		"cancelled":         {written, func(a *app.Addition, _ *app.Agreement) { a.CancelledDate = date("2026-11-01") }, app.VerdictSkipped, "10", app.HoldAdditionCancelled},
		"gone":              {written, func(a *app.Addition, _ *app.Agreement) { a.ID = 1 }, app.VerdictSkipped, "10", app.HoldAdditionCancelled},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			a, g := addition(9904, 500, "X360-ACCOUNT", "12"), agreement(12, 250)
			c.change(&a, &g)
			p := billing.Undo(app.Push{ID: 3, Connection: "cw", Period: period, Lines: []app.Line{c.line}}, map[int64][]app.Addition{12: {a}}, []app.Agreement{g}, now, time.UTC)
			if len(p.Lines) != 1 || p.UndoOf != 3 {
				t.Fatalf("plan: %+v", p)
			}
			l := p.Lines[0]
			if l.Verdict != c.verdict || !l.After.Equal(q(c.after)) {
				t.Errorf("%s to %s, want %s to %s", l.Verdict, l.After, c.verdict, c.after)
			}
			if c.hold != "" && !slices.Contains(holds(l), c.hold) {
				t.Errorf("holds %v, want %s", holds(l), c.hold)
			}
			if name == "ours still stands" && !l.AmountChange.Equal(q("-8")) {
				t.Errorf("amount %s", l.AmountChange)
			}
		})
	}
}

func TestUndoLeavesOutWhatWasNotWritten(t *testing.T) {
	lines := []app.Line{{Verdict: app.VerdictSame, State: app.LineDone}, {Verdict: app.VerdictUpdate, State: app.LineFailed}, {Verdict: app.VerdictHold}}
	if p := billing.Undo(app.Push{ID: 3, Lines: lines}, nil, nil, now, time.UTC); len(p.Lines) != 0 {
		t.Errorf("lines: %+v", p.Lines)
	}
}
