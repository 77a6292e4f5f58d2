package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/job"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/ui"
)

// undoKind names the job that works out what undoing a push would restore.
func undoKind(push int64) string { return "undo " + ui.ID(push) }

// planUndo works out what undoing a push would restore, and leads to the page that shows it. It writes nothing to
// ConnectWise.
func (s *Server) planUndo(c echo.Context) error {
	id, err := rowID(c)
	if err != nil {
		return err
	}
	j, err := s.work(c, undoKind(id), longWait, func(ctx context.Context, p *job.Progress) (any, error) {
		p.Set(0, 0, "Reading the agreements")
		return s.PlanUndo(ctx, id, person)
	})
	if err != nil {
		return err
	}
	switch j.State {
	case job.Failed, job.Cancelled:
		return lookAgainError{j.Err, link.Push(id)}
	case job.Done:
		if plan, ok := j.Result.(app.Plan); ok {
			return seeOther(c, undoAddress(id, plan.ID))
		}
	case job.Running: // the page shows it
	}
	return seeOther(c, link.UndoCheck(id))
}

func undoAddress(push, plan int64) string {
	return link.With(link.UndoCheck(push), "plan", strconv.FormatInt(plan, 10))
}

// undoCheck shows what an undo that was worked out would restore. The query names its plan, so that two tabs show what each
// of them asked for.
func (s *Server) undoCheck(c echo.Context) error {
	id, err := rowID(c)
	if err != nil {
		return err
	}
	p, err := s.open(c, "Undo push "+ui.ID(id), link.Billing)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	push, err := s.Read.Push(ctx, id)
	if err != nil {
		return err
	}
	m := views.Undo{Shell: p.shell, Push: push, Zone: p.zoneOf(push.Connection)}
	if m.State, m.UndoneBy, err = s.undoState(ctx, push); err != nil {
		return err
	}
	plan, err := s.undoPlanOf(c, id)
	if err != nil {
		return err
	}
	if m.State.Possible && plan.ID != 0 {
		if err := s.undoRows(ctx, &m, plan); err != nil {
			return err
		}
	}
	s.undoProgress(c, &m)
	return render(c, http.StatusOK, views.UndoPage(m))
}

// undoPlanOf is the plan the address names, else the one that was just worked out; none of another push.
func (s *Server) undoPlanOf(c echo.Context, push int64) (app.Plan, error) {
	id, err := strconv.ParseInt(c.QueryParam("plan"), 10, 64)
	if err != nil {
		j, ok := s.newest(undoKind(push))
		plan, done := j.Result.(app.Plan)
		if !ok || !done || j.State != job.Done {
			return app.Plan{}, nil
		}
		id = plan.ID
	}
	plan, err := s.Read.Plan(c.Request().Context(), id)
	if app.ErrorCode(err) == app.NotFound || err == nil && plan.UndoOf != push {
		return app.Plan{}, nil
	}
	return plan, err
}

func (s *Server) undoRows(ctx context.Context, m *views.Undo, plan app.Plan) error {
	m.PlanID, m.Digest, m.PlannedAt, m.Problems, m.Open = plan.ID, plan.Digest, plan.CreatedAt, plan.Problems, plan.State == app.PlanOpen
	rows, err := s.lineRows(ctx, plan.Connection, plan.Lines)
	if err != nil {
		return err
	}
	order(rows, "company")
	_, _, m.Amount = billing.Totals(plan.Lines)
	m.Unpriced = billing.Unpriced(plan.Lines)
	for _, r := range rows {
		switch {
		case r.Writes():
			m.Restores = append(m.Restores, r)
		case r.Verdict == app.VerdictSame:
			m.Same++
		default:
			m.Left = append(m.Left, r)
		}
	}
	return nil
}

// undoProgress shows that the agreements are being read; the page looks again by itself until they are.
func (s *Server) undoProgress(c echo.Context, m *views.Undo) {
	j, ok := s.newest(undoKind(m.Push.ID))
	switch {
	case !ok:
	case j.State == job.Running:
		n := notice(info, "The agreements are being read. This page shows what would be restored when they are.")
		m.Shell.Notice = &n
		c.Response().Header().Set("Refresh", "3")
	case j.State == job.Failed && m.PlanID == 0 && m.Shell.Notice == nil:
		n := notice(bad, "What would be restored could not be worked out. %s", app.ErrorMessage(j.Err))
		m.Shell.Notice = &n
	}
}
