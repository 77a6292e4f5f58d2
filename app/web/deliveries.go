package web

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/ui"
)

// deliveries is everything ConnectWise must be told, newest first.
func (s *Server) deliveries(c echo.Context) error {
	p, err := s.open(c, "Deliveries", link.Deliveries)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	m := views.Deliveries{
		Shell: p.shell, Counts: p.counts, Blocked: p.blocks,
		Filter: views.DeliveriesFilter{Q: c.QueryParam("q"), State: c.QueryParam("state"), Kind: c.QueryParam("kind")},
	}
	for reason, n := range p.backlog.ParkedByReason {
		m.Parked = append(m.Parked, views.ParkedReason{Reason: reason, N: n})
	}
	slices.SortFunc(m.Parked, func(a, b views.ParkedReason) int { return strings.Compare(a.Reason, b.Reason) })
	f := app.DeliveryFilter{
		State: app.DeliveryState(m.Filter.State), Kind: app.DeliveryKind(m.Filter.Kind), Query: m.Filter.Q, Page: app.Page{Limit: perPage, After: afterOf(c)},
	}
	list, err := s.Read.Deliveries(ctx, f)
	if err != nil {
		return err
	}
	for _, d := range list {
		m.Rows = append(m.Rows, s.deliveryRow(ctx, d))
		m.Pager = pager(link.Deliveries, []string{"q", m.Filter.Q, "state", m.Filter.State, "kind", m.Filter.Kind}, f.Page.After, d.ID, len(list))
	}
	return render(c, http.StatusOK, views.DeliveriesPage(m))
}

func (s *Server) deliveryRow(ctx context.Context, d app.DeliveryRow) views.DeliveryRow {
	row := views.DeliveryRow{DeliveryRow: d}
	if d.TicketNumber != 0 {
		row.TicketURL = s.TicketURL(ctx, d.Connection, d.TicketNumber)
	}
	if d.PushID != 0 {
		row.PushURL = link.Push(d.PushID)
	}
	return row
}

// delivery is one delivery with everything that was tried.
func (s *Server) delivery(c echo.Context) error {
	return s.showDelivery(c, http.StatusOK, views.DropForm{}, views.LinkForm{})
}

func (s *Server) showDelivery(c echo.Context, status int, drop views.DropForm, linked views.LinkForm) error {
	id, err := rowID(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	d, err := s.Read.Delivery(ctx, id)
	if err != nil {
		return err
	}
	p, err := s.open(c, "Delivery "+ui.ID(id), link.Deliveries)
	if err != nil {
		return err
	}
	m := views.Delivery{Shell: p.shell, Row: s.deliveryRow(ctx, d), Drop: drop, Link: linked}
	m.Shell.Wrong = len(drop.Errors)+len(linked.Errors) > 0
	if m.Attempts, err = s.Read.Attempts(ctx, id); err != nil {
		return err
	}
	if d.TicketID != 0 {
		t, err := s.Read.Ticket(ctx, d.TicketID)
		if err != nil {
			return err
		}
		m.Ticket = &t.Ticket
	}
	if d.Kind != app.DeliverAgreement {
		var payload app.TicketPayload
		if json.Unmarshal(d.Payload, &payload) == nil {
			m.Payload = &payload
		}
	}
	if d.Organization.ID != 0 {
		m.Event = link.Activity(d.Organization.ID)
	}
	m.CanRetry = d.State == app.DeliveryParked || d.State == app.DeliveryWaiting
	m.CanDrop = m.CanRetry || d.State == app.DeliveryChecking // one that fails for ever keeps its push from ending
	m.CanLink = d.State == app.DeliveryParked && d.Kind == app.DeliverTicketCreate
	return render(c, status, views.DeliveryPage(m))
}

// retryParked sends every parked delivery again.
func (s *Server) retryParked(c echo.Context) error {
	n, err := s.Outbox.RetryParked(c.Request().Context(), person)
	if err != nil {
		return err
	}
	s.tell(c, good, "%s again.", ui.Count(n, "delivery is tried", "deliveries are tried"))
	return seeOther(c, link.Deliveries)
}

// retryDelivery sends one delivery again.
func (s *Server) retryDelivery(c echo.Context) error {
	id, err := rowID(c)
	if err != nil {
		return err
	}
	if err := s.Outbox.Retry(c.Request().Context(), id, person); err != nil {
		return moved(err, id)
	}
	s.tell(c, good, "It is tried again now.")
	return seeOther(c, link.Delivery(id))
}

// moved leads back to a delivery that was not where the person saw it.
func moved(err error, id int64) error {
	if app.ErrorCode(err) == app.Conflict {
		return lookAgainError{err, link.Delivery(id)}
	}
	return err
}

// dropDelivery gives a delivery up, with a reason.
func (s *Server) dropDelivery(c echo.Context) error {
	id, err := rowID(c)
	if err != nil {
		return err
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	typed := views.DropForm{Reason: f.text("reason")}
	switch {
	case typed.Reason == "":
		err = app.FieldErrorf("reason", "Say why. Somebody will ask why this was never sent.")
	case len(typed.Reason) > maxReason:
		err = app.FieldErrorf("reason", "The reason is too long. Say it in %d letters.", maxReason)
	default:
		err = s.Outbox.Drop(c.Request().Context(), id, typed.Reason, person)
	}
	if invalid(err) {
		typed.Errors = fieldErrors(err, "", nil)
		return s.showDelivery(c, http.StatusUnprocessableEntity, typed, views.LinkForm{})
	}
	if err != nil {
		return moved(err, id)
	}
	s.tell(c, good, "Given up. It is not sent again.")
	return seeOther(c, link.Delivery(id))
}

// linkDelivery says which ticket stands for a delivery.
func (s *Server) linkDelivery(c echo.Context) error {
	id, err := rowID(c)
	if err != nil {
		return err
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	typed := views.LinkForm{Ticket: f.text("ticket")}
	number, err := strconv.ParseInt(strings.TrimPrefix(typed.Ticket, "#"), 10, 64)
	if err != nil || number <= 0 {
		err = app.FieldErrorf("ticket", "%q is not a ticket number. It is the number ConnectWise shows, e.g. 48211.", typed.Ticket)
	} else {
		err = s.Outbox.Link(c.Request().Context(), id, number, person)
	}
	if invalid(err) || app.ErrorCode(err) == app.NotFound {
		typed.Errors = ui.Errors{{Field: "ticket", Message: app.ErrorMessage(err)}}
		return s.showDelivery(c, http.StatusUnprocessableEntity, views.DropForm{}, typed)
	}
	if err != nil {
		return moved(err, id)
	}
	s.tell(c, good, "Ticket #%d now stands for this condition.", number)
	return seeOther(c, link.Delivery(id))
}
