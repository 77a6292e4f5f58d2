package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"psabridge/app/link"
	"psabridge/views"
)

// support shows what a support bundle would hold, before anything is saved.
func (s *Server) support(c echo.Context) error {
	p, err := s.open(c, "Support bundle", link.Diagnostics)
	if err != nil {
		return err
	}
	b, err := s.Support.Make(c.Request().Context(), false)
	if err != nil {
		return err
	}
	m := views.Support{Shell: p.shell, Name: b.Name, Bytes: int64(len(b.Content))}
	for _, f := range b.Files {
		m.Files = append(m.Files, views.SupportFile{Name: f.Name, About: f.About, Bytes: f.Bytes})
	}
	return render(c, http.StatusOK, views.SupportPage(m))
}

// saveSupport is the file.
func (s *Server) saveSupport(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	b, err := s.Support.Make(c.Request().Context(), f.ticked("names"))
	if err != nil {
		return err
	}
	return download(c, b.Name, "application/zip", b.Content)
}
