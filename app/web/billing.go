package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
	"psabridge/views/ui"
)

// billing leads to the month that matters now: the one that is due and waits, else the current one.
func (s *Server) billing(c echo.Context) error {
	p, err := s.open(c, "Billing", link.Billing)
	if err != nil {
		return err
	}
	connection, ok := firstBilled(p.doc)
	if !ok {
		return render(c, http.StatusOK, views.ProblemPage(views.Problem{
			Shell: &p.shell, Title: "No connection yet.", Text: "Billing writes quantities to the agreements of a ConnectWise connection. Connect one first.",
			Actions: []ui.Action{{Label: "Connect ConnectWise", Path: link.Connections, Primary: true}},
		}))
	}
	if p.shell.Notice != nil {
		s.notices.put(s.sessionOf(c), *p.shell.Notice) // shown on the page this leads to
	}
	period := billing.Current(settings.Location(connection), p.now)
	plan, waits, err := s.waitingPlan(c.Request().Context(), connection, p.now)
	if err != nil {
		return err
	}
	if waits {
		period = plan.Period
	}
	return seeOther(c, link.Month(connection.Name, period.String()))
}

// firstBilled is the first connection with billing, else the first one.
func firstBilled(doc app.Settings) (app.ConnectionSettings, bool) {
	for _, c := range doc.Connections {
		if c.Billing.Enabled {
			return c, true
		}
	}
	if len(doc.Connections) == 0 {
		return app.ConnectionSettings{}, false
	}
	return doc.Connections[0], true
}
