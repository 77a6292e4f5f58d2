package web

import (
	"net/http"
	"regexp"
	"slices"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
)

// setup is the list of tasks.
func (s *Server) setup(c echo.Context) error {
	p, err := s.open(c, "Set up", link.Setup)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.SetupPage(views.Setup{Shell: p.shell, Tasks: p.guide.Tasks}))
}

// setupTask is one task with its steps.
func (s *Server) setupTask(c echo.Context) error {
	p, err := s.open(c, "Set up", link.Setup)
	if err != nil {
		return err
	}
	return s.showTask(c, p, http.StatusOK, c.Param("task"), nil)
}

// taskParts are the forms of a connection that the tasks of the guide show.
var taskParts = map[string]views.SetupPart{
	"connectwise": views.PartCredentials, "tickets": views.PartTicketing, "billing": views.PartBilling, "start": views.PartTestTicket,
}

// showTask renders a task; typed replaces its form, when one could not be saved.
func (s *Server) showTask(c echo.Context, p page, status int, id string, typed *views.Connection) error {
	at := slices.IndexFunc(p.guide.Tasks, func(t app.GuideTask) bool { return t.ID == id })
	if at < 0 {
		return echo.ErrNotFound
	}
	m := views.SetupTask{Shell: p.shell, Tasks: p.guide.Tasks, Task: p.guide.Tasks[at], Connection: p.guide.Connection, Part: taskParts[id], Form: typed}
	m.Shell.Title, m.Shell.Current = m.Task.Title+", set up", link.Setup
	if typed != nil {
		m.Shell.Wrong = len(typed.Credentials.Errors)+len(typed.Ticketing.Errors)+len(typed.Billing.Errors)+len(typed.Test.Errors) > 0
	}
	ctx := c.Request().Context()
	found, known := settings.ConnectionByName(p.doc, m.Connection)
	switch {
	case !known && m.Form == nil && m.Part == views.PartCredentials:
		fresh := newConnection(p, 0)
		fresh.BuiltInID = s.About.BuiltInClientID
		m.Form = &fresh
	case known && m.Form == nil && m.Part != views.PartNone:
		f, err := s.connectionForm(ctx, p, found, 0)
		if err != nil {
			return err
		}
		m.Form = &f
	}
	if m.Form != nil {
		m.Form.Task = id
		if m.Form.Test.Newest != nil {
			m.Form.Test.Newest.Task = id
		}
	}
	if known {
		var err error
		if m.Checks, err = s.checkList(ctx, found.Name); err != nil {
			return err
		}
	}
	return render(c, status, views.SetupTaskPage(m))
}

// taskIDs are what a task's id looks like. It becomes part of a path.
var taskIDs = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

// guideTask is the task of the guide a form was sent from; "" when it stood elsewhere.
func guideTask(f form) string {
	if id := f.text("task"); taskIDs.MatchString(id) {
		return id
	}
	return ""
}

// confirm notes that a person did what no call can prove, or takes that back.
func (s *Server) confirm(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	if err := s.Guide.Confirm(c.Request().Context(), person, f.Get("subject"), f.ticked("done")); err != nil {
		return err
	}
	if f.ticked("done") {
		s.tell(c, good, "Noted. You can take it back at the same place.")
	} else {
		s.tell(c, info, "Taken back.")
	}
	if task := guideTask(f); task != "" {
		return seeOther(c, link.Guide(task))
	}
	return seeOther(c, link.Setup)
}
