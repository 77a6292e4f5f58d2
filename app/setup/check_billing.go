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
			check{id: id, title: "The product of " + string(meter) + " can be billed", needs: []string{"right.catalog.inquire"}, prove: r.billed(meter)},
			check{id: "unit." + string(meter), title: "Its unit of measure fits", needs: []string{id}, prove: r.unit(meter)},
		)
	}
	return all
}

// billed proves that the catalog has exactly one product of the Product ID, and that an agreement can hold it.
func (r *run) billed(meter app.Meter) func(context.Context) finding {
	return func(ctx context.Context) finding {
		wanted := r.conn.Billing.Products[meter]
		found, err := r.product(ctx, wanted)
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
				"In ConnectWise open Procurement ▸ Product Catalog and make a product of the class Agreement; then enter its Product ID under Billing of the connection.")
		case found[0].Inactive:
			return failed(fmt.Sprintf("The product %s is inactive.", wanted), "In ConnectWise open Procurement ▸ Product Catalog ▸ "+wanted+" and take the tick from Inactive, or enter another Product ID under Billing of the connection.")
		}
		return ok(fmt.Sprintf("%s is %s (record %d).", wanted, found[0].Description, found[0].ID))
	}
}

// noProduct names what looks like the Product ID. The cached catalog will do: it is only for finding a slip.
func (r *run) noProduct(ctx context.Context, wanted string) finding {
	says := fmt.Sprintf("The catalog has no product “%s”. Upper and lower case and spaces count.", visibly(wanted))
	catalog, at, err := r.Store.Options(ctx, r.conn.Name, app.ListProducts, 0)
	if err == nil && at.IsZero() {
		catalog, err = r.list(ctx, app.ListProducts, 0)
	}
	if err != nil {
		return failed(says, fixProduct)
	}
	return failed(says+nearText(NearMisses(catalog, wanted)), fixProduct)
}

// sizes are units of measure that say what a quantity of storage means.
var sizes = map[string]string{
	"gb": app.UnitGB, "gib": app.UnitGB, "gigabyte": app.UnitGB, "gigabytes": app.UnitGB, "tb": app.UnitTB, "tib": app.UnitTB, "terabyte": app.UnitTB, "terabytes": app.UnitTB,
}

// unit warns when the invoice would read wrongly: 1219 printed as TB, or accounts as GB. The price is by the unit.
func (r *run) unit(meter app.Meter) func(context.Context) finding {
	return func(ctx context.Context) finding {
		found, err := r.product(ctx, r.conn.Billing.Products[meter])
		if err != nil || len(found) != 1 {
			return skipped("The product was not found.") // the check before this one says why
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
			return warning(fmt.Sprintf("The product is sold by %s, but %s is billed in %s.", found[0].Unit, meter, billed), "In ConnectWise open Procurement ▸ Product Catalog and change the Unit of Measure of the product, or change the unit of "+string(meter)+" in the rules of the connection.")
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
		id, name := o.Source+"/"+o.ID, o.Source+"/"+o.ID // of one that was not read yet: no number of a row has a slash
		if row, known := rows[o.Source+"\n"+o.ID]; known {
			id, name = strconv.FormatInt(row.ID, 10), row.Name
		}
		all = append(all, check{id: "agreement." + id, title: "The agreement of " + name + " can be billed", needs: []string{"right.agreements.inquire", "right.companies.inquire"}, prove: r.agreement(e, name)})
	}
	return all
}

const fixMapping = "Choose another agreement on the organization's Settings ▸ PSA page, or correct it in ConnectWise under Finance ▸ Agreements."

// agreement looks at the company first: where that is gone, its agreements are of no use, and what the person needs to
// know is which company took its place.
func (r *run) agreement(e settings.Effective, organization string) func(context.Context) finding {
	return func(ctx context.Context) finding {
		rows, err := r.list(ctx, app.ListAgreements, 0)
		if err != nil {
			return r.refused(err, fixRight(agreementsInquire))
		}
		var a app.Agreement
		at := slices.IndexFunc(rows, func(o app.OptionRow) bool { return o.ID == e.Agreement.ID })
		if at >= 0 {
			a = agreementOf(rows[at])
		}
		if bad := r.companyOf(ctx, e.Company, organization, a.Company); bad.state != "" {
			return bad
		}
		if at < 0 {
			return failed(fmt.Sprintf("ConnectWise has no agreement %d any more.", e.Agreement.ID)+othersOf(rows, e.Company.ID), fixMapping)
		}
		return r.billable(a, e.Company.ID)
	}
}

// othersOf names the active agreements a company has, for the person to choose from.
func othersOf(rows []app.OptionRow, company int64) string {
	var names []string
	for _, row := range rows {
		if a := agreementOf(row); a.CompanyID == company && !row.Inactive {
			names = append(names, fmt.Sprintf("%s (record %d)", a.Name, a.ID))
		}
	}
	if len(names) == 0 {
		return " The company has no active agreement."
	}
	return " The company has " + listed(names) + "."
}

// companyOf finds out whether the mapped company can be used; an empty finding when it can.
func (r *run) companyOf(ctx context.Context, c app.CompanyRef, names ...string) finding {
	const fix = "Choose the company on the organization's Settings ▸ PSA page, or correct it in ConnectWise under Companies ▸ Companies."
	rows, err := r.list(ctx, app.ListCompanies, 0)
	if err != nil {
		return r.refused(err, fixRight(companiesInquire))
	}
	at := slices.IndexFunc(rows, func(o app.OptionRow) bool { return o.ID == c.ID })
	switch {
	case at < 0:
		return failed(fmt.Sprintf("The company %s (record %d) was deleted in ConnectWise.", orWord(c.Identifier, "of the mapping"), c.ID)+twinsOf(rows, c, append(names, r.formerName(c.ID))),
			"Choose another company on the organization's Settings ▸ PSA page, or restore it from ConnectWise's recycle bin.")
	case rows[at].Inactive:
		return failed(fmt.Sprintf("The company %s (record %d) is inactive in ConnectWise.", rows[at].Name, c.ID), "Change the status of the company in ConnectWise under Companies ▸ Companies, or choose another company on the organization's Settings ▸ PSA page.")
	case companyOf(rows[at]).StatusUnknown:
		return warning(fmt.Sprintf("It cannot be seen whether the company %s (record %d) is inactive, so its lines wait for you.", rows[at].Name, c.ID), fixTables([]string{tableStatuses})+" "+fix)
	}
	return finding{}
}

// formerName is what a company was called when the companies were read before this test.
func (r *run) formerName(id int64) string {
	for _, row := range r.formerly {
		if row.ID == id {
			return row.Name
		}
	}
	return ""
}

// twinsOf names live companies that are called as the one that is gone: it was made anew, or merged. None is taken for
// it; what belongs to which is for a person to say.
func twinsOf(rows []app.OptionRow, gone app.CompanyRef, names []string) string {
	var twins []string
	for _, row := range rows {
		called := slices.ContainsFunc(names, func(n string) bool {
			return n != "" && strings.EqualFold(strings.TrimSpace(n), strings.TrimSpace(row.Name))
		})
		if called || gone.Identifier != "" && row.Identifier == gone.Identifier {
			twins = append(twins, fmt.Sprintf("%s (%s, record %d)", row.Name, row.Identifier, row.ID))
		}
	}
	if len(twins) == 0 {
		return ""
	}
	return " There is " + listed(twins) + ". It is another record, so nothing is billed there before you say so."
}

// billable judges an agreement by the calendar day in the connection's zone.
func (r *run) billable(a app.Agreement, company int64) finding {
	y, m, d := r.Now().In(settings.Location(r.conn)).Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	name := fmt.Sprintf("The agreement %s (record %d)", a.Name, a.ID)
	switch {
	case a.CompanyID != company:
		return failed(name+" belongs to "+a.Company+", not to the mapped company.", fixMapping)
	case a.Cancelled || a.Status != "" && a.Status != agreementActive:
		state := strings.ToLower(a.Status)
		if a.Cancelled {
			state = "cancelled"
		}
		return failed(name+" is "+state+".", fixMapping)
	case a.StartDate.After(today):
		return failed(name+" starts only on "+dayOf(a.StartDate)+".", fixMapping)
	case !a.EndDate.IsZero() && a.EndDate.Before(today):
		return failed(name+" ended on "+dayOf(a.EndDate)+".", fixMapping)
	case a.BillingCycle != "" && a.BillingCycle != cycleMonthly:
		return warning(name+" is billed "+a.BillingCycle+", not monthly. Its lines wait until you confirm that once.", "In ConnectWise open Finance ▸ Agreements ▸ "+a.Name+" and change the Billing Cycle, or confirm at the first push.")
	}
	next := ""
	if !a.NextInvoice.IsZero() {
		next = " Its next invoice is of " + dayOf(a.NextInvoice) + "."
	}
	return ok(name + " is active." + next)
}

func dayOf(t time.Time) string { return t.Format("2 January 2006") }
