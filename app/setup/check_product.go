package setup

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"psabridge/app"
)

const (
	fixProduct   = "In ConnectWise open Procurement ▸ Product Catalog and copy the Product ID exactly, or make the product there: Managed Services, Software, class Agreement, unit Each."
	whereBilling = "under Billing of the connection"
	whereOwn     = "on the organization's Settings ▸ PSA page"
)

// sold is a product that something is billed as: the connection's, or one of an organization's own (M10).
type sold struct {
	meter      app.Meter
	identifier string // the Product ID
	unit       string // what its quantity counts
	where      string // where the Product ID is entered
}

// productChecks has two checks for each product of the connection, and for each that organizations have of their own. Those
// that share one share its checks.
func (r *run) productChecks() []check {
	var all []check
	known := make(map[sold]bool)
	for _, meter := range meters(r.conn.Billing.Products) {
		p := sold{meter, r.conn.Billing.Products[meter], unitOf(meter, r.conn.Billing.Rules.Meters[meter]), whereBilling}
		known[p] = true
		all = append(all, r.soldChecks(p, string(meter), string(meter))...)
	}
	for _, m := range r.mapped() {
		for _, meter := range m.Bill {
			p := sold{meter, m.Products[meter], unitOf(meter, m.Rules[meter]), whereBilling}
			if p.identifier == "" || known[p] {
				continue
			}
			p.where = whereOwn
			if !known[p] {
				known[p] = true
				all = append(all, r.soldChecks(p, string(meter)+"."+m.id, string(meter)+" of "+m.name)...)
			}
		}
	}
	return all
}

func (r *run) soldChecks(p sold, id, of string) []check {
	return []check{
		{id: "product." + id, title: "The product of " + of + " can be billed", needs: []string{"right.catalog.inquire"}, prove: r.billed(p)},
		{id: "unit." + id, title: "Its unit of measure fits", needs: []string{"product." + id}, prove: r.unit(p)},
	}
}

// billed proves that the catalog has exactly one product of the Product ID, and that an agreement can hold it.
func (r *run) billed(p sold) func(context.Context) finding {
	return func(ctx context.Context) finding {
		wanted := p.identifier
		found, err := r.meant(ctx, wanted)
		if err != nil {
			return r.refused(err, fixRight(catalogInquire))
		}
		switch {
		case len(found) == 0:
			return r.noProduct(ctx, wanted)
		case len(found) > 1:
			ids := make([]string, len(found))
			for i, p := range found {
				ids[i] = fmt.Sprintf("record %d (%s)", p.ID, p.Description)
			}
			return failed(fmt.Sprintf("The catalog has %d products “%s”: %s. None of them is taken, because it cannot be told which one is meant.", len(found), visibly(wanted), listed(ids)),
				"In ConnectWise open Procurement ▸ Product Catalog and give all but one of them another Product ID.")
		case found[0].Class == classBundle:
			return failed(fmt.Sprintf("The product %s is a bundle, which an agreement cannot hold.", wanted),
				"In ConnectWise open Procurement ▸ Product Catalog and make a product of the class Agreement; then enter its Product ID "+p.where+".")
		case found[0].Inactive:
			return failed(fmt.Sprintf("The product %s is inactive.", wanted), "In ConnectWise open Procurement ▸ Product Catalog ▸ "+wanted+" and take the tick from Inactive, or enter another Product ID "+p.where+".")
		}
		return ok(fmt.Sprintf("%s is %s (record %d).", wanted, found[0].Description, found[0].ID))
	}
}

// meant are the catalog items a push would choose among: of several of one Product ID, an only active one is meant.
func (r *run) meant(ctx context.Context, wanted string) ([]app.Product, error) {
	found, err := r.product(ctx, wanted)
	active := slices.DeleteFunc(slices.Clone(found), func(p app.Product) bool { return p.Inactive })
	if len(active) == 1 {
		return active, err
	}
	return found, err
}

// noProduct names what looks like the Product ID. The catalog is read anew for it, because the slip may have been made in
// ConnectWise a moment ago; as it was read last will do when that fails.
func (r *run) noProduct(ctx context.Context, wanted string) finding {
	catalog, err := r.list(ctx, app.ListProducts, 0)
	if err != nil {
		catalog, _, err = r.Store.Options(ctx, r.conn.Name, app.ListProducts, 0)
	}
	says := fmt.Sprintf("The catalog has no product “%s”. Upper and lower case and spaces count.", visibly(wanted))
	if err != nil {
		return failed(says, fixProduct)
	}
	return failed(says+nearText(NearMisses(catalog, wanted)), fixProduct)
}

// sizes are units of measure that say what a quantity of storage means.
var sizes = map[string]string{
	"gb": app.UnitGB, "gib": app.UnitGB, "gigabyte": app.UnitGB, "gigabytes": app.UnitGB, "tb": app.UnitTB, "tib": app.UnitTB, "terabyte": app.UnitTB, "terabytes": app.UnitTB,
}

// unitOf is what a meter counts; "" where only its readings say so, as those of a meter that is sent to an inbox.
func unitOf(meter app.Meter, rule app.QuantityRule) string {
	if rule.Unit != "" {
		return rule.Unit
	}
	switch meter {
	case app.MeterStorage, app.MeterProtectedStorage:
		return app.UnitGB
	case app.MeterAccounts, app.MeterFileServer, app.MeterGuests, app.MeterProtectedSeats:
		return app.UnitEach
	}
	return ""
}

// unit warns when the invoice would read wrongly: 1219 printed as TB, or accounts as GB. The price is by the unit.
func (r *run) unit(p sold) func(context.Context) finding {
	return func(ctx context.Context) finding {
		found, err := r.meant(ctx, p.identifier)
		if err != nil || len(found) != 1 {
			return skipped("The product was not found.") // the check before this one says why
		}
		if p.unit == "" {
			return ok(fmt.Sprintf("Sold by %s; %s is billed in the unit its readings have.", orWord(found[0].Unit, "no unit"), p.meter))
		}
		size, isSize := sizes[strings.ToLower(strings.TrimSpace(found[0].Unit))]
		if isSize && size != p.unit {
			return warning(fmt.Sprintf("The product is sold by %s, but %s is billed in %s.", found[0].Unit, p.meter, p.unit), "In ConnectWise open Procurement ▸ Product Catalog and change the Unit of Measure of the product, or change the unit of "+string(p.meter)+" in the rules of the connection.")
		}
		return ok(fmt.Sprintf("Sold by %s, billed in %s.", orWord(found[0].Unit, "no unit"), p.unit))
	}
}
