package billing_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
)

// typed is a number typed for an organization and meter of the office's month.
func typed(org string, m app.Meter, quantity, unit string) app.Override {
	return app.Override{
		Source: "sync", OrganizationID: org, Meter: m, Period: period, Quantity: q(quantity), Unit: unit,
		Note: "counted by phone", By: "ada", At: now.Add(-time.Hour),
	}
}

// An override counts whatever became of the reading, and says what it stands in place of.
func TestAnOverrideStandsInPlaceOfAReading(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*billing.Input)
		instead string
	}{
		"read":            {func(*billing.Input) {}, "in place of 12 each read on 22 November 2026"},
		"not read":        {func(in *billing.Input) { in.Readings = nil }, "in place of no reading"},
		"not complete":    {func(in *billing.Input) { in.Readings[0].Complete = false }, "in place of a reading that was not complete"},
		"old":             {func(in *billing.Input) { in.Readings[0].AsOf = now.AddDate(0, 0, -9) }, "in place of 12 each read on 13 November 2026"},
		"source unread":   {func(in *billing.Input) { in.Unread = map[string]string{"sync": "no answer"} }, "in place of 12 each"},
		"negative":        {func(in *billing.Input) { in.Readings[0].Quantity = q("-3") }, "in place of -3 each"},
		"another month's": {func(in *billing.Input) { in.Readings[0].Covers = period.Prev().Prev() }, "in the statement of 2026-09"},
		"another unit":    {func(in *billing.Input) { in.Readings[0].Unit = app.UnitGB }, "in place of 12 GB"},
		"read now, not shown": {func(in *billing.Input) {
			in.ReadSince = map[string]time.Time{"sync": now.Add(-time.Minute)}
		}, "in place of 12 each"},
	} {
		t.Run(name, func(t *testing.T) {
			in := office()
			c.change(&in)
			in.Overrides = []app.Override{typed("4711", app.MeterAccounts, "14", app.UnitEach)}
			p := billing.Plan(in)
			l := p.Lines[0]
			if l.Verdict != app.VerdictUpdate || !l.After.Equal(q("14")) || l.Shares[0].Override != "counted by phone" || l.Method != "" {
				t.Fatalf("%s to %s, share %+v, method %q, holds %v", l.Verdict, l.After, l.Shares[0], l.Method, l.Holds)
			}
			if len(l.Items) != 1 || l.Items[0].Kind != app.KindOverride || l.Items[0].Name != "counted by phone" || !l.Items[0].Amount.Equal(q("14")) {
				t.Fatalf("evidence: %+v", l.Items)
			}
			if d := l.Items[0].Detail; !strings.HasPrefix(d, "typed by ada on 22 November 2026, ") || !strings.Contains(d, c.instead) {
				t.Errorf("detail %q, want %q in it", d, c.instead)
			}
			if p.Complete != (in.Unread == nil) {
				t.Errorf("complete %v, problems %v", p.Complete, p.Problems)
			}
		})
	}
}

// What an override does not lift, and what is held all the same.
func TestAnOverrideIsHeldLikeAReading(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*billing.Input)
		want   []app.HoldCode
	}{
		"fell to zero":      {func(in *billing.Input) { in.Overrides[0].Quantity = q("0") }, []app.HoldCode{app.HoldFellToZero}},
		"big change":        {func(in *billing.Input) { in.Overrides[0].Quantity = q("140") }, []app.HoldCode{app.HoldBigChange}},
		"below zero":        {func(in *billing.Input) { in.Overrides[0].Quantity = q("-1") }, []app.HoldCode{app.HoldIncompleteReading}},
		"another unit":      {func(in *billing.Input) { in.Overrides[0].Unit = app.UnitGB }, []app.HoldCode{app.HoldUnitMismatch}},
		"organization gone": {func(in *billing.Input) { in.Mappings[0].Organization.State = app.OrganizationGone }, []app.HoldCode{app.HoldOrganizationGone}},
		"never shown":       {func(in *billing.Input) { in.Mappings[0].Unseen = true }, []app.HoldCode{app.HoldIncompleteReading}},
		"first touch":       {func(in *billing.Input) { in.Owned = nil }, []app.HoldCode{app.HoldFirstTouch}},
		"edited since":      {func(in *billing.Input) { in.Owned[0].LastVerified = q("9") }, []app.HoldCode{app.HoldEditedSince}},
		"of another month":  {func(in *billing.Input) { in.Overrides[0].Period = period.Prev(); in.Readings = nil }, []app.HoldCode{app.HoldIncompleteReading}},
	} {
		t.Run(name, func(t *testing.T) {
			in := office()
			in.Overrides = []app.Override{typed("4711", app.MeterAccounts, "14", app.UnitEach)}
			c.change(&in)
			l := billing.Plan(in).Lines[0]
			if !slices.Equal(holds(l), c.want) {
				t.Fatalf("holds %v, want %v", l.Holds, c.want)
			}
			said := strings.Contains(l.Holds[0].Message, "14 each typed for it do not count")
			if vain := name == "organization gone" || name == "never shown"; said != vain {
				t.Errorf("it says %q", l.Holds[0].Message)
			}
		})
	}
}

// The rule's unit, rounding, minimum and yes-or-no apply to what was typed; exclusions and trials do not.
func TestTheRuleAppliesToAnOverride(t *testing.T) {
	in := storageOffice("4 5")
	in.Owned = []app.OwnedAddition{{AdditionID: 9905, AgreementID: 12, ProductID: 501, LastVerified: q("2"), Confirmed: true, Method: "computed"}}
	in.Overrides = []app.Override{typed("a", app.MeterStorage, "0.0023", app.UnitTB)}
	in.Mappings[0].Exclude = []app.Exclusion{{Kind: app.KindOverride, ID: "override", Reason: "no"}}
	l := billing.Plan(in).Lines[0]
	if !l.After.Equal(q("8")) || l.Unit != app.UnitGB || !l.Shares[0].Quantity.Equal(q("2.3552")) || l.Shares[1].Override != "" {
		t.Errorf("0.0023 TB and 5 GB are %s %s, shares %+v", l.After, l.Unit, l.Shares)
	}
	if l.Method != "computed" {
		t.Errorf("the share that was read leaves method %q", l.Method)
	}
	for i := range in.Mappings {
		in.Mappings[i].Rules = map[app.Meter]app.QuantityRule{app.MeterStorage: {Minimum: money("100")}}
	}
	if l := billing.Plan(in).Lines[0]; !l.After.Equal(q("100")) {
		t.Errorf("after %s, want the minimum", l.After)
	}
	no, until := false, now.AddDate(0, 1, 0)
	in = office()
	in.Mappings[0].Bill, in.Owned = []app.Meter{app.MeterFileServer}, nil
	in.Mappings[0].Products[app.MeterFileServer] = "X360-ACCOUNT"
	in.Mappings[0].Organization.TrialUntil = &until
	in.Mappings[0].Rules = map[app.Meter]app.QuantityRule{app.MeterFileServer: {FSE: "flag", Trials: &no}}
	in.Overrides = []app.Override{typed("4711", app.MeterFileServer, "3", app.UnitEach)}
	if l := billing.Plan(in).Lines[0]; !l.After.Equal(q("1")) {
		t.Errorf("3 servers as a flag on trial: %s", l.After)
	}
	in = office()
	in.Mappings[0].Bill, in.Mappings[0].Products = []app.Meter{"seats"}, map[app.Meter]string{"seats": "X360-ACCOUNT"}
	in.Overrides = []app.Override{typed("4711", "seats", "9", "licences")}
	if l := billing.Plan(in).Lines[0]; l.Unit != "licences" || !l.After.Equal(q("9")) {
		t.Errorf("a meter without a reading is billed in %q: %s", l.Unit, l.After)
	}
}

// A pinned method survives a month that was partly typed, and a real change of it is still seen.
func TestAnOverrideLeavesThePinnedMethod(t *testing.T) {
	in := storageOffice("4 5")
	in.Owned = []app.OwnedAddition{{AdditionID: 9905, AgreementID: 12, ProductID: 501, LastVerified: q("2"), Confirmed: true, Method: "computed, sent"}}
	in.Readings[1].Method = "sent"
	in.Overrides = []app.Override{typed("a", app.MeterStorage, "1", app.UnitGB)}
	if l := billing.Plan(in).Lines[0]; l.Method != "computed, sent" || len(l.Holds) != 0 {
		t.Errorf("method %q, holds %v", l.Method, l.Holds)
	}
	in.Readings[1].Method = "usage endpoint"
	if l := billing.Plan(in).Lines[0]; !slices.Equal(holds(l), []app.HoldCode{app.HoldMethodChanged}) {
		t.Errorf("holds %v", holds(l))
	}
}

// A release does not outlive a changed override, nor an override of the number that was read anyway.
func TestAnOverrideIsPartOfWhatIsApproved(t *testing.T) {
	adopted := func(overrides ...app.Override) app.Plan {
		return held(func(in *billing.Input) { in.Owned, in.Overrides = nil, overrides })
	}
	one := typed("4711", app.MeterAccounts, "12", app.UnitEach)
	other := one
	other.Note = "asked again"
	old, err := billing.Decide(adopted(one), 1, app.DecisionReleased, nil, "", "ada")
	if err != nil {
		t.Fatal(err)
	}
	if got := billing.CarryReleases(old, adopted(one)); got.Digest != old.Digest {
		t.Error("an unchanged override is asked again")
	}
	for name, p := range map[string]app.Plan{"removed": adopted(), "another note": adopted(other)} {
		got := billing.CarryReleases(old, p)
		if got.Lines[0].Verdict != app.VerdictHold || p.Digest == adopted(one).Digest {
			t.Errorf("%s: %s", name, got.Lines[0].Verdict)
		}
	}
}

func TestReasonOfATypedLine(t *testing.T) {
	in := storageOffice("4 5")
	in.Overrides = []app.Override{typed("a", app.MeterStorage, "3", app.UnitGB)}
	share := func(id, quantity, note string) app.Share {
		return app.Share{Source: "sync", ExternalID: id, Name: "Site " + id, Quantity: q(quantity), Override: note}
	}
	in.Previous = []app.Line{{
		Agreement: app.Named{ID: 12}, ProductID: 501, Product: "X360-STORAGE", Meter: app.MeterStorage, State: app.LineDone,
		Shares: []app.Share{share("a", "4", ""), share("b", "2", ""), share("z", "1", "")},
	}}
	if got, want := billing.Plan(in).Lines[0].Reason, "Site a 3 typed (counted by phone), Site b 2 → 5, Site z 1 → 0"; got != want {
		t.Errorf("reason %q, want %q", got, want)
	}
	in.Overrides = nil
	in.Previous[0].Shares = []app.Share{share("a", "3", "by phone"), share("b", "5", "")}
	if got, want := billing.Plan(in).Lines[0].Reason, "Site a 4 read again, 3 was typed"; got != want {
		t.Errorf("reason %q, want %q", got, want)
	}
}

// What is typed for a meter that nobody ticked is not counted, and the plan says so.
func TestAnOverrideNoLineUses(t *testing.T) {
	in := office()
	in.Mappings[0].Products = map[app.Meter]string{app.MeterAccounts: "X360-ACCOUNT"}
	in.Overrides = []app.Override{typed("4711", "seats", "9", app.UnitEach), typed("9999", app.MeterAccounts, "5", app.UnitEach)}
	p := billing.Plan(in)
	if len(p.Lines) != 1 || !p.Complete {
		t.Fatalf("%d lines, complete %v", len(p.Lines), p.Complete)
	}
	i := slices.IndexFunc(p.Findings, func(f app.Finding) bool { return f.Meter == "seats" })
	if i < 0 || p.Findings[i].Code != app.FindingUsedNotBilled || !p.Findings[i].Used.Equal(q("9")) || !strings.Contains(p.Findings[i].Message, "9 are typed for this month, and seats has no Product ID.") {
		t.Errorf("findings %+v", p.Findings)
	}
	if slices.ContainsFunc(p.Findings, func(f app.Finding) bool { return f.Meter == app.MeterAccounts && f.Organization.ID != 7 }) {
		t.Errorf("another connection's organization is told of: %+v", p.Findings)
	}
}
