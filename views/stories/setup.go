package stories

import (
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// role is the least role as ConnectWise's own page names it.
var role = []app.RoleRow{
	{Module: "Companies", Function: "Company Maintenance", Inquire: "All", Why: "Companies are matched by record"},
	{Module: "Finance", Function: "Agreements", Add: "All", Edit: "All", Inquire: "All", Why: "Quantities are written to additions"},
	{Module: "Service Desk", Function: "Service Tickets", Add: "All", Edit: "All", Inquire: "All"},
	{Module: "Service Desk", Function: "Close Service Tickets", Edit: "All"},
	{Module: "System", Function: "Table Setup", Inquire: "All", Customize: "Company / Company Status, Service / Service Board, Service / Priority, Service / Source", Why: "Boards, statuses, teams and priorities are chosen from lists"},
}

func guide(n int, bad bool) app.Guide {
	state := func(s app.TaskState) app.TaskState {
		if n == 0 {
			return app.TaskNotStarted
		}
		return s
	}
	g := app.Guide{Connection: "cw", Tasks: []app.GuideTask{
		{ID: "connectwise", Title: "Connect ConnectWise", Summary: "Site, company ID and keys", State: state(app.TaskDone), Steps: []app.GuideStep{
			{ID: "role", Title: "Make a security role", Where: "System › Security Roles › +", Text: []string{"Open the new role and set these rights. Everything else stays None."}, Role: role, State: state(app.TaskDone), Checks: []string{"right.agreements.inquire", "right.tickets.close"}, Note: "9 of 9 rights are proven."},
			{ID: "member", Title: "Make the API member", Where: "System › Members › API Members › +", Values: []app.GuideValue{{Label: "Member ID", Value: "Axcient"}, {Label: "Role ID", Value: "psabridge"}}, State: state(app.TaskDone), Subject: "guide/cw/member", Note: "Confirmed by person on 22 Nov 2026."},
			{ID: "key", Title: "Make the API key", Where: "System › Members › API Members › Axcient › API Keys › +", Text: []string{"Copy both keys before you close the window: the private key is shown once."}, Values: []app.GuideValue{{Label: "Description", Value: "Axcient x360Sync"}}, State: state(app.TaskNotStarted), Subject: "guide/cw/key"},
			{ID: "credentials", Title: "Enter the credentials", Text: []string{"Saving tests the connection."}, State: state(app.TaskDone), Checks: []string{"address", "keys"}},
		}},
		{ID: "x360sync", Title: "Connect x360Sync", Summary: "25 organizations found", State: state(app.TaskDone), Page: link.Sources},
		{ID: "match", Title: "Match organizations", Summary: "19 of 25 are matched", State: app.TaskInProgress, Page: link.Organizations},
		{ID: "tickets", Title: "Choose alerts and tickets", Summary: "Board, statuses and team", State: app.TaskNotStarted, Steps: []app.GuideStep{
			{ID: "ticketing", Title: "Turn on ticketing", Where: "System › Setup Tables › Service Board › your board › Statuses", Text: []string{"Tick Default on the status new tickets begin with."}, State: app.TaskProblem, Checks: []string{"board", "company_status.imported"}},
		}},
		{ID: "billing", Title: "Billing", Summary: "Billing is not enabled.", Optional: true, State: app.TaskNotStarted, Steps: []app.GuideStep{
			{ID: "product.accounts", Title: "Define the product Number of accounts", Where: "Procurement ▸ Products ▸ New Item", Optional: true, Values: []app.GuideValue{{Label: "Product ID", Value: "X360-ACCOUNT"}, {Label: "Product Class", Value: "Agreement"}}, Checks: []string{"product.accounts"}, Note: "Not billed: no Product ID is entered for it."},
			{ID: "billing", Title: "Configure billing", State: app.TaskNotStarted},
		}},
		{ID: "start", Title: "Test and switch on", Summary: "One real test ticket, closed again", State: app.TaskCannotStart, Steps: []app.GuideStep{
			{ID: "test_ticket", Title: "Create a test ticket", State: app.TaskNotStarted, Text: []string{"It proves the rights to add, edit and close tickets."}},
			{ID: "vendor_off", Title: "Switch the vendor’s own push and PSA alerts off", Where: "x360Sync › Settings › PSA", State: app.TaskNotStarted, Subject: app.VendorOff("sync")},
		}},
	}}
	if n == 0 {
		for i := range g.Tasks[1:] {
			g.Tasks[i+1].State = app.TaskCannotStart
		}
	}
	if bad {
		g.Tasks[0].State, g.Tasks[0].Summary = app.TaskProblem, "1 of 24 checks failed"
	}
	return g
}

func setupTask(s layout.Shell, part views.SetupPart, n int, bad bool) views.SetupTask {
	c := connection(n, false)
	g := guide(n, bad)
	at := map[views.SetupPart]int{views.PartCredentials: 0, views.PartTicketing: 3, views.PartBilling: 4, views.PartTestTicket: 5}[part]
	c.Task = g.Tasks[at].ID
	if bad {
		c.Credentials.Errors = ui.Errors{{Field: "site_url", Message: "Enter the site URL, for example na.myconnectwise.net"}}
		c.Checks = failedChecks()
	}
	m := views.SetupTask{Shell: s, Tasks: g.Tasks, Task: g.Tasks[at], Part: part, Form: &c, Checks: c.Checks}
	if n > 0 {
		m.Connection = "cw"
		m.Checks.Outdated = part == views.PartBilling && n == 6
		if part == views.PartTicketing && n == 12 {
			m.Checks.Running, m.Checks.Done, m.Checks.Total = true, 6, 24
		}
	}
	return m
}

func failedChecks() views.CheckList {
	return views.CheckList{At: ago(time.Minute), Rows: []app.CheckRow{
		{ID: "address", Title: "The address answers", State: app.CheckOK, Message: "na.myconnectwise.net, TLS 1.3", Took: 212 * time.Millisecond, ChangedAt: ago(30 * time.Hour)},
		{ID: "right.agreements.inquire", Title: "The key may read agreements", State: app.CheckFailed, Message: "ConnectWise: “You do not have security permission to perform this action.”", Fix: "In ConnectWise open System › Security Roles › psabridge, Finance, Agreements: set Inquire to All.", Took: 340 * time.Millisecond, ChangedAt: ago(2 * time.Hour)},
		{ID: "right.tickets.close", Title: "Tickets may be closed", State: app.CheckSkipped, Message: "Not proven yet. The first ticket it closes will prove it.", ChangedAt: ago(30 * time.Hour)},
		{ID: "company_status.imported", Title: "Company status Imported", State: app.CheckWarning, Message: "ConnectWise has no company status Imported.", Fix: "Only x360Cloud’s own integration needs it.", Took: 41 * time.Millisecond, ChangedAt: ago(30 * time.Hour)},
		{ID: "product.storage", Title: "Product ID of Total Storage", State: app.CheckFailed, Message: "No product has the ID “X360-Storage”. Near: “X360-STORAGE” #912, which differs by capital letters.", Fix: "Copy the Product ID from Procurement › Products, or rename the product.", Took: 1204 * time.Millisecond, ChangedAt: ago(2 * time.Hour)},
		{ID: "agreement.7", Title: "Agreement of " + strings.Repeat("Contoso ", 4), State: app.CheckSkipped, Message: "Not tried, because the check before it did not succeed: The key may read agreements."},
	}}
}

func diagnostics(s layout.Shell, n int, bad bool) views.Diagnostics {
	m := views.Diagnostics{Shell: s, Machine: machineChecks(bad)}
	if n == 0 {
		return m
	}
	c := views.ConnectionDiagnosis{Name: "cw", Detail: "na.myconnectwise.net / acme", LastOK: ago(time.Minute), Checks: connection(n, false).Checks, Role: role, PerMinute: 900}
	m.Sources = []views.SourceDiagnosis{{Name: "sync", Detail: "syncedtool.com, every 2 min", LastOK: ago(12 * time.Second), NextAt: now.Add(38 * time.Second), Complete: true}}
	m.Outbox = app.OutboxCounts{Waiting: 2, Checking: 1, Parked: 3, OldestAt: ago(4 * time.Minute)}
	m.Computer = views.Computer{DataDir: "/home/ada/.local/share/psabridge", Computer: app.Computer{
		Tray: "shown", Zone: "Europe/Berlin", Peers: "Kept out: every connection has to come from a program of yours.",
		Login: app.LoginItem{On: true, Current: true, Where: "/home/ada/.config/autostart/psabridge.desktop", Command: []string{"/usr/bin/psabridge", "serve", "--no-browser"}},
	}}
	if bad {
		m.Computer.Folder = "It lies in a folder that OneDrive copies elsewhere. What is copied while it is written can damage the database."
		m.Computer.Tray, m.Computer.ZoneWas = "none: no session bus", "America/New_York"
		m.Computer.Login = app.LoginItem{Cannot: "This is the demo: its data is gone when it ends. Start psabridge without demo, and switch this on there."}
		c.Checks, c.Error = failedChecks(), "ConnectWise does not accept the keys."
		m.Needs = []views.Need{{Tone: "bad", Icon: "lock", Title: "Nothing is sent on connection cw.", Text: "ConnectWise does not accept the keys.", Actions: []ui.Action{{Label: "Look", Path: link.Connection("cw"), Primary: true}}}}
		m.Blocks = []app.Block{{Connection: "cw", Reason: "ConnectWise does not accept the keys.", Since: ago(time.Hour)}}
		m.Sources[0].Error = "x360Sync does not accept the sign-in."
	}
	m.Connections = []views.ConnectionDiagnosis{c}
	if n > 5 {
		d := c
		d.Name, d.Checks = "second", views.CheckList{Running: n == 6, Done: 3, Total: 24, Rows: c.Checks.Rows, At: c.Checks.At, Outdated: n != 6}
		m.Connections = append(m.Connections, d)
	}
	return m
}

// testTicket is the newest test ticket of a connection.
func testTicket(bad bool) *views.TestTicket {
	steps := make([]app.TestStepProgress, 0, len(app.TestSteps))
	for i, step := range app.TestSteps {
		state := app.TestStepDone
		switch {
		case bad && i == 2:
			state = app.TestStepFailed
		case bad && i > 2:
			state = app.TestStepTodo
		}
		steps = append(steps, app.TestStepProgress{Step: step, State: state, At: ago(time.Minute)})
	}
	t := &views.TestTicket{Delivery: 91, State: app.DeliveryDone, At: ago(time.Minute), Number: 48211, URL: "https://na.myconnectwise.net/v4_6_release/services/system_io/Service/fv_sr100_request.rails?service_recid=48211", Message: "Ticket 48211 was created, noted, closed and read back.", Steps: steps}
	if bad {
		t.State, t.Message = app.DeliveryParked, "Closing was refused: the role lacks Service Desk ▸ Close Service Tickets ▸ Edit."
	}
	return t
}
