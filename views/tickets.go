package views

import (
	"time"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// Tickets is the list of tickets the bridge opened or adopted.
type Tickets struct {
	Shell  layout.Shell
	Filter TicketsFilter
	Counts TicketCounts
	Rows   []TicketRow
	Pager  ui.Pager
	Chart  *FlowChart // nil where only a part is listed
}

// TicketsFilter is what the address asks for: q, state. The state ShowTouched is for open ones a person works on.
type TicketsFilter struct {
	Q     string
	State string // "" | open | touched | pending | closed | unknown
}

// ShowTouched is the filter for open tickets a person worked on.
const ShowTouched = "touched"

// path is the list in another state, with the same words.
func (f TicketsFilter) path(state string) string {
	return link.With(link.Tickets, "q", f.Q, "state", state)
}

// Pairs is the filter as the address has it.
func (f TicketsFilter) Pairs() []string { return []string{"q", f.Q, "state", f.State} }

// TicketCounts are the numbers on the chips.
type TicketCounts struct {
	All, Open, Touched, Pending, Closed, Unknown int
}

// TicketRow is one ticket of the list.
type TicketRow struct {
	app.TicketRow
	Organization app.Named
	URL          string // in ConnectWise; empty until it is known there
	// ClosesAt is when it is closed, because all it stands for has recovered; zero while something holds, or it is not closed.
	ClosesAt time.Time
}

// Ticket is one ticket with what it stands for and everything ConnectWise was told about it.
type Ticket struct {
	Shell  layout.Shell
	Row    TicketRow
	Steps  []Step   // oldest first
	Merged int64    // number of the ticket it was merged into; 0 when it was not
	Into   string   // its address in ConnectWise
	Twice  []Double // tickets of the same reference
}

// Condition is one condition with everything that happened to it.
type Condition struct {
	Shell        layout.Shell
	Story        app.ConditionStory
	TicketURL    string // in ConnectWise; empty without a ticket
	RuleURL      string // of the alert that decided; empty when it is gone
	TypeTitle    string // of the event type; empty for one that is not our own
	Steps        []Step // oldest first
	Until        string // of the form, as typed
	Errors       ui.Errors
	CalmUntil    time.Time // when its recovery is told to its ticket, if it does not come back; zero for nothing to tell
	Closes       bool      // and that closes the ticket
	Quiet, Opens bool      // what may be done: keep it quiet; end that and open its ticket
}

// ticketSentence says how a ticket stands and what that means for psabridge.
func ticketSentence(r TicketRow, s layout.Shell) string {
	t := r.Ticket
	switch {
	case t.State == app.TicketOpen && !t.Touched && r.ClosesAt.After(s.Now):
		return "Nobody has touched it, and all of it has recovered: psabridge closes it " + ui.Moment(r.ClosesAt, s.Now, s.Zone) + " if it stays calm."
	case t.State == app.TicketPending:
		return "Decided here; ConnectWise has not confirmed it yet."
	case t.State == app.TicketUnknown:
		return "ConnectWise does not show it any more. That counts as closed by a person: what it stood for stays quiet until it recovers."
	case t.State == app.TicketClosed && t.Touched:
		by := t.ClosedBy
		if by == "" {
			by = "a person"
		}
		return "Closed by " + by + ". What it stood for stays quiet until it recovers."
	case t.State == app.TicketClosed:
		return "Closed by psabridge, after what it stood for recovered."
	case t.Touched:
		return touchedSentence(t)
	}
	return "Nobody has touched it. psabridge notes what changes, and closes it when the alert says so and all of it has recovered."
}

// touchedSentence says why psabridge leaves a ticket to a person, and what that means.
func touchedSentence(t app.Ticket) string {
	const then = " psabridge adds notes and never closes it."
	if t.TouchedWhy == "" {
		return "A person works on it:" + then
	}
	return "A person works on it: " + t.TouchedWhy + " From then on" + then
}

// holdsWords is how a condition stands, as a sentence begins.
func holdsWords(c app.Condition) string {
	switch c.State {
	case app.ConditionCleared:
		return "Recovered"
	case app.ConditionQuiet:
		return "Holds, and stays quiet"
	case app.ConditionWaiting:
		return "Holds, without a ticket"
	case app.ConditionOpen:
	}
	return "Holds"
}

// conditionLook is how a condition's state is shown.
func conditionLook(s app.ConditionState) (tone, icon, word string) {
	switch s {
	case app.ConditionOpen:
		return "acc", "ticket", "Open"
	case app.ConditionWaiting:
		return "info", "wait", "Waiting"
	case app.ConditionQuiet:
		return "plain", "mute", "Quiet"
	case app.ConditionCleared:
	}
	return "plain", "okc", "Recovered"
}

// calmWords says until when what recovered must stay calm before its ticket hears of it; "" when there is nothing to wait for.
func calmWords(m Condition) string {
	if m.Story.State != app.ConditionCleared || !m.CalmUntil.After(m.Shell.Now) {
		return ""
	}
	out := ""
	if n := m.Story.Comebacks; n == 1 {
		out = "It came back once before: "
	} else if n > 1 {
		out = "It came back " + ui.Int(n) + " times before: "
	}
	what := "its ticket is told "
	if m.Closes {
		what = "its ticket closes "
	}
	if out == "" {
		what = "I" + what[1:]
	}
	return out + what + ui.Moment(m.CalmUntil, m.Shell.Now, m.Shell.Zone) + " if it stays calm."
}

// objectWords names a condition's object with its kind; the organization itself needs no words.
func objectWords(o app.Object) string {
	if o.Kind == "" {
		return ""
	}
	if o.Kind == app.ObjectOrganization {
		return "the organization itself"
	}
	return string(o.Kind) + " " + o.Name
}

// whyNoTicket says why a condition that holds has no ticket, "" when that is not to be said.
func whyNoTicket(c app.Condition) string {
	if c.State != app.ConditionWaiting || c.Wait == "" {
		return ""
	}
	return sentence(ReasonWords(c.Wait))
}
