package billing

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"psabridge/app"
)

// Overlap is usage that two mappings would bill.
type Overlap struct {
	Organization app.Organization // the one that is billed twice, or the second of two alike
	Other        app.Organization // the one it is counted within, or the first
	Meter        app.Meter
	Nested       bool // Other is counted with its suborganizations; else the two only look like one customer
	Message      string
}

// Overlaps lists the usage that mappings would bill twice: an organization counted with its suborganizations while one of
// those is billed as well, and two on one line that look like one customer. latest are the newest lines that were written;
// two that a person let through on one of them are not named again.
func Overlaps(mappings []Mapping, tree []app.Organization, latest []app.Line) []Overlap {
	b := newBook(Input{Mappings: mappings, Tree: tree, Latest: latest, Zone: time.UTC})
	var out []Overlap
	for _, n := range b.nested() {
		out = append(out, Overlap{Organization: n.child, Other: n.top, Meter: n.meter, Nested: true, Message: n.childText()})
	}
	out = append(out, alike(mappings, latest)...)
	slices.SortStableFunc(out, func(a, b Overlap) int {
		return cmp.Or(cmp.Compare(a.Organization.Name, b.Organization.Name), cmp.Compare(a.Meter, b.Meter))
	})
	return out
}

// nest is an organization that is billed and counted again within another.
type nest struct {
	child, top app.Organization
	meter      app.Meter
}

func (n nest) childText() string {
	return fmt.Sprintf("%s is billed here and again inside %s, which is counted with its suborganizations. Untick one of the two, or count %s alone.",
		n.child.Name, n.top.Name, n.top.Name)
}

func (n nest) topText() string {
	return fmt.Sprintf("%s is counted with its suborganizations, and %s below it is billed as well. Untick one of the two, or count %s alone.",
		n.top.Name, n.child.Name, n.top.Name)
}

// nested finds them in the order of the mappings.
func (b *book) nested() (found []nest) {
	billed := map[usage]bool{}
	for _, m := range b.Mappings {
		for _, meter := range m.Bill {
			billed[usage{keyOf(m.Organization), meter}] = true
		}
	}
	for _, m := range b.Mappings {
		for _, meter := range m.Bill {
			if m.Rules[meter].Basis != app.BasisInclusive {
				continue
			}
			for _, child := range b.below(keyOf(m.Organization)) {
				if billed[usage{keyOf(child), meter}] {
					found = append(found, nest{child, m.Organization, meter})
				}
			}
		}
	}
	return found
}

// place is a line as far as mappings tell: a Product ID on an agreement, for one meter.
type place struct {
	productOn

	meter app.Meter
}

// alike finds organizations on one line that may be one customer: of two sources, or of one name.
func alike(mappings []Mapping, latest []app.Line) (found []Overlap) {
	on := map[place][]app.Organization{}
	for _, m := range mappings {
		for _, meter := range m.Bill {
			at := place{productOn{m.AgreementID, m.Products[meter]}, meter}
			if at.agreement == 0 || at.product == "" {
				continue
			}
			for _, other := range on[at] {
				if other.Source == m.Organization.Source && !sameName(other.Name, m.Organization.Name) || bothOn(latest, at, other, m.Organization) {
					continue
				}
				found = append(found, Overlap{Organization: m.Organization, Other: other, Meter: meter, Message: fmt.Sprintf(
					"%s of %s and %s of %s are added up on one line. If they are one customer, it would be billed twice: untick one of them. If they really are two, release the line once in the preview.",
					other.Name, other.Source, m.Organization.Name, m.Organization.Source)})
			}
			on[at] = append(on[at], m.Organization)
		}
	}
	return found
}

// bothOn reports that a line was written with usage of both: a person let that through.
func bothOn(latest []app.Line, at place, one, other app.Organization) bool {
	counted := func(l app.Line, o app.Organization) bool {
		return slices.ContainsFunc(l.Shares, func(s app.Share) bool { return shareKey(s) == keyOf(o) && s.Quantity.IsPositive() })
	}
	return slices.ContainsFunc(latest, func(l app.Line) bool {
		return l.Agreement.ID == at.agreement && l.Product == at.product && l.Decision != app.DecisionCorrected && l.Decision != app.DecisionSkipped &&
			counted(l, one) && counted(l, other)
	})
}
