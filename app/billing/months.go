package billing

import (
	"cmp"
	"slices"
	"strings"

	"psabridge/app"
)

// CompareMonths tells what changed between two months, given the lines that stood at ConnectWise after each. A line is one
// agreement and product; one that came out the same, with the same people on it, is left out. A line that is counted in
// another kind of unit now went and came.
func CompareMonths(before, after []app.Line) []app.MonthChange {
	was := byItem(before)
	var out []app.MonthChange
	for _, l := range standing(after) {
		k := itemKey(l)
		old, ok := was[k]
		if !ok {
			out = append(out, came(l))
			continue
		}
		delete(was, k)
		q, same := Convert(old.After, old.Unit, l.Unit)
		if !same {
			out = append(out, went(old), came(l))
			continue
		}
		if c, changed := between(old, l, q); changed {
			out = append(out, c)
		}
	}
	for _, l := range standing(before) {
		if _, left := was[itemKey(l)]; left {
			out = append(out, went(l))
		}
	}
	slices.SortStableFunc(out, byCompany)
	return out
}

// byItem finds lines by what they are a line of; the newest of two counts, as it does at ConnectWise.
func byItem(lines []app.Line) map[lineKey]app.Line {
	found := make(map[lineKey]app.Line, len(lines))
	for _, l := range standing(lines) {
		found[itemKey(l)] = l
	}
	return found
}

func itemKey(l app.Line) lineKey {
	k := lineKey{agreement: l.Agreement.ID, product: l.ProductID}
	if k.product == 0 {
		k.name = l.Product
	}
	return k
}

// standing leaves out lines that never were at ConnectWise: nothing was used and nothing was made. Of two of one agreement
// and product the later one stands.
func standing(lines []app.Line) []app.Line {
	at := make(map[lineKey]int, len(lines))
	var out []app.Line
	for _, l := range lines {
		if l.AdditionID == 0 && l.Before == nil && l.After.IsZero() {
			continue
		}
		if i, twice := at[itemKey(l)]; twice {
			out[i] = l
			continue
		}
		at[itemKey(l)] = len(out)
		out = append(out, l)
	}
	return out
}

// between compares a line with itself a month ago, when it held was in today's unit.
func between(old, now app.Line, was app.Quantity) (app.MonthChange, bool) {
	c := change(now)
	is := now.After
	c.Before, c.After = &was, &is
	if old.Unit == now.Unit {
		c.Amount = amountOf(now, is.Sub(was))
	}
	c.Reason = strings.Join(shorten(changeByName(old, now)), ", ")
	return c, !was.Equal(is) || c.Reason != ""
}

func came(l app.Line) app.MonthChange {
	c, q := change(l), l.After
	c.After, c.Amount = &q, amountOf(l, q)
	c.Reason = strings.Join(shorten(changeByName(app.Line{}, l)), ", ")
	return c
}

func went(l app.Line) app.MonthChange {
	c, q := change(l), l.After
	c.Before, c.Amount = &q, amountOf(l, app.Q(0).Sub(q))
	c.Reason = strings.Join(shorten(changeByName(l, app.Line{Unit: l.Unit})), ", ")
	return c
}

func change(l app.Line) app.MonthChange {
	return app.MonthChange{Company: l.Company, Agreement: l.Agreement, Meter: l.Meter, Product: l.Product, Unit: l.Unit}
}

// amountOf prices a quantity of a line. A line whose own effect was unknown has no price to tell (M11).
func amountOf(l app.Line, q app.Quantity) *app.Money {
	if l.UnitPrice == nil || l.AmountChange == nil {
		return nil
	}
	amount := q.Mul(*l.UnitPrice)
	return &amount
}

func byCompany(a, b app.MonthChange) int {
	return cmp.Or(
		strings.Compare(strings.ToLower(a.Company.Name), strings.ToLower(b.Company.Name)), cmp.Compare(a.Company.ID, b.Company.ID),
		cmp.Compare(a.Agreement.ID, b.Agreement.ID), strings.Compare(a.Product, b.Product),
	)
}
