package api

import (
	"context"
	"time"

	"psabridge/app"
)

// AlertRule is one alert rule with what it decided on lately.
type AlertRule struct {
	Name     string   `json:"name"`
	Position int      `json:"position" doc:"the first rule that wants an event decides"`
	Types    []string `json:"types" nullable:"false" doc:"event types and families"`
	For      RuleFor  `json:"for"`
	Via      RuleVia  `json:"via"`
	Severity string   `json:"severity" doc:"empty: the event's own"`
	Hits     RuleHits `json:"hits"`
}

// RuleFor is whom a rule is for; empty fields mean all.
type RuleFor struct {
	Source           string `json:"source"`
	Organization     string `json:"organization" doc:"its id at the source"`
	Suborganizations bool   `json:"suborganizations"`
	Object           string `json:"object"`
}

// RuleVia is who is told; nobody, where both are empty.
type RuleVia struct {
	PSA   bool     `json:"psa"`
	Email []string `json:"email" nullable:"false"`
}

// RuleHits is what a rule decided on.
type RuleHits struct {
	Days    int        `json:"days" doc:"within so many days"`
	Events  int        `json:"events"`
	Tickets int        `json:"tickets" doc:"of the events, how many opened a ticket"`
	Mails   int        `json:"mails" doc:"of the events, how many were told by e-mail alone"`
	LastAt  *time.Time `json:"last_at"`
}

type rulesInput struct {
	Organization ID  `query:"organization" maxLength:"20" doc:"only the rules that are for this organization, with what they decided on there"`
	Days         int `query:"days" minimum:"1" maximum:"90" default:"30"`
}

func (s *server) rules(ctx context.Context, in *rulesInput) (*listOutput[AlertRule], error) {
	organization, err := in.Organization.optional("organization")
	if err != nil {
		return nil, s.fail(err)
	}
	doc, _, err := s.Settings.Document(ctx)
	if err != nil {
		return nil, s.fail(err)
	}
	reaches := func(app.For) bool { return true }
	if organization != 0 {
		if reaches, err = s.reaches(ctx, organization); err != nil {
			return nil, s.fail(err)
		}
	}
	rows, err := s.Read.RuleHits(ctx, organization, s.Now().AddDate(0, 0, -in.Days))
	if err != nil {
		return nil, s.fail(err)
	}
	hits := make(map[string]app.RuleHits, len(rows))
	for _, h := range rows {
		hits[h.Rule] = h
	}
	all := []AlertRule{}
	for i, r := range doc.Alerts {
		if reaches(r.For) {
			all = append(all, alertRule(r, i+1, hits[r.Name], in.Days))
		}
	}
	return newList(all, app.Page{}, func(r AlertRule) AlertRule { return r }, nil), nil
}

func alertRule(r app.AlertRule, position int, h app.RuleHits, days int) AlertRule {
	out := AlertRule{
		Name: r.Name, Position: position, Types: []string{}, For: RuleFor(r.For), Severity: string(r.Severity),
		Via:  RuleVia{PSA: r.Via.PSA, Email: append([]string{}, r.Via.Email...)},
		Hits: RuleHits{Days: days, Events: h.Events, Tickets: h.Tickets, Mails: h.Mails, LastAt: timeOrNil(h.LastAt)},
	}
	for _, w := range r.When {
		out.Types = append(out.Types, w.Type)
	}
	return out
}

// reaches tells which rules are for an organization: those for all, for itself, and for one above it with what is below.
func (s *server) reaches(ctx context.Context, organization int64) (func(app.For) bool, error) {
	row, err := s.Read.Organization(ctx, organization)
	if err != nil {
		return nil, err
	}
	tree, err := s.Read.Tree(ctx)
	if err != nil {
		return nil, err
	}
	parent := make(map[string]string)
	for _, o := range tree {
		if o.Source == row.Source {
			parent[o.ExternalID] = o.ParentExternalID
		}
	}
	above := make(map[string]bool) // a tree that goes in circles ends it
	for at := parent[row.ExternalID]; at != "" && !above[at]; at = parent[at] {
		above[at] = true
	}
	return func(f app.For) bool {
		return (f.Source == "" || f.Source == row.Source) &&
			(f.Organization == "" || f.Organization == row.ExternalID || f.Suborganizations && above[f.Organization])
	}, nil
}
