package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
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
