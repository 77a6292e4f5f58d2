package web

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/views"
)

func storedBilling(c app.ConnectionSettings) views.BillingForm {
	b := c.Billing
	f := views.BillingForm{Enabled: b.Enabled, PushAt: b.PushAt, TimeZone: c.TimeZone, Approval: b.Approval}
	if b.PushDay > 0 {
		day, _ := b.PushDay.MarshalText()
		f.PushDay = string(day)
	}
	shown := []app.Meter{app.MeterAccounts, app.MeterStorage, app.MeterFileServer}
	for _, m := range slices.Sorted(maps.Keys(b.Products)) {
		if !slices.Contains(shown, m) {
			shown = append(shown, m)
		}
	}
	for _, m := range shown {
		f.Products = append(f.Products, views.ProductField{Meter: m, Value: b.Products[m]})
	}
	return f
}

func typedBilling(f form, stored views.BillingForm) views.BillingForm {
	typed := views.BillingForm{
		Enabled: f.ticked("billing_enabled"), PushDay: f.text("push_day"), PushAt: f.text("push_at"), TimeZone: f.text("time_zone"), Approval: f.text("approval"),
	}
	for _, p := range stored.Products {
		// Not trimmed: a Product ID is matched exactly, and the settings' checks name a space at its end.
		typed.Products = append(typed.Products, views.ProductField{Meter: p.Meter, Value: f.Get("product_" + string(p.Meter))})
	}
	return typed
}

// saveBilling saves a connection's billing settings.
func (s *Server) saveBilling(c echo.Context) error {
	p, found, err := s.openConnection(c)
	if err != nil {
		return err
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	typed := typedBilling(f, storedBilling(found))
	back := connectionPage(found.Name, f.number("organization"))
	var changes []app.Change
	day, err := pushDay(typed.PushDay)
	if err == nil {
		changes, err = s.edit(c, f.number("revision"), back, editConnection(found.Name, func(to *app.ConnectionSettings) { applyBilling(to, typed, day) }))
	}
	if invalid(err) {
		return s.wrongBilling(c, p, found, f, typed, err)
	}
	if err != nil {
		return err
	}
	s.tell(c, good, "Billing: %s", savedWords(changes))
	return seeOther(c, back+"#billing")
}

func pushDay(text string) (app.PushDay, error) {
	var day app.PushDay
	if text == "" {
		return 0, nil
	}
	if err := day.UnmarshalText([]byte(text)); err != nil {
		return 0, app.FieldErrorf("push_day", "%s", app.ErrorMessage(err))
	}
	return day, nil
}

func applyBilling(to *app.ConnectionSettings, typed views.BillingForm, day app.PushDay) {
	b := &to.Billing
	b.Enabled, b.PushDay, b.PushAt, b.Approval, to.TimeZone = typed.Enabled, day, typed.PushAt, typed.Approval, typed.TimeZone
	products := map[app.Meter]string{}
	for _, p := range typed.Products {
		if p.Value != "" {
			products[p.Meter] = p.Value
		}
	}
	b.Products = nil
	if len(products) > 0 {
		b.Products = products
	}
}

func (s *Server) wrongBilling(c echo.Context, p page, found app.ConnectionSettings, f form, typed views.BillingForm, wrong error) error {
	ctx := c.Request().Context()
	form, err := s.connectionForm(ctx, p, found, f.number("organization"))
	if err != nil {
		return err
	}
	typed.Catalogue, typed.Proposal = form.Billing.Catalogue, form.Billing.Proposal
	typed.Errors = fieldErrors(wrong, "connections["+found.Name+"]", map[string]string{"time_zone": "time_zone", "billing.push_day": "push_day", "billing.push_at": "push_at", "billing.approval": "approval"})
	for i, e := range typed.Errors {
		if meter, ok := strings.CutPrefix(e.Field, "billing.products."); ok {
			typed.Errors[i].Field = "product_" + meter
		}
	}
	form.Revision, form.Billing = f.number("revision"), typed
	return s.showConnection(c, p, http.StatusUnprocessableEntity, form)
}
