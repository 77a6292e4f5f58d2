package app

import "time"

// Guide is the setting-up of both vendors' pages as a list of tasks: what to click, what to type, and what was proved.
type Guide struct {
	Connection string // the connection it is about; "" before there is one
	Tasks      []GuideTask
}

// GuideTask is one line of the list. Its page shows its steps.
type GuideTask struct {
	ID      string // stable, e.g. connectwise, x360sync, match, tickets, billing, start
	Title   string
	Summary string // where it stands, e.g. "1 of 9 checks failed"
	State   TaskState
	Page    string // where the work is done, when that is not the guide's own page
	// Optional is true for what may be left out for good: billing, or tickets where only billing is wanted.
	Optional bool
	Steps    []GuideStep
}

// GuideStep is one thing to do, in the vendor's own order.
type GuideStep struct {
	ID     string // stable within its task
	Title  string
	Where  string       // the click path in the vendor's program
	Text   []string     // what to do there, a sentence each
	Values []GuideValue // exact values to copy
	Role   []RoleRow    // the rights to tick, where the step is about them
	State  TaskState
	// Note says how the state is known: what a check found, or who confirmed it.
	Note string
	// Checks are the ids of the connection checks that prove the step; with none a person confirms it.
	Checks []string
	// Subject is what to confirm; "" when a check proves the step.
	Subject string
	Page    string // where to do it in psabridge, when it is done here
	// Optional is true for a step that may be left out, e.g. a product that is not billed.
	Optional bool
}

// GuideValue is one value to type into the vendor's page.
type GuideValue struct {
	Label string // the vendor's name of the field
	Value string
}

// TaskState is how far a task is.
type TaskState string

// The states of a task.
const (
	TaskNotStarted  TaskState = "not_started"
	TaskInProgress  TaskState = "in_progress"
	TaskDone        TaskState = "done"
	TaskCannotStart TaskState = "cannot_start" // another task comes first
	TaskProblem     TaskState = "problem"      // tried, and something is wrong
)

// RoleRow is one line of a security role: the least the features that are switched on need. A level is "All" or "".
type RoleRow struct {
	Module, Function           string
	Add, Edit, Delete, Inquire string
	Customize                  string // tables to allow where Table Setup is narrowed
	Why                        string
}

// Confirmation is what a person said about something no call can prove, e.g. that the vendor's own push is off.
type Confirmation struct {
	Subject string
	By      string
	At      time.Time
}

// VendorOff is the subject of M13: the vendor's own billing push and PSA alerts of a source are switched off.
func VendorOff(source string) string { return "source/" + source + "/vendor_off" }

// GuideSubject is the subject of a step of the guide that only a person can confirm.
func GuideSubject(connection, step string) string { return "guide/" + connection + "/" + step }
