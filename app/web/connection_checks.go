package web

import (
	"context"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/job"
	"psabridge/app/link"
	"psabridge/views"
)

// testKind names the job that tests a connection; the API's tests have the same.
func testKind(name string) string { return "test " + name }

// startTest begins the checks of a connection, or joins those under way. It does not wait: the page shows each result as
// it comes.
func (s *Server) startTest(c echo.Context, name string) {
	_, _ = s.work(c, testKind(name), 0, s.testing(name))
}

// testSaved begins the checks of what was just saved. A test under way is joined only when nothing changed: it would show
// how good it was before.
func (s *Server) testSaved(c echo.Context, name string, changed bool) {
	if changed {
		s.anew(c, testKind(name), s.testing(name))
		return
	}
	s.startTest(c, name)
}

// testing is the job that tests a connection.
func (s *Server) testing(name string) func(context.Context, *job.Progress) (any, error) {
	return func(ctx context.Context, p *job.Progress) (any, error) {
		rows, err := s.Setup.Test(ctx, name, func(row app.CheckRow) { p.Step(row.Title) })
		if err == nil && passed(rows, "keys") {
			s.fillLists(ctx, name)
		}
		return rows, err
	}
}

func passed(rows []app.CheckRow, id string) bool {
	return slices.ContainsFunc(rows, func(r app.CheckRow) bool { return r.ID == id && r.State == app.CheckOK })
}

// fillLists reads the drop-downs that whoever tests a connection for the first time wants to choose from next. Those that
// were read before stay as they are, and one that the role may not read stays empty: the checks say so.
func (s *Server) fillLists(ctx context.Context, name string) {
	for _, list := range []app.OptionList{app.ListBoards, app.ListPriorities, app.ListSources, app.ListCompanies} {
		if _, _, err := s.Setup.Options(ctx, name, list, 0); err != nil {
			s.Log.InfoContext(ctx, "drop-down not read", "connection", name, "list", string(list), "error", err)
		}
	}
}

// checkList is the newest test of a connection, or the one under way, whoever started it. What runs is asked first: a test
// that ends in between is then shown as it was stored.
func (s *Server) checkList(ctx context.Context, name string) (views.CheckList, error) {
	found, underWay := s.Setup.UnderWay(name)
	j, started := s.newest(testKind(name))
	run, err := s.Setup.CheckRun(ctx, name)
	if err != nil {
		return views.CheckList{}, err
	}
	rows, err := s.Read.Checks(ctx, name)
	if err != nil {
		return views.CheckList{}, err
	}
	out := views.CheckList{Rows: rows, At: run.At, Outdated: !run.Current && !run.At.IsZero()}
	switch {
	case underWay:
		out.Begin(found)
	case !started:
	case j.State == job.Running && out.At.Before(j.StartedAt): // it waits for its turn
		out.Begin(nil)
	case j.State == job.Running: // it is stored, and drop-downs are being read
		out.Begin(rows)
	case !j.FinishedAt.After(out.At): // what was stored since is the last test, whoever made it
	case j.State == job.Failed || j.State == job.Cancelled:
		failed := app.CheckRow{ID: "test", Title: "The last test could not be made", State: app.CheckFailed, Message: app.ErrorMessage(j.Err)}
		if out.Outdated { // nothing of it is worth showing
			rows, out.Outdated = nil, false
		}
		out.Rows = append([]app.CheckRow{failed}, rows...)
	}
	return out, nil
}

// connectionChecks is the list of checks alone; while they run it fetches itself. A task of the guide has the results
// beside its steps, so its whole page is fetched anew when the test has ended.
func (s *Server) connectionChecks(c echo.Context) error {
	p, found, err := s.openConnection(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if task := c.QueryParam("task"); task != "" {
		m := views.SetupTask{Shell: p.shell, Task: app.GuideTask{ID: task}, Connection: found.Name}
		if m.Checks, err = s.checkList(ctx, found.Name); err != nil {
			return err
		}
		if !m.Checks.Running {
			c.Response().Header().Set("HX-Refresh", "true")
		}
		return render(c, http.StatusOK, views.GuideRun(m))
	}
	f, err := s.connectionForm(ctx, p, found, 0)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.Checks(f, p.shell))
}

// testConnection runs the checks again.
func (s *Server) testConnection(c echo.Context) error {
	_, found, err := s.openConnection(c)
	if err != nil {
		return err
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	s.startTest(c, found.Name)
	if task := guideTask(f); task != "" {
		return seeOther(c, link.Guide(task))
	}
	if f.text("back") == "diagnostics" {
		return seeOther(c, link.Diagnostics)
	}
	return seeOther(c, link.Connection(found.Name)+"#test")
}

// reloadConnection reads the options of a connection from ConnectWise again.
func (s *Server) reloadConnection(c echo.Context) error {
	_, found, err := s.openConnection(c)
	if err != nil {
		return err
	}
	if err := s.reload(c, found.Name); err != nil {
		s.tell(c, bad, "The options could not be read. %s", app.ErrorMessage(err))
	} else if _, running := s.running(reloadKind(found.Name)); running {
		s.tell(c, info, "The options are still being read. Look at this page again in a moment.")
	} else {
		s.tell(c, good, "The options were read again.")
	}
	return seeOther(c, link.Connection(found.Name))
}

func reloadKind(name string) string { return "reload " + name }

// reload reads every drop-down of a connection again, and waits a while for the end.
func (s *Server) reload(c echo.Context, name string) error {
	if name == "" {
		return app.Errorf(app.Conflict, "No connection is set up here, so there is nothing to read.")
	}
	j, err := s.work(c, reloadKind(name), longWait, func(ctx context.Context, p *job.Progress) (any, error) {
		p.Set(0, 0, "Reading lists of ConnectWise")
		return s.Setup.Reload(ctx, name)
	})
	if err != nil {
		return err
	}
	return j.Err
}
