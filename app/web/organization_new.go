package web

import (
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views/ui"
)

// laterBy is how long nobody asks about an organization that was put off.
const laterBy = 7 * 24 * time.Hour

// ignoreOrganization never asks again what an organization is.
func (s *Server) ignoreOrganization(c echo.Context) error {
	return s.organize(c, func(o app.OrganizationRow) (string, error) {
		err := s.Organize.SetOrganizationIgnored(c.Request().Context(), o.ID, true)
		return o.Name + " is ignored: nobody is told of it and nothing is billed. It stands under Ignored.", err
	})
}

// putOffOrganization asks again in a week.
func (s *Server) putOffOrganization(c echo.Context) error {
	return s.organize(c, func(o app.OrganizationRow) (string, error) {
		until := s.Now().Add(laterBy)
		err := s.Organize.PutOffOrganization(c.Request().Context(), o.ID, until)
		return o.Name + " is asked about again on " + ui.Day(until, s.Now(), s.Zone) + ".", err
	})
}

// askOrganization takes back what the other two did.
func (s *Server) askOrganization(c echo.Context) error {
	return s.organize(c, func(o app.OrganizationRow) (string, error) {
		ctx := c.Request().Context()
		if err := s.Organize.SetOrganizationIgnored(ctx, o.ID, false); err != nil {
			return "", err
		}
		return "", s.Organize.PutOffOrganization(ctx, o.ID, time.Time{})
	})
}

// organize does something about one organization and says it, with the way back.
func (s *Server) organize(c echo.Context, do func(app.OrganizationRow) (said string, err error)) error {
	id, err := rowID(c)
	if err != nil {
		return err
	}
	row, err := s.Read.Organization(c.Request().Context(), id)
	if err != nil {
		return err
	}
	if s.Organize == nil {
		return app.Errorf(app.NotFound, "This bridge asks about no organizations.")
	}
	back, err := s.askedOn(c)
	if err != nil {
		return err
	}
	said, err := do(row)
	if err != nil {
		return lookAgainError{err, back}
	}
	n := notice(good, "%s", said)
	n.Undo = &ui.Action{Label: "Undo", Path: link.OrganizationAsk(id), Post: true}
	if said == "" {
		n = notice(info, "%s is asked about again.", row.Name)
	}
	s.notices.put(s.sessionOf(c), n)
	return seeOther(c, back)
}

// askedOn is the page the answer was given on: the list of organizations, or the mapping page of a connection.
func (s *Server) askedOn(c echo.Context) (string, error) {
	f, err := readForm(c)
	if err != nil || f.text("from") != "mapping" {
		return link.Organizations, err
	}
	doc, _, err := s.Settings.Document(c.Request().Context())
	if _, known := settings.ConnectionByName(doc, f.text("connection")); !known {
		return link.Mapping, err
	}
	return link.MappingOf(f.text("connection")), err
}
