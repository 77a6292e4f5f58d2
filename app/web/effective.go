package web

import (
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
)

// setEffective sets the day from which a line that would be created counts, or goes back to the rule's (M8).
func (s *Server) setEffective(c echo.Context) error {
	id, err := rowID(c)
	if err != nil {
		return err
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	line, err := s.Read.Line(ctx, id)
	if err != nil {
		return err
	}
	before, err := s.Read.Plan(ctx, line.PlanID)
	if err != nil {
		return err
	}
	typed := views.CorrectForm{Day: f.text("effective")}
	plan := app.Plan{}
	day, err := typedDay(f)
	if err == nil {
		plan, err = s.SetEffective(ctx, id, day, person)
	}
	if app.ErrorCode(err) == app.Conflict {
		return lookAgainError{err, link.Month(before.Connection, before.Period.String())}
	}
	if invalid(err) {
		return s.undecided(c, before, id, typed, err)
	}
	if err != nil {
		return err
	}
	return seeOther(c, lineAddress(plan, id))
}

// typedDay is the day of the form; zero asks for the rule's.
func typedDay(f form) (time.Time, error) {
	if f.ticked("rule") {
		return time.Time{}, nil
	}
	day, err := time.Parse(time.DateOnly, f.text("effective"))
	if err != nil {
		return day, app.FieldErrorf("effective", "Choose the day from which the line counts, e.g. 2026-11-30.")
	}
	return day, nil
}
