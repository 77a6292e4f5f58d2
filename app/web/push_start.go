package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/ui"
)

// pushCheck shows exactly what a push would write.
func (s *Server) pushCheck(c echo.Context) error {
	p, err := s.openMonth(c, c.Param("connection"), c.Param("period"), "Push of ")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	plan, err := s.Read.CurrentPlan(ctx, p.connection.Name, p.period)
	if err != nil && app.ErrorCode(err) != app.NotFound {
		return err
	}
	if err != nil || plan.State != app.PlanOpen {
		return seeOther(c, link.Month(p.connection.Name, p.period.String())) // nothing to push here
	}
	rows, err := s.lineRows(ctx, p.connection.Name, plan.Lines)
	if err != nil {
		return err
	}
	rows = withInvoices(rows, p.now, p.zone)
	order(rows, "company")
	m := views.PushCheck{
		Shell: p.shell, Connection: p.connection.Name, Target: target(p.connection), Period: p.period, Zone: p.zone, PlanID: plan.ID, Digest: plan.Digest,
		PlannedAt: plan.CreatedAt, Unpriced: billing.Unpriced(plan.Lines), Late: lateWords(plan.Lines, p.now, p.zone),
	}
	_, _, m.Amount = billing.Totals(plan.Lines)
	for _, r := range rows {
		switch {
		case r.Writes():
			m.Writes = append(m.Writes, r)
		case r.Verdict == app.VerdictSame:
			m.Same++
		default:
			m.Skipped = append(m.Skipped, r)
		}
	}
	stale, err := s.Read.OverridesSince(ctx, p.period, plan.ID)
	if err != nil {
		return err
	}
	if stale {
		m.Errors = ui.Errors{{Message: "Overrides of this month changed after the preview was made. Make a new preview, then push."}}
	}
	if plan.SettingsRev != p.rev {
		m.Errors = ui.Errors{{Message: "The settings were changed since this preview was made. Make a new preview, then push."}}
	}
	return render(c, http.StatusOK, views.PushCheckPage(m))
}

// startPush is the second gesture (SECURITY §0.14): it pushes the plan that was looked at, or nothing. The form brings
// the plan's id, its digest and the number of changes the person saw; all three are computed again here.
func (s *Server) startPush(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	plan, err := s.Read.Plan(ctx, f.number("plan_id"))
	if app.ErrorCode(err) == app.NotFound {
		return lookAgainError{app.Errorf(app.Conflict, "This preview does not exist any more. Look at the newest one, then push."), link.Billing}
	}
	if err != nil {
		return err
	}
	back, what := link.PushCheck(plan.Connection, plan.Period.String()), "pushed"
	if plan.UndoOf != 0 {
		back, what = undoAddress(plan.UndoOf, plan.ID), "restored"
	}
	changed, _, _ := billing.Totals(plan.Lines)
	if f.Get("digest") == "" || f.Get("digest") != plan.Digest || f.text("lines") == "" || f.number("lines") != int64(changed) || plan.State != app.PlanOpen {
		return lookAgainError{app.Errorf(app.Conflict, "It changed since you looked at it, or was started already, so nothing was %s by this click. Look at it again.", what), back}
	}
	if changed == 0 {
		return lookAgainError{app.Errorf(app.Conflict, "There is nothing to write, so nothing was %s.", what), back}
	}
	push, err := s.Push.Approve(ctx, plan.ID, f.Get("digest"), app.TriggerPerson, person)
	if app.ErrorCode(err) == app.Conflict {
		return lookAgainError{err, back}
	}
	if err != nil {
		return err
	}
	return seeOther(c, link.Push(push.ID))
}

// stopPush ends a push after what is on its way to ConnectWise.
func (s *Server) stopPush(c echo.Context) error {
	id, err := rowID(c)
	if err != nil {
		return err
	}
	p, err := s.Push.Stop(c.Request().Context(), id, person)
	if app.ErrorCode(err) == app.Conflict {
		return lookAgainError{err, link.Push(id)}
	}
	if err != nil {
		return err
	}
	if p.State == app.PushWriting {
		s.tell(c, info, "The push stops. What is on its way to ConnectWise is still read back; the rest is left as it was.")
	} else {
		s.tell(c, info, "The push was stopped. What was not written is left as it was; a new preview has it again.")
	}
	return seeOther(c, link.Push(id))
}
