package setup

import (
	"slices"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/settings"
)

// offer is a product that can be billed, with what its vendor calls it and a Product ID to start from.
type offer struct {
	kind           string // of the source that counts it
	meter          app.Meter
	name, proposed string
}

// offers are the products of the vendors' pages.
var offers = []offer{
	{settings.KindX360Sync, app.MeterAccounts, "Number of accounts", "X360-ACCOUNT"},
	{settings.KindX360Sync, app.MeterStorage, "Total storage", "X360-STORAGE"},
	{settings.KindX360Sync, app.MeterFileServer, "File Server Enablement", "X360-FSE"},
	{settings.KindAxcient, app.MeterProtectedSeats, "Protected seats", "X360-SEAT"},
	{settings.KindAxcient, app.MeterProtectedStorage, "Protected storage", "X360-CLOUD-STORAGE"},
}

// offered are the products of the sources there are, those of x360Sync where there is none yet, and whatever else has a
// Product ID.
func (g *guide) offered() []offer {
	has := func(kind string) bool {
		return slices.ContainsFunc(g.doc.Sources, func(s app.SourceSettings) bool { return s.Kind == kind })
	}
	var all []offer
	for _, o := range offers {
		if _, chosen := g.conn.Billing.Products[o.meter]; chosen || has(o.kind) || len(g.doc.Sources) == 0 && o.kind == settings.KindX360Sync {
			all = append(all, o)
		}
	}
	for _, meter := range meters(g.conn.Billing.Products) {
		if !slices.ContainsFunc(all, func(o offer) bool { return o.meter == meter }) {
			all = append(all, offer{meter: meter, name: string(meter)})
		}
	}
	return all
}

// billingTask is step 2 of the x360Sync page and "Configure Billing". It may be left out.
func (g *guide) billingTask() app.GuideTask {
	t := app.GuideTask{ID: taskBilling, Title: "Bill usage", Optional: !g.conn.Billing.Enabled, Steps: append(g.productSteps(), g.agreementStep(), g.billingStep())}
	if !g.known {
		t.State, t.Summary = app.TaskCannotStart, "Optional. Connect ConnectWise first."
		return t
	}
	needed := slices.DeleteFunc(slices.Clone(t.Steps), func(s app.GuideStep) bool { return s.Optional })
	t.State, t.Summary = together(needed), standing(needed)
	if !g.conn.Billing.Enabled && t.State != app.TaskProblem {
		t.Summary = "Optional. Billing is not enabled."
	}
	return t
}

// productSteps has one step for each product that can be billed. Any one of them will do; those without a Product ID are
// left out of the count.
func (g *guide) productSteps() []app.GuideStep {
	var steps []app.GuideStep
	for _, o := range g.offered() {
		id, chosen := g.conn.Billing.Products[o.meter]
		step := app.GuideStep{
			ID: "product." + string(o.meter), Title: "Define the product " + o.name, Where: "Procurement ▸ Products ▸ New Item", Optional: !chosen,
			Text: []string{
				"In ConnectWise, navigate to the Procurement tab, and then select Products. Click the New Item button and enter the following information to create a new product.",
				"The Product ID must exactly match what you enter in psabridge: upper and lower case and spaces count.",
				"In the Unit Price field, enter your list price for the product.",
			},
			Values: []app.GuideValue{
				{Label: "Product ID", Value: orWord(id, o.proposed)},
				{Label: "Description", Value: o.name},
				{Label: "Category/Subcategory", Value: "Managed Services"},
				{Label: "Product Type", Value: "Software"},
				{Label: "Product Class", Value: "Agreement"},
				{Label: "Unit of Measure", Value: "Each"},
				{Label: "Customer Description", Value: o.name},
			},
			Checks: []string{"product." + string(o.meter), "unit." + string(o.meter)},
		}
		step.State, step.Note = g.proven(step.Checks...)
		if !chosen {
			step.Note = "Not billed: no Product ID is entered for it."
		}
		steps = append(steps, step)
	}
	return steps
}

func (g *guide) agreementStep() app.GuideStep {
	step := app.GuideStep{
		ID: "agreements", Title: "Set up agreements", Where: "Quick Launch ▸ Agreements ▸ New", Page: link.With(link.Mapping, "connection", g.conn.Name, "show", "matched"),
		Text: []string{
			"In ConnectWise, click the Quick Launch drop-down, and select Agreements. Find the agreement to be managed, or click the New button.",
			"In the Agreement Name field, give the agreement a name. In the Company drop-down field, select the company that will be associated with it. In the Start Date field, enter a date on which the agreement starts.",
			"Then choose the agreements in psabridge on Mapping ▸ Matched, for all customers at once, and select the checkboxes of the products to bill; one customer alone has the same on its Settings ▸ PSA page. Without an agreement nothing is billed.",
		},
		Values: []app.GuideValue{{Label: "Agreement Type", Value: "Managed Services"}},
		Checks: []string{"agreement."},
	}
	step.State, step.Note = g.proven(step.Checks...)
	if len(g.rowsOf(step.Checks)) == 0 {
		step.State, step.Note = app.TaskNotStarted, "No organization has an agreement yet."
		if slices.ContainsFunc(g.doc.Organizations, func(o app.OrganizationSettings) bool { return o.Agreement.ID != 0 }) {
			step.State, step.Note = app.TaskInProgress, g.untested()
		}
	}
	step.Checks = g.named(step.Checks...)
	return step
}

func (g *guide) billingStep() app.GuideStep {
	step := app.GuideStep{
		ID: "billing", Title: "Configure billing", Where: "Connection ▸ Billing", Page: g.connectionPage(), State: app.TaskNotStarted,
		Text: []string{
			"Select the Billing Enabled checkbox to indicate that you will be configuring billing.",
			"In the field of each product, such as # of Accounts, Total Storage and File Server Enablement, enter the Product ID associated with it, exactly how it appears in ConnectWise.",
			"In the Push Date field, select the day of the month that billing information will be pushed to ConnectWise. Choose one before the next invoice.",
		},
	}
	day, _ := g.conn.Billing.PushDay.MarshalText()
	switch {
	case g.conn.Billing.Enabled && g.conn.Billing.PushDay != 0:
		step.State, step.Note = app.TaskDone, "Billing is enabled; the push date is "+dayWord(string(day))+"."
	case g.conn.Billing.Enabled:
		step.State, step.Note = app.TaskInProgress, "Billing is enabled, but no push date is chosen, so nothing is pushed by itself."
	}
	return step
}

func dayWord(day string) string {
	if day == "last" {
		return "the last day of the month"
	}
	return "day " + day + " of the month"
}
