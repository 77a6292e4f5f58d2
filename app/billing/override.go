package billing

import (
	"fmt"
	"slices"

	"psabridge/app"
)

// overrideOf finds what a person typed for one organization and meter of this month.
func (b *book) overrideOf(org orgKey, meter app.Meter) (app.Override, bool) {
	o, ok := b.overrides[usage{org, meter}]
	return o, ok
}

// typed counts what a person typed in place of a reading. The reading need not be there, complete or young: that it is
// not is why the number was typed. Exclusions and trials do not apply, because the person typed what counts; the rule's
// rounding, minimum and yes-or-no do.
func (b *book) typed(c *counted, o app.Override, w want) {
	c.share.Override = o.Note
	if o.Quantity.IsNegative() {
		c.incomplete("%s %s is typed for %s. A count cannot be negative; type it again or remove it.", o.Quantity, o.Unit, c.share.Name)
		return
	}
	q, ok := Convert(o.Quantity, o.Unit, c.unit)
	if !ok {
		c.known = false
		c.hold(app.HoldUnitMismatch, "%s %s is typed for %s, but the rule bills %s. Type it in that unit, or change the unit of the quantity rule.", o.Quantity, o.Unit, c.share.Name, c.unit)
		return
	}
	c.items = []app.EvidenceItem{{
		Kind: app.KindOverride, ExternalID: string(app.KindOverride), Name: o.Note, Amount: q,
		Detail: fmt.Sprintf("typed by %s on %s, in place of %s", o.By, day(o.At.In(b.Zone)), b.readInstead(w, c)),
	}}
	c.share.Quantity = flagged(q, w)
}

// readInstead says what the source showed for a share that a person typed.
func (b *book) readInstead(w want, c *counted) string {
	r, ok := b.readings[readingKey{keyOf(w.mapping.Organization), w.meter, w.rule.Basis}]
	if !ok {
		return "no reading"
	}
	c.share.ReadingID, c.share.ReadAt = r.ID, r.AsOf
	q, unit := r.Quantity, r.Unit
	if in, ok := Convert(q, unit, c.unit); ok {
		q, unit = app.Quantity{Decimal: in.Round(2)}, c.unit
	}
	switch {
	case !r.Complete:
		return "a reading that was not complete"
	case !r.Covers.IsZero():
		return fmt.Sprintf("%s %s in the statement of %s", q, unit, r.Covers)
	}
	return fmt.Sprintf("%s %s read on %s", q, unit, day(r.AsOf.In(b.Zone)))
}

// typedInVain ends the sentence about an organization that nothing is counted for with what was typed for it all the same.
func (b *book) typedInVain(w want) string {
	o, ok := b.overrideOf(keyOf(w.mapping.Organization), w.meter)
	if !ok {
		return ""
	}
	return fmt.Sprintf(" The %s %s typed for it do not count.", o.Quantity, o.Unit)
}

// flagged turns a number of file servers into 1 or 0 where the rule says so.
func flagged(q app.Quantity, w want) app.Quantity {
	if w.meter == app.MeterFileServer && w.rule.FSE == fseFlag && q.IsPositive() {
		return app.Q(1)
	}
	return q
}

// overridden reports whether some share of a line was typed by a person.
func overridden(l app.Line) bool {
	return slices.ContainsFunc(l.Shares, func(s app.Share) bool { return s.Override != "" })
}
