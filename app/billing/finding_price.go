package billing

import (
	"slices"

	"psabridge/app"
)

// What a finding is worth a month. A price counts only where the whole effect follows from it (M11); else there is none.

// worth is what a quantity of a line is worth that nothing bills: by the price of its addition, else by the catalog's.
func (f *finder) worth(l app.Line, q *app.Quantity) *app.Money {
	if q == nil {
		return nil
	}
	return f.worthOf(l, *q)
}

func (f *finder) worthOf(l app.Line, q app.Quantity) *app.Money {
	if l.Before != nil {
		return amountOf(l, q)
	}
	if a, ok := f.only(l); ok {
		return ownWorth(a, q)
	}
	return f.catalogWorth(l.Product, q)
}

// only finds the one addition of a product where the plan took none: one that bills no more, or that it did not look for.
func (f *finder) only(l app.Line) (app.Addition, bool) {
	var found []app.Addition
	for _, a := range f.Actual.Additions[l.Agreement.ID] {
		if l.ProductID != 0 && a.ProductID == l.ProductID {
			found = append(found, a)
		}
	}
	if len(found) != 1 {
		return app.Addition{}, false
	}
	return found[0], true
}

// catalogWorth prices by the catalog. A price of 0 there says that agreements set it, not that it is free.
func (f *finder) catalogWorth(product string, q app.Quantity) *app.Money {
	p, ok := f.product(product)
	if !ok || p.Price.IsZero() {
		return nil
	}
	amount := q.Mul(p.Price)
	return &amount
}

// ownWorth prices by an addition's own price.
func ownWorth(a app.Addition, q app.Quantity) *app.Money {
	if a.UnitPrice == nil || a.BillCustomer != billable || !a.LessIncluded.IsZero() {
		return nil
	}
	amount := q.Mul(*a.UnitPrice)
	return &amount
}

// open lists the additions of a catalog item that bill on an agreement.
func (f *finder) open(agreement, item int64) []app.Addition {
	return slices.DeleteFunc(slices.Clone(f.Actual.Additions[agreement]), func(a app.Addition) bool {
		return a.ProductID != item || !Open(a, f.today)
	})
}

// openOf sums what the open additions of a catalog item bill, and what that is worth; nil when one of them does not say.
func (f *finder) openOf(agreement, item int64) (app.Quantity, *app.Money) {
	var billed app.Quantity
	worth := &app.Money{}
	for _, a := range f.open(agreement, item) {
		billed = billed.Add(a.Quantity)
		if one := ownWorth(a, a.Quantity); one == nil || worth == nil {
			worth = nil
		} else {
			both := worth.Add(*one)
			worth = &both
		}
	}
	return billed, worth
}

// onePrice is the price the open additions of a catalog item agree on.
func (f *finder) onePrice(agreement, item int64) (app.Money, bool) {
	var price *app.Money
	for _, a := range f.open(agreement, item) {
		if a.UnitPrice == nil || price != nil && !price.Equal(*a.UnitPrice) {
			return app.Money{}, false
		}
		price = a.UnitPrice
	}
	if price == nil {
		return app.Money{}, false
	}
	return *price, true
}
