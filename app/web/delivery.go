package web

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/ui"
)

// delivery is one delivery with everything that led to it and everything that was tried.
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
	if err := s.deliveryStory(ctx, p, &m); err != nil {
		return err
	}
	if d.Organization.ID != 0 {
		m.Event = link.Activity(d.Organization.ID)
	}
	if b, ok := p.blocked(d.Connection); ok {
		m.Blocked = &views.BlockedRow{Block: b, Fix: blockFix(b)}
	}
	if d.State == app.DeliveryParked {
		if m.Fix, err = s.fixFor(ctx, p.doc, d); err != nil {
			return err
		}
	}
	if retried(d.State) {
		m.Alike = views.Alike{ID: id, Reason: d.Reason}
		if m.Alike.N, err = s.countLike(ctx, id); err != nil {
			return err
		}
	}
	m.CanRetry = d.State == app.DeliveryParked || d.State == app.DeliveryWaiting
	m.CanDrop = m.CanRetry || d.State == app.DeliveryChecking // one that fails for ever keeps its push from ending
	m.CanLink = d.State == app.DeliveryParked && d.Kind == app.DeliverTicketCreate
	if status == http.StatusOK && moving(d, p.standing) {
		c.Response().Header().Set("Refresh", "3") // there is nothing to type while it moves
	}
	return render(c, status, views.DeliveryPage(m))
}

// moving reports whether a delivery is about to end, so that whoever looks at it wants to see that.
func moving(d app.DeliveryRow, st standing) bool {
	if _, blocked := st.blocked(d.Connection); blocked || st.paused() {
		return false
	}
	return d.State == app.DeliverySending || d.State == app.DeliveryWaiting && !d.NextAt.After(st.now) && d.Reason == ""
}

// payloads are the texts of a delivery, by its kind; nil for the other kinds, and for what cannot be read.
func payloads(d app.Delivery) (ticket *app.TicketPayload, mail *app.MailPayload) {
	switch d.Kind {
	case app.DeliverAgreement:
	case app.DeliverMail:
		var p app.MailPayload
		if json.Unmarshal(d.Payload, &p) == nil {
			return nil, &p
		}
	case app.DeliverTicketCreate, app.DeliverTicketNote, app.DeliverTicketTest:
		var p app.TicketPayload
		if json.Unmarshal(d.Payload, &p) == nil {
			return &p, nil
		}
	}
	return nil, nil
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
