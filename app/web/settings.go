package web

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/app/setup"
	"psabridge/views"
	"psabridge/views/ui"
)

// settingsPage is the settings document; with ?revision= a stored one is shown against it.
func (s *Server) settingsPage(c echo.Context) error {
	p, err := s.open(c, "Settings", link.Settings)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	current, err := s.Settings.Export(ctx, false)
	if err != nil {
		return err
	}
	m := views.SettingsView{Document: string(current)}
	if text := c.QueryParam("revision"); text != "" {
		rev, err := idOf(text)
		if err != nil {
			return err
		}
		old, err := s.revision(c, rev)
		if err != nil {
			return err
		}
		doc, err := settings.Parse(old.Document)
		if err != nil {
			return err
		}
		m.Document, m.Previewed, m.Changes = string(old.Document), true, settings.Diff(p.doc, doc)
	}
	return s.showSettings(c, p, http.StatusOK, m)
}

// revision finds a stored state of the settings.
func (s *Server) revision(c echo.Context, rev int64) (app.Revision, error) {
	list, err := s.Read.SettingsHistory(c.Request().Context(), app.Page{Limit: 1, After: rev + 1})
	if err != nil {
		return app.Revision{}, err
	}
	if len(list) == 0 || list[0].Rev != rev {
		return app.Revision{}, app.Errorf(app.NotFound, "There is no revision %d of the settings.", rev)
	}
	return list[0], nil
}

// historyShown is how many revisions the page lists.
const historyShown = 50

func (s *Server) showSettings(c echo.Context, p page, status int, m views.SettingsView) error {
	m.Shell = p.shell
	m.Shell.Wrong = len(m.Errors) > 0
	if m.Revision == 0 {
		m.Revision = p.rev
	}
	if m.Previewed {
		if next, err := settings.Parse([]byte(m.Document)); err == nil {
			m.KeysGo = setup.Departing(p.doc, next)
		}
	}
	history, err := s.Read.SettingsHistory(c.Request().Context(), app.Page{Limit: historyShown})
	if err != nil {
		return err
	}
	for _, r := range history {
		m.History = append(m.History, views.RevisionRow{Rev: r.Rev, At: r.At, By: r.By, Changes: r.Diff})
	}
	return render(c, status, views.SettingsPage(m))
}

// saveSettings shows what a new document would change, or replaces the settings by it.
func (s *Server) saveSettings(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	p, err := s.open(c, "Settings", link.Settings)
	if err != nil {
		return err
	}
	ctx, document, save := c.Request().Context(), f.Get("document"), f.text("step") == "save"
	var changes []app.Change
	if save && f.number("revision") != p.rev {
		return lookAgainError{app.Errorf(app.Conflict, "The settings were changed since this page was opened. Look at them again, then save."), link.Settings}
	}
	if save {
		changes, err = s.edit(c, p.rev, link.Settings, func(doc *app.Settings) error {
			next, err := settings.Parse([]byte(document))
			*doc = next
			return err
		})
	} else {
		changes, err = s.Settings.Replace(ctx, person, []byte(document), true, false)
	}
	m := views.SettingsView{Document: document, Revision: f.number("revision"), Previewed: !save, Changes: changes}
	if invalid(err) || app.ErrorCode(err) == app.Conflict && !save {
		m.Previewed, m.Errors = false, documentErrors(err)
		return s.showSettings(c, p, http.StatusUnprocessableEntity, m)
	}
	if err != nil {
		return err
	}
	if !save {
		return s.showSettings(c, p, http.StatusOK, m)
	}
	s.tell(c, good, "%s", savedWords(changes))
	return seeOther(c, link.Settings)
}

// documentErrors lists everything that is wrong with a document; all of it belongs to its one input.
func documentErrors(err error) (out ui.Errors) {
	all := settings.Problems(err)
	if len(all) == 0 {
		return ui.Errors{{Field: "document", Message: app.ErrorMessage(err)}}
	}
	for _, e := range all {
		text := e.Message
		if e.Field != "" {
			text = e.Field + ": " + text
		}
		out = append(out, ui.FieldError{Field: "document", Message: text})
	}
	return out
}

// settingsFile is the document as a file, without secrets.
func (s *Server) settingsFile(c echo.Context) error {
	b, err := s.Settings.Export(c.Request().Context(), false)
	if err != nil {
		return err
	}
	_, rev, err := s.Settings.Document(c.Request().Context())
	if err != nil {
		return err
	}
	return download(c, "psabridge-settings-"+strconv.FormatInt(rev, 10)+".yaml", "application/yaml", b)
}
