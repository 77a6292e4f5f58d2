package web

import (
	"log/slog"
	"net/http"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/upkeep"
	"psabridge/app/web/api"
	"psabridge/views"
)

// logShown is how many lines the page shows.
const logShown = 200

// log is the newest of the log. With follow the list fetches itself.
func (s *Server) log(c echo.Context) error {
	p, err := s.open(c, "Log", link.Diagnostics)
	if err != nil {
		return err
	}
	m := views.Log{Shell: p.shell, Level: c.QueryParam("level"), Text: c.QueryParam("q"), Follow: c.QueryParam("follow") != "", Levels: api.LogLevels}
	if len(m.Text) > 200 {
		m.Text = ""
	}
	m.Lines, err = s.logLines(m.Level, m.Text)
	if err != nil {
		return err
	}
	level, until := s.Logbook.At()
	m.Now, m.Until = api.LevelName(level), until
	if fragment(c) {
		return render(c, http.StatusOK, views.LogList(m))
	}
	return render(c, http.StatusOK, views.LogPage(m))
}

func (s *Server) logLines(level, text string) (out []views.LogLine, err error) {
	lines, err := s.Logbook.Lines(upkeep.LogFilter{Level: api.LevelOf(level), Text: text, Lines: logShown})
	for _, l := range lines {
		out = append(out, views.LogLine{At: l.At, Level: api.LevelName(l.Level), Message: l.Message, Rest: l.Rest, Bad: l.Level >= slog.LevelError, Warn: l.Level == slog.LevelWarn})
	}
	return out, err
}

// setLogLevel logs more or less for a while.
func (s *Server) setLogLevel(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	length, err := api.LengthOf(f.text("for"))
	if err == nil {
		err = s.Logbook.Set(c.Request().Context(), api.LevelOf(f.text("level")), length)
	}
	if err != nil && app.ErrorCode(err) != app.Invalid {
		return err
	}
	level, until := s.Logbook.At()
	switch {
	case err != nil:
		s.tell(c, bad, "%s", app.ErrorMessage(err))
	case until.IsZero():
		s.tell(c, info, "The log is at level %s again, as at the start.", api.LevelName(level))
	default:
		s.tell(c, good, "The log is at level %s until %s; then it goes back by itself.", api.LevelName(level), until.In(s.Zone).Format("15:04"))
	}
	return seeOther(c, link.Log)
}
