package ticketing

import (
	"context"
	"errors"

	"psabridge/app"
	"psabridge/app/outbox"
)

// Test goes on with a test ticket: create, note, close, read back. Each write has its own intent, and each step looks
// what is there already, so an attempt may begin anywhere.
func (k *Desk) Test(ctx context.Context, d app.Delivery, intend outbox.Intend) (app.Settlement, error) {
	j, err := k.begin(ctx, d, intend)
	if err != nil {
		return app.Settlement{}, err
	}
	t := trial{noting: noting{job: j, desk: k, target: j.ticket.RemoteID}}
	if t.past, err = k.d.Store.DeliveryLedger(ctx, d.ID); err != nil {
		return app.Settlement{}, err
	}
	for _, e := range t.past {
		if e.RemoteID != 0 {
			t.target = e.RemoteID // known before an attempt that never came to its end
		}
	}
	j.intend = func(ctx context.Context, request string, e app.LedgerEntry) error {
		e.RemoteID, e.Note = t.target, t.at.LedgerNote(app.LedgerIntent)
		return intend(ctx, request, e)
	}
	return t.run(ctx)
}

// trial is one attempt at a test ticket.
type trial struct {
	noting
	past []app.LedgerEntry // what earlier attempts meant to do and did
	said []app.LedgerEntry // what this one did
	at   app.TestStep      // the step under way
}

func (t *trial) run(ctx context.Context) (app.Settlement, error) {
	for _, step := range []struct {
		name app.TestStep
		make func(context.Context) (*app.Settlement, error)
	}{{app.TestCreate, t.create}, {app.TestNote, t.note}, {app.TestClose, t.close}} {
		t.at = step.name
		st, err := step.make(ctx)
		switch {
		case app.ErrorCode(err) == app.NotFound && t.target != 0:
			return t.over("Ticket %d was deleted in ConnectWise before the test was done. Start it again.", t.target), nil
		case err != nil:
			return t.keep(app.Settlement{}), t.named(err)
		case st != nil:
			return t.keep(*st), nil
		}
		t.record(step.name, "")
	}
	t.at = app.TestReadBack
	return t.readBack(ctx)
}

// create makes the ticket, or finds the one an earlier attempt made.
func (t *trial) create(ctx context.Context) (*app.Settlement, error) {
	switch {
	case t.target != 0:
		return t.look(ctx)
	case t.delivery.State == app.DeliveryChecking:
		st, err := t.desk.look(ctx, t.job)
		if err != nil || st.State != app.DeliveryDone {
			return &st, err
		}
		t.target = st.Ticket.RemoteID
		return t.look(ctx)
	case t.desk.d.SearchFirst():
		found, err := t.client.FindTickets(ctx, t.ticket.XRef)
		if err != nil {
			return nil, err
		}
		if len(found) > 0 {
			t.target = oldest(found).ID
			return t.look(ctx)
		}
	}
	ticket, err := t.desk.newTicket(ctx, t.job)
	if err != nil {
		return nil, err
	}
	remote, unknown, err := t.desk.send(ctx, t.job, ticket)
	t.remote, t.target = remote, remote.ID
	return unknown, err
}

// look reads the ticket and its notes. What a person did with it ends the test: it is their ticket then.
func (t *trial) look(ctx context.Context) (*app.Settlement, error) {
	var err error
	if t.remote, err = t.client.Ticket(ctx, t.target); err != nil {
		return nil, err
	}
	if !isSame(t.ticket.Ticket, t.remote) {
		t.remote = app.RemoteTicket{} // nothing of it is to stand in our row
		st := t.over("%s The test is over; start it again.", stranger(t.target))
		return &st, nil
	}
	if t.remote.ParentID != 0 {
		st := t.over("Ticket %d was merged into another one before the test was done. Start it again.", t.target)
		return &st, nil
	}
	return nil, t.readNotes(ctx)
}

// note adds the note unless it is there. One that was never tried needs no looking for.
func (t *trial) note(ctx context.Context) (*app.Settlement, error) {
	if !t.was(app.TestNote, app.LedgerIntent) {
		t.delivery.State = app.DeliverySending
	}
	t.payload.Text = testNote
	return t.write(ctx)
}

// close closes the ticket unless that was done before: then it stays as it is, because a person may have opened it again.
func (t *trial) close(ctx context.Context) (*app.Settlement, error) {
	if t.was(app.TestClose, app.LedgerOutcome) {
		return nil, nil
	}
	if t.remote.Closed {
		if ours, err := t.closedByUs(ctx, t.past); err != nil || ours {
			return nil, err
		}
		st := t.over("Ticket %d was closed as “%s” before psabridge could close it, by a person or a rule of the board. Whether psabridge may close tickets is not known; start the test again.", t.target, t.remote.Status)
		return &st, nil
	}
	return nil, t.shut(ctx)
}

// record notes a step as done, once.
func (t *trial) record(step app.TestStep, message string) {
	if t.was(step, app.LedgerOutcome) {
		return
	}
	e := t.entry("ticket "+num(t.target), message)
	e.Phase, e.RemoteID, e.Note = app.LedgerOutcome, t.target, step.LedgerNote(app.LedgerOutcome)
	t.said = append(t.said, e)
}

// was reports whether an attempt before this one, or this one, noted this of a step.
func (t *trial) was(step app.TestStep, phase app.LedgerPhase) bool {
	for _, list := range [][]app.LedgerEntry{t.past, t.said} {
		for _, e := range list {
			if e.Phase == phase && e.IsTestStep(step) {
				return true
			}
		}
	}
	return false
}

// doing names each step in the sentence of what went wrong in it.
var doing = map[app.TestStep]string{
	app.TestCreate: "Creating the test ticket", app.TestNote: "Noting the test ticket",
	app.TestClose: "Closing the test ticket", app.TestReadBack: "Reading the test ticket back",
}

// named says in which step an error happened.
func (t *trial) named(err error) error {
	e, ok := errors.AsType[*app.Error](err)
	if !ok {
		return err
	}
	named := *e
	named.Message = doing[t.at] + ": " + e.Message
	return &named
}
