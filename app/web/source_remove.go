package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/secret"
	"psabridge/app/settings"
	"psabridge/views"
	"psabridge/views/ui"
)

// sourceRemoval shows what depends on a source before it goes.
func (s *Server) sourceRemoval(c echo.Context) error {
	p, found, err := s.openSource(c)
	if err != nil {
		return err
	}
	return s.showRemoval(c, p, http.StatusOK, found, "")
}

func (s *Server) showRemoval(c echo.Context, p page, status int, src app.SourceSettings, blocked string) error {
	ctx := c.Request().Context()
	m := views.SourceRemoval{Shell: p.shell, Name: src.Name, Kind: src.Kind, Revision: p.rev, Blocked: blocked}
	m.Shell.Title = "Remove " + src.Name
	for _, r := range rulesOf(p.doc, src.Name) {
		m.Rules = append(m.Rules, r.Name)
	}
	m.Mapped, m.Billed = mappedWords(p.doc, src.Name)
	if err := s.countRemoval(ctx, src, &m); err != nil {
		return err
	}
	return render(c, status, views.SourceRemovePage(m))
}

// countRemoval counts what is stored of a source.
func (s *Server) countRemoval(ctx context.Context, src app.SourceSettings, m *views.SourceRemoval) error {
	rows, err := s.Read.Organizations(ctx, app.OrganizationFilter{Source: src.Name})
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.ExternalID != app.SyntheticTop {
			m.Organizations++
		}
		m.Readings += len(r.Readings)
		m.Open += r.Holding
	}
	secrets, err := s.Settings.Secrets(ctx)
	if err != nil {
		return err
	}
	_, m.SignedIn = s.TokenInfo(ctx, src.Name)
	m.SignedIn = m.SignedIn || slices.ContainsFunc(secrets, func(r app.SecretRecord) bool {
		return strings.HasPrefix(r.Name, secret.SourceName(src.Name, ""))
	})
	if !src.Pushed() {
		return nil
	}
	tokens, err := s.Read.InboxTokens(ctx, src.Name)
	for _, t := range tokens {
		if t.RevokedAt.IsZero() {
			m.Tokens++
		}
	}
	return err
}

// mappedWords count a source's organizations that have a company, and by meter those that are billed.
func mappedWords(doc app.Settings, source string) (mapped int, billed []string) {
	by := map[app.Meter]int{}
	var meters []app.Meter
	for _, o := range doc.Organizations {
		if o.Source != source {
			continue
		}
		if o.Company.ID != 0 {
			mapped++
		}
		for _, m := range o.Bill {
			by[m]++
			meters = append(meters, m)
		}
	}
	for _, m := range ordered(meters) {
		billed = append(billed, views.MeterWord(m)+" of "+ui.Count(by[m], "organization", "organizations"))
	}
	return mapped, billed
}

// rulesOf are the alerts that are for one source alone: they name it, or an organization of it where it is the only source.
func rulesOf(doc app.Settings, source string) (out []app.AlertRule) {
	for _, r := range doc.Alerts {
		if onlyFor(r, doc, source) {
			out = append(out, r)
		}
	}
	return out
}

func onlyFor(r app.AlertRule, doc app.Settings, source string) bool {
	return r.For.Source == source || r.For.Source == "" && r.For.Organization != "" && len(doc.Sources) == 1
}

// removeSource takes a source out of the settings, with its mappings and the alerts that are for it alone. Its sign-in is
// ended at the vendor by whoever keeps the keys.
func (s *Server) removeSource(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	p, found, err := s.openSource(c)
	if err != nil {
		return err
	}
	_, err = s.edit(c, f.number("revision"), link.SourceRemove(found.Name), func(doc *app.Settings) error {
		doc.Alerts = slices.DeleteFunc(doc.Alerts, func(r app.AlertRule) bool { return onlyFor(r, *doc, found.Name) })
		doc.Organizations = slices.DeleteFunc(doc.Organizations, func(o app.OrganizationSettings) bool { return o.Source == found.Name })
		doc.Sources = slices.DeleteFunc(doc.Sources, func(one app.SourceSettings) bool { return one.Name == found.Name })
		return nil
	})
	switch code := app.ErrorCode(err); {
	case err == nil:
	case code == app.Conflict && f.number("revision") == p.rev: // something still needs it
		return s.showRemoval(c, p, http.StatusConflict, found, app.ErrorMessage(err))
	case code == app.Invalid: // the rest of the settings needs it in a way only its own page can mend
		return s.showRemoval(c, p, http.StatusUnprocessableEntity, found, app.ErrorMessage(err))
	default:
		return err
	}
	text := "Source " + found.Name + " is removed."
	if found.Kind == settings.KindX360Sync {
		text += " Its sign-in was ended at the vendor as far as that answered; the log says more."
	}
	s.tell(c, good, "%s", text)
	return seeOther(c, link.Sources)
}
