package views

import (
	"encoding/json"

	"psabridge/app"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// Deliveries is everything ConnectWise must be told, newest first.
type Deliveries struct {
	Shell   layout.Shell
	Filter  DeliveriesFilter
	Counts  app.OutboxCounts
	Blocked []app.Block
	Parked  []ParkedReason // what waits for a person, by reason
	Rows    []DeliveryRow
	Pager   ui.Pager
}

// DeliveriesFilter is what the address asks for: q, state, kind.
type DeliveriesFilter struct {
	Q     string
	State string
	Kind  string
}

// ParkedReason is how many deliveries wait for the same reason.
type ParkedReason struct {
	Reason string
	N      int
}

// DeliveryRow is one delivery of the list.
type DeliveryRow struct {
	app.DeliveryRow
	TicketURL string // in ConnectWise; empty without a ticket
	PushURL   string // page of its push; empty for tickets
}

// Delivery is one delivery with everything that was tried.
type Delivery struct {
	Shell    layout.Shell
	Row      DeliveryRow
	Attempts []app.Attempt // oldest first
	Ticket   *app.Ticket
	Payload  *app.TicketPayload // nil for pushes
	Event    string             // address of the organization's activity; empty for pushes
	// What may be done now; a button that could not work is not shown.
	CanRetry, CanDrop, CanLink bool
	Drop                       DropForm
	Link                       LinkForm
}

// DropForm are the values of giving a delivery up: reason.
type DropForm struct {
	Reason string
	Errors ui.Errors
}

// LinkForm are the values of naming the ticket: ticket.
type LinkForm struct {
	Ticket string
	Errors ui.Errors
}

// Tickets is the list of tickets the bridge opened or adopted.
type Tickets struct {
	Shell  layout.Shell
	State  string // "" | open | closed | pending | unknown
	Counts TicketCounts
	Rows   []TicketRow
	Pager  ui.Pager
}

// TicketCounts are the numbers on the chips.
type TicketCounts struct {
	All, Open, Closed int
}

// TicketRow is one ticket of the list.
type TicketRow struct {
	app.TicketRow
	Organization app.Named
	URL          string // in ConnectWise; empty until it is known there
}

// stateLook is how a delivery's state is shown.
func stateLook(s app.DeliveryState) (tone, icon, word string) {
	switch s {
	case app.DeliveryWaiting:
		return "info", "wait", "Waiting"
	case app.DeliverySending:
		return "info", "half", "Sending"
	case app.DeliveryChecking:
		return "info", "look", "Checking"
	case app.DeliveryParked:
		return "hold", "hold", "Needs you"
	case app.DeliveryDropped:
		return "plain", "mute", "Dropped"
	case app.DeliveryDone:
	}
	return "plain", "check", "Sent"
}

// kindWords is what a delivery does.
func kindWords(d app.Delivery) string {
	switch d.Kind {
	case app.DeliverTicketCreate:
		return "Open ticket"
	case app.DeliverAgreement:
		return "Agreement quantity"
	case app.DeliverTicketTest:
		return "Test ticket"
	case app.DeliverTicketNote:
		var p app.TicketPayload
		if json.Unmarshal(d.Payload, &p) == nil && p.Close {
			return "Close ticket"
		}
	}
	return "Note"
}

// subject is what the row is about; a payload nobody could name is its kind.
func (r DeliveryRow) subject() string {
	if r.Subject != "" {
		return r.Subject
	}
	return kindWords(r.Delivery)
}

func (m Deliveries) empty() bool { return m.Filter == DeliveriesFilter{} }
