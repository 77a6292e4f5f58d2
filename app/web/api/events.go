package api

import (
	"context"
	"time"

	"psabridge/app"
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
	Outcome      string    `json:"outcome" enum:"ticket,merged,ignored,no_rule,unmapped,suppressed,mail,"`
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
