package setup

import (
	"strings"

	"psabridge/app"
	"psabridge/app/link"
)

// ticketsTask is "Specify ConnectWise service defaults" and "Enable PSA ticketing" of the x360Cloud page, and step 5 of
// the x360Sync page.
func (g *guide) ticketsTask() app.GuideTask {
	t := app.GuideTask{ID: taskTickets, Title: "Open tickets from alerts", Optional: g.conn.Billing.Enabled, Steps: append(g.serviceDefaults(), g.ticketingStep(), g.alertStep(), g.noticesStep())}
	if !g.known {
		t.State, t.Summary = app.TaskCannotStart, "Connect ConnectWise first."
		return t
	}
	t.State, t.Summary = together(t.Steps), standing(t.Steps)
	if !g.conn.Ticketing.Enabled {
		t.Summary = "Ticketing is disabled. Alerts are collected, no ticket is opened."
	}
	return t
}

func (g *guide) serviceDefaults() []app.GuideStep {
	steps := []app.GuideStep{
		{
			ID: "board", Title: "Specify a default Service Board", Where: "System ▸ Members ▸ API Members ▸ Axcient ▸ Default Board", Checks: []string{"board", "type", "subtype", "item", "priority", "source"},
			Text: []string{
				"In ConnectWise, specify a default Service Board for the newly created API Member.",
				"Choose the same board in psabridge, so that the tickets go there whatever the member's default becomes.",
			},
		},
		{
			ID: "status", Title: "Select the default status", Where: "System ▸ Setup Tables ▸ Service Board ▸ the board ▸ Statuses", Checks: []string{"status.default", "status.closed"},
			Text: []string{
				"In the System menu, click the Setup Tables link and navigate to the Service Board list.",
				"In the Service Board page, click the Board tab and select the service board you set as the default service board.",
				"Click the Statuses tab and select a default status to be used for each new ticket. Click the Default checkbox to ensure this status is saved as the default status.",
				"One status must have Closed Status ticked. It closes the ticket when what was wrong has recovered; its name does not matter.",
			},
		},
		{
			ID: "company_status", Title: "Make sure that the status Imported is available", Where: "System ▸ Setup Tables ▸ Company Status", Checks: []string{"company_status.imported"},
			Text:   []string{"Navigate to the Company Status List on the Setup Tables page and make sure that the status Imported is available."},
			Values: []app.GuideValue{{Label: "Company Status", Value: statusImported}},
		},
		{
			ID: "team", Title: "Select a default team", Where: "System ▸ Setup Tables ▸ Service Board ▸ the board ▸ Teams", Checks: []string{"team.default"},
			Text: []string{"Click the Teams tab and select a default team."},
		},
	}
	for i := range steps {
		steps[i].State, steps[i].Note = g.proven(steps[i].Checks...)
	}
	return steps
}

func (g *guide) ticketingStep() app.GuideStep {
	step := app.GuideStep{
		ID: "ticketing", Title: "Turn on ticketing", Where: "Connection ▸ Ticketing ▸ Ticketing Disabled", Page: g.connectionPage(), State: app.TaskNotStarted,
		Text: []string{
			"Click the Ticketing Disabled toggle to turn on ticketing, choose the service defaults, and click the Save button when you are finished.",
			"From then on what an alert wants becomes a ticket, at once. Take the vendor's own PSA System tick off first (task 6 says where), or each is opened twice.",
		},
	}
	if g.conn.Ticketing.Enabled {
		step.State, step.Note = app.TaskDone, "Ticketing is enabled."
	}
	return step
}

func (g *guide) alertStep() app.GuideStep {
	step := app.GuideStep{
		ID: "alert", Title: "Set up alerts", Where: "Organization ▸ Alerts ▸ Create Alert", Page: link.Organizations, State: app.TaskNotStarted,
		Text: []string{
			"In an organization, click the Alerts tab. A few starters are proposed there: tick those you want. An alert of the top-level organization can be for all below it.",
			"Choose few: quota nearly used up, and file server unreachable for five minutes. Make sure to click the PSA System checkbox. An alert can write e-mail besides, or instead, once there is a mail server under Settings ▸ Notifications.",
			"Under Service defaults you can say how many new tickets may open within a quarter of an hour. What is above waits for your word, so that one broken line does not open a hundred.",
		},
	}
	for _, row := range g.tree {
		if row.ParentExternalID == "" && row.State == app.OrganizationPresent {
			step.Page = link.Alerts(row.ID)
		}
	}
	tickets, mails := 0, 0
	for _, rule := range g.doc.Alerts {
		if rule.Via.PSA {
			tickets++
		}
		if len(rule.Via.Email) > 0 {
			mails++
		}
	}
	if tickets > 0 {
		step.State, step.Note = app.TaskDone, countOf(tickets, "alert goes", "alerts go")+" to the PSA."
	}
	if mails > 0 {
		step.Note = strings.TrimSpace(step.Note + " " + countOf(mails, "alert writes", "alerts write") + " e-mail.")
	}
	return step
}

// noticesStep is how psabridge itself says that it needs a person. The desktop needs no setting up, so the step can be left.
func (g *guide) noticesStep() app.GuideStep {
	step := app.GuideStep{
		ID: "notices", Title: "Say how you are told when something needs you", Where: "Settings ▸ Notifications", Page: link.Notifications, State: app.TaskNotStarted, Optional: true,
		Text: []string{
			"When ConnectWise refuses the keys or a source cannot be read, no ticket can say so. psabridge then shows a notice on this computer's desktop, and sends an e-mail or a message to Teams or Slack if you set that up. Each kind is told at most once an hour.",
		},
		Note: "Notices are shown on this computer's desktop alone.",
	}
	n := g.doc.Notify
	var ways []string
	if n.OnDesktop() {
		ways = append(ways, "the desktop")
	}
	if len(n.Email.To) > 0 {
		ways = append(ways, "e-mail")
	}
	if n.Webhook.Kind != "" {
		ways = append(ways, "the webhook")
	}
	switch {
	case len(ways) == 0:
		step.Note = "Nobody is told. You see what needs you on the Overview."
	case len(n.Email.To) > 0 || n.Webhook.Kind != "":
		step.State, step.Note = app.TaskDone, "You are told by "+listed(ways)+"."
	}
	return step
}
