package api

import (
	"context"
	"slices"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
	"psabridge/app/settings"
)

// Condition is something that holds or held.
type Condition struct {
	ID           ID         `json:"id"`
	Source       string     `json:"source"`
	Organization Customer   `json:"organization"`
	Object       Object     `json:"object"`
	Type         string     `json:"type"`
	Severity     string     `json:"severity"`
	Level        int        `json:"level" doc:"the highest it reached: percent, minutes, days or times; 0 for types without one"`
	Rule         string     `json:"rule"`
	State        string     `json:"state" enum:"waiting,open,cleared,quiet"`
	Wait         *string    `json:"wait" doc:"why a waiting one has no ticket"`
	Title        string     `json:"title"`
	Occurrences  int        `json:"occurrences"`
	Comebacks    int        `json:"comebacks" doc:"how often it came back soon after it had recovered"`
	FirstAt      time.Time  `json:"first_at"`
	LastAt       time.Time  `json:"last_at"`
	ClearedAt    *time.Time `json:"cleared_at"`
	AckUntil     *time.Time `json:"ack_until" doc:"until when a person wants it quiet; null: until it recovers, when its state is quiet"`
	Mailed       bool       `json:"mailed" doc:"an e-mail told that it holds, and none yet that it is over"`
	TicketID     *ID        `json:"ticket_id"`
}

// Customer is an organization: by our row, and by its id at the source.
type Customer struct {
	ID         *ID    `json:"id" doc:"null when the source was removed"`
	ExternalID string `json:"external_id" doc:"its id at the source"`
	Name       string `json:"name"`
}

func customer(n app.Named, external string) Customer {
	return Customer{ID: idOrNil(n.ID), ExternalID: external, Name: n.Name}
}

func condition(c app.Condition, organization app.Named) Condition {
	return Condition{
		ID: id(c.ID), Source: c.Source, Organization: customer(organization, c.OrganizationID), Object: object(c.Object), Type: c.Type,
		Severity: string(c.Severity), Level: c.Level, Rule: c.Rule, State: string(c.State), Wait: textOrNil(string(c.Wait)), Title: c.Title,
		Occurrences: c.Occurrences, Comebacks: c.Comebacks, FirstAt: c.FirstAt.UTC(), LastAt: c.LastAt.UTC(), ClearedAt: timeOrNil(c.ClearedAt),
		AckUntil: timeOrNil(c.AckUntil), Mailed: c.Mailed == app.MailedOpen, TicketID: idOrNil(c.TicketID),
	}
}

type conditionsInput struct {
	Paging
	State        string `query:"state" enum:"waiting,open,cleared,quiet"`
	Organization ID     `query:"organization" maxLength:"20"`
	Ticket       ID     `query:"ticket" maxLength:"20" doc:"those a ticket stands for"`
}

func (s *server) conditions(ctx context.Context, in *conditionsInput) (*listOutput[Condition], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	f := app.ConditionFilter{State: app.ConditionState(in.State), Page: page}
	if f.OrganizationID, err = in.Organization.optional("organization"); err != nil {
		return nil, s.fail(err)
	}
	if f.TicketID, err = in.Ticket.optional("ticket"); err != nil {
		return nil, s.fail(err)
	}
	rows, err := s.Read.Conditions(ctx, f)
	if err != nil {
		return nil, s.fail(err)
	}
	names, err := s.organizationNames(ctx)
	if err != nil {
		return nil, s.fail(err)
	}
	item := func(c app.Condition) Condition { return condition(c, names[[2]string{c.Source, c.OrganizationID}]) }
	return newList(rows, page, item, func(c app.Condition) int64 { return c.ID }), nil
}

// organizationNames gives the organizations by source and their id there.
func (s *server) organizationNames(ctx context.Context) (map[[2]string]app.Named, error) {
	tree, err := s.Read.Tree(ctx)
	names := make(map[[2]string]app.Named, len(tree))
	for _, o := range tree {
		names[[2]string{o.Source, o.ExternalID}] = app.Named{ID: o.ID, Name: o.Name}
	}
	return names, err
}

// ConditionStory is a condition with everything that happened to it, oldest first.
type ConditionStory struct {
	Condition
	Ticket     OrNull[Ticket] `json:"ticket"`
	Events     []Event        `json:"events" nullable:"false" doc:"the newest 200"`
	EventCount int            `json:"event_count"`
	Deliveries []Delivery     `json:"deliveries" nullable:"false" doc:"of its ticket and its e-mails, each with its attempts"`
}

type storyOutput struct{ Body ConditionStory }

func (s *server) condition(ctx context.Context, in *RowInput) (*storyOutput, error) {
	n, err := in.ID.parse("id")
	if err != nil {
		return nil, s.fail(err)
	}
	story, err := s.Read.ConditionStory(ctx, n)
	if err != nil {
		return nil, s.fail(err)
	}
	out := ConditionStory{Condition: condition(story.Condition, story.Organization), Events: []Event{}, EventCount: story.EventCount, Deliveries: []Delivery{}}
	if story.Ticket != nil {
		out.Ticket = some(s.ticketItem(ctx)(*story.Ticket))
	}
	for _, e := range story.Events {
		out.Events = append(out.Events, event(e))
	}
	for _, d := range story.Deliveries {
		item := delivery(d)
		item.Log = attemptLog(story.Attempts[d.ID])
		out.Deliveries = append(out.Deliveries, item)
	}
	return &storyOutput{Body: out}, nil
}

type quietInput struct {
	RowInput
	Body *struct {
		Until *time.Time `json:"until,omitempty" doc:"left out: until it recovers"`
	}
}

func (s *server) quiet(ctx context.Context, in *quietInput) (*struct{}, error) {
	n, err := in.ID.parse("id")
	if err != nil {
		return nil, s.fail(err)
	}
	var until time.Time
	if in.Body != nil && in.Body.Until != nil {
		until = in.Body.Until.UTC()
		if !until.After(s.Now()) {
			return nil, s.fail(app.FieldErrorf("until", "%s is over already. Name a moment to come, or leave it out to stay quiet until it recovers.", until.Format(time.RFC3339)))
		}
	}
	return s.done(s.Quiet(ctx, n, until, caller))
}

func (s *server) openCondition(ctx context.Context, in *RowInput) (*struct{}, error) {
	n, err := in.ID.parse("id")
	if err == nil {
		err = s.OpenCondition(ctx, n, caller)
	}
	return s.done(err)
}

type startInput struct {
	Body struct {
		Open       bool   `json:"open" doc:"true: open tickets for what held before, or was too much at once; false: stay quiet until it recovers"`
		Rule       string `json:"rule,omitempty" maxLength:"200" doc:"only what this rule wants"`
		Connection string `json:"connection,omitempty" maxLength:"64" doc:"only what goes to this connection"`
		Why        string `json:"why,omitempty" enum:"history,flood" doc:"only what held before the start line, or only what was too much at once"`
	}
}

type startOutput struct {
	Body struct {
		Opened int `json:"opened"`
		Quiet  int `json:"quiet"`
	}
}

func (s *server) start(ctx context.Context, in *startInput) (*startOutput, error) {
	answer := alert.Answer{Open: in.Body.Open, Rule: in.Body.Rule, Connection: in.Body.Connection, Why: app.Reason(in.Body.Why)}
	if err := s.named(ctx, answer); err != nil {
		return nil, s.fail(err)
	}
	opened, quiet, err := s.Start(ctx, answer, caller)
	if err != nil {
		return nil, s.fail(err)
	}
	var out startOutput
	out.Body.Opened, out.Body.Quiet = opened, quiet
	return &out, nil
}

// named refuses a name that nothing has: answering nothing would look like a question that was answered already.
func (s *server) named(ctx context.Context, a alert.Answer) error {
	doc, _, err := s.Settings.Document(ctx)
	if err != nil {
		return err
	}
	if _, known := settings.ConnectionByName(doc, a.Connection); !known && a.Connection != "" {
		return app.FieldErrorf("connection", "There is no connection named %q. Its name is in the settings, under connections.", a.Connection)
	}
	if a.Rule == "" || slices.ContainsFunc(doc.Alerts, func(r app.AlertRule) bool { return r.Name == a.Rule }) {
		return nil
	}
	waits, err := s.waitsUnder(ctx, a.Rule)
	if err == nil && !waits {
		err = app.FieldErrorf("rule", "There is no alert rule named %q. Its name is in the settings, under alerts.", a.Rule)
	}
	return err
}

// waitsUnder reports whether a condition still waits under the name of a rule that was taken out since.
func (s *server) waitsUnder(ctx context.Context, rule string) (bool, error) {
	f := app.ConditionFilter{State: app.ConditionWaiting, Page: app.Page{Limit: 1000}}
	for {
		rows, err := s.Read.Conditions(ctx, f)
		if err != nil || slices.ContainsFunc(rows, func(c app.Condition) bool { return c.Rule == rule }) {
			return err == nil, err
		}
		if len(rows) < f.Page.Size() {
			return false, nil
		}
		f.Page.After = rows[len(rows)-1].ID
	}
}
