package billing

import (
	"slices"
	"strings"

	"psabridge/app"
)

// checkBelow holds a line that would fall while somebody below it in the vendor's tree is matched to no company: a number that is
// not ours may have counted their usage, which would then be billed nowhere. A line that counts everything below it has it.
func (b *book) checkBelow(d *draft) {
	if d.Before == nil || !d.After.LessThan(d.Before.Decimal) || ours(d) {
		return
	}
	names := b.unmatchedBelow(d)
	switch {
	case len(names) == 0:
	case len(names) == 1:
		d.hold(app.HoldUnmatchedBelow, "%s stands below this customer in the vendor's tree and is matched to no company, so its usage is billed nowhere. The %s in ConnectWise may have counted it. Match it or ignore it and make a new preview, or release to write %s.",
			names[0], *d.Before, d.After)
	default:
		d.hold(app.HoldUnmatchedBelow, "%s stand below this customer in the vendor's tree and are matched to no company, so their usage is billed nowhere. The %s in ConnectWise may have counted it. Match or ignore them and make a new preview, or release to write %s.",
			strings.Join(shorten(names), ", "), *d.Before, d.After)
	}
}

// ours reports whether the number that stands in ConnectWise is one we counted and wrote.
func ours(d *draft) bool {
	return d.owned != nil && d.owned.Confirmed && d.owned.LastVerified.Equal(*d.Before)
}

// unmatchedBelow names who stands below the organizations of a line, has no company, and uses something of its meter or may do.
func (b *book) unmatchedBelow(d *draft) (names []string) {
	for _, w := range d.wants {
		if w.rule.Basis == app.BasisInclusive {
			continue
		}
		for _, o := range b.below(keyOf(w.mapping.Organization)) {
			i := slices.IndexFunc(b.Unbilled, func(m Mapping) bool { return keyOf(m.Organization) == keyOf(o) && m.CompanyID == 0 })
			if i < 0 || slices.Contains(names, o.Name) || b.usesNothing(&b.Unbilled[i], d) {
				continue
			}
			names = append(names, o.Name)
		}
	}
	return names
}

// usesNothing reports whether it is certain that an organization uses nothing of a line's meter. The plan's own list of who is
// missing is left as it is.
func (b *book) usesNothing(m *Mapping, d *draft) bool {
	w := want{mapping: m, meter: d.Meter, rule: d.rule}
	w.rule.Basis = app.BasisOwn
	quiet := *b
	quiet.missing = nil
	c := quiet.count(w, d.Unit)
	return c.known && c.share.Quantity.IsZero()
}
