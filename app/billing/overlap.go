package billing

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

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
	for _, n := range b.nested() {
		found[usage{keyOf(n.child.Organization), n.meter}] = n.childText()
		if top := (usage{keyOf(n.top.Organization), n.meter}); found[top] == "" {
			found[top] = n.topText()
		}
	}
	return found
}

// holdTwins holds a line that may count one customer twice under two names: the same meter brought by two sources, as when
// a vendor is read and its report imported too, or by two organizations of one source that are called the same. A person
// who let both through once is not asked again.
func (b *book) holdTwins(d *draft) {
	for i, one := range d.Shares {
		for j := range i {
			other := d.Shares[j]
			if d.wants[i].meter != d.wants[j].meter || !one.Quantity.IsPositive() || !other.Quantity.IsPositive() ||
				one.Source == other.Source && !sameName(one.Name, other.Name) || b.letThrough(d, one, other) {
				continue
			}
			d.hold(app.HoldOverlap, "%s of %s (%s %s) and %s of %s (%s %s) are added up on this line. If they are one customer, it would be billed twice: untick one of them. Release the line if they really are different.",
				other.Name, other.Source, other.Quantity.Round(2), d.Unit, one.Name, one.Source, one.Quantity.Round(2), d.Unit)
			return
		}
	}
}

// letThrough reports that the line stands at ConnectWise with both organizations on it, and with the number they came to.
func (b *book) letThrough(d *draft, one, other app.Share) bool {
	l := b.latest[[2]int64{d.Agreement.ID, d.ProductID}]
	if d.ProductID == 0 || l.Decision == app.DecisionCorrected || l.Decision == app.DecisionSkipped {
		return false
	}
	counted := func(who app.Share) bool {
		return slices.ContainsFunc(l.Shares, func(s app.Share) bool { return shareKey(s) == shareKey(who) && s.Quantity.IsPositive() })
	}
	return counted(one) && counted(other)
}

// sameName takes names for the same that a person takes for the same: case, spaces, composition and what cannot be seen aside.
func sameName(a, b string) bool { return a == b || strings.EqualFold(seen(a), seen(b)) }

// seen is a name as it looks.
func seen(name string) string {
	visible := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, norm.NFKC.String(name))
	return strings.Join(strings.Fields(visible), " ")
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
