package billing

import (
	"slices"
	"strings"

	"psabridge/app"
)

// Limits of a change that goes through without a person, unless the connection sets others.
const (
	defaultHoldPercent = 50
	defaultHoldUnits   = 5
)

// price works out what the change costs. It is only said where it is certain: billed lines without an included
// allowance (M11).
func (b *book) price(d *draft) {
	if d.UnitPrice == nil || d.BillCustomer != billable {
		return
	}
	if d.addition != nil && !d.addition.LessIncluded.IsZero() {
		return
	}
	change := difference(d.Line).Mul(*d.UnitPrice)
	d.AmountChange = &change
}

func difference(l app.Line) app.Quantity {
	if l.Before == nil {
		return l.After
	}
	return l.After.Sub(*l.Before)
}

// checkChange holds what must not be written without a person. It is only asked about lines that would write.
func (b *book) checkChange(d *draft) {
	b.checkOwned(d)
	b.checkUnit(d)
	b.checkFirstTouch(d)
	b.checkSize(d)
	b.checkShares(d)
	b.checkBelow(d)
	b.checkCycle(d)
	b.checkRestored(d)
}

// checkRestored holds every line of a month that may have been pushed in the time a restore forgot: a quantity that is what we
// last knew says nothing of who decided on it since.
func (b *book) checkRestored(d *draft) {
	if r := b.Restored; r.Between(b.Period, b.Zone) {
		d.hold(app.HoldRestored, "psabridge was put back to what it knew on %s, and this month may have been pushed after that. Look at the line in ConnectWise: release to write %s, correct it, or skip it.",
			r.BackupAt.In(b.Zone).Format("2 January 2006 at 15:04"), d.After)
	}
}

// checkCycle asks once per agreement whether one that is not billed monthly is meant, and again when its cycle changes.
func (b *book) checkCycle(d *draft) {
	if d.Cycle != monthly && !b.cycles[cycleOf{d.Agreement.ID, d.Cycle}] {
		d.hold(app.HoldCycleNotMonthly, "Agreement %s is billed %s, not monthly, so a month's usage may not be what an invoice should show. Release once if that is meant.", d.Agreement.Name, d.Cycle)
	}
}

const monthly = "monthly"

// cycle says how often an agreement bills.
func cycle(a app.Agreement) string {
	if name := strings.ToLower(strings.TrimSpace(a.BillingCycle)); name != "" {
		return name
	}
	return "in no cycle"
}

// keepPin leaves the pinned method of a line as it is where the shares that were counted give no reason to change it: the
// ones a person typed say nothing of how they are read.
func keepPin(d *draft) {
	if d.owned == nil || len(d.methods) == 0 || !overridden(d.Line) {
		return
	}
	pinned := strings.Split(d.owned.Method, ", ")
	if !slices.ContainsFunc(d.methods, func(m string) bool { return !slices.Contains(pinned, m) }) {
		d.Method = d.owned.Method
	}
}

// checkOwned compares the addition with what we last verified in it. One we never wrote to is asked about as a first touch.
func (b *book) checkOwned(d *draft) {
	if d.owned == nil || !d.owned.Confirmed {
		return
	}
	keepPin(d)
	if !d.owned.LastVerified.Equal(*d.Before) {
		d.hold(app.HoldEditedSince, "Someone changed this line to %s since we wrote %s. Release to write %s, correct it, or skip it.", *d.Before, d.owned.LastVerified, d.After)
	}
	if d.Method != "" && d.owned.Method != "" && d.Method != d.owned.Method {
		d.hold(app.HoldMethodChanged, "The usage was counted as %q before and is counted as %q now, so the change may come from the counting. Compare the evidence, then release.", d.owned.Method, d.Method)
	}
}

// checkUnit holds a line that was billed in another unit: 6 TB look like fewer than 10 GB, and no limit of a change sees it.
func (b *book) checkUnit(d *draft) {
	was, ok := b.latest[[2]int64{d.Agreement.ID, d.ProductID}]
	if ok && d.ProductID != 0 && was.Unit != d.Unit {
		d.hold(app.HoldMethodChanged, "This line was billed in %s (%s) and would be billed in %s (%s) now. If that is meant, release the line; if not, set the unit in the quantity rule.", was.Unit, was.After, d.Unit, d.After)
	}
}

// checkFirstTouch asks once per line before anything is written to it (M4). Where nobody is mapped to it any more, share_left
// asks that.
func (b *book) checkFirstTouch(d *draft) {
	if len(d.wants) == 0 {
		return
	}
	for _, o := range b.owned[[2]int64{d.Agreement.ID, d.ProductID}] {
		if o.Confirmed {
			return
		}
	}
	switch {
	case d.addition == nil:
		d.hold(app.HoldFirstTouch, "%s", wouldBegin(d.Line))
	case d.Before.IsZero():
		d.hold(app.HoldFirstTouch, "The line of %s holds 0 and would hold %s. Confirm once that this is the line to fill.", d.Product, d.After)
	default:
		d.hold(app.HoldFirstTouch, "The bridge has not written to this line of %s before. Confirm once that its %s may become %s.", d.Product, *d.Before, d.After)
	}
	if d.BillCustomer == billable && b.unpriced(d) {
		d.hold(app.HoldNoPrice, "%s has no price, so the invoice would show it for nothing. Set the price in ConnectWise, or release if that is meant.", d.Product)
	}
}

// unpriced reports whether the line would be invoiced at 0. An addition keeps its own price; the catalog's counts
// when there is no addition yet or its price is not shown.
func (b *book) unpriced(d *draft) bool {
	if d.addition != nil && d.addition.UnitPrice != nil {
		return d.addition.UnitPrice.IsZero()
	}
	p, ok := b.productIDs[d.ProductID]
	return ok && p.Price.IsZero()
}

// checkSize holds a change that is larger than a normal month.
func (b *book) checkSize(d *draft) {
	if d.Before != nil && d.Before.IsPositive() && (d.After.IsZero() || sum(d.Shares).IsZero()) {
		d.fellToZero()
		return
	}
	if d.Before == nil {
		b.checkAmount(d)
		return
	}
	change := difference(d.Line).Abs()
	percent, units := b.limits()
	if change.GreaterThan(units.Decimal) && change.Mul(app.Q(100).Decimal).GreaterThan(d.Before.Decimal.Abs().Mul(app.Q(int64(percent)).Decimal)) {
		d.hold(app.HoldBigChange, "The quantity would go from %s to %s, by more than %d %% and %s. Look at the evidence, then release or correct.", *d.Before, d.After, percent, units)
		return
	}
	b.checkAmount(d)
}

// fellToZero holds a line of which nothing is left, unless it is said already that somebody left.
func (d *draft) fellToZero() {
	used := sum(d.Shares)
	switch {
	case d.has(app.HoldShareLeft) || d.has(app.HoldOrganizationGone):
	case used.IsZero():
		d.hold(app.HoldFellToZero, "Usage fell from %s to 0. If the customer really stopped, release the line; if not, look at the reading.", *d.Before)
	default:
		d.hold(app.HoldFellToZero, "The quantity would go from %s to 0: %s %s are used, and the rule rounds that to 0. If that is meant, release the line; if not, look at the reading or round another way.", *d.Before, used.Round(6), d.Unit)
	}
}

// checkShares holds a line on which one organization of several is read as 0 all of a sudden: beside the others it may be
// too small for any limit. What a person typed, or left out, is no surprise.
func (b *book) checkShares(d *draft) {
	if d.has(app.HoldFellToZero) {
		return
	}
	was := b.latest[[2]int64{d.Agreement.ID, d.ProductID}].Shares
	for i, w := range d.wants {
		s := d.Shares[i]
		at := slices.IndexFunc(was, func(o app.Share) bool { return shareKey(o) == shareKey(s) })
		r := b.readings[readingKey{shareKey(s), w.meter, w.rule.Basis}]
		if at < 0 || !was[at].Quantity.IsPositive() || !s.Quantity.IsZero() || s.Override != "" || s.ReadingID == 0 || !r.Quantity.IsZero() {
			continue
		}
		d.hold(app.HoldFellToZero, "The usage of %s fell from %s to 0, so the line would go from %s to %s. If it really stopped, release the line; if not, look at its reading.", s.Name, was[at].Quantity.Round(2), nothing(d.Line), d.After)
	}
}

// checkAmount holds a change that may cost more than the limit. An included allowance can only make it cost less.
func (b *book) checkAmount(d *draft) {
	limit := b.Settings.Rules.Hold.Amount
	if limit == nil || d.BillCustomer != billable {
		return
	}
	if d.UnitPrice == nil {
		d.hold(app.HoldBigChange, "The quantity would go from %s to %s. What that costs cannot be seen, because ConnectWise shows no price of the line, so it may be more than the limit of %s. Look at the line there, then release or correct.", nothing(d.Line), d.After, *limit)
		return
	}
	cost := app.Money{Decimal: difference(d.Line).Mul(*d.UnitPrice).Abs()}
	switch {
	case !cost.GreaterThan(limit.Decimal):
	case d.AmountChange == nil:
		d.hold(app.HoldBigChange, "The bill would change by up to %s, as far as the line's included allowance does not cover it; the limit is %s. Look at the line in ConnectWise, then release or correct.", cost, *limit)
	default:
		d.hold(app.HoldBigChange, "The bill would change by %s, more than the limit of %s. Look at the evidence, then release or correct.", *d.AmountChange, *limit)
	}
}

func (b *book) limits() (percent int, units app.Quantity) {
	percent, units = defaultHoldPercent, app.Q(defaultHoldUnits)
	if p := b.Settings.Rules.Hold.Percent; p != nil {
		percent = *p
	}
	if u := b.Settings.Rules.Hold.Units; u != nil {
		units = *u
	}
	return percent, units
}

func sum(shares []app.Share) app.Quantity {
	var q app.Quantity
	for _, s := range shares {
		q = q.Add(s.Quantity)
	}
	return q
}
