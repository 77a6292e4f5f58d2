package store_test

import (
	"testing"

	"psabridge/app"
	"psabridge/store/storetest"
)

// A line that was right as it was is remembered without taking it for one we wrote, and never over one we wrote.
func TestALineThatWasRightIsRemembered(t *testing.T) {
	s := storetest.Open(t)
	owned := func() app.OwnedAddition {
		t.Helper()
		list, err := s.Owned(t.Context(), "cw")
		must(t, err)
		if len(list) != 1 {
			t.Fatalf("%d additions are ours", len(list))
		}
		return list[0]
	}
	step := func(verdict app.Verdict, quantity int64, cycle string) {
		t.Helper()
		l, none := line(12, 5, 9904, verdict), line(13, 5, 0, app.VerdictSame)
		l.After, l.Cycle, none.Before, none.After = app.Q(quantity), cycle, nil, app.Q(0)
		push := approve(t, s, savePlan(t, s, plan(l, none)))
		if verdict != app.VerdictSame {
			settleAgreement(t, s, push, app.LineDone)
		}
	}
	step(app.VerdictSame, 18, "quarterly")
	if o := owned(); o.Confirmed || o.CreatedByUs || !o.LastVerified.Equal(app.Q(18)) || o.AgreementID != 12 || o.ProductID != 5 || o.Cycle != "" {
		t.Errorf("found right: %+v", o)
	}
	step(app.VerdictSame, 19, "quarterly")
	if o := owned(); o.Confirmed || !o.LastVerified.Equal(app.Q(19)) {
		t.Errorf("found right again: %+v", o)
	}
	step(app.VerdictUpdate, 20, "quarterly")
	if o := owned(); !o.Confirmed || !o.LastVerified.Equal(app.Q(20)) || o.Cycle != "quarterly" {
		t.Errorf("written: %+v", o)
	}
	step(app.VerdictSame, 21, "annual")
	if o := owned(); !o.Confirmed || !o.LastVerified.Equal(app.Q(20)) || o.Cycle != "quarterly" {
		t.Errorf("found right after it was written: %+v", o)
	}
}
