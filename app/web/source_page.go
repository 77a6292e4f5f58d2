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

// source is one source's own page.
func (s *Server) source(c echo.Context) error {
	p, found, err := s.openSource(c)
	if err != nil {
		return err
	}
	return s.showSource(c, p, http.StatusOK, found, nil, nil)
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
	return p, settings.SourceWithDefaults(found), err
}

// openInbox is openSource for what only an inbox has.
func (s *Server) openInbox(c echo.Context) (page, app.SourceSettings, error) {
	p, found, err := s.openSource(c)
	if err == nil && !found.Pushed() {
		err = app.Errorf(app.NotFound, "Source %s is read by psabridge; nothing is sent to it or imported into it.", found.Name)
	}
	return p, found, err
}

// showSource renders a source's page; typed replaces its form, inbox what its inbox says of a token that was just made.
func (s *Server) showSource(c echo.Context, p page, status int, src app.SourceSettings, typed *views.SourceForm, inbox *views.Inbox) error {
	ctx := c.Request().Context()
	rows, err := s.Read.Organizations(ctx, app.OrganizationFilter{Source: src.Name})
	if err != nil {
		return err
	}
	secrets, err := s.Settings.Secrets(ctx)
	if err != nil {
		return err
	}
	m := views.SourceView{
		Shell: p.shell, Card: s.sourceCard(ctx, p, src, rows, secrets), Form: s.sourceForm(src, p.rev, secrets), Progress: s.sourceProgress(p, src.Name),
		Notes: s.Notes(src.Name),
	}
	m.Form.Way = c.QueryParam("way")
	if m.Form.Way == "" && signsInThere(secrets, src) && !enteredUser(secrets, src) {
		m.Form.Way = wayVendor
	}
	m.Form.Open = c.QueryParam("way") != "" || m.Card.Refused || m.Card.LastOK.IsZero() && m.Card.SignIn.EnteredAt.IsZero()
	if typed != nil {
		m.Form = *typed
	}
	m.SignIn = src.Kind == settings.KindX360Sync && s.SignIn != nil && m.Form.Errors == nil && signsInThere(secrets, src)
	m.Shell.Wrong = len(m.Form.Errors) > 0 || inbox != nil && len(inbox.Errors) > 0
	m.Meters, m.Count = meterSums(src.Name, rows)
	if m.Unused, err = s.unusedTypes(ctx, p.now, src.Name, rows); err != nil {
		return err
	}
	if err := s.rawRows(ctx, src.Name, rows, &m); err != nil {
		return err
	}
	if m.Chart, err = s.pollsChart(ctx, p.standing, src); err != nil {
		return err
	}
	if src.Pushed() {
		if m.Inbox, err = s.inbox(ctx, src.Name, p.now, inbox); err != nil {
			return err
		}
	}
	return render(c, status, views.SourcePage(m))
}

// signsInThere reports that a client is registered at the vendor and entered here.
func signsInThere(secrets []app.SecretRecord, src app.SourceSettings) bool {
	st := secretState(secrets, secret.SourceName(src.Name, "client_id"), settings.Host(src.Host))
	return st.Set && !st.Rebind
}

func enteredUser(secrets []app.SecretRecord, src app.SourceSettings) bool {
	return secretState(secrets, secret.SourceName(src.Name, "username"), settings.Host(src.Host)).Set
}

// rawShown bounds how many raw answers a page shows; rawBytes how much of each.
const (
	rawShown = 20
	rawBytes = 16 << 10
)

func (s *Server) rawRows(ctx context.Context, source string, rows []app.OrganizationRow, m *views.SourceView) error {
	list, err := s.Read.RawRecords(ctx, source)
	if err != nil {
		return err
	}
	for i, r := range list {
		if i == rawShown {
			m.RawMore = len(list) - rawShown
			break
		}
		row := views.RawRow{What: r.What, ReadAt: r.ReadAt, Understood: r.Understood, Note: r.Note, Body: rawText(r.Body)}
		if j := slices.IndexFunc(rows, func(o app.OrganizationRow) bool { return o.ExternalID == r.OrganizationID }); j >= 0 {
			row.Organization = app.Named{ID: rows[j].ID, Name: rows[j].Name}
		}
		m.Raw = append(m.Raw, row)
	}
	return nil
}

// sourceSecrets are the write-only inputs of each kind. The password comes last when they are stored: whoever looks in
// between must not sign in with half of what was typed.
var sourceSecrets = map[string][]views.SecretField{
	settings.KindX360Sync: {
		{Name: "client_id", Label: "Client ID", Plain: true},
		{Name: "client_secret", Label: "Client secret"},
		{Name: "username", Label: "User name", Hint: "Of an administrator of the top-level organization", Plain: true},
		{Name: "auth_code", Label: "Two-step code", Hint: "Only when the account asks for one: a fresh code, entered together with the password", Plain: true},
		{Name: "password", Label: "Password"},
	},
	settings.KindAxcient: {{Name: "api_key", Label: "API key"}},
}

// asked reports that a person enters a value of this name for a kind of source; the rest is what the vendor gave us.
func asked(kind, name string) bool {
	return slices.ContainsFunc(sourceSecrets[kind], func(f views.SecretField) bool { return f.Name == name })
}

func (s *Server) sourceForm(src app.SourceSettings, rev int64, secrets []app.SecretRecord) views.SourceForm {
	f := views.SourceForm{
		Name: src.Name, Kind: src.Kind, Host: src.Host, Every: src.Every.String(), TopOrganization: src.TopOrganization,
		AllowPrivate: src.AllowPrivateNetwork, CAFile: src.CAFile, Revision: rev,
	}
	if src.Kind == settings.KindX360Sync {
		f.Redirect = s.signInRedirect()
	}
	for _, one := range sourceSecrets[src.Kind] {
		one.State = secretState(secrets, secret.SourceName(src.Name, one.Name), settings.Host(src.Host))
		f.Secrets = append(f.Secrets, one)
	}
	return f
}

// newSource is the empty form for another source of a kind.
func (s *Server) newSource(p page, kind string) views.SourceForm {
	f := s.sourceForm(settings.SourceWithDefaults(app.SourceSettings{Kind: kind}), p.rev, nil)
	f.New = true
	usual := map[string]string{settings.KindX360Sync: "sync", settings.KindAxcient: "cloud"}[kind]
	if _, taken := settings.SourceByName(p.doc, usual); !taken {
		f.Name = usual
	}
	return f
}

// rawText is an answer for the eye, its beginning when it is long.
func rawText(body []byte) string {
	text := strings.ToValidUTF8(string(body[:min(len(body), rawBytes)]), "�")
	if len(body) > rawBytes {
		text += "\n… " + ui.Int(len(body)-rawBytes) + " more bytes"
	}
	return text
}
