package billing_test

import (
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
