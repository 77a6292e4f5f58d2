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
	diff := Compare(prev.Items, d.Items)
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
		parts = append(parts, fmt.Sprintf("%s %s%s %s", i.Name, sign, i.Amount.Abs().Round(2), d.Unit))
	}
	if more := len(parts) - namesShown; more > 0 {
		parts = append(parts[:namesShown:namesShown], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(parts, ", ")
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
