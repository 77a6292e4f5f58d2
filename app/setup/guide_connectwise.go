package setup

import (
	"psabridge/app"
	"psabridge/app/link"
)

// The steps of the ConnectWise task.
const (
	stepRole        = "role"
	stepTables      = "table_setup"
	stepMember      = "member"
	stepKey         = "key"
	stepClientID    = "client_id"
	stepCredentials = "credentials"
)

// connectWiseTask is steps 1 to 4 of the x360Cloud page and steps 1 and 3 of the x360Sync page, which ask for the same.
func (g *guide) connectWiseTask() app.GuideTask {
	steps := []app.GuideStep{g.roleStep(), g.tablesStep(), g.memberStep(), g.keyStep(), g.clientIDStep(), g.credentialsStep()}
	t := app.GuideTask{ID: taskConnectWise, Title: "Connect ConnectWise", Steps: steps, State: together(steps), Summary: standing(steps)}
	if !g.known {
		t.Summary = "Make a role, a member and a key in ConnectWise, then enter them here."
	}
	return t
}

// hand is a step that is done in ConnectWise before there are keys: a person ticks it off, until checks know better.
func (g *guide) hand(step app.GuideStep) app.GuideStep {
	step.State, step.Note = g.proven(step.Checks...)
	step.Checks = g.named(step.Checks...)
	if step.State == app.TaskProblem || step.State == app.TaskDone {
		return step
	}
	step.Subject = app.GuideSubject(g.conn.Name, step.ID)
	subjects := []string{step.Subject}
	if g.first {
		subjects = append(subjects, app.GuideSubject("", step.ID))
	}
	for _, subject := range subjects {
		if state, note := g.confirmed(subject); state == app.TaskDone {
			step.State, step.Note, step.Subject = state, note, subject
			return step
		}
	}
	step.State = app.TaskNotStarted
	return step
}

func (g *guide) roleStep() app.GuideStep {
	conn := g.conn
	text := []string{
		"Log in to ConnectWise and open Security Roles from the System menu.",
		"On the Security Roles page, click the plus icon to create a new role.",
		"Click the newly-created role link. This will open the Security Modules configuration page for that new role.",
		"Assign the following permissions to the new role, and leave everything else at None.",
	}
	if !conn.Ticketing.Enabled && !conn.Billing.Enabled {
		conn.Ticketing.Enabled, conn.Billing.Enabled = true, true
		text = append(text, "The table is for tickets and billing. For tickets alone leave out Finance and Procurement, for billing alone Service Desk.")
	}
	return g.hand(app.GuideStep{
		ID: stepRole, Title: "Configure a role for the integration", Where: "System ▸ Security Roles ▸ +", Text: text, Role: Role(conn),
		Checks: []string{"right.", "rights.excess"},
	})
}

func (g *guide) tablesStep() app.GuideStep {
	conn := g.conn
	if !conn.Ticketing.Enabled && !conn.Billing.Enabled {
		conn.Ticketing.Enabled = true
	}
	step := app.GuideStep{
		ID: stepTables, Title: "Customize the table setup", Where: "System ▸ Security Roles ▸ the role ▸ System ▸ Table Setup ▸ customize",
		Text: []string{
			"Under System, select the link for Table Setup (customize).",
			"After you click the customize link, allow the tables below. The others may stay disallowed.",
		},
		Checks: []string{"right.table_setup.inquire"},
	}
	for _, table := range tablesOf(conn) {
		step.Values = append(step.Values, app.GuideValue{Label: "Table", Value: table})
	}
	return g.hand(step)
}

// MemberName is the API member's name in both vendors' guides.
const MemberName = "Axcient"

func (g *guide) memberStep() app.GuideStep {
	return g.hand(app.GuideStep{
		ID: stepMember, Title: "Create the API member", Where: "System ▸ Members ▸ API Members ▸ +",
		Text: []string{
			"In the System menu, click the Members link, then the API Members tab, then the plus icon to create a new API Member.",
			"In the Member ID field, enter Axcient. In the Role ID field, select the role you created.",
			"Fill in what else ConnectWise marks as required; nothing of it matters to psabridge.",
			"Click the Save button but do not close the window. After you click it, you will be given access to the API Keys tab.",
		},
		Values: []app.GuideValue{{Label: "Member ID", Value: MemberName}},
		Checks: []string{"keys"},
	})
}

func (g *guide) keyStep() app.GuideStep {
	return g.hand(app.GuideStep{
		ID: stepKey, Title: "Create the API key", Where: "System ▸ Members ▸ API Members ▸ Axcient ▸ API Keys ▸ +",
		Text: []string{
			"Click the API Keys tab and then click the plus icon to create a new API key.",
			"In the Description field, type the name of the product. One key serves both.",
			"Click the Save button but do not close the window.",
			"Record the public key and private key before you close the window. You will not be able to view the private key again after this window is closed.",
		},
		Values: []app.GuideValue{{Label: "Description (x360Sync)", Value: "Axcient x360Sync"}, {Label: "Description (x360Cloud)", Value: "x360Cloud"}},
		Checks: []string{"keys"},
	})
}

// clientIDStep is about a thing neither page has, because the vendor's own products carry theirs.
func (g *guide) clientIDStep() app.GuideStep {
	step := app.GuideStep{
		ID: stepClientID, Title: "Get a client ID", Where: "developer.connectwise.com ▸ ClientID", Page: g.connectionPage(),
		Text: []string{
			"ConnectWise takes requests only with a client ID, which says which program asks.",
			"Sign in at developer.connectwise.com with your ConnectWise account, open ClientID, and register psabridge as an integration of ConnectWise PSA.",
			"Choose a private client ID: it works for your own ConnectWise alone. A public one is for a vendor who sells his program to others.",
			"Copy it into the field Client ID.",
		},
	}
	state, note := g.proven("keys")
	switch {
	case g.conn.ClientID == "" && g.builtIn:
		step.State, step.Note = app.TaskDone, "This psabridge carries its own client ID, so there is nothing to do. The field Client ID overrides it."
	case g.conn.ClientID == "":
		step.State = app.TaskNotStarted
	case state == app.TaskDone:
		step.State, step.Note, step.Checks = state, note, []string{"keys"}
	default:
		step.State, step.Note = app.TaskInProgress, "Entered. The test proves it with the keys."
	}
	return step
}

func (g *guide) credentialsStep() app.GuideStep {
	step := app.GuideStep{
		ID: stepCredentials, Title: "Enter the ConnectWise credentials", Page: g.connectionPage(),
		Text: []string{
			"In the Site URL field, enter the URL of your ConnectWise site.",
			"In the Company ID field, enter your Company ID as it appears in ConnectWise: what you type as Company when you sign in.",
			"In the Public Key and Private Key fields, enter the keys generated for your API Member.",
			"Click the Test & Save Connection button when you are finished.",
		},
		Checks: []string{"address", "connectwise", "company", "keys", "version", "clock"},
	}
	step.State, step.Note = g.proven(step.Checks...)
	if g.known && step.State == app.TaskNotStarted {
		step.State = app.TaskInProgress
		if !g.keys {
			step.Note = "A key is missing, or was entered for another address."
		}
	}
	return step
}

func (g *guide) connectionPage() string {
	if !g.known {
		return ""
	}
	return link.Connection(g.conn.Name)
}
