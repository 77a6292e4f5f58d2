package views

import (
	"psabridge/app"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// Activity is an organization's Activity Log with what became of each event, newest first.
type Activity struct {
	Shell        layout.Shell
	Organization OrganizationHead
	Filter       ActivityFilter
	Types        []string // seen in this organization
	People       []string // who did something in this organization
	Rows         []ActivityRow
	Pager        ui.Pager
}

// ActivityFilter is what the address asks for; every field is a query parameter of the same name in small letters.
type ActivityFilter struct {
	Q    string // text
	By   string
	On   string // an object kind
	Type string
	From string // 2026-11-01
	To   string
}

// ActivityRow is one event.
type ActivityRow struct {
	app.EventRow
	By        string // who did it, as the source says; empty when nobody did
	TicketURL string // in ConnectWise; empty when there is none
}

// filtered reports whether the filter leaves anything out.
func (f ActivityFilter) filtered() bool { return f != ActivityFilter{} }

// pairs are the filter as query parameters.
func (f ActivityFilter) pairs() []string {
	return []string{"q", f.Q, "by", f.By, "on", f.On, "type", f.Type, "from", f.From, "to", f.To}
}
