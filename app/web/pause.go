package web

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views/layout"
)

// maxReason bounds what a person types as a reason.
const maxReason = 500

// pause stops sending; collecting goes on.
func (s *Server) pause(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	var until time.Time
	if length := f.text("pause_for"); length != "" {
		d, err := time.ParseDuration(length)
		if err != nil || d <= 0 || d > 31*24*time.Hour {
			return app.FieldErrorf("pause_for", "%q is not a length of time. Choose one of the list.", length)
		}
		until = s.Now().Add(d)
	}
	reason := f.text("pause_reason")
	if len(reason) > maxReason {
		return app.FieldErrorf("pause_reason", "The reason is too long. Say it in %d letters.", maxReason)
	}
	if err := s.Pause(c.Request().Context(), until, reason); err != nil {
		return err
	}
	return seeOther(c, link.Overview) // where the banner of every page says so, until when and why
}

// resume sends again.
func (s *Server) resume(c echo.Context) error {
	if err := s.Resume(c.Request().Context()); err != nil {
		return err
	}
	s.tell(c, good, "Sending goes on.")
	return seeOther(c, link.Overview)
}

// liveHealth is the health line alone; it fetches itself.
func (s *Server) liveHealth(c echo.Context) error {
	st, err := s.look(c.Request().Context())
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, layout.HealthLine(s.frame(st, "", "")))
}
