package ticketing

import (
	"context"
	"strconv"

	"psabridge/app"
)

// Link settles a delivery by a person's word that ConnectWise has its ticket already: the ticket is read, so that it
// exists and nothing is noted on a stranger's. not_found: no such delivery or ticket. invalid: the ticket is another
// company's. conflict: the delivery is not a create that waits for a person.
func (k *Desk) Link(ctx context.Context, delivery, number int64, by string) error {
	row, err := k.d.Store.Delivery(ctx, delivery)
	if err != nil {
		return err
	}
	if row.Kind != app.DeliverTicketCreate || row.State != app.DeliveryParked {
		return app.Errorf(app.Conflict, "Only a new ticket that waits for you can be linked to one that exists.")
	}
	j, err := k.begin(ctx, row.Delivery, nil)
	if err != nil {
		return err
	}
	found, err := j.client.Ticket(ctx, number)
	if app.ErrorCode(err) == app.NotFound {
		return app.FieldErrorf("ticket", "ConnectWise has no ticket %d.", number)
	}
	if err != nil {
		return err
	}
	if err := k.sameCompany(ctx, j, found); err != nil {
		return err
	}
	t := j.ticket.Ticket
	t.RemoteID, t.Board, t.Status, t.State, t.RemoteUpdatedAt = found.ID, found.Board, found.Status, app.TicketOpen, found.UpdatedAt
	t.Linked, t.EnteredAt = found.XRef != t.XRef, found.EnteredAt
	switch {
	case found.ParentID != 0:
		t.Touched, t.TouchedWhy = true, becauseMerged // what it was merged into goes on for it (T7)
	case found.Closed:
		t.State, t.ClosedAt = app.TicketClosed, j.now
	}
	return k.d.Store.LinkDelivery(ctx, delivery, t, by, j.now)
}

// sameCompany refuses a ticket of another company: a typing error must not send one customer's notes to another.
func (k *Desk) sameCompany(ctx context.Context, j *job, found app.RemoteTicket) error {
	company, err := k.company(ctx, j)
	if err != nil {
		return err
	}
	if found.CompanyID != company {
		return app.FieldErrorf("ticket", "Ticket %d belongs to company #%s, this organization is company #%s. Check the number.",
			found.ID, strconv.FormatInt(found.CompanyID, 10), strconv.FormatInt(company, 10))
	}
	return nil
}
