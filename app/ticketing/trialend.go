package ticketing

import (
	"context"
	"fmt"
	"strings"
	"time"

	"psabridge/app"
)

// readBack compares what ConnectWise shows with what was done.
func (t *trial) readBack(ctx context.Context) (app.Settlement, error) {
	seen, err := t.client.Ticket(ctx, t.target)
	if err == nil {
		err = t.readNotes(ctx)
	}
	switch {
	case app.ErrorCode(err) == app.NotFound:
		return t.finish("It was deleted since, so it could not be read back."), nil
	case err != nil:
		return t.keep(app.Settlement{}), t.named(err)
	}
	t.remote = seen
	return t.finish(t.differences()...), nil
}

// differences says in words what is not as psabridge left it.
func (t *trial) differences() (list []string) {
	by := ""
	if t.remote.UpdatedBy != "" && !t.isMe(t.remote.UpdatedBy) {
		by = " It was last changed by " + t.remote.UpdatedBy + "."
	}
	if !t.remote.Closed {
		list = append(list, fmt.Sprintf("It is open again, in status “%s”: a person or a rule of the board did that, and psabridge leaves it to them.%s", t.remote.Status, by))
	}
	if t.remote.CompanyID != 0 && t.remote.CompanyID != t.payload.CompanyID {
		list = append(list, fmt.Sprintf("It is another company's now (#%d, not #%d).%s", t.remote.CompanyID, t.payload.CompanyID, by))
	}
	if board := t.connection.Ticketing.Board; moved(board, t.remote) {
		list = append(list, fmt.Sprintf("It is on the board “%s”, not on “%s”.%s", t.remote.Board, board, by))
	}
	if !t.hasNote() {
		list = append(list, "Its note is not shown.")
	}
	return list
}

// moved reports whether a ticket is not on the board that was chosen for it; without a choice any board is right.
func moved(chosen app.Ref, r app.RemoteTicket) bool {
	if chosen.ID != 0 {
		return r.BoardID != 0 && r.BoardID != chosen.ID
	}
	return chosen.Name != "" && r.Board != "" && !strings.EqualFold(strings.TrimSpace(chosen.Name), r.Board)
}

func (t *trial) hasNote() bool {
	for _, n := range t.notes {
		if isThis(n, t.delivery) {
			return true
		}
	}
	return false
}

// finish settles as done: ConnectWise let psabridge make every write. What was different when it was read back is said.
func (t *trial) finish(differences ...string) app.Settlement {
	message := fmt.Sprintf("Ticket %d was created, noted, closed and read back.", t.target)
	if len(differences) > 0 {
		message = fmt.Sprintf("Ticket %d was created, noted and closed. But: %s", t.target, strings.Join(differences, " "))
	}
	t.record(app.TestReadBack, message)
	st := t.keep(app.Settlement{State: app.DeliveryDone, Message: message})
	st.Ticket.State, st.Ticket.ClosedAt, st.Ticket.Touched = app.TicketClosed, t.now, len(differences) > 0
	return st
}

// over settles a test a person ended. It is not done, so that it proves nothing.
func (t *trial) over(format string, args ...any) app.Settlement {
	return t.keep(app.Settlement{State: app.DeliveryDropped, Message: fmt.Sprintf(format, args...)})
}

// keep adds what this attempt found out to its settlement. Until the test is over its ticket counts as pending: nobody is
// to poll it, and no figure is to count it.
func (t *trial) keep(st app.Settlement) app.Settlement {
	st.Ledger, st.Ticket = t.said, nil
	if t.target != 0 {
		row := t.ticket.Ticket
		if t.remote.ID == t.target {
			row = t.row(t.remote)
		}
		row.RemoteID, row.State, row.ClosedAt = t.target, app.TicketPending, time.Time{}
		st.Ticket = &row
	}
	return st
}
