package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/job"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/ui"
)

// planKind names the job that makes a preview.
func planKind(connection string, p app.Period) string { return "plan " + connection + " " + p.String() }

// makePlan makes a new preview of a month. It writes nothing to ConnectWise.
func (s *Server) makePlan(c echo.Context) error {
	name := c.Param("connection")
	period, err := app.ParsePeriod(c.Param("period"))
	if err != nil {
		return echo.ErrNotFound
	}
	j, err := s.work(c, planKind(name, period), longWait, func(ctx context.Context, p *job.Progress) (any, error) {
		p.Set(0, 0, "Reading usage and agreements")
		return s.Push.MakePlan(ctx, name, period, app.TriggerPerson)
	})
	if err != nil {
		return err
	}
	switch j.State {
	case job.Failed, job.Cancelled:
		if app.ErrorCode(j.Err) == app.NotFound {
			return j.Err
		}
		s.tell(c, bad, "The preview could not be made. %s", app.ErrorMessage(j.Err))
	case job.Done:
		if plan, ok := j.Result.(app.Plan); ok {
			n := lineCounts(plan.Lines)
			s.tell(c, good, "The preview is ready: %s, %d held, %d the same. Nothing was written.", ui.Count(n.Changed, "change", "changes"), n.Held, n.Same)
		}
	case job.Running: // the page shows it
	}
	return seeOther(c, link.Month(name, period.String()))
}

// releaseLine lets a held line go.
func (s *Server) releaseLine(c echo.Context) error { return s.decide(c, app.DecisionReleased) }

// skipLine leaves a line out of the push.
func (s *Server) skipLine(c echo.Context) error { return s.decide(c, app.DecisionSkipped) }

// correctLine sets a line's quantity by hand, with a note.
func (s *Server) correctLine(c echo.Context) error { return s.decide(c, app.DecisionCorrected) }

func (s *Server) decide(c echo.Context, d app.Decision) error {
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
	plan, typed, err := s.decided(ctx, id, d, f)
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

func (s *Server) decided(ctx context.Context, id int64, d app.Decision, f form) (app.Plan, views.CorrectForm, error) {
	typed := views.CorrectForm{Quantity: f.text("quantity"), Note: f.text("note")}
	if d != app.DecisionCorrected {
		plan, err := s.Push.Decide(ctx, id, d, nil, typed.Note, person)
		return plan, typed, err
	}
	if typed.Note == "" {
		return app.Plan{}, typed, app.FieldErrorf("note", "A correction needs a note: in a year someone will ask where the number came from.")
	}
	q, err := typedNumber("quantity", typed.Quantity)
	if err != nil {
		return app.Plan{}, typed, err
	}
	plan, err := s.Push.Decide(ctx, id, d, &q, typed.Note, person)
	return plan, typed, err
}

// undecided shows the month again with what was typed and what is wrong with it.
func (s *Server) undecided(c echo.Context, plan app.Plan, id int64, typed views.CorrectForm, wrong error) error {
	p, err := s.openMonth(c, plan.Connection, plan.Period.String(), "")
	if err != nil {
		return err
	}
	typed.Errors = fieldErrors(wrong, "", nil)
	for i, e := range typed.Errors {
		if e.Field != "quantity" && e.Field != "note" && e.Field != "effective" {
			n := notice(bad, "%s", e.Message)
			p.shell.Notice, typed.Errors[i].Field = &n, ""
		}
	}
	return s.showMonth(c, p, http.StatusUnprocessableEntity, views.LineFilter{}, id, typed)
}

// lineAddress is where a decided line is seen: in the list that still holds it.
func lineAddress(plan app.Plan, id int64) string {
	show := ""
	for _, l := range plan.Lines {
		if l.ID == id && l.Verdict == app.VerdictSkipped {
			show = "skipped"
		}
		if l.ID == id && l.Verdict == app.VerdictSame {
			show = "same"
		}
	}
	return link.With(link.Month(plan.Connection, plan.Period.String()), "show", show) + "#line-" + strconv.FormatInt(id, 10)
}
