package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/setup"
	"psabridge/views"
	"psabridge/views/ui"
)

// storedBilling is the form as the settings have it, with a Product ID for each meter there is.
func (s *Server) storedBilling(ctx context.Context, doc app.Settings, c app.ConnectionSettings) (views.BillingForm, error) {
	b := c.Billing
	f := views.BillingForm{Enabled: b.Enabled, PushAt: b.PushAt, TimeZone: c.TimeZone, Approval: b.Approval}
	if b.PushDay > 0 {
		day, _ := b.PushDay.MarshalText()
		f.PushDay = string(day)
	}
	shown, err := s.metersToBill(ctx, doc, b.Products)
	for _, m := range shown {
		f.Products = append(f.Products, views.ProductField{Meter: m, Value: b.Products[m]})
	}
	return f, err
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
	stored, err := s.storedBilling(c.Request().Context(), p.doc, found)
	if err != nil {
		return err
	}
	typed := typedBilling(f, stored)
	back := backTo(found.Name, f.number("organization"), guideTask(f))
	var changes []app.Change
	day, err := pushDay(typed.PushDay)
	if err == nil {
		err = s.billable(c.Request().Context(), p.doc, found, typed)
	}
	if err == nil {
		changes, err = s.edit(c, f.number("revision"), back, editConnection(found.Name, func(to *app.ConnectionSettings) { applyBilling(to, typed, day) }))
	}
	if invalid(err) {
		return s.wrongBilling(c, p, found, f, typed, err)
	}
	if err != nil {
		return err
	}
	s.tell(c, good, "Billing: %s The connection is being tested.", savedWords(changes))
	s.testSaved(c, found.Name, len(changes) > 0)
	if guideTask(f) != "" {
		return seeOther(c, back)
	}
	return seeOther(c, back+"#billing")
}

// billable refuses what the settings alone cannot judge: a Product ID that ConnectWise's catalog does not have, and pushes
// that would run by themselves beside the vendor's own (M13). What is stored already is the checks' to judge.
func (s *Server) billable(ctx context.Context, doc app.Settings, found app.ConnectionSettings, typed views.BillingForm) error {
	rows, readAt, err := s.Read.Options(ctx, found.Name, app.ListProducts, 0)
	if err != nil {
		return err
	}
	for _, p := range typed.Products {
		if p.Value == "" || p.Value == found.Billing.Products[p.Meter] || readAt.IsZero() {
			continue
		}
		if err := s.productFits(rows, readAt, p); err != nil {
			return err
		}
	}
	if typed.Approval != app.ApprovalAutomatic || found.Billing.Approval == app.ApprovalAutomatic {
		return nil
	}
	on, err := s.vendorOn(ctx, doc)
	if err != nil || len(on) == 0 {
		return err
	}
	return app.FieldErrorf("approval", "First confirm in the set-up guide that the vendor's own billing push is off for %s. Until then a push asks.", strings.Join(on, ", "))
}

// productFits looks for exactly the Product ID that was entered: every letter and every space counts.
func (s *Server) productFits(rows []app.OptionRow, readAt time.Time, p views.ProductField) error {
	var found []string
	for _, r := range rows {
		if r.Identifier == p.Value {
			found = append(found, ui.ID(r.ID))
		}
	}
	field := "product_" + string(p.Meter)
	switch len(found) {
	case 1:
		return nil
	case 0:
		var near strings.Builder
		for _, m := range setup.NearMisses(rows, p.Value) {
			near.WriteString(" There is " + m.String() + ".")
		}
		return app.FieldErrorf(field, "ConnectWise has no Product ID “%s” in the catalog as read %s.%s Copy it exactly from there; if you have just made the product, click Reload Options from PSA first.",
			p.Value, ui.Moment(readAt, s.Now(), s.Zone), near.String())
	}
	return app.FieldErrorf(field, "ConnectWise has several products with the ID “%s”: %s. Rename all but one there, then click Reload Options from PSA.", p.Value, strings.Join(found, ", "))
}

// vendorOn are the sources whose own push nobody has confirmed to be off.
func (s *Server) vendorOn(ctx context.Context, doc app.Settings) ([]string, error) {
	list, err := s.Read.Confirmations(ctx)
	var on []string
	for _, src := range doc.Sources {
		if src.Pushed() { // nobody but us bills what is sent to it
			continue
		}
		if !slices.ContainsFunc(list, func(c app.Confirmation) bool { return c.Subject == app.VendorOff(src.Name) }) {
			on = append(on, src.Name)
		}
	}
	return on, err
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
	typed.Catalogue, typed.Proposal, typed.VendorOn = form.Billing.Catalogue, form.Billing.Proposal, form.Billing.VendorOn
	typed.Errors = fieldErrors(wrong, "connections["+found.Name+"]", map[string]string{"time_zone": "time_zone", "billing.push_day": "push_day", "billing.push_at": "push_at", "billing.approval": "approval"})
	for i, e := range typed.Errors {
		if meter, ok := strings.CutPrefix(e.Field, "billing.products."); ok {
			typed.Errors[i].Field = "product_" + meter
		}
	}
	form.Revision, form.Billing, form.Task = f.number("revision"), typed, guideTask(f)
	return s.showConnection(c, p, http.StatusUnprocessableEntity, form)
}
