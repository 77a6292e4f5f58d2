package setup

import (
	"slices"

	"psabridge/app"
	"psabridge/app/link"
)

// offered are the three products of the x360Sync page, with what it says of each and a Product ID to start from.
var offered = []struct {
	meter          app.Meter
	name, proposed string
}{
	{app.MeterAccounts, "Number of accounts", "X360-ACCOUNT"},
	{app.MeterStorage, "Total storage", "X360-STORAGE"},
	{app.MeterFileServer, "File Server Enablement", "X360-FSE"},
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
	for _, o := range offered {
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
		ID: "agreements", Title: "Set up agreements", Where: "Quick Launch ▸ Agreements ▸ New", Page: link.Organizations,
		Text: []string{
			"In ConnectWise, click the Quick Launch drop-down, and select Agreements. Find the agreement to be managed, or click the New button.",
			"In the Agreement Name field, give the agreement a name. In the Company drop-down field, select the company that will be associated with it. In the Start Date field, enter a date on which the agreement starts.",
			"Then choose the agreement in psabridge on the organization's Settings ▸ PSA page, and select the checkbox next to the products to bill. Without an agreement nothing is billed.",
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
			"In the # of Accounts, Total Storage and File Server Enablement fields, enter the Product ID associated with each product, exactly how it appears in ConnectWise.",
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
