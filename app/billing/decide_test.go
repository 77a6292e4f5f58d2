package billing_test

import (
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/billing"
)

// held plans the office with one change, and numbers the lines.
func held(change func(*billing.Input)) app.Plan {
	in := office()
	change(&in)
	return numbered(billing.Plan(in))
}

func TestWhatMayBeReleasedAndCorrected(t *testing.T) {
	cases := map[string]struct {
		change           func(*billing.Input)
		release, correct bool
	}{
		"fell to zero":      {func(in *billing.Input) { in.Readings[0].Quantity = q("0") }, true, true},
		"edited":            {func(in *billing.Input) { in.Owned[0].LastVerified = q("11") }, true, true},
		"created":           {func(in *billing.Input) { in.Owned = nil; in.Actual.Additions[12] = []app.Addition{} }, true, true},
		"company inactive":  {func(in *billing.Input) { in.Actual.Companies[0].Inactive = true }, true, true},
		"another line":      {func(in *billing.Input) { in.Owned[0].AdditionID = 1 }, true, true},
		"incomplete":        {func(in *billing.Input) { in.Readings = nil }, false, true},
		"unit mismatch":     {func(in *billing.Input) { in.Readings[0].Unit = "GB" }, false, true},
		"no agreement":      {func(in *billing.Input) { in.Mappings[0].AgreementID = 0 }, false, false},
		"cancelled":         {func(in *billing.Input) { in.Actual.Agreements[0].Cancelled = true }, false, false},
		"product not found": {func(in *billing.Input) { in.Actual.Products = nil }, false, false},
		"bundle":            {func(in *billing.Input) { in.Actual.Products[0].Class = "Bundle" }, false, false},
		"two open": {func(in *billing.Input) {
			in.Actual.Additions[12] = append(in.Actual.Additions[12], addition(9905, 500, "X360-ACCOUNT", "1"))
		}, false, false},
		"line cancelled":   {func(in *billing.Input) { in.Actual.Additions[12][0].CancelledDate = date("2026-11-01") }, false, false},
		"mapping broken":   {func(in *billing.Input) { in.Actual.Agreements[0].CompanyID = 9 }, false, false},
		"additions unread": {func(in *billing.Input) { delete(in.Actual.Additions, 12) }, false, false},
		"nothing at all":   {func(in *billing.Input) { in.Actual = billing.Actual{Problem: "no answer"} }, false, false},
		"incomplete, ended": {func(in *billing.Input) {
			in.Readings = nil
			in.Actual.Additions[12][0].CancelledDate = date("2026-11-01")
		}, false, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := held(c.change)
			before := p.Digest
			got, err := billing.Decide(p, 1, app.DecisionReleased, nil, "", "ada")
			checkDecision(t, "release", c.release, got, before, err)
			got, err = billing.Decide(p, 1, app.DecisionCorrected, money("11.5"), "counted by hand", "ada")
			checkDecision(t, "correct", c.correct, got, before, err)
			if c.correct && !got.Lines[0].After.Equal(q("11.5")) {
				t.Errorf("corrected to %s", got.Lines[0].After)
			}
			got, err = billing.Decide(p, 1, app.DecisionSkipped, nil, "later", "ada")
			if err != nil || got.Lines[0].Verdict != app.VerdictSkipped || got.Digest == before {
				t.Errorf("skip: %v, %s", err, got.Lines[0].Verdict)
			}
			if p.Lines[0].Decision != app.DecisionNone {
				t.Error("the plan handed in was changed")
			}
		})
	}
}

func checkDecision(t *testing.T, what string, allowed bool, got app.Plan, before string, err error) {
	t.Helper()
	if allowed {
		if err != nil || !got.Lines[0].Writes() || got.Digest == before || got.Lines[0].DecidedBy != "ada" {
			t.Errorf("%s: %v, verdict %s", what, err, got.Lines[0].Verdict)
		}
		return
	}
	if app.ErrorCode(err) != app.Invalid {
		t.Errorf("%s: %v, want invalid", what, err)
	}
	if got.Digest != before {
		t.Errorf("%s: refused, but the digest changed", what)
	}
}

func TestDecisionsThatMakeNoSense(t *testing.T) {
	plain := held(func(*billing.Input) {})
	zero := held(func(in *billing.Input) { in.Readings[0].Quantity = q("0") })
	same := held(func(in *billing.Input) { in.Readings[0].Quantity = q("10") })
	frozen := zero
	frozen.State = app.PlanApproved
	undo := zero
	undo.UndoOf = 4
	cases := map[string]struct {
		plan     app.Plan
		line     int64
		decision app.Decision
		quantity *app.Quantity
		note     string
		want     app.Code
	}{
		"no such line":      {zero, 9, app.DecisionReleased, nil, "", app.NotFound},
		"nothing held":      {plain, 1, app.DecisionReleased, nil, "", app.Invalid},
		"skip what is same": {same, 1, app.DecisionSkipped, nil, "", app.Invalid},
		"without note":      {zero, 1, app.DecisionCorrected, money("3"), "  ", app.Invalid},
		"without quantity":  {zero, 1, app.DecisionCorrected, nil, "note", app.Invalid},
		"less than nothing": {zero, 1, app.DecisionCorrected, money("-1"), "note", app.Invalid},
		"not a decision":    {zero, 1, "maybe", nil, "", app.Invalid},
		"an approved plan":  {frozen, 1, app.DecisionReleased, nil, "", app.Conflict},
		"an undo":           {undo, 1, app.DecisionReleased, nil, "", app.Conflict},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := billing.Decide(c.plan, c.line, c.decision, c.quantity, c.note, "ada"); app.ErrorCode(err) != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

func TestCorrectingToWhatIsThereWritesNothing(t *testing.T) {
	p, err := billing.Decide(held(func(*billing.Input) {}), 1, app.DecisionCorrected, money("10"), "agreed with the customer", "ada")
	if err != nil || p.Lines[0].Verdict != app.VerdictSame || !p.Lines[0].AmountChange.IsZero() {
		t.Errorf("%v, %+v", err, p.Lines[0])
	}
}

func TestASkippedLineCanComeBack(t *testing.T) {
	p, err := billing.Decide(held(func(*billing.Input) {}), 1, app.DecisionSkipped, nil, "", "ada")
	if err != nil {
		t.Fatal(err)
	}
	if p, err = billing.Decide(p, 1, app.DecisionReleased, nil, "", "ada"); err != nil || p.Lines[0].Verdict != app.VerdictUpdate {
		t.Errorf("%v, %s", err, p.Lines[0].Verdict)
	}
}

// A skip would forget that the number is a person's, and a release would then write it as if it had been computed.
func TestACorrectedLineIsNotSkipped(t *testing.T) {
	cases := map[string]struct {
		change  func(*billing.Input)
		nothing string
	}{
		"held":     {func(in *billing.Input) { in.Owned = nil }, "10"},
		"not held": {func(*billing.Input) {}, "10"},
		"created":  {func(in *billing.Input) { in.Owned = nil; in.Actual.Additions[12] = []app.Addition{} }, "0"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p, err := billing.Decide(held(c.change), 1, app.DecisionCorrected, money("99"), "typo", "ada")
			if err != nil {
				t.Fatal(err)
			}
			got, err := billing.Decide(p, 1, app.DecisionSkipped, nil, "", "ada")
			if app.ErrorCode(err) != app.Invalid || !strings.Contains(app.ErrorMessage(err), "Correct it to "+c.nothing+",") || got.Digest != p.Digest {
				t.Fatalf("skip: %v, want a refusal that says how to write nothing", err)
			}
			if got, err = billing.Decide(p, 1, app.DecisionCorrected, money(c.nothing), "a typo", "ada"); err != nil || got.Lines[0].Verdict != app.VerdictSame {
				t.Errorf("corrected to nothing: %v, %s", err, got.Lines[0].Verdict)
			}
		})
	}
}

// A line that is right as it is carries no hold, but on an agreement that does not run nothing is written to it either.
func TestNothingIsCorrectedOnAnInactiveAgreement(t *testing.T) {
	for name, change := range map[string]func(*billing.Input){
		"cancelled": func(in *billing.Input) { in.Actual.Agreements[0].Cancelled = true },
		"ended":     func(in *billing.Input) { in.Actual.Agreements[0].EndDate = date("2026-11-21") },
		"expired":   func(in *billing.Input) { in.Actual.Agreements[0].Status = "Expired" },
		"without lines": func(in *billing.Input) {
			in.Actual.Agreements[0].Cancelled = true
			in.Owned, in.Actual.Additions[12] = nil, []app.Addition{}
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := held(func(in *billing.Input) {
				in.Readings[0].Quantity = q("10")
				change(in)
				if len(in.Actual.Additions[12]) == 0 {
					in.Readings[0].Quantity = q("0")
				}
			})
			if p.Lines[0].Verdict != app.VerdictSame {
				t.Fatalf("verdict %s, holds %v", p.Lines[0].Verdict, holds(p.Lines[0]))
			}
			if got, err := billing.Decide(p, 1, app.DecisionCorrected, money("99"), "by hand", "ada"); app.ErrorCode(err) != app.Invalid {
				t.Errorf("corrected: %v, %s", err, got.Lines[0].Verdict)
			}
		})
	}
}

func TestReleaseAll(t *testing.T) {
	p := held(func(in *billing.Input) { in.Owned = nil })
	got, n, err := billing.ReleaseAll(p, []app.HoldCode{app.HoldFirstTouch, app.HoldBigChange}, "first month", "ada")
	if err != nil || n != 1 || got.Lines[0].Verdict != app.VerdictUpdate {
		t.Errorf("%d, %v, %s", n, err, got.Lines[0].Verdict)
	}
	if got, n, err = billing.ReleaseAll(p, []app.HoldCode{app.HoldBigChange}, "", "ada"); err != nil || n != 0 || got.Digest != p.Digest {
		t.Errorf("released %d lines held by something else (%v)", n, err)
	}
	if _, _, err = billing.ReleaseAll(p, []app.HoldCode{app.HoldProductNotFound}, "", "ada"); app.ErrorCode(err) != app.Invalid {
		t.Errorf("%v, want invalid", err)
	}
}

func TestDigestTellsDecisionsApart(t *testing.T) {
	p := held(func(in *billing.Input) {
		in.Owned = nil
		in.Mappings[0].Bill = append(in.Mappings[0].Bill, app.MeterStorage)
	})
	released, err := billing.Decide(p, 1, app.DecisionReleased, nil, "", "ada")
	if err != nil {
		t.Fatal(err)
	}
	after := released.Lines[0].After
	corrected, err := billing.Decide(p, 1, app.DecisionCorrected, &after, "the same, but by hand", "ada")
	if err != nil {
		t.Fatal(err)
	}
	if corrected.Digest == released.Digest {
		t.Error("a release and a correction to the same number have one digest")
	}
	turned := p
	turned.Lines = []app.Line{p.Lines[1], p.Lines[0]}
	if billing.Digest(turned) != p.Digest {
		t.Error("the order of lines is part of the digest")
	}
}

// What a person may type in place of a reading bounds a correction too: ConnectWise would refuse the rest, or round it.
func TestACorrectionIsANumberThatCanBeBilled(t *testing.T) {
	p := held(func(*billing.Input) {})
	for _, no := range []string{"-1", "1e19", "1e400", "43.1234567890123"} {
		var quantity app.Quantity
		if err := quantity.UnmarshalJSON([]byte(no)); err != nil {
			t.Fatal(err)
		}
		if _, err := billing.Decide(p, 1, app.DecisionCorrected, &quantity, "typo", "ada"); app.ErrorCode(err) != app.Invalid || app.ErrorField(err) != "quantity" {
			t.Errorf("%s: %v", no, err)
		}
	}
}

// Where an included allowance hides what a line costs, a correction does not make it known (M11).
func TestM11ACorrectionPricesNoAllowance(t *testing.T) {
	p := held(func(in *billing.Input) { in.Actual.Additions[12][0].LessIncluded = q("5") })
	p, err := billing.Decide(p, 1, app.DecisionCorrected, money("11"), "one is free", "ada")
	if err != nil || p.Lines[0].AmountChange != nil {
		t.Errorf("the change costs %v (%v)", p.Lines[0].AmountChange, err)
	}
}
