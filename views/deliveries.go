package views

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// Deliveries is everything ConnectWise, or somebody by e-mail, must be told, newest first.
type Deliveries struct {
	Shell   layout.Shell
	Filter  DeliveriesFilter
	Since   time.Time // of the filter; zero for all
	Counts  app.OutboxCounts
	States  app.DeliveryStates // within the filter, its state aside
	Blocked []BlockedRow
	Parked  []ParkedReason // what waits for a person, by reason
	Like    *Alike         // the delivery those shown are like; nil without that filter
	Rows    []DeliveryRow
	Pager   ui.Pager
	Chart   *FlowChart // nil where only a part is listed
}

// DeliveriesFilter is what the address asks for: q, state, kind, since, like.
type DeliveriesFilter struct {
	Q     string
	State string
	Kind  string // a kind of delivery, or KindClose for the notes that close
	Since string // one of SincePresets
	Like  int64
}

// KindClose is the filter for the notes that close their ticket; app.DeliverTicketNote alone is for the others.
const KindClose = "ticket.close"

// SincePresets are the times the list can be bounded by, as the address says them.
var SincePresets = []struct{ Value, Label string }{{"", "Any time"}, {"today", "Today"}, {"24h", "Last 24 hours"}, {"7d", "Last 7 days"}, {"30d", "Last 30 days"}}

// path is the list with the filter, one of its values replaced.
func (f DeliveriesFilter) path(name, value string) string {
	pairs := f.Pairs()
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == name {
			pairs[i+1] = value
		}
	}
	return link.With(link.Deliveries, pairs...)
}

// Pairs is the filter as the address has it.
func (f DeliveriesFilter) Pairs() []string {
	like := ""
	if f.Like != 0 {
		like = strconv.FormatInt(f.Like, 10)
	}
	return []string{"q", f.Q, "state", f.State, "kind", f.Kind, "since", f.Since, "like", like}
}

// Alike is a delivery with how many stand as it does, itself included, because of the same thing.
type Alike struct {
	ID     int64
	Reason string
	N      int
}

// ParkedReason is how many deliveries wait for the same reason, with the one of them that can be named.
type ParkedReason struct {
	Reason  string
	Subject string // what is at fault, and does not change while they wait: the setting, else the reason
	N       int    // parked for it
	Behind  int    // that wait for it to be mended, and park nobody (T9)
	Sample  int64  // one of those parked; 0 when none is known
	Fix     *Fix
}

// Fix leads to the place where a person mends what a delivery waits for.
type Fix struct {
	Words  string // what is to be done there
	Action ui.Action
}

// BlockedRow is a connection nothing is sent on, with where that is mended; nil when it goes on by itself.
type BlockedRow struct {
	app.Block
	Fix *Fix
}

// title says that nothing goes out, since when and until when.
func (b BlockedRow) title(s layout.Shell) string {
	what := "Nothing is sent on connection " + b.Connection
	if b.Connection == app.MailConnection {
		what = "No e-mail is sent"
	}
	if !b.Since.IsZero() {
		what += " since " + ui.Moment(b.Since, s.Now, s.Zone)
	}
	if !b.Until.IsZero() {
		what += ", until " + ui.Moment(b.Until, s.Now, s.Zone)
	}
	return what + "."
}

// DeliveryRow is one delivery of the list.
type DeliveryRow struct {
	app.DeliveryRow
	TicketURL string // in ConnectWise; empty without a ticket
	PushURL   string // page of its push; empty for tickets
}

// Delivery is one delivery with everything that led to it, everything that was tried and what came after.
type Delivery struct {
	Shell     layout.Shell
	Row       DeliveryRow
	Steps     []Step // oldest first
	Ticket    *app.Ticket
	Payload   *app.TicketPayload // of a ticket's delivery
	Mail      *app.MailPayload   // of an e-mail
	Event     string             // address of the organization's activity; empty for pushes
	Condition string             // address of its condition's page; empty when there is none
	RuleURL   string             // of the alert that decided; empty when it is gone
	Alike     Alike              // what stands as this one does
	Fix       *Fix
	Blocked   *BlockedRow // why nothing goes out on its connection
	Twice     []Double    // tickets of the same reference that were found later
	// What may be done now; a button that could not work is not shown.
	CanRetry, CanDrop, CanLink bool
	Drop                       DropForm
	Link                       LinkForm
}

// Double is a ticket ConnectWise has beside ours under the same reference: a person has to merge the two.
type Double struct {
	Number int64
	URL    string
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

// KindWords is what a delivery does.
func KindWords(d app.Delivery) string {
	switch d.Kind {
	case app.DeliverTicketCreate:
		return "Open ticket"
	case app.DeliverAgreement:
		return "Agreement quantity"
	case app.DeliverTicketTest:
		return "Test ticket"
	case app.DeliverMail:
		return "E-mail"
	case app.DeliverTicketNote:
		var p app.TicketPayload
		if json.Unmarshal(d.Payload, &p) != nil {
			return "Note"
		}
		switch {
		case p.Double:
			return "Merge what was made twice"
		case p.Close:
			return "Close ticket"
		case p.Reopen:
			return "Reopen ticket"
		}
	}
	return "Note"
}

// kindChoices are the kinds the list can be filtered by.
func kindChoices(selected string) []ui.Choice {
	return ui.Choices(selected, "", "All kinds", string(app.DeliverTicketCreate), "Open ticket", string(app.DeliverTicketNote), "Note", KindClose, "Close ticket",
		string(app.DeliverMail), "E-mail", string(app.DeliverAgreement), "Agreement quantity", string(app.DeliverTicketTest), "Test ticket")
}

func sinceChoices(selected string) []ui.Choice {
	var pairs []string
	for _, p := range SincePresets {
		pairs = append(pairs, p.Value, p.Label)
	}
	return ui.Choices(selected, pairs...)
}

// subject is what the row is about; a payload nobody could name is its kind.
func (r DeliveryRow) subject() string {
	if r.Subject != "" {
		return r.Subject
	}
	return KindWords(r.Delivery)
}

// to names who an e-mail goes to; "" for what is none.
func (r DeliveryRow) to() string {
	if r.Kind != app.DeliverMail {
		return ""
	}
	var p app.MailPayload
	if json.Unmarshal(r.Payload, &p) != nil {
		return ""
	}
	return addressees(p.To)
}

// addressees lists e-mail addresses, the first ones by name.
func addressees(to []string) string {
	const named = 2
	if len(to) <= named {
		return strings.Join(to, ", ")
	}
	return strings.Join(to[:named], ", ") + " and " + ui.Int(len(to)-named) + " more"
}

// sub stands below the subject: whose it is and what it does.
func (r DeliveryRow) sub() string {
	out := KindWords(r.Delivery)
	if to := r.to(); to != "" {
		out += " to " + to
	}
	if r.Organization.Name != "" {
		out = r.Organization.Name + " · " + out
	}
	return out
}

// state stands below the pill: why it waits, and when it goes on.
func (r DeliveryRow) state(s layout.Shell) string {
	switch r.State {
	case app.DeliveryParked, app.DeliveryDropped:
		return r.Reason
	case app.DeliveryChecking:
		return "next look " + soon(r.NextAt, s)
	case app.DeliveryWaiting:
		if r.Attempt == 0 && !r.NextAt.After(s.Now) {
			return ""
		}
		return "next try " + soon(r.NextAt, s)
	case app.DeliveryDone:
		if r.Kind == app.DeliverMail { // whom it did not reach
			return r.Reason
		}
	case app.DeliverySending:
	}
	return ""
}

func soon(at time.Time, s layout.Shell) string {
	if !at.After(s.Now) {
		return "now"
	}
	return ui.Moment(at, s.Now, s.Zone)
}

func (m Deliveries) empty() bool { return m.Filter == DeliveriesFilter{} }

// all is how many deliveries the filter picks whatever their state, as far as they are counted.
func (m Deliveries) all() (n int) {
	for _, one := range m.States {
		n += one
	}
	return n
}

// retries are the buttons for what is shown, with how many each is about.
func (m Deliveries) retries() (out []ui.Action) {
	switch {
	case m.Like != nil && m.Like.N > 0:
		out = append(out, ui.Action{Label: "Retry " + ui.Int(m.Like.N) + " like this", Path: link.RetryLike(m.Like.ID), Post: true, Primary: true})
	case m.Like != nil || m.Filter.Q != "" || m.Filter.Kind != "":
	case !m.Since.IsZero() && m.States[app.DeliveryParked] > 0:
		out = append(out, ui.Action{
			Label: "Retry " + ui.Int(m.States[app.DeliveryParked]) + " parked since " + ui.Moment(m.Since, m.Shell.Now, m.Shell.Zone), Path: link.RetryParked, Post: true, Primary: true,
			Fields: []ui.Choice{{Value: "since", Label: m.Since.Format(time.RFC3339)}},
		})
	case m.Since.IsZero() && m.Counts.Parked > 0:
		out = append(out, ui.Action{Label: "Retry " + ui.Int(m.Counts.Parked) + " parked", Path: link.RetryParked, Post: true, Primary: true})
	}
	return out
}

// Title says how many wait for a person for one reason, and how many behind them.
func (p ParkedReason) Title() string {
	out := ui.Count(p.N, "delivery waits", "deliveries wait") + " for you"
	if p.Behind > 0 {
		out += ", and " + ui.Count(p.Behind, "more waits", "more wait") + " behind"
	}
	return out + "."
}

// actions mend it, try all of it again, and show it.
func (p ParkedReason) actions() (out []ui.Action) {
	if p.Fix != nil {
		out = append(out, p.Fix.Action)
	}
	if p.Sample != 0 {
		out = append(out, ui.Action{Label: "Retry " + ui.Int(p.N+p.Behind) + " like this", Path: link.RetryLike(p.Sample), Post: true})
	}
	return out
}

func outboxWords(c app.OutboxCounts) string {
	if c.Parked+c.Checking+c.Waiting == 0 {
		return "Nothing waits."
	}
	return ui.Count(c.Parked, "needs you", "need you") + ", " + ui.Int(c.Checking) + " being checked, " + ui.Count(c.Waiting, "waits", "wait") + " for the right time."
}

func deliveryErrors(m Delivery) ui.Errors {
	return append(append(ui.Errors{}, m.Link.Errors...), m.Drop.Errors...)
}
