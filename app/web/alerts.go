package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
)

// typeTitles are the event types as they are chosen; "…" stands where the level goes.
var typeTitles = map[string]string{
	app.TypeMachineUnreachable:  "Machine not reachable for …",
	app.TypeMachineUnseen:       "Machine not seen for …",
	app.TypeQuotaReached:        "Storage quota reached …",
	app.TypeSignInFailures:      "Sign-ins failed in a row …",
	app.TypeBackupFailed:        "Backup failed",
	app.TypeBackupSLAMissed:     "Backup SLA missed",
	app.TypeAccountUnprotected:  "User not protected",
	app.TypeAccountAdded:        "Account added",
	app.TypeAccountRemoved:      "Account removed",
	app.TypeMachineAdded:        "Machine added",
	app.TypeMachineRemoved:      "Machine removed",
	app.TypeOrganizationAdded:   "Organization added",
	app.TypeOrganizationRemoved: "Organization removed",
	app.TypeOrganizationMoved:   "Organization moved below another one",
	app.TypeSourceUnreadable:    "Source not readable for …",
}

// alertTypes are the event types a kind of source can show, with the level each needs.
func alertTypes(kind string) (out []views.AlertType) {
	for _, t := range settings.EventTypes() {
		if slices.Contains(t.Kinds, kind) {
			out = append(out, views.AlertType{Type: t.Type, Title: cmp.Or(typeTitles[t.Type], t.Text), Text: t.Text, Level: t.Level, Default: t.Default})
		}
	}
	return out
}

// mailOff says why e-mail cannot be chosen.
const mailOff = "Sending e-mail is not set up."

// alerts is an organization's Alerts tab.
func (s *Server) alerts(c echo.Context) error {
	o, err := s.openOrganization(c, "alerts")
	if err != nil {
		return err
	}
	return s.showAlerts(c, o, http.StatusOK, views.AlertForm{
		When: c.QueryParam("when"), For: "tree", PSA: true, AutoClose: true, Per: "object",
	})
}

func (s *Server) showAlerts(c echo.Context, o organizationPage, status int, f views.AlertForm) error {
	ctx := c.Request().Context()
	src, _ := settings.SourceByName(o.doc, o.row.Source)
	m := views.Alerts{Shell: o.shell, Organization: o.head, Form: f, MailOff: mailOff, Types: alertTypes(src.Kind), Inbox: src.Pushed()}
	m.Shell.Wrong = len(f.Errors) > 0
	seen, err := s.typesSeen(ctx, o, src)
	if err != nil {
		return err
	}
	for _, t := range append(seen, f.When) { // a type nobody ever saw can be entered beside the list
		if t != "" && !slices.ContainsFunc(m.Types, func(known views.AlertType) bool { return known.Type == t }) {
			m.Types = append(m.Types, views.AlertType{Type: t, Title: t})
		}
	}
	if m.Rules, err = s.alertRows(ctx, o); err != nil {
		return err
	}
	if found, ok := settings.ConnectionByName(o.doc, o.effective.Connection); ok {
		m.Defaults = defaultWords(found.Ticketing)
		if err := s.alertChoices(ctx, found, &m); err != nil {
			return err
		}
	} else {
		m.Defaults = "No connection is set up for this organization; its alerts wait."
	}
	return render(c, status, views.AlertsPage(m))
}

// typesSeen are the event types of the organization's newest activity; of an inbox those of the whole source, because each
// of its customers shows only a few.
func (s *Server) typesSeen(ctx context.Context, o organizationPage, src app.SourceSettings) ([]string, error) {
	seen, _, err := s.activityChoices(ctx, o.row.ID)
	if err != nil || !src.Pushed() {
		return seen, err
	}
	rows, err := s.Read.Events(ctx, app.EventFilter{Since: o.now.Add(-hitWindow), Page: app.Page{Limit: activityPage}})
	for _, r := range rows {
		if r.Source == src.Name {
			seen = append(seen, r.Type)
		}
	}
	slices.Sort(seen)
	return slices.Compact(seen), err
}

// alertChoices adds the service lists of the connection in effect; those of its default board.
func (s *Server) alertChoices(ctx context.Context, found app.ConnectionSettings, m *views.Alerts) error {
	l := s.pickLists(ctx, found.Name, refValue(found.Ticketing.Board))
	m.Boards, m.Priorities = choices(l.read(app.ListBoards, 0), m.Form.Board), choices(l.read(app.ListPriorities, 0), m.Form.Priority)
	m.TicketTypes, m.Statuses = choices(l.ofBoard(app.ListTypes), m.Form.Type), choices(l.ofBoard(app.ListStatuses), m.Form.Status)
	m.Teams = choices(l.ofBoard(app.ListTeams), m.Form.Team)
	return l.err
}

func defaultWords(t app.TicketingSettings) string {
	if !t.Enabled {
		return "Ticketing is disabled on the connection; alerts are collected."
	}
	var out []string
	for _, one := range []struct {
		word string
		ref  app.Ref
	}{{"Board", t.Board}, {"Status", t.Status}, {"Team", t.Team}, {"Type", t.Type}} {
		if !one.ref.IsZero() {
			out = append(out, one.word+" "+one.ref.String())
		}
	}
	if len(out) == 0 {
		return "With ConnectWise’s own defaults"
	}
	return strings.Join(out, ", ")
}

// hitWindow is how far back the use of a rule is counted.
const hitWindow = 30 * 24 * time.Hour

// alertRows are the rules that apply to the organization, with how often each was used here.
func (s *Server) alertRows(ctx context.Context, o organizationPage) ([]views.AlertRow, error) {
	hits, err := s.ruleHits(ctx, o)
	if err != nil {
		return nil, err
	}
	var out []views.AlertRow
	for _, rule := range o.doc.Alerts {
		row, applies := o.alertRow(rule)
		if !applies {
			continue
		}
		if h, ok := hits[rule.Name]; ok {
			row.Hits30d, row.Tickets, row.LastHit = h.Hits30d, h.Tickets, h.LastHit
		}
		out = append(out, row)
	}
	return out, nil
}

// alertRow says whether a rule covers the organization, and whose it is.
func (o organizationPage) alertRow(rule app.AlertRule) (views.AlertRow, bool) {
	row := views.AlertRow{Rule: settings.RuleWithDefaults(rule), Scope: "everything"}
	f := rule.For
	if f.Source != "" && f.Source != o.row.Source {
		return row, false
	}
	if f.Source != "" {
		row.Scope = "everything of " + f.Source
	}
	if f.Organization == "" {
		return row, true
	}
	if f.Organization == o.row.ExternalID {
		row.Own, row.Scope = true, "this organization"
		switch {
		case f.Object != "":
			row.Scope = "one object here, " + f.Object
		case f.Suborganizations:
			row.Scope = "this organization and those below"
		}
		return row, true
	}
	if !f.Suborganizations {
		return row, false
	}
	for _, up := range o.head.Path {
		for _, one := range o.tree {
			if one.ID == up.ID && one.ExternalID == f.Organization {
				row.Scope, row.ScopeURL = up.Name+" and those below", link.Alerts(up.ID)
				return row, true
			}
		}
	}
	return row, false
}

// ruleHits counts what the rules decided on in this organization.
func (s *Server) ruleHits(ctx context.Context, o organizationPage) (map[string]views.AlertRow, error) {
	filter := app.EventFilter{OrganizationID: o.row.ID, Since: o.now.Add(-hitWindow), Page: app.Page{Limit: activityPage}}
	hits := map[string]views.AlertRow{}
	for seen := 0; seen < activityWalk; {
		rows, err := s.Read.Events(ctx, filter)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			filter.Page.After = r.ID
			h := hits[r.Outcome.Rule]
			h.Hits30d++
			if r.Outcome.Outcome == app.OutcomeTicket {
				h.Tickets++
			}
			h.LastHit = latest(h.LastHit, r.OccurredAt)
			hits[r.Outcome.Rule] = h
		}
		seen += len(rows)
		if len(rows) < filter.Page.Size() {
			break
		}
	}
	return hits, nil
}

// deleteAlert removes a rule that was made for this organization.
func (s *Server) deleteAlert(c echo.Context) error {
	o, err := s.openOrganization(c, "alerts")
	if err != nil {
		return err
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	name, back := f.Get("name"), link.Alerts(o.row.ID)
	_, err = s.edit(c, o.rev, back, func(doc *app.Settings) error {
		at := slices.IndexFunc(doc.Alerts, func(r app.AlertRule) bool { return r.Name == name })
		if at < 0 {
			return lookAgainError{app.Errorf(app.NotFound, "There is no alert %q any more.", name), back}
		}
		if doc.Alerts[at].For.Organization != o.row.ExternalID {
			return lookAgainError{app.Errorf(app.Conflict, "The alert %q was not made for this organization. Delete it where it was made.", name), back}
		}
		doc.Alerts = slices.Delete(doc.Alerts, at, at+1)
		return nil
	})
	if err != nil {
		return err
	}
	s.tell(c, good, "The alert %q is deleted. What it opened goes on to its end.", name)
	return seeOther(c, back)
}
