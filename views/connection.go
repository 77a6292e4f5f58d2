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
	Adding bool            // the form for another one is what the person came for
	Form   Connection
}

// Connection is one ConnectWise account with its three forms: credentials, service defaults, billing.
type Connection struct {
	Name         string // proposed when New
	New          bool
	Organization int64  // the organization whose own connection it becomes or is; 0 when the page is the connection's own
	Task         string // of the guide whose page shows the form; empty elsewhere
	Revision     int64

	Credentials CredentialsForm
	PublicKey   ui.SecretState
	PrivateKey  ui.SecretState
	BuiltInID   bool   // this build carries a client ID
	UsedURL     string // the address that is really used; empty before there is one

	Checks    CheckList
	Options   []OptionCount // cached drop-downs with their age
	OptionsAt time.Time     // oldest of them

	Role []app.RoleRow // the least rights for what is switched on
	Mend Mend          // what a person came to this page for; zero when he just came

	Ticketing TicketingForm
	Test      TestTicketForm
	Billing   BillingForm
}

// CredentialsForm are the values as typed or stored; the keys never come back. Input names are the words in the comments.
type CredentialsForm struct {
	SiteURL      string // site_url
	CompanyID    string // company_id
	ClientID     string // client_id
	AllowPrivate bool   // allow_private_network
	CAFile       string // ca_file
	PerMinute    string // requests_per_minute; empty for the usual number
	Errors       ui.Errors
	// public_key and private_key are sent and never shown.
}

// OptionCount is how many entries a cached drop-down has.
type OptionCount struct {
	List app.OptionList
	N    int
}

// TicketingForm are the service defaults. Input names are the words in the comments; values are the names in ConnectWise,
// or "#" and a record id where several entries have one name; empty for ConnectWise's own default.
type TicketingForm struct {
	Enabled      bool   // ticketing_enabled
	Board        string // board
	Status       string // status
	ClosedStatus string // closed_status
	Type         string // type
	Subtype      string // subtype
	Item         string // item
	Team         string // team
	Source       string // source
	PriorityInfo string // priority_info
	PriorityWarn string // priority_warning
	PriorityCrit string // priority_critical
	AskAbove     string // ask_above; empty for no limit
	Members      string // automation_members, with commas
	NotByHand    string // automation_statuses, with commas
	Errors       ui.Errors

	// Statuses, types and teams are those of the chosen board; subtypes and items those that go with the chosen type.
	Boards, Statuses, ClosedStatuses, Types, Subtypes, Items, Teams, Sources, Priorities []ui.Choice
}

// TestTicketForm asks for the marked test ticket and shows the newest one. Input names are the words in the comments.
type TestTicketForm struct {
	Company     string // test_company: record id
	Companies   []app.Company
	Board       string // where it goes; empty when no board is named
	Closes      bool   // a closed status is named
	NeverCloses bool   // the board was read and has no status that closes a ticket
	Errors      ui.Errors
	Newest      *TestTicket // nil before the first
}

// TestTicket is the newest test ticket and how far it came.
type TestTicket struct {
	Delivery int64
	Task     string // of the guide whose page shows it; empty elsewhere
	State    app.DeliveryState
	At       time.Time
	Number   int64  // of the ticket; 0 while it is not known
	URL      string // in ConnectWise
	Steps    []app.TestStepProgress
	Message  string // what the delivery says of itself
}

// Running reports whether it goes on by itself, so that the page asks again.
func (t TestTicket) Running() bool {
	return t.State == app.DeliveryWaiting || t.State == app.DeliverySending || t.State == app.DeliveryChecking
}

// BillingForm are the billing settings. Input names are the words in the comments.
type BillingForm struct {
	Enabled  bool   // billing_enabled
	PushDay  string // push_day: 1 to 31, or last
	PushAt   string // push_at: 06:00
	TimeZone string // time_zone: IANA name
	Approval string // approval: ask | automatic
	Products []ProductField
	// The limits beyond which a change waits for a person, and the oldest usage a preview takes; empty for the usual.
	HoldPercent string // hold_percent
	HoldUnits   string // hold_units
	HoldAmount  string // hold_amount; empty for no limit
	MaxAge      string // max_age
	Proposal    string // why the proposed push day, e.g. "the earliest next invoice is on 1 Dec"; empty for none
	Errors      ui.Errors
	Catalogue   []app.Product // for the list of suggestions; active ones
	// VendorOn are the sources whose own push nobody has confirmed to be off (M13): automatic approval is not offered.
	VendorOn []string
}

// automaticOffered reports whether a push may run by itself: the vendor's own push is off, so that nobody is billed twice.
func (b BillingForm) automaticOffered() bool { return len(b.VendorOn) == 0 }

// ProductField is the Product ID of one meter, and how it is counted. Its input is "product_" and the meter.
type ProductField struct {
	Meter app.Meter
	Value string
	Rule  RuleForm
}

func (p ProductField) name() string { return "product_" + string(p.Meter) }

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
