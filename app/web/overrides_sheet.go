package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/inbox"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/ui"
)

// overrideSheet shows what a pasted table becomes, or saves it. Only what was shown is saved, and nothing while a row is
// wrong, unless the person leaves the wrong rows out.
func (s *Server) overrideSheet(c echo.Context, p monthPage, f form) error {
	ctx := c.Request().Context()
	known, err := s.customersOf(ctx, p)
	if err != nil {
		return err
	}
	typed := views.SheetForm{Text: f.Get("text"), Meter: f.text("sheet_meter"), Note: f.text("sheet_note"), Decimal: f.text("decimal"), Leave: f.ticked("leave")}
	sheet, list, wrong := known.sheet(typed)
	show := func(status int, wrong ...ui.FieldError) error {
		typed.Errors = append(typed.Errors, wrong...)
		return s.showOverrides(c, p, status, views.Overrides{Paste: typed, Sheet: sheet})
	}
	switch {
	case wrong != nil:
		sheet = nil
		return show(http.StatusUnprocessableEntity, ui.FieldError{Field: wrong.Field, Message: wrong.Message})
	case f.text("do") != "save":
		return show(http.StatusOK)
	case f.text("seen") != sheet.Seen:
		return show(http.StatusConflict, ui.FieldError{Message: "What the rows become changed since you looked at them, so nothing was saved. Look at them again, then save."})
	case len(list) == 0:
		return show(http.StatusUnprocessableEntity, ui.FieldError{Message: "No row is right, so nothing was saved."})
	case sheet.Wrong > 0 && !typed.Leave:
		return show(http.StatusUnprocessableEntity, ui.FieldError{Message: ui.Count(sheet.Wrong, "row is", "rows are") + " wrong, so nothing was saved. Correct the text below, or tick that they are left out."})
	}
	err = s.SaveOverrides(ctx, list, person)
	if invalid(err) {
		return show(http.StatusUnprocessableEntity, ui.FieldError{Message: "Nothing was saved. " + rowProblem(err, *sheet)})
	}
	if err != nil {
		return s.overridesRefused(p, err)
	}
	text := ui.Count(len(list), "override is", "overrides are") + " saved"
	if sheet.Wrong > 0 {
		text += ", " + ui.Count(sheet.Wrong, "row was", "rows were") + " left out"
	}
	s.tell(c, good, "%s. Make a new preview to count them.", text)
	return seeOther(c, link.MonthOverrides(p.connection.Name, p.period.String()))
}

// rowProblem names the pasted row a refusal is about.
func rowProblem(err error, sheet views.OverrideSheet) string {
	e, ok := errors.AsType[*app.Error](err)
	at := -1
	if ok {
		_, _ = fmt.Sscanf(e.Field, "overrides[%d]", &at)
	}
	for _, r := range sheet.Rows {
		if r.Wrong != "" {
			continue
		}
		if at == 0 {
			return "Line " + ui.Int(r.Line) + ": " + e.Message
		}
		at--
	}
	return app.ErrorMessage(err)
}

// sheet makes overrides of a pasted table. wrong is set when it cannot be read at all.
func (k *customers) sheet(f views.SheetForm) (*views.OverrideSheet, []app.Override, *app.Error) {
	decimal := byte(0)
	if f.Decimal == "," || f.Decimal == "." {
		decimal = f.Decimal[0]
	}
	read, err := inbox.ReadSheet(f.Text, decimal)
	if err == nil && len(read.Rows) == 0 {
		err = app.FieldErrorf("text", "No row has a quantity, so there is nothing to save.")
	}
	if e, ok := errors.AsType[*app.Error](err); ok {
		return nil, nil, e
	}
	out := &views.OverrideSheet{Separator: read.Separator, Header: read.Header, Blank: read.Blank, Empty: read.Empty}
	rows := make([]sheetLine, 0, len(read.Rows))
	first := map[usage]int{}
	for _, r := range read.Rows {
		row := k.sheetLine(r, f)
		u := usage{row.o.Source, row.o.OrganizationID, row.o.Meter}
		if line, twice := first[u]; twice && row.Wrong == "" {
			row.Wrong = fmt.Sprintf("Line %d says this organization and meter already.", line)
		} else if row.Wrong == "" {
			first[u] = r.Line
		}
		out.TwoWays = out.TwoWays || r.TwoWays
		rows = append(rows, row)
	}
	var list []app.Override
	for _, r := range rows {
		out.Rows = append(out.Rows, r.SheetRow)
		if r.Wrong != "" {
			out.Wrong++
			continue
		}
		out.Right++
		list = append(list, r.o)
	}
	out.Seen = seenSum(out.Rows, list)
	return out, list, nil
}

// sheetLine is a pasted row with the override it becomes.
type sheetLine struct {
	views.SheetRow

	o app.Override
}

func (k *customers) sheetLine(r inbox.SheetRow, f views.SheetForm) sheetLine {
	out := sheetLine{SheetRow: views.SheetRow{Line: r.Line, Organization: r.Organization, Meter: r.Meter, Quantity: r.Text, Note: r.Note}}
	if r.Meter == "" {
		out.Meter = f.Meter
	}
	if r.Note == "" {
		out.Note = f.Note
	}
	var wrong []string
	say := func(message string) {
		if message != "" {
			wrong = append(wrong, message)
		}
	}
	who, message := k.whose(r.Organization)
	say(message)
	meter, message := k.meter(out.Meter)
	say(message)
	say(r.Wrong)
	if period, ok := inbox.SheetMonth(r.Month); r.Month != "" && (!ok || period != k.page.period) {
		say(fmt.Sprintf("This row is of %s, not of %s.", r.Month, ui.PeriodName(k.page.period)))
	}
	unit := ""
	if who.ExternalID != "" && meter != "" {
		out.Organization, out.Meter = who.label, views.MeterName(meter)
		u := usage{who.Source, who.ExternalID, meter}
		out.InPlace, out.Replaces = k.inPlace(u), k.replaced(u)
		unit, message = k.unit(who, meter, r.Unit)
		say(message)
	}
	if out.Note == "" {
		say("Say why: in a note of the row, or below for all rows.")
	}
	if r.Wrong == "" {
		out.Quantity = ui.Quantity(r.Quantity, unit)
	}
	out.Wrong = strings.Join(wrong, " ")
	out.o = app.Override{Source: who.Source, OrganizationID: who.ExternalID, Meter: meter, Period: k.page.period, Quantity: r.Quantity, Unit: unit, Note: out.Note}
	return out
}

// seenSum tells what was shown from anything else the same text could become.
func seenSum(rows []views.SheetRow, list []app.Override) string {
	h := sha256.New()
	for _, r := range rows {
		fmt.Fprintf(h, "%d %q %q\n", r.Line, r.Wrong, r.Replaces)
	}
	for _, o := range list {
		fmt.Fprintf(h, "%q %q %q %s %q %q\n", o.Source, o.OrganizationID, o.Meter, o.Quantity, o.Unit, o.Note)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
