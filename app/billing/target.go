package billing

import (
	"slices"
	"time"

	"psabridge/app"
)

const billable = "Billable"

// checkMapping holds a line whose mapping contradicts itself (M5, M7).
func (b *book) checkMapping(d *draft) {
	for _, w := range d.wants[1:] {
		if w.meter != d.Meter {
			d.block(app.HoldMappingBroken, "%s and %s are both billed as %s on this agreement, so neither can be told apart. Give each meter a Product ID of its own.", d.Meter, w.meter, d.Product)
			break
		}
		if !sameRule(w.rule, d.rule) {
			d.block(app.HoldMappingBroken, "The organizations of this line have different quantity rules. Give them the same rule, or agreements of their own.")
			break
		}
	}
	for _, w := range d.wants {
		if w.mapping.CompanyID == 0 {
			d.block(app.HoldMappingBroken, "%s has no ConnectWise company. Choose one on the organization's Settings tab.", w.mapping.Organization.Name)
			continue
		}
		a, ok := b.agreements[d.Agreement.ID]
		if ok && a.CompanyID != w.mapping.CompanyID {
			d.block(app.HoldMappingBroken, "Agreement %s belongs to %s, but %s is mapped to %s. Choose the agreement again on the organization's Settings tab.",
				a.Name, a.Company, w.mapping.Organization.Name, b.companyName(w.mapping.CompanyID))
		}
	}
	b.checkRenamed(d)
	b.checkCompany(d)
}

// checkRenamed notices that the catalog item we billed before no longer carries the Product ID (M7): writing on would
// start a second line beside the old one.
func (b *book) checkRenamed(d *draft) {
	if d.ProductID == 0 || d.Agreement.ID == 0 {
		return
	}
	was, ok := b.items[productOn{d.Agreement.ID, d.Product}]
	if ok && was != d.ProductID {
		d.block(app.HoldMappingBroken, "Product ID %s was catalog item #%d in the last push and is item #%d now. Give the old item its name back, or choose another Product ID.", d.Product, was, d.ProductID)
	}
}

func (b *book) checkCompany(d *draft) {
	id := d.Company.ID
	if id == 0 || b.Actual.Problem != "" {
		return
	}
	c, ok := b.companies[id]
	switch {
	case !ok || c.Deleted:
		d.block(app.HoldCompanyInactive, "Company #%d no longer exists in ConnectWise. Map the organization to another company, or restore it from the recycle bin.", id)
	case c.StatusUnknown:
		d.hold(app.HoldCompanyInactive, "It cannot be seen whether company %s is inactive in ConnectWise: its status could not be read. Give the role System ▸ Table Setup ▸ Inquire (Company / Company Status) and reload the options, or release the line.", c.Name)
	case c.Inactive:
		d.hold(app.HoldCompanyInactive, "Company %s is inactive in ConnectWise. Make it active again, map another company, or release the line.", c.Name)
	}
}

func (b *book) companyName(id int64) string {
	if c, ok := b.companies[id]; ok {
		return c.Name
	}
	return "another company"
}

// checkProduct holds a line whose Product ID is not exactly one catalog item that can be an addition.
func (b *book) checkProduct(d *draft) {
	if b.Actual.Problem != "" {
		return
	}
	p, ok := b.product(d.Product)
	switch {
	case d.Product == "":
		d.block(app.HoldProductNotFound, "No Product ID is set for %s. Choose one on the connection's billing page.", d.Meter)
	case !ok && len(b.products[d.Product]) > 1:
		d.block(app.HoldProductNotFound, "Product ID %q stands for more than one catalog item in ConnectWise. Rename all but one.", d.Product)
	case !ok:
		d.block(app.HoldProductNotFound, "Product ID %q is not in the ConnectWise catalog. It must match exactly, capitals and spaces included. Create it there, or choose another one on the connection's billing page.", d.Product)
	case p.Class == "Bundle":
		d.block(app.HoldProductBundle, "Product ID %s is a bundle, and a bundle cannot be a line of an agreement. Choose a product of class Agreement, Non-Inventory or Service.", d.Product)
	case p.Inactive:
		d.hold(app.HoldProductInactive, "Product ID %s is inactive in the catalog. Make it active again, or release the line.", d.Product)
	}
}

// checkAgreement holds a line whose agreement cannot be billed today.
func (b *book) checkAgreement(d *draft) {
	if b.Actual.Problem != "" {
		d.block(app.HoldIncompleteReading, "ConnectWise could not be read: %s Make a new plan when it answers.", sentence(b.Actual.Problem))
		return
	}
	if d.Agreement.ID == 0 {
		d.block(app.HoldNoAgreement, "%s has no agreement. Choose one on its Settings tab, or untick what is billed.", d.wants[0].mapping.Organization.Name)
		return
	}
	a, ok := b.agreements[d.Agreement.ID]
	if !ok {
		d.block(app.HoldNoAgreement, "Agreement #%d no longer exists in ConnectWise. Choose another one on the organization's Settings tab.", d.Agreement.ID)
		return
	}
	d.billedOn(a)
	b.checkActive(d, a, "choose another one")
	if _, read := b.Actual.Additions[a.ID]; !read {
		d.block(app.HoldIncompleteReading, "The additions of agreement %s could not be read, so nothing is known of this line. Make a new plan when ConnectWise answers.", a.Name)
	}
}

// billedOn takes over how the agreement makes its invoices.
func (d *draft) billedOn(a app.Agreement) {
	d.NextInvoice, d.Prorate, d.InvoicePeriod, d.Cycle = a.NextInvoice, a.Prorate, a.InvoicePeriod, cycle(a)
}

// checkActive holds a line whose agreement does not run today. Instead says what else a person can do.
func (b *book) checkActive(d *draft, a app.Agreement, instead string) {
	switch {
	case !a.EndDate.IsZero() && a.EndDate.Before(b.today):
		d.hold(app.HoldAgreementInactive, "Agreement %s ended on %s. Extend it in ConnectWise, or %s.", a.Name, day(a.EndDate), instead)
	case !a.Cancelled && a.StartDate.After(b.today): // ConnectWise calls it inactive until then
		d.hold(app.HoldAgreementNotStarted, "Agreement %s starts on %s. Wait until then, or release the line.", a.Name, day(a.StartDate))
	case a.Cancelled || a.Status != "" && a.Status != "Active":
		d.hold(app.HoldAgreementInactive, "Agreement %s is %s. Make it active again in ConnectWise, or %s.", a.Name, agreementStatus(a), instead)
	}
}

func agreementStatus(a app.Agreement) string {
	switch {
	case a.Cancelled || a.Status == "Cancelled":
		return "cancelled"
	case a.Status == "Expired":
		return "expired"
	}
	return "inactive"
}

// Open reports whether an addition is billed on or after today: no cancelled date, or one still to come (M3).
func Open(a app.Addition, today time.Time) bool {
	return a.CancelledDate.IsZero() || a.CancelledDate.After(today)
}

// findAddition finds what the line is written to: the addition we own, else the only open one of the product, else
// nothing yet. It never guesses between two and never takes another one for a cancelled one of ours (M3).
func (b *book) findAddition(d *draft) {
	all := b.ofProduct(d)
	open := slices.DeleteFunc(slices.Clone(all), func(a app.Addition) bool { return !Open(a, b.today) })
	owned := b.owned[[2]int64{d.Agreement.ID, d.ProductID}]
	if ours, ok := followed(open, owned, b.today); ok {
		open = []app.Addition{ours}
	}
	switch {
	case len(open) > 1:
		d.block(app.HoldAmbiguousAddition, "The agreement has %d open lines of %s (#%d, #%d). Cancel all but one in ConnectWise; then this plan knows which one is meant.", len(open), d.Product, open[0].ID, open[1].ID)
	case len(open) == 1:
		b.take(d, open[0], ownedBy(owned, open[0].ID))
		if d.owned == nil && len(owned) > 0 {
			d.hold(app.HoldAdditionCancelled, "The line we billed on before, #%d, is cancelled or gone. There is another open line of %s, #%d. Release to use that one from now on, or reopen the old one.", owned[0].AdditionID, d.Product, open[0].ID)
		}
	case len(owned) > 0 || len(all) > 0:
		if d.known && d.After.IsZero() {
			return // nothing used, nothing to write; without a target a correction is refused as well
		}
		d.block(app.HoldAdditionCancelled, "The agreement's line of %s is cancelled or gone, and a new one is never made in its place. Reopen it in ConnectWise, add the line there by hand, or untick what is billed.", d.Product)
	default:
		b.wouldCreate(d)
	}
}

// followed is the line of ours that runs today where every other open one only follows it, as when a price changes with the year:
// it ends before they begin. With a day in common, or without its end, it is not told which one is meant.
func followed(open []app.Addition, owned []app.OwnedAddition, today time.Time) (app.Addition, bool) {
	at := slices.IndexFunc(open, func(a app.Addition) bool { return !a.EffectiveDate.After(today) })
	if at < 0 || ownedBy(owned, open[at].ID) == nil || open[at].CancelledDate.IsZero() {
		return app.Addition{}, false
	}
	for i, a := range open {
		if i != at && a.EffectiveDate.Before(open[at].CancelledDate) {
			return app.Addition{}, false
		}
	}
	return open[at], true
}

func (b *book) ofProduct(d *draft) []app.Addition {
	var out []app.Addition
	for _, a := range b.Actual.Additions[d.Agreement.ID] {
		if a.ProductID == d.ProductID {
			out = append(out, a)
		}
	}
	return out
}

func ownedBy(owned []app.OwnedAddition, id int64) *app.OwnedAddition {
	i := slices.IndexFunc(owned, func(o app.OwnedAddition) bool { return o.AdditionID == id })
	if i < 0 {
		return nil
	}
	return &owned[i]
}

func (b *book) take(d *draft, a app.Addition, owned *app.OwnedAddition) {
	before := a.Quantity
	d.addition, d.owned = &a, owned
	d.AdditionID, d.Before = a.ID, &before
	d.BillCustomer, d.CancelledDate = a.BillCustomer, a.CancelledDate
	d.UnitPrice = a.UnitPrice
}

// wouldCreate prepares a line that does not exist yet: effective today, or when the agreement begins to bill (M8).
func (b *book) wouldCreate(d *draft) {
	d.BillCustomer = billable
	a := b.agreements[d.Agreement.ID]
	d.EffectiveFrom = later(a.StartDate, a.BillStart)
	d.EffectiveDate = later(b.today, d.EffectiveFrom)
	if p, ok := b.productIDs[d.ProductID]; ok {
		price := p.Price
		d.UnitPrice = &price
	}
}

func day(t time.Time) string { return t.Format("2 January 2006") }
