package web

import (
	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views/ui"
)

// releaseFirst releases every line of the preview that is held only because we never wrote it before (M4). The form
// names the preview that was looked at; the lines of a newer one were not.
func (s *Server) releaseFirst(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	period, err := app.ParsePeriod(c.Param("period"))
	if err != nil {
		return echo.ErrNotFound
	}
	ctx, name := c.Request().Context(), c.Param("connection")
	back := link.Month(name, period.String())
	before, err := s.Read.CurrentPlan(ctx, name, period)
	if err != nil {
		return err
	}
	if before.ID != f.number("plan_id") {
		return lookAgainError{app.Errorf(app.Conflict, "There is a newer preview than the one you looked at, so nothing was released. Look at it, then release."), back}
	}
	after, err := s.Push.ReleaseAll(ctx, before.ID, []app.HoldCode{app.HoldFirstTouch}, "", person)
	if err != nil {
		return lookAgainError{err, back}
	}
	n := lineCounts(before.Lines).Held - lineCounts(after.Lines).Held
	s.tell(c, good, "%s released. Nothing was written.", ui.Count(n, "line was", "lines were"))
	return seeOther(c, back)
}

// onlyFirst reports whether a line is held for nothing but its first time.
func onlyFirst(l app.Line) bool {
	return len(l.Holds) == 1 && l.Holds[0].Code == app.HoldFirstTouch
}
