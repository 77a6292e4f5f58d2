package setup

import (
	"fmt"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/settings"
)

// sourceTask is connecting x360Sync: the account psabridge reads with.
func (g *guide) sourceTask() app.GuideTask {
	t := app.GuideTask{ID: taskSource, Title: "Connect x360Sync", Page: link.Sources, State: app.TaskNotStarted, Summary: "Sign in with an x360Sync administrator account."}
	if len(g.doc.Sources) == 0 {
		t.Steps = []app.GuideStep{{
			ID: "source", Title: "Add the x360Sync account", Page: link.Sources, State: app.TaskNotStarted,
			Text: []string{"Enter the address of x360Sync and an administrator account of the top-level organization. psabridge only reads."},
		}}
		return t
	}
	for _, source := range g.doc.Sources {
		t.Steps = append(t.Steps, g.sourceStep(source.Name))
	}
	t.State, t.Summary = together(t.Steps), standing(t.Steps)
	if len(t.Steps) == 1 {
		t.Page, t.Summary = t.Steps[0].Page, t.Steps[0].Note
	}
	return t
}

func (g *guide) sourceStep(name string) app.GuideStep {
	step := app.GuideStep{ID: "source." + name, Title: "Read the source " + name, Page: link.Source(name), State: app.TaskInProgress, Note: "It was not read yet."}
	present := 0
	for _, row := range g.tree {
		if row.Source == name && row.State != app.OrganizationGone {
			present++
		}
	}
	switch problem := g.problem(name); {
	case problem != "":
		step.State, step.Note = app.TaskProblem, problem
	case present > 0:
		step.State, step.Note = app.TaskDone, countOf(present, "organization was", "organizations were")+" read."
	}
	return step
}

// matchTask is step 4 of the x360Sync page: each organization gets its ConnectWise company.
func (g *guide) matchTask() app.GuideTask {
	t := app.GuideTask{ID: taskMatch, Title: "Match organizations", Page: link.With(link.Organizations, "show", "unmapped"), State: app.TaskCannotStart}
	step := app.GuideStep{
		ID: "companies", Title: "Map x360Sync organizations to ConnectWise customers", Where: "Organization ▸ Settings ▸ PSA ▸ Company", Page: t.Page, State: app.TaskCannotStart,
		Text: []string{
			"In the Company drop-down menu, select the organization's associated company name in ConnectWise.",
			"A company of the same name is proposed; nothing is mapped without you. If you do not see a company, click Reload Options from PSA.",
		},
	}
	mapped, all := g.mapped()
	switch {
	case !g.known:
		t.Summary = "Connect ConnectWise first."
	case len(g.doc.Sources) == 0 || len(g.tree) == 0:
		t.Summary = "Connect x360Sync first: its organizations were not read yet."
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
