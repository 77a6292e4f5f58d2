package web

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/settings"
	"psabridge/app/setup"
	"psabridge/views"
	"psabridge/views/ui"
)

// storedBilling is the form as the settings have it, with a Product ID and a quantity rule for each meter there is. Limits and
// rules that are not set stay empty: the form shows what they come to.
func (s *Server) storedBilling(ctx context.Context, doc app.Settings, c app.ConnectionSettings) (views.BillingForm, error) {
	b, usual := c.Billing, settings.ConnectionWithDefaults(c).Billing
	f := views.BillingForm{Enabled: b.Enabled, PushAt: usual.PushAt, TimeZone: c.TimeZone, Approval: usual.Approval}
	if b.PushDay > 0 {
		day, _ := b.PushDay.MarshalText()
		f.PushDay = string(day)
	}
	storedLimits(b, &f)
	named := map[app.Meter]string{}
	for m := range b.Rules.Meters {
		named[m] = ""
	}
	maps.Copy(named, b.Products)
	shown, err := s.metersToBill(ctx, doc, named)
	for _, m := range shown {
		rule := storedRule("", m, b.Rules.Meters[m], app.QuantityRule{})
		rule.Words = billing.RuleText(b.Rules.Meters[m], m)
		f.Products = append(f.Products, views.ProductField{Meter: m, Value: b.Products[m], Rule: rule})
	}
	return f, err
}

func typedBilling(f form, stored views.BillingForm) views.BillingForm {
	typed := views.BillingForm{
		Enabled: f.ticked("billing_enabled"), PushDay: f.text("push_day"), PushAt: f.text("push_at"), TimeZone: f.text("time_zone"), Approval: f.text("approval"),
	}
	typedLimits(f, stored, &typed)
	for _, p := range stored.Products {
		// Not trimmed: a Product ID is matched exactly, and the settings' checks name a space at its end.
		typed.Products = append(typed.Products, views.ProductField{Meter: p.Meter, Value: f.Get("product_" + string(p.Meter)), Rule: typedRule(f, p.Rule)})
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
	wanted, wrong := billingOf(found, typed)
	if len(wrong) > 0 {
		return s.wrongBilling(c, p, found, f, typed, wrong)
	}
	var changes []app.Change
	if err = s.billable(c.Request().Context(), p.doc, found, typed); err == nil {
		changes, err = s.edit(c, f.number("revision"), back, editConnection(found.Name, func(to *app.ConnectionSettings) {
			to.Billing, to.TimeZone = wanted, typed.TimeZone
		}))
	}
	if invalid(err) {
		tree, e := s.Read.Tree(c.Request().Context())
		if e != nil {
			return e
		}
		return s.wrongBilling(c, p, found, f, typed, billingErrors(err, found.Name, typed, tree))
	}
	if err != nil {
		return err
	}
	note, err := s.nextBill(c.Request().Context(), found.Name, connectionCounts(found.Billing, wanted))
	if err != nil {
		return err
	}
	s.tell(c, good, "%s", sentences("Billing: "+savedWords(changes), note, "The connection is being tested."))
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
		if err := s.productFits(rows, readAt, "product_"+string(p.Meter), p.Value); err != nil {
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
func (s *Server) productFits(rows []app.OptionRow, readAt time.Time, field, product string) error {
	var found []string
	for _, r := range rows {
		if r.Identifier == product {
			found = append(found, ui.ID(r.ID))
		}
	}
	switch len(found) {
	case 1:
		return nil
	case 0:
		var near strings.Builder
		for _, m := range setup.NearMisses(rows, product) {
			near.WriteString(" There is " + m.String() + ".")
		}
		return app.FieldErrorf(field, "ConnectWise has no Product ID “%s” in the catalog as read %s.%s Copy it exactly from there; if you have just made the product, click Reload Options from PSA first.",
			product, ui.Moment(readAt, s.Now(), s.Zone), near.String())
	}
	return app.FieldErrorf(field, "ConnectWise has several products with the ID “%s”: %s. Rename all but one there, then click Reload Options from PSA.", product, strings.Join(found, ", "))
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

// billingOf is what a connection's billing would be with the form, and everything in the form that cannot be read.
func billingOf(found app.ConnectionSettings, typed views.BillingForm) (app.BillingSettings, ui.Errors) {
	b := found.Billing
	var wrong ui.Errors
	note := func(input string, err error) {
		if err != nil {
			wrong = append(wrong, ui.FieldError{Field: input, Message: app.ErrorMessage(err)})
		}
	}
	day, err := pushDay(typed.PushDay)
	note("push_day", err)
	b.Enabled, b.PushDay, b.PushAt, b.Approval = typed.Enabled, day, typed.PushAt, typed.Approval
	b.Products, b.Rules.Meters = nil, maps.Clone(b.Rules.Meters)
	for _, p := range typed.Products {
		if p.Value != "" {
			if b.Products == nil {
				b.Products = map[app.Meter]string{}
			}
			b.Products[p.Meter] = p.Value
		}
		rule, problems := quantityRule(p.Rule)
		wrong = append(wrong, problems...)
		b.Rules.Meters = putRule(b.Rules.Meters, p.Meter, rule)
	}
	b.Rules.Hold, b.MaxAge = limitsOf(typed, note)
	return b, wrong
}

// connectionCounts says what is billed otherwise where an organization has no rule of its own.
func connectionCounts(before, after app.BillingSettings) []string {
	meters := ordered(slices.Concat(slices.Collect(maps.Keys(before.Products)), slices.Collect(maps.Keys(after.Products))))
	in := func(b app.BillingSettings) func(app.Meter) string {
		return func(m app.Meter) string { return counted(m, b.Products[m], b.Rules.Meters[m]) }
	}
	return countedAnew(meters, in(before), in(after))
}

// nextBill says what a change does to the next bill: what is counted otherwise, and that a preview which stands does not
// have it yet.
func (s *Server) nextBill(ctx context.Context, connection string, changed []string) (string, error) {
	if len(changed) == 0 {
		return "", nil
	}
	words := strings.Join(changed, " ")
	plan, err := s.Read.NewestPlan(ctx, connection)
	switch {
	case app.ErrorCode(err) == app.NotFound:
		return words, nil
	case err != nil:
		return "", err
	case plan.State == app.PlanOpen:
		return words + " The preview of " + ui.PeriodName(plan.Period) + " does not have this yet: make a new one before you push.", nil
	}
	return words + " The next preview shows what that changes.", nil
}

// billingErrors puts what the settings say is wrong beside the inputs. What the change would do to organizations that share a
// line is about the form as a whole.
func billingErrors(err error, connection string, typed views.BillingForm, tree []app.Organization) ui.Errors {
	inputs := map[string]string{
		"time_zone": "time_zone", "billing.push_day": "push_day", "billing.push_at": "push_at", "billing.approval": "approval", "billing.max_age": "max_age",
		"billing.rules.hold.percent": "hold_percent", "billing.rules.hold.units": "hold_units", "billing.rules.hold.amount": "hold_amount",
	}
	for _, p := range typed.Products {
		input := "product_" + string(p.Meter)
		inputs["billing.products."+string(p.Meter)], inputs[input] = input, input
		ruleInputs(inputs, "billing.rules", "", p.Meter)
	}
	for _, e := range settings.Problems(err) {
		if _, other := cutOrganization(e.Field); other {
			e.Field = ""
		}
	}
	wrong := fieldErrors(err, "connections["+connection+"]", inputs)
	for i, e := range wrong {
		wrong[i].Message = named(e.Message, tree)
	}
	return wrong
}

func (s *Server) wrongBilling(c echo.Context, p page, found app.ConnectionSettings, f form, typed views.BillingForm, wrong ui.Errors) error {
	ctx := c.Request().Context()
	form, err := s.connectionForm(ctx, p, found, f.number("organization"))
	if err != nil {
		return err
	}
	typed.Catalogue, typed.Proposal, typed.VendorOn, typed.Errors = form.Billing.Catalogue, form.Billing.Proposal, form.Billing.VendorOn, wrong
	form.Revision, form.Billing, form.Task = f.number("revision"), typed, guideTask(f)
	return s.showConnection(c, p, http.StatusUnprocessableEntity, form)
}
