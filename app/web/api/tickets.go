package api

import (
	"context"
	"time"

	"psabridge/app"
)

// Ticket is a ConnectWise ticket that stands for a condition.
type Ticket struct {
	ID              ID            `json:"id"`
	Conditions      []ID          `json:"conditions" nullable:"false"`
	Organization    OrNull[Party] `json:"organization" doc:"of its first condition"`
	Connection      string        `json:"connection"`
	RemoteID        *int64        `json:"remote_id"`
	Number          *int64        `json:"number"`
	URL             *string       `json:"url"`
	Summary         string        `json:"summary"`
	Board           string        `json:"board"`
	Status          string        `json:"status"`
	State           string        `json:"state" enum:"pending,open,closed,unknown"`
	TouchedByPerson bool          `json:"touched_by_person"`
	TouchedWhy      *string       `json:"touched_why" doc:"what the person did, e.g. mkoch is its owner now."`
	TouchedAt       *time.Time    `json:"touched_at" doc:"when that was noticed"`
	Occurrences     int           `json:"occurrences"`
	OpenedAt        *time.Time    `json:"opened_at"`
	ReopenedAt      *time.Time    `json:"reopened_at" doc:"the last time"`
	ClosedAt        *time.Time    `json:"closed_at"`
	ClosedBy        *string       `json:"closed_by" doc:"who closed it at ConnectWise, when that was not psabridge"`
}

func (s *server) ticketItem(ctx context.Context) func(app.TicketRow) Ticket {
	return func(r app.TicketRow) Ticket {
		t := Ticket{
			ID: id(r.ID), Conditions: []ID{}, Connection: r.Connection, RemoteID: remoteOrNil(r.RemoteID), Number: remoteOrNil(r.RemoteID),
			Summary: r.Summary, Board: r.Board, Status: r.Status, State: string(r.State), TouchedByPerson: r.Touched, Occurrences: r.Occurrences,
			OpenedAt: timeOrNil(r.OpenedAt), ClosedAt: timeOrNil(r.ClosedAt), ReopenedAt: timeOrNil(r.ReopenedAt),
			TouchedWhy: textOrNil(r.TouchedWhy), TouchedAt: timeOrNil(r.TouchedAt), ClosedBy: textOrNil(r.ClosedBy),
		}
		if r.Organization.ID != 0 {
			t.Organization = some(Party{ID: id(r.Organization.ID), Name: r.Organization.Name})
		}
		if r.RemoteID != 0 {
			t.URL = textOrNil(s.TicketURL(ctx, r.Connection, r.RemoteID))
		}
		for _, c := range r.Conditions {
			t.Conditions = append(t.Conditions, id(c.ID))
		}
		return t
	}
}

type ticketsInput struct {
	Paging
	State  string `query:"state" enum:"pending,open,closed,unknown"`
	Number int64  `query:"number" minimum:"0" doc:"the one ConnectWise has under this number, of each connection"`
}

func (s *server) tickets(ctx context.Context, in *ticketsInput) (*listOutput[Ticket], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	rows, err := s.Read.Tickets(ctx, app.TicketFilter{State: app.TicketState(in.State), Number: in.Number, Page: page})
	if err != nil {
		return nil, s.fail(err)
	}
	return newList(rows, page, s.ticketItem(ctx), func(r app.TicketRow) int64 { return r.ID }), nil
}

type ticketOutput struct{ Body Ticket }

func (s *server) ticket(ctx context.Context, in *RowInput) (*ticketOutput, error) {
	n, err := in.ID.parse("id")
	if err != nil {
		return nil, s.fail(err)
	}
	row, err := s.Read.Ticket(ctx, n)
	if err != nil {
		return nil, s.fail(err)
	}
	return &ticketOutput{Body: s.ticketItem(ctx)(row)}, nil
}
