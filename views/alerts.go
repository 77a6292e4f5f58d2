package views

import (
	"time"

	"psabridge/app"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// Alerts is an organization's Alerts tab: the rules that apply here, in the order they are asked.
type Alerts struct {
	Shell        layout.Shell
	Organization OrganizationHead
	Rules        []AlertRow
	Types        []AlertType // for the words
	Revision     int64       // of the settings the order was seen in; a changed one is a conflict
	// Starters are the alerts proposed for the source that nothing here covers yet.
	Starters []StarterAlert
	Open     bool // the proposals are unfolded
	// Everywhere says that the numbers are those of all organizations; else they are this organization's alone.
	Everywhere bool
	// Unwired says in words why no ticket comes out of an alert here: no connection, ticketing disabled. Empty when one does.
	Unwired string
	Fix     string // where that is changed
}

// AlertRow is one rule that applies to the organization.
type AlertRow struct {
	Rule      app.AlertRule // with its defaults
	Scope     string        // whom it covers, in words
	Own       bool          // made for this organization: it is changed, moved, muted and deleted here
	From      string        // organization it is inherited from; empty when it is its own, or for everything
	FromURL   string        // that organization's Alerts tab
	EditURL   string        // its editor, here or where it was made; empty when there is none
	Events    int           // it decided on in 30 days
	Tickets   int           // of those, how many opened a ticket
	Mails     int           // of those, how many were told by e-mail alone
	LastAt    time.Time
	Shadow    string // an alert above that wants everything this one wants
	Overrides string // an inherited alert below, in whose place this one stands
	NoUp      string // why it cannot be moved up; empty when it can
	NoDown    string
	Muted     *AlertQuiet // a window that is open now
	Ahead     int         // windows still to come
}

// AlertQuiet is a maintenance window of an alert.
type AlertQuiet struct {
	Until  time.Time
	Reason string
}

// StarterAlert is a proposal.
type StarterAlert struct {
	Name string
	Text string // in words what it does
}

// made says what came of the events: tickets, or e-mails where the alert opens none.
func (r AlertRow) made() string {
	if !r.Rule.Via.PSA && len(r.Rule.Via.Email) > 0 {
		return ui.Count(r.Mails, "e-mail", "e-mails")
	}
	return ui.Int(r.Tickets)
}

func (m Alerts) numbersOf() string {
	if m.Everywhere {
		return "in all organizations"
	}
	return "in this organization"
}
