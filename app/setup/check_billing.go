package setup

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/settings"
)

// What ConnectWise calls things.
const (
	agreementActive = "Active"
	classBundle     = "Bundle"
	cycleMonthly    = "Monthly"
)

func meters[V any](m map[app.Meter]V) []app.Meter { return slices.Sorted(maps.Keys(m)) }

const fixProduct = "In ConnectWise open Procurement ▸ Product Catalog and copy the Product ID exactly, or make the product there: Managed Services, Software, class Agreement, unit Each."

func (r *run) productChecks() []check {
	var all []check
	for _, meter := range meters(r.conn.Billing.Products) {
		id := "product." + string(meter)
		all = append(all,
			check{id, "The product of " + string(meter) + " can be billed", []string{"right.catalog.inquire"}, r.product(meter)},
			check{"unit." + string(meter), "Its unit of measure fits", []string{id}, r.unit(meter)},
		)
	}
	return all
}

// find looks for the product a Product ID means; a good catalog has exactly one.
func (r *run) find(ctx context.Context, meter app.Meter) ([]app.Product, error) {
	return r.client.ProductsByIdentifier(ctx, r.conn.Billing.Products[meter])
}

func (r *run) product(meter app.Meter) func(context.Context) finding {
	return func(ctx context.Context) finding {
		wanted := r.conn.Billing.Products[meter]
		found, err := r.find(ctx, meter)
		if err != nil {
			return r.refused(err, fixRole)
		}
		switch {
		case len(found) == 0:
			return failed(fmt.Sprintf("The catalog has no product %q. Upper and lower case and spaces count.", wanted), fixProduct)
		case len(found) > 1:
			return failed(fmt.Sprintf("The catalog has %d products %q, so none can be told from the other.", len(found), wanted), "Rename all but one of them in ConnectWise.")
		case found[0].Class == classBundle:
			return failed(fmt.Sprintf("The product %s is a bundle, which an agreement cannot hold.", wanted), fixProduct)
		case found[0].Inactive:
			return failed(fmt.Sprintf("The product %s is inactive.", wanted), "Take the tick from Inactive on the product in ConnectWise, or choose another.")
		}
		return ok(fmt.Sprintf("%s is %s.", wanted, found[0].Description))
	}
}

// sizes are units of measure that say what a quantity of storage means.
var sizes = map[string]string{
	"gb": app.UnitGB, "gib": app.UnitGB, "gigabyte": app.UnitGB, "gigabytes": app.UnitGB, "tb": app.UnitTB, "tib": app.UnitTB, "terabyte": app.UnitTB, "terabytes": app.UnitTB,
}

// unit warns when the invoice would read wrongly: 1219 printed as TB, or accounts as GB. The price is by the unit.
func (r *run) unit(meter app.Meter) func(context.Context) finding {
	return func(ctx context.Context) finding {
		found, err := r.find(ctx, meter)
		if err != nil || len(found) != 1 {
			return skipped("The product was not found a second time. Test again.")
		}
		billed := r.conn.Billing.Rules.Meters[meter].Unit
		if billed == "" && meter == app.MeterStorage {
			billed = app.UnitGB
		}
		if billed == "" {
			billed = app.UnitEach
		}
		size, isSize := sizes[strings.ToLower(strings.TrimSpace(found[0].Unit))]
		if isSize && size != billed {
			return warning(fmt.Sprintf("The product is sold by %s, but %s is billed in %s.", found[0].Unit, meter, billed), "Change the unit of measure on the product in ConnectWise, or the unit in the connection's rules.")
		}
		return ok(fmt.Sprintf("Sold by %s, billed in %s.", orWord(found[0].Unit, "no unit"), billed))
	}
}

func orWord(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}

// agreementChecks has one check for each organization billed on this connection.
func (r *run) agreementChecks() []check {
	tree := make([]app.Organization, len(r.organizations))
	rows := make(map[string]app.OrganizationRow, len(r.organizations))
	for i, o := range r.organizations {
		tree[i] = o.Organization
		rows[o.Source+"\n"+o.ExternalID] = o
	}
	inherited := settings.NewTree(tree, r.doc)
	var all []check
	for _, o := range r.doc.Organizations {
		e := inherited.Effective(o.Source, o.ID)
		if e.Connection != r.conn.Name || e.Agreement.ID == 0 {
			continue
		}
		id, name := o.ID, o.Source+"/"+o.ID // of one that was not read yet
		if row, known := rows[o.Source+"\n"+o.ID]; known {
			id, name = strconv.FormatInt(row.ID, 10), row.Name
		}
		all = append(all, check{"agreement." + id, "The agreement of " + name + " can be billed", []string{"right.agreements.inquire"}, r.agreement(e)})
	}
	return all
}

const fixMapping = "Choose another agreement on the organization's Settings ▸ PSA page, or correct it in ConnectWise under Finance ▸ Agreements."

func (r *run) agreement(e settings.Effective) func(context.Context) finding {
	return func(ctx context.Context) finding {
		rows, err := r.list(ctx, app.ListAgreements, 0)
		if err != nil {
			return r.refused(err, fixRole)
		}
		at := slices.IndexFunc(rows, func(o app.OptionRow) bool { return o.ID == e.Agreement.ID })
		if at < 0 {
			return failed(fmt.Sprintf("ConnectWise has no agreement %d any more.", e.Agreement.ID), fixMapping)
		}
		if bad := r.companyOf(ctx, e.Company); bad.state != "" {
			return bad
		}
		return r.billable(agreementOf(rows[at]), e.Company.ID)
	}
}

// companyOf finds out whether the mapped company can be used; an empty finding when it can.
func (r *run) companyOf(ctx context.Context, c app.CompanyRef) finding {
	rows, err := r.list(ctx, app.ListCompanies, 0)
	if err != nil {
		return r.refused(err, fixRole)
	}
	at := slices.IndexFunc(rows, func(o app.OptionRow) bool { return o.ID == c.ID })
	switch {
	case at < 0:
		return failed(fmt.Sprintf("The company %s (record %d) was deleted in ConnectWise.", c.Identifier, c.ID), "Choose another company on the organization's Settings ▸ PSA page, or restore it from ConnectWise's recycle bin.")
	case rows[at].Inactive:
		return failed(fmt.Sprintf("The company %s is inactive in ConnectWise.", rows[at].Name), "Make the company active in ConnectWise, or choose another on the organization's Settings ▸ PSA page.")
	}
	return finding{}
}

// billable judges an agreement by the calendar day in the connection's zone.
func (r *run) billable(a app.Agreement, company int64) finding {
	y, m, d := r.Now().In(settings.Location(r.conn)).Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	name := "The agreement " + a.Name
	switch {
	case a.CompanyID != company:
		return failed(name+" belongs to "+a.Company+", not to the mapped company.", fixMapping)
	case a.Cancelled || a.Status != "" && a.Status != agreementActive:
		return failed(name+" is "+strings.ToLower(orWord(a.Status, "cancelled"))+".", fixMapping)
	case a.StartDate.After(today):
		return failed(name+" starts only on "+a.StartDate.Format("2 January 2006")+".", fixMapping)
	case !a.EndDate.IsZero() && a.EndDate.Before(today):
		return failed(name+" ended on "+a.EndDate.Format("2 January 2006")+".", fixMapping)
	case a.BillingCycle != "" && a.BillingCycle != cycleMonthly:
		return warning(name+" is billed "+a.BillingCycle+", not monthly. Its lines wait until you confirm that once.", "Change the billing cycle in ConnectWise, or confirm at the first push.")
	}
	return ok(name + " is active.")
}
