package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/ui"
)

// overrideOne takes one override as it was typed.
func (s *Server) overrideOne(c echo.Context, p monthPage, f form) error {
	ctx := c.Request().Context()
	known, err := s.customersOf(ctx, p)
	if err != nil {
		return err
	}
	typed := views.OverrideForm{Organization: f.text("organization"), Meter: f.text("meter"), Quantity: f.text("quantity"), Unit: f.text("unit"), Note: f.text("note")}
	o, wrong := known.typed(typed)
	if len(wrong) == 0 {
		err = s.SaveOverrides(ctx, []app.Override{o}, person)
		if invalid(err) {
			wrong = fieldErrors(err, "overrides[0]", nil)
		} else if err != nil {
			return s.overridesRefused(p, err)
		}
	}
	if len(wrong) > 0 {
		typed.Errors = wrong
		return s.showOverrides(c, p, http.StatusUnprocessableEntity, views.Overrides{One: typed})
	}
	s.tell(c, good, "Saved. Make a new preview to count it.")
	return seeOther(c, link.MonthOverrides(p.connection.Name, p.period.String()))
}

// overridesRefused leads back to the page from a conflict.
func (s *Server) overridesRefused(p monthPage, err error) error {
	if app.ErrorCode(err) == app.Conflict {
		return lookAgainError{err, link.MonthOverrides(p.connection.Name, p.period.String())}
	}
	return err
}

// typed makes an override of a form, or says what is wrong with its fields.
func (k *customers) typed(f views.OverrideForm) (o app.Override, wrong ui.Errors) {
	say := func(field, message string) {
		if message != "" {
			wrong = append(wrong, ui.FieldError{Field: field, Message: message})
		}
	}
	who, message := k.whose(f.Organization)
	say("organization", message)
	meter, message := k.meter(f.Meter)
	say("meter", message)
	q, err := typedNumber("quantity", f.Quantity)
	if err != nil {
		say("quantity", app.ErrorMessage(err))
	}
	unit := ""
	if who.ExternalID != "" && meter != "" {
		unit, message = k.unit(who, meter, f.Unit)
		say("unit", message)
	}
	if f.Note == "" {
		say("note", "Say why: in a year someone will ask where the number came from.")
	}
	return app.Override{Source: who.Source, OrganizationID: who.ExternalID, Meter: meter, Period: k.page.period, Quantity: q, Unit: unit, Note: f.Note}, wrong
}
