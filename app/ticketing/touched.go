package ticketing

import (
	"slices"
	"strings"
	"time"

	"psabridge/app"
)

// automation is what ConnectWise's own workflow rules do on a connection: what carries one of its names is not a person's
// doing (T5).
type automation app.Automation

func (a automation) member(name string) bool { return listed(a.Members, name) }
func (a automation) status(name string) bool { return listed(a.Statuses, name) }

func listed(names []string, name string) bool {
	name = strings.TrimSpace(name)
	return name != "" && slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(strings.TrimSpace(n), name) })
}

// moved says in words what a person changed about the ticket itself since we last knew it; "" for nothing. The owner is
// compared with the one ConnectWise gave it at the create: what a board assigns by itself is nobody's touch.
func (a automation) moved(t app.Ticket, r app.RemoteTicket, me string) string {
	switch {
	case changedBoard(t, r):
		return "it was moved to the board “" + r.Board + "”."
	case changedStatus(t, r) && !a.status(r.Status):
		return "its status was changed to “" + r.Status + "”."
	case r.MergedInto: // it stands for another one's trouble, too
		return "another ticket was merged into it."
	case strings.EqualFold(t.Owner, r.Owner) || a.member(r.Owner) || isMember(r.Owner, me):
		return ""
	case r.Owner == "":
		return "it was taken from " + t.Owner + "."
	}
	return r.Owner + " is its owner now."
}

// touched says in words what a person did to the ticket; "" when nobody worked on it (T5). When it was last updated
// never counts: ConnectWise's own rules update tickets too.
func (n *noting) touched() string {
	if n.ticket.Touched && n.ticket.TouchedWhy != "" {
		return n.ticket.TouchedWhy
	}
	if n.ticket.Touched {
		return "a person worked on it."
	}
	rules := n.automation()
	if why := rules.moved(n.ticket.Ticket, n.remote, n.me); why != "" {
		return why
	}
	for _, note := range n.notes {
		switch {
		case isMember(note.CreatedBy, n.me) || isOurs(note) || n.cameWithIt(note) || rules.member(note.CreatedBy):
		case note.TimeEntry:
			return "time was entered on it by " + who(note) + "."
		default:
			return who(note) + " wrote a note on it."
		}
	}
	return ""
}

// atCreate is how long after a ticket was entered its first notes may be dated.
const atCreate = 2 * time.Second

// cameWithIt reports whether a note stood there from the start: the description we sent, which some tenants show under the
// company's contact. Nobody else is that fast. The start of a ticket that a person linked is that person's.
func (n *noting) cameWithIt(note app.TicketNote) bool {
	entered := n.remote.EnteredAt
	return !n.ticket.Linked && !note.TimeEntry && !note.Internal && !entered.IsZero() && !note.CreatedAt.IsZero() && !note.CreatedAt.After(entered.Add(atCreate))
}

func (j *job) automation() automation { return automation(j.connection.Ticketing.Automation) }

// itIsMe remembers the name our notes go under.
func (n *noting) itIsMe(member string) {
	if member != "" {
		n.me = member
		n.desk.members.Store(n.delivery.Connection, member)
	}
}

// own is the name our notes on a connection go under; "" while none was seen.
func (k *Desk) own(connection string) string {
	name, _ := k.members.Load(connection)
	me, _ := name.(string)
	return me
}

func (n *noting) isMe(member string) bool { return isMember(member, n.me) }

func isMember(name, me string) bool { return me != "" && strings.EqualFold(name, me) }

func who(n app.TicketNote) string {
	if n.CreatedBy == "" {
		return "somebody"
	}
	return n.CreatedBy
}

// closedWords say that a person closed a ticket.
func closedWords(r app.RemoteTicket) string {
	if r.ClosedBy == "" {
		return "it was closed in ConnectWise."
	}
	return r.ClosedBy + " closed it."
}

// Why a ticket counts as touched when nobody's doing on the ticket itself shows it.
const (
	becauseMerged = "it was merged into another ticket."
	becauseGone   = "ConnectWise does not show it any more."
)

// changedStatus and changedBoard compare with what we last knew; an empty side is not known and tells nothing.
func changedStatus(t app.Ticket, r app.RemoteTicket) bool {
	return t.Status != "" && r.Status != "" && t.Status != r.Status
}

func changedBoard(t app.Ticket, r app.RemoteTicket) bool {
	return t.Board != "" && r.Board != "" && t.Board != r.Board
}
