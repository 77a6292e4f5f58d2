package billing

import (
	"slices"
	"time"

	"psabridge/app"
)

// orphans makes lines of the additions we bill on that no mapping asks for any more: everyone who was on them has left,
// so they are planned at 0 and held (M6). Additions that hold 0 already, or were cancelled, need nothing.
func (b *book) orphans(drafts []*draft) []*draft {
	if b.Actual.Problem != "" {
		return nil // every line is held already
	}
	wanted := map[lineKey]bool{}
	for _, d := range drafts {
		k := lineKey{agreement: d.Agreement.ID, product: d.ProductID}
		if d.ProductID == 0 {
			k.name = d.Product
		}
		wanted[k] = true
	}
	var out []*draft
	for _, o := range b.Owned {
		if wanted[lineKey{agreement: o.AgreementID, product: o.ProductID}] || wanted[lineKey{agreement: o.AgreementID, name: b.nameOf(o)}] {
			continue
		}
		list, read := b.Actual.Additions[o.AgreementID]
		if _, exists := b.agreements[o.AgreementID]; !read && exists && !o.LastVerified.IsZero() {
			out = addOrphan(out, b.unreadOrphan(o))
			continue
		}
		i := slices.IndexFunc(list, func(a app.Addition) bool { return a.ID == o.AdditionID })
		if i < 0 || !Open(list[i], b.today) || list[i].Quantity.IsZero() {
			continue
		}
		out = addOrphan(out, b.orphan(o, list[i]))
	}
	return out
}

// nameOf is the Product ID an addition of ours was written under. A line whose Product ID is no longer found still asks
// for it: a renamed catalog item is to be repaired, not taken for a customer who left.
func (b *book) nameOf(o app.OwnedAddition) string {
	if name := b.latest[[2]int64{o.AgreementID, o.ProductID}].Product; name != "" {
		return name
	}
	for _, a := range b.Actual.Additions[o.AgreementID] {
		if a.ID == o.AdditionID {
			return a.Product
		}
	}
	return "unknown product"
}

// addOrphan keeps one line per agreement and product: two open additions of ours are as ambiguous as any two.
func addOrphan(list []*draft, d *draft) []*draft {
	for _, other := range list {
		if other.Agreement.ID == d.Agreement.ID && other.ProductID == d.ProductID {
			other.block(app.HoldAmbiguousAddition, "The agreement has two open lines of %s (#%d, #%d). Cancel one in ConnectWise.", d.Product, other.AdditionID, d.AdditionID)
			return list
		}
	}
	return append(list, d)
}

// unreadOrphan is a line nobody is mapped to whose addition could not be read: held, so that whoever moved away from it
// is not billed on the new line alone.
func (b *book) unreadOrphan(o app.OwnedAddition) *draft {
	a := app.Addition{ID: o.AdditionID, AgreementID: o.AgreementID, ProductID: o.ProductID, Quantity: o.LastVerified, Product: b.latest[[2]int64{o.AgreementID, o.ProductID}].Product}
	d := b.orphan(o, a)
	d.AdditionID, d.EffectiveDate = 0, time.Time{}
	d.block(app.HoldIncompleteReading, "The additions of the agreement could not be read, so this line is left as it is. Make a new plan when ConnectWise answers.")
	return d
}

func (b *book) orphan(o app.OwnedAddition, a app.Addition) *draft {
	agreement := b.agreements[o.AgreementID]
	d := &draft{known: true, target: true}
	d.State = app.LinePlanned
	d.Product, d.ProductID = a.Product, a.ProductID
	d.Agreement = app.Named{ID: o.AgreementID, Name: agreement.Name}
	d.Company = app.Named{ID: agreement.CompanyID, Name: agreement.Company}
	d.billedOn(agreement)
	d.Unit = app.UnitEach
	prev, ok := b.latest[[2]int64{o.AgreementID, o.ProductID}]
	if ok {
		d.Meter, d.Unit, d.Method = prev.Meter, prev.Unit, prev.Method
	} else {
		d.Meter = b.meterOf(a.Product)
	}
	b.take(d, a, &o)
	b.checkActive(d, agreement, "cancel this line there, which nobody is mapped to any more")
	if !ok || len(leavers(prev, nil)) == 0 {
		d.hold(app.HoldShareLeft, "Nobody is mapped to this line any more, but it still holds %s. Release to set it to 0, or map someone to it.", a.Quantity)
	}
	return d
}

func (b *book) meterOf(product string) app.Meter {
	var found app.Meter
	for m, name := range b.Settings.Products {
		if name == product && (found == "" || m < found) {
			found = m
		}
	}
	return found
}

// shareLeft holds every line that lost an organization since the last push, together with the line the organization is
// on now: writing one without the other would bill it twice, or not at all (M6). An agreement that is not active bills
// nobody, so nothing waits for a line there.
func (b *book) shareLeft(drafts []*draft) {
	moved := map[usage]bool{}
	for _, d := range drafts {
		prev, ok := b.latest[[2]int64{d.Agreement.ID, d.ProductID}]
		if !ok || d.ProductID == 0 {
			continue
		}
		gone := leavers(prev, d.Shares)
		for _, s := range gone {
			s.Quantity, s.ReadingID, s.ReadAt, s.Override = app.Quantity{}, 0, time.Time{}, ""
			d.Shares = append(d.Shares, s)
			d.hold(app.HoldShareLeft, "%s left this line. Release to bill %s without it, together with the line it is on now.", s.Name, d.After)
		}
		if len(gone) > 0 && !d.has(app.HoldAgreementInactive) && (!d.target || !d.known || writes(d.Line)) {
			for _, s := range gone {
				moved[usage{shareKey(s), prev.Meter}] = true
			}
		}
	}
	for _, d := range drafts {
		for _, s := range d.Shares {
			if !d.has(app.HoldShareLeft) && moved[usage{shareKey(s), d.Meter}] {
				d.hold(app.HoldShareLeft, "%s comes from another line. Release this one together with the line it left.", s.Name)
			}
		}
	}
}

// Moves reports whether an organization moved from or to a line.
func Moves(l app.Line) bool { return hasHold(l, app.HoldShareLeft) }

// Tied reports whether an organization moved between two lines, so that neither is written without the other (M6).
func Tied(a, b app.Line) bool {
	return a.Meter == b.Meter && Moves(a) && Moves(b) && shareOrganization(a, b)
}

// leavers lists the shares of the last push that are not on the line now. A share that was 0 and settled had already
// left then.
func leavers(prev app.Line, now []app.Share) []app.Share {
	settled := prev.State == app.LineDone || prev.Verdict == app.VerdictSame
	var out []app.Share
	for _, s := range prev.Shares {
		stays := slices.ContainsFunc(now, func(n app.Share) bool { return shareKey(n) == shareKey(s) })
		if stays || settled && s.Quantity.IsZero() {
			continue
		}
		out = append(out, s)
	}
	return out
}
