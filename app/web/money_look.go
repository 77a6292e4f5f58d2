package web

import (
	"context"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/job"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views/ui"
)

// lookAgain compares a connection's use and bill anew: it makes a preview, which writes nothing to ConnectWise.
func (s *Server) lookAgain(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	doc, _, err := s.Settings.Document(ctx)
	if err != nil {
		return err
	}
	name := f.text("connection")
	found, ok := settings.ConnectionByName(doc, name)
	if !ok {
		return app.Errorf(app.NotFound, "There is no connection %s.", name)
	}
	plan, err := s.newestPlan(ctx, name)
	if err != nil {
		return err
	}
	found = settings.ConnectionWithDefaults(found)
	period := lookPeriod(plan, found, settings.Location(found), s.Now())
	j, err := s.work(c, planKind(name, period), longWait, func(ctx context.Context, p *job.Progress) (any, error) {
		p.Set(0, 0, "Reading usage and agreements")
		return s.Push.MakePlan(ctx, name, period, app.TriggerPerson)
	})
	if err != nil {
		return err
	}
	switch j.State {
	case job.Failed, job.Cancelled:
		s.tell(c, bad, "It could not be looked at. %s", app.ErrorMessage(j.Err))
	case job.Done:
		if made, ok := j.Result.(app.Plan); ok {
			s.tell(c, good, "%s Nothing was written.", foundWords(len(made.Findings)))
		}
	case job.Running: // the page shows it
	}
	return seeOther(c, link.Money)
}

func foundWords(n int) string {
	if n == 0 {
		return "Looked again: use and bill meet."
	}
	return "Looked again: " + ui.Count(n, "finding", "findings") + "."
}
