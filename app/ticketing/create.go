package ticketing

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/outbox"
	"psabridge/app/settings"
)

// Create opens a ticket, once. While its outcome is unknown it is looked for and not sent again.
func (k *Desk) Create(ctx context.Context, d app.Delivery, intend outbox.Intend) (app.Settlement, error) {
	j, err := k.begin(ctx, d, intend)
	if err != nil {
		return app.Settlement{}, err
	}
	if j.ticket.RemoteID != 0 {
		return j.done(nil, "", ""), nil // linked by hand meanwhile
	}
	if d.State == app.DeliveryChecking {
		return k.look(ctx, j)
	}
	if k.d.SearchFirst() {
		if found, err := j.client.FindTickets(ctx, j.ticket.XRef); err != nil || len(found) > 0 {
			return k.found(ctx, j, found, err)
		}
	}
	if err := k.stillMeant(ctx, j); err != nil {
		return app.Settlement{}, err
	}
	if err := j.switchedOff(); err != nil {
		return k.settle(ctx, d, err)
	}
	t, err := k.newTicket(ctx, j)
	if err != nil {
		return k.settle(ctx, d, err)
	}
	if found, err := k.forgotten(ctx, j, t); err != nil || found != nil {
		return settled(found), err
	}
	remote, unknown, err := k.send(ctx, j, t)
	if err != nil || unknown != nil {
		return settled(unknown), err
	}
	k.unstick(ctx, d)
	if err := k.suspect(ctx, j); err != nil {
		k.d.Logger.WarnContext(ctx, "a ticket that was sent twice is not looked for again before the next start", "delivery", d.ID, "error", err)
	}
	row := j.made(remote)
	return j.done(&row, "ticket "+num(remote.ID), ""), nil
}

// send makes the ticket. A settlement says that it is not known whether ConnectWise has it now.
func (k *Desk) send(ctx context.Context, j *job, t app.NewTicket) (app.RemoteTicket, *app.Settlement, error) {
	entry := j.entry("ticket "+j.ticket.XRef, t.Summary)
	if err := j.intend(ctx, readable(t), entry); err != nil {
		return app.RemoteTicket{}, nil, err
	}
	remote, err := j.client.CreateTicket(ctx, t)
	if err != nil && app.ErrorOutcome(err) == app.OutcomeUnknown {
		return app.RemoteTicket{}, &app.Settlement{
			State: app.DeliveryChecking, NextAt: j.now.Add(offset(0, j.connection.Confirm)), Code: app.ErrorCode(err), Status: app.ErrorStatus(err),
			Message: app.ErrorMessage(err) + " psabridge looks whether ConnectWise has the ticket before it sends it again.",
		}, nil
	}
	return remote, nil, err
}

// newTicket is what is sent: every name turned into an id, the company from the mapping as it is now.
func (k *Desk) newTicket(ctx context.Context, j *job) (app.NewTicket, error) {
	t := app.NewTicket{
		XRef: j.ticket.XRef, Summary: j.ticket.Summary, Description: j.payload.Text, Internal: k.internal(j),
	}
	var err error
	if t.CompanyID, err = k.company(ctx, j); err != nil {
		return t, err
	}
	service, policy := j.connection.Ticketing, j.rule.Ticket
	board, err := k.resolve(ctx, j, boardChoice(j))
	if err != nil {
		return t, err
	}
	t.BoardID = board.ID
	on := func(list app.OptionList, what string, rule, connection app.Ref) choice {
		return choice{list: list, parent: board.ID, what: what, where: " on the board “" + board.Name + "”"}.of(j, rule, connection)
	}
	for _, f := range []struct {
		id *int64
		choice
	}{
		{&t.StatusID, on(app.ListStatuses, "status", policy.Status, service.Status)},
		{&t.TypeID, on(app.ListTypes, "type", policy.Type, service.Type)},
		{&t.SubtypeID, on(app.ListSubtypes, "subtype", policy.Subtype, service.Subtype)},
		{&t.ItemID, on(app.ListItems, "item", policy.Item, service.Item)},
		{&t.TeamID, on(app.ListTeams, "team", policy.Team, service.Team)},
		{&t.PriorityID, priorityChoice(j, j.payload.Severity)},
		{&t.SourceID, choice{list: app.ListSources, what: "source"}.of(j, policy.Source, service.Source)},
	} {
		if f.where != "" && !f.ref.IsZero() && board.ID == 0 {
			c := boardChoice(j)
			return t, setUp(c.setting(j), "A %s is chosen but no board, and every board has its own. Choose the board in %s, then retry.", f.what, c.place(j))
		}
		o, err := k.resolve(ctx, j, f.choice)
		if err != nil {
			return t, err
		}
		*f.id = o.ID
	}
	return t, k.associated(ctx, j, board, t)
}

func boardChoice(j *job) choice {
	return choice{list: app.ListBoards, what: "board"}.of(j, j.rule.Ticket.Board, j.connection.Ticketing.Board)
}

// either is the rule's own choice, else the connection's.
func either(rule, connection app.Ref) app.Ref {
	if rule.IsZero() {
		return connection
	}
	return rule
}

// company is the mapped company of the ticket's organization as the settings stand now, not as they stood when the
// ticket was decided. An organization that is new may not be in the tree that was read a moment ago.
func (k *Desk) company(ctx context.Context, j *job) (int64, error) {
	if j.payload.CompanyID != 0 { // a person chose it, for a test
		return j.payload.CompanyID, nil
	}
	var refused error
	for _, again := range []bool{false, true} {
		organizations, err := k.organizations(ctx, again)
		if err != nil {
			return 0, err
		}
		id, err := j.companyIn(organizations)
		if err == nil {
			return id, nil
		}
		refused = err
	}
	return 0, refused
}

func (j *job) companyIn(organizations []app.Organization) (int64, error) {
	e := settings.EffectiveOf(organizations, j.doc, j.payload.Source, j.payload.OrganizationID)
	field := "organizations[" + j.payload.Source + "/" + j.payload.OrganizationID + "].company"
	switch {
	case e.Connection != j.connection.Name:
		return 0, setUp(field, "%s does not use the connection “%s” any more. Set its PSA system back, or drop this ticket.", j.payload.Organization, j.connection.Name)
	case e.Company.ID == 0:
		return 0, setUp(field, "%s has no ConnectWise company. Map it under Mapping, then retry.", j.payload.Organization)
	}
	return e.Company.ID, nil
}

// internal is the internal analysis: the only place of a ticket where the local link may stand (T1).
func (k *Desk) internal(j *job) string {
	opened, end := fmt.Sprintf("Opened by psabridge, alert “%s”.", j.payload.Rule), mark(j.delivery)
	if j.delivery.Kind == app.DeliverTicketTest {
		// The mark of the delivery is its note's, which must not seem to be there already.
		opened, end = "Opened by psabridge as a test; psabridge closes it.", markStart+"test]"
	}
	lines := []string{opened}
	if page := strings.TrimSuffix(k.d.PageURL(), "/"); page != "" {
		lines = append(lines, "On the machine that runs it: "+page+link.Delivery(j.delivery.ID))
	}
	lines = append(lines, end)
	return strings.Join(lines, "\n")
}

// row is our ticket as ConnectWise shows it.
func (j *job) row(r app.RemoteTicket) app.Ticket {
	t := j.ticket.Ticket
	t.RemoteID, t.Board, t.Status, t.RemoteUpdatedAt = r.ID, r.Board, r.Status, r.UpdatedAt
	if r.Summary != "" {
		t.Summary = r.Summary
	}
	t.State = app.TicketOpen
	switch {
	case r.ParentID != 0:
		t.Touched, t.TouchedWhy = true, becauseMerged // what it was merged into goes on for it (T7)
	case r.Closed:
		t.State, t.ClosedAt = app.TicketClosed, j.now
	}
	return t
}

// made is our row of a ticket as ConnectWise answered the create. Who owns it then was not chosen by a person.
func (j *job) made(r app.RemoteTicket) app.Ticket {
	t := j.row(r)
	t.PriorityID, t.Owner = r.Priority, r.Owner
	return t
}

func num(id int64) string { return strconv.FormatInt(id, 10) }
