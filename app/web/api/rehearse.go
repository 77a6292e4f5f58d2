package api

import (
	"cmp"
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"psabridge/app"
	"psabridge/app/job"
	"psabridge/app/settings"
)

// Rehearsal is what alert rules would have done with what happened lately. Nothing was written and nothing sent.
type Rehearsal struct {
	From       time.Time                   `json:"from"`
	To         time.Time                   `json:"to"`
	KeptSince  time.Time                   `json:"kept_since" doc:"later than from where not everything is kept that far back"`
	Events     int                         `json:"events"`
	Tickets    int                         `json:"tickets" doc:"opened"`
	AutoClosed int                         `json:"auto_closed" doc:"of the tickets: closed by themselves"`
	Open       int                         `json:"open" doc:"of the tickets: open at the end"`
	Reopened   int                         `json:"reopened"`
	Notes      int                         `json:"notes"`
	Mails      int                         `json:"mails"`
	Asked      int                         `json:"asked" doc:"conditions that would wait for a person's word: more at once than their connection opens without asking"`
	NoRule     int                         `json:"no_rule" doc:"events no rule wants"`
	Suppressed int                         `json:"suppressed" doc:"events that stay quiet"`
	Unmapped   int                         `json:"unmapped_organizations" doc:"organizations without a company whose tickets would wait for one"`
	Waiting    []OrganizationPart          `json:"waiting_for_company" nullable:"false" doc:"those organizations, with these tickets"`
	ByRule     []RulePart                  `json:"by_rule" nullable:"false"`
	ByOrg      []OrganizationPart          `json:"by_organization" nullable:"false" doc:"the busiest first"`
	Opened     []RehearsedTicket           `json:"opened" nullable:"false" doc:"the tickets, newest first, at most 500"`
	Problems   []string                    `json:"problems" nullable:"false" doc:"sentences about rules that can match nothing, because whom they are for is not there"`
	Difference OrNull[RehearsalDifference] `json:"difference" doc:"to the rules as they are; null when none were given"`
}

// RulePart is one rule's part of a rehearsal.
type RulePart struct {
	Rule       string `json:"rule"`
	Events     int    `json:"events"`
	Tickets    int    `json:"tickets"`
	AutoClosed int    `json:"auto_closed"`
}

// OrganizationPart is one organization's part of a rehearsal.
type OrganizationPart struct {
	Organization Party  `json:"organization"`
	Source       string `json:"source" doc:"that shows it; two sources may name one alike"`
	Events       int    `json:"events"`
	Tickets      int    `json:"tickets"`
	AutoClosed   int    `json:"auto_closed"`
}

// RehearsalDifference is what the given rules change.
type RehearsalDifference struct {
	Before   RehearsalBefore   `json:"before"`
	More     int               `json:"opened_count" doc:"how many tickets the change adds"`
	Fewer    int               `json:"no_longer_count" doc:"how many it takes away"`
	Opened   []RehearsedTicket `json:"opened" nullable:"false" doc:"tickets the change adds, newest first, at most 500"`
	NoLonger []RehearsedTicket `json:"no_longer" nullable:"false" doc:"tickets it takes away, likewise"`
}

// RehearsalBefore is what the rules as they are would have done.
type RehearsalBefore struct {
	Tickets    int `json:"tickets"`
	AutoClosed int `json:"auto_closed"`
	Notes      int `json:"notes"`
	Mails      int `json:"mails"`
	Asked      int `json:"asked"`
}

// RehearsedTicket is a ticket that would have been opened.
type RehearsedTicket struct {
	At           time.Time  `json:"at"`
	ClosedAt     *time.Time `json:"closed_at"`
	Rule         string     `json:"rule"`
	Organization Party      `json:"organization"`
	Object       Object     `json:"object"`
	Type         string     `json:"type"`
	Severity     string     `json:"severity"`
	Summary      string     `json:"summary"`
	Occurrences  int        `json:"occurrences"`
	Notes        int        `json:"notes"`
}

// RuleList is the alerts part of a settings document, read as strictly as the document itself.
type RuleList struct{ raw json.RawMessage }

// Schema implements huma.SchemaProvider.
func (RuleList) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeArray, Nullable: true, Description: "alerts[] of the settings document; left out: the rules as they are",
		Items: &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true},
	}
}

// UnmarshalJSON keeps the text.
func (l *RuleList) UnmarshalJSON(b []byte) error {
	l.raw = append(l.raw[:0], b...)
	return nil
}

type rehearseInput struct {
	Waiting
	Body *struct {
		Rules RuleList `json:"rules,omitzero"`
		Days  int      `json:"days,omitempty" minimum:"1" maximum:"90" doc:"30 when left out"`
	}
}

func (s *server) rehearse(ctx context.Context, in *rehearseInput) (*longOutput, error) {
	var rules []app.AlertRule
	days := 30
	if in.Body != nil {
		var err error
		if rules, err = s.rulesOf(ctx, in.Body.Rules.raw); err != nil {
			return nil, s.fail(err)
		}
		days = cmp.Or(in.Body.Days, days)
	}
	return s.run(ctx, in.Waiting, "rehearse", func(ctx context.Context, _ *job.Progress) (any, error) {
		r, d, err := s.Rehearse(ctx, rules, days)
		if err != nil {
			return nil, err
		}
		return rehearsal(r, d), nil
	})
}

// lineNumber begins what is said about a document that somebody typed. Here it came in a request.
var lineNumber = regexp.MustCompile(`^Line \d+: `)

// rulesOf reads rules as the settings document would, and judges them beside its other parts. Nil for none.
func (s *server) rulesOf(ctx context.Context, raw json.RawMessage) ([]app.AlertRule, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	given, err := settings.Parse([]byte(`{"version":1,"alerts":` + string(raw) + `}`))
	if err == nil {
		var doc app.Settings
		if doc, _, err = s.Settings.Document(ctx); err != nil {
			return nil, err
		}
		doc.Alerts = given.Alerts
		err = settings.Validate(doc)
	}
	for _, p := range settings.Problems(err) {
		if strings.HasPrefix(p.Field, "alerts") { // what else is wrong keeps nobody from rehearsing
			return nil, app.FieldErrorf(p.Field, "%s", sentenceCase(lineNumber.ReplaceAllString(p.Message, "")))
		}
	}
	if err != nil && len(settings.Problems(err)) == 0 {
		return nil, err
	}
	if given.Alerts == nil {
		given.Alerts = []app.AlertRule{}
	}
	return given.Alerts, nil
}

func sentenceCase(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func rehearsal(r app.Rehearsal, d *app.RehearsalDifference) Rehearsal {
	out := Rehearsal{
		From: r.From.UTC(), To: r.To.UTC(), KeptSince: r.KeptSince.UTC(), Events: r.Events, Tickets: r.Tickets, AutoClosed: r.AutoClosed,
		Open: r.Open, Reopened: r.Reopened, Notes: r.Notes, Mails: r.Mails, Asked: r.Asked, NoRule: r.NoRule, Suppressed: r.Suppressed,
		Unmapped: len(r.Unmapped), Waiting: organizationParts(r.Unmapped), ByRule: []RulePart{}, ByOrg: organizationParts(r.ByOrganization), Opened: rehearsedTickets(r.Opened),
		Problems: append([]string{}, r.Problems...),
	}
	for _, s := range r.ByRule {
		out.ByRule = append(out.ByRule, RulePart{Rule: s.Name, Events: s.Events, Tickets: s.Tickets, AutoClosed: s.AutoClosed})
	}
	if d != nil {
		out.Difference = some(RehearsalDifference{
			Before: RehearsalBefore{Tickets: d.Before.Tickets, AutoClosed: d.Before.AutoClosed, Notes: d.Before.Notes, Mails: d.Before.Mails, Asked: d.Before.Asked},
			More:   d.More, Fewer: d.Fewer, Opened: rehearsedTickets(d.Opened), NoLonger: rehearsedTickets(d.NoLonger),
		})
	}
	return out
}

func organizationParts(shares []app.RehearsedShare) []OrganizationPart {
	out := make([]OrganizationPart, 0, len(shares))
	for _, s := range shares {
		out = append(out, OrganizationPart{Organization: Party{ID: id(s.OrganizationID), Name: s.Name}, Source: s.Source, Events: s.Events, Tickets: s.Tickets, AutoClosed: s.AutoClosed})
	}
	return out
}

func rehearsedTickets(tickets []app.RehearsedTicket) []RehearsedTicket {
	out := make([]RehearsedTicket, 0, len(tickets))
	for _, t := range tickets {
		out = append(out, RehearsedTicket{
			At: t.At.UTC(), ClosedAt: timeOrNil(t.ClosedAt), Rule: t.Rule, Organization: Party{ID: id(t.OrganizationID), Name: t.Organization},
			Object: object(t.Object), Type: t.Type,
			Severity: string(t.Severity), Summary: t.Summary, Occurrences: t.Count, Notes: t.Notes,
		})
	}
	return out
}
