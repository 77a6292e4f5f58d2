package web

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// lookAgainError is an error whose page leads back to where the person can look again.
type lookAgainError struct {
	err  error
	path string
}

// Error implements error.
func (l lookAgainError) Error() string { return l.err.Error() }

// Unwrap returns the cause.
func (l lookAgainError) Unwrap() error { return l.err }

// statuses is the table from our codes to a page's HTTP status.
var statuses = map[app.Code]int{
	app.Invalid:      http.StatusUnprocessableEntity,
	app.NotFound:     http.StatusNotFound,
	app.Conflict:     http.StatusConflict,
	app.Unauthorized: http.StatusBadGateway, // ConnectWise refused our keys; the person here is signed in
	app.Forbidden:    http.StatusBadGateway,
	app.RateLimited:  http.StatusServiceUnavailable,
	app.Unavailable:  http.StatusServiceUnavailable,
	app.Internal:     http.StatusInternalServerError,
}

// headlines are what the error page says first, by code.
var headlines = map[app.Code]string{
	app.Invalid:      "That cannot be used.",
	app.Conflict:     "It changed in the meantime.",
	app.Unauthorized: "The keys were not accepted.",
	app.Forbidden:    "A right is missing in ConnectWise.",
	app.RateLimited:  "We were asked to wait.",
	app.Unavailable:  "There is no answer.",
	app.Internal:     "Something went wrong here.",
}

// answerError is the one place where an error becomes a page: its sentence, what to do, and nothing of the cause.
func (s *Server) answerError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	p := s.problem(c, err)
	if fragment(c) {
		c.Response().Header().Set("HX-Reswap", "none") // a page has no place in the middle of another one
	} else if shell, e := s.shell(c, p.Title, ""); e == nil {
		p.Shell = &shell
	}
	if e := render(c, p.Status, views.ProblemPage(p)); e != nil {
		s.Log.Error("error page failed", "error", e)
		_ = c.String(http.StatusInternalServerError, "Internal error. The log says more.")
	}
}

func (s *Server) problem(c echo.Context, err error) views.Problem {
	if he, ok := errors.AsType[*echo.HTTPError](err); ok {
		return routeProblem(he.Code)
	}
	code := app.ErrorCode(err)
	if code == app.Internal {
		s.Log.Error("page failed", "route", c.Path(), "error", err)
	}
	if code == app.NotFound {
		p := views.NotFound(nil)
		p.Text = app.ErrorMessage(err)
		return p
	}
	p := views.Problem{Status: statuses[code], Title: headlines[code], Text: app.ErrorMessage(err)}
	if back, ok := errors.AsType[lookAgainError](err); ok {
		p.Actions = []ui.Action{{Label: "Look again", Path: back.path, Primary: true}, {Label: "Overview", Path: link.Overview}}
	}
	return p
}

// routeProblem is for what no route took.
func routeProblem(status int) views.Problem {
	if status == http.StatusMethodNotAllowed {
		return views.Problem{Status: status, Title: "That is not possible here.", Text: "This address does not take that kind of request."}
	}
	if status >= http.StatusInternalServerError {
		return views.Problem{Status: status, Title: headlines[app.Internal], Text: "Internal error. The log says more."}
	}
	return views.NotFound((*layout.Shell)(nil))
}

// fragment reports that htmx asks for a part of a page.
func fragment(c echo.Context) bool { return c.Request().Header.Get("HX-Request") == "true" }

// invalid reports an error that belongs beside a field of the form that was sent.
func invalid(err error) bool { return app.ErrorCode(err) == app.Invalid }
