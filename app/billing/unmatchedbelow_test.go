package billing_test

import (
	"slices"
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/billing"
)

// branch adds Hafen Nord below the office, without a company, and leaves the office's line, never written, to fall from 10 to 8.
func branch(in *billing.Input) {
	o := app.Organization{ID: 9, Source: "sync", ExternalID: "4720", ParentExternalID: "4711", Name: "Hafen Nord", State: app.OrganizationPresent}
	in.Tree = append(in.Tree, o)
	in.Unbilled = append(in.Unbilled, billing.Mapping{Organization: o, Products: in.Mappings[0].Products})
	in.Owned, in.Readings[0].Quantity = nil, q("8")
	in.Readings = append(in.Readings, reading("4720", app.MeterAccounts, "2", app.UnitEach))
}

// What a line loses that we never wrote may be what an organization below it uses that nobody matched: a decrease asks then, by name,
// and is not let go together with the first writes.
func TestADecreaseAsksWhileSomebodyBelowIsNotMatched(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*billing.Input)
		held   bool
	}{
		"not matched":          {func(*billing.Input) {}, true},
		"never read":           {func(in *billing.Input) { in.Readings = in.Readings[:1] }, true},
		"further below":        {func(in *billing.Input) { deepen(in) }, true},
		"typed by somebody":    {func(in *billing.Input) { in.Owned = office().Owned; in.Owned[0].LastVerified = q("9") }, true},
		"written by us":        {func(in *billing.Input) { in.Owned = office().Owned }, false},
		"uses nothing":         {func(in *billing.Input) { in.Readings[1].Quantity = q("0") }, false},
		"matched, not billed":  {func(in *billing.Input) { in.Unbilled[0].CompanyID = 250 }, false},
		"ignored":              {func(in *billing.Input) { in.Unbilled = nil }, false},
		"beside, not below":    {func(in *billing.Input) { in.Tree[2].ParentExternalID = "1" }, false},
		"increase":             {func(in *billing.Input) { in.Readings[0].Quantity = q("11") }, false},
		"the same":             {func(in *billing.Input) { in.Readings[0].Quantity = q("10") }, false},
		"counted with the top": {inclusive, false},
	} {
		t.Run(name, func(t *testing.T) {
			in := office()
			branch(&in)
			tt.change(&in)
			l := billing.Plan(in).Lines[0]
			i := slices.IndexFunc(l.Holds, func(h app.Hold) bool { return h.Code == app.HoldUnmatchedBelow })
			if held := i >= 0; held != tt.held {
				t.Fatalf("held %v, want %v: %v", held, tt.held, l.Holds)
			}
			if tt.held && !strings.Contains(l.Holds[i].Message, "Hafen Nord") {
				t.Errorf("%q names nobody", l.Holds[i].Message)
			}
		})
	}
}

// deepen puts an organization that is matched between the office and Hafen Nord.
func deepen(in *billing.Input) {
	between := app.Organization{ID: 8, Source: "sync", ExternalID: "4715", ParentExternalID: "4711", Name: "Hafen", State: app.OrganizationPresent}
	in.Tree[2].ParentExternalID = between.ExternalID
	in.Tree = append(in.Tree, between)
}

// inclusive bills the office with everything below it.
func inclusive(in *billing.Input) {
	in.Mappings[0].Rules = map[app.Meter]app.QuantityRule{app.MeterAccounts: {Basis: app.BasisInclusive}}
	in.Readings[0].Basis = app.BasisInclusive
}

// A first write that takes something away from a line is not part of releasing all first writes.
func TestReleasingFirstWritesLeavesSuchADecrease(t *testing.T) {
	in := office()
	branch(&in)
	p := numbered(billing.Plan(in))
	if _, n, err := billing.ReleaseAll(p, []app.HoldCode{app.HoldFirstTouch}, "", "ada"); err != nil || n != 0 {
		t.Errorf("%d lines released, %v", n, err)
	}
	if got, err := billing.Decide(p, p.Lines[0].ID, app.DecisionReleased, nil, "", "ada"); err != nil || got.Lines[0].Verdict != app.VerdictUpdate {
		t.Errorf("released by itself: %v", err)
	}
}
