package web

import (
	"context"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/settings"
	"psabridge/views"
	"psabridge/views/ui"
)

// alertLists is the part of the form that depends on the board, for the board, type and subtype as they stand typed.
func (s *Server) alertLists(c echo.Context) error {
	a, f, err := s.openPart(c)
	if err != nil {
		return err
	}
	typed := typedAlert(f)
	problem := s.loadAlertLists(c, a.organizationPage, typed)
	m, err := s.alertService(c.Request().Context(), a.organizationPage, typed)
	if err != nil {
		return err
	}
	m.Problem = problem
	return render(c, http.StatusOK, views.AlertServicePicks(m))
}

// boardOf is the board whose lists a form needs: the chosen one, else the connection's.
func boardOf(t views.AlertForm, found app.ConnectionSettings) string {
	if t.Board != "" {
		return t.Board
	}
	return refValue(found.Ticketing.Board)
}

// loadAlertLists reads the lists of the board that were never read, and says why one cannot be.
func (s *Server) loadAlertLists(c echo.Context, o organizationPage, t views.AlertForm) string {
	found, ok := settings.ConnectionByName(o.doc, o.effective.Connection)
	if !ok {
		return ""
	}
	p := o.page
	p.shell.Notice = nil
	s.loadBoard(c, &p, found.Name, views.TicketingForm{Board: boardOf(t, found), Type: typeOf(t, found)})
	if p.shell.Notice == nil {
		return ""
	}
	return p.shell.Notice.Text
}

// typeOf is the type whose subtypes a form needs.
func typeOf(t views.AlertForm, found app.ConnectionSettings) string {
	if t.Type != "" {
		return t.Type
	}
	return refValue(found.Ticketing.Type)
}

// alertService are the drop-downs of the ticket settings, from the cache, with what an empty choice means.
func (s *Server) alertService(ctx context.Context, o organizationPage, t views.AlertForm) (views.AlertService, error) {
	m := views.AlertService{Organization: o.row.ID, Form: t, Lists: map[string][]ui.Choice{}, Defaults: map[string]string{}}
	found, ok := settings.ConnectionByName(o.doc, o.effective.Connection)
	if !ok {
		return m, nil
	}
	m.Connection, m.Defaults = found.Name, serviceDefaults(found.Ticketing, app.Severity(t.Severity))
	l := s.pickLists(ctx, found.Name, boardOf(t, found))
	subtype := t.Subtype
	if subtype == "" {
		subtype = refValue(found.Ticketing.Subtype)
	}
	subtypes, items := l.associated(typeOf(t, found), subtype)
	for _, one := range ticketRefs {
		var all []app.Option
		switch one.input {
		case "subtype":
			all = subtypes
		case "item":
			all = items
		case "closed_status":
			all = slices.DeleteFunc(slices.Clone(l.of(one.list)), func(o app.Option) bool { return !o.Closed })
		default:
			all = l.of(one.list)
		}
		m.Lists[one.input] = choices(all, *t.Value(one.input))
	}
	for _, input := range []string{"type", "status", "closed_status", "team"} {
		if !offers(m.Lists[input], m.Defaults[input]) {
			m.Defaults[input] += " (not on this board)"
		}
	}
	return m, l.err
}

// offers reports whether a list has what the connection sets. Of a list that was never read nothing is said.
func offers(list []ui.Choice, name string) bool {
	return len(list) == 0 || name == "" || name == boardsOwn || slices.ContainsFunc(list, func(c ui.Choice) bool { return c.Label == name || c.Value == name })
}

// boardsOwn stands for the status a board closes its tickets with.
const boardsOwn = "the board’s own"

// serviceDefaults are what the connection sets where a rule says nothing, by the input.
func serviceDefaults(t app.TicketingSettings, severity app.Severity) map[string]string {
	out := map[string]string{}
	for input, ref := range map[string]app.Ref{
		"board": t.Board, "type": t.Type, "subtype": t.Subtype, "item": t.Item, "status": t.Status, "closed_status": t.ClosedStatus, "team": t.Team, "source": t.Source,
	} {
		if !ref.IsZero() {
			out[input] = ref.String()
		}
	}
	switch ref := t.Priority[severity]; {
	case severity != "" && !ref.IsZero():
		out["priority"] = ref.String()
	case severity == "" && len(t.Priority) > 0:
		out["priority"] = "by severity"
	}
	if out["closed_status"] == "" {
		out["closed_status"] = boardsOwn
	}
	return out
}
