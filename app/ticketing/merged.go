package ticketing

import (
	"context"

	"psabridge/app"
	"psabridge/app/psa"
)

// mergeDepth is how far a ticket is followed that was merged into one that was merged again.
const mergeDepth = 5

// parentOf reads the ticket that stands for a merged one now: the last of the chain. not_found: it was deleted.
func parentOf(ctx context.Context, client psa.Client, r app.RemoteTicket) (app.RemoteTicket, error) {
	for range mergeDepth {
		parent, err := client.Ticket(ctx, r.ParentID)
		if err != nil || parent.ParentID == 0 {
			return parent, err
		}
		r = parent
	}
	return r, app.Errorf(app.Conflict, "Ticket %d was merged into another one more than %d times over. Look at it in ConnectWise.", r.ID, mergeDepth)
}

// mergedRow is our row of a ticket that was merged. It stays open here although ConnectWise closed it: what it stands for is
// worked on in its parent, which is noted and never closed (T7). Only when that is closed, a person did it, and that
// acknowledges ours.
func mergedRow(t app.Ticket, parent app.RemoteTicket) app.Ticket {
	t.State, t.Touched, t.TouchedWhy = app.TicketOpen, true, becauseMerged
	if parent.Closed {
		t.State, t.ClosedBy = app.TicketClosed, parent.ClosedBy
	}
	if parent.UpdatedAt.After(t.RemoteUpdatedAt) {
		t.RemoteUpdatedAt = parent.UpdatedAt // ours does not change any more
	}
	return t
}

// merged notes the ticket ours was merged into.
func (n *noting) merged(ctx context.Context) (app.Settlement, error) {
	parent, err := parentOf(ctx, n.client, n.remote)
	switch app.ErrorCode(err) {
	case "":
	case app.NotFound:
		return n.gone("The ticket was merged into #" + num(n.remote.ParentID) + ", and that was deleted in ConnectWise."), nil
	default:
		return app.Settlement{}, err
	}
	n.target = parent.ID
	if n.delivery.State == app.DeliveryChecking {
		if err := n.readNotes(ctx); err != nil {
			return app.Settlement{}, err
		}
	}
	if st, err := n.write(ctx); err != nil || st != nil {
		return settled(st), err
	}
	t := mergedRow(n.row(n.remote), parent)
	if parent.Closed {
		t.ClosedAt = n.now
	}
	return n.done(&t, n.object(), "The ticket was merged into #"+num(n.target)+", which is not closed."), nil
}
