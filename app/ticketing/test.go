package ticketing

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
	"psabridge/app/outbox"
	"psabridge/app/settings"
)

// What a test ticket says to whoever comes across it.
const (
	testSummary = "Test by psabridge – please ignore"
	testText    = "This ticket shows that psabridge can open, note and close tickets here. psabridge closes it; there is nothing to do."
	testNote    = "Test note by psabridge. The ticket is closed next."
)

// StartTest puts one marked test ticket into the outbox: it will be created, noted, closed and read back, also while
// ticketing is switched off, because that is how one tries before switching it on. company 0 is TestCompany's. An
// unfinished test of the connection goes on instead of a second one. not_found: no such connection. invalid: there is no
// company to open it for; the field is company_id.
func (k *Desk) StartTest(ctx context.Context, connection string, company int64, by string) (delivery int64, err error) {
	if company <= 0 {
		if company, err = k.testCompany(ctx, connection, company); err != nil {
			return 0, err
		}
	} else if err := k.known(ctx, connection); err != nil {
		return 0, err
	}
	install, err := k.d.Store.Install(ctx)
	if err != nil {
		return 0, err
	}
	now := k.d.Now()
	t := app.Ticket{
		XRef:     alert.XRef(install.ID, app.TicketTestScope, connection+"\x00"+now.UTC().Format(time.RFC3339Nano)),
		ScopeKey: app.TicketTestScope, Connection: connection, Summary: testSummary,
	}
	p := app.TicketPayload{CompanyID: company, By: by, Severity: app.SeverityInfo, Summary: testSummary, Text: testText}
	if delivery, err = k.d.Store.StartTicketTest(ctx, t, p, now); err != nil {
		return 0, err
	}
	k.d.Wake()
	return delivery, nil
}

// TestCompany is the company a test ticket is opened for when none is chosen: the one a top organization of the
// connection is mapped to, which is the MSP itself; 0 for none. not_found: no such connection.
func (k *Desk) TestCompany(ctx context.Context, connection string) (int64, error) {
	if err := k.known(ctx, connection); err != nil {
		return 0, err
	}
	doc, err := k.d.Settings(ctx)
	if err != nil {
		return 0, err
	}
	organizations, err := k.d.Store.Tree(ctx)
	if err != nil {
		return 0, err
	}
	tree := settings.NewTree(organizations, doc)
	for _, o := range organizations {
		if o.ParentExternalID != "" {
			continue
		}
		if e := tree.Effective(o.Source, o.ExternalID); e.Connection == connection && e.Company.ID != 0 {
			return e.Company.ID, nil
		}
	}
	return 0, nil
}

func (k *Desk) testCompany(ctx context.Context, connection string, asked int64) (int64, error) {
	company, err := k.TestCompany(ctx, connection)
	switch {
	case err != nil:
		return 0, err
	case asked < 0:
		return 0, app.FieldErrorf("company_id", "%d is not the number of a company.", asked)
	case company == 0:
		return 0, app.FieldErrorf("company_id", "Choose the company the test ticket is opened for. Your own organization has no company on “%s” yet that could be taken.", connection)
	}
	return company, nil
}

// known is not_found for a connection that is not in the settings.
func (k *Desk) known(ctx context.Context, connection string) error {
	doc, err := k.d.Settings(ctx)
	if err != nil {
		return err
	}
	if _, ok := settings.ConnectionByName(doc, connection); !ok {
		return app.Errorf(app.NotFound, "There is no connection “%s”.", connection)
	}
	return nil
}

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
			t.target = t.found(found).Ticket.RemoteID
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
		if t.was(app.TestClose, app.LedgerIntent) {
			return nil, nil // our own, which got no answer
		}
		st := t.over("Ticket %d was closed as “%s” before psabridge could close it, by a person or a rule of the board. Whether psabridge may close tickets is not known; start the test again.", t.target, t.remote.Status)
		return &st, nil
	}
	status, err := t.closedStatus(ctx)
	if err != nil {
		return nil, err
	}
	return nil, t.setStatus(ctx, status)
}

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

// TestProgress is how far a test ticket is, with its delivery. not_found: no such delivery, or not of a test.
func (k *Desk) TestProgress(ctx context.Context, delivery int64) (app.DeliveryRow, app.TestProgress, error) {
	row, err := k.d.Store.Delivery(ctx, delivery)
	if err != nil {
		return row, app.TestProgress{}, err
	}
	if row.Kind != app.DeliverTicketTest {
		return row, app.TestProgress{}, app.Errorf(app.NotFound, "Delivery %d is not a test ticket.", delivery)
	}
	ledger, err := k.d.Store.DeliveryLedger(ctx, delivery)
	return row, app.TestProgressOf(row.Delivery, ledger), err
}
