package web

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
	"psabridge/views/ui"
)

// saveOrganization saves an organization's mapping, or shows the form again with other lists.
func (s *Server) saveOrganization(c echo.Context) error {
	o, err := s.openOrganization(c, "settings")
	if err != nil {
		return err
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	typed := typedMapping(f, o)
	o.mend.Delivery = f.number("delivery")
	if step := f.text("step"); step != "" && step != "save" {
		return s.refreshOrganization(c, o, step, typed)
	}
	if typed.Errors = checkMapping(typed); len(typed.Errors) > 0 {
		return s.showOrganization(c, o, http.StatusUnprocessableEntity, typed)
	}
	entry, err := s.mappingEntry(c, o, typed)
	if invalid(err) {
		return s.wrongMapping(c, o, typed, err)
	}
	if err != nil {
		return err
	}
	if typed.Mode == modeOwn && entry.PSA == "" && o.effective.Connection == "" {
		n := notice(info, "Add the connection below. Saving it makes it this organization’s own.")
		o.shell.Notice = &n
		return s.showOrganization(c, o, http.StatusOK, typed)
	}
	back := link.OrganizationSettings(o.row.ID)
	changes, err := s.edit(c, f.number("revision"), back, func(doc *app.Settings) error {
		putOrganization(doc, entry)
		return nil
	})
	if invalid(err) {
		return s.wrongMapping(c, o, typed, err)
	}
	if err != nil {
		return err
	}
	note, err := s.nextBill(c.Request().Context(), o.effective.Connection, organizationCounts(o, entry))
	if err != nil {
		return err
	}
	s.tell(c, good, "%s", sentences(savedWords(changes), note))
	return s.saved(c, f, back)
}

func savedWords(changes []app.Change) string {
	if len(changes) == 0 {
		return "Nothing changed."
	}
	return "Saved: " + ui.Count(len(changes), "change", "changes") + "."
}

// typedMapping is the form as it was sent. What it did not have stays as it is stored.
func typedMapping(f form, o organizationPage) views.MappingForm {
	typed := storedMapping(o)
	typed.Mode, typed.Company, typed.Agreement, typed.Bill = f.text("psa"), f.text("company"), f.text("agreement"), nil
	for _, m := range f.Values["bill"] {
		typed.Bill = append(typed.Bill, app.Meter(m))
	}
	for m := range typed.Products {
		if input := "own_product_" + string(m); f.Has(input) {
			typed.Products[m] = f.Get(input) // not trimmed: a Product ID is matched exactly
		}
		typed.Rules[m] = typedRule(f, typed.Rules[m])
	}
	typed.Exclude, typed.Find = typedExclusions(f), f.text("find")
	return typed
}

// checkMapping names everything in the form that cannot be read.
func checkMapping(typed views.MappingForm) (wrong ui.Errors) {
	for _, m := range ordered(slices.Collect(maps.Keys(typed.Rules))) {
		_, problems := quantityRule(typed.Rules[m])
		wrong = append(wrong, problems...)
	}
	for _, r := range typed.Exclude {
		if r.Left && r.Reason == "" {
			wrong = append(wrong, ui.FieldError{Field: views.ExclusionInput("reason", r.N), Message: "Say why it is left out. Somebody will ask in a year."})
		}
	}
	return wrong
}

// mappingEntry is the organization's own entry as the form wants it. What the form does not show stays.
func (s *Server) mappingEntry(c echo.Context, o organizationPage, typed views.MappingForm) (app.OrganizationSettings, error) {
	entry, _ := settings.OrganizationByID(o.doc, o.row.Source, o.row.ExternalID)
	entry.Source, entry.ID = o.row.Source, o.row.ExternalID
	switch typed.Mode {
	case app.PSAInherit:
		entry.PSA = ""
	case app.PSANone:
		entry.PSA = app.PSANone
		return entry, nil // what was mapped is kept for the day the mode changes back
	case modeOwn:
		if entry.PSA == app.PSAInherit || entry.PSA == app.PSANone {
			entry.PSA = ""
		}
	default:
		return entry, app.FieldErrorf("psa", "Choose one of the modes.")
	}
	company, err := recordID("company", typed.Company)
	if err != nil {
		return entry, err
	}
	agreement, err := recordID("agreement", typed.Agreement)
	if err != nil {
		return entry, err
	}
	if o.effective.Connection == "" {
		return entry, nil // no company or product was shown
	}
	known, err := s.companies(c.Request().Context(), o.effective.Connection)
	if err != nil {
		return entry, err
	}
	if company != entry.Company.ID || known[company].Identifier != "" {
		entry.Company = app.CompanyRef{ID: company, Identifier: known[company].Identifier}
	}
	entry.Agreement, entry.Bill = app.AgreementRef{ID: agreement}, typed.Bill
	entry.Exclude = exclusionsOf(typed.Exclude, entry.Exclude)
	if err := s.putOwn(c.Request().Context(), o, &entry, typed); err != nil {
		return entry, err
	}
	return entry, s.agreementFits(c, o, company, agreement)
}

// agreementFits refuses an agreement that is known to be another company's: with the script off, the list on the page
// may still be that of the company chosen before.
func (s *Server) agreementFits(c echo.Context, o organizationPage, company, agreement int64) error {
	if agreement == 0 {
		return nil
	}
	all, _, err := options[app.Agreement](c.Request().Context(), s, o.effective.Connection, app.ListAgreements, 0)
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.ID == agreement && a.CompanyID != company {
			return app.FieldErrorf("agreement", "%s belongs to %s. Show the agreements of the chosen company and choose one of them.", a.Name, a.Company)
		}
	}
	return nil
}

func recordID(field, text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 {
		return 0, app.FieldErrorf(field, "%q is not a record of ConnectWise. Choose one of the list.", text)
	}
	return n, nil
}

// putOrganization replaces an organization's entry. One that says nothing is not kept.
func putOrganization(doc *app.Settings, entry app.OrganizationSettings) {
	at := slices.IndexFunc(doc.Organizations, func(o app.OrganizationSettings) bool { return o.Source == entry.Source && o.ID == entry.ID })
	empty := entry.PSA == "" && entry.Company.ID == 0 && entry.Agreement.ID == 0 && len(entry.Bill)+len(entry.Products)+len(entry.QuantityRules)+len(entry.Exclude) == 0
	switch {
	case empty && at >= 0:
		doc.Organizations = slices.Delete(doc.Organizations, at, at+1)
	case empty:
	case at >= 0:
		doc.Organizations[at] = entry
	default:
		doc.Organizations = append(doc.Organizations, entry)
	}
}

// refreshOrganization reads lists of ConnectWise, or changes the form, and shows it again with nothing saved.
func (s *Server) refreshOrganization(c echo.Context, o organizationPage, step string, typed views.MappingForm) error {
	ctx, connection := c.Request().Context(), o.effective.Connection
	var err error
	meter, reset := strings.CutPrefix(step, "reset-")
	switch {
	case reset:
		o.shell.Notice = resetOwn(o, typed, app.Meter(meter))
	case step == "reload":
		err = s.reload(c, connection)
	case step == "agreements" && connection != "":
		_, _, err = s.Setup.Options(ctx, connection, app.ListAgreements, 0)
	}
	if err != nil {
		n := notice(bad, "%s", app.ErrorMessage(err))
		o.shell.Notice = &n
	}
	return s.showOrganization(c, o, http.StatusOK, typed)
}
