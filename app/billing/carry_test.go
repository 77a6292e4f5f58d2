package billing_test

import (
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/billing"
)

func TestM14ReleasesSurviveAnUnchangedPlanOnly(t *testing.T) {
	adopt := func(in *billing.Input) { in.Owned = nil }
	old, err := billing.Decide(held(adopt), 1, app.DecisionReleased, nil, "checked", "ada")
	if err != nil {
		t.Fatal(err)
	}
	now := billing.CarryReleases(old, held(adopt))
	if now.Lines[0].Verdict != app.VerdictUpdate || now.Lines[0].Note != "checked" || now.Digest != old.Digest {
		t.Errorf("unchanged: %s, note %q", now.Lines[0].Verdict, now.Lines[0].Note)
	}
	changes := map[string]func(*billing.Input){
		"after":    func(in *billing.Input) { adopt(in); in.Readings[0].Quantity = q("13") },
		"before":   func(in *billing.Input) { adopt(in); in.Actual.Additions[12][0].Quantity = q("9") },
		"addition": func(in *billing.Input) { adopt(in); in.Actual.Additions[12][0].ID = 9999 },
		"holds":    func(in *billing.Input) { adopt(in); in.Actual.Companies[0].Inactive = true },
		"shares": func(in *billing.Input) {
			adopt(in)
			in.Mappings[0].Organization.ExternalID, in.Readings[0].OrganizationID = "4712", "4712"
		},
		"payer":     func(in *billing.Input) { adopt(in); in.Actual.Additions[12][0].BillCustomer = "DoNotBill" },
		"price":     func(in *billing.Input) { adopt(in); in.Actual.Additions[12][0].UnitPrice = money("400") },
		"included":  func(in *billing.Input) { adopt(in); in.Actual.Additions[12][0].LessIncluded = q("5") },
		"cancelled": func(in *billing.Input) { adopt(in); in.Actual.Additions[12][0].CancelledDate = date("2027-01-31") },
		"period":    func(in *billing.Input) { adopt(in); in.Period = in.Period.Next() },
	}
	for name, change := range changes {
		got := billing.CarryReleases(old, held(change))
		if got.Lines[0].Verdict != app.VerdictHold || got.Digest == old.Digest {
			t.Errorf("%s changed: %s, the same digest %v", name, got.Lines[0].Verdict, got.Digest == old.Digest)
		}
		if name != "period" && got.Digest == held(adopt).Digest {
			t.Errorf("%s changed, but the digest of the undecided plan did not", name)
		}
	}
	corrected, err := billing.Decide(held(adopt), 1, app.DecisionCorrected, money("11"), "by hand", "ada")
	if err != nil {
		t.Fatal(err)
	}
	if got := billing.CarryReleases(corrected, held(adopt)); got.Lines[0].Verdict != app.VerdictHold || !got.Lines[0].After.Equal(q("12")) {
		t.Errorf("a correction was carried over: %+v", got.Lines[0])
	}
}

// Two lines tied by a move keep their release together, or are asked again together.
func TestTiedLinesAreCarriedTogether(t *testing.T) {
	for _, decision := range []app.Decision{app.DecisionReleased, app.DecisionSkipped} {
		old, err := billing.Decide(numbered(billing.Plan(moved())), 1, decision, nil, "", "ada")
		if err != nil {
			t.Fatal(err)
		}
		same := billing.CarryReleases(old, numbered(billing.Plan(moved())))
		if same.Digest != old.Digest {
			t.Errorf("%s: an unchanged plan is asked again", decision)
		}
		in := moved()
		in.Readings[0].Quantity = q("13") // one account more since
		got := billing.CarryReleases(old, numbered(billing.Plan(in)))
		for _, l := range got.Lines {
			if l.Verdict != app.VerdictHold {
				t.Errorf("%s: agreement %d is %s, but the other line of the move changed", decision, l.Agreement.ID, l.Verdict)
			}
		}
	}
}

// The customer is billed nowhere now: what was released together with another line is not released alone.
func TestATiedReleaseIsNotCarriedAlone(t *testing.T) {
	old, err := billing.Decide(numbered(billing.Plan(moved())), 1, app.DecisionReleased, nil, "", "ada")
	if err != nil {
		t.Fatal(err)
	}
	in := moved()
	in.Mappings = nil
	got := billing.CarryReleases(old, numbered(billing.Plan(in)))
	if len(got.Lines) != 1 || got.Lines[0].Verdict != app.VerdictHold {
		t.Errorf("%d lines, the old one is %s", len(got.Lines), got.Lines[0].Verdict)
	}
}

// decided is the office's plan with one decision about its one line, which goes from 10 to 12 and is not held.
func decided(t *testing.T, p app.Plan, d app.Decision, quantity, note string) app.Plan {
	t.Helper()
	p, err := billing.Decide(p, 1, d, money(quantity), note, "ada")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func counted(n string) app.Plan {
	return held(func(in *billing.Input) { in.Readings[0].Quantity = q(n) })
}

func TestM14ASkipOfALineThatIsNotHeldIsCarried(t *testing.T) {
	old := decided(t, counted("12"), app.DecisionSkipped, "0", "dispute")
	got := billing.CarryReleases(old, counted("12"))
	if got.Lines[0].Verdict != app.VerdictSkipped || got.Lines[0].Note != "dispute" || got.Digest != old.Digest {
		t.Errorf("%s, note %q", got.Lines[0].Verdict, got.Lines[0].Note)
	}
}

// The number a person refused is not written without a word, however often the month is planned before somebody decides.
func TestM14WhatIsNotCarriedIsAskedAgain(t *testing.T) {
	cases := map[string]struct {
		old  app.Plan
		now  string
		want string // in the question; empty where there is nothing to ask
	}{
		"corrected":                      {decided(t, counted("12"), app.DecisionCorrected, "11", "one is on trial"), "12", "ada corrected this line to 11 (“one is on trial”)"},
		"corrected, says the numbers":    {decided(t, counted("12"), app.DecisionCorrected, "11", "one is on trial"), "13", "from 10 to 13"},
		"corrected, is right now":        {decided(t, counted("12"), app.DecisionCorrected, "11", "one is on trial"), "11", ""},
		"corrected what was right":       {decided(t, counted("10"), app.DecisionCorrected, "9", "one is on trial"), "10", "from 10 to 10"},
		"skipped and changed":            {decided(t, counted("12"), app.DecisionSkipped, "0", "dispute"), "13", "ada skipped this line (“dispute”)"},
		"skipped, nothing to write now":  {decided(t, counted("12"), app.DecisionSkipped, "0", "dispute"), "10", ""},
		"released, nothing holds it now": {decided(t, counted("0"), app.DecisionReleased, "0", ""), "12", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := c.old
			for range 3 {
				got = billing.CarryReleases(got, counted(c.now))
			}
			l := got.Lines[0]
			if c.want == "" {
				if l.Verdict == app.VerdictHold {
					t.Fatalf("held by %v", l.Holds)
				}
				return
			}
			if l.Verdict != app.VerdictHold || len(l.Holds) != 1 || !strings.Contains(l.Holds[0].Message, c.want) {
				t.Fatalf("%s by %v, want a question with %q", l.Verdict, l.Holds, c.want)
			}
			answered := decided(t, got, app.DecisionReleased, "0", "")
			if answered.Lines[0].Verdict == app.VerdictHold || billing.CarryReleases(answered, counted(c.now)).Digest != answered.Digest {
				t.Error("the answer is not kept")
			}
		})
	}
}

// A person's number holds for the month it was pushed in, as long as the counting says what it said then.
func TestM14ACorrectionThatStandsStays(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*billing.Input)
		want   app.Verdict
	}{
		"nothing changed": {func(*billing.Input) {}, app.VerdictSame},
		"counted anew":    {func(in *billing.Input) { in.Readings[0].Quantity = q("13") }, app.VerdictHold},
		"another rule": {func(in *billing.Input) {
			in.Mappings[0].Rules = map[app.Meter]app.QuantityRule{app.MeterAccounts: {Minimum: money("12")}}
		}, app.VerdictHold},
		"edited underneath": {func(in *billing.Input) { in.Actual.Additions[12][0].Quantity = q("9") }, app.VerdictHold},
	} {
		for _, state := range []app.PlanState{app.PlanApproved, app.PlanOpen} {
			old := decided(t, counted("12"), app.DecisionCorrected, "11", "one is on trial")
			old.State = state
			got := billing.CarryReleases(old, held(func(in *billing.Input) {
				in.Actual.Additions[12][0].Quantity, in.Owned[0].LastVerified = q("11"), q("11")
				in.Readings[0].Quantity = q("12")
				c.change(in)
			}))
			if l := got.Lines[0]; l.Verdict != c.want || c.want == app.VerdictSame && (l.Decision != app.DecisionCorrected || l.Note != "one is on trial" || !l.AmountChange.IsZero()) {
				t.Errorf("%s, after a plan that is %s: %s, %+v", name, state, l.Verdict, l.Holds)
			}
		}
	}
}

// What a person left out of one push is not written by the next of the month without a word.
func TestM14ASkippedLineOfAPushIsAskedAgain(t *testing.T) {
	old := decided(t, counted("12"), app.DecisionSkipped, "0", "dispute")
	old.State = app.PlanApproved
	if got := billing.CarryReleases(old, counted("12")); got.Lines[0].Verdict != app.VerdictHold {
		t.Errorf("%s", got.Lines[0].Verdict)
	}
	released := decided(t, held(func(in *billing.Input) { in.Owned = nil }), app.DecisionReleased, "0", "")
	released.State = app.PlanApproved // its line could not be written
	if got := billing.CarryReleases(released, held(func(in *billing.Input) { in.Owned = nil })); got.Lines[0].Decision != app.DecisionNone || len(got.Lines[0].Holds) != 1 {
		t.Errorf("%q, %v", got.Lines[0].Decision, got.Lines[0].Holds)
	}
}

// A release is for what the holds say, not for their names.
func TestM14AReleaseIsForWhatTheHoldSays(t *testing.T) {
	company := func(inactive, unknown bool) app.Plan {
		return held(func(in *billing.Input) {
			in.Actual.Companies[0].Inactive, in.Actual.Companies[0].StatusUnknown = inactive, unknown
		})
	}
	method := func(m string) app.Plan { return held(func(in *billing.Input) { in.Readings[0].Method = m }) }
	cycle := func(c string) app.Plan {
		return held(func(in *billing.Input) { in.Owned = nil; in.Actual.Agreements[0].BillingCycle = c })
	}
	for name, c := range map[string][2]app.Plan{
		"company": {company(false, true), company(true, false)},
		"method":  {method("endpoint"), method("guessed")},
		"cycle":   {cycle("Quarterly"), cycle("Annual")},
	} {
		old := decided(t, c[0], app.DecisionReleased, "0", "")
		if got := billing.CarryReleases(old, c[0]); got.Digest != old.Digest {
			t.Errorf("%s: an unchanged plan is asked again", name)
		}
		if got := billing.CarryReleases(old, c[1]); got.Lines[0].Verdict != app.VerdictHold {
			t.Errorf("%s: the release of one let another through", name)
		}
	}
}

// 12 GB are not 12 TB.
func TestM14AnotherUnitIsAskedAgain(t *testing.T) {
	in := func(unit string) app.Plan {
		p := held(func(in *billing.Input) { in.Owned = nil })
		p.Lines[0].Unit = unit
		return p
	}
	for _, d := range []app.Decision{app.DecisionReleased, app.DecisionCorrected} {
		old := decided(t, in(app.UnitGB), d, "10", "by hand") // which ConnectWise holds
		if got := billing.CarryReleases(old, in(app.UnitTB)); got.Lines[0].Verdict != app.VerdictHold {
			t.Errorf("%s: %s", d, got.Lines[0].Verdict)
		}
	}
}

// A line that a move ties to another does not keep a correction alone.
func TestM6ACorrectionOfAMoveIsAskedAgain(t *testing.T) {
	p := numbered(billing.Plan(moved()))
	for _, l := range p.Lines {
		if l.Before == nil {
			continue
		}
		old, err := billing.Decide(p, l.ID, app.DecisionCorrected, l.Before, "stays", "ada")
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range billing.CarryReleases(old, numbered(billing.Plan(moved()))).Lines {
			if n.Verdict != app.VerdictHold {
				t.Errorf("agreement %d corrected: agreement %d is %s", l.Agreement.ID, n.Agreement.ID, n.Verdict)
			}
		}
	}
}
