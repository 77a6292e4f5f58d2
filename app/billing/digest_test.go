package billing_test

import (
	"testing"

	"psabridge/app"
	"psabridge/app/billing"
)

// Whatever a person looked at before approving is in the digest.
func TestTheDigestVouchesForEverythingThatIsWritten(t *testing.T) {
	base := func() app.Plan { return counted("12") }
	seen := map[string]string{base().Digest: "nothing"}
	for name, change := range map[string]func(*app.Line){
		"agreement":  func(l *app.Line) { l.Agreement.ID++ },
		"item":       func(l *app.Line) { l.ProductID++ },
		"product":    func(l *app.Line) { l.Product += "X" },
		"company":    func(l *app.Line) { l.Company.ID++ },
		"addition":   func(l *app.Line) { l.AdditionID++ },
		"before":     func(l *app.Line) { l.Before = money("11") },
		"after":      func(l *app.Line) { l.After = q("13") },
		"unit":       func(l *app.Line) { l.Unit = app.UnitTB },
		"share":      func(l *app.Line) { l.Shares[0].Quantity = q("13") },
		"typed":      func(l *app.Line) { l.Shares[0].Override = "by hand" },
		"begins":     func(l *app.Line) { l.EffectiveDate = date("2026-12-01") },
		"begins by":  func(l *app.Line) { l.EffectiveBy = "ada" },
		"cancelled":  func(l *app.Line) { l.CancelledDate = date("2026-12-01") },
		"payer":      func(l *app.Line) { l.BillCustomer = "DoNotBill" },
		"price":      func(l *app.Line) { l.UnitPrice = money("400") },
		"amount":     func(l *app.Line) { l.AmountChange = nil },
		"verdict":    func(l *app.Line) { l.Verdict = app.VerdictHold },
		"decision":   func(l *app.Line) { l.Decision = app.DecisionReleased },
		"note":       func(l *app.Line) { l.Note = "checked" },
		"other hold": func(l *app.Line) { l.Holds = []app.Hold{{Code: app.HoldOverlap}} },
	} {
		p := base()
		change(&p.Lines[0])
		d := billing.Digest(p)
		if other, ok := seen[d]; ok {
			t.Errorf("%s and %s have one digest", name, other)
		}
		seen[d] = name
	}
}

// A plan that rests on something that could not be read is not complete, whatever its lines say.
func TestAPlanWithAProblemIsNotComplete(t *testing.T) {
	in := office()
	if p := billing.Plan(in); !p.Complete {
		t.Fatalf("not complete: %v", p.Problems)
	}
	in.Problems = []string{"The additions of agreement 13 could not be read."}
	if p := billing.Plan(in); p.Complete || len(p.Problems) != 1 {
		t.Errorf("complete %v, %v", p.Complete, p.Problems)
	}
}
