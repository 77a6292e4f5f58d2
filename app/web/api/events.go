package api

import (
	"context"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
)

// Event is one fact of a source and what became of it.
type Event struct {
	ID           ID        `json:"id"`
	Source       string    `json:"source"`
	Organization Party     `json:"organization"`
	Object       Object    `json:"object"`
	Type         string    `json:"type"`
	State        string    `json:"state" enum:"problem,recovery,info"`
	Severity     string    `json:"severity"`
	OccurredAt   time.Time `json:"occurred_at"`
	ReceivedAt   time.Time `json:"received_at"`
	Title        string    `json:"title"`
	Text         string    `json:"text"`
	Outcome      string    `json:"outcome" enum:"ticket,merged,ignored,no_rule,unmapped,suppressed,"`
	Reason       string    `json:"reason"`
	Rule         *string   `json:"rule"`
	ConditionID  *ID       `json:"condition_id"`
	TicketNumber *int64    `json:"ticket_number"`
}

// Party is an organization, by our row.
type Party struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
}

// Object is the thing an event is about.
type Object struct {
	Kind string `json:"kind"`
	ID   string `json:"id" doc:"its id at the source"`
	Name string `json:"name"`
}

func object(o app.Object) Object { return Object{Kind: string(o.Kind), ID: o.ExternalID, Name: o.Name} }

func event(r app.EventRow) Event {
	return Event{
		ID: id(r.ID), Source: r.Source, Organization: Party{ID: id(r.Organization.ID), Name: r.Organization.Name}, Object: object(r.Object),
		Type: r.Type, State: string(r.State), Severity: string(r.Severity), OccurredAt: r.OccurredAt.UTC(), ReceivedAt: r.ReceivedAt.UTC(),
		Title: r.Title, Text: r.Text, Outcome: string(r.Outcome.Outcome), Reason: string(r.Outcome.Reason), Rule: textOrNil(r.Outcome.Rule),
		ConditionID: idOrNil(r.Outcome.ConditionID), TicketNumber: remoteOrNil(r.TicketNumber),
	}
}

type eventsInput struct {
	Paging
	Organization ID        `query:"organization" maxLength:"20"`
	Type         string    `query:"type" maxLength:"200"`
	Since        time.Time `query:"since"`
}

func (s *server) events(ctx context.Context, in *eventsInput) (*listOutput[Event], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	f := app.EventFilter{Type: in.Type, Since: in.Since, Page: page}
	if in.Organization != "" {
		if f.OrganizationID, err = in.Organization.parse("organization"); err != nil {
			return nil, s.fail(err)
		}
	}
	rows, err := s.Read.Events(ctx, f)
	if err != nil {
		return nil, s.fail(err)
	}
	return newList(rows, page, event, func(r app.EventRow) int64 { return r.ID }), nil
}

// Condition is something that holds or held.
type Condition struct {
	ID           ID         `json:"id"`
	Source       string     `json:"source"`
	Organization string     `json:"organization" doc:"its id at the source"`
	Object       Object     `json:"object"`
	Type         string     `json:"type"`
	Severity     string     `json:"severity"`
	Rule         string     `json:"rule"`
	State        string     `json:"state" enum:"waiting,open,cleared,quiet"`
	Wait         *string    `json:"wait" doc:"why a waiting one has no ticket"`
	Occurrences  int        `json:"occurrences"`
	FirstAt      time.Time  `json:"first_at"`
	LastAt       time.Time  `json:"last_at"`
	ClearedAt    *time.Time `json:"cleared_at"`
	TicketID     *ID        `json:"ticket_id"`
}

func condition(c app.Condition) Condition {
	return Condition{
		ID: id(c.ID), Source: c.Source, Organization: c.OrganizationID, Object: object(c.Object), Type: c.Type, Severity: string(c.Severity),
		Rule: c.Rule, State: string(c.State), Wait: textOrNil(string(c.Wait)), Occurrences: c.Occurrences, FirstAt: c.FirstAt.UTC(), LastAt: c.LastAt.UTC(),
		ClearedAt: timeOrNil(c.ClearedAt), TicketID: idOrNil(c.TicketID),
	}
}

type conditionsInput struct {
	Paging
	State string `query:"state" enum:"waiting,open,cleared,quiet"`
}

func (s *server) conditions(ctx context.Context, in *conditionsInput) (*listOutput[Condition], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	rows, err := s.Read.Conditions(ctx, app.ConditionFilter{State: app.ConditionState(in.State), Page: page})
	if err != nil {
		return nil, s.fail(err)
	}
	return newList(rows, page, condition, func(c app.Condition) int64 { return c.ID }), nil
}

type startInput struct {
	Body struct {
		Open       bool   `json:"open" doc:"true: open tickets for what held before; false: stay quiet until it recovers"`
		Rule       string `json:"rule,omitempty" maxLength:"200" doc:"only what this rule wants"`
		Connection string `json:"connection,omitempty" maxLength:"64" doc:"only what goes to this connection"`
	}
}

type startOutput struct {
	Body struct {
		Opened int `json:"opened"`
		Quiet  int `json:"quiet"`
	}
}

func (s *server) start(ctx context.Context, in *startInput) (*startOutput, error) {
	opened, quiet, err := s.Start(ctx, alert.Answer{Open: in.Body.Open, Rule: in.Body.Rule, Connection: in.Body.Connection}, caller)
	if err != nil {
		return nil, s.fail(err)
	}
	var out startOutput
	out.Body.Opened, out.Body.Quiet = opened, quiet
	return &out, nil
}

// Ticket is a ConnectWise ticket that stands for a condition.
type Ticket struct {
	ID              ID         `json:"id"`
	Conditions      []ID       `json:"conditions" nullable:"false"`
	Connection      string     `json:"connection"`
	RemoteID        *int64     `json:"remote_id"`
	Number          *int64     `json:"number"`
	URL             *string    `json:"url"`
	Summary         string     `json:"summary"`
	Board           string     `json:"board"`
	Status          string     `json:"status"`
	State           string     `json:"state" enum:"pending,open,closed,unknown"`
	TouchedByPerson bool       `json:"touched_by_person"`
	Occurrences     int        `json:"occurrences"`
	OpenedAt        *time.Time `json:"opened_at"`
	ClosedAt        *time.Time `json:"closed_at"`
}

func (s *server) ticket(ctx context.Context) func(app.TicketRow) Ticket {
	return func(r app.TicketRow) Ticket {
		t := Ticket{
			ID: id(r.ID), Conditions: []ID{}, Connection: r.Connection, RemoteID: remoteOrNil(r.RemoteID), Number: remoteOrNil(r.RemoteID),
			Summary: r.Summary, Board: r.Board, Status: r.Status, State: string(r.State), TouchedByPerson: r.Touched, Occurrences: r.Occurrences,
			OpenedAt: timeOrNil(r.OpenedAt), ClosedAt: timeOrNil(r.ClosedAt),
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
	State string `query:"state" enum:"pending,open,closed,unknown"`
}

func (s *server) tickets(ctx context.Context, in *ticketsInput) (*listOutput[Ticket], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	rows, err := s.Read.Tickets(ctx, app.TicketFilter{State: app.TicketState(in.State), Page: page})
	if err != nil {
		return nil, s.fail(err)
	}
	return newList(rows, page, s.ticket(ctx), func(r app.TicketRow) int64 { return r.ID }), nil
}
