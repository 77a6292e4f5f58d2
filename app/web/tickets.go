package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
)

// tickets is the list of tickets the bridge opened or adopted.
func (s *Server) tickets(c echo.Context) error {
	p, err := s.open(c, "Tickets", link.Tickets)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	m := views.Tickets{Shell: p.shell, Filter: views.TicketsFilter{Q: c.QueryParam("q"), State: c.QueryParam("state")}}
	n, touched, err := s.Read.TicketCounts(ctx, app.TicketFilter{Query: m.Filter.Q})
	if err != nil {
		return err
	}
	m.Counts = views.TicketCounts{
		Open: n[app.TicketOpen], Touched: touched, Pending: n[app.TicketPending], Closed: n[app.TicketClosed], Unknown: n[app.TicketUnknown],
	}
	for _, one := range n {
		m.Counts.All += one
	}
	f := app.TicketFilter{State: app.TicketState(m.Filter.State), Query: m.Filter.Q, Recent: true, Page: app.Page{Limit: perPage, After: afterOf(c)}}
	if m.Filter.State == views.ShowTouched {
		f.State, f.Touched = app.TicketOpen, true
	}
	list, err := s.Read.Tickets(ctx, f)
	if err != nil {
		return err
	}
	for _, t := range list {
		row := views.TicketRow{TicketRow: t, Organization: t.Organization}
		if t.RemoteID != 0 {
			row.URL = s.TicketURL(ctx, t.Connection, t.RemoteID)
		}
		row.ClosesAt = closesAt(p.doc, t)
		m.Rows = append(m.Rows, row)
		m.Pager = pager(link.Tickets, m.Filter.Pairs(), f.Page.After, t.ID, len(list))
	}
	if m.Chart, err = s.ticketsChart(ctx, p.standing, m.Filter == (views.TicketsFilter{}) && f.Page.After == 0); err != nil {
		return err
	}
	return render(c, http.StatusOK, views.TicketsPage(m))
}
