package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/job"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
)

// alertRehearsal is the part of the form that shows what the alert as typed would have done: it is begun, looked at again
// while it is under way, or stopped.
func (s *Server) alertRehearsal(c echo.Context) error {
	a, f, err := s.openPart(c)
	if err != nil {
		return err
	}
	if id, stop := strings.CutPrefix(f.text("step"), "cancel-"); stop {
		return render(c, http.StatusOK, views.RehearsalFragment(s.stopRehearsal(a.page, id)))
	}
	if id := f.text("job"); id != "" {
		return render(c, http.StatusOK, views.RehearsalFragment(s.lookedAt(a, id, f.text("rule"))))
	}
	if a.objects, err = s.objectsOf(c.Request().Context(), a.organizationPage); err != nil {
		return err
	}
	part, err := s.rehearseTyped(c, a, typedAlert(f))
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, views.RehearsalFragment(part))
}

// rehearseTyped replays the last days with the alert as typed in its place.
func (s *Server) rehearseTyped(c echo.Context, a alertPage, typed views.AlertForm) (views.RehearsalPart, error) {
	part := s.noRehearsal(a.page)
	rule, wrong := s.typedRule(c.Request().Context(), a, typed)
	if len(wrong) > 0 {
		part.Invalid = wrong
		return part, nil
	}
	doc := a.doc
	doc.Alerts = slices.Clone(a.doc.Alerts)
	err := a.putAlert(&doc, a.stored.Name, typed.Override, rule)
	if err == nil {
		err = settings.Validate(doc)
	}
	if invalid(err) {
		part.Invalid = alertErrors(err, a.doc, rule, a.stored.Name == "", listed(typed))
		return part, nil
	}
	if err != nil {
		return part, err
	}
	j, err := s.runRehearsal(c, doc.Alerts, a.rev, rehearsalDays, shortWait)
	if err != nil {
		return part, err
	}
	return s.ofAlert(a, j, rule.Name), nil
}

// lookedAt is a rehearsal that was begun before.
func (s *Server) lookedAt(a alertPage, id, rule string) views.RehearsalPart {
	j, ok := s.Jobs.Get(job.ID(id))
	if !ok {
		part := s.noRehearsal(a.page)
		part.Error = "It is not there any more: psabridge was started again, or it is long ago. Rehearse again."
		return part
	}
	return s.ofAlert(a, j, rule)
}

func (s *Server) ofAlert(a alertPage, j job.Job, rule string) views.RehearsalPart {
	part := s.rehearsalPart(a.page, j)
	part.Path, part.Rule = link.With(link.AlertRehearsal(a.row.ID), "live", "1"), rule
	return part
}

// stopRehearsal asks a rehearsal to end.
func (s *Server) stopRehearsal(p page, id string) views.RehearsalPart {
	part := s.noRehearsal(p)
	if j, ok := s.Jobs.Get(job.ID(id)); ok && strings.HasPrefix(j.Kind, "rehearsal ") {
		s.Jobs.Cancel(j.ID)
	}
	part.Error = app.ErrorMessage(app.Errorf(app.Conflict, "It was stopped."))
	return part
}
