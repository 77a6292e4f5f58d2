package views

import (
	"slices"
	"strconv"
	"strings"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// Setup is the task list of setting up: where it stands, and that one can stop and come back.
type Setup struct {
	Shell layout.Shell
	Tasks []app.GuideTask
}

// SetupTask is one task of it with its steps, and beside it the list.
type SetupTask struct {
	Shell layout.Shell
	Tasks []app.GuideTask
	Task  app.GuideTask
	// Connection is the one the task is about; its name is empty before there is one.
	Connection string
	// Form is filled where the task is done on this page: the credentials, the service defaults, the billing settings.
	Form *Connection
	Part SetupPart
	// Checks are the newest results of the connection's tests; the steps show their own.
	Checks CheckList
}

// SetupPart says which form of a connection a task shows.
type SetupPart string

// The parts of a connection a task can show.
const (
	PartNone        SetupPart = ""
	PartCredentials SetupPart = "credentials"
	PartTicketing   SetupPart = "ticketing"
	PartBilling     SetupPart = "billing"
	PartTestTicket  SetupPart = "test-ticket"
)

// doneTasks says how far the list is.
func doneTasks(tasks []app.GuideTask) string {
	n := 0
	for _, t := range tasks {
		if t.State == app.TaskDone {
			n++
		}
	}
	return strconv.Itoa(n) + " of " + strconv.Itoa(len(tasks)) + " done"
}

// Left reports whether a task still has to be done. One that may be left out and was not begun does not.
func Left(t app.GuideTask) bool {
	return t.State != app.TaskDone && (!t.Optional || t.State == app.TaskInProgress || t.State == app.TaskProblem)
}

// someLeft reports whether any task still has to be done.
func someLeft(tasks []app.GuideTask) bool {
	return slices.ContainsFunc(tasks, Left)
}

// taskPath is where a task is worked on: on a page of its own steps, or where psabridge has the page anyway.
func taskPath(t app.GuideTask) string {
	if len(t.Steps) == 0 && t.Page != "" {
		return t.Page
	}
	return link.Guide(t.ID)
}

// number is a task's place in the list.
func (m SetupTask) number() string {
	for i, t := range m.Tasks {
		if t.ID == m.Task.ID {
			return strconv.Itoa(i + 1)
		}
	}
	return ""
}

// next is the first task after this one that is left, nil when none is.
func (m SetupTask) next() *app.GuideTask {
	past := false
	for i, t := range m.Tasks {
		if past && (t.State == app.TaskNotStarted || t.State == app.TaskInProgress || t.State == app.TaskProblem) {
			return &m.Tasks[i]
		}
		past = past || t.ID == m.Task.ID
	}
	return nil
}

// results are the newest results of the checks that prove a step. Where it was done since, what was not proven is old.
func (m SetupTask) results(step app.GuideStep) (out []app.CheckRow) {
	for _, r := range m.Checks.Rows {
		if slices.Contains(step.Checks, r.ID) && (step.State != app.TaskDone || standingOf(r) != "unproven") {
			out = append(out, r)
		}
	}
	return out
}

// proves reports whether any step of the task is proved by a test of the connection.
func (m SetupTask) proves() bool {
	for _, s := range m.Task.Steps {
		if len(s.Checks) > 0 {
			return true
		}
	}
	return false
}

// role is the role table of the task, which its copy buttons copy.
func (m SetupTask) role() []app.RoleRow {
	for _, s := range m.Task.Steps {
		if len(s.Role) > 0 {
			return s.Role
		}
	}
	return nil
}

// here is the step whose work is a form on this page.
func (m SetupTask) here(step app.GuideStep) SetupPart {
	if m.Form == nil || step.ID != map[SetupPart]string{PartCredentials: "credentials", PartTicketing: "ticketing", PartBilling: "billing", PartTestTicket: "test_ticket"}[m.Part] {
		return PartNone
	}
	return m.Part
}

// wrong reports whether the form in a step could not be saved.
func (m SetupTask) wrong(step app.GuideStep) bool {
	switch m.here(step) {
	case PartCredentials:
		return len(m.Form.Credentials.Errors) > 0
	case PartTicketing:
		return len(m.Form.Ticketing.Errors) > 0
	case PartBilling:
		return len(m.Form.Billing.Errors) > 0
	case PartTestTicket:
		return len(m.Form.Test.Errors) > 0 || m.Form.Test.Newest != nil && m.Form.Test.Newest.Running()
	case PartNone:
	}
	return false
}

// folds reports whether a step is folded to one line.
func (m SetupTask) folds(step app.GuideStep) bool {
	return step.State == app.TaskDone && !m.wrong(step)
}

// elsewhere is the page of psabridge where a step is done; empty when it is done on this page or in ConnectWise.
func (m SetupTask) elsewhere(step app.GuideStep) string {
	if m.here(step) != PartNone || m.Part == PartCredentials {
		return ""
	}
	return step.Page
}

// checkable reports whether a step has a button that tests what it is about. The test ticket has its own.
func (m SetupTask) checkable(step app.GuideStep) bool {
	return len(step.Checks) > 0 && m.Connection != "" && m.here(step) != PartTestTicket
}

// confirmed reports whether a person said that the step is done.
func confirmed(s app.GuideStep) bool { return s.Subject != "" && s.State == app.TaskDone }

func stepID(s app.GuideStep) string { return "step-" + ui.FieldID(s.ID) }

// trimWords takes words off the front of a sentence, with the punctuation behind them.
func trimWords(text, words string) string {
	return strings.TrimLeft(strings.TrimPrefix(text, words), " .:;,")
}
