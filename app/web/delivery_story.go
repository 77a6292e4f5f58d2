package web

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/ui"
)

// deliveryStory puts together what led to a delivery, what was tried, and what came after it for the same ticket.
func (s *Server) deliveryStory(ctx context.Context, p page, m *views.Delivery) (err error) {
	d := m.Row.DeliveryRow
	m.Payload, m.Mail = payloads(d.Delivery)
	if rule := ruleOf(m.Payload, m.Mail); rule != "" {
		m.RuleURL = s.ruleURL(ctx, p.doc, rule, d.Organization.ID)
	}
	attempts, err := s.Read.Attempts(ctx, d.ID)
	if err != nil {
		return err
	}
	ledger, err := s.Read.DeliveryLedger(ctx, d.ID)
	if err != nil {
		return err
	}
	before, err := s.ledTo(ctx, m)
	if err != nil {
		return err
	}
	after, err := s.cameAfter(ctx, m)
	if err != nil {
		return err
	}
	m.Steps = slices.Concat(before, s.tried(ctx, d, attempts, ledger, p.now), after)
	if m.Payload != nil && m.Payload.Double {
		m.Twice = s.twice(ctx, d)
	}
	return nil
}

func ruleOf(ticket *app.TicketPayload, mail *app.MailPayload) string {
	switch {
	case mail != nil:
		return mail.Rule
	case ticket != nil:
		return ticket.Rule
	}
	return ""
}

// ledTo is the event, the alert and the decision behind a delivery.
func (s *Server) ledTo(ctx context.Context, m *views.Delivery) ([]views.Step, error) {
	d := m.Row.DeliveryRow
	var out []views.Step
	if d.TicketID != 0 {
		t, err := s.Read.Ticket(ctx, d.TicketID)
		if err != nil {
			return nil, err
		}
		m.Ticket = &t.Ticket
		if about := conditionOf(t.Conditions, m.Payload, d.CreatedAt); about != nil {
			first, err := s.eventsBefore(ctx, about.ID, d.CreatedAt)
			if err != nil {
				return nil, err
			}
			m.Condition, out = link.Condition(about.ID), first
		}
	}
	if m.Mail != nil && d.Organization.ID != 0 {
		id, err := s.mailed(ctx, d.Organization.ID, *m.Mail)
		if err != nil {
			return nil, err
		}
		if id != 0 {
			if out, err = s.eventsBefore(ctx, id, d.CreatedAt); err != nil {
				return nil, err
			}
			m.Condition = link.Condition(id)
		}
	}
	return append(out, decisionStep(m)...), nil
}

// conditionOf is the condition a delivery of a ticket is about: of those the ticket stands for, the newest episode of the
// payload's object that had begun when it was decided. A ticket whose conditions do not say is about the first of them.
func conditionOf(all []app.Condition, p *app.TicketPayload, decided time.Time) (out *app.Condition) {
	for i := range all {
		c := &all[i]
		if p == nil || c.Type != p.Type || c.Object.Kind != p.Object.Kind || c.Object.ExternalID != p.Object.ExternalID || c.FirstAt.After(decided) {
			continue
		}
		if out == nil || c.FirstAt.After(out.FirstAt) || c.FirstAt.Equal(out.FirstAt) && c.ID > out.ID {
			out = c
		}
	}
	if out == nil && len(all) > 0 {
		out = &all[0]
	}
	return out
}

// mailed finds the condition an e-mail is about, by the first message of its episode; 0 when it is too long ago.
func (s *Server) mailed(ctx context.Context, organization int64, p app.MailPayload) (int64, error) {
	list, err := s.Read.Conditions(ctx, app.ConditionFilter{OrganizationID: organization, Page: app.Page{Limit: conditionsKnown}})
	for _, c := range list {
		if c.MailThread != "" && c.MailThread == cmp.Or(p.InReplyTo, p.MessageID) {
			return c.ID, nil
		}
	}
	return 0, err
}

// eventsBefore are the events of a condition until a delivery was decided: the first one, and the last, which led to it.
func (s *Server) eventsBefore(ctx context.Context, condition int64, until time.Time) ([]views.Step, error) {
	story, err := s.Read.ConditionStory(ctx, condition)
	if err != nil {
		return nil, err
	}
	events := slices.DeleteFunc(story.Events, func(e app.EventRow) bool { return e.ReceivedAt.After(until) })
	steps := views.EventSteps(events)
	if len(steps) > 2 {
		between := len(steps) - 2
		steps = []views.Step{steps[0], steps[len(steps)-1]}
		steps[1].Notes = append(steps[1].Notes, ui.Count(between, "thing happened", "things happened")+" in between; the condition’s page has them.")
	}
	return steps, nil
}

// decisionStep says which alert decided what, and why.
func decisionStep(m *views.Delivery) []views.Step {
	rule, reason, by := ruleOf(m.Payload, m.Mail), app.Reason(""), ""
	switch {
	case m.Mail != nil:
		reason = m.Mail.Reason
	case m.Payload != nil:
		reason, by = m.Payload.Reason, m.Payload.By
	default:
		return nil
	}
	step := views.Step{At: m.Row.CreatedAt, Icon: "right", Text: "Decided: " + strings.ToLower(views.KindWords(m.Row.Delivery)) + "."}
	if reason != "" {
		step.Notes = append(step.Notes, "Why: "+views.ReasonWords(reason)+".")
	}
	if rule != "" {
		step.Notes = append(step.Notes, "By the alert “"+rule+"”.")
	}
	if by != "" {
		step.Notes = append(step.Notes, "Asked for by "+app.Who(by)+".")
	}
	return []views.Step{step}
}

// tried are the attempts, with what the ledger says of their end.
func (s *Server) tried(ctx context.Context, d app.DeliveryRow, attempts []app.Attempt, ledger []app.LedgerEntry, now time.Time) []views.Step {
	steps := views.AttemptSteps(d, attempts, now)
	for _, e := range ledger {
		if e.Phase != app.LedgerOutcome || e.Note == "" {
			continue
		}
		links := s.ticketLinks(ctx, d.Connection, e.Note)
		// What ended an attempt was written with it; what a person decided later stands on its own.
		at := slices.IndexFunc(attempts, func(a app.Attempt) bool { return a.N == e.Attempt && a.FinishedAt.Equal(e.At) })
		if at >= 0 {
			steps[at].Notes, steps[at].Links = append(steps[at].Notes, e.Note), append(steps[at].Links, links...)
			continue
		}
		one := views.Step{At: e.At, Icon: "user", Text: e.Note + ".", Links: links}
		if e.By != "" {
			one.Notes = []string{"By " + e.By + "."}
		}
		steps = append(steps, one)
	}
	slices.SortStableFunc(steps, func(a, b views.Step) int { return a.At.Compare(b.At) })
	return steps
}

// numbered finds ticket numbers in a sentence of ours.
var numbered = regexp.MustCompile(`#(\d{1,18})`)

// ticketLinks leads to every ticket a sentence names.
func (s *Server) ticketLinks(ctx context.Context, connection, text string) (out []ui.Action) {
	for _, n := range ticketNumbers(text) {
		if address := s.TicketURL(ctx, connection, n); address != "" {
			out = append(out, ui.Action{Label: ui.ID(n), Path: address, External: true})
		}
	}
	return out
}

func ticketNumbers(text string) (out []int64) {
	for _, found := range numbered.FindAllStringSubmatch(text, -1) {
		if n, err := strconv.ParseInt(found[1], 10, 64); err == nil && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// twice are the tickets ConnectWise has besides ours under one reference, as the delivery that asks to merge them says.
func (s *Server) twice(ctx context.Context, d app.DeliveryRow) (out []views.Double) {
	for _, n := range ticketNumbers(d.Reason) {
		if n != d.TicketNumber {
			out = append(out, views.Double{Number: n, URL: s.TicketURL(ctx, d.Connection, n)})
		}
	}
	return out
}

// cameAfter are the later deliveries of the same ticket: notes, and its close.
func (s *Server) cameAfter(ctx context.Context, m *views.Delivery) (out []views.Step, err error) {
	if m.Row.TicketID == 0 {
		return nil, nil
	}
	list, err := s.Read.Deliveries(ctx, app.DeliveryFilter{TicketID: m.Row.TicketID, Page: app.Page{Limit: perPage}})
	if err != nil {
		return nil, err
	}
	for _, d := range slices.Backward(list) {
		if d.ID > m.Row.ID {
			ledger, err := s.Read.DeliveryLedger(ctx, d.ID)
			if err != nil {
				return nil, err
			}
			out = append(out, views.DeliveryStep(d, nil, ledger))
		}
	}
	return out, nil
}
