package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
	"psabridge/store/storetest"
)

// TestOverrides: the newest counts, one taken away is gone, another month's is another, and a plan knows what came after it.
func TestOverrides(t *testing.T) {
	s, ctx := storetest.Open(t), t.Context()
	october, november := app.Period{Year: 2026, Month: 10}, app.Period{Year: 2026, Month: 11}
	at := time.Date(2026, 11, 5, 9, 0, 0, 0, time.UTC)
	one := app.Override{
		Source: "sync", OrganizationID: "1", Meter: app.MeterAccounts, Period: november, Quantity: app.MustQuantity("43.5"), Unit: app.UnitEach,
		Note: "counted by phone", By: "page", At: at,
	}
	two := one
	two.Quantity, two.Note = app.Q(44), "counted again"
	other := one
	other.Period = october
	mark, err := s.OverrideMark(ctx)
	if err != nil || mark != 0 {
		t.Fatalf("mark %d, %v", mark, err)
	}
	plan, err := s.SavePlan(ctx, app.Plan{Connection: "cw", Period: november, Trigger: app.TriggerPerson, CreatedAt: at, LastOverride: mark, Findings: []app.Finding{{Code: app.FindingUnmapped, Message: "Contoso"}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SaveOverrides(ctx, []app.Override{other}); err != nil {
		t.Fatal(err)
	}
	if newer, err := s.OverridesSince(ctx, november, plan.ID); err != nil || newer {
		t.Errorf("another month's override is said to change the plan: %v, %v", newer, err)
	}
	if err := s.SaveOverrides(ctx, []app.Override{one, two}); err != nil {
		t.Fatal(err)
	}
	list, err := s.Overrides(ctx, november)
	if d := cmp.Diff([]app.Override{two}, list); d != "" || err != nil {
		t.Errorf("%s, %v", d, err)
	}
	if newer, err := s.OverridesSince(ctx, november, plan.ID); err != nil || !newer {
		t.Errorf("the plan does not know what came after it: %v, %v", newer, err)
	}
	for i, want := range []app.Code{"", app.NotFound} {
		if err := s.RemoveOverride(ctx, two); app.ErrorCode(err) != want && (err != nil || want != "") {
			t.Errorf("removal %d: %v", i+1, err)
		}
	}
	if list, err := s.Overrides(ctx, november); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
	back, err := s.Plan(ctx, plan.ID)
	if d := cmp.Diff(plan.Findings, back.Findings); d != "" || err != nil {
		t.Errorf("%s, %v", d, err)
	}
}
