package web

import (
	"context"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
)

// activityViews is the page saved views of activity belong to: they are about what is looked for, not about one organization.
const activityViews = "activity"

// Views keeps what a list was narrowed to under a name.
type Views interface {
	SaveView(ctx context.Context, v app.SavedView) error
	RemoveView(ctx context.Context, id int64) error
}

// savedViews are the kept filters as links to one organization's activity; the one that is looked at is marked.
func (s *Server) savedViews(ctx context.Context, m *views.Activity) error {
	list, err := s.Read.SavedViews(ctx, activityViews)
	if err != nil {
		return err
	}
	m.CanSave = s.Views != nil && len(list) < app.MaxSavedViews
	for _, v := range list {
		q, err := url.ParseQuery(v.Query)
		if err != nil {
			continue
		}
		f := activityFilterOf(q.Get)
		m.Views = append(m.Views, views.ActivityView{ID: v.ID, Name: v.Name, Filter: f, Current: f == m.Filter})
	}
	return nil
}

// saveActivityView keeps the filters of the page under a name. They are written anew from the filters we know.
func (s *Server) saveActivityView(c echo.Context) error {
	f, at, err := s.viewForm(c)
	if err != nil {
		return err
	}
	filter := activityFilterOf(f.text)
	query := strings.TrimPrefix(link.With("", filter.Pairs()...), "?")
	back := link.With(link.Activity(at), filter.Pairs()...)
	if query == "" {
		s.tell(c, bad, "Nothing is filtered, so there is nothing to save. Set a filter first.")
		return seeOther(c, back)
	}
	err = s.Views.SaveView(c.Request().Context(), app.SavedView{Page: activityViews, Name: f.text("name"), Query: query})
	switch {
	case app.ErrorCode(err) == app.Invalid:
		s.tell(c, bad, "The view was not saved. %s", app.ErrorMessage(err))
	case err != nil:
		return err
	default:
		s.tell(c, good, "The view is saved. It stands above the filters on the activity of every organization.")
	}
	return seeOther(c, back)
}

// removeActivityView takes a saved view away.
func (s *Server) removeActivityView(c echo.Context) error {
	id, err := rowID(c)
	if err != nil {
		return err
	}
	_, at, err := s.viewForm(c)
	if err != nil {
		return err
	}
	if err := s.Views.RemoveView(c.Request().Context(), id); err != nil {
		return err
	}
	s.tell(c, info, "The saved view is removed.")
	return seeOther(c, link.Activity(at))
}

// viewForm reads a form about saved views, and the organization whose page it stood on.
func (s *Server) viewForm(c echo.Context) (form, int64, error) {
	if s.Views == nil {
		return form{}, 0, app.Errorf(app.NotFound, "This bridge keeps no views.")
	}
	f, err := readForm(c)
	if err != nil {
		return form{}, 0, err
	}
	at, err := idOf(f.text("organization"))
	if err != nil {
		return form{}, 0, err
	}
	_, err = s.Read.Organization(c.Request().Context(), at)
	return f, at, err
}
