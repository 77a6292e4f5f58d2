package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/secret"
	"psabridge/app/settings"
	"psabridge/views"
	"psabridge/views/ui"
)

// sources shows a card for each vendor account we read.
func (s *Server) sources(c echo.Context) error {
	p, err := s.open(c, "Sources", link.Sources)
	if err != nil {
		return err
	}
	add := newSource(p)
	return s.showSources(c, p, http.StatusOK, "", views.SourceForm{}, &add)
}

// source is one source's own page.
func (s *Server) source(c echo.Context) error {
	p, found, err := s.openSource(c)
	if err != nil {
		return err
	}
	return s.showSources(c, p, http.StatusOK, found.Name, views.SourceForm{}, nil)
}

func (s *Server) openSource(c echo.Context) (page, app.SourceSettings, error) {
	doc, _, err := s.Settings.Document(c.Request().Context())
	if err != nil {
		return page{}, app.SourceSettings{}, err
	}
	found, ok := settings.SourceByName(doc, c.Param("name"))
	if !ok {
		return page{}, found, app.Errorf(app.NotFound, "There is no source %s.", c.Param("name"))
	}
	p, err := s.open(c, "Source "+found.Name, link.Sources)
	return p, found, err
}

// showSources renders the cards of all sources, or of one; typed replaces the form of the source it names.
func (s *Server) showSources(c echo.Context, p page, status int, only string, typed views.SourceForm, add *views.SourceForm) error {
	ctx := c.Request().Context()
	m := views.Sources{Shell: p.shell, Only: only, Add: add}
	m.Shell.Wrong = len(typed.Errors) > 0 || add != nil && len(add.Errors) > 0
	rows, err := s.Read.Organizations(ctx, app.OrganizationFilter{})
	if err != nil {
		return err
	}
	secrets, err := s.Settings.Secrets(ctx)
	if err != nil {
		return err
	}
	for _, src := range p.doc.Sources {
		if only != "" && src.Name != only {
			continue
		}
		card := sourceCard(p, settings.SourceWithDefaults(src), rows, secrets)
		if typed.Name == src.Name {
			card.Form = typed
		}
		m.Cards = append(m.Cards, card)
	}
	m.Heading = sourcesHeading(m.Cards)
	if m.Unused, err = s.unusedTypes(ctx, p.now, only); err != nil {
		return err
	}
	return render(c, status, views.SourcesPage(m))
}

func sourcesHeading(cards []views.SourceCard) string {
	failed := 0
	for _, one := range cards {
		if one.Error != "" {
			failed++
		}
	}
	switch {
	case len(cards) == 0:
		return "A source is a vendor account psabridge reads. Connect one."
	case failed == 0:
		return ui.Count(len(cards), "source is", "sources are") + " read on schedule."
	}
	return ui.Count(failed, "source", "sources") + " of " + ui.Int(len(cards)) + " cannot be read."
}

func sourceCard(p page, src app.SourceSettings, rows []app.OrganizationRow, secrets []app.SecretRecord) views.SourceCard {
	st := p.source(src.Name)
	card := views.SourceCard{
		Name: src.Name, Kind: src.Kind, Host: src.Host, Every: src.Every.D(), LastOK: st.LastOKAt, NextAt: st.NextAt, Reading: st.Running,
		Error: st.LastError, Problems: st.Problems, Complete: st.Complete, Beats: beats(st.Beats), Brings: brings(src.Name, rows),
		Form: sourceForm(src, p.rev, secrets),
	}
	for _, r := range rows {
		if r.Source == src.Name {
			card.Waiting += r.WaitingFor
		}
	}
	card.Form.Open = st.ErrorCode == app.Unauthorized
	return card
}

// brings counts what a source shows, by its newest complete readings.
func brings(source string, rows []app.OrganizationRow) string {
	n := 0
	sums := map[app.Meter]app.Quantity{}
	for _, r := range rows {
		if r.Source != source || r.State != app.OrganizationPresent {
			continue
		}
		n++
		for _, one := range r.Readings {
			if one.Complete {
				sums[one.Meter] = sums[one.Meter].Add(one.Quantity)
			}
		}
	}
	if n == 0 {
		return ""
	}
	out := []string{ui.Count(n, "organization", "organizations")}
	for _, m := range []app.Meter{app.MeterAccounts, app.MeterFileServer} {
		if q, ok := sums[m]; ok {
			out = append(out, ui.Number(q)+" "+map[app.Meter]string{app.MeterAccounts: "accounts", app.MeterFileServer: "file servers"}[m])
		}
	}
	return strings.Join(out, ", ")
}

// sourceSecrets are the write-only inputs of an x360Sync source.
var sourceSecrets = []views.SecretField{
	{Name: "client_id", Label: "Client ID", Hint: "Of the API application; from Axcient support"},
	{Name: "client_secret", Label: "Client secret"},
	{Name: "username", Label: "User name", Hint: "Of an administrator of the top organization"},
	{Name: "password", Label: "Password"},
	{Name: "auth_code", Label: "One-time code", Hint: "Only when the sign-in asks for one", Plain: true},
}

func sourceForm(src app.SourceSettings, rev int64, secrets []app.SecretRecord) views.SourceForm {
	f := views.SourceForm{
		Name: src.Name, Kind: src.Kind, Host: src.Host, Every: src.Every.String(), TopOrganization: src.TopOrganization,
		AllowPrivate: src.AllowPrivateNetwork, Revision: rev,
	}
	for _, one := range sourceSecrets {
		one.State = secretState(secrets, secret.SourceName(src.Name, one.Name), settings.Host(src.Host))
		f.Secrets = append(f.Secrets, one)
	}
	return f
}

// newSource is the empty form for another source.
func newSource(p page) views.SourceForm {
	f := sourceForm(settings.SourceWithDefaults(app.SourceSettings{Kind: settings.KindX360Sync}), p.rev, nil)
	f.New = true
	if _, taken := settings.SourceByName(p.doc, "sync"); !taken {
		f.Name = "sync"
	}
	return f
}

// unusedTypes are the activity types of the last 30 days that no rule wanted.
func (s *Server) unusedTypes(ctx context.Context, now time.Time, source string) ([]views.UnusedType, error) {
	filter := app.EventFilter{Since: now.Add(-hitWindow), Page: app.Page{Limit: activityPage}}
	var out []views.UnusedType
	for seen := 0; seen < activityWalk; {
		rows, err := s.Read.Events(ctx, filter)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			filter.Page.After = r.ID
			if r.Outcome.Outcome == app.OutcomeNoRule && (source == "" || r.Source == source) {
				out = addUnused(out, r)
			}
		}
		seen += len(rows)
		if len(rows) < filter.Page.Size() {
			break
		}
	}
	slices.SortStableFunc(out, func(a, b views.UnusedType) int { return b.Seen - a.Seen })
	return out, nil
}

func addUnused(list []views.UnusedType, r app.EventRow) []views.UnusedType {
	i := slices.IndexFunc(list, func(u views.UnusedType) bool { return u.Type == r.Type && u.Source == r.Source })
	if i < 0 {
		list, i = append(list, views.UnusedType{Type: r.Type, Source: r.Source}), len(list)
		if r.Organization.ID != 0 {
			list[i].Path = link.With(link.Alerts(r.Organization.ID), "when", r.Type) + "#create"
		}
	}
	list[i].Seen++
	list[i].LastAt = latest(list[i].LastAt, r.OccurredAt)
	return list
}
