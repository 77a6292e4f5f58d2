// Package stories shows every page and every component in the states it can be in, with canned data. The tests look at the
// pages and compare the components with what they were; cmd/stories shows both to a person. The program does not contain it.
package stories

import (
	"github.com/a-h/templ"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/layout"
)

// Story is one page in one state.
type Story struct {
	State, Page string
	View        templ.Component
}

// Name is the story's path below the server's root.
func (s Story) Name() string { return s.State + "/" + s.Page }

// states are those a page can be in: how much it shows, in which frame, with whose names, and whether something is wrong.
var states = []struct {
	name      string
	rows      int
	long, bad bool
	frame     func(title, current string) layout.Shell
}{
	{name: "empty", frame: Quiet},
	{name: "normal", rows: 12, frame: Shell},
	{name: "trouble", rows: 5, bad: true, frame: trouble},
	{name: "paused", rows: 4, frame: paused},
	{name: "offline", rows: 4, frame: offline},
	{name: "rows500", rows: 500, frame: Shell},
	{name: "long", rows: 6, long: true, frame: Shell},
}

// All are the stories of all components and pages.
func All() []Story {
	out := componentStories()
	add := func(state, page string, v templ.Component) { out = append(out, Story{state, page, v}) }
	for _, of := range states {
		state, n, long, bad, sh := of.name, of.rows, of.long, of.bad, of.frame
		add(state, "overview", views.OverviewPage(overview(sh("Overview", link.Overview), n, long, bad)))
		add(state, "organizations", views.OrganizationsPage(Organizations(sh("Organizations", link.Organizations), n, long, bad)))
		add(state, "activity", views.ActivityPage(Activity(sh("Activity", link.Organizations), n, long)))
		ruleStories(state, n, long, bad, sh, add)
		add(state, "organization-settings", views.OrganizationSettingsPage(orgSettings(sh("Settings", link.Organizations), n, long, bad)))
		add(state, "connection", views.ConnectionPage(views.ConnectionView{Shell: sh("Connection", link.Connections), Form: connection(n, bad)}))
		add(state, "connections", views.ConnectionsPage(connections(sh("ConnectWise", link.Connections), n, bad)))
		add(state, "setup", views.SetupPage(views.Setup{Shell: sh("Set up", link.Setup), Tasks: guide(n, bad).Tasks}))
		for _, part := range []views.SetupPart{views.PartCredentials, views.PartTicketing, views.PartBilling, views.PartTestTicket} {
			add(state, "setup-"+string(part), views.SetupTaskPage(setupTask(sh("Set up", link.Setup), part, n, bad)))
		}
		add(state, "diagnostics", views.DiagnosticsPage(diagnostics(sh("Diagnostics", link.Diagnostics), n, bad)))
		add(state, "log", views.LogPage(logPage(sh("Log", link.Diagnostics), n, long, bad)))
		add(state, "support", views.SupportPage(supportPage(sh("Support bundle", link.Diagnostics), n)))
		add(state, "month", views.MonthPage(month(sh("November 2026", link.Billing), n, long, bad)))
		add(state, "push-check", views.PushCheckPage(pushCheck(sh("Check before the push", link.Billing), n, long, bad)))
		add(state, "push", views.PushPage(pushPage(sh("Push", link.Billing), n, long, bad)))
		add(state, "pushes", views.PushesPage(views.Pushes{Shell: sh("Push history", link.Billing), Rows: pushRows(n), Month: link.Month("cw", "2026-11"), Connections: []string{"cw"}, Periods: []app.Period{nov}}))
		monthStories(state, n, long, bad, sh, add)
		add(state, "evidence", views.EvidencePage(evidence(sh("Evidence", link.Billing), n, long, bad)))
		alertStories(state, n, long, bad, sh, add)
		mappingStories(state, n, long, bad, sh, add)
		moneyStories(state, n, long, bad, sh, add)
		sourceStories(state, n, long, bad, sh, add)
		helpStories(state, sh, add)
		add(state, "about", views.AboutPage(about(sh("About", link.About))))
		add(state, "settings", views.SettingsPage(settingsDoc(sh("Settings", link.Settings), n, bad)))
	}
	add("normal", "problem", views.ProblemPage(views.NotFound(new(Quiet("Nothing here", "")))))
	add("trouble", "problem", views.ProblemPage(views.Problem{Shell: new(trouble("Something went wrong", "")), Status: 500, Title: "Something went wrong", Text: "The page could not be made. What you typed is not saved. " + word64}))
	add("empty", "problem", views.ProblemPage(views.Problem{Status: 403, Title: "This page needs a session.", Text: "Open it from the tray icon."}))
	add("normal", "signed-out", views.SignedOutPage())
	return out
}
