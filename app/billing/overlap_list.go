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
// those is billed as well, here or elsewhere, and two on one line that look like one customer. latest are the newest lines
// that were written; two that a person let through on one of them are not named again.
func Overlaps(mappings, elsewhere []Mapping, tree []app.Organization, latest []app.Line) []Overlap {
	b := newBook(Input{Mappings: mappings, Elsewhere: elsewhere, Tree: tree, Latest: latest, Zone: time.UTC})
	var out []Overlap
	for _, n := range b.nested() {
		o := Overlap{Organization: n.child.Organization, Other: n.top.Organization, Meter: n.meter, Nested: true, Message: n.childText()}
		if n.child.Connection != "" {
			o.Organization, o.Other, o.Message = o.Other, o.Organization, n.topText()
		}
		out = append(out, o)
	}
	out = append(out, alike(mappings, latest)...)
	slices.SortStableFunc(out, func(a, b Overlap) int {
		return cmp.Or(cmp.Compare(a.Organization.Name, b.Organization.Name), cmp.Compare(a.Meter, b.Meter))
	})
	return out
}

// nest is an organization that is billed and counted again within another. One of the two may be billed elsewhere.
type nest struct {
	child, top *Mapping
	meter      app.Meter
}

func (n nest) childText() string {
	child, top := n.child.Organization.Name, n.top.Organization.Name
	return fmt.Sprintf("%s is billed here and again inside %s%s, which is counted with its suborganizations. Untick one of the two, or count %s alone.",
		child, top, n.top.elsewhere(), top)
}

func (n nest) topText() string {
	child, top := n.child.Organization.Name, n.top.Organization.Name
	return fmt.Sprintf("%s is counted with its suborganizations, and %s below it is billed as well%s. Untick one of the two, or count %s alone.",
		top, child, n.child.elsewhere(), top)
}

// elsewhere says where a mapping is billed when that is not here.
func (m *Mapping) elsewhere() string {
	if m.Connection == "" {
		return ""
	}
	return " on connection " + m.Connection
}

// nested finds them in the order of the mappings. Two that are both billed elsewhere are told there.
func (b *book) nested() (found []nest) {
	billed := map[usage]*Mapping{}
	var tops []*Mapping
	for _, list := range [][]Mapping{b.Mappings, b.Elsewhere} {
		for i := range list {
			tops = append(tops, &list[i])
			for _, meter := range list[i].Bill {
				billed[usage{keyOf(list[i].Organization), meter}] = &list[i]
			}
		}
	}
	for _, top := range tops {
		for _, meter := range top.Bill {
			if top.Rules[meter].Basis != app.BasisInclusive {
				continue
			}
			for _, o := range b.below(keyOf(top.Organization)) {
				child := billed[usage{keyOf(o), meter}]
				if child != nil && (top.Connection == "" || child.Connection == "") {
					found = append(found, nest{child, top, meter})
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
