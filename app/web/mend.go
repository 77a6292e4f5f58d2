package web

import (
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/ui"
)

// mendOf reads which field of its page a person was led to, and why: ?fix= names the input, ?delivery= what waits for it. Zero
// when he just came, or when the page has no such field.
func (s *Server) mendOf(c echo.Context, inputs ...string) (views.Mend, ui.Errors, error) {
	field := c.QueryParam("fix")
	if !slices.Contains(inputs, field) {
		return views.Mend{}, nil, nil
	}
	m := views.Mend{Field: field}
	id, err := strconv.ParseInt(c.QueryParam("delivery"), 10, 64)
	if err != nil || id <= 0 {
		return m, ui.Errors{{Field: field, Message: "Nothing is sent before this is right."}}, nil //nolint:nilerr // an address without a delivery is none
	}
	d, err := s.Read.Delivery(c.Request().Context(), id)
	switch {
	case app.ErrorCode(err) == app.NotFound, err == nil && d.State != app.DeliveryParked:
		return views.Mend{}, nil, nil // it was mended meanwhile
	case err != nil:
		return views.Mend{}, nil, err
	}
	m.Delivery = id
	return m, ui.Errors{{Field: field, Message: d.Reason}}, nil
}

// credentialNames are the inputs of a connection's first form that a person can be led to.
var credentialNames = []string{"site_url", "company_id", "client_id", "public_key", "private_key"}

// markConnection marks the field of a connection that a person was led to. What is proposed for it is chosen already.
func (s *Server) markConnection(c echo.Context, name string, f *views.Connection) error {
	inputs := slices.Clone(credentialNames)
	for _, one := range ticketingInputs {
		inputs = append(inputs, one.input)
	}
	for _, one := range priorityInputs {
		inputs = append(inputs, one.input)
	}
	mend, wrong, err := s.mendOf(c, inputs...)
	if err != nil || mend.Field == "" {
		return err
	}
	f.Mend = mend
	if slices.Contains(credentialNames, mend.Field) {
		f.Credentials.Errors = wrong
		return nil
	}
	f.Ticketing.Errors = wrong
	for _, one := range ticketingInputs {
		if to := c.QueryParam("to"); one.input == mend.Field && to != "" && to != *one.on(&f.Ticketing) {
			*one.on(&f.Ticketing), f.Mend.Proposed = to, to
			return s.ticketingLists(c.Request().Context(), name, &f.Ticketing)
		}
	}
	return nil
}

// markAlert marks the field of an alert that a person was led to. What is proposed for it is chosen already.
func (s *Server) markAlert(c echo.Context, a *alertPage, typed *views.AlertForm) error {
	var inputs []string
	for _, one := range ticketRefs {
		inputs = append(inputs, one.input)
	}
	var err error
	if a.mend, typed.Errors, err = s.mendOf(c, inputs...); err != nil || a.mend.Field == "" {
		return err
	}
	if to, value := c.QueryParam("to"), typed.Value(a.mend.Field); to != "" && to != *value {
		*value, a.mend.Proposed = to, to
	}
	return nil
}

// saved tries what waited for a form again, and leads to where that is seen; back is where a form leads nobody was led to.
// What the change of the settings set going already is not set going twice.
func (s *Server) saved(c echo.Context, f form, back string) error {
	id := f.number("delivery")
	if id == 0 {
		return seeOther(c, back)
	}
	switch err := s.Outbox.Retry(c.Request().Context(), id, person); app.ErrorCode(err) {
	case "", app.Conflict, app.NotFound:
		s.tell(c, good, "Saved. What waited for it is tried again now.")
	default:
		return err
	}
	return seeOther(c, link.Delivery(id))
}
