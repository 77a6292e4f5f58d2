package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
)

// hitWindow is how far back the use of a rule is counted.
const hitWindow = 30 * 24 * time.Hour

// alerts is an organization's Alerts tab: the rules that apply here, in the order they are asked.
func (s *Server) alerts(c echo.Context) error {
	o, err := s.openOrganization(c, "alerts")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	src, _ := settings.SourceByName(o.doc, o.row.Source)
	m := views.Alerts{
		Shell: o.shell, Organization: o.head, Types: alertTypes(src.Kind), Revision: o.rev, Everywhere: o.top(),
		Starters: o.starters(), Open: c.QueryParam("starters") != "",
	}
	m.Unwired, m.Fix = o.unwired()
	hits, err := s.ruleHits(ctx, o)
	if err != nil {
		return err
	}
	m.Rules = o.alertRows(hits)
	return render(c, http.StatusOK, views.AlertsPage(m))
}

// unwired says why no ticket comes out of an alert here, and where that is changed.
func (o organizationPage) unwired() (text, fix string) {
	found, ok := settings.ConnectionByName(o.doc, o.effective.Connection)
	switch {
	case o.effective.Mode == app.PSANone:
		return "This organization has no PSA system: its activity is collected and no alert opens a ticket.", link.OrganizationSettings(o.row.ID)
	case !ok:
		return "No connection applies to this organization yet: what its alerts want waits for one.", link.OrganizationSettings(o.row.ID)
	case !found.Ticketing.Enabled:
		return "Ticketing is disabled on connection " + found.Name + ": alerts are collected, and no ticket is opened.", link.Connection(found.Name) + "#ticketing"
	}
	return "", ""
}

// ruleHits are what the rules decided on lately: here, and for the topmost organization everywhere, because its rules are
// for everything below it.
func (s *Server) ruleHits(ctx context.Context, o organizationPage) (map[string]app.RuleHits, error) {
	of := o.row.ID
	if o.top() {
		of = 0
	}
	rows, err := s.Read.RuleHits(ctx, of, o.now.Add(-hitWindow))
	if err != nil {
		return nil, err
	}
	out := make(map[string]app.RuleHits, len(rows))
	for _, r := range rows {
		out[r.Rule] = r
	}
	return out, nil
}

// top reports whether nothing is above the organization.
func (o organizationPage) top() bool { return o.row.ParentExternalID == "" }

// alertRows are the rules that apply to the organization, in their order.
func (o organizationPage) alertRows(hits map[string]app.RuleHits) []views.AlertRow {
	rules := o.applying()
	out := make([]views.AlertRow, 0, len(rules))
	for i, rule := range rules {
		row := o.alertRow(rule)
		h := hits[rule.Name]
		row.Events, row.Tickets, row.Mails, row.LastAt = h.Events, h.Tickets, h.Mails, h.LastAt
		row.Muted, row.Ahead = quietOf(rule, o.now)
		row.NoUp, row.NoDown = o.unmovable(rules, i)
		row.Shadow = o.shadow(rules, i)
		out = append(out, row)
	}
	for i := range out {
		if j := slices.IndexFunc(out, func(r views.AlertRow) bool { return !r.Own && r.Shadow == out[i].Rule.Name }); out[i].Own && j >= 0 {
			out[i].Overrides = out[j].Rule.Name
		}
	}
	return out
}

// applying are the rules of the document that are asked about this organization.
func (o organizationPage) applying() []app.AlertRule {
	return slices.DeleteFunc(slices.Clone(o.doc.Alerts), func(r app.AlertRule) bool { return !o.applies(r.For) })
}

// applies reports whether something here may be for a rule.
func (o organizationPage) applies(f app.For) bool {
	switch {
	case f.Source != "" && f.Source != o.row.Source:
		return false
	case f.Organization == "" || f.Organization == o.row.ExternalID:
		return true
	}
	return f.Suborganizations && o.above(f.Organization) != nil
}

// above finds an organization this one hangs below.
func (o organizationPage) above(external string) *app.Named {
	for i, up := range o.head.Path {
		for _, one := range o.tree {
			if one.ID == up.ID && one.ExternalID == external {
				return &o.head.Path[i]
			}
		}
	}
	return nil
}

// owns reports whether a rule is changed here: it was made for this organization, or for none and this is the topmost.
func (o organizationPage) owns(f app.For) bool {
	if f.Source != "" && f.Source != o.row.Source {
		return false
	}
	return f.Organization == o.row.ExternalID || f.Organization == "" && o.top()
}

// alertRow says whom a rule covers, whose it is and where it is changed.
func (o organizationPage) alertRow(rule app.AlertRule) views.AlertRow {
	row := views.AlertRow{Rule: settings.RuleWithDefaults(rule), Own: o.owns(rule.For), Scope: scopeWords(rule.For)}
	owner, ok := ruleOwner(o.tree, rule.For, o.row.ID)
	if !ok {
		return row
	}
	row.EditURL = link.AlertEdit(owner.ID, rule.Name)
	if !row.Own && rule.For.Organization != "" {
		row.From, row.FromURL, row.Scope = owner.Name, link.Alerts(owner.ID), "inherited"
	}
	return row
}

// scopeWords says whom a rule covers, as seen from where it was made.
func scopeWords(f app.For) string {
	switch {
	case f.Object != "":
		return "one account or machine, " + f.Object
	case f.Organization == "" && f.Source != "":
		return "everything of " + f.Source
	case f.Organization == "":
		return "everything"
	case f.Suborganizations:
		return "this organization and those below"
	}
	return "this organization"
}

// quietOf is the window of a rule that is open now and ends last, and how many are still to come.
func quietOf(rule app.AlertRule, now time.Time) (open *views.AlertQuiet, ahead int) {
	for _, m := range rule.Mute {
		from, wrongFrom := time.Parse(time.RFC3339, m.From)
		to, wrongTo := time.Parse(time.RFC3339, m.To)
		switch {
		case wrongFrom != nil || wrongTo != nil || !now.Before(to):
		case now.Before(from):
			ahead++
		case open == nil || to.After(open.Until):
			open = &views.AlertQuiet{Until: to, Reason: m.Reason}
		}
	}
	return open, ahead
}

// unmovable says why a rule cannot be asked earlier or later, as far as it cannot.
func (o organizationPage) unmovable(rules []app.AlertRule, i int) (up, down string) {
	switch {
	case !o.owns(rules[i].For):
		why := "it was made elsewhere; its place is changed there"
		return why, why
	case len(rules) == 1:
		return "it is the only one", "it is the only one"
	case i == 0:
		return "it is the first", ""
	case i == len(rules)-1:
		return "", "it is the last"
	}
	return "", ""
}
