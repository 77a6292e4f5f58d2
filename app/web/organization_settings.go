package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
)

// The modes as the form sends them. "own" stands for a connection's name, which the form does not know yet.
const modeOwn = "own"

// organizationSettings is an organization's Settings tab.
func (s *Server) organizationSettings(c echo.Context) error {
	o, err := s.openOrganization(c, "settings")
	if err != nil {
		return err
	}
	f := storedMapping(o)
	if o.mend, f.Errors, err = s.mendOf(c, "company"); err != nil {
		return err
	}
	if to := c.QueryParam("to"); o.mend.Field != "" && f.Company == "" && known(to) {
		f.Company = to
	}
	return s.showOrganization(c, o, http.StatusOK, f)
}

// known reports whether a text is the id of a record.
func known(text string) bool {
	n, err := strconv.ParseInt(text, 10, 64)
	return err == nil && n > 0
}

// storedMapping is the form as the settings have it.
func storedMapping(o organizationPage) views.MappingForm {
	f := views.MappingForm{Mode: o.effective.Mode, Bill: o.effective.Bill}
	switch {
	case f.Mode != app.PSAInherit && f.Mode != app.PSANone:
		f.Mode = modeOwn
	case f.Mode == app.PSAInherit && o.row.ParentExternalID == "":
		f.Mode = modeOwn // there is nothing above the master to inherit from
	}
	if id := o.effective.Company.ID; id != 0 {
		f.Company = strconv.FormatInt(id, 10)
	}
	if id := o.effective.Agreement.ID; id != 0 {
		f.Agreement = strconv.FormatInt(id, 10)
	}
	own, _ := settings.OrganizationByID(o.doc, o.row.Source, o.row.ExternalID)
	f.Products, f.Rules = map[app.Meter]string{}, map[app.Meter]views.RuleForm{}
	base := connectionBilling(o)
	for _, m := range meters(o) {
		f.Products[m] = own.Products[m]
		f.Rules[m] = storedRule(ownRule, m, own.QuantityRules[m], base.Rules.Meters[m])
	}
	return f
}

// connectionBilling is what an organization's own Product IDs and rules are laid over.
func connectionBilling(o organizationPage) app.BillingSettings {
	c, _ := settings.ConnectionByName(o.doc, o.effective.Connection)
	return c.Billing
}

func (s *Server) showOrganization(c echo.Context, o organizationPage, status int, f views.MappingForm) error {
	ctx := c.Request().Context()
	m := views.OrganizationSettings{
		Shell: o.shell, Organization: o.head, Form: f, Master: o.row.ParentExternalID == "", Children: o.below(), Revision: o.rev,
	}
	m.Mend = o.mend
	m.Shell.Wrong = len(f.Errors) > 0 && m.Mend.Field == ""
	if o.effective.Company.ID == 0 {
		m.Waiting = o.row.WaitingFor
	}
	s.effectivePSA(o, &m)
	if name := m.Effective.Connection; name != "" {
		if err := s.mappingChoices(ctx, o, name, &m); err != nil {
			return err
		}
		if err := s.exclusionsOfForm(ctx, o, &m); err != nil {
			return err
		}
	}
	m.Mapped = o.effective.Mapped() && o.effective.Mode != app.PSANone
	if err := s.ownConnection(ctx, o, &m); err != nil {
		return err
	}
	return render(c, status, views.OrganizationSettingsPage(m))
}

// effectivePSA says what the mode comes to. While a form with another mode is shown, it is what that mode would be.
func (s *Server) effectivePSA(o organizationPage, m *views.OrganizationSettings) {
	e := o.effective
	if m.Form.Mode == app.PSANone {
		m.Effective.None = true
		return
	}
	m.Effective.None = e.Mode == app.PSANone
	m.Effective.Connection = e.Connection
	if found, ok := settings.ConnectionByName(o.doc, e.Connection); ok {
		m.Effective.Target = target(found)
	}
	for _, one := range o.tree {
		if e.InheritedFrom != "" && one.Source == o.row.Source && one.ExternalID == e.InheritedFrom {
			m.Effective.From, m.Effective.FromURL = one.Name, link.OrganizationSettings(one.ID)
		}
	}
}

// mappingChoices adds what can be chosen on a connection, from the cache.
func (s *Server) mappingChoices(ctx context.Context, o organizationPage, connection string, m *views.OrganizationSettings) (err error) {
	if m.Companies, m.CompaniesAt, err = options[app.Company](ctx, s, connection, app.ListCompanies, 0); err != nil {
		return err
	}
	if m.Agreements, err = s.agreementsOf(ctx, connection, m.Form.Company); err != nil {
		return err
	}
	products, _, err := options[app.Product](ctx, s, connection, app.ListProducts, 0)
	if err != nil {
		return err
	}
	prices := make(map[string]app.Money, len(products))
	for _, one := range products {
		prices[one.Identifier] = one.Price
		if !one.Inactive {
			m.Catalogue = append(m.Catalogue, one)
		}
	}
	base := connectionBilling(o)
	for _, meter := range meters(o) {
		choice := meterChoice(o, m.Form, base, meter)
		if price, ok := prices[choice.ProductID]; ok && !price.IsZero() {
			choice.UnitPrice = &price
		}
		m.Meters = append(m.Meters, choice)
	}
	return nil
}

// meterChoice is one meter of the form: what is in effect, and what is the organization's own.
func meterChoice(o organizationPage, f views.MappingForm, base app.BillingSettings, meter app.Meter) views.MeterChoice {
	own, _ := settings.OrganizationByID(o.doc, o.row.Source, o.row.ExternalID)
	_, ruled := own.QuantityRules[meter]
	choice := views.MeterChoice{
		Meter: meter, ProductID: o.effective.Products[meter], Own: own.Products[meter] != "" || ruled, Rule: billing.RuleText(o.effective.Rules[meter], meter),
		Product: f.Products[meter], Base: base.Products[meter], Form: f.Rules[meter],
	}
	choice.Open = choice.Own || choice.Form.Own() || choice.Product != "" || choice.Wrong(f.Errors)
	if i := slices.IndexFunc(o.row.Readings, func(r app.Reading) bool { return r.Meter == meter }); i >= 0 {
		choice.Now = &o.row.Readings[i]
	}
	return choice
}

// meters are those the organization's source counts, and whatever else was read or has a product.
func meters(o organizationPage) []app.Meter {
	src, _ := settings.SourceByName(o.doc, o.row.Source)
	out := metersOfKind(src.Kind)
	for _, r := range o.row.Readings {
		if r.Meter != app.MeterGuests || o.effective.Products[r.Meter] != "" {
			out = append(out, r.Meter)
		}
	}
	for meter := range o.effective.Products {
		if src.Pushed() && !vendorMeter(meter) { // it may still be sent
			out = append(out, meter)
		}
	}
	return ordered(slices.Concat(out, o.effective.Bill))
}

// agreementsOf are a company's agreements from the cache, which holds those of all companies in one list.
func (s *Server) agreementsOf(ctx context.Context, connection, company string) ([]app.Agreement, error) {
	id, err := strconv.ParseInt(company, 10, 64)
	if err != nil {
		return nil, nil //nolint:nilerr // no company is chosen
	}
	all, _, err := options[app.Agreement](ctx, s, connection, app.ListAgreements, 0)
	return slices.DeleteFunc(all, func(a app.Agreement) bool { return a.CompanyID != id }), err
}

// ownConnection adds the connection below the mapping: the organization's own, or the one to be made.
func (s *Server) ownConnection(ctx context.Context, o organizationPage, m *views.OrganizationSettings) error {
	if m.Form.Mode != modeOwn {
		return nil
	}
	name := o.effective.Mode
	if name == app.PSAInherit || name == app.PSANone {
		if m.Master && o.effective.Connection != "" {
			return nil // the only connection there is applies; it has a page of its own
		}
		name = ""
	}
	if name == "" {
		form := newConnection(o.page, o.row.ID)
		form.Name = freeName(o.doc)
		m.Connection = &form
		return nil
	}
	found, ok := settings.ConnectionByName(o.doc, name)
	if !ok {
		return nil
	}
	form, err := s.connectionForm(ctx, o.page, found, o.row.ID)
	m.Connection = &form
	return err
}

// agreements is the part of the form that depends on the company, for another company.
func (s *Server) agreements(c echo.Context) error {
	o, err := s.openOrganization(c, "settings")
	if err != nil {
		return err
	}
	m := views.OrganizationSettings{Shell: o.shell, Organization: o.head, Form: storedMapping(o)}
	if company := c.QueryParam("company"); company != m.Form.Company {
		m.Form.Company, m.Form.Agreement = company, ""
	}
	if m.Agreements, err = s.agreementsOf(c.Request().Context(), o.effective.Connection, m.Form.Company); err != nil {
		return err
	}
	return render(c, http.StatusOK, views.AgreementRow(m))
}
