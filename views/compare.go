package views

import (
	"psabridge/app"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// Compare is two months of one connection beside each other, as the lines stood at ConnectWise after each.
type Compare struct {
	Shell         layout.Shell
	Connection    string
	Connections   []string
	From, To      app.Period
	Periods       []app.Period
	Rows          []app.MonthChange // by company
	Came, Went    []app.Named       // companies with a line in one of the months alone
	Rose, Fell    int
	More, Less    *app.Money // sums of the known amounts; nil when none is known
	Unpriced      int
	NothingPushed bool         // before the end of the later month
	NothingBefore bool         // before the end of the earlier month
	Unpushed      []app.Period // of the two, without a push of their own after one of a month before
	Errors        ui.Errors
}

// compareGroups cuts changes into runs of one company.
func compareGroups(rows []app.MonthChange) [][]app.MonthChange {
	var out [][]app.MonthChange
	for _, r := range rows {
		if n := len(out); n > 0 && out[n-1][0].Company == r.Company {
			out[n-1] = append(out[n-1], r)
			continue
		}
		out = append(out, []app.MonthChange{r})
	}
	return out
}

// inMonth prints a quantity of a month, "none" where there was no line.
func inMonth(q *app.Quantity, unit string) string {
	if q == nil {
		return "none"
	}
	return ui.Quantity(*q, unit)
}

// monthDifference prints how much a line changed between two months.
func monthDifference(c app.MonthChange) string {
	var a, b app.Quantity
	if c.Before != nil {
		a = *c.Before
	}
	if c.After != nil {
		b = *c.After
	}
	return ui.Signed(b.Sub(a))
}

func namesOf(list []app.Named) (out []string) {
	for _, n := range list {
		out = append(out, orNoCompany(n.Name))
	}
	return out
}
