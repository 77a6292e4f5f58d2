package web

import (
	"encoding/json"
	"errors"
	"fmt"
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

// askAbove is how many organizations a change may touch without being shown first.
const askAbove = 20

// planned is a change of many mappings that a form asked for.
type planned struct {
	choices []app.MappingChoice
	leftOut []string // what the form asked for and cannot be done, in words
}

// saveMappings makes a change of many mappings, or shows it first where it is large.
func (s *Server) saveMappings(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	b, err := s.openMapping(c, f.text("connection"), views.MappingFilter{Q: f.text("q"), Show: f.text("show"), Source: f.text("source")})
	if err != nil {
		return err
	}
	back := link.With(link.Mapping, b.filter.Pairs(b.connection.Name)...)
	if f.text("do") == "reload" {
		if err := s.reload(c, b.connection.Name); err != nil {
			return lookAgainError{err, back}
		}
		s.tell(c, good, "The lists were read anew.")
		return seeOther(c, back)
	}
	if f.number("revision") != b.rev {
		return lookAgainError{app.Errorf(app.Conflict, "The settings were changed since this page was opened. Look at them again, then save."), back}
	}
	plan, err := b.planned(f)
	if invalid(err) {
		return s.wrongMappings(c, b, f, plan, err)
	}
	if err != nil {
		return err
	}
	if len(plan.choices) == 0 {
		n := notice(info, "%s", strings.Join(append([]string{"Nothing changes: nothing was ticked, or all of it is so already."}, plan.leftOut...), " "))
		s.notices.put(s.sessionOf(c), n)
		return seeOther(c, back)
	}
	if len(plan.choices) > askAbove && f.text("do") != "confirm" {
		return s.checkMappings(c, b, plan, back)
	}
	return s.applyMappings(c, b, f, plan, back)
}

// planned is what the pressed button asks for.
func (b *mappingBook) planned(f form) (planned, error) {
	if one := f.text("one"); one != "" && f.text("do") != "mend" {
		return b.matchTyped(f, []string{one})
	}
	switch f.text("do") {
	case "match":
		return b.matchTyped(f, nil)
	case "certain":
		return b.matchCertain(), nil
	case "mend":
		return b.mends(f.text("one")), nil
	case "rows":
		return b.changedRows(f), nil
	case "bill", "bill-all":
		return b.billMany(f), nil
	case "confirm":
		var p planned
		if json.Unmarshal([]byte(f.Get("choices")), &p.choices) != nil {
			return p, app.Errorf(app.Invalid, "The change was cut off on its way. Open the page again and repeat it there.")
		}
		return p, nil
	}
	return planned{}, app.Errorf(app.Invalid, "Press one of the buttons of the page.")
}

// matchTyped takes the companies of the ticked rows, or of those named; a typed company comes before a proposed one.
func (b *mappingBook) matchTyped(f form, only []string) (p planned, err error) {
	var wrong ui.Errors
	for _, o := range b.rows {
		id := strconv.FormatInt(o.ID, 10)
		typed := f.text("company-" + id)
		if only != nil && !slices.Contains(only, id) || only == nil && typed == "" && !slices.Contains(f.Values["org"], id) {
			continue
		}
		company := f.number("to-" + id)
		if typed != "" {
			if company, err = companyMeant(typed, b.companies); err != nil {
				wrong = append(wrong, ui.FieldError{Field: "company-" + id, Message: o.Name + ": " + app.ErrorMessage(err)})
				continue
			}
		}
		if company == 0 {
			wrong = append(wrong, ui.FieldError{Field: "company-" + id, Message: o.Name + ": choose its company, or type its name, identifier or #number."})
			continue
		}
		p.choices = append(p.choices, app.MappingChoice{OrganizationID: o.ID, CompanyID: company})
	}
	if len(wrong) > 0 {
		return p, typedError{wrong}
	}
	return p, nil
}

// typedError is what is wrong with the fields of the page.
type typedError struct{ fields ui.Errors }

// Error implements error.
func (e typedError) Error() string { return e.fields[0].Message }

// As lets it count as invalid input.
func (e typedError) As(target any) bool {
	if t, ok := target.(**app.Error); ok {
		*t = &app.Error{Code: app.Invalid, Message: e.fields[0].Message}
		return true
	}
	return false
}

// matchCertain takes every suggestion nobody needs to look at.
func (b *mappingBook) matchCertain() (p planned) {
	for _, o := range b.rows {
		if list := b.suggestions[o.ID]; len(list) == 1 && sure(list[0]) && b.tree.Effective(o.Source, o.ExternalID).Company.ID == 0 {
			p.choices = append(p.choices, app.MappingChoice{OrganizationID: o.ID, CompanyID: list[0].CompanyID})
		}
	}
	return p
}

// mends takes what is suggested for all repairs, or for the one that is named.
func (b *mappingBook) mends(key string) (p planned) {
	for _, r := range b.repairs {
		if r.Suggest == nil || key != "" && repairKey(r) != key {
			continue
		}
		at := slices.IndexFunc(p.choices, func(c app.MappingChoice) bool { return c.OrganizationID == r.Suggest.OrganizationID })
		if at < 0 {
			p.choices = append(p.choices, *r.Suggest)
			continue
		}
		p.choices[at] = together(p.choices[at], *r.Suggest) // two things of one organization
	}
	return p
}

func together(a, b app.MappingChoice) app.MappingChoice {
	if b.CompanyID != 0 {
		a.CompanyID = b.CompanyID
	}
	if b.AgreementID != 0 {
		a.AgreementID = b.AgreementID
	}
	products := map[app.Meter]string{}
	for _, from := range []map[app.Meter]string{a.Products, b.Products} {
		for meter, id := range from {
			products[meter] = id
		}
	}
	a.Products = products
	return a
}

// changedRows takes the agreements and ticks of the shown rows, where they differ from what is stored.
func (b *mappingBook) changedRows(f form) (p planned) {
	for _, o := range b.rows {
		id := strconv.FormatInt(o.ID, 10)
		if !slices.Contains(f.Values["row"], id) {
			continue
		}
		e := b.tree.Effective(o.Source, o.ExternalID)
		bill := []app.Meter{}
		for _, meter := range f.Values["bill-"+id] {
			bill = append(bill, app.Meter(meter))
		}
		agreement := f.number("agreement-" + id)
		c := app.MappingChoice{OrganizationID: o.ID}
		if !sameMeters(bill, e.Bill) {
			c.Bill = bill
		}
		if len(bill) > 0 && agreement != 0 && agreement != e.Agreement.ID {
			c.AgreementID = agreement
		}
		if c.Bill != nil || c.AgreementID != 0 {
			p.choices = append(p.choices, c)
		}
	}
	return p
}

func sameMeters(a, b []app.Meter) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(m app.Meter) bool { return !slices.Contains(b, m) })
}

// billMany adds meters to the ticked organizations, or to all that pass the filter. Which agreement is meant where a company
// has several, only a person knows: those are left out.
func (b *mappingBook) billMany(f form) (p planned) {
	var meters []app.Meter
	for _, m := range f.Values["meter"] {
		meters = append(meters, app.Meter(m))
	}
	if len(meters) == 0 {
		return planned{leftOut: []string{"Tick what is to be billed."}}
	}
	for _, o := range b.rows {
		id := strconv.FormatInt(o.ID, 10)
		e := b.tree.Effective(o.Source, o.ExternalID)
		all := f.text("do") == "bill-all" && (b.shows(o, e, "matched") || b.filter.Show == "repair" && b.shows(o, e, "repair"))
		if e.Company.ID == 0 || !all && !(f.text("do") == "bill" && slices.Contains(f.Values["org"], id)) {
			continue
		}
		bill := slices.Clone(e.Bill)
		for _, m := range meters {
			if !slices.Contains(bill, m) {
				bill = append(bill, m)
			}
		}
		c := app.MappingChoice{OrganizationID: o.ID}
		if !sameMeters(bill, e.Bill) {
			c.Bill = ordered(bill)
		}
		if e.Agreement.ID == 0 {
			row := b.mappedRow(o, e, 0)
			if c.AgreementID = row.Proposed; c.AgreementID == 0 {
				c.AgreementID = f.number("agreement-" + id)
			}
			if c.AgreementID == 0 {
				p.leftOut = append(p.leftOut, noAgreementWords(o.Name, len(row.Agreements)))
				continue
			}
		}
		if c.Bill != nil || c.AgreementID != 0 {
			p.choices = append(p.choices, c)
		}
	}
	return p
}

func noAgreementWords(name string, several int) string {
	if several == 0 {
		return name + ": its company has no agreement that runs. Make one in ConnectWise, then reload the options."
	}
	return name + ": its company has " + ui.Count(several, "agreement", "agreements") + ". Choose one of them first."
}

// checkMappings shows what a large change does, before it does.
func (s *Server) checkMappings(c echo.Context, b mappingBook, p planned, back string) error {
	text, err := json.Marshal(p.choices)
	if err != nil {
		return app.Wrap(err, app.Internal, "The change cannot be shown.")
	}
	m := views.MappingCheck{Shell: b.shell, Connection: b.connection.Name, Revision: b.rev, Choices: string(text), Opens: b.opens(p.choices), LeftOut: p.leftOut, Back: back}
	for _, one := range p.choices {
		m.Rows = append(m.Rows, views.MappingCheckRow{Organization: app.Named{ID: one.OrganizationID, Name: b.names[one.OrganizationID]}, Changes: b.words(one)})
	}
	return render(c, http.StatusOK, views.MappingCheckPage(m))
}

// words says what a choice changes.
func (b *mappingBook) words(c app.MappingChoice) (out []string) {
	if c.CompanyID != 0 {
		company := b.companies[c.CompanyID]
		out = append(out, "Company "+company.Name+" "+ui.ID(c.CompanyID))
	}
	if c.AgreementID != 0 {
		name := ""
		for _, list := range b.agreements {
			for _, a := range list {
				if a.ID == c.AgreementID {
					name = a.Name + " "
				}
			}
		}
		out = append(out, "Agreement "+name+ui.ID(c.AgreementID))
	}
	switch {
	case c.Bill != nil && len(c.Bill) == 0:
		out = append(out, "Nothing billed any more")
	case len(c.Bill) > 0:
		out = append(out, "Billed: "+views.MeterWords(c.Bill))
	}
	for _, meter := range ordered(keysOf(c.Products)) {
		out = append(out, "Product ID of "+views.MeterWord(meter)+": "+c.Products[meter])
	}
	return out
}

func keysOf(products map[app.Meter]string) (out []app.Meter) {
	for meter := range products {
		out = append(out, meter)
	}
	return out
}

// opens counts the alerts that become tickets when organizations get their first company (T4).
func (b *mappingBook) opens(choices []app.MappingChoice) (n int) {
	for _, c := range choices {
		for _, o := range b.rows {
			if o.ID == c.OrganizationID && c.CompanyID != 0 && b.tree.Effective(o.Source, o.ExternalID).Company.ID == 0 {
				n += o.WaitingFor
			}
		}
	}
	return n
}

// applyMappings makes the change, says what it did, and offers the way back.
func (s *Server) applyMappings(c echo.Context, b mappingBook, f form, p planned, back string) error {
	rev, err := s.ApplyMappings(c.Request().Context(), person, p.choices)
	if invalid(err) {
		return s.wrongMappings(c, b, f, p, err)
	}
	if err != nil {
		return lookAgainError{err, back}
	}
	if rev == b.rev {
		s.tell(c, info, "Nothing changed: all of it is so already.")
		return seeOther(c, back)
	}
	matched := 0
	for _, one := range p.choices {
		if one.CompanyID != 0 {
			matched++
		}
	}
	text := ui.Count(len(p.choices), "mapping", "mappings") + " changed, all in one change."
	if matched == len(p.choices) {
		text = ui.Count(matched, "organization", "organizations") + " matched, all in one change."
	}
	if n := b.opens(p.choices); n > 0 {
		text += " " + ui.Count(n, "alert that waited becomes a ticket.", "alerts that waited become tickets.")
	}
	n := notice(good, "%s", strings.Join(append([]string{text}, p.leftOut...), " "))
	n.Undo = &ui.Action{Label: "Undo", Path: link.MappingRevert, Post: true, Fields: []ui.Choice{{Value: "rev", Label: strconv.FormatInt(rev, 10)}, {Value: "connection", Label: b.connection.Name}}}
	s.notices.put(s.sessionOf(c), n)
	return seeOther(c, back)
}

// wrongMappings shows the page again with what was typed and what is wrong with it.
func (s *Server) wrongMappings(c echo.Context, b mappingBook, f form, p planned, err error) error {
	t := typedMappings{form: &f}
	if typed, ok := errors.AsType[typedError](err); ok {
		t.errors = typed.fields
	} else {
		t.errors = ui.Errors{{Field: b.fieldOf(err, p), Message: app.ErrorMessage(err)}}
	}
	return s.showMapping(c, b, http.StatusUnprocessableEntity, f.text("page"), t)
}

// fieldOf is the input that stands for the field of a choice that was refused; "" when the page has none.
func (b *mappingBook) fieldOf(err error, p planned) string {
	e, ok := errors.AsType[*app.Error](err)
	if !ok {
		return ""
	}
	var at int
	var field string
	if n, _ := fmt.Sscanf(e.Field, "choices[%d].%s", &at, &field); n != 2 || at >= len(p.choices) {
		return ""
	}
	id := strconv.FormatInt(p.choices[at].OrganizationID, 10)
	switch field {
	case "company_id":
		return "company-" + id
	case "agreement_id":
		return "agreement-" + id
	}
	return ""
}

// revertMappings takes a change of mappings back.
func (s *Server) revertMappings(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	back := link.Mapping
	doc, _, err := s.Settings.Document(c.Request().Context())
	if err != nil {
		return err
	}
	if _, known := settings.ConnectionByName(doc, f.text("connection")); known {
		back = link.MappingOf(f.text("connection"))
	}
	if err := s.RevertMappings(c.Request().Context(), person, f.number("rev")); err != nil {
		return lookAgainError{err, back}
	}
	s.tell(c, good, "Taken back: the mappings are as they were before revision %d.", f.number("rev"))
	return seeOther(c, back)
}
