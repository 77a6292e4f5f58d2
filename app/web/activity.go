package web

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
)

// The bounds of walking through activity for what the database does not filter.
const (
	activityPage = 500
	activityWalk = 5000
	activityFile = 10000
)

// activity is an organization's Activity tab.
func (s *Server) activity(c echo.Context) error {
	o, err := s.openOrganization(c, "activity")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	m := views.Activity{Shell: o.shell, Organization: o.head, Filter: activityFilter(c)}
	if err := s.savedViews(ctx, &m); err != nil {
		return err
	}
	if m.Types, m.People, err = s.activityChoices(ctx, o.row.ID); err != nil {
		return err
	}
	after := afterOf(c)
	rows, err := s.walkActivity(ctx, o.row.ID, m.Filter, after, perPage, activityWalk)
	if err != nil {
		return err
	}
	if m.Rows, err = s.activityRows(ctx, rows, o); err != nil {
		return err
	}
	if len(rows) > 0 {
		m.Pager = pager(link.Activity(o.row.ID), m.Filter.Pairs(), after, rows[len(rows)-1].ID, len(rows))
	}
	// A page is what came to us last; on it each event stands where it happened, or a day would be headed twice.
	slices.SortStableFunc(m.Rows, func(a, b views.ActivityRow) int { return b.OccurredAt.Compare(a.OccurredAt) })
	return render(c, http.StatusOK, views.ActivityPage(m))
}

func activityFilter(c echo.Context) views.ActivityFilter { return activityFilterOf(c.QueryParam) }

// activityFilterOf reads the filters we know, from an address or a form.
func activityFilterOf(value func(string) string) views.ActivityFilter {
	return views.ActivityFilter{Q: value("q"), By: value("by"), On: value("on"), Type: value("type"), From: value("from"), To: value("to")}
}

// activityChoices are the types and people of the organization's newest activity.
func (s *Server) activityChoices(ctx context.Context, organization int64) (types, people []string, err error) {
	rows, err := s.Read.Events(ctx, app.EventFilter{OrganizationID: organization, Page: app.Page{Limit: 1000}})
	if err != nil {
		return nil, nil, err
	}
	for _, r := range rows {
		types = append(types, r.Type)
		if by := doneBy(r.Event); by != "" {
			people = append(people, by)
		}
	}
	slices.Sort(types)
	slices.Sort(people)
	return slices.Compact(types), slices.Compact(people), nil
}

// doneBy is who did something, as the source's own record says. Events we derive were done by nobody.
func doneBy(e app.Event) string {
	var record struct {
		Actor string `json:"actor_text"`
	}
	if json.Unmarshal(e.Body, &record) != nil {
		return ""
	}
	return record.Actor
}

// walkActivity lists events that fit, newest first: at most want of them, looking at no more than most rows.
func (s *Server) walkActivity(ctx context.Context, organization int64, f views.ActivityFilter, after int64, want, most int) ([]app.EventRow, error) {
	from, to := s.days(f.From, f.To)
	filter := app.EventFilter{OrganizationID: organization, Type: f.Type, ObjectKind: app.ObjectKind(f.On), Query: f.Q, Page: app.Page{Limit: activityPage, After: after}}
	if f.By == "" && from.IsZero() && to.IsZero() {
		filter.Page.Limit = min(want, activityPage)
	}
	var out []app.EventRow
	for seen := 0; len(out) < want && seen < most; {
		rows, err := s.Read.Events(ctx, filter)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			filter.Page.After = r.ID
			fits := (f.By == "" || doneBy(r.Event) == f.By) && !r.OccurredAt.Before(from) && (to.IsZero() || r.OccurredAt.Before(to))
			if fits && len(out) < want {
				out = append(out, r)
			}
		}
		seen += len(rows)
		if len(rows) < filter.Page.Size() {
			break
		}
	}
	return out, nil
}

// days turns two dates of the person's calendar into moments; the second day is included.
func (s *Server) days(from, to string) (first, end time.Time) {
	first, _ = time.ParseInLocation(time.DateOnly, from, s.Zone)
	if last, err := time.ParseInLocation(time.DateOnly, to, s.Zone); err == nil {
		end = last.AddDate(0, 0, 1)
	}
	return first, end
}

// conditionsKnown bounds the conditions that the rows of a page are looked up in, newest first.
const conditionsKnown = 500

// activityRows adds to events what became of them, and why.
func (s *Server) activityRows(ctx context.Context, rows []app.EventRow, o organizationPage) ([]views.ActivityRow, error) {
	conditions := map[int64]*app.Condition{}
	if slices.ContainsFunc(rows, func(r app.EventRow) bool { return r.Outcome.ConditionID != 0 }) {
		list, err := s.Read.Conditions(ctx, app.ConditionFilter{OrganizationID: o.row.ID, Page: app.Page{Limit: conditionsKnown}})
		if err != nil {
			return nil, err
		}
		for i := range list {
			conditions[list[i].ID] = &list[i]
		}
	}
	rules := map[string]ruleFacts{}
	out := make([]views.ActivityRow, 0, len(rows))
	for _, r := range rows {
		name := r.Outcome.Rule
		if _, known := rules[name]; name != "" && !known {
			rules[name] = factsOf(o, name)
		}
		rule := rules[name]
		row := views.ActivityRow{EventRow: r, By: doneBy(r.Event), Condition: conditions[r.Outcome.ConditionID], RuleURL: rule.url, To: rule.to, MutedUntil: rule.mutedUntil}
		if r.Outcome.Outcome == app.OutcomeNoRule {
			row.CountsFor = o.countsFor(r.Type)
		}
		if r.TicketNumber != 0 {
			row.TicketURL = s.ticketURL(ctx, o.effective.Connection, r.TicketID, r.TicketNumber)
		}
		out = append(out, row)
	}
	return out, nil
}

// ruleFacts is what the pages say of an alert as it is now.
type ruleFacts struct {
	url        string
	to         []string
	mutedUntil time.Time
}

func factsOf(o organizationPage, name string) ruleFacts {
	out := ruleFacts{url: ruleURL(o.doc, o.tree, name, o.row.ID)}
	for _, r := range o.doc.Alerts {
		if r.Name != name {
			continue
		}
		out.to = r.Via.Email
		for _, m := range r.Mute {
			from, err := time.Parse(time.RFC3339, m.From)
			to, err2 := time.Parse(time.RFC3339, m.To)
			if err == nil && err2 == nil && !o.now.Before(from) && o.now.Before(to) && to.After(out.mutedUntil) {
				out.mutedUntil = to
			}
		}
	}
	return out
}

// ticketURL is where a ticket is seen in ConnectWise. The ticket's own connection decides; an organization may have
// moved to another one since.
func (s *Server) ticketURL(ctx context.Context, connection string, row, number int64) string {
	if t, err := s.Read.Ticket(ctx, row); err == nil {
		connection = t.Connection
	}
	return s.TicketURL(ctx, connection, number)
}
