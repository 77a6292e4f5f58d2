package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
	"psabridge/views/layout"
)

// alertPage is what the editor of one alert starts with.
type alertPage struct {
	organizationPage
	stored  app.AlertRule // the alert that is changed; zero for a new one
	objects []app.Object
}

// openAlert opens the editor of the alert the address names, or of a new one.
func (s *Server) openAlert(c echo.Context) (alertPage, error) {
	o, err := s.openOrganization(c, "alerts")
	if err != nil {
		return alertPage{}, err
	}
	a := alertPage{organizationPage: o}
	if c.Path() == editPath && c.QueryParam("name") != "" {
		if a.stored, err = o.ownRule(c.QueryParam("name")); err != nil {
			return a, err
		}
	}
	a.objects, err = s.objectsOf(c.Request().Context(), o)
	return a, err
}

// unnamed reports that the address names no alert to change; the list has their names.
func (a alertPage) unnamed(c echo.Context) bool { return c.Path() == editPath && a.stored.Name == "" }

// The routes of the editor.
const (
	newPath  = "/organizations/:id/alerts/new"
	editPath = "/organizations/:id/alerts/edit"
)

// ownRule finds an alert that is changed here.
func (o organizationPage) ownRule(name string) (app.AlertRule, error) {
	at := slices.IndexFunc(o.doc.Alerts, func(r app.AlertRule) bool { return r.Name == name })
	if at < 0 {
		return app.AlertRule{}, app.Errorf(app.NotFound, "There is no alert %q any more.", name)
	}
	if !o.owns(o.doc.Alerts[at].For) {
		return app.AlertRule{}, lookAgainError{app.Errorf(app.Conflict, "The alert %q was not made for this organization. Change it where it was made, or override it here.", name), o.ownerURL(o.doc.Alerts[at])}
	}
	return o.doc.Alerts[at], nil
}

// ownerURL is where an alert is changed that is not changed here; the alerts of this organization when nobody owns it.
func (o organizationPage) ownerURL(r app.AlertRule) string {
	if owner, ok := ruleOwner(o.tree, r.For, o.row.ID); ok && owner.ID != o.row.ID {
		return link.AlertEdit(owner.ID, r.Name)
	}
	return link.Alerts(o.row.ID)
}

// objectsOf are the accounts and machines an alert can be for: those the source shows, and of an inbox those that were
// named in what was sent.
func (s *Server) objectsOf(ctx context.Context, o organizationPage) ([]app.Object, error) {
	out, err := s.Read.ObjectsOf(ctx, o.row.Source, o.row.ExternalID)
	if src, _ := settings.SourceByName(o.doc, o.row.Source); err != nil || !src.Pushed() {
		return out, err
	}
	rows, err := s.Read.Events(ctx, app.EventFilter{OrganizationID: o.row.ID, Page: app.Page{Limit: 1000}})
	for _, r := range rows {
		if (r.Object.Kind == app.ObjectAccount || r.Object.Kind == app.ObjectMachine) && !slices.ContainsFunc(out, func(known app.Object) bool {
			return known.Kind == r.Object.Kind && known.ExternalID == r.Object.ExternalID
		}) {
			out = append(out, r.Object)
		}
	}
	return out, err
}

// editAlert is the form of an alert, as stored, new, or as the copy of an inherited one.
func (s *Server) editAlert(c echo.Context) error {
	a, err := s.openAlert(c)
	if there, ok := errors.AsType[lookAgainError](err); ok { // an old link, or the alert is for others now
		if path, _, named := strings.Cut(there.path, "?"); named {
			return seeOther(c, path+"?"+c.QueryString())
		}
	}
	if err != nil {
		return err
	}
	if a.unnamed(c) {
		return seeOther(c, link.Alerts(a.row.ID))
	}
	typed := a.fresh(c.QueryParam("when"))
	switch from := c.QueryParam("override"); {
	case a.stored.Name != "":
		typed = storedAlert(a.stored, a.objects, s.Zone)
	case from != "":
		if typed, err = a.copyOf(from, s); err != nil {
			return err
		}
	}
	typed.Revision = a.rev
	if err := s.markAlert(c, &a, &typed); err != nil {
		return err
	}
	return s.showAlert(c, a, http.StatusOK, typed, nil)
}

// fresh is the form of a new alert.
func (a alertPage) fresh(when string) views.AlertForm {
	f := views.AlertForm{For: forTree, PSA: true, AutoClose: true, When: []views.WhenField{{Type: when}}}
	return f
}

// copyOf is the form of an own copy of an inherited alert: the same for this organization and those below.
func (a alertPage) copyOf(name string, s *Server) (views.AlertForm, error) {
	at := slices.IndexFunc(a.doc.Alerts, func(r app.AlertRule) bool { return r.Name == name && a.applies(r.For) })
	if at < 0 {
		return views.AlertForm{}, app.Errorf(app.NotFound, "There is no alert %q here any more.", name)
	}
	rule := a.doc.Alerts[at]
	f := storedAlert(rule, a.objects, s.Zone)
	f.Stored, f.Override, f.Mute = "", name, nil
	f.Name = settings.FreeAlertName(a.doc, name+" – "+a.row.Name, app.For{})
	if f.For != forObject {
		f.For = forTree
	}
	return f, nil
}

// showAlert shows the editor with what was typed.
func (s *Server) showAlert(c echo.Context, a alertPage, status int, typed views.AlertForm, rehearsal *views.RehearsalPart) error {
	ctx := c.Request().Context()
	typed.Stored = a.stored.Name
	if len(typed.When) == 0 {
		typed.When = []views.WhenField{{}}
	}
	m := views.AlertEditor{
		Shell: a.shell, Organization: a.head, Form: typed, MailOff: a.doc.Notify.Email.SMTP.Host == "", Rehearsal: s.noRehearsal(a.page), Mend: a.mend,
	}
	m.Shell.Wrong = len(typed.Errors) > 0 && a.mend.Field == ""
	if rehearsal != nil {
		m.Rehearsal = *rehearsal
	}
	src, _ := settings.SourceByName(a.doc, a.row.Source)
	m.Inbox, m.From = src.Pushed(), a.madeFor(typed.Override)
	for _, o := range a.objects {
		m.Objects = append(m.Objects, objectLabel(o))
	}
	var err error
	if m.Types, err = s.editorTypes(ctx, a.organizationPage, typed); err != nil {
		return err
	}
	if m.Service, err = s.alertService(ctx, a.organizationPage, typed); err != nil {
		return err
	}
	m.Service.Mend = a.mend
	if m.Preview, err = s.preview(ctx, a, typed); err != nil {
		return err
	}
	return render(c, status, views.AlertEditorPage(m))
}

// madeFor says whom the alert is for that an own copy is made of.
func (a alertPage) madeFor(name string) string {
	for _, r := range a.doc.Alerts {
		if name == "" || r.Name != name {
			continue
		}
		if up := a.above(r.For.Organization); up != nil {
			return up.Name
		}
		return scopeWords(r.For)
	}
	return ""
}

// alertRows is the part of the form that lists its event types, or its maintenance windows, with one more or one less.
func (s *Server) alertRowsPart(c echo.Context) error {
	a, f, err := s.openPart(c)
	if err != nil {
		return err
	}
	typed := typedAlert(f)
	changed := changeRows(f.text("step"), &typed)
	m := views.AlertEditor{Shell: layout.Shell{Now: a.now, Zone: s.Zone}, Organization: a.head, Form: typed}
	m.Form.Stored = f.text("stored")
	if changed == partMute {
		return render(c, http.StatusOK, views.AlertMuteRows(m))
	}
	src, _ := settings.SourceByName(a.doc, a.row.Source)
	m.Inbox = src.Pushed()
	if m.Types, err = s.editorTypes(c.Request().Context(), a.organizationPage, typed); err != nil {
		return err
	}
	return render(c, http.StatusOK, views.AlertWhenRows(m))
}

// openPart opens a part of the form, which is posted as it stands typed.
func (s *Server) openPart(c echo.Context) (alertPage, form, error) {
	o, err := s.openOrganization(c, "alerts")
	if err != nil {
		return alertPage{}, form{}, err
	}
	f, err := readForm(c)
	a := alertPage{organizationPage: o}
	if name := f.text("stored"); err == nil && name != "" {
		a.stored, err = o.ownRule(name)
	}
	return a, f, err
}
