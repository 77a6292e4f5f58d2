package ticketing

import (
	"context"
	"slices"
	"time"

	"psabridge/app"
	"psabridge/app/outbox"
)

// noteLooks is how often a note without an answer is looked for before it is written again, and notePause the time between.
const (
	noteLooks = 2
	notePause = time.Minute
)

// Note writes a note, and closes or reopens the ticket when it was decided so and nothing a person did forbids it.
func (k *Desk) Note(ctx context.Context, d app.Delivery, intend outbox.Intend) (app.Settlement, error) {
	j, err := k.begin(ctx, d, intend)
	if err != nil {
		return app.Settlement{}, err
	}
	if j.payload.Double {
		return k.double(ctx, j)
	}
	if j.ticket.RemoteID == 0 {
		return app.Settlement{State: app.DeliveryDropped, Message: "The ticket was never made."}, nil
	}
	n := noting{job: j, desk: k, target: j.ticket.RemoteID}
	st, err := n.run(ctx)
	if app.ErrorCode(err) == app.NotFound {
		return n.gone("The ticket was deleted in ConnectWise."), nil
	}
	if app.ErrorCode(err) == app.Invalid {
		return k.settle(ctx, d, err)
	}
	if err == nil && st.State == app.DeliveryDone {
		k.unstick(ctx, d)
	}
	return st, err
}

// noting is one attempt at a note.
type noting struct {
	*job
	desk   *Desk
	target int64 // the ticket the note goes to: ours, or the one it was merged into

	remote app.RemoteTicket // as read right before
	notes  []app.TicketNote // as read
	me     string           // our member, when known
}

// run reads the ticket right before it is written to, because a person may be working on it (T5), and its number may
// stand for another one.
func (n *noting) run(ctx context.Context) (app.Settlement, error) {
	var err error
	if n.remote, err = n.client.Ticket(ctx, n.target); err != nil {
		return app.Settlement{}, err
	}
	switch {
	case !isSame(n.ticket.Ticket, n.remote):
		return n.gone(stranger(n.target)), nil
	case n.remote.ParentID != 0:
		return n.merged(ctx)
	case n.payload.Close:
		return n.close(ctx)
	case n.payload.Reopen:
		return n.reopen(ctx)
	}
	return n.only(ctx)
}

// only writes the note, and raises the priority where the news asks for that.
func (n *noting) only(ctx context.Context) (app.Settlement, error) {
	if to, err := n.wantedPriority(ctx); err != nil || to.ID != 0 {
		if err != nil {
			return app.Settlement{}, err
		}
		return n.raise(ctx, to)
	}
	if n.delivery.State == app.DeliveryChecking || n.desk.d.SearchFirst() {
		if err := n.readNotes(ctx); err != nil {
			return app.Settlement{}, err
		}
	}
	if st, err := n.write(ctx); err != nil || st != nil {
		return settled(st), err
	}
	return n.done(nil, n.object(), ""), nil
}

func (n *noting) object() string { return "note on ticket " + num(n.target) }

func settled(st *app.Settlement) app.Settlement {
	if st == nil {
		return app.Settlement{}
	}
	return *st
}

func (n *noting) readNotes(ctx context.Context) (err error) {
	n.notes, err = n.client.Notes(ctx, n.target)
	// The oldest is the one that came with the ticket: a person who copies one of ours does not become us.
	if i := slices.IndexFunc(n.notes, isOurs); i >= 0 && n.me == "" {
		n.itIsMe(n.notes[i].CreatedBy)
	}
	return err
}

// write adds the note unless there is nothing to say, or it is there already (T6). A settlement says that it is too early to tell.
func (n *noting) write(ctx context.Context) (*app.Settlement, error) {
	if n.payload.Text == "" || slices.ContainsFunc(n.notes, func(note app.TicketNote) bool { return isThis(note, n.delivery) }) || n.forgotten() {
		return nil, nil
	}
	if n.delivery.State == app.DeliveryChecking && n.delivery.Checks+1 < noteLooks {
		return &app.Settlement{
			State: app.DeliveryChecking, NextAt: n.now.Add(notePause), Checks: n.delivery.Checks + 1, Uncounted: true,
			Message: "psabridge is checking whether ConnectWise has the note.",
		}, nil
	}
	text := marked(n.payload.Text, n.delivery)
	if err := n.intend(ctx, readable(map[string]any{"ticket": n.target, "note": text}), n.entry(n.object(), n.payload.Text)); err != nil {
		return nil, err
	}
	note, err := n.client.AddNote(ctx, n.target, app.TicketNote{Text: text, Internal: true})
	if err == nil {
		n.itIsMe(note.CreatedBy)
	}
	return nil, err
}

// close notes and closes. The notes are read right before, too (T5).
func (n *noting) close(ctx context.Context) (app.Settlement, error) {
	if n.remote.Closed {
		return n.closedAlready(ctx)
	}
	if err := n.readNotes(ctx); err != nil {
		return app.Settlement{}, err
	}
	if st, err := n.write(ctx); err != nil || st != nil {
		return settled(st), err
	}
	t := n.row(n.remote)
	if why := n.touched(); why != "" {
		t.Touched, t.TouchedWhy = true, why
		return n.done(&t, n.object(), "Not closed: "+why), nil
	}
	if n.holds() {
		return n.done(nil, n.object(), "Not closed: it came back meanwhile."), nil
	}
	if err := n.shut(ctx); err != nil {
		return app.Settlement{}, err
	}
	t = n.row(n.remote)
	t.State, t.ClosedAt = app.TicketClosed, n.now
	return n.done(&t, "ticket "+num(n.target), "Closed."), nil
}

// statusOf is what the ledger calls the status of a ticket.
func statusOf(ticket int64) string { return "ticket " + num(ticket) + " status" }

// setStatus moves the ticket and takes the answer as what it is now.
func (n *noting) setStatus(ctx context.Context, to app.Option) error {
	e := n.entry(statusOf(n.target), to.Name)
	e.Before = n.remote.Status
	if err := n.intend(ctx, readable(map[string]any{"ticket": n.target, "status": to.Name, "status_id": to.ID}), e); err != nil {
		return err
	}
	r, err := n.client.UpdateTicket(ctx, n.target, app.TicketChange{StatusID: to.ID})
	if err != nil {
		return err
	}
	if r.Status == "" {
		r.Status = to.Name
	}
	n.remote = r
	return nil
}

// closedAlready settles a close of a ticket that is closed: by our own PATCH that got no answer, or by a person. A workflow
// rule that closes counts as a person: whoever closed the ticket acknowledged what it stands for, and only what we closed
// ourselves is ever opened again (T7).
func (n *noting) closedAlready(ctx context.Context) (app.Settlement, error) {
	t := n.row(n.remote)
	if n.delivery.State == app.DeliveryChecking {
		past, err := n.desk.d.Store.DeliveryLedger(ctx, n.delivery.ID)
		if err != nil {
			return app.Settlement{}, err
		}
		if ours, err := n.closedByUs(ctx, past); err != nil || ours {
			return n.done(&t, "ticket "+num(n.target), "Closed."), err
		}
	}
	if n.ticket.State == app.TicketClosed && !n.ticket.Touched && n.ticket.Status == n.remote.Status {
		return n.done(&t, "ticket "+num(n.target), "Closed."), nil // by an earlier close of ours; the next comeback opens it again
	}
	t.Touched, t.TouchedWhy, t.ClosedBy = true, closedWords(n.remote), n.remote.ClosedBy
	return n.done(&t, "ticket "+num(n.target), "Closed by a person already."), nil
}

// reopen opens a ticket that we closed, and notes why (T7); within the quiet time there is nothing to note. One that was moved
// since is a person's: what came back gets a ticket of its own.
func (n *noting) reopen(ctx context.Context) (app.Settlement, error) {
	if n.remote.Closed && n.holds() {
		if n.remote.Status != n.ticket.Status && !n.automation().status(n.remote.Status) {
			t := n.row(n.remote)
			t.Touched, t.TouchedWhy = true, "it was moved to “"+n.remote.Status+"” after psabridge had closed it."
			return n.done(&t, "ticket "+num(n.target), "Not opened again: a person moved it to “"+n.remote.Status+"” since. A new ticket is opened."), nil
		}
		status, err := n.openStatus(ctx)
		if err != nil {
			return app.Settlement{}, err
		}
		if err := n.setStatus(ctx, status); err != nil {
			return app.Settlement{}, err
		}
	}
	if n.delivery.State == app.DeliveryChecking || n.desk.d.SearchFirst() {
		if err := n.readNotes(ctx); err != nil {
			return app.Settlement{}, err
		}
	}
	if st, err := n.write(ctx); err != nil || st != nil {
		return settled(st), err
	}
	t := n.row(n.remote)
	return n.done(&t, "ticket "+num(n.target), ""), nil
}

// holds reports whether something the ticket stands for holds now.
func (n *noting) holds() bool {
	return slices.ContainsFunc(n.ticket.Conditions, func(c app.Condition) bool { return c.State == app.ConditionOpen })
}

// gone settles for a ticket that is not there: that counts as closed by a person (T7).
func (n *noting) gone(why string) app.Settlement {
	t := n.ticket.Ticket
	t.State, t.Touched, t.TouchedWhy, t.ClosedAt = app.TicketUnknown, true, becauseGone, n.now
	then := " That counts as closed by a person."
	if n.payload.Reopen {
		then = " What came back gets a new ticket."
	}
	return app.Settlement{State: app.DeliveryDropped, Code: app.NotFound, Ticket: &t, Message: why + then}
}
