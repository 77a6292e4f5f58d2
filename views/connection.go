package views

import (
	"strconv"
	"time"

	"psabridge/app"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// ConnectionView is a connection on a page of its own, or the list with the form for a new one.
type ConnectionView struct {
	Shell  layout.Shell
	Others []ConnectionRow // all connections, on the list page
	Form   Connection
}

// Connection is one ConnectWise account with its three forms: credentials, service defaults, billing.
type Connection struct {
	Name         string // proposed when New
	New          bool
	Organization int64 // the organization whose own connection it becomes or is; 0 when the page is the connection's own
	Revision     int64

	Credentials CredentialsForm
	PublicKey   ui.SecretState
	PrivateKey  ui.SecretState
	BuiltInID   bool   // this build carries a client ID
	UsedURL     string // the address that is really used; empty before the first test

	Checks    CheckList
	Options   []OptionCount // cached drop-downs with their age
	OptionsAt time.Time     // oldest of them

	Ticketing TicketingForm
	Billing   BillingForm
}

// CredentialsForm are the values as typed or stored; the keys never come back. Input names are the words in the comments.
type CredentialsForm struct {
	SiteURL      string // site_url
	CompanyID    string // company_id
	ClientID     string // client_id
	AllowPrivate bool   // allow_private_network
	Errors       ui.Errors
	// public_key and private_key are sent and never shown.
}

// CheckList is the newest result of the connection checks.
type CheckList struct {
	Running bool
	Done    int
	Total   int
	Now     string // the check under way
	Rows    []app.CheckRow
	At      time.Time // of the newest complete run
}

// OptionCount is how many entries a cached drop-down has.
type OptionCount struct {
	List app.OptionList
	N    int
}

// TicketingForm are the service defaults. Input names are the words in the comments; values are the names in ConnectWise,
// empty for ConnectWise's own default.
type TicketingForm struct {
	Enabled      bool   // ticketing_enabled
	Board        string // board
	Status       string // status
	ClosedStatus string // closed_status
	Type         string // type
	Team         string // team
	Source       string // source
	PriorityInfo string // priority_info
	PriorityWarn string // priority_warning
	PriorityCrit string // priority_critical
	Errors       ui.Errors

	// Statuses, types and teams are those of the chosen board.
	Boards, Statuses, ClosedStatuses, Types, Teams, Sources, Priorities []ui.Choice
}

// BillingForm are the billing settings. Input names are the words in the comments.
type BillingForm struct {
	Enabled   bool   // billing_enabled
	PushDay   string // push_day: 1 to 31, or last
	PushAt    string // push_at: 06:00
	TimeZone  string // time_zone: IANA name
	Approval  string // approval: ask | automatic
	Products  []ProductField
	Proposal  string // why the proposed push day, e.g. "the earliest next invoice is on 1 Dec"; empty for none
	Errors    ui.Errors
	Catalogue []app.Product // for the list of suggestions; active ones
}

// ProductField is the Product ID of one meter. Its input is "product_" and the meter.
type ProductField struct {
	Meter app.Meter
	Value string
}

func (p ProductField) name() string { return "product_" + string(p.Meter) }

// counts returns how many checks are good, need a look and failed.
func (c CheckList) counts() (ok, warning, failed int) {
	for _, r := range c.Rows {
		switch r.State {
		case app.CheckOK:
			ok++
		case app.CheckWarning:
			warning++
		case app.CheckFailed:
			failed++
		case app.CheckSkipped:
		}
	}
	return ok, warning, failed
}

func (c CheckList) words() string {
	if c.Running {
		return strconv.Itoa(c.Done) + " of " + strconv.Itoa(c.Total) + " checks done"
	}
	ok, warning, failed := c.counts()
	switch {
	case failed > 0:
		return strconv.Itoa(failed) + " of " + strconv.Itoa(len(c.Rows)) + " checks failed"
	case warning > 0:
		return strconv.Itoa(ok) + " good, " + strconv.Itoa(warning) + " to look at"
	}
	return "all " + strconv.Itoa(ok) + " checks are good"
}

func dayChoices(selected string) []ui.Choice {
	out := []ui.Choice{{Value: "last", Label: "Last day of the month", Selected: selected == "last" || selected == ""}}
	for d := 1; d <= 31; d++ {
		v := strconv.Itoa(d)
		label := v
		if d > 28 {
			label += " (or the month’s last day)"
		}
		out = append(out, ui.Choice{Value: v, Label: label, Selected: v == selected})
	}
	return out
}
