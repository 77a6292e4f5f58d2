package connectwise

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"psabridge/app"
	"psabridge/app/rest"
)

const (
	maxSummary = 100 // units of a ticket's summary
	maxXRef    = 100 // units of externalXRef
)

type ticketRow struct {
	ID           int64  `json:"id"`
	Summary      string `json:"summary"`
	ExternalXRef string `json:"externalXRef"`
	Company      ref    `json:"company"`
	Board        ref    `json:"board"`
	Status       ref    `json:"status"`
	Priority     ref    `json:"priority"`
	ClosedFlag   bool   `json:"closedFlag"`
	ClosedBy     string `json:"closedBy"`
	Owner        ref    `json:"owner"`
	MergedParent ref    `json:"mergedParentTicket"`
	MergedChild  bool   `json:"hasMergedChildTicketFlag"`
	Info         info   `json:"_info"`
}

// _info is only sent when it is asked for by name.
const ticketFields = "id,summary,externalXRef,company/id,board/id,board/name,status/id,status/name,priority/id,priority/name,closedFlag,closedBy,owner/identifier,owner/name,mergedParentTicket/id,hasMergedChildTicketFlag,_info"

// FindTickets lists tickets whose externalXRef is exactly xref. The search lags: see psa.Reader.
//
// GET /service/tickets.
func (c *Client) FindTickets(ctx context.Context, xref string) ([]app.RemoteTicket, error) {
	if xref == "" {
		return nil, refuse("A ticket without a reference cannot be looked for.")
	}
	conditions, err := isText("externalXRef", xref)
	if err != nil {
		return nil, unsent(err)
	}
	return c.tickets(ctx, conditions, func(r ticketRow) bool { return r.ExternalXRef == xref })
}

// TicketsOf lists the tickets whose externalXRef begins with prefix and whose number is above after.
//
// GET /service/tickets. The wildcard is documented as * and known to work as %, so both are asked for.
func (c *Client) TicketsOf(ctx context.Context, prefix string, after int64) ([]app.RemoteTicket, error) {
	if prefix == "" {
		return nil, refuse("Tickets cannot be looked for by an empty reference.")
	}
	var begins []string
	for _, wildcard := range []string{"*", "%"} {
		quoted, err := quote(prefix + wildcard)
		if err != nil {
			return nil, unsent(err)
		}
		begins = append(begins, "externalXRef like "+quoted)
	}
	conditions := fmt.Sprintf("(%s) and id > %d", strings.Join(begins, " or "), after)
	return c.tickets(ctx, conditions, func(r ticketRow) bool { return r.ID > after && strings.HasPrefix(r.ExternalXRef, prefix) })
}

func ticketKey(r ticketRow) string { return num(r.ID) }

func (c *Client) tickets(ctx context.Context, conditions string, wanted func(ticketRow) bool) ([]app.RemoteTicket, error) {
	rows, err := list(ctx, c, query{path: "service/tickets", conditions: conditions, fields: ticketFields}, ticketKey)
	if err != nil {
		return nil, err
	}
	var tickets []app.RemoteTicket
	for _, r := range rows {
		if wanted(r) {
			tickets = append(tickets, r.ticket())
		}
	}
	return tickets, nil
}

// NewestTicket reads the ticket with the highest number.
//
// GET /service/tickets.
func (c *Client) NewestTicket(ctx context.Context) (app.RemoteTicket, error) {
	var rows []ticketRow
	_, err := c.do(ctx, call{
		method: http.MethodGet, path: "service/tickets", out: &rows,
		query: url.Values{"orderBy": {"id desc"}, "page": {"1"}, "pageSize": {"1"}, "fields": {ticketFields}},
	})
	if err == nil {
		err = check("service/tickets", rows, ticketKey)
	}
	if err != nil {
		return app.RemoteTicket{}, err
	}
	if len(rows) == 0 {
		return app.RemoteTicket{}, &app.Error{Code: app.NotFound, Outcome: app.OutcomeNone, Message: "ConnectWise shows no ticket at all."}
	}
	return rows[0].ticket(), nil
}

// Ticket reads one ticket.
//
// GET /service/tickets/{id}.
func (c *Client) Ticket(ctx context.Context, id int64) (app.RemoteTicket, error) {
	var row ticketRow
	if err := c.get(ctx, ticketPath(id), url.Values{"fields": {ticketFields}}, &row, id); err != nil {
		return app.RemoteTicket{}, err
	}
	if row.ID != id {
		return app.RemoteTicket{}, app.Errorf(app.Unavailable, "ConnectWise answered about another ticket than %d.", id)
	}
	return row.ticket(), nil
}

// newTicket is the body of a create. What is absent is left to ConnectWise; nothing is null. The four flags keep it
// from mailing anybody, whatever the board is set to.
type newTicket struct {
	Summary              string `json:"summary"`
	Company              idRef  `json:"company"`
	Board                *idRef `json:"board,omitempty"`
	Status               *idRef `json:"status,omitempty"`
	Type                 *idRef `json:"type,omitempty"`
	SubType              *idRef `json:"subType,omitempty"`
	Item                 *idRef `json:"item,omitempty"`
	Team                 *idRef `json:"team,omitempty"`
	Priority             *idRef `json:"priority,omitempty"`
	Source               *idRef `json:"source,omitempty"`
	ExternalXRef         string `json:"externalXRef,omitempty"`
	Description          string `json:"initialDescription,omitempty"`
	Internal             string `json:"initialInternalAnalysis,omitempty"`
	ProcessNotifications bool   `json:"processNotifications"`
	EmailContact         bool   `json:"automaticEmailContactFlag"`
	EmailResource        bool   `json:"automaticEmailResourceFlag"`
	EmailCC              bool   `json:"automaticEmailCcFlag"`
}

// CreateTicket creates a ticket and mails nobody. Of the answer only our reference is compared: workflow rules move new
// tickets at once, and the number it carries is what counts from here on. A server that keeps no reference still made the
// ticket; to look for it would end in a second one.
//
// POST /service/tickets.
func (c *Client) CreateTicket(ctx context.Context, t app.NewTicket) (app.RemoteTicket, error) {
	summary := shorten(oneLine(t.Summary), maxSummary)
	switch {
	case summary == "":
		return app.RemoteTicket{}, refuse("A ticket needs a summary.")
	case t.CompanyID == 0:
		return app.RemoteTicket{}, refuse("A ticket needs a company. Map the organization to one.")
	case units(t.XRef) > maxXRef:
		return app.RemoteTicket{}, refuse("The reference %q is longer than ConnectWise keeps; cut short it would not be found again.", t.XRef)
	}
	body := newTicket{
		Summary: summary, Company: idRef{t.CompanyID}, Board: to(t.BoardID), Status: to(t.StatusID), Type: to(t.TypeID), SubType: to(t.SubtypeID), Item: to(t.ItemID), Team: to(t.TeamID), Priority: to(t.PriorityID),
		Source: to(t.SourceID), ExternalXRef: t.XRef, Description: clean(t.Description), Internal: clean(t.Internal),
	}
	var row ticketRow
	if err := c.post(ctx, "service/tickets", body, &row); err != nil {
		return app.RemoteTicket{}, err
	}
	if row.ID == 0 {
		return app.RemoteTicket{}, noID("ticket")
	}
	if row.ExternalXRef != "" && row.ExternalXRef != t.XRef {
		return app.RemoteTicket{}, another("ticket", row.ID)
	}
	return row.ticket(), nil
}

// UpdateTicket changes status, priority or both, and mails nobody. A server that does not take processNotifications in
// a change is not asked again without it: a customer who gets a mail he should not get cannot be helped afterwards, a
// change that was refused can be made by hand.
//
// PATCH /service/tickets/{id}.
func (c *Client) UpdateTicket(ctx context.Context, ticket int64, change app.TicketChange) (app.RemoteTicket, error) {
	changes := changesOf(change)
	if len(changes) == 0 {
		return app.RemoteTicket{}, refuse("There is nothing to change on the ticket.")
	}
	var row ticketRow
	if err := c.patch(ctx, ticketPath(ticket), append(changes, silently), &row, ticket); err != nil {
		return app.RemoteTicket{}, notSilently(err)
	}
	switch {
	case row.ID != ticket:
		return row.ticket(), another("ticket", row.ID)
	case change.StatusID != 0 && row.Status.ID != change.StatusID:
		return row.ticket(), notDone("ConnectWise said yes but ticket %d is still “%s”. A rule of the board may forbid the change; look at the ticket there.", ticket, row.Status.Name)
	case change.PriorityID != 0 && row.Priority.ID != change.PriorityID:
		return row.ticket(), notDone("ConnectWise said yes but the priority of ticket %d is still “%s”. A rule of the board may forbid the change; look at the ticket there.", ticket, row.Priority.Name)
	}
	return row.ticket(), nil
}

// silently keeps ConnectWise from telling contacts and resources of a change.
//
// Schema of Ticket, processNotifications: "Can be set to false to skip notification processing when adding or updating a
// ticket (Defaults to True)".
var silently = replace("processNotifications", false)

// notSilently says in plain words that a change was refused for the sake of silence.
func notSilently(err error) error {
	said, ok := errors.AsType[*rest.StatusError](err)
	e, _ := errors.AsType[*app.Error](err)
	if !ok || e == nil || e.Code != app.Invalid || !strings.Contains(strings.ToLower(said.Refusal.Words), "processnotifications") {
		return err
	}
	better := *e
	better.Message = "This ConnectWise does not let psabridge change a ticket without mailing people, so nothing was changed. Change the ticket by hand." + quoted(said)
	return &better
}

// changesOf replaces whole references, as the guide asks; a path into one may be answered with a false 200.
func changesOf(c app.TicketChange) []change {
	var changes []change
	if c.StatusID != 0 {
		changes = append(changes, replace("status", idRef{c.StatusID}))
	}
	if c.PriorityID != 0 {
		changes = append(changes, replace("priority", idRef{c.PriorityID}))
	}
	return changes
}

func ticketPath(id int64) string { return fmt.Sprintf("service/tickets/%d", id) }

func (r ticketRow) ticket() app.RemoteTicket {
	owner := r.Owner.Identifier
	if owner == "" {
		owner = r.Owner.Name
	}
	return app.RemoteTicket{
		ID: r.ID, XRef: r.ExternalXRef, Summary: r.Summary, CompanyID: r.Company.ID, BoardID: r.Board.ID, Board: r.Board.Name, StatusID: r.Status.ID, Status: r.Status.Name, Priority: r.Priority.ID,
		Closed: r.ClosedFlag, ClosedBy: r.ClosedBy, Owner: owner, UpdatedAt: r.Info.LastUpdated.Time, UpdatedBy: r.Info.UpdatedBy, ParentID: r.MergedParent.ID, MergedInto: r.MergedChild, EnteredAt: r.Info.DateEntered.Time,
	}
}
