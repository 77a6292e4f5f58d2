package setup

import (
	"slices"

	"psabridge/app"
	"psabridge/app/settings"
)

// startTask is the end: the vendor's own bridge off (M13), a test ticket, both features as wished.
func (g *guide) startTask() app.GuideTask {
	t := app.GuideTask{ID: taskStart, Title: "Test and switch on"}
	for _, source := range g.doc.Sources {
		if !source.Pushed() { // nobody but us bills what is sent to it
			t.Steps = append(t.Steps, g.vendorOffStep(source))
		}
	}
	t.Steps = append(t.Steps, g.testTicketStep(), g.onStep())
	if !g.known || len(g.doc.Sources) == 0 {
		t.State, t.Summary = app.TaskCannotStart, "Connect ConnectWise and a source first."
		return t
	}
	needed := slices.DeleteFunc(slices.Clone(t.Steps), func(s app.GuideStep) bool { return s.Optional })
	t.State, t.Summary = together(needed), standing(needed)
	return t
}

// vendorOffWays are where each vendor's own bridge is switched off.
var vendorOffWays = map[string]struct {
	where string
	text  []string
}{
	settings.KindX360Sync: {"x360Sync ▸ top-level organization ▸ Settings ▸ PSA", []string{
		"In x360Sync, select the top-level organization, click the Settings tab, and then click the PSA tab. Take the tick from Billing Enabled and click the Save button.",
		"Click the Activity tab, then Alerts, and take the PSA System tick from every alert.",
		"Where the policy of the top-level organization says psa_enabled=false, that is seen and confirmed by itself.",
	}},
	settings.KindAxcient: {"x360Cloud ▸ Reseller Portal ▸ Settings ▸ PSA", []string{
		"In x360Cloud, open the Reseller Portal, click Settings, and then PSA. Turn the Ticketing toggle to Disabled and click the Save button.",
		"Where x360Portal bills your customers' seats to ConnectWise by itself, switch that off too.",
	}},
}

func (g *guide) vendorOffStep(source app.SourceSettings) app.GuideStep {
	way := vendorOffWays[source.Kind]
	step := app.GuideStep{
		ID: "vendor_off." + source.Name, Title: "Switch off the vendor's own push and PSA alerts of " + source.Name, Subject: app.VendorOff(source.Name), Where: way.where,
		Text: append(slices.Clone(way.text), "Two bridges would write the same quantities and open each ticket twice. psabridge cannot see whether the other one is off, so say here that you did it."),
	}
	step.State, step.Note = g.confirmed(step.Subject)
	return step
}

// testTicketStep is where the newest test ticket stands; the checks of the rights it proves say so too.
func (g *guide) testTicketStep() app.GuideStep {
	step := app.GuideStep{
		ID: "test_ticket", Title: "Create a test ticket", Page: g.connectionPage(), State: app.TaskNotStarted, Optional: !g.conn.Ticketing.Enabled,
		Text: []string{
			"psabridge creates one ticket marked as a test, adds a note, closes it, and reads it back. Nobody is mailed.",
			"It proves the rights to add, edit and close tickets, which no read can.",
		},
		Checks: []string{"right.tickets.add", "right.tickets.edit", "right.tickets.close"},
	}
	var newest app.Proof
	for _, p := range g.proofs {
		if p.Kind == app.DeliverTicketTest && !p.At.Before(newest.At) {
			newest = p
		}
	}
	switch {
	case newest.DeliveryID == 0:
	case newest.Done:
		step.State, step.Note = app.TaskDone, "A test ticket was created, noted and closed on "+g.moment(newest.At)+"."
	default:
		step.State, step.Note = app.TaskProblem, newest.Words
	}
	return step
}

func (g *guide) onStep() app.GuideStep {
	step := app.GuideStep{
		ID: "on", Title: "Switch on", Page: g.connectionPage(), State: app.TaskNotStarted,
		Text: []string{
			"Turn on Ticketing Enabled, Billing Enabled, or both.",
			"Tickets are opened for what happens from then on; what held before waits for your answer. Billing asks you before each push until you choose otherwise.",
		},
	}
	switch {
	case g.conn.Ticketing.Enabled && g.conn.Billing.Enabled:
		step.State, step.Note = app.TaskDone, "Ticketing and billing are enabled."
	case g.conn.Ticketing.Enabled:
		step.State, step.Note = app.TaskDone, "Ticketing is enabled."
	case g.conn.Billing.Enabled:
		step.State, step.Note = app.TaskDone, "Billing is enabled."
	}
	return step
}
