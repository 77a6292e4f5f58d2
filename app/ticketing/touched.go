package ticketing

import (
	"strings"

	"psabridge/app"
)

// touched says in words what a person did to the ticket; "" when nobody worked on it (T5). When it was last updated
// never counts: ConnectWise's own rules update tickets too.
func (n *noting) touched() string {
	switch {
	case n.ticket.Touched:
		return "a person worked on it."
	case changedBoard(n.ticket.Ticket, n.remote):
		return "it was moved to the board “" + n.remote.Board + "”."
	case changedStatus(n.ticket.Ticket, n.remote):
		return "its status was changed to “" + n.remote.Status + "”."
	case n.remote.Owner != "" && !n.isMe(n.remote.Owner):
		return "it is assigned to " + n.remote.Owner + "."
	}
	for _, note := range n.notes {
		switch {
		case n.isMe(note.CreatedBy) || (isOurs(note) && !note.TimeEntry):
		case note.TimeEntry:
			return "time was entered on it by " + who(note) + "."
		default:
			return who(note) + " wrote a note on it."
		}
	}
	return ""
}

func (n *noting) isMe(member string) bool { return n.me != "" && strings.EqualFold(n.me, member) }

func who(n app.TicketNote) string {
	if n.CreatedBy == "" {
		return "somebody"
	}
	return n.CreatedBy
}

// changedStatus and changedBoard compare with what we last knew; an empty side is not known and tells nothing.
func changedStatus(t app.Ticket, r app.RemoteTicket) bool {
	return t.Status != "" && r.Status != "" && t.Status != r.Status
}

func changedBoard(t app.Ticket, r app.RemoteTicket) bool {
	return t.Board != "" && r.Board != "" && t.Board != r.Board
}
