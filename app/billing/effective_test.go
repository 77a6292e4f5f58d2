package billing_test

import (
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
)

// made is the office where the line would be created, with one change.
func made(change func(*billing.Input)) app.Plan {
	return held(func(in *billing.Input) {
		in.Owned, in.Actual.Additions[12] = nil, []app.Addition{}
		change(in)
	})
}

func nothing(*billing.Input) {}

func TestM8CreateIsEffectiveTodayOrWhenBillingStarts(t *testing.T) {
	in := office()
	in.Owned, in.Actual.Additions[12] = nil, []app.Addition{}
	in.Now = time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	in.Zone = time.FixedZone("New York", -5*3600)
	in.Readings[0].AsOf = in.Now
	l := billing.Plan(in).Lines[0]
	if !l.EffectiveDate.Equal(date("2026-11-22")) || !l.EffectiveFrom.Equal(date("2026-01-01")) {
		t.Errorf("effective %s on the evening of 22 November in New York, from %s", l.EffectiveDate, l.EffectiveFrom)
	}
	if l.AdditionID != 0 || l.Before != nil || l.BillCustomer != "Billable" || !l.AmountChange.Equal(q("60")) {
		t.Errorf("line: %+v", l)
	}
	in.Actual.Agreements[0].BillStart = date("2027-02-01")
	if l := billing.Plan(in).Lines[0]; !l.EffectiveDate.Equal(date("2027-02-01")) {
		t.Errorf("effective %s, but billing starts in February", l.EffectiveDate)
	}
	in.Actual.Agreements[0].StartDate, in.Actual.Agreements[0].BillStart = date("2027-03-01"), time.Time{}
	if l := billing.Plan(in).Lines[0]; !l.EffectiveDate.Equal(date("2027-03-01")) {
		t.Errorf("effective %s, but the agreement starts in March", l.EffectiveDate)
	}
}

func TestM8ThePersonChoosesTheDay(t *testing.T) {
	today := date("2026-11-22")
	plain := made(nothing)
	for name, c := range map[string]struct {
		plan  app.Plan
		day   string // empty: back to the rule's
		want  string // the day after; empty: refused
		code  app.Code
		field string
	}{
		"later":                    {plain, "2026-12-01", "2026-12-01", "", ""},
		"earlier, down to start":   {plain, "2026-01-01", "2026-01-01", "", ""},
		"a year ahead":             {plain, "2027-11-22", "2027-11-22", "", ""},
		"back to the rule":         {plain, "", "2026-11-22", "", ""},
		"before billing starts":    {plain, "2025-12-31", "", app.Invalid, "effective"},
		"more than a year ahead":   {plain, "2027-11-23", "", app.Invalid, "effective"},
		"start in the future":      {made(func(in *billing.Input) { in.Actual.Agreements[0].BillStart = date("2027-02-01") }), "2027-01-31", "", app.Invalid, "effective"},
		"start unknown, in past":   {made(unknownStart), "2026-11-21", "", app.Invalid, "effective"},
		"start unknown, today":     {made(unknownStart), "2026-11-22", "2026-11-22", "", ""},
		"a line that exists":       {held(nothing), "2026-12-01", "", app.Invalid, "line"},
		"nothing used":             {made(func(in *billing.Input) { in.Readings[0].Quantity = q("0") }), "2026-12-01", "", app.Invalid, "line"},
		"agreement does not run":   {made(func(in *billing.Input) { in.Actual.Agreements[0].Cancelled = true }), "2026-12-01", "", app.Invalid, "line"},
		"not certain what is made": {made(func(in *billing.Input) { in.Actual.Products[0].Class = "Bundle" }), "2026-12-01", "", app.Invalid, "line"},
		"frozen":                   {app.Plan{State: app.PlanApproved, Lines: plain.Lines}, "2026-12-01", "", app.Conflict, ""},
		"an undo":                  {app.Plan{UndoOf: 3, Lines: plain.Lines}, "2026-12-01", "", app.Conflict, ""},
		"no such line":             {app.Plan{}, "2026-12-01", "", app.NotFound, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var to time.Time
			if c.day != "" {
				to = date(c.day).Add(13 * time.Hour) // the time of day does not count
			}
			got, err := billing.SetEffective(c.plan, 1, to, today, " ada ")
			if c.want == "" {
				if app.ErrorCode(err) != c.code || app.ErrorField(err) != c.field {
					t.Fatalf("%v (field %q), want %s about %q", err, app.ErrorField(err), c.code, c.field)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			l, by := got.Lines[0], "ada"
			if c.day == "" {
				by = ""
			}
			if !l.EffectiveDate.Equal(date(c.want)) || l.EffectiveBy != by || !strings.Contains(l.Holds[0].Message, l.EffectiveDate.Format("2 January 2006")) {
				t.Errorf("effective %s by %q: %q", l.EffectiveDate, l.EffectiveBy, l.Holds[0].Message)
			}
			if (got.Digest == c.plan.Digest) != (c.day == "") {
				t.Error("the digest does not follow the day")
			}
			if len(c.plan.Lines) > 0 && c.plan.Lines[0].EffectiveBy != "" {
				t.Error("the plan handed in was changed")
			}
		})
	}
}

func unknownStart(in *billing.Input) {
	in.Actual.Agreements[0].StartDate, in.Actual.Agreements[0].BillStart = time.Time{}, time.Time{}
}

// A new plan keeps the day a person set while the line is the same otherwise, with its release; else the rule's comes back.
func TestM8ANewPlanKeepsTheDay(t *testing.T) {
	set, err := billing.SetEffective(made(nothing), 1, date("2026-12-15"), date("2026-11-22"), "ada")
	if err != nil {
		t.Fatal(err)
	}
	if set, err = billing.Decide(set, 1, app.DecisionReleased, nil, "agreed", "ada"); err != nil {
		t.Fatal(err)
	}
	tomorrow := func(in *billing.Input) { in.Now = in.Now.AddDate(0, 0, 1); in.Readings[0].AsOf = in.Now }
	for name, c := range map[string]struct {
		change func(*billing.Input)
		want   string
	}{
		"unchanged":            {nothing, "2026-12-15"},
		"a day later":          {tomorrow, "2026-12-15"},
		"another quantity":     {func(in *billing.Input) { in.Readings[0].Quantity = q("13") }, "2026-11-22"},
		"another price":        {func(in *billing.Input) { in.Actual.Products[0].Price = q("7") }, "2026-11-22"},
		"billing starts later": {func(in *billing.Input) { in.Actual.Agreements[0].BillStart = date("2027-01-01") }, "2027-01-01"},
		"made by hand since": {func(in *billing.Input) {
			in.Actual.Additions[12] = []app.Addition{addition(9904, 500, "X360-ACCOUNT", "10")}
		}, "0001-01-01"},
	} {
		got := billing.CarryReleases(set, made(c.change))
		l, kept := got.Lines[0], c.want == "2026-12-15"
		if !l.EffectiveDate.Equal(date(c.want)) || (l.EffectiveBy == "ada") != kept || (l.Verdict == app.VerdictCreate) != kept {
			t.Errorf("%s: %s from %s by %q", name, l.Verdict, l.EffectiveDate, l.EffectiveBy)
		}
		if kept && got.Digest != set.Digest {
			t.Errorf("%s: another digest", name)
		}
	}
}

// Where ConnectWise names no first day, a day that has passed since is not kept: nobody could set it any more.
func TestM8ADayThatHasPassedIsNotKept(t *testing.T) {
	set, err := billing.SetEffective(made(unknownStart), 1, date("2026-11-22"), date("2026-11-22"), "ada")
	if err != nil {
		t.Fatal(err)
	}
	if set, err = billing.Decide(set, 1, app.DecisionReleased, nil, "", "ada"); err != nil {
		t.Fatal(err)
	}
	for days, want := range map[int]app.Verdict{0: app.VerdictCreate, 5: app.VerdictHold} {
		got := billing.CarryReleases(set, made(func(in *billing.Input) {
			unknownStart(in)
			in.Now = in.Now.AddDate(0, 0, days)
			in.Readings[0].AsOf = in.Now
		}))
		if l := got.Lines[0]; l.Verdict != want || l.EffectiveDate.Before(date("2026-11-22").AddDate(0, 0, days)) {
			t.Errorf("%d days later: %s from %s", days, l.Verdict, l.EffectiveDate)
		}
	}
}
