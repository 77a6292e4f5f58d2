package billing_test

import (
	"slices"
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/billing"
)

// stored is an office of storage sites whose line held before, with these shares, and was written by us.
func stored(now, before, shares string) billing.Input {
	in := storageOffice(now)
	in.Actual.Additions[12][0].Quantity = q(before)
	in.Owned = []app.OwnedAddition{{AdditionID: 9905, AgreementID: 12, ProductID: 501, LastVerified: q(before), Confirmed: true, Method: "computed"}}
	l := app.Line{Agreement: app.Named{ID: 12}, Meter: app.MeterStorage, Product: "X360-STORAGE", ProductID: 501, Unit: app.UnitGB, State: app.LineDone, After: q(before)}
	for i, gb := range strings.Fields(shares) {
		l.Shares = append(l.Shares, app.Share{Source: "sync", ExternalID: string(rune('a' + i)), Name: "Site " + string(rune('a'+i)), Quantity: q(gb)})
	}
	in.Previous = []app.Line{l}
	return in
}

// F28: neither a line nor one organization on it falls to 0 without a question.
func TestF28NobodyFallsToZeroUnasked(t *testing.T) {
	down := func(in *billing.Input) {
		for i := range in.Mappings {
			in.Mappings[i].Rules[app.MeterStorage] = app.QuantityRule{Round: billing.RoundDown}
		}
	}
	leftOut := func(in *billing.Input) {
		in.Readings[1].Quantity, in.Readings[1].Items = q("1073741824"), []app.EvidenceItem{{Kind: app.ObjectMachine, ExternalID: "m", Amount: q("1073741824")}}
		in.Mappings[1].Exclude = []app.Exclusion{{Kind: app.ObjectMachine, ID: "m"}}
	}
	for name, c := range map[string]struct {
		in     billing.Input
		change func(*billing.Input)
		want   string // in the one hold's sentence; "" for none
	}{
		"rounded to 0":                  {stored("0.4", "5", "5"), down, "from 5 to 0: 0.4 GB are used"},
		"one of two":                    {stored("100 0", "140", "100 40"), nil, "Site b fell from 40 to 0, so the line would go from 140 to 100"},
		"one of two, which used little": {stored("100 0.4", "140", "100 40"), nil, ""},
		"one that used nothing before":  {stored("99 0", "100", "100 0"), nil, ""},
		"one that is new":               {stored("99 0", "100", "100"), nil, ""},
		"typed":                         {stored("100 0", "140", "100 40"), func(in *billing.Input) { in.Overrides = []app.Override{typed("b", app.MeterStorage, "0", app.UnitGB)} }, ""},
		"left out by the mapping":       {stored("100 1", "140", "100 40"), leftOut, ""},
		"nothing would be written":      {stored("140 0", "140", "100 40"), nil, ""},
		"both":                          {stored("0 0", "140", "100 40"), nil, "Usage fell from 140 to 0"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.change != nil {
				c.change(&c.in)
			}
			l := billing.Plan(c.in).Lines[0]
			if c.want == "" {
				if len(l.Holds) != 0 {
					t.Errorf("%s → %s: %v", l.Before, l.After, l.Holds)
				}
				return
			}
			if !slices.Equal(holds(l), []app.HoldCode{app.HoldFellToZero}) || !strings.Contains(l.Holds[0].Message, c.want) {
				t.Errorf("%s → %s: %v", l.Before, l.After, l.Holds)
			}
		})
	}
}

// An inbox may send another unit any month, and the numbers need not look unlike.
func TestM4AnotherUnitIsAsked(t *testing.T) {
	in := office()
	in.Mappings[0].Bill, in.Mappings[0].Products = []app.Meter{"mailboxes"}, map[app.Meter]string{"mailboxes": "X360-ACCOUNT"}
	in.Readings[0].Meter, in.Readings[0].Unit, in.Readings[0].Quantity = "mailboxes", app.UnitTB, q("6")
	in.Previous = []app.Line{{Agreement: app.Named{ID: 12}, Meter: "mailboxes", Product: "X360-ACCOUNT", ProductID: 500, Unit: app.UnitGB, After: q("10"), State: app.LineDone}}
	l := billing.Plan(in).Lines[0]
	if !slices.Equal(holds(l), []app.HoldCode{app.HoldMethodChanged}) || !strings.Contains(l.Holds[0].Message, "billed in GB (10) and would be billed in TB (6)") || billing.Releasable(l) != nil {
		t.Errorf("%s %s: %v", l.After, l.Unit, l.Holds)
	}
	in.Previous[0].Unit = app.UnitTB
	if l := billing.Plan(in).Lines[0]; len(l.Holds) != 0 {
		t.Errorf("the same unit: %v", l.Holds)
	}
}

// The minimum is agreed with a customer who is there; one whom the source does not show any more is not billed it for ever.
func TestM6AGoneCustomerIsNotBilledItsMinimum(t *testing.T) {
	for _, before := range []string{"10", "12"} {
		in := office()
		in.Mappings[0].Organization.State = app.OrganizationGone
		in.Mappings[0].Rules = map[app.Meter]app.QuantityRule{app.MeterAccounts: {Minimum: money("10")}}
		in.Actual.Additions[12][0].Quantity, in.Owned[0].LastVerified = q(before), q(before)
		l := billing.Plan(in).Lines[0]
		if !l.After.IsZero() || !slices.Equal(holds(l), []app.HoldCode{app.HoldOrganizationGone}) {
			t.Errorf("%s → %s: %v", before, l.After, l.Holds)
		}
	}
	in := twins(app.Organization{Source: "sync", ExternalID: "4712", Name: "Contoso West"})
	in.Mappings[0].Organization.State = app.OrganizationGone
	for i := range in.Mappings {
		in.Mappings[i].Rules = map[app.Meter]app.QuantityRule{app.MeterAccounts: {Minimum: money("50")}}
	}
	if l := billing.Plan(in).Lines[0]; !l.After.Equal(q("50")) {
		t.Errorf("somebody is still there: %s", l.After)
	}
}

// Where the money limit cannot see what a change costs it asks; an included allowance only makes it cheaper.
func TestM11TheMoneyLimitAsksWhereItIsBlind(t *testing.T) {
	for name, c := range map[string]struct {
		limit  string
		change func(a *app.Addition)
		want   string
	}{
		"no price":                    {"1", func(a *app.Addition) { a.UnitPrice = nil }, "may be more than the limit of 1"},
		"an allowance":                {"7", func(a *app.Addition) { a.LessIncluded = q("5") }, "by up to 8"},
		"an allowance, within limits": {"8", func(a *app.Addition) { a.LessIncluded = q("5") }, ""},
		"not billed":                  {"1", func(a *app.Addition) { a.UnitPrice, a.BillCustomer = nil, "NoCharge" }, ""},
	} {
		in := office()
		in.Settings.Rules.Hold.Amount = money(c.limit)
		c.change(&in.Actual.Additions[12][0])
		l := billing.Plan(in).Lines[0]
		if c.want == "" {
			if len(l.Holds) != 0 {
				t.Errorf("%s: %v", name, l.Holds)
			}
			continue
		}
		if !slices.Equal(holds(l), []app.HoldCode{app.HoldBigChange}) || !strings.Contains(l.Holds[0].Message, c.want) {
			t.Errorf("%s: %v", name, l.Holds)
		}
	}
	in := office()
	in.Owned, in.Actual.Additions[12], in.Settings.Rules.Hold.Amount = nil, []app.Addition{}, money("59")
	if l := billing.Plan(in).Lines[0]; !slices.Contains(holds(l), app.HoldBigChange) {
		t.Errorf("a line of 12 at 5 is created: %v", l.Holds)
	}
}

// A company that is deleted or unknown is billed by nobody's word; one that is inactive may be.
func TestADeletedCompanyIsNotReleased(t *testing.T) {
	for name, change := range map[string]func(*billing.Input){
		"deleted": func(in *billing.Input) { in.Actual.Companies[0].Deleted = true },
		"unknown": func(in *billing.Input) { in.Actual.Companies = nil },
	} {
		p := held(change)
		if _, err := billing.Decide(p, 1, app.DecisionReleased, nil, "", "ada"); app.ErrorCode(err) != app.Invalid {
			t.Errorf("%s: %v", name, err)
		}
		if _, n, err := billing.ReleaseAll(p, []app.HoldCode{app.HoldCompanyInactive}, "", "ada"); n != 0 || err != nil {
			t.Errorf("%s: %d released together (%v)", name, n, err)
		}
		if _, err := billing.Decide(p, 1, app.DecisionSkipped, nil, "", "ada"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
