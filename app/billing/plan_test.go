package billing_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
)

var (
	now    = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	period = app.Period{Year: 2026, Month: time.November}
)

func q(s string) app.Quantity   { return app.MustQuantity(s) }
func money(s string) *app.Money { m := app.MustQuantity(s); return &m }

// office is one customer with one agreement and one accounts line that we wrote before: 10 accounts then, 12 now.
func office() billing.Input {
	org := app.Organization{ID: 7, Source: "sync", ExternalID: "4711", ParentExternalID: "1", Name: "Contoso", State: app.OrganizationPresent, Active: true}
	return billing.Input{
		Connection: "cw", Period: period, Trigger: app.TriggerPerson, Now: now, Zone: time.UTC, SettingsRev: 3,
		Settings: app.BillingSettings{Enabled: true, Products: map[app.Meter]string{app.MeterAccounts: "X360-ACCOUNT", app.MeterStorage: "X360-STORAGE"}},
		Mappings: []billing.Mapping{{
			Organization: org, CompanyID: 250, AgreementID: 12, Bill: []app.Meter{app.MeterAccounts},
			Products: map[app.Meter]string{app.MeterAccounts: "X360-ACCOUNT", app.MeterStorage: "X360-STORAGE"},
		}},
		Tree:     []app.Organization{{ID: 1, Source: "sync", ExternalID: "1", Name: "MSP"}, org},
		Readings: []app.Reading{reading("4711", app.MeterAccounts, "12", app.UnitEach)},
		Actual: billing.Actual{
			Companies:  []app.Company{{ID: 250, Identifier: "Contoso", Name: "Contoso Ltd"}},
			Agreements: []app.Agreement{agreement(12, 250)},
			Products:   []app.Product{product(500, "X360-ACCOUNT"), product(501, "X360-STORAGE")},
			Additions:  map[int64][]app.Addition{12: {addition(9904, 500, "X360-ACCOUNT", "10")}},
		},
		Owned: []app.OwnedAddition{{Connection: "cw", AdditionID: 9904, AgreementID: 12, ProductID: 500, LastVerified: q("10"), Confirmed: true, Method: "computed"}},
	}
}

func reading(org string, m app.Meter, quantity, unit string) app.Reading {
	return app.Reading{ID: 31, Source: "sync", OrganizationID: org, Meter: m, Basis: app.BasisOwn, Quantity: q(quantity), Unit: unit, Complete: true, Method: "computed", AsOf: now.Add(-time.Hour)}
}

func agreement(id, company int64) app.Agreement {
	return app.Agreement{
		ID: id, Name: "Managed", CompanyID: company, Company: "Contoso Ltd", Status: "Active", BillingCycle: "Monthly",
		StartDate: date("2026-01-01"), BillStart: date("2026-01-01"), NextInvoice: date("2026-12-01"),
	}
}

func product(id int64, name string) app.Product {
	return app.Product{ID: id, Identifier: name, Class: "Agreement", Unit: "Each", Price: q("5")}
}

func addition(id, item int64, name, quantity string) app.Addition {
	return app.Addition{ID: id, AgreementID: 12, ProductID: item, Product: name, Quantity: q(quantity), UnitPrice: money("4"), BillCustomer: "Billable", EffectiveDate: date("2026-01-01")}
}

// until ends an addition, from begins it on another day.
func until(a app.Addition, day string) app.Addition { a.CancelledDate = date(day); return a }
func from(a app.Addition, day string) app.Addition  { a.EffectiveDate = date(day); return a }

func date(s string) time.Time {
	t, err := time.Parse("2006-01-02", s)
	if err != nil {
		panic(err)
	}
	return t
}

func holds(l app.Line) []app.HoldCode {
	var out []app.HoldCode
	for _, h := range l.Holds {
		out = append(out, h.Code)
	}
	return out
}

func TestPlanWritesTheDifference(t *testing.T) {
	p := billing.Plan(office())
	if len(p.Lines) != 1 || !p.Complete {
		t.Fatalf("plan: %d lines, complete %v", len(p.Lines), p.Complete)
	}
	l := p.Lines[0]
	if l.Verdict != app.VerdictUpdate || l.AdditionID != 9904 || !l.Before.Equal(q("10")) || !l.After.Equal(q("12")) {
		t.Errorf("line: %+v", l)
	}
	if l.AmountChange == nil || !l.AmountChange.Equal(q("8")) {
		t.Errorf("amount change: %v, want 8", l.AmountChange)
	}
	if l.Company.Name != "Contoso Ltd" || l.Method != "computed" || len(l.Shares) != 1 || l.Shares[0].ReadingID != 31 || !l.Shares[0].ReadAt.Equal(office().Readings[0].AsOf) {
		t.Errorf("line: %+v", l)
	}
}

// Each case changes one thing about the office; want lists the holds in the order they are found.
func TestHolds(t *testing.T) {
	additions := func(list ...app.Addition) func(*billing.Input) {
		return func(in *billing.Input) { in.Actual.Additions[12] = list }
	}
	cases := map[string]struct {
		change func(*billing.Input)
		want   []app.HoldCode
	}{
		"no reading":            {func(in *billing.Input) { in.Readings = nil }, []app.HoldCode{app.HoldIncompleteReading}},
		"incomplete":            {func(in *billing.Input) { in.Readings[0].Complete = false; in.Readings[0].Problem = "page 2 failed" }, []app.HoldCode{app.HoldIncompleteReading}},
		"stale":                 {func(in *billing.Input) { in.Readings[0].AsOf = now.Add(-25 * time.Hour) }, []app.HoldCode{app.HoldIncompleteReading}},
		"dated next year":       {func(in *billing.Input) { in.Readings[0].AsOf = now.AddDate(1, 0, 0) }, []app.HoldCode{app.HoldIncompleteReading}},
		"a clock ahead too far": {func(in *billing.Input) { in.Readings[0].AsOf = now.Add(6 * time.Minute) }, []app.HoldCode{app.HoldIncompleteReading}},
		"a clock ahead":         {func(in *billing.Input) { in.Readings[0].AsOf = now.Add(4 * time.Minute) }, nil},
		"not shown now": {func(in *billing.Input) {
			in.ReadSince = map[string]time.Time{"sync": now.Add(-time.Minute)}
		}, []app.HoldCode{app.HoldIncompleteReading}},
		"shown now": {func(in *billing.Input) {
			in.ReadSince = map[string]time.Time{"sync": now.Add(-time.Hour), "other": now}
		}, nil},
		"a statement, not read now": {func(in *billing.Input) {
			in.ReadSince = map[string]time.Time{"sync": now.Add(-time.Minute)}
			in.Readings[0].Covers = app.Period{Year: 2026, Month: time.October}
		}, nil},
		"never shown":        {func(in *billing.Input) { in.Mappings[0].Unseen = true }, []app.HoldCode{app.HoldIncompleteReading}},
		"negative":           {func(in *billing.Input) { in.Readings[0].Quantity = q("-1") }, []app.HoldCode{app.HoldIncompleteReading}},
		"source unread":      {func(in *billing.Input) { in.Unread = map[string]string{"sync": "timed out"} }, []app.HoldCode{app.HoldIncompleteReading}},
		"additions unread":   {func(in *billing.Input) { delete(in.Actual.Additions, 12) }, []app.HoldCode{app.HoldIncompleteReading}},
		"ConnectWise unread": {func(in *billing.Input) { in.Actual = billing.Actual{Problem: "no answer"} }, []app.HoldCode{app.HoldIncompleteReading}},
		"fell to zero":       {func(in *billing.Input) { in.Readings[0].Quantity = q("0") }, []app.HoldCode{app.HoldFellToZero}},
		"big change up":      {func(in *billing.Input) { in.Readings[0].Quantity = q("100") }, []app.HoldCode{app.HoldBigChange}},
		"big change down":    {func(in *billing.Input) { in.Readings[0].Quantity = q("4") }, []app.HoldCode{app.HoldBigChange}},
		"many but not much":  {func(in *billing.Input) { in.Readings[0].Quantity = q("15") }, nil},
		"units not exceeded": {func(in *billing.Input) {
			in.Actual.Additions[12][0].Quantity = q("2")
			in.Owned[0].LastVerified = q("2")
			in.Readings[0].Quantity = q("7")
		}, nil},
		"amount":                 {func(in *billing.Input) { in.Settings.Rules.Hold.Amount = money("7.99") }, []app.HoldCode{app.HoldBigChange}},
		"amount on the limit":    {func(in *billing.Input) { in.Settings.Rules.Hold.Amount = money("8") }, nil},
		"organization gone":      {func(in *billing.Input) { in.Mappings[0].Organization.State = app.OrganizationGone }, []app.HoldCode{app.HoldOrganizationGone}},
		"company inactive":       {func(in *billing.Input) { in.Actual.Companies[0].Inactive = true }, []app.HoldCode{app.HoldCompanyInactive}},
		"company unknown":        {func(in *billing.Input) { in.Actual.Companies[0].StatusUnknown = true }, []app.HoldCode{app.HoldCompanyInactive}},
		"company deleted":        {func(in *billing.Input) { in.Actual.Companies = nil }, []app.HoldCode{app.HoldCompanyInactive}},
		"no agreement":           {func(in *billing.Input) { in.Mappings[0].AgreementID = 0 }, []app.HoldCode{app.HoldNoAgreement}},
		"agreement deleted":      {func(in *billing.Input) { in.Actual.Agreements = nil }, []app.HoldCode{app.HoldNoAgreement}},
		"agreement cancelled":    {func(in *billing.Input) { in.Actual.Agreements[0].Cancelled = true }, []app.HoldCode{app.HoldAgreementInactive}},
		"agreement expired":      {func(in *billing.Input) { in.Actual.Agreements[0].Status = "Expired" }, []app.HoldCode{app.HoldAgreementInactive}},
		"agreement ended":        {func(in *billing.Input) { in.Actual.Agreements[0].EndDate = date("2026-11-21") }, []app.HoldCode{app.HoldAgreementInactive}},
		"agreement ends today":   {func(in *billing.Input) { in.Actual.Agreements[0].EndDate = date("2026-11-22") }, nil},
		"agreement starts today": {func(in *billing.Input) { in.Actual.Agreements[0].StartDate = date("2026-11-22") }, nil},
		"not started": {func(in *billing.Input) {
			in.Actual.Agreements[0].StartDate = date("2026-12-01")
			in.Actual.Agreements[0].Status = "Inactive"
		}, []app.HoldCode{app.HoldAgreementNotStarted}},
		"product not found":   {func(in *billing.Input) { in.Actual.Products = nil }, []app.HoldCode{app.HoldProductNotFound}},
		"product in capitals": {func(in *billing.Input) { in.Actual.Products[0].Identifier = "x360-account" }, []app.HoldCode{app.HoldProductNotFound}},
		"product twice":       {func(in *billing.Input) { in.Actual.Products = append(in.Actual.Products, product(600, "X360-ACCOUNT")) }, []app.HoldCode{app.HoldProductNotFound}},
		"product twice, one inactive": {func(in *billing.Input) {
			was := product(600, "X360-ACCOUNT")
			was.Inactive = true
			in.Actual.Products = append([]app.Product{was}, in.Actual.Products...)
		}, nil},
		"product not set":                       {func(in *billing.Input) { in.Mappings[0].Products = nil }, []app.HoldCode{app.HoldProductNotFound}},
		"product inactive":                      {func(in *billing.Input) { in.Actual.Products[0].Inactive = true }, []app.HoldCode{app.HoldProductInactive}},
		"bundle":                                {func(in *billing.Input) { in.Actual.Products[0].Class = "Bundle" }, []app.HoldCode{app.HoldProductBundle}},
		"two open additions":                    {additions(addition(9904, 500, "X360-ACCOUNT", "10"), addition(9905, 500, "X360-ACCOUNT", "1")), []app.HoldCode{app.HoldAmbiguousAddition}},
		"next year's line waits":                {additions(until(addition(9904, 500, "X360-ACCOUNT", "10"), "2026-12-31"), from(addition(9905, 500, "X360-ACCOUNT", "10"), "2027-01-01")), nil},
		"the next line follows at once":         {additions(from(addition(9905, 500, "X360-ACCOUNT", "10"), "2026-12-31"), until(addition(9904, 500, "X360-ACCOUNT", "10"), "2026-12-31")), nil},
		"a day in common":                       {additions(until(addition(9904, 500, "X360-ACCOUNT", "10"), "2027-01-02"), from(addition(9905, 500, "X360-ACCOUNT", "10"), "2027-01-01")), []app.HoldCode{app.HoldAmbiguousAddition}},
		"next year's line, and ours has no end": {additions(addition(9904, 500, "X360-ACCOUNT", "10"), from(addition(9905, 500, "X360-ACCOUNT", "10"), "2027-01-01")), []app.HoldCode{app.HoldAmbiguousAddition}},
		"two run until next year's line":        {additions(until(addition(9904, 500, "X360-ACCOUNT", "10"), "2026-12-31"), until(addition(9906, 500, "X360-ACCOUNT", "10"), "2026-12-31"), from(addition(9905, 500, "X360-ACCOUNT", "10"), "2027-01-01")), []app.HoldCode{app.HoldAmbiguousAddition}},
		"next year's line is ours":              {additions(until(addition(9910, 500, "X360-ACCOUNT", "10"), "2026-12-31"), from(addition(9904, 500, "X360-ACCOUNT", "10"), "2027-01-01")), []app.HoldCode{app.HoldAmbiguousAddition}},
		"next year's line, neither is ours": {func(in *billing.Input) {
			in.Owned = nil
			in.Actual.Additions[12] = []app.Addition{until(addition(9904, 500, "X360-ACCOUNT", "10"), "2026-12-31"), from(addition(9905, 500, "X360-ACCOUNT", "10"), "2027-01-01")}
		}, []app.HoldCode{app.HoldAmbiguousAddition}},
		"none has begun":       {additions(until(from(addition(9904, 500, "X360-ACCOUNT", "10"), "2026-12-01"), "2026-12-31"), from(addition(9905, 500, "X360-ACCOUNT", "10"), "2027-01-01")), []app.HoldCode{app.HoldAmbiguousAddition}},
		"ours cancelled":       {func(in *billing.Input) { in.Actual.Additions[12][0].CancelledDate = date("2026-11-22") }, []app.HoldCode{app.HoldAdditionCancelled}},
		"ours cancelled later": {func(in *billing.Input) { in.Actual.Additions[12][0].CancelledDate = date("2026-11-23") }, nil},
		"ours gone":            {additions(), []app.HoldCode{app.HoldAdditionCancelled}},
		"ours gone, another":   {additions(addition(9910, 500, "X360-ACCOUNT", "10")), []app.HoldCode{app.HoldAdditionCancelled}},
		"edited since":         {func(in *billing.Input) { in.Owned[0].LastVerified = q("11") }, []app.HoldCode{app.HoldEditedSince}},
		"unit mismatch": {func(in *billing.Input) {
			in.Mappings[0].Rules = map[app.Meter]app.QuantityRule{app.MeterAccounts: {Unit: app.UnitGB}}
		}, []app.HoldCode{app.HoldUnitMismatch}},
		"adopted":               {func(in *billing.Input) { in.Owned = nil }, []app.HoldCode{app.HoldFirstTouch}},
		"ours, never confirmed": {func(in *billing.Input) { in.Owned[0].Confirmed = false }, []app.HoldCode{app.HoldFirstTouch}},
		"adopted without price": {func(in *billing.Input) { in.Owned = nil; in.Actual.Additions[12][0].UnitPrice = money("0") }, []app.HoldCode{app.HoldFirstTouch, app.HoldNoPrice}},
		"filled from zero":      {func(in *billing.Input) { in.Owned = nil; in.Actual.Additions[12][0].Quantity = q("0") }, []app.HoldCode{app.HoldFirstTouch, app.HoldBigChange}},
		"created":               {func(in *billing.Input) { in.Owned = nil; in.Actual.Additions[12] = []app.Addition{} }, []app.HoldCode{app.HoldFirstTouch}},
		"created, no price": {func(in *billing.Input) {
			in.Owned = nil
			in.Actual.Additions[12] = []app.Addition{}
			in.Actual.Products[0].Price = q("0")
		}, []app.HoldCode{app.HoldFirstTouch, app.HoldNoPrice}},
		"never again":    {func(in *billing.Input) { in.Owned = nil; in.Actual.Additions[12][0].CancelledDate = date("2026-03-01") }, []app.HoldCode{app.HoldAdditionCancelled}},
		"method changed": {func(in *billing.Input) { in.Readings[0].Method = "usage endpoint" }, []app.HoldCode{app.HoldMethodChanged}},
		"other company":  {func(in *billing.Input) { in.Actual.Agreements[0].CompanyID = 251 }, []app.HoldCode{app.HoldMappingBroken}},
		"no company":     {func(in *billing.Input) { in.Mappings[0].CompanyID = 0 }, []app.HoldCode{app.HoldMappingBroken}},
		"item renamed": {func(in *billing.Input) {
			in.Previous = []app.Line{{Agreement: app.Named{ID: 12}, Product: "X360-ACCOUNT", ProductID: 400}}
		}, []app.HoldCode{app.HoldMappingBroken}},
		"quarterly, adopted": {func(in *billing.Input) { in.Owned = nil; in.Actual.Agreements[0].BillingCycle = "Quarterly" }, []app.HoldCode{app.HoldFirstTouch, app.HoldCycleNotMonthly}},
		"quarterly, confirmed": {func(in *billing.Input) {
			in.Actual.Agreements[0].BillingCycle, in.Owned[0].Cycle = "Quarterly", "quarterly"
		}, nil},
		"quarterly, confirmed as monthly": {func(in *billing.Input) {
			in.Actual.Agreements[0].BillingCycle, in.Owned[0].Cycle = "Quarterly", "monthly"
		}, []app.HoldCode{app.HoldCycleNotMonthly}},
		"in no cycle, confirmed before cycles were remembered": {func(in *billing.Input) { in.Actual.Agreements[0].BillingCycle = "" }, []app.HoldCode{app.HoldCycleNotMonthly}},
		"wrong month": {func(in *billing.Input) { in.Readings[0].Covers = app.Period{Year: 2026, Month: time.September} }, []app.HoldCode{app.HoldWrongPeriod}},
		"right month": {func(in *billing.Input) {
			in.Readings[0].Covers = app.Period{Year: 2026, Month: time.October}
			in.Readings[0].AsOf = now.AddDate(0, 0, -20)
		}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			in := office()
			c.change(&in)
			p := billing.Plan(in)
			l := p.Lines[0]
			if got := holds(l); !slices.Equal(got, c.want) {
				t.Fatalf("holds %v, want %v (%+v)", got, c.want, l.Holds)
			}
			if held := l.Verdict == app.VerdictHold; held != (len(c.want) > 0) {
				t.Errorf("verdict %s with holds %v", l.Verdict, holds(l))
			}
			for _, h := range l.Holds {
				if len(strings.Fields(h.Message)) < 8 || !strings.HasSuffix(h.Message, ".") {
					t.Errorf("%s says only %q", h.Code, h.Message)
				}
			}
		})
	}
}

// A plan that could not count somebody says so of itself, by name.
func TestAPlanWithoutSomebodyIsNotComplete(t *testing.T) {
	for name, change := range map[string]func(*billing.Input){
		"no reading":      func(in *billing.Input) { in.Readings = nil },
		"never shown":     func(in *billing.Input) { in.Mappings[0].Unseen = true },
		"dated next year": func(in *billing.Input) { in.Readings[0].AsOf = now.AddDate(1, 0, 0) },
		"not shown now":   func(in *billing.Input) { in.ReadSince = map[string]time.Time{"sync": now} },
	} {
		in := office()
		change(&in)
		if p := billing.Plan(in); p.Complete || len(p.Problems) != 1 || !strings.Contains(p.Problems[0], "Contoso") {
			t.Errorf("%s: complete %v, problems %v", name, p.Complete, p.Problems)
		}
	}
	many := storageOffice("1 2 3 4 5 6 7 8")
	many.Readings = nil
	if p := billing.Plan(many); len(p.Problems) != 1 || !strings.Contains(p.Problems[0], "Site f and 2 more") {
		t.Errorf("problems %v", p.Problems)
	}
}

// What would write nothing is never held, whatever else is wrong around it.
func TestM4WhatWritesNothingIsNeverHeld(t *testing.T) {
	cases := map[string]func(*billing.Input){
		"same quantity":           func(*billing.Input) {},
		"adopted":                 func(in *billing.Input) { in.Owned = nil },
		"agreement cancelled":     func(in *billing.Input) { in.Actual.Agreements[0].Cancelled = true },
		"edited to the very same": func(in *billing.Input) { in.Owned[0].LastVerified = q("9") },
		"nothing used, no line": func(in *billing.Input) {
			in.Owned, in.Actual.Additions[12], in.Readings[0].Quantity = nil, []app.Addition{}, q("0")
		},
		"nothing used, minimum, no line": func(in *billing.Input) {
			in.Owned, in.Actual.Additions[12], in.Readings[0].Quantity = nil, []app.Addition{}, q("0")
			in.Mappings[0].Rules = map[app.Meter]app.QuantityRule{app.MeterAccounts: {Minimum: money("5")}}
		},
		"nothing used, line cancelled long ago": func(in *billing.Input) {
			in.Actual.Additions[12][0].CancelledDate, in.Readings[0].Quantity = date("2026-01-31"), q("0")
		},
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			in := office()
			in.Readings[0].Quantity = q("10")
			change(&in)
			if l := billing.Plan(in).Lines[0]; l.Verdict != app.VerdictSame || len(l.Holds) != 0 {
				t.Errorf("verdict %s, holds %v", l.Verdict, l.Holds)
			}
		})
	}
}

func TestM11AmountOnlyWhereItIsCertain(t *testing.T) {
	cases := map[string]func(*app.Addition){
		"do not bill":   func(a *app.Addition) { a.BillCustomer = "DoNotBill" },
		"less included": func(a *app.Addition) { a.LessIncluded = q("5") },
		"price unknown": func(a *app.Addition) { a.UnitPrice = nil },
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			in := office()
			change(&in.Actual.Additions[12][0])
			if l := billing.Plan(in).Lines[0]; l.AmountChange != nil || l.Verdict != app.VerdictUpdate {
				t.Errorf("amount %v, verdict %s", l.AmountChange, l.Verdict)
			}
		})
	}
}

func TestM5SharesAreSummedThenRoundedThenRaised(t *testing.T) {
	in := storageOffice("1.2 1.2")
	l := billing.Plan(in).Lines[0]
	if !l.After.Equal(q("3")) || len(l.Shares) != 2 {
		t.Errorf("1.2 GB + 1.2 GB = %s with %d shares, want 3 with 2", l.After, len(l.Shares))
	}
	for i := range in.Mappings {
		in.Mappings[i].Rules[app.MeterStorage] = app.QuantityRule{Minimum: money("100")}
	}
	if l := billing.Plan(in).Lines[0]; !l.After.Equal(q("100")) {
		t.Errorf("after %s, want the minimum of 100", l.After)
	}
	in.Mappings[1].Rules[app.MeterStorage] = app.QuantityRule{}
	if l := billing.Plan(in).Lines[0]; !slices.Contains(holds(l), app.HoldMappingBroken) {
		t.Errorf("two rules on one line: %v", holds(l))
	}
}

// storageOffice has one organization per number, all on agreement 12, each with so many GB.
func storageOffice(gigabytes string) billing.Input {
	in := office()
	in.Mappings, in.Readings, in.Owned = nil, nil, nil
	in.Actual.Additions[12] = []app.Addition{addition(9905, 501, "X360-STORAGE", "2")}
	for i, gb := range strings.Fields(gigabytes) {
		id := string(rune('a' + i))
		in.Mappings = append(in.Mappings, billing.Mapping{
			Organization: app.Organization{ID: int64(i + 10), Source: "sync", ExternalID: id, Name: "Site " + id, State: app.OrganizationPresent},
			CompanyID:    250, AgreementID: 12, Bill: []app.Meter{app.MeterStorage}, Products: map[app.Meter]string{app.MeterStorage: "X360-STORAGE"},
			Rules: map[app.Meter]app.QuantityRule{app.MeterStorage: {Round: billing.RoundUp}},
		})
		r := reading(id, app.MeterStorage, "0", app.UnitBytes)
		r.Quantity, _ = billing.Convert(q(gb), app.UnitGB, app.UnitBytes)
		in.Readings = append(in.Readings, r)
	}
	return in
}

func TestM5TwoMetersOnOneLineAreRefused(t *testing.T) {
	in := office()
	in.Mappings[0].Bill = []app.Meter{app.MeterAccounts, app.MeterFileServer}
	in.Mappings[0].Products[app.MeterFileServer] = "X360-ACCOUNT"
	in.Readings = append(in.Readings, reading("4711", app.MeterFileServer, "1", app.UnitEach))
	p := billing.Plan(in)
	if len(p.Lines) != 1 || !slices.Contains(holds(p.Lines[0]), app.HoldMappingBroken) {
		t.Errorf("%d lines, holds %v", len(p.Lines), holds(p.Lines[0]))
	}
}

func TestOverlapHoldsBothSides(t *testing.T) {
	in := office()
	child := app.Organization{ID: 8, Source: "sync", ExternalID: "4712", ParentExternalID: "4711", Name: "Contoso West", State: app.OrganizationPresent}
	in.Tree = append(in.Tree, child)
	in.Mappings[0].Rules = map[app.Meter]app.QuantityRule{app.MeterAccounts: {Basis: app.BasisInclusive}}
	in.Readings[0].Basis = app.BasisInclusive
	second := in.Mappings[0]
	second.Organization, second.AgreementID, second.Rules = child, 13, nil
	in.Mappings = append(in.Mappings, second)
	in.Readings = append(in.Readings, reading("4712", app.MeterAccounts, "3", app.UnitEach))
	in.Actual.Agreements = append(in.Actual.Agreements, agreement(13, 250))
	in.Actual.Additions[13] = []app.Addition{}
	for _, l := range billing.Plan(in).Lines {
		if !slices.Contains(holds(l), app.HoldOverlap) {
			t.Errorf("agreement %d: holds %v", l.Agreement.ID, holds(l))
		}
	}
}

func TestM10ExclusionsAndTrials(t *testing.T) {
	in := office()
	in.Readings[0].Quantity = q("3")
	in.Readings[0].Items = []app.EvidenceItem{
		{Kind: app.ObjectAccount, ExternalID: "1", Name: "Ada", Amount: q("1")},
		{Kind: app.ObjectAccount, ExternalID: "2", Name: "Bob", Amount: q("1")},
		{Kind: app.ObjectAccount, ExternalID: "3", Name: "Scanner", Amount: q("1")},
		{Kind: app.ObjectAccount, ExternalID: "4", Name: "Left out by the source already", Amount: q("1"), Excluded: "suspended"},
	}
	in.Actual.Additions[12][0].Quantity, in.Owned[0].LastVerified = q("3"), q("3")
	in.Mappings[0].Exclude = []app.Exclusion{{Kind: app.ObjectAccount, ID: "3", Reason: "service account"}, {Kind: app.ObjectMachine, ID: "2", Reason: "another kind"}, {Kind: app.ObjectAccount, ID: "4"}}
	l := billing.Plan(in).Lines[0]
	if !l.After.Equal(q("2")) || l.Items[2].Excluded != "service account" || l.Items[1].Excluded != "" {
		t.Errorf("after %s, items %+v", l.After, l.Items)
	}
	short := in
	short.Readings = slices.Clone(in.Readings)
	short.Readings[0].Quantity = q("0.5") // less than the one account that is left out
	if l := billing.Plan(short).Lines[0]; !l.Shares[0].Quantity.IsZero() {
		t.Errorf("more is left out than was counted: %s", l.Shares[0].Quantity)
	}
	if in.Readings[0].Items[2].Excluded != "" {
		t.Error("the reading itself was changed")
	}

	in.Readings[0].Items = nil
	if l := billing.Plan(in).Lines[0]; !slices.Contains(holds(l), app.HoldIncompleteReading) {
		t.Errorf("exclusions without evidence: %v", holds(l))
	}

	until, no := now.Add(time.Hour), false
	in.Mappings[0].Exclude, in.Mappings[0].Organization.TrialUntil = nil, &until
	if l := billing.Plan(in).Lines[0]; !l.After.Equal(q("3")) {
		t.Errorf("a trial counts unless the rule says no: %s", l.After)
	}
	in.Mappings[0].Rules = map[app.Meter]app.QuantityRule{app.MeterAccounts: {Trials: &no}}
	if l := billing.Plan(in).Lines[0]; !l.After.IsZero() || l.Verdict != app.VerdictHold {
		t.Errorf("trial: after %s, verdict %s", l.After, l.Verdict)
	}
}

func TestInclusiveWithoutTrials(t *testing.T) {
	in, until, no := office(), now.Add(time.Hour), false
	in.Tree = append(in.Tree, app.Organization{ID: 8, Source: "sync", ExternalID: "4712", ParentExternalID: "4711", Name: "West", TrialUntil: &until})
	in.Mappings[0].Rules = map[app.Meter]app.QuantityRule{app.MeterAccounts: {Basis: app.BasisInclusive, Trials: &no}}
	in.Readings[0].Basis = app.BasisInclusive
	if l := billing.Plan(in).Lines[0]; !slices.Contains(holds(l), app.HoldIncompleteReading) {
		t.Errorf("no reading of the trial below: %v", holds(l))
	}
	in.Readings = append(in.Readings, reading("4712", app.MeterAccounts, "3", app.UnitEach))
	if l := billing.Plan(in).Lines[0]; !l.After.Equal(q("9")) {
		t.Errorf("12 with 3 on trial = %s, want 9", l.After)
	}
	trial := &in.Readings[1]
	trial.Items = []app.EvidenceItem{{Kind: app.ObjectAccount, ExternalID: "s", Name: "Scanner", Amount: q("1")}}
	in.Readings[0].Items = trial.Items
	in.Mappings[0].Exclude = []app.Exclusion{{Kind: app.ObjectAccount, ID: "s"}}
	if l := billing.Plan(in).Lines[0]; !l.After.Equal(q("9")) {
		t.Errorf("12 with 3 on trial, of which 1 is left out anyway = %s, want 9", l.After)
	}
	in.Mappings[0].Exclude = nil
	in.Mappings[0].Organization.TrialUntil = &until
	in.Readings = append(in.Readings, reading("4711", app.MeterAccounts, "2", app.UnitEach))
	if l := billing.Plan(in).Lines[0]; !l.After.Equal(q("7")) {
		t.Errorf("12 with 3 and its own 2 on trial = %s, want the 7 of those below that pay", l.After)
	}
	in.Readings[0].Quantity = q("4") // younger or older than the others: less than what is taken off it
	if l := billing.Plan(in).Lines[0]; !l.After.IsZero() {
		t.Errorf("4 with 5 on trial = %s", l.After)
	}
	in.Readings[0].Quantity, in.Now = q("12"), until
	for i := range in.Readings {
		in.Readings[i].AsOf = until
	}
	if l := billing.Plan(in).Lines[0]; !l.After.Equal(q("12")) {
		t.Errorf("12 with trials that end now = %s, want 12", l.After)
	}
}

func TestFileServerFlag(t *testing.T) {
	for how, want := range map[string]string{"": "3", "count": "3", "flag": "1"} {
		in := office()
		in.Mappings[0].Bill = []app.Meter{app.MeterFileServer}
		in.Mappings[0].Products[app.MeterFileServer] = "X360-FSE"
		in.Mappings[0].Rules = map[app.Meter]app.QuantityRule{app.MeterFileServer: {FSE: how}}
		in.Actual.Products = append(in.Actual.Products, product(502, "X360-FSE"))
		in.Readings = []app.Reading{reading("4711", app.MeterFileServer, "3", app.UnitEach)}
		in.Owned = nil
		if l := billing.Plan(in).Lines[0]; !l.After.Equal(q(want)) {
			t.Errorf("fse %q: %s, want %s", how, l.After, want)
		}
		in.Readings[0].Quantity = q("0")
		if l := billing.Plan(in).Lines[0]; !l.After.IsZero() {
			t.Errorf("fse %q without a server: %s", how, l.After)
		}
		in.Overrides = []app.Override{typed("4711", app.MeterFileServer, "0", app.UnitEach)}
		if l := billing.Plan(in).Lines[0]; !l.After.IsZero() {
			t.Errorf("fse %q, no server typed: %s", how, l.After)
		}
	}
}

func TestReasonNamesWhoCameAndWent(t *testing.T) {
	in := office()
	in.Readings[0].Items = []app.EvidenceItem{{Kind: app.ObjectAccount, ExternalID: "1", Name: "Ada Lovelace", Amount: q("1")}, {Kind: app.ObjectAccount, ExternalID: "2", Name: "Grace H.", Amount: q("1")}}
	in.Previous = []app.Line{{
		Agreement: app.Named{ID: 12}, Product: "X360-ACCOUNT", ProductID: 500, Meter: app.MeterAccounts, State: app.LineDone,
		Items:  []app.EvidenceItem{{Kind: app.ObjectAccount, ExternalID: "2", Name: "Grace Hopper", Amount: q("1")}, {Kind: app.ObjectAccount, ExternalID: "9", Name: "Bob", Amount: q("1")}},
		Shares: []app.Share{{Source: "sync", ExternalID: "4711", Name: "Contoso", Quantity: q("10")}},
	}}
	if got, want := billing.Plan(in).Lines[0].Reason, "+ Ada Lovelace, − Bob"; got != want {
		t.Errorf("reason %q, want %q", got, want)
	}
}

func TestCompareCountsWhatIsBilled(t *testing.T) {
	item := func(id, amount, excluded string) app.EvidenceItem {
		return app.EvidenceItem{Kind: app.ObjectRoot, ExternalID: id, Name: "Root " + id, Amount: q(amount), Excluded: excluded}
	}
	d := billing.Compare(
		[]app.EvidenceItem{item("1", "5", ""), item("2", "1", "test"), item("3", "2", ""), item("4", "9", "")},
		[]app.EvidenceItem{item("1", "7.5", ""), item("3", "2", "archive"), item("4", "9", ""), item("5", "1", "new, but left out"), item("6", "3", "")},
	)
	names := func(items []app.EvidenceItem) string {
		var ids strings.Builder
		for _, i := range items {
			ids.WriteString(i.ExternalID)
		}
		return ids.String()
	}
	if names(d.Added) != "6" || names(d.Removed) != "3" || names(d.Grown) != "1" || !d.Grown[0].Amount.Equal(q("2.5")) {
		t.Errorf("%+v", d)
	}
}

// Nothing to write changes nothing a month, whatever held lines may cost; a line without a price is counted, not added.
func TestTotals(t *testing.T) {
	line := func(v app.Verdict, amount *app.Money) app.Line {
		return app.Line{Verdict: v, Before: new(q("1")), After: q("2"), AmountChange: amount}
	}
	for name, c := range map[string]struct {
		lines         []app.Line
		changed, held int
		amount        *app.Money
		unpriced      int
	}{
		"nothing":       {nil, 0, 0, new(q("0")), 0},
		"held alone":    {[]app.Line{line(app.VerdictHold, nil)}, 0, 1, new(q("0")), 0},
		"one of two":    {[]app.Line{line(app.VerdictUpdate, new(q("9"))), line(app.VerdictCreate, nil), line(app.VerdictHold, nil)}, 2, 1, new(q("9")), 1},
		"none of two":   {[]app.Line{line(app.VerdictUpdate, nil), line(app.VerdictCreate, nil)}, 2, 0, nil, 2},
		"both ways":     {[]app.Line{line(app.VerdictUpdate, new(q("9"))), line(app.VerdictUpdate, new(q("-10")))}, 2, 0, new(q("-1")), 0},
		"one that is 0": {[]app.Line{line(app.VerdictUpdate, new(q("0")))}, 1, 0, new(q("0")), 0},
	} {
		changed, held, amount := billing.Totals(c.lines)
		same := amount == nil && c.amount == nil || amount != nil && c.amount != nil && amount.Equal(*c.amount)
		if changed != c.changed || held != c.held || !same || billing.Unpriced(c.lines) != c.unpriced {
			t.Errorf("%s: %d changed, %d held, %v, %d unpriced", name, changed, held, amount, billing.Unpriced(c.lines))
		}
	}
}
