package billing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"psabridge/app"
)

// namesShown is how many names a reason spells out; the evidence page has them all.
const namesShown = 6

// Difference is what came and went between two lists of evidence.
type Difference struct {
	Added, Removed []app.EvidenceItem
	Grown          []app.EvidenceItem // in both, with another amount; Amount is the difference
}

// Compare tells what changed between the evidence of two pushes. Things are the same when kind and id are, whatever
// they are called now; what is excluded does not count.
func Compare(before, after []app.EvidenceItem) Difference {
	old := counting(before)
	now := counting(after)
	var d Difference
	for _, item := range after {
		if item.Excluded != "" {
			continue
		}
		was, ok := old[objectOf(item)]
		switch {
		case !ok:
			d.Added = append(d.Added, item)
		case !was.Amount.Equal(item.Amount):
			item.Amount = item.Amount.Sub(was.Amount)
			d.Grown = append(d.Grown, item)
		}
	}
	for _, item := range before {
		if _, ok := now[objectOf(item)]; !ok && item.Excluded == "" {
			d.Removed = append(d.Removed, item)
		}
	}
	slices.SortStableFunc(d.Grown, func(a, b app.EvidenceItem) int {
		return b.Amount.Abs().Cmp(a.Amount.Abs())
	})
	return d
}

func objectOf(i app.EvidenceItem) app.Object {
	return app.Object{Kind: i.Kind, ExternalID: i.ExternalID}
}

func counting(items []app.EvidenceItem) map[app.Object]app.EvidenceItem {
	m := make(map[app.Object]app.EvidenceItem, len(items))
	for _, i := range items {
		if i.Excluded == "" {
			m[objectOf(i)] = i
		}
	}
	return m
}

// reason says the change against the last push by name.
func (b *book) reason(d *draft) string {
	prev, ok := b.lastMonth[[2]int64{d.Agreement.ID, d.ProductID}]
	if !ok || d.ProductID == 0 || !d.known {
		return ""
	}
	return strings.Join(shorten(changeByName(prev, d.Line)), ", ")
}

// changeByName says what came, went and grew between two lines. Where a person typed a number there are no names, so the
// organizations are told apart instead.
func changeByName(prev, now app.Line) []string {
	if overridden(prev) || overridden(now) {
		return changeByShare(prev, now)
	}
	diff := Compare(prev.Items, now.Items)
	var parts []string
	for _, i := range diff.Added {
		parts = append(parts, "+ "+i.Name)
	}
	for _, i := range diff.Removed {
		parts = append(parts, "− "+i.Name)
	}
	for _, i := range diff.Grown {
		sign := "+"
		if i.Amount.IsNegative() {
			sign = "−"
		}
		parts = append(parts, fmt.Sprintf("%s %s%s %s", i.Name, sign, i.Amount.Abs().Round(2), now.Unit))
	}
	return parts
}

// changeByShare says what became of each organization's number.
func changeByShare(prev, now app.Line) []string {
	was := make(map[orgKey]app.Share, len(prev.Shares))
	for _, s := range prev.Shares {
		was[shareKey(s)] = s
	}
	var parts []string
	for _, s := range now.Shares {
		old, before := was[shareKey(s)]
		delete(was, shareKey(s))
		switch {
		case s.Override != "":
			parts = append(parts, fmt.Sprintf("%s %s typed (%s)", s.Name, s.Quantity.Round(2), s.Override))
		case old.Override != "":
			parts = append(parts, fmt.Sprintf("%s %s read again, %s was typed", s.Name, s.Quantity.Round(2), old.Quantity.Round(2)))
		case !before:
			parts = append(parts, fmt.Sprintf("+ %s %s", s.Name, s.Quantity.Round(2)))
		case !old.Quantity.Equal(s.Quantity):
			parts = append(parts, fmt.Sprintf("%s %s → %s", s.Name, old.Quantity.Round(2), s.Quantity.Round(2)))
		}
	}
	for _, s := range prev.Shares {
		if _, gone := was[shareKey(s)]; gone {
			parts = append(parts, "− "+s.Name)
		}
	}
	return parts
}

// shorten keeps the first names and counts the rest.
func shorten(parts []string) []string {
	if more := len(parts) - namesShown; more > 0 {
		return append(parts[:namesShown:namesShown], fmt.Sprintf("and %d more", more))
	}
	return parts
}

// byKey orders lines the same way whoever stored them.
func byKey(a, b app.Line) int {
	return cmp.Or(
		cmp.Compare(a.Agreement.ID, b.Agreement.ID), cmp.Compare(a.ProductID, b.ProductID),
		strings.Compare(a.Product, b.Product), cmp.Compare(a.Company.ID, b.Company.ID), strings.Compare(firstShare(a), firstShare(b)),
	)
}

func firstShare(l app.Line) string {
	if len(l.Shares) == 0 {
		return ""
	}
	return l.Shares[0].Source + "/" + l.Shares[0].ExternalID
}
