package billing

import (
	"fmt"
	"slices"

	"psabridge/app"
)

// usage is one organization's usage of one meter: what must not be billed twice.
type usage struct {
	org   orgKey
	meter app.Meter
}

// overlaps finds usage that two mappings would bill: an organization counted with its suborganizations while one of
// those is billed as well. The sentence names the other one; both sides are held.
func overlaps(b *book) map[usage]string {
	found := map[usage]string{}
	billed := map[usage]app.Organization{}
	for _, m := range b.Mappings {
		for _, meter := range m.Bill {
			billed[usage{keyOf(m.Organization), meter}] = m.Organization
		}
	}
	for _, m := range b.Mappings {
		for _, meter := range m.Bill {
			if m.Rules[meter].Basis != app.BasisInclusive {
				continue
			}
			top := usage{keyOf(m.Organization), meter}
			for _, child := range b.below(keyOf(m.Organization)) {
				u := usage{keyOf(child), meter}
				if _, twice := billed[u]; !twice {
					continue
				}
				found[u] = fmt.Sprintf("%s is billed here and again inside %s, which is counted with its suborganizations. Untick one of the two, or count %s alone.",
					child.Name, m.Organization.Name, m.Organization.Name)
				if found[top] == "" {
					found[top] = fmt.Sprintf("%s is counted with its suborganizations, and %s below it is billed as well. Untick one of the two, or count %s alone.",
						m.Organization.Name, child.Name, m.Organization.Name)
				}
			}
		}
	}
	return found
}

// below lists everything under an organization, itself not included. A tree that bites its own tail ends.
func (b *book) below(k orgKey) []app.Organization {
	var all []app.Organization
	seen := []orgKey{k}
	queue := b.children[k]
	for len(queue) > 0 {
		o := queue[0]
		queue = queue[1:]
		if slices.Contains(seen, keyOf(o)) {
			continue
		}
		seen = append(seen, keyOf(o))
		all = append(all, o)
		queue = append(slices.Clone(queue), b.children[keyOf(o)]...)
	}
	return all
}
