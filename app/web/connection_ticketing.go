package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/views"
)

func storedTicketing(t app.TicketingSettings) views.TicketingForm {
	return views.TicketingForm{
		Enabled: t.Enabled, Board: t.Board.String(), Status: t.Status.String(), ClosedStatus: t.ClosedStatus.String(), Type: t.Type.String(),
		Team: t.Team.String(), Source: t.Source.String(), PriorityInfo: t.Priority[app.SeverityInfo].String(),
		PriorityWarn: t.Priority[app.SeverityWarning].String(), PriorityCrit: t.Priority[app.SeverityCritical].String(),
	}
}

func typedTicketing(f form) views.TicketingForm {
	return views.TicketingForm{
		Enabled: f.ticked("ticketing_enabled"), Board: f.text("board"), Status: f.text("status"), ClosedStatus: f.text("closed_status"), Type: f.text("type"),
		Team: f.text("team"), Source: f.text("source"), PriorityInfo: f.text("priority_info"), PriorityWarn: f.text("priority_warning"), PriorityCrit: f.text("priority_critical"),
	}
}

// saveTicketing saves the service defaults, or shows the lists of another board.
func (s *Server) saveTicketing(c echo.Context) error {
	p, found, err := s.openConnection(c)
	if err != nil {
		return err
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	typed := typedTicketing(f)
	if f.text("step") == "board" {
		s.loadBoard(c, &p, found.Name, typed.Board)
		return s.showTicketing(c, p, http.StatusOK, found, f, typed)
	}
	back := connectionPage(found.Name, f.number("organization"))
	changes, err := s.edit(c, f.number("revision"), back, editConnection(found.Name, func(to *app.ConnectionSettings) { applyTicketing(&to.Ticketing, typed) }))
	if invalid(err) {
		typed.Errors = fieldErrors(err, "connections["+found.Name+"].ticketing", map[string]string{
			"priority.info": "priority_info", "priority.warning": "priority_warning", "priority.critical": "priority_critical",
		})
		return s.showTicketing(c, p, http.StatusUnprocessableEntity, found, f, typed)
	}
	if err != nil {
		return err
	}
	s.tell(c, good, "Ticketing: %s", savedWords(changes))
	return seeOther(c, back+"#ticketing")
}

func (s *Server) showTicketing(c echo.Context, p page, status int, found app.ConnectionSettings, f form, typed views.TicketingForm) error {
	ctx := c.Request().Context()
	form, err := s.connectionForm(ctx, p, found, f.number("organization"))
	if err != nil {
		return err
	}
	form.Revision, form.Ticketing, form.Billing.Catalogue = f.number("revision"), typed, nil
	if err := s.connectionLists(ctx, found.Name, &form); err != nil {
		return err
	}
	return s.showConnection(c, p, status, form)
}

// loadBoard reads the lists of a board that were never read. What cannot be read is said on the page.
func (s *Server) loadBoard(c echo.Context, p *page, connection, board string) {
	ctx := c.Request().Context()
	_, _, err := s.Setup.Options(ctx, connection, app.ListBoards, 0)
	var boards []app.Option
	if err == nil {
		boards, _, err = options[app.Option](ctx, s, connection, app.ListBoards, 0)
	}
	if id := boardID(boards, board); err == nil && id != 0 {
		for _, list := range []app.OptionList{app.ListStatuses, app.ListTypes, app.ListTeams} {
			if _, _, err = s.Setup.Options(ctx, connection, list, id); err != nil {
				break
			}
		}
	}
	if err != nil {
		n := notice(bad, "The lists of this board could not be read. %s", app.ErrorMessage(err))
		p.shell.Notice = &n
	}
}

// applyTicketing puts the form into the settings. What was named by id and not touched stays named by id.
func applyTicketing(to *app.TicketingSettings, t views.TicketingForm) {
	to.Enabled = t.Enabled
	for _, one := range []struct {
		into *app.Ref
		text string
	}{{&to.Board, t.Board}, {&to.Status, t.Status}, {&to.ClosedStatus, t.ClosedStatus}, {&to.Type, t.Type}, {&to.Team, t.Team}, {&to.Source, t.Source}} {
		*one.into = picked(*one.into, one.text)
	}
	priorities := map[app.Severity]app.Ref{}
	for severity, text := range map[app.Severity]string{app.SeverityInfo: t.PriorityInfo, app.SeverityWarning: t.PriorityWarn, app.SeverityCritical: t.PriorityCrit} {
		if text != "" {
			priorities[severity] = picked(to.Priority[severity], text)
		}
	}
	to.Priority = nil
	if len(priorities) > 0 {
		to.Priority = priorities
	}
}

func picked(was app.Ref, text string) app.Ref {
	if text == was.String() {
		return was
	}
	return named(text)
}
