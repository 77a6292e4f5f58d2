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
	"psabridge/app/secret"
	"psabridge/app/settings"
	"psabridge/views"
	"psabridge/views/ui"
)

// sources shows a card for each source, and the form of a new one once its kind is chosen.
func (s *Server) sources(c echo.Context) error {
	p, err := s.open(c, "Sources", link.Sources)
	if err != nil {
		return err
	}
	var add *views.SourceForm
	if kind := c.QueryParam("kind"); knownKind(kind) {
		form := s.newSource(p, kind)
		form.Way = c.QueryParam("way")
		add = &form
	}
	return s.showSources(c, p, http.StatusOK, add)
}

func knownKind(kind string) bool {
	return slices.Contains([]string{settings.KindX360Sync, settings.KindAxcient, settings.KindInbox}, kind)
}

// showSources renders the cards of all sources; add is the form of a new one.
func (s *Server) showSources(c echo.Context, p page, status int, add *views.SourceForm) error {
	ctx := c.Request().Context()
	m := views.Sources{Shell: p.shell, Add: add}
	m.Shell.Wrong = add != nil && len(add.Errors) > 0
	rows, err := s.Read.Organizations(ctx, app.OrganizationFilter{})
	if err != nil {
		return err
	}
	secrets, err := s.Settings.Secrets(ctx)
	if err != nil {
		return err
	}
	for _, src := range p.doc.Sources {
		m.Cards = append(m.Cards, s.sourceCard(ctx, p, settings.SourceWithDefaults(src), rows, secrets))
	}
	m.Heading = sourcesHeading(m.Cards)
	if m.Unused, err = s.unusedTypes(ctx, p.now, "", rows); err != nil {
		return err
	}
	return render(c, status, views.SourcesPage(m))
}

func sourcesHeading(cards []views.SourceCard) string {
	failed, incomplete := 0, 0
	for _, one := range cards {
		switch {
		case one.Error != "":
			failed++
		case len(one.Problems) > 0:
			incomplete++
		}
	}
	switch {
	case len(cards) == 0:
		return "A source is where alerts and usage come from. Connect one."
	case failed > 0:
		return ui.Count(failed, "source", "sources") + " of " + ui.Int(len(cards)) + " cannot be read."
	case incomplete > 0:
		return ui.Count(incomplete, "source", "sources") + " of " + ui.Int(len(cards)) + " did not show everything."
	case len(cards) == 1:
		return "It works as it should."
	}
	return "All " + ui.Int(len(cards)) + " work as they should."
}

func (s *Server) sourceCard(ctx context.Context, p page, src app.SourceSettings, rows []app.OrganizationRow, secrets []app.SecretRecord) views.SourceCard {
	st := p.source(src.Name)
	card := views.SourceCard{
		Name: src.Name, Kind: src.Kind, Host: settings.Host(src.Host), Every: src.Every.D(), LastOK: st.LastOKAt, NextAt: st.NextAt, Reading: st.Running,
		Error: st.LastError, Refused: st.LastError != "" && st.ErrorCode == app.Unauthorized, Problems: st.Problems, Complete: st.Complete,
		Beats: beats(st.Beats), Brings: brings(src.Name, rows),
	}
	card.Unmatched, card.Waiting = waiting(src.Name, p.doc, rows)
	for _, r := range secrets {
		if name, ok := strings.CutPrefix(r.Name, secret.SourceName(src.Name, "")); ok && asked(src.Kind, name) {
			card.SignIn.EnteredAt = latest(card.SignIn.EnteredAt, r.SetAt)
		}
	}
	if at, ok := s.TokenInfo(ctx, src.Name); ok {
		card.SignIn.RenewedAt = at
	}
	return card
}

// waiting counts the organizations of a source that should have a company and have none, and the alerts that wait for one.
func waiting(source string, doc app.Settings, rows []app.OrganizationRow) (unmatched, alerts int) {
	its := slices.DeleteFunc(slices.Clone(rows), func(r app.OrganizationRow) bool { return r.Source != source })
	b := organizationBook{tree: treeOf(its, doc)}
	for _, r := range its {
		alerts += r.WaitingFor
		if unmapped(b.row(r, 0)) {
			unmatched++
		}
	}
	return unmatched, alerts
}

// brings counts what a source shows, by its newest complete readings.
func brings(source string, rows []app.OrganizationRow) string {
	sums, n := meterSums(source, rows)
	if n == 0 {
		return ""
	}
	out := []string{ui.Count(n, "organization", "organizations")}
	for _, m := range sums {
		if m.Organizations > 0 {
			out = append(out, ui.Quantity(m.Quantity, m.Unit)+" "+views.MeterWord(m.Meter))
		}
	}
	return strings.Join(out, ", ")
}

// meterSums adds up the newest own readings of a source's organizations, meter by meter, and counts the organizations. The
// synthetic top of an inbox is no customer.
func meterSums(source string, rows []app.OrganizationRow) (sums []views.MeterSum, organizations int) {
	for _, r := range rows {
		if r.Source != source || r.State != app.OrganizationPresent {
			continue
		}
		if r.ExternalID != app.SyntheticTop {
			organizations++
		}
		for _, one := range r.Readings {
			sums = addReading(sums, one)
		}
	}
	slices.SortStableFunc(sums, func(a, b views.MeterSum) int {
		return cmp.Or(cmp.Compare(meterRank(a.Meter), meterRank(b.Meter)), cmp.Compare(a.Meter, b.Meter))
	})
	return sums, organizations
}

// addReading adds a reading to the sum of its meter and unit: gigabytes and pieces do not add up.
func addReading(sums []views.MeterSum, one app.Reading) []views.MeterSum {
	i := slices.IndexFunc(sums, func(m views.MeterSum) bool { return m.Meter == one.Meter && m.Unit == one.Unit })
	if i < 0 {
		sums, i = append(sums, views.MeterSum{Meter: one.Meter, Unit: one.Unit}), len(sums)
	}
	m := &sums[i]
	m.AsOf = latest(m.AsOf, one.AsOf)
	if !one.Complete {
		m.Unknown++
		return sums
	}
	m.Organizations++
	m.Quantity = m.Quantity.Add(one.Quantity)
	return sums
}

// unusedTypes are the activity types of the last 30 days that no rule wanted. A rule is offered for the whole source, not
// for the customer of whom one came last.
func (s *Server) unusedTypes(ctx context.Context, now time.Time, source string, rows []app.OrganizationRow) ([]views.UnusedType, error) {
	list, err := s.Read.UnusedTypes(ctx, source, now.Add(-hitWindow))
	out := make([]views.UnusedType, 0, len(list))
	for _, u := range list {
		row := views.UnusedType{Type: u.Type, Source: u.Source, Seen: u.Seen, LastAt: u.LastAt}
		if top := sourceTop(u.Source, rows); top != 0 {
			row.Path = link.With(link.AlertNew(top), "when", u.Type)
		}
		out = append(out, row)
	}
	return out, err
}

// sourceTop is our row of a source's topmost organization; 0 when it has none.
func sourceTop(source string, rows []app.OrganizationRow) int64 {
	for _, r := range rows {
		if r.Source == source && r.ParentExternalID == "" && r.State == app.OrganizationPresent {
			return r.ID
		}
	}
	return 0
}
