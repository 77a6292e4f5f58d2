package push_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"psabridge/app"
	"psabridge/app/sandbox/sample"
)

var november = app.Period{Year: 2026, Month: time.November}

func (w *world) override(quantity string) app.Override {
	return app.Override{
		Source: sample.SourceName, OrganizationID: strconv.Itoa(w.customer()), Meter: app.MeterAccounts, Period: november,
		Quantity: app.MustQuantity(quantity), Unit: app.UnitEach, Note: "counted by phone",
	}
}

func (w *world) saveOverrides(list ...app.Override) {
	w.t.Helper()
	if err := w.pusher.SaveOverrides(w.t.Context(), list, "ada"); err != nil {
		w.t.Fatal(err)
	}
}

// accountsOf is the line an organization's accounts are on, with its own share first.
func accountsOf(t *testing.T, p app.Plan, organization string) app.Line {
	t.Helper()
	for _, l := range p.Lines {
		for i, s := range l.Shares {
			if l.Meter == app.MeterAccounts && s.ExternalID == organization {
				l.Shares[0], l.Shares[i] = l.Shares[i], l.Shares[0]
				return l
			}
		}
	}
	t.Fatalf("nothing is billed of the accounts of %s", organization)
	return app.Line{}
}

// A typed number is what the month's plans count from then on, and no other month's; the plan before it is not pushed.
func TestATypedNumberCounts(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAsk)
	o := w.override("55.5")
	earlier := w.plan()
	was := accountsOf(t, earlier, o.OrganizationID)
	w.saveOverrides(o)
	if _, err := w.pusher.Approve(t.Context(), earlier.ID, earlier.Digest, app.TriggerPerson, "ada"); app.ErrorCode(err) != app.Conflict || !strings.Contains(app.ErrorMessage(err), "Make a new plan") {
		t.Errorf("a plan from before the override: %v", err)
	}
	plan := w.plan()
	l := accountsOf(t, plan, o.OrganizationID)
	want := app.MustQuantity("55.5").Add(l.Shares[1].Quantity).Ceil() // of two organizations, and rounded once
	if !l.After.Decimal.Equal(want) || l.Verdict != app.VerdictUpdate || l.Shares[0].Override != o.Note {
		t.Fatalf("%s → %s, %s %v, override %q", l.Before, l.After, l.Verdict, l.Holds, l.Shares[0].Override)
	}
	w.approve(plan)
	w.work(nil)
	if now := w.holdsNow(l.Agreement.ID, l.AdditionID); now != want.String() {
		t.Errorf("it holds %s", now)
	}
	again := w.plan()
	if len(writers(again.Lines)) != 0 {
		t.Errorf("planning again writes %d lines", len(writers(again.Lines)))
	}
	if err := w.pusher.RemoveOverride(t.Context(), app.Override{Source: o.Source, OrganizationID: o.OrganizationID, Meter: o.Meter, Period: o.Period}, "ada"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.pusher.Approve(t.Context(), again.ID, again.Digest, app.TriggerPerson, "ada"); app.ErrorCode(err) != app.Conflict {
		t.Errorf("a plan from before the removal: %v", err)
	}
	if l := accountsOf(t, w.plan(), o.OrganizationID); !l.After.Equal(was.After) {
		t.Errorf("without the override it is %s, want %s as read", l.After, was.After)
	}
	w.saveOverrides(o)
	w.pass(12 * 24 * time.Hour) // 4 December
	if l := accountsOf(t, w.plan(), o.OrganizationID); l.Shares[0].Override != "" || !l.After.Equal(was.After) {
		t.Errorf("the override outlived its month: %s", l.After)
	}
}

// A plan that is being made while a number is typed does not count it, and says so when it is to be pushed.
func TestTypedWhileAPlanIsMade(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAsk)
	w.pusher.Store = typedMeanwhile{w.store, func() { w.saveOverrides(w.override("70")) }}
	p := w.plan()
	if _, err := w.pusher.Approve(t.Context(), p.ID, p.Digest, app.TriggerPerson, "ada"); app.ErrorCode(err) != app.Conflict {
		t.Errorf("%v, want conflict", err)
	}
}

func TestWhatCannotBeTyped(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAsk)
	for name, tt := range map[string]struct {
		spoil func(*app.Override)
		field string
		says  string
	}{
		"nobody's":               {func(o *app.Override) { o.OrganizationID = "999" }, "organization", "shows no organization"},
		"another source's":       {func(o *app.Override) { o.Source = "axcient" }, "organization", "shows no organization"},
		"no such meter":          {func(o *app.Override) { o.Meter = "coffee" }, "meter", "coffee"},
		"less than nothing":      {func(o *app.Override) { o.Quantity = app.Q(-1) }, "quantity", "less than 0"},
		"a number without end":   {func(o *app.Override) { o.Quantity = app.Quantity{Decimal: decimal.New(1, 2_000_000_000)} }, "quantity", "digits before"},
		"twenty digits":          {func(o *app.Override) { o.Quantity = app.MustQuantity("12345678901234567890") }, "quantity", "digits before"},
		"a number without start": {func(o *app.Override) { o.Quantity = app.Quantity{Decimal: decimal.New(1, -2_000_000_000)} }, "quantity", "digits after"},
		"no unit":                {func(o *app.Override) { o.Unit = "" }, "unit", "is not a unit"},
		"accounts in gigabytes":  {func(o *app.Override) { o.Unit = app.UnitGB }, "unit", "cannot be turned"},
		"without a note":         {func(o *app.Override) { o.Note = "  " }, "note", "needs a note"},
		"a novel":                {func(o *app.Override) { o.Note = strings.Repeat("x", 501) }, "note", "500"},
		"a month long over":      {func(o *app.Override) { o.Period = app.Period{Year: 2025, Month: time.May} }, "period", "cannot be planned"},
		"no month":               {func(o *app.Override) { o.Period = app.Period{} }, "period", "cannot be planned"},
		"twice":                  {func(*app.Override) {}, "organization", "in row 1"},
	} {
		t.Run(name, func(t *testing.T) {
			good, bad := w.override("5"), w.override("5")
			good.Meter = app.MeterStorage
			good.Unit = app.UnitTB
			if name == "twice" {
				bad = good
			}
			tt.spoil(&bad)
			err := w.pusher.SaveOverrides(t.Context(), []app.Override{good, bad}, "ada")
			if app.ErrorCode(err) != app.Invalid || app.ErrorField(err) != "overrides[1]."+tt.field || !strings.Contains(app.ErrorMessage(err), tt.says) {
				t.Errorf("%v (field %q), want %q of field %s", err, app.ErrorField(err), tt.says, tt.field)
			}
			if list, err := w.store.Overrides(t.Context(), november); err != nil || len(list) != 0 {
				t.Errorf("%d were stored all the same (%v)", len(list), err)
			}
		})
	}
	for _, list := range [][]app.Override{nil, make([]app.Override, 2001)} {
		if err := w.pusher.SaveOverrides(t.Context(), list, "ada"); app.ErrorCode(err) != app.Invalid {
			t.Errorf("%d at once: %v", len(list), err)
		}
	}
	for want, period := range map[app.Code]app.Period{app.NotFound: november, app.Conflict: {Year: 2025, Month: time.May}} {
		o := w.override("5")
		o.Period = period
		if err := w.pusher.RemoveOverride(t.Context(), o, "ada"); app.ErrorCode(err) != want {
			t.Errorf("taking away what is not there, of %s: %v, want %s", period, err, want)
		}
	}
}

// Nothing is counted for an organization that is ignored, or that its source shows no more, so nothing can be typed for it.
func TestNothingIsTypedForWhoIsNotCounted(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAsk)
	gone, o := w.customer(), w.override("5")
	ignored := o
	tree, err := w.store.Tree(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, org := range tree {
		mapped := slices.ContainsFunc(w.doc.Organizations, func(s app.OrganizationSettings) bool { return s.ID == org.ExternalID })
		if ignored.OrganizationID == o.OrganizationID && org.ParentExternalID != "" && !mapped {
			ignored.OrganizationID = org.ExternalID
			if err := w.store.SetOrganizationIgnored(t.Context(), org.ID, true); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.vendors.MSP.DeleteOrganization(gone)
	for range 3 {
		w.refresh(t.Context(), nil)
		w.pass(time.Minute)
	}
	for says, o := range map[string]app.Override{"is ignored": ignored, "is no longer shown by its source": o} {
		if err := w.pusher.SaveOverrides(t.Context(), []app.Override{o}, "ada"); app.ErrorField(err) != "overrides[0].organization" || !strings.Contains(app.ErrorMessage(err), says) {
			t.Errorf("%v, want that it %s", err, says)
		}
	}
}
