package billing_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
)

// The period is the month of the connection's own calendar at the moment the push is due.
func TestM1ThePeriodIsTheMonthInTheConnectionsZone(t *testing.T) {
	at := time.Date(2026, 11, 1, 3, 0, 0, 0, time.UTC)
	for name, want := range map[string]time.Month{"UTC": time.November, "America/New_York": time.October, "Australia/Lord_Howe": time.November} {
		loc := zone(t, name)
		if p := billing.Current(loc, at); p.Month != want {
			t.Errorf("in %s it is %s", name, p)
		}
		s := settings(app.LastDay, "21:30")
		p, due, _, _, ok := billing.Due(s, loc, at, nil)
		if !ok || app.PeriodOf(due, loc) != p || due.After(at) {
			t.Errorf("in %s %s is due at %s (%v)", name, p, due, ok)
		}
	}
}

func TestM3OpenAddition(t *testing.T) {
	today := date("2026-11-22")
	for cancelled, want := range map[string]bool{"": true, "2026-11-21": false, "2026-11-22": false, "2026-11-23": true} {
		a := app.Addition{EffectiveDate: date("2027-03-01")} // one that begins later is open too
		if cancelled != "" {
			a.CancelledDate = date(cancelled)
		}
		if got := billing.Open(a, today); got != want {
			t.Errorf("cancelled on %q: open %v", cancelled, got)
		}
	}
}

// Where the agreement ever had the product, no second line is made, whatever became of the first.
func TestM3ALineIsCreatedOnlyWhereThereNeverWasOne(t *testing.T) {
	ended := addition(9904, 500, "X360-ACCOUNT", "10")
	ended.CancelledDate = date("2025-12-31")
	later := addition(9904, 500, "X360-ACCOUNT", "10")
	later.EffectiveDate = date("2027-03-01")
	for name, c := range map[string]struct {
		there []app.Addition
		owned bool
		want  app.HoldCode
		open  bool // there is something a release would write to
	}{
		"never":                 {[]app.Addition{}, false, app.HoldFirstTouch, true},
		"another product's":     {[]app.Addition{addition(9930, 501, "X360-STORAGE", "1")}, false, app.HoldFirstTouch, true},
		"cancelled long ago":    {[]app.Addition{ended}, false, app.HoldAdditionCancelled, false},
		"ours is gone":          {[]app.Addition{}, true, app.HoldAdditionCancelled, false},
		"begins later":          {[]app.Addition{later}, true, "", true},
		"begins later, adopted": {[]app.Addition{later}, false, app.HoldFirstTouch, true},
	} {
		p := held(func(in *billing.Input) {
			in.Actual.Additions[12] = c.there
			if !c.owned {
				in.Owned = nil
			}
		})
		l := p.Lines[0]
		if c.want != "" && !slices.Contains(holds(l), c.want) || c.want == "" && len(l.Holds) > 0 {
			t.Errorf("%s: holds %v", name, holds(l))
		}
		if open := billing.Correctable(l) == nil; open != c.open {
			t.Errorf("%s: something to write to: %v", name, open)
		}
	}
}

// The first write of a line is confirmed once; the next month's goes through.
func TestM4FirstTouchAsksOnce(t *testing.T) {
	for name, adopt := range map[string]func(*billing.Input){
		"adopted": func(in *billing.Input) { in.Owned = nil },
		"created": func(in *billing.Input) { in.Owned, in.Actual.Additions[12] = nil, []app.Addition{} },
		"was 0":   func(in *billing.Input) { in.Owned, in.Actual.Additions[12][0].Quantity = nil, q("0") },
	} {
		in := office()
		adopt(&in)
		p := numbered(billing.Plan(in))
		if !slices.Contains(holds(p.Lines[0]), app.HoldFirstTouch) {
			t.Fatalf("%s: holds %v", name, holds(p.Lines[0]))
		}
		p, err := billing.Decide(p, 1, app.DecisionReleased, nil, "", "ada")
		if err != nil {
			t.Fatal(err)
		}
		next := write(in, p)
		next.Readings[0].Quantity = q("13")
		if l := billing.Plan(next).Lines[0]; l.Verdict != app.VerdictUpdate || len(l.Holds) > 0 {
			t.Errorf("%s: the month after it is %s, holds %v", name, l.Verdict, holds(l))
		}
	}
}

// A method is pinned to a line by its write; nothing says so of a line that was never counted.
func TestM4TheMethodIsPinned(t *testing.T) {
	for _, c := range []struct {
		pinned, now string
		want        bool
	}{{"computed", "usage endpoint", true}, {"computed", "computed", false}, {"", "computed", false}, {"computed", "", false}} {
		l := held(func(in *billing.Input) { in.Owned[0].Method, in.Readings[0].Method = c.pinned, c.now }).Lines[0]
		if got := slices.Contains(holds(l), app.HoldMethodChanged); got != c.want {
			t.Errorf("%q, then %q: held %v", c.pinned, c.now, got)
		}
	}
}

// An agreement of another company is never written to, and neither is a line whose item lost its Product ID to another.
func TestM7TheMappingMustHoldAtConnectWise(t *testing.T) {
	for name, change := range map[string]func(*billing.Input){
		"another company's agreement": func(in *billing.Input) { in.Actual.Agreements[0].CompanyID = 251 },
		"another item of that name": func(in *billing.Input) {
			in.Previous = []app.Line{{Agreement: app.Named{ID: 12}, Product: "X360-ACCOUNT", ProductID: 400}}
		},
	} {
		p := held(change)
		if !slices.Equal(holds(p.Lines[0]), []app.HoldCode{app.HoldMappingBroken}) {
			t.Errorf("%s: %v", name, holds(p.Lines[0]))
		}
		for _, d := range []app.Decision{app.DecisionReleased, app.DecisionCorrected} {
			if _, err := billing.Decide(p, 1, d, money("11"), "note", "ada"); app.ErrorCode(err) != app.Invalid {
				t.Errorf("%s: %s: %v", name, d, err)
			}
		}
	}
}

// A cycle that is not monthly is confirmed once per agreement, not once per line.
func TestM8CycleIsConfirmedOncePerAgreement(t *testing.T) {
	quarterly := func(in *billing.Input) {
		in.Actual.Agreements[0].BillingCycle, in.Owned[0].Cycle = " Quarterly", "quarterly"
		in.Mappings[0].Bill = append(in.Mappings[0].Bill, app.MeterStorage)
		in.Readings = append(in.Readings, reading("4711", app.MeterStorage, "5000000000", app.UnitBytes))
	}
	for _, confirmed := range []bool{false, true} {
		for _, l := range held(func(in *billing.Input) { quarterly(in); in.Owned[0].Confirmed = confirmed }).Lines {
			if slices.Contains(holds(l), app.HoldCycleNotMonthly) == confirmed {
				t.Errorf("%s, agreement confirmed %v: %v", l.Product, confirmed, holds(l))
			}
		}
	}
}

// Who is not in the readings is not known. Only a reading of 0 is 0.
func TestM9AMissingCustomerIsNotZero(t *testing.T) {
	missing := held(func(in *billing.Input) { in.Readings = nil }).Lines[0]
	if !missing.After.Equal(*missing.Before) || !slices.Equal(holds(missing), []app.HoldCode{app.HoldIncompleteReading}) {
		t.Errorf("missing: %s, %v", missing.After, holds(missing))
	}
	zero := held(func(in *billing.Input) { in.Readings[0].Quantity = q("0") }).Lines[0]
	if !zero.After.IsZero() || !slices.Equal(holds(zero), []app.HoldCode{app.HoldFellToZero}) {
		t.Errorf("zero: %s, %v", zero.After, holds(zero))
	}
}

// Two organizations with Product IDs of their own are on two lines.
func TestM10ProductIDsOfAMapping(t *testing.T) {
	in := twins(app.Organization{Source: "sync", ExternalID: "4712", Name: "Contoso West"})
	in.Mappings[1].Products = map[app.Meter]string{app.MeterAccounts: "X360-STORAGE"}
	p := billing.Plan(in)
	if len(p.Lines) != 2 || p.Lines[0].Product != "X360-ACCOUNT" || !p.Lines[0].After.Equal(q("12")) || p.Lines[1].Product != "X360-STORAGE" || !p.Lines[1].After.Equal(q("38")) {
		t.Errorf("%+v", p.Lines)
	}
}

// A change is held when it exceeds percent and units both, or the amount alone.
func TestM11Limits(t *testing.T) {
	percent := 20
	for name, c := range map[string]struct {
		limits app.HoldLimits
		after  string
		want   bool
	}{
		"default, 5 of 10":         {app.HoldLimits{}, "15", false},
		"default, 6 of 10":         {app.HoldLimits{}, "16", true},
		"20 percent, 6 of 10":      {app.HoldLimits{Percent: &percent}, "16", true},
		"20 percent, 5 of 10":      {app.HoldLimits{Percent: &percent}, "15", false},
		"20 percent and 1, 2 more": {app.HoldLimits{Percent: &percent, Units: money("1")}, "12", false},
		"20 percent and 1, 3 more": {app.HoldLimits{Percent: &percent, Units: money("1")}, "13", true},
		"20 percent and 1, less":   {app.HoldLimits{Percent: &percent, Units: money("1")}, "7", true},
		"money alone":              {app.HoldLimits{Amount: money("11.99")}, "13", true},
		"money on the limit":       {app.HoldLimits{Amount: money("12")}, "13", false},
		"money, down":              {app.HoldLimits{Amount: money("3.99")}, "9", true},
		"a limit of 0":             {app.HoldLimits{Amount: money("0")}, "11", true},
	} {
		l := held(func(in *billing.Input) { in.Settings.Rules.Hold, in.Readings[0].Quantity = c.limits, q(c.after) }).Lines[0]
		if got := slices.Contains(holds(l), app.HoldBigChange); got != c.want {
			t.Errorf("%s: %v", name, l.Holds)
		}
	}
}

// What is compared right before writing is in the plan and vouched for; when the addition was last touched is not.
func TestM12ThePlanHoldsWhatIsCompared(t *testing.T) {
	in := office()
	in.Actual.Additions[12][0].CancelledDate = date("2027-01-31")
	l := billing.Plan(in).Lines[0]
	if !l.Before.Equal(q("10")) || l.BillCustomer != "Billable" || !l.CancelledDate.Equal(date("2027-01-31")) || l.ProductID != 500 || l.AdditionID != 9904 {
		t.Errorf("%+v", l)
	}
	base := held(func(*billing.Input) {}).Digest
	for name, change := range map[string]func(*app.Addition){
		"quantity":  func(a *app.Addition) { a.Quantity = q("9") },
		"payer":     func(a *app.Addition) { a.BillCustomer = "NoCharge" },
		"cancelled": func(a *app.Addition) { a.CancelledDate = date("2027-01-31") },
	} {
		if held(func(in *billing.Input) { change(&in.Actual.Additions[12][0]) }).Digest == base {
			t.Errorf("another %s, the same digest", name)
		}
	}
	if held(func(in *billing.Input) { in.Actual.Additions[12][0].Description = "renamed" }).Digest != base {
		t.Error("a description is part of what is approved")
	}
}

// fixes says for each hold of the contract what its way out is: a release, a correction, and a word its sentence names what
// to do with. incomplete_reading and the rest of noQuantity can be corrected alone; what has no target can only be fixed.
var fixes = map[app.HoldCode]struct {
	change           func(*billing.Input)
	release, correct bool
	say              string
}{
	app.HoldIncompleteReading:   {func(in *billing.Input) { in.Readings[0].Complete = false }, false, true, "Make a new plan"},
	app.HoldFellToZero:          {func(in *billing.Input) { in.Readings[0].Quantity = q("0") }, true, true, "release the line"},
	app.HoldBigChange:           {func(in *billing.Input) { in.Readings[0].Quantity = q("100") }, true, true, "release or correct"},
	app.HoldOrganizationGone:    {func(in *billing.Input) { in.Mappings[0].Organization.State = app.OrganizationGone }, true, true, "end its mapping"},
	app.HoldCompanyInactive:     {func(in *billing.Input) { in.Actual.Companies[0].Inactive = true }, true, true, "Make it active again"},
	app.HoldNoAgreement:         {func(in *billing.Input) { in.Mappings[0].AgreementID = 0 }, false, false, "Choose one"},
	app.HoldAgreementInactive:   {func(in *billing.Input) { in.Actual.Agreements[0].Cancelled = true }, false, false, "Make it active again"},
	app.HoldAgreementNotStarted: {func(in *billing.Input) { in.Actual.Agreements[0].StartDate = date("2027-01-01") }, true, true, "Wait until then"},
	app.HoldProductNotFound:     {func(in *billing.Input) { in.Actual.Products = nil }, false, false, "match exactly"},
	app.HoldProductInactive:     {func(in *billing.Input) { in.Actual.Products[0].Inactive = true }, true, true, "Make it active again"},
	app.HoldProductBundle:       {func(in *billing.Input) { in.Actual.Products[0].Class = "Bundle" }, false, false, "Choose a product"},
	app.HoldAmbiguousAddition: {func(in *billing.Input) {
		in.Actual.Additions[12] = append(in.Actual.Additions[12], addition(9905, 500, "X360-ACCOUNT", "1"))
	}, false, false, "Cancel all but one"},
	app.HoldAdditionCancelled: {func(in *billing.Input) { in.Actual.Additions[12][0].CancelledDate = date("2026-11-22") }, false, false, "Reopen it"},
	app.HoldEditedSince:       {func(in *billing.Input) { in.Owned[0].LastVerified = q("11") }, true, true, "correct it, or skip"},
	app.HoldOverlap: {func(in *billing.Input) {
		*in = twins(app.Organization{Source: "feed", ExternalID: "8", Name: "Contoso GmbH"})
	}, true, true, "untick one"},
	app.HoldUnitMismatch:    {func(in *billing.Input) { in.Readings[0].Unit = app.UnitGB }, false, true, "Change the unit"},
	app.HoldFirstTouch:      {func(in *billing.Input) { in.Owned = nil }, true, true, "Confirm once"},
	app.HoldNoPrice:         {func(in *billing.Input) { in.Owned, in.Actual.Additions[12][0].UnitPrice = nil, money("0") }, true, true, "Set the price"},
	app.HoldMethodChanged:   {func(in *billing.Input) { in.Readings[0].Method = "usage endpoint" }, true, true, "Compare the evidence"},
	app.HoldShareLeft:       {func(in *billing.Input) { in.Mappings = nil }, true, true, "map someone to it"},
	app.HoldUnmatchedBelow:  {branch, true, true, "Match it or ignore it"},
	app.HoldMappingBroken:   {func(in *billing.Input) { in.Actual.Agreements[0].CompanyID = 251 }, false, false, "Choose the agreement again"},
	app.HoldCycleNotMonthly: {func(in *billing.Input) { in.Owned, in.Actual.Agreements[0].BillingCycle = nil, "Annual" }, true, true, "Release once"},
	app.HoldRestored: {func(in *billing.Input) {
		in.Restored = app.Restore{ID: 1, BackupAt: in.Now.AddDate(0, 0, -10), At: in.Now}
	}, true, true, "Look at the line"},
	app.HoldWrongPeriod: {func(in *billing.Input) { in.Readings[0].Covers = period }, true, true, "Bring the statement"},
}

// Every hold of the contract is produced, and says its way out. already_invoiced is an undo's, which nobody releases.
func TestEveryHoldHasItsWayOut(t *testing.T) {
	codes := []app.HoldCode{
		app.HoldIncompleteReading, app.HoldFellToZero, app.HoldBigChange, app.HoldOrganizationGone, app.HoldCompanyInactive, app.HoldNoAgreement,
		app.HoldAgreementInactive, app.HoldAgreementNotStarted, app.HoldProductNotFound, app.HoldProductInactive, app.HoldProductBundle, app.HoldAmbiguousAddition,
		app.HoldAdditionCancelled, app.HoldEditedSince, app.HoldOverlap, app.HoldUnitMismatch, app.HoldFirstTouch, app.HoldNoPrice, app.HoldMethodChanged,
		app.HoldShareLeft, app.HoldUnmatchedBelow, app.HoldMappingBroken, app.HoldCycleNotMonthly, app.HoldWrongPeriod, app.HoldRestored,
	}
	for _, code := range codes {
		t.Run(string(code), func(t *testing.T) {
			fix, ok := fixes[code]
			if !ok {
				t.Fatal("no case makes it")
			}
			p := held(fix.change)
			l := p.Lines[0]
			i := slices.IndexFunc(l.Holds, func(h app.Hold) bool { return h.Code == code })
			if l.Verdict != app.VerdictHold || i < 0 {
				t.Fatalf("%s, holds %v", l.Verdict, holds(l))
			}
			if !strings.Contains(l.Holds[i].Message, fix.say) {
				t.Errorf("%q does not say %q", l.Holds[i].Message, fix.say)
			}
			if released := billing.Releasable(l) == nil; released != fix.release {
				t.Errorf("release: %v", released)
			}
			if corrected := billing.Correctable(l) == nil; corrected != fix.correct {
				t.Errorf("correction: %v", corrected)
			}
			if got, err := billing.Decide(p, 1, app.DecisionSkipped, nil, "", "ada"); err != nil || got.Lines[0].Verdict != app.VerdictSkipped {
				t.Errorf("skip: %v", err)
			}
		})
	}
	if len(fixes) != len(codes) {
		t.Errorf("%d ways out for %d holds", len(fixes), len(codes))
	}
}

// What an undo finds invoiced, edited or gone is left alone and nobody can release it.
func TestM16AnUndoIsNotDecidedOn(t *testing.T) {
	ten := q("10")
	line := app.Line{
		AdditionID: 9904, Agreement: app.Named{ID: 12}, ProductID: 500, Before: &ten, After: q("12"), Verdict: app.VerdictUpdate, State: app.LineDone,
		NextInvoice: date("2026-11-01"), Rule: "rounded up", EffectiveBy: "ada",
	}
	p := billing.Undo(app.Push{ID: 3, Lines: []app.Line{line}}, billing.Standing{
		Additions: map[int64][]app.Addition{12: {addition(9904, 500, "X360-ACCOUNT", "12")}}, Agreements: []app.Agreement{agreement(12, 250)},
	}, now, time.UTC)
	l := p.Lines[0]
	if !slices.Equal(holds(l), []app.HoldCode{app.HoldAlreadyInvoiced}) || l.Verdict != app.VerdictSkipped || !strings.Contains(l.Holds[0].Message, "credit") {
		t.Errorf("%s %v", l.Verdict, l.Holds)
	}
	if l.Rule != "as it was before the push" || l.EffectiveBy != "" {
		t.Errorf("rule %q, day by %q", l.Rule, l.EffectiveBy)
	}
	if _, err := billing.Decide(p, 0, app.DecisionReleased, nil, "", "ada"); app.ErrorCode(err) != app.Conflict {
		t.Errorf("%v", err)
	}
}
