package setup

import (
	"fmt"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/settings"
)

// sourceKind is how a kind of source is connected, in the vendor's words.
type sourceKind struct {
	kind, name, where string
	text              []string
}

var sourceKinds = []sourceKind{
	{settings.KindX360Sync, "x360Sync", "x360Sync ▸ top-level organization", []string{
		"Enter an administrator account of the top-level organization: user name, password and, where the account asks for one, a fresh two-step code. The password is tried once and never again by itself, so that nothing locks the account.",
		"Or register psabridge as a client: in x360Sync, select the top-level organization ▸ Settings ▸ API ▸ Register OAuth2 Client, tick the grants authorization_code and refresh_token, and enter the redirect address that the page of the source shows. Then enter its client ID and client secret here and click Sign in at x360Sync.",
		"psabridge only reads there.",
	}},
	{settings.KindAxcient, "x360Cloud", "x360Portal ▸ Settings ▸ API Keys ▸ Add", []string{
		"In x360Portal, click Settings, then API Keys, then Add. Tick x360Cloud and save. The key is shown once: copy it into the field API key.",
		"Clients, backup status, users and shared resources are read. Billing need not be ticked: psabridge counts by itself.",
	}},
	{settings.KindInbox, "Inbox", "", []string{
		"For anything else: give it a name and make a token. A program on this computer then sends events and usage to the two addresses that its page shows.",
		"Monthly files of a vendor are imported on the same page, or with: psabridge usage import FILE.csv --source NAME. You see what a file would become before anything is stored.",
	}},
}

func kindOf(kind string) sourceKind {
	for _, k := range sourceKinds {
		if k.kind == kind {
			return k
		}
	}
	return sourceKind{kind: kind}
}

// sourceTask is connecting what psabridge reads, or is sent.
func (g *guide) sourceTask() app.GuideTask {
	t := app.GuideTask{ID: taskSource, Title: "Connect a source", Page: link.Sources, State: app.TaskNotStarted, Summary: "x360Sync, x360Cloud, or an inbox for anything else."}
	if len(g.doc.Sources) == 0 {
		for _, k := range sourceKinds {
			t.Steps = append(t.Steps, app.GuideStep{
				ID: "kind." + k.kind, Title: "Connect " + orWord(map[string]string{settings.KindInbox: "an inbox"}[k.kind], k.name), Where: k.where, Text: k.text,
				Page: link.With(link.Sources, "kind", k.kind), State: app.TaskNotStarted, Note: "Any one will do.", Optional: true,
			})
		}
		return t
	}
	for _, source := range g.doc.Sources {
		t.Steps = append(t.Steps, g.sourceStep(source))
	}
	t.State, t.Summary = together(t.Steps), standing(t.Steps)
	if len(t.Steps) == 1 {
		t.Page, t.Summary = t.Steps[0].Page, t.Steps[0].Note
	}
	return t
}

func (g *guide) sourceStep(source app.SourceSettings) app.GuideStep {
	k := kindOf(source.Kind)
	step := app.GuideStep{
		ID: "source." + source.Name, Title: "Read the source " + source.Name, Where: k.where, Text: k.text,
		Page: link.Source(source.Name), State: app.TaskInProgress, Note: "It was not read yet.",
	}
	verb := " read."
	if source.Pushed() {
		step.Title, step.Note, verb = "Send to the inbox "+source.Name, "Nothing was sent to it yet.", " sent."
	}
	present := 0
	for _, row := range g.tree {
		if row.Source == source.Name && row.State != app.OrganizationGone && row.ExternalID != app.SyntheticTop {
			present++
		}
	}
	switch problem := g.problem(source.Name); {
	case problem != "":
		step.State, step.Note = app.TaskProblem, problem
	case present > 0:
		step.State, step.Note = app.TaskDone, countOf(present, "organization was", "organizations were")+verb
	}
	return step
}

// matchTask is step 4 of the x360Sync page: each organization gets its ConnectWise company.
func (g *guide) matchTask() app.GuideTask {
	t := app.GuideTask{ID: taskMatch, Title: "Match organizations", Page: link.MappingOf(g.conn.Name), State: app.TaskCannotStart}
	step := app.GuideStep{
		ID: "companies", Title: "Map organizations to ConnectWise customers", Where: "Mapping", Page: t.Page, State: app.TaskCannotStart,
		Text: []string{
			"Select each organization's associated company name in ConnectWise; those of the same name are accepted with one button. On an organization's own page it is Settings ▸ PSA ▸ Company.",
			"A company of the same name is proposed, and one that you chose for the same customer in another source; nothing is mapped without you. If you do not see a company, click Reload Options from PSA.",
		},
	}
	mapped, all := g.mapped()
	switch {
	case !g.known:
		t.Summary = "Connect ConnectWise first."
	case len(g.doc.Sources) == 0 || len(g.tree) == 0:
		t.Summary = "Connect a source first: no organizations were read yet."
	default:
		t.Summary = fmt.Sprintf("%d of %s matched.", mapped, countOf(all, "organization", "organizations"))
		t.State = app.TaskNotStarted
		if mapped > 0 {
			t.State = app.TaskInProgress
		}
		if mapped == all {
			t.State = app.TaskDone
		}
	}
	step.State, step.Note = t.State, t.Summary
	t.Steps = []app.GuideStep{step}
	return t
}

// mapped counts the organizations of the connection and those of them that have a company. The master organization is the
// provider itself and counts only when it has one.
func (g *guide) mapped() (mapped, all int) {
	inherited := settings.NewTree(g.tree, g.doc)
	for _, row := range g.tree {
		e := inherited.Effective(row.Source, row.ExternalID)
		if e.Connection != g.conn.Name || row.State != app.OrganizationPresent {
			continue
		}
		switch {
		case e.Company.ID != 0:
			mapped, all = mapped+1, all+1
		case row.ParentExternalID != "":
			all++
		}
	}
	return mapped, all
}
