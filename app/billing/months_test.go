package billing_test

import (
	"fmt"
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/billing"
)

// stands is a line as it stood after a month's pushes.
func stands(company, product, quantity string, people ...string) app.Line {
	l := app.Line{
		AdditionID: 1, Agreement: app.Named{ID: int64(len(company)), Name: "Managed"}, Company: app.Named{ID: int64(len(company)), Name: company}, Product: product,
		ProductID: int64(len(product)), Unit: app.UnitEach, After: q(quantity), UnitPrice: money("4"), AmountChange: money("0"), State: app.LineDone,
	}
	for _, name := range people {
		l.Items = append(l.Items, app.EvidenceItem{Kind: app.ObjectAccount, ExternalID: name, Name: name, Amount: q("1")})
	}
	return l
}

func TestCompareMonths(t *testing.T) {
	with := func(l app.Line, change func(*app.Line)) app.Line { change(&l); return l }
	dear := func(l *app.Line) { l.UnitPrice = money("5") }
	unknown := func(l *app.Line) { l.AmountChange = nil }
	unit := func(name string) func(*app.Line) { return func(l *app.Line) { l.Unit = name } }
	typed := func(l *app.Line) {
		l.Shares = []app.Share{{Source: "sync", ExternalID: "1", Name: "Contoso", Quantity: l.After, Override: "by phone"}}
	}
	for name, c := range map[string]struct {
		before, after []app.Line
		want          string
	}{
		"nothing":  {nil, nil, ""},
		"the same": {[]app.Line{stands("Ada", "SEAT", "1", "x")}, []app.Line{stands("Ada", "SEAT", "1", "x")}, ""},
		"rose":     {[]app.Line{stands("Ada", "SEAT", "1", "x")}, []app.Line{stands("Ada", "SEAT", "2", "x", "y")}, "Ada 1→2 4 + y;"},
		"fell, later's price": {
			[]app.Line{stands("Ada", "SEAT", "3", "x", "y")},
			[]app.Line{with(stands("Ada", "SEAT", "1", "x"), dear)},
			"Ada 3→1 -10 − y;",
		},
		"swapped":          {[]app.Line{stands("Ada", "SEAT", "1", "x")}, []app.Line{stands("Ada", "SEAT", "1", "y")}, "Ada 1→1 0 + y, − x;"},
		"price unknown":    {[]app.Line{stands("Ada", "SEAT", "1")}, []app.Line{with(stands("Ada", "SEAT", "2"), unknown)}, "Ada 1→2 ? ;"},
		"came":             {nil, []app.Line{stands("Ada", "SEAT", "2", "x", "y")}, "Ada ?→2 8 + x, + y;"},
		"went":             {[]app.Line{stands("Ada", "SEAT", "2", "x")}, nil, "Ada 2→? -8 − x;"},
		"never was":        {nil, []app.Line{with(stands("Ada", "SEAT", "0"), func(l *app.Line) { l.AdditionID = 0 })}, ""},
		"GB became TB":     {[]app.Line{with(stands("Ada", "GB", "2048"), unit("GB"))}, []app.Line{with(stands("Ada", "GB", "3"), unit("TB"))}, "Ada 2→3 ? ;"},
		"each became GB":   {[]app.Line{stands("Ada", "X", "5")}, []app.Line{with(stands("Ada", "X", "5"), unit("GB"))}, "Ada 5→? -20 ;Ada ?→5 20 ;"},
		"typed":            {[]app.Line{stands("Ada", "X", "5", "x")}, []app.Line{with(stands("Ada", "X", "6"), typed)}, "Ada 5→6 4 Contoso 6 typed (by phone);"},
		"written twice":    {[]app.Line{stands("Ada", "X", "5"), stands("Ada", "X", "6")}, []app.Line{stands("Ada", "X", "6")}, ""},
		"by company":       {nil, []app.Line{stands("Zoella", "X", "1"), stands("bert", "X", "1"), stands("Ada", "X", "1")}, "Ada ?→1 4 ;bert ?→1 4 ;Zoella ?→1 4 ;"},
		"its end, by name": {[]app.Line{stands("Ada", "X", "1")}, []app.Line{with(stands("Ada", "X", "0"), unknown)}, "Ada 1→0 ? ;"},
	} {
		t.Run(name, func(t *testing.T) {
			var got strings.Builder
			for _, m := range billing.CompareMonths(c.before, c.after) {
				fmt.Fprintf(&got, "%s %s→%s %s %s;", m.Company.Name, or(m.Before), or(m.After), or(m.Amount), m.Reason)
			}
			if got.String() != c.want {
				t.Errorf("%q, want %q", got.String(), c.want)
			}
		})
	}
}
