package stories

import (
	"strings"
	"time"

	"github.com/a-h/templ"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// ruleStories adds the pages of alert rules and rehearsals in one state.
func ruleStories(state string, n int, long, bad bool, sh func(title, current string) layout.Shell, add func(state, page string, v templ.Component)) {
	add(state, "alerts", views.AlertsPage(alerts(sh("Alerts", link.Organizations), min(n, 60), long, bad)))
	add(state, "alert", views.AlertEditorPage(alertEditor(sh("Alerts", link.Organizations), n, long, bad)))
	add(state, "rehearsal", views.RehearsalPage(views.RehearsalView{Shell: sh("Rehearsal", link.Tickets), Days: 30, Part: rehearsal(n, long, bad, "")}))
}

var types = []views.AlertType{
	{Type: "machine.unreachable", Title: "Machine not reachable for …", Text: "A File Server Enabled machine is disconnected for so many minutes.", Level: "minutes", Default: 5},
	{Type: "quota.reached", Title: "Storage quota reached …", Text: "An organization or account uses so much of its space quota.", Level: "percent", Default: 80},
	{Type: "account.added", Title: "Account added"},
	{Type: "activity.guest-link-shared", Title: "activity.guest-link-shared"},
}

func alertRule(i int, long bool) app.AlertRule {
	r := app.AlertRule{
		Name: "File server unreachable " + name(i, long), When: []app.When{{Type: "machine.unreachable", Minutes: 5}}, Via: app.Via{PSA: true},
		Ticket: app.TicketPolicy{AutoClose: true, Per: "object", Comeback: "reopen", ReopenWithin: app.Duration(24 * time.Hour)},
	}
	switch i % 4 {
	case 1:
		r.Name, r.When = "Storage almost full "+name(i, long), []app.When{{Type: "quota.reached", Percent: 80}, {Type: "quota.reached", Percent: 100}}
		r.Via.Email, r.Ticket.Board, r.Ticket.Priority = []string{"noc@example.com", "on-call@example.com"}, app.Ref{Name: "NOC"}, app.Ref{Name: "Priority 2"}
	case 2:
		r.Name, r.Via, r.When = "Not for "+name(i, long), app.Via{}, []app.When{{Type: "activity.guest-link-shared"}}
	}
	return r
}

func alerts(s layout.Shell, n int, long, bad bool) views.Alerts {
	m := views.Alerts{Shell: s, Organization: head(long), Types: types, Revision: 12}
	m.Starters = []views.StarterAlert{
		{Name: "File server unreachable", Text: "Machine not reachable for 5 min → PSA System; this organization and those below; one ticket per object, closes by itself, reopens within 24 h"},
		{Name: "Storage almost full", Text: "Storage quota reached 80 %, or Storage quota reached 100 % → PSA System; this organization and those below; one ticket per object, closes by itself"},
		{Name: "Sign-ins fail", Text: "Sign-ins failed in a row 5 times → PSA System"},
		{Name: "Source cannot be read", Text: "Source not readable for 15 min → PSA System; everything of sync"},
	}
	if n > 0 {
		m.Starters, m.Open = m.Starters[:2], long
	}
	elsewhere := "it was made elsewhere; its place is changed there"
	for i := range n {
		r := views.AlertRow{Rule: alertRule(i, long), Scope: "this organization and those below", Own: i%3 != 2 || i == n-1, Events: 38 * i, Tickets: i, LastAt: ago(time.Duration(i) * time.Hour), EditURL: link.AlertEdit(4, "x")}
		switch {
		case i == 0:
			r.NoUp, r.Overrides = "it is the first", alertRule(2, long).Name
		case i == n-1:
			r.NoDown = "it is the last"
		case !r.Own:
			r.From, r.FromURL, r.Shadow = name(1, long), link.Alerts(1), alertRule(0, long).Name
			r.NoUp, r.NoDown, r.Scope = elsewhere, elsewhere, "inherited"
		case i == 1:
			r.Muted, r.Ahead = &views.AlertQuiet{Until: now.Add(40 * time.Hour), Reason: "The server is being moved to the new rack"}, 2
		case i == 4:
			r.Scope = "everything of sync"
		}
		m.Rules = append(m.Rules, r)
	}
	if bad {
		m.Unwired, m.Fix = "Ticketing is disabled on connection cw: alerts are collected, and no ticket is opened.", link.Connection("cw")
	}
	return m
}

func alertEditor(s layout.Shell, n int, long, bad bool) views.AlertEditor {
	m := views.AlertEditor{Shell: s, Organization: head(long), Types: types, MailOff: n == 0}
	m.Preview = views.AlertPreview{Shell: s, Example: true, Summary: "Machine not reachable for 5 min: FS01 – " + name(0, long), Body: "Machine not reachable for 5 min: FS01\n\nOrganization: " + name(0, long) + "\nObject: machine FS01\nCount: 1"}
	f := views.AlertForm{Revision: 12, PSA: true, For: "tree", AutoClose: true, When: []views.WhenField{{}}}
	m.Service = views.AlertService{Organization: 4, Form: f}
	if n > 0 {
		f.Stored, f.Name, f.Notify, f.Email = "File server unreachable", "File server unreachable", "noc@example.com", true
		f.When = []views.WhenField{{Type: "machine.unreachable", Level: "5"}, {Type: "quota.reached"}, {Type: "account.added"}}
		f.Mute = []views.MuteField{{From: "2026-11-28T22:00", To: "2026-11-29T02:00", Reason: "Patch night"}}
		f.Summary, f.Board, f.Type = "{object} is not reachable – {organization}", "NOC", "Backup"
		m.Objects = []string{"ZRH-FS01 – machine 4711", "Ada Lovelace – account 12"}
		m.Preview.Example, m.Preview.At = false, ago(3*time.Hour)
		m.Service = views.AlertService{
			Organization: 4, Connection: "cw", Form: f, Defaults: map[string]string{"board": "Alerts", "status": "New", "priority": "by severity", "closed_status": "the board’s own"},
			Lists: map[string][]ui.Choice{"board": choices("NOC", "Alerts"), "type": choices("Backup", "Network"), "subtype": choices("Failed"), "status": choices("New", "In progress"), "closed_status": choices(">Closed"), "team": choices("NOC Team"), "priority": choices("Priority 1", "Priority 2"), "source": choices("Axcient")},
		}
		m.Rehearsal = rehearsal(min(n, 40), long, bad, "File server unreachable")
	}
	if long {
		f.Stored, f.Override, f.Name, m.From = "", "File server unreachable", "File server unreachable – "+name(0, true), name(1, true)
	}
	if bad {
		f, m.MailOff, m.Inbox = wrongAlert(f), true, true
		m.Preview.Problems = []views.TemplateProblem{
			{Field: "summary", Wrong: "{objekt}", Behind: " is down", Message: "There is no variable {objekt}. Known are {title}, {text}, {organization}."},
			{Field: "body", Before: "A ", Wrong: "}", Behind: " stands alone", Message: "A } stands alone. Braces are for variables only, such as {object}."},
		}
		m.Service.Problem, m.Service.Form = "The lists of this board could not be read. ConnectWise did not answer.", f
	}
	m.Form = f
	return m
}

// wrongAlert is a form with as much wrong as can be.
func wrongAlert(f views.AlertForm) views.AlertForm {
	f.Stored, f.For, f.PSA, f.Email, f.Other = "", "object", false, false, "backup"
	f.When, f.Mute = []views.WhenField{{Type: "machine.unreachable", Level: "0"}, {Type: "gone.type", Level: "7"}}, append(f.Mute, views.MuteField{From: "2026-11-28T22:00"})
	f.Summary, f.Body, f.Board = "{objekt} is down", "A } stands alone\nand {this is not closed", "Gone board"
	f.Errors = ui.Errors{
		{Field: "name", Message: "The alert needs a name."},
		{Field: "notify", Message: "Via e-mail needs an address."},
		{Field: "level[0]", Message: "“0” is not a whole number of 1 or more."},
		{Field: "when[1]", Message: "“gone.type” is not an event type."},
		{Field: "object", Message: "Say which account or machine."},
		{Field: "via", Message: "Tick at least one way to tell somebody, or Nobody if it is meant to stay quiet."},
		{Field: "board", Message: "There is no such board."},
		{Field: "wait", Message: "“soon” is not a duration. Write it as 5m."},
		{Field: "summary", Message: "Character 1: There is no variable {objekt}."},
		{Field: "mute_to[1]", Message: "Say the day and the time."},
	}
	return f
}

func rehearsal(n int, long, bad bool, rule string) views.RehearsalPart {
	p := views.RehearsalPart{Shell: Shell("", ""), At: ago(time.Minute), Rule: rule, Path: link.Rehearsal}
	switch {
	case bad && rule == "":
		p.Error = "The history of sync could not be read. Look at Diagnostics, then rehearse again."
		return p
	case bad:
		p.Invalid = ui.Errors{{Field: "name", Message: "The alert needs a name."}, {Message: "“soon” is not a duration. Write it as 5m."}}
		return p
	case long && rule != "":
		p.Running, p.Job, p.Since = true, "abcdef", ago(4*time.Second)
		return p
	}
	r := app.Rehearsal{From: ago(30 * 24 * time.Hour), To: now, KeptSince: ago(12 * 24 * time.Hour), Events: 214 * n, Tickets: n, AutoClosed: n * 3 / 4, Open: n / 4, Notes: 2 * n, Mails: n / 2, Asked: n / 5, NoRule: 31, Suppressed: 7}
	for i := range n {
		t := app.RehearsedTicket{Key: strings.Repeat("k", i%5), At: ago(time.Duration(i*7) * time.Hour), Rule: alertRule(i, long).Name, OrganizationID: int64(i + 1), Organization: name(i, long), Summary: "Machine ZRH-FS0" + ui.Int(i) + " not reachable – " + name(i, long), Count: i + 1, Notes: i % 3}
		if i%4 != 0 {
			t.ClosedAt = t.At.Add(3 * time.Hour)
		}
		r.Opened = append(r.Opened, t)
		if i < 30 {
			r.ByOrganization = append(r.ByOrganization, app.RehearsedShare{Name: name(i, long), OrganizationID: int64(i + 1), Events: 20 + i, Tickets: 3, AutoClosed: 2})
		}
	}
	if n > 0 {
		r.ByRule = []app.RehearsedShare{{Name: "File server unreachable", Events: 180, Tickets: n - 1, AutoClosed: n / 2}, {Name: alertRule(1, long).Name, Events: 34, Tickets: 1, AutoClosed: 1}}
		r.Problems = []string{"The alert “" + alertRule(1, long).Name + "” is for the organization 77, which is not shown by any source, so nothing can match it."}
		r.Unmapped = []app.RehearsedShare{{Name: name(7, long), OrganizationID: 8, Events: 3, Tickets: 2}}
	}
	if rule != "" {
		p.Difference = &app.RehearsalDifference{Before: app.Rehearsal{Tickets: n + 2}, More: min(len(r.Opened), 1), Fewer: 612 * min(len(r.Opened), 3) / 3, NoLonger: r.Opened[:min(len(r.Opened), 3)], Opened: r.Opened[:min(len(r.Opened), 1)]}
	}
	p.Result = &r
	return p
}
