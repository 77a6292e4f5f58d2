package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"psabridge/app"
	"psabridge/app/inbox"
)

type billingOverride struct {
	List   overrideList   `cmd:"" help:"List what was typed in place of readings."`
	Set    overrideSet    `cmd:"" help:"Type a number in place of a reading, or a file of them. All are saved, or none."`
	Remove overrideRemove `cmd:"" help:"Let the reading count again."`
}

type overrideList struct{ billingScope }

type overrideAnswer struct {
	Organization string       `json:"organization"`
	Source       string       `json:"source"`
	ExternalID   string       `json:"external_id"`
	Meter        string       `json:"meter"`
	Period       string       `json:"period"`
	Quantity     app.Quantity `json:"quantity"`
	Unit         string       `json:"unit"`
	Note         string       `json:"note"`
	By           string       `json:"by"`
	At           time.Time    `json:"at"`
}

// Run lists overrides.
func (o overrideList) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error { return o.ask(ctx, g, c, cl) })
}

func (o overrideList) ask(ctx context.Context, g *globals, c console, cl *client) error {
	path := "/billing/overrides" + query("period", o.Period, "connection", o.Connection, "limit", "1000")
	return show(ctx, g, c, cl, path, func(w io.Writer, list listAnswer[overrideAnswer]) {
		if len(list.Items) == 0 {
			_, _ = fmt.Fprintln(w, "Nothing is typed; the readings count.")
		}
		tw := tabwriter.NewWriter(w, 0, 2, 2, ' ', 0)
		for _, r := range list.Items {
			_, _ = fmt.Fprintf(tw, "%s\t%s:%s\t%s\t%s\t%s %s\tby %s, %s\t%s\n", r.Organization, r.Source, r.ExternalID, r.Period, r.Meter, r.Quantity, r.Unit, r.By, shortTime(r.At), r.Note)
		}
		_ = tw.Flush()
		list.more(w)
	})
}

type overrideSet struct {
	Organization string `arg:"" optional:"" help:"The organization: ${organization}."`
	Meter        string `arg:"" optional:"" help:"The meter, e.g. accounts."`
	Quantity     *exact `arg:"" optional:"" help:"What counts, before the quantity rule."`
	Unit         string `help:"each, bytes, GB or TB; the unit of the bill when left out." enum:",each,bytes,GB,TB" default:"" placeholder:"UNIT"`
	Note         string `help:"Why; somebody will ask in a year. With --file, of the rows without one." placeholder:"TEXT"`
	Period       string `help:"The month, e.g. 2026-11; the current one when left out." placeholder:"2026-11"`
	File         string `help:"A file with the columns organization_id or organization, meter, quantity, unit, note; - = standard input." placeholder:"FILE"`
	Decimal      string `help:"The sign before decimals in the file, a comma or a point, where it does not show it." placeholder:"SIGN"`
}

// Validate refuses a number that is not whole, and a file beside one.
func (o overrideSet) Validate() error {
	typed := o.Organization != "" || o.Meter != "" || o.Quantity != nil
	switch {
	case o.File != "" && typed:
		return errors.New("a number or a file of them; leave --file out, or the rest")
	case o.File == "" && o.Quantity == nil:
		return errors.New("say organization, meter and quantity, or --file FILE")
	case o.File == "" && strings.TrimSpace(o.Note) == "":
		return errors.New("say why with --note TEXT; somebody will ask in a year")
	case o.Decimal != "" && o.Decimal != "," && o.Decimal != ".":
		return errors.New("--decimal is a comma or a point")
	}
	return nil
}

// typedRow is a number as the API takes it.
type typedRow struct {
	OrganizationID string       `json:"organization_id"`
	Meter          string       `json:"meter"`
	Period         string       `json:"period,omitempty"`
	Quantity       app.Quantity `json:"quantity"`
	Unit           string       `json:"unit,omitempty"`
	Note           string       `json:"note"`
}

// Run types numbers.
func (o overrideSet) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error { return o.ask(ctx, g, c, cl) })
}

func (o overrideSet) ask(ctx context.Context, g *globals, c console, cl *client) error {
	rows, lines, err := o.rows(ctx, c, cl)
	if err != nil {
		printRowsOf(c.err, g.JSON, err)
		return err
	}
	var out struct {
		Saved int `json:"saved"`
	}
	if err := cl.call(ctx, http.MethodPut, "/billing/overrides", map[string]any{"overrides": rows}, &out); err != nil {
		return atLine(err, lines)
	}
	return g.print(c, out, func(w io.Writer) {
		_, _ = fmt.Fprintf(w, "%s saved. A new plan counts them: psabridge billing plan\n", count(out.Saved, "number"))
	})
}

// rows are what is to be typed, with the lines of the file they stand in.
func (o overrideSet) rows(ctx context.Context, c console, cl *client) ([]typedRow, []int, error) {
	all, err := organizations(ctx, cl)
	if err != nil {
		return nil, nil, err
	}
	if o.File == "" {
		who, err := find(all, o.Organization)
		return []typedRow{{OrganizationID: who.ID, Meter: o.Meter, Period: o.Period, Quantity: o.Quantity.Quantity, Unit: o.Unit, Note: o.Note}}, nil, err
	}
	text, err := readText(o.File, c)
	if err != nil {
		return nil, nil, err
	}
	decimal := byte(0)
	if o.Decimal != "" {
		decimal = o.Decimal[0]
	}
	sheet, err := inbox.ReadSheet(text, decimal)
	if err != nil {
		return nil, nil, err
	}
	return o.sheetRows(sheet, all)
}

func readText(file string, c console) (string, error) {
	var b []byte
	var err error
	if file == "-" {
		b, err = io.ReadAll(io.LimitReader(c.in, inbox.MaxFile))
	} else {
		b, err = os.ReadFile(file) //nolint:gosec // the file the person named
	}
	if err != nil {
		return "", app.Wrap(err, app.Invalid, "The file "+file+" cannot be read.")
	}
	return string(b), nil
}

// sheetRows turns a table into numbers, or says of every wrong row what is wrong with it.
func (o overrideSet) sheetRows(sheet inbox.Sheet, all []organizationRow) (rows []typedRow, lines []int, err error) {
	var wrong []app.RowProblem
	for _, r := range sheet.Rows {
		row, problem := o.sheetRow(r, all)
		if problem.Message != "" {
			problem.Line = r.Line
			wrong = append(wrong, problem)
			continue
		}
		rows, lines = append(rows, row), append(lines, r.Line)
	}
	switch {
	case len(wrong) > 0:
		return nil, nil, &app.Error{Code: app.Invalid, Field: "file", Message: count(len(wrong), "row") + " wrong, so nothing was saved.", Err: wrongRowsError(wrong)}
	case len(rows) == 0:
		return nil, nil, app.FieldErrorf("file", "No row has a quantity, so nothing was saved.")
	}
	return rows, lines, nil
}

func (o overrideSet) sheetRow(r inbox.SheetRow, all []organizationRow) (typedRow, app.RowProblem) {
	row := typedRow{Meter: strings.ReplaceAll(strings.ToLower(r.Meter), " ", "_"), Period: o.Period, Quantity: r.Quantity, Unit: r.Unit, Note: r.Note}
	if row.Unit == "" {
		row.Unit = o.Unit
	}
	if row.Note == "" {
		row.Note = o.Note
	}
	if month, ok := inbox.SheetMonth(r.Month); r.Month != "" {
		switch {
		case !ok:
			return row, app.RowProblem{Column: "month", Message: fmt.Sprintf("%q is no month. Write it as 2026-11.", r.Month)}
		case o.Period != "" && month.String() != o.Period:
			return row, app.RowProblem{Column: "month", Message: fmt.Sprintf("This row is of %s, not of %s.", month, o.Period)}
		}
		row.Period = month.String()
	}
	who, err := find(all, r.Organization)
	row.OrganizationID = who.ID
	switch {
	case err != nil:
		return row, app.RowProblem{Column: "organization", Message: app.ErrorMessage(err)}
	case r.Wrong != "":
		return row, app.RowProblem{Column: "quantity", Message: r.Wrong}
	case row.Meter == "":
		return row, app.RowProblem{Column: "meter", Message: "Say which meter, e.g. accounts."}
	case strings.TrimSpace(row.Note) == "":
		return row, app.RowProblem{Column: "note", Message: "Say why: in a note of the row, or for all rows with --note TEXT."}
	}
	return row, app.RowProblem{}
}

// atLine names the line of the file a refusal is about, in place of its row.
func atLine(err error, lines []int) error {
	e, ok := errors.AsType[*app.Error](err)
	if !ok {
		return err
	}
	var row int
	var field string
	if n, _ := fmt.Sscanf(e.Field, "overrides[%d].%s", &row, &field); n < 2 {
		return err
	}
	out := *e
	out.Field = field
	if row < len(lines) {
		out.Field = fmt.Sprintf("line %d, %s", lines[row], field)
	}
	return &out
}

type overrideRemove struct {
	Organization string `arg:"" help:"The organization: ${organization}."`
	Meter        string `arg:"" help:"The meter, e.g. accounts."`
	Period       string `help:"The month, e.g. 2026-11; the current one when left out." placeholder:"2026-11"`
	Note         string `help:"Why." placeholder:"TEXT"`
}

// Run takes an override away.
func (o overrideRemove) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error { return o.ask(ctx, g, c, cl) })
}

func (o overrideRemove) ask(ctx context.Context, g *globals, c console, cl *client) error {
	all, err := organizations(ctx, cl)
	if err != nil {
		return err
	}
	who, err := find(all, o.Organization)
	if err != nil {
		return err
	}
	path := "/billing/overrides" + query("organization_id", who.ID, "meter", o.Meter, "period", o.Period, "note", o.Note)
	if err := cl.call(ctx, http.MethodDelete, path, nil, nil); err != nil {
		return err
	}
	done := map[string]any{"organization_id": who.ID, "source": who.Source, "external_id": who.ExternalID, "meter": o.Meter, "removed": true}
	return g.said(c, done, "What was typed for %s, %s is taken away. A new plan counts the reading: psabridge billing plan", who.Name, o.Meter)
}
