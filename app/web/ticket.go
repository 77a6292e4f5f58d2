package web

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/ui"
)

// ticket is one ticket with what it stands for and everything ConnectWise was told about it.
func (s *Server) ticket(c echo.Context) error {
	id, err := rowID(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	t, err := s.Read.Ticket(ctx, id)
	if app.ErrorCode(err) == app.NotFound { // the pages call a ticket by its number at ConnectWise, and so does a person
		if row, ok := s.numbered(ctx, id); ok {
			return seeOther(c, link.Ticket(row))
		}
	}
	if err != nil {
		return err
	}
	title := "Ticket"
	if t.RemoteID != 0 {
		title += " " + ui.ID(t.RemoteID)
	}
	p, err := s.open(c, title, link.Tickets)
	if err != nil {
		return err
	}
	m := views.Ticket{Shell: p.shell, Row: views.TicketRow{TicketRow: t, Organization: t.Organization}}
	if t.RemoteID != 0 {
		m.Row.URL = s.TicketURL(ctx, t.Connection, t.RemoteID)
	}
	m.Row.ClosesAt = closesAt(p.doc, t)
	if err := s.ticketStory(ctx, &m); err != nil {
		return err
	}
	return render(c, http.StatusOK, views.TicketPage(m))
}

// numbered finds our row of the ticket that has a number at ConnectWise, the newest of them.
func (s *Server) numbered(ctx context.Context, number int64) (int64, bool) {
	list, err := s.Read.Tickets(ctx, app.TicketFilter{Number: number})
	if err != nil || len(list) == 0 {
		return 0, false
	}
	return list[0].ID, true
}

// ticketNumber reads what a person types who looks for a ticket: "48007", "#48007".
func ticketNumber(text string) (int64, bool) {
	n, err := strconv.ParseInt(strings.TrimPrefix(strings.TrimSpace(text), "#"), 10, 64)
	return n, err == nil && n > 0
}

// ticketStory is everything that was sent about a ticket, oldest first.
func (s *Server) ticketStory(ctx context.Context, m *views.Ticket) error {
	list, err := s.Read.Deliveries(ctx, app.DeliveryFilter{TicketID: m.Row.ID, Page: app.Page{Limit: 1000}})
	if err != nil {
		return err
	}
	for _, d := range slices.Backward(list) {
		ledger, err := s.Read.DeliveryLedger(ctx, d.ID)
		if err != nil {
			return err
		}
		step := views.DeliveryStep(d, nil, ledger)
		if d.Attempt > 1 {
			step.Notes = append(step.Notes, ui.Count(d.Attempt, "attempt", "attempts")+".")
		}
		for _, e := range ledger {
			if into := mergedInto(e.Note); into != 0 && e.Phase == app.LedgerOutcome {
				m.Merged, m.Into = into, s.TicketURL(ctx, d.Connection, into)
			}
		}
		m.Steps = append(m.Steps, step)
		if payload, _ := payloads(d.Delivery); payload != nil && payload.Double && d.State == app.DeliveryParked {
			m.Twice = s.twice(ctx, d)
		}
	}
	m.Steps = inOrder(append(m.Steps, views.TouchSteps(m.Row.Ticket, s.Zone)...))
	return nil
}

// inOrder sorts steps by their time; those of one moment stay as they are.
func inOrder(steps []views.Step) []views.Step {
	slices.SortStableFunc(steps, func(a, b views.Step) int { return a.At.Compare(b.At) })
	return steps
}

// intoTicket is how the ledger says that a ticket was merged into another one.
var intoTicket = regexp.MustCompile(`merged into #(\d{1,18})`)

func mergedInto(note string) int64 {
	found := intoTicket.FindStringSubmatch(note)
	if found == nil {
		return 0
	}
	n, err := strconv.ParseInt(found[1], 10, 64)
	if err != nil {
		return 0
	}
	return n
}
