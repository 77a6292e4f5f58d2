package billing_test

import (
	"slices"
	"testing"

	"psabridge/app"
	"psabridge/app/billing"
)

// moved is the office after Contoso was remapped from agreement 12 to 13.
func moved() billing.Input {
	in := office()
	in.Mappings[0].AgreementID = 13
	in.Actual.Agreements = append(in.Actual.Agreements, agreement(13, 250))
	in.Actual.Additions[13] = []app.Addition{{ID: 9920, AgreementID: 13, ProductID: 500, Product: "X360-ACCOUNT", Quantity: q("2"), UnitPrice: money("4"), BillCustomer: "Billable"}}
	in.Previous = []app.Line{{
		Agreement: app.Named{ID: 12}, Meter: app.MeterAccounts, Product: "X360-ACCOUNT", ProductID: 500, Unit: app.UnitEach, State: app.LineDone,
		Shares: []app.Share{{Source: "sync", ExternalID: "4711", Name: "Contoso", Quantity: q("10")}},
	}}
	return in
}

func TestM6AMovedShareHoldsBothLinesAndReleasesThemTogether(t *testing.T) {
	p := billing.Plan(moved())
	if len(p.Lines) != 2 {
		t.Fatalf("%d lines, want the old and the new one", len(p.Lines))
	}
	for i := range p.Lines {
		p.Lines[i].ID = int64(i + 1)
		if !slices.Contains(holds(p.Lines[i]), app.HoldShareLeft) {
			t.Errorf("agreement %d: holds %v", p.Lines[i].Agreement.ID, holds(p.Lines[i]))
		}
	}
	old := p.Lines[slices.IndexFunc(p.Lines, func(l app.Line) bool { return l.Agreement.ID == 12 })]
	if !old.After.IsZero() || len(old.Shares) != 1 || old.Shares[0].Name != "Contoso" {
		t.Errorf("the old line plans %s with shares %v, want 0 and who it was", old.After, old.Shares)
	}
	got, err := billing.Decide(p, old.ID, app.DecisionReleased, nil, "", "ada")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range got.Lines {
		if l.Verdict != app.VerdictUpdate {
			t.Errorf("agreement %d: %s, want both released together", l.Agreement.ID, l.Verdict)
		}
	}
	if _, n, err := billing.ReleaseAll(p, []app.HoldCode{app.HoldShareLeft}, "", "ada"); err != nil || n != 0 {
		t.Errorf("released %d by share_left alone, but the new line is a first touch as well (%v)", n, err)
	}
}

// A line that was right from the first day was never written, and is not forgotten for that: who moves away from it takes its
// quantity along.
func TestM6ALineThatWasOnlyRightIsNotForgotten(t *testing.T) {
	in := moved()
	in.Owned[0].Confirmed = false
	in.Owned = append(in.Owned, app.OwnedAddition{Connection: "cw", AdditionID: 9920, AgreementID: 13, ProductID: 500, LastVerified: q("2"), Confirmed: true, Method: "computed"})
	p := billing.Plan(in)
	if len(p.Lines) != 2 {
		t.Fatalf("%d lines, want the old and the new one", len(p.Lines))
	}
	if l := on(p, 12); !l.After.IsZero() || !slices.Equal(holds(l), []app.HoldCode{app.HoldShareLeft}) {
		t.Errorf("the old line: %s, %v", l.After, l.Holds)
	}
	if l := on(p, 13); l.Writes() || !slices.Contains(holds(l), app.HoldShareLeft) {
		t.Errorf("the new line: %s, %v", l.Verdict, l.Holds)
	}
	in.Actual.Additions[12][0].Quantity = q("11") // by hand, as nobody ever gave it to us
	if l := on(billing.Plan(in), 12); !slices.Equal(holds(l), []app.HoldCode{app.HoldShareLeft}) {
		t.Errorf("it asks %v", l.Holds)
	}
}

// numbered gives the lines of a plan ids, as storing it does.
func numbered(p app.Plan) app.Plan {
	for i := range p.Lines {
		p.Lines[i].ID = int64(i + 1)
	}
	return p
}

// Whatever is said about lines a move ties together, in whatever order: both are written or neither is.
func TestM6TiedLinesAreNeverParted(t *testing.T) {
	type step struct {
		agreement int64
		decision  app.Decision
	}
	cases := map[string]struct {
		steps []step
		write bool
	}{
		"skip the old":                    {[]step{{12, app.DecisionSkipped}}, false},
		"skip the old, release the new":   {[]step{{12, app.DecisionSkipped}, {13, app.DecisionReleased}}, true},
		"release both, skip the old":      {[]step{{12, app.DecisionReleased}, {12, app.DecisionSkipped}}, false},
		"correct the new":                 {[]step{{13, app.DecisionCorrected}}, true},
		"skip the old, correct the new":   {[]step{{12, app.DecisionSkipped}, {13, app.DecisionCorrected}}, true},
		"correct the old, then the new":   {[]step{{12, app.DecisionCorrected}, {13, app.DecisionCorrected}}, true},
		"release both, then skip the new": {[]step{{12, app.DecisionReleased}, {13, app.DecisionSkipped}}, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := numbered(billing.Plan(moved()))
			var err error
			for _, s := range c.steps {
				if p, err = billing.Decide(p, on(p, s.agreement).ID, s.decision, money("5"), "checked", "ada"); err != nil {
					t.Fatal(err)
				}
			}
			if a, b := on(p, 12), on(p, 13); a.Writes() != c.write || b.Writes() != c.write {
				t.Errorf("the old line is %s, the new one %s", a.Verdict, b.Verdict)
			}
		})
	}
}

// Beside a corrected line the others can be neither skipped nor released over it.
func TestACorrectionTiesTheOthers(t *testing.T) {
	p := numbered(billing.Plan(moved()))
	p, err := billing.Decide(p, on(p, 13).ID, app.DecisionCorrected, money("5"), "checked", "ada")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []app.Decision{app.DecisionSkipped, app.DecisionReleased} {
		got, err := billing.Decide(p, on(p, 12).ID, d, nil, "", "ada")
		if app.ErrorCode(err) != app.Invalid || got.Digest != p.Digest {
			t.Errorf("%s of the other line: %v, want a refusal", d, err)
		}
	}
}

// A line is not corrected while the one it is tied to cannot be written.
func TestACorrectionWaitsForTheTiedLine(t *testing.T) {
	in := moved()
	delete(in.Actual.Additions, 12)
	p := numbered(billing.Plan(in))
	if _, err := billing.Decide(p, on(p, 13).ID, app.DecisionCorrected, money("5"), "checked", "ada"); app.ErrorCode(err) != app.Invalid {
		t.Errorf("%v, want invalid while the old line is unread", err)
	}
}

// on is the line of an agreement.
func on(p app.Plan, agreement int64) app.Line {
	i := slices.IndexFunc(p.Lines, func(l app.Line) bool { return l.Agreement.ID == agreement })
	return p.Lines[i]
}

func TestAMovedShareWaitsForAnOldLineThatCannotBeRead(t *testing.T) {
	in := moved()
	delete(in.Actual.Additions, 12)
	p := billing.Plan(in)
	if p.Complete {
		t.Error("the plan says it is complete")
	}
	for i := range p.Lines {
		p.Lines[i].ID = int64(i + 1)
	}
	i := slices.IndexFunc(p.Lines, func(l app.Line) bool { return l.Agreement.ID == 13 })
	if !slices.Contains(holds(p.Lines[i]), app.HoldShareLeft) {
		t.Errorf("holds %v", holds(p.Lines[i]))
	}
	if _, err := billing.Decide(p, p.Lines[i].ID, app.DecisionReleased, nil, "", "ada"); app.ErrorCode(err) != app.Invalid {
		t.Errorf("release: %v, want invalid while the old line is unread", err)
	}
}

func TestM6APartialLeaveKeepsTheRest(t *testing.T) {
	in := storageOffice("4 5")
	in.Previous = []app.Line{{
		Agreement: app.Named{ID: 12}, Meter: app.MeterStorage, Product: "X360-STORAGE", ProductID: 501, State: app.LineDone,
		Shares: []app.Share{{Source: "sync", ExternalID: "a", Name: "Site a", Quantity: q("4")}, {Source: "sync", ExternalID: "z", Name: "Site z", Quantity: q("7")}},
	}}
	in.Owned = []app.OwnedAddition{{AdditionID: 9905, AgreementID: 12, ProductID: 501, LastVerified: q("2"), Confirmed: true, Method: "computed"}}
	l := billing.Plan(in).Lines[0]
	if !l.After.Equal(q("9")) || !slices.Contains(holds(l), app.HoldShareLeft) {
		t.Errorf("after %s, holds %v", l.After, holds(l))
	}
	in.Previous[0].Shares[1].Quantity = q("0")
	if l := billing.Plan(in).Lines[0]; slices.Contains(holds(l), app.HoldShareLeft) {
		t.Error("a share that was 0 and settled had left before")
	}
}

func TestM6UntickedMeterIsPlannedAtZero(t *testing.T) {
	in := office()
	in.Mappings[0].Bill = []app.Meter{app.MeterStorage}
	in.Readings = []app.Reading{reading("4711", app.MeterStorage, "0", app.UnitBytes)}
	p := billing.Plan(in)
	i := slices.IndexFunc(p.Lines, func(l app.Line) bool { return l.ProductID == 500 })
	if i < 0 || !p.Lines[i].After.IsZero() || !slices.Equal(holds(p.Lines[i]), []app.HoldCode{app.HoldShareLeft}) || p.Lines[i].Meter != app.MeterAccounts {
		t.Fatalf("lines: %+v", p.Lines)
	}
	in.Actual.Additions[12][0].Quantity = q("0")
	if p := billing.Plan(in); len(p.Lines) != 1 {
		t.Errorf("%d lines; an addition that holds 0 already needs none", len(p.Lines))
	}
}

// What nobody is mapped to any more is set to 0 on an agreement that runs only.
func TestAnOrphanOnAnInactiveAgreement(t *testing.T) {
	in := office()
	in.Mappings = nil
	in.Actual.Agreements[0].Cancelled = true
	p := numbered(billing.Plan(in))
	if len(p.Lines) != 1 || !slices.Contains(holds(p.Lines[0]), app.HoldAgreementInactive) {
		t.Fatalf("lines: %+v", p.Lines)
	}
	for _, d := range []app.Decision{app.DecisionReleased, app.DecisionCorrected} {
		if _, err := billing.Decide(p, 1, d, money("0"), "left", "ada"); app.ErrorCode(err) != app.Invalid {
			t.Errorf("%s: %v, want invalid", d, err)
		}
	}
}

// A cancelled agreement bills nobody, so whoever moved away from it can be billed on the new one.
func TestAMoveFromACancelledAgreementIsNotTied(t *testing.T) {
	in := moved()
	in.Actual.Agreements[0].Cancelled = true
	p := numbered(billing.Plan(in))
	p, err := billing.Decide(p, on(p, 13).ID, app.DecisionReleased, nil, "", "ada")
	if err != nil || !on(p, 13).Writes() || on(p, 12).Writes() {
		t.Errorf("%v: the old line is %s, the new one %s", err, on(p, 12).Verdict, on(p, 13).Verdict)
	}
}

func TestM7ARenamedItemIsNotACustomerWhoLeft(t *testing.T) {
	in := office()
	in.Actual.Products[0].Identifier = "X360-USERS"
	p := billing.Plan(in)
	if len(p.Lines) != 1 || !slices.Equal(holds(p.Lines[0]), []app.HoldCode{app.HoldProductNotFound}) {
		t.Errorf("lines: %+v", p.Lines)
	}
}

// Who is on a line is judged by the newest push, what changed by the month before.
func TestLeavingWithinTheMonth(t *testing.T) {
	in := storageOffice("4 5")
	in.Owned = []app.OwnedAddition{{AdditionID: 9905, AgreementID: 12, ProductID: 501, LastVerified: q("2"), Confirmed: true, Method: "computed"}}
	line := app.Line{
		Agreement: app.Named{ID: 12}, Meter: app.MeterStorage, Product: "X360-STORAGE", ProductID: 501, State: app.LineDone,
		Shares: []app.Share{{Source: "sync", ExternalID: "a", Name: "Site a", Quantity: q("4")}, {Source: "sync", ExternalID: "z", Name: "Site z", Quantity: q("7")}},
	}
	in.Latest = []app.Line{line}
	if l := billing.Plan(in).Lines[0]; !slices.Contains(holds(l), app.HoldShareLeft) {
		t.Errorf("holds %v", holds(l))
	}
	in.Previous, in.Latest = []app.Line{line}, []app.Line{}
	if l := billing.Plan(in).Lines[0]; slices.Contains(holds(l), app.HoldShareLeft) {
		t.Errorf("it left before the newest push: %v", holds(l))
	}
}

// The old line cannot be written and shows no change, yet the one it moved to must wait: which of two additions still
// bills the customer is not known.
func TestAMovedShareWaitsForAnAmbiguousLine(t *testing.T) {
	in := moved()
	other := in.Mappings[0]
	other.Organization.ExternalID, other.Organization.Name, other.AgreementID = "4799", "Contoso East", 12
	in.Mappings = append(in.Mappings, other)
	in.Readings = append(in.Readings, reading("4799", app.MeterAccounts, "0", app.UnitEach))
	in.Actual.Additions[12] = append(in.Actual.Additions[12], addition(9905, 500, "X360-ACCOUNT", "1"))
	p := billing.Plan(in)
	i := slices.IndexFunc(p.Lines, func(l app.Line) bool { return l.Agreement.ID == 13 })
	if !slices.Contains(holds(p.Lines[i]), app.HoldShareLeft) {
		t.Errorf("holds %v", holds(p.Lines[i]))
	}
}

// A line that holds something though its last organizations used nothing is asked about when they leave, too.
func TestM6WhoUsedNothingLeavesALineBehind(t *testing.T) {
	in := office()
	in.Mappings, in.Actual.Additions[12][0].Quantity, in.Owned[0].LastVerified = nil, q("5"), q("5")
	in.Previous = []app.Line{{
		Agreement: app.Named{ID: 12}, Meter: app.MeterAccounts, Product: "X360-ACCOUNT", ProductID: 500, Unit: app.UnitEach, State: app.LineDone,
		Shares: []app.Share{{Source: "sync", ExternalID: "4711", Name: "Contoso"}},
	}}
	l := billing.Plan(in).Lines[0]
	if l.Verdict != app.VerdictHold || !slices.Equal(holds(l), []app.HoldCode{app.HoldShareLeft}) || !l.After.IsZero() {
		t.Errorf("%s → %s: %v", l.Before, l.After, l.Holds)
	}
}

// Two meters of one organization that move at once are two moves: each is decided on alone.
func TestM6TwoMetersAreTwoMoves(t *testing.T) {
	in := moved()
	in.Mappings[0].Bill = append(in.Mappings[0].Bill, app.MeterStorage)
	in.Readings = append(in.Readings, reading("4711", app.MeterStorage, "5000000000", app.UnitBytes))
	for agreement, id := range map[int64]int64{12: 9905, 13: 9921} {
		a := addition(id, 501, "X360-STORAGE", "4")
		in.Actual.Additions[agreement] = append(in.Actual.Additions[agreement], a)
	}
	in.Owned = append(in.Owned, app.OwnedAddition{Connection: "cw", AdditionID: 9905, AgreementID: 12, ProductID: 501, LastVerified: q("4"), Confirmed: true})
	storage := in.Previous[0]
	storage.Meter, storage.Product, storage.ProductID, storage.Unit = app.MeterStorage, "X360-STORAGE", 501, app.UnitGB
	in.Previous = append(in.Previous, storage)
	p := numbered(billing.Plan(in))
	if len(p.Lines) != 4 {
		t.Fatalf("%d lines, want both meters on both agreements", len(p.Lines))
	}
	p, err := billing.Decide(p, on(p, 12).ID, app.DecisionReleased, nil, "", "ada")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range p.Lines {
		if l.Writes() != (l.Meter == on(p, 12).Meter) {
			t.Errorf("%s on %d is %s", l.Meter, l.Agreement.ID, l.Verdict)
		}
	}
}

// Of an addition of ours that was set to 0 nothing is billed, so nobody misses it where its agreement cannot be read.
func TestAnUnreadLineThatHeldNothingIsNotMissed(t *testing.T) {
	in := office()
	in.Mappings = nil
	delete(in.Actual.Additions, 12)
	if n := len(billing.Plan(in).Lines); n != 1 {
		t.Errorf("%d lines of one that held 10", n)
	}
	in.Owned[0].LastVerified = q("0")
	if n := len(billing.Plan(in).Lines); n != 0 {
		t.Errorf("%d lines of one that held 0", n)
	}
}
