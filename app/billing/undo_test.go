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
	created, undated, later := written, written, map[int64]app.Period{}
	undated.NextInvoice = time.Time{}
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
		"the last invoice":  {written, func(_ *app.Addition, g *app.Agreement) { g.NextInvoice = time.Time{} }, app.VerdictSkipped, "10", app.HoldAlreadyInvoiced},
		"never dated":       {undated, func(*app.Addition, *app.Agreement) {}, app.VerdictUpdate, "10", ""},
		"agreement ended":   {written, func(_ *app.Addition, g *app.Agreement) { g.EndDate = date("2026-11-01") }, app.VerdictSkipped, "10", app.HoldAgreementInactive},
		"agreement stopped": {written, func(_ *app.Addition, g *app.Agreement) { g.Cancelled = true }, app.VerdictSkipped, "10", app.HoldAgreementInactive},
		"stood on later":    {written, func(a *app.Addition, _ *app.Agreement) { later[a.ID] = period.Next() }, app.VerdictSkipped, "10", app.HoldEditedSince},
		"gone":              {written, func(a *app.Addition, _ *app.Agreement) { a.ID = 1 }, app.VerdictSkipped, "10", app.HoldAdditionCancelled},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			clear(later)
			a, g := addition(9904, 500, "X360-ACCOUNT", "12"), agreement(12, 250)
			c.change(&a, &g)
			p := billing.Undo(app.Push{ID: 3, Connection: "cw", Period: period, Lines: []app.Line{c.line}}, billing.Standing{Additions: map[int64][]app.Addition{12: {a}}, Agreements: []app.Agreement{g}, Later: later}, now, time.UTC)
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

// M6: what an organization's move tied together is restored together.
func TestUndoOfAMoveIsTied(t *testing.T) {
	in := moved()
	in.Actual.Additions[13][0].Quantity = q("2")
	p := numbered(billing.Plan(in))
	p, err := billing.Decide(p, on(p, 12).ID, app.DecisionReleased, nil, "", "ada")
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.Lines {
		p.Lines[i].State = app.LineDone
	}
	push := app.Push{ID: 5, Connection: "cw", Period: period, Lines: p.Lines}
	for name, now13 := range map[string]string{"nobody touched it": on(p, 13).After.String(), "edited by hand": "77"} {
		old, there := in.Actual.Additions[12][0], in.Actual.Additions[13][0]
		old.Quantity, there.Quantity = on(p, 12).After, q(now13)
		u := billing.Undo(push, billing.Standing{
			Additions: map[int64][]app.Addition{12: {old}, 13: {there}}, Agreements: []app.Agreement{agreement(12, 250), agreement(13, 250)},
		}, now, time.UTC)
		want := 2
		if now13 == "77" {
			want = 0
		}
		n := 0
		for _, l := range u.Lines {
			if l.Writes() {
				n++
			}
		}
		if n != want {
			t.Errorf("%s: %d lines are restored, want %d: %+v", name, n, want, u.Lines)
		}
	}
}

func TestUndoLeavesOutWhatWasNotWritten(t *testing.T) {
	lines := []app.Line{{Verdict: app.VerdictSame, State: app.LineDone}, {Verdict: app.VerdictUpdate, State: app.LineFailed}, {Verdict: app.VerdictHold}}
	if p := billing.Undo(app.Push{ID: 3, Lines: lines}, billing.Standing{}, now, time.UTC); len(p.Lines) != 0 {
		t.Errorf("lines: %+v", p.Lines)
	}
}
