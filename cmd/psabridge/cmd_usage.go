package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/inbox"
)

type usageCmd struct {
	Import usageImport `cmd:"" help:"Import a file of readings into an inbox: CSV, or JSON as the API takes it."`
	Show   usageShow   `cmd:"" help:"Show the newest readings, and the statements of the last months, with what was counted."`
}

type usageImport struct {
	File   string            `arg:"" help:"The file; - = standard input."`
	Source string            `required:"" help:"Name of the inbox." placeholder:"NAME"`
	Map    map[string]string `help:"Which column holds what, e.g. --map quantity=Menge. Known: ${fields}." placeholder:"FIELD=COLUMN" mapsep:"none"`
	Shape  string            `help:"A ready-made mapping: psabridge or x360cloud_usage; found out by itself where the columns show it." placeholder:"SHAPE"`

	Customer     string `help:"Name of the customer the whole file is about." placeholder:"NAME"`
	CustomerID   string `help:"Id of the customer the whole file is about." placeholder:"ID"`
	Meter        string `help:"The meter of every row." placeholder:"METER"`
	Unit         string `help:"The unit of every row: each, bytes, GB, TB." placeholder:"UNIT"`
	AsOf         string `help:"When the usage was read: a day, or a time with its zone." placeholder:"DATE"`
	Covers       string `help:"The month the file covers, e.g. 2026-10." placeholder:"MONTH"`
	OnlyValue    string `help:"What stands in the column of --map only=… when a row counts." placeholder:"TEXT"`
	Duplicates   string `help:"Rows that come twice are summed, or the last one counts." enum:"sum,last," default:"" placeholder:"sum|last"`
	Decimal      string `help:"The sign before decimals, a comma or a point, where the file does not show it." placeholder:"SIGN"`
	FileComplete bool   `name:"complete" help:"A customer who is not in the file used nothing."`
	Partial      bool   `help:"Store what is right although some rows are wrong."`
	DryRun       bool   `help:"Say what would be stored, store nothing."`
}

// usageAnswer is the part of the answer a terminal shows.
type usageAnswer struct {
	Accepted      int  `json:"accepted"`
	Organizations int  `json:"organizations"`
	Readings      int  `json:"readings"`
	DryRun        bool `json:"dry_run"`
	File          *struct {
		Encoding   string            `json:"encoding"`
		Separator  string            `json:"separator"`
		Shape      string            `json:"shape"`
		Above      int               `json:"rows_above"`
		Mapping    map[string]string `json:"mapping"`
		Remembered bool              `json:"remembered"`
		Guessed    bool              `json:"guessed"`
		Rows       int               `json:"rows"`
		Blank      int               `json:"blank"`
		TotalRows  int               `json:"total_rows"`
		Duplicate  int               `json:"duplicate_rows"`
		Left       int               `json:"left_out"`
		Wrong      int               `json:"wrong"`
		Made       int               `json:"readings"`
		Problems   []app.RowProblem  `json:"problems"`
		First      []struct {
			Organization string       `json:"organization"`
			Meter        string       `json:"meter"`
			Quantity     app.Quantity `json:"quantity"`
			Unit         string       `json:"unit"`
		} `json:"first_readings"`
		Totals []struct {
			Meter    string       `json:"meter"`
			Unit     string       `json:"unit"`
			Quantity app.Quantity `json:"quantity"`
		} `json:"totals"`
		Zeroed []string `json:"zeroed"`
	} `json:"file"`
}

// Run imports a file. Wrong rows are exit code 1: a script must notice.
func (u usageImport) Run(ctx context.Context, g *globals, c console) error {
	query, err := u.query()
	if err != nil {
		return err
	}
	body, kind, err := u.open(c)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	return g.withBridge(ctx, c, func(cl *client) error {
		if kind == csvType && u.File != "-" {
			query.Set("file", filepath.Base(u.File))
		}
		path := "/sources/" + url.PathEscape(u.Source) + "/usage?" + query.Encode()
		b, err := cl.raw(ctx, http.MethodPost, path, kind, "application/json", body)
		if err != nil {
			printRowsOf(c.err, g.JSON, err)
			return err
		}
		var a usageAnswer
		if err := json.Unmarshal(b, &a); err != nil {
			return err
		}
		if err := g.print(c, json.RawMessage(b), func(w io.Writer) { a.print(w) }); err != nil {
			return err
		}
		if f := a.File; f != nil && (f.Wrong > 0 || len(f.Problems) > 0 || f.Guessed) {
			return errPrinted
		}
		return nil
	})
}

const csvType = "text/csv"

// open opens the file as it is to be sent. JSON is told by its name, or on standard input by how it begins.
func (u usageImport) open(c console) (io.ReadCloser, string, error) {
	if u.File == "-" {
		in := bufio.NewReader(c.in)
		head, _ := in.Peek(in.Size()) // what is wrong with it shows when it is sent
		if len(head) == 0 {
			return nil, "", app.FieldErrorf("file", "Nothing came on standard input.")
		}
		kind := csvType
		if bytes.HasPrefix(bytes.TrimSpace(head), []byte("{")) {
			kind = "application/json"
		}
		return io.NopCloser(in), kind, nil
	}
	f, err := os.Open(u.File)
	if err != nil {
		return nil, "", app.Wrap(err, app.Invalid, "The file "+u.File+" cannot be read.")
	}
	if info, err := f.Stat(); err == nil && info.Size() > inbox.MaxFile {
		_ = f.Close()
		return nil, "", app.FieldErrorf("file", "The file is larger than 50 MiB. Split it by months or customers, repeating the header.")
	}
	if strings.EqualFold(filepath.Ext(u.File), ".json") {
		return f, "application/json", nil
	}
	return f, csvType, nil
}

// query is what the flags say of a file.
func (u usageImport) query() (url.Values, error) {
	q := url.Values{}
	set := func(key, value string) {
		if value != "" {
			q.Set(key, value)
		}
	}
	for field, column := range u.Map {
		if !slices.Contains(inbox.Fields(), field) {
			return nil, app.FieldErrorf("map", "There is no field %q. Known are: %s.", field, strings.Join(inbox.Fields(), ", "))
		}
		set("map."+field, column)
	}
	set("shape", u.Shape)
	set("customer_name", u.Customer)
	set("customer_id", u.CustomerID)
	set("meter", u.Meter)
	set("unit", u.Unit)
	set("as_of", u.AsOf)
	set("covers", u.Covers)
	set("only_value", u.OnlyValue)
	set("duplicates", u.Duplicates)
	set("decimal", u.Decimal)
	for key, on := range map[string]bool{"complete": u.FileComplete, "partial": u.Partial, "dry_run": u.DryRun} {
		if on {
			q.Set(key, "true")
		}
	}
	return q, nil
}

func (a usageAnswer) print(w io.Writer) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	if f := a.File; f != nil {
		how := "as said"
		switch {
		case f.Guessed:
			how = "a guess, say them with --map"
		case f.Remembered:
			how = "as the last time"
		}
		p("%s, separated by %s, %d rows. Columns (%s): %s", f.Encoding, f.Separator, f.Rows, how, columnsOf(f.Shape, f.Mapping))
		if f.Above > 0 {
			p("above the names of the columns: %s left out", count(f.Above, "row"))
		}
		p("left out: %d blank, %d sums, %d others; %d came twice", f.Blank, f.TotalRows, f.Left, f.Duplicate)
		for _, r := range f.First {
			p("  %s: %s %s %s", r.Organization, r.Meter, r.Quantity, r.Unit)
		}
		if more := f.Made - len(f.First); more > 0 && len(f.First) > 0 {
			p("  and %d more", more)
		}
		for _, t := range f.Totals {
			p("total %s: %s %s", t.Meter, t.Quantity, t.Unit)
		}
		if len(f.Zeroed) > 0 {
			p("not in the file, set to 0: %s", strings.Join(f.Zeroed, ", "))
		}
		printRows(w, f.Problems, f.Wrong)
	}
	switch {
	case a.DryRun:
		p("Nothing was stored. It would be %s of %s.", count(a.Readings, "reading"), count(a.Organizations, "customer"))
	default:
		p("%s of %s stored.", count(a.Accepted, "reading"), count(a.Organizations, "customer"))
	}
}

// columnsOf says which columns hold what. A ready-made mapping may name none: it knows its report.
func columnsOf(shape string, m map[string]string) string {
	var parts []string
	if shape != "" {
		parts = append(parts, "ready-made "+shape)
	}
	for _, field := range inbox.Fields() {
		if column := m[field]; column != "" {
			parts = append(parts, field+"="+column)
		}
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// printRows lists the wrong rows of a file.
func printRows(w io.Writer, rows []app.RowProblem, wrong int) {
	for _, r := range rows {
		at := "line " + strconv.Itoa(r.Line)
		if r.Column != "" {
			at += ", " + r.Column
		}
		_, _ = fmt.Fprintf(w, "  %s: %s\n", at, r.Message)
	}
	if more := wrong - len(rows); more > 0 && len(rows) > 0 {
		_, _ = fmt.Fprintf(w, "  and %d more\n", more)
	}
}

// wrongRowsError are the rows of a file the API refused.
type wrongRowsError []app.RowProblem

// Error implements error.
func (r wrongRowsError) Error() string { return strconv.Itoa(len(r)) + " rows" }

func printRowsOf(w io.Writer, asJSON bool, err error) {
	if rows, ok := errors.AsType[wrongRowsError](err); ok && !asJSON {
		printRows(w, rows, len(rows))
	}
}

type usageShow struct {
	Source       string `help:"Only this source." placeholder:"NAME"`
	Organization string `help:"Only this organization: part of its name, or its id at the source." placeholder:"NAME"`
	Items        bool   `help:"List what was counted."`
}

// shownReadings is an organization with its readings.
type shownReadings struct {
	ID         string          `json:"id"`
	Source     string          `json:"source"`
	ExternalID string          `json:"external_id"`
	Name       string          `json:"name"`
	Readings   []shownReading  `json:"-"`
	Raw        json.RawMessage `json:"readings"`
}

type shownReading struct {
	Meter    string       `json:"meter"`
	Quantity app.Quantity `json:"quantity"`
	Unit     string       `json:"unit"`
	Basis    string       `json:"basis"`
	Newest   bool         `json:"newest"`
	ReadAt   time.Time    `json:"read_at"`
	Covers   *string      `json:"covers"`
	Method   string       `json:"method"`
	Complete bool         `json:"complete"`
	Problem  string       `json:"problem"`
	Items    []struct {
		Name     string       `json:"name"`
		Amount   app.Quantity `json:"amount"`
		Excluded string       `json:"excluded"`
	} `json:"items"`
}

// Run shows readings: the same numbers the pages show.
func (u usageShow) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error {
		shown, err := u.read(ctx, cl)
		if err != nil {
			return err
		}
		if len(shown) == 0 && u.Organization != "" {
			return app.FieldErrorf("organization", "There is no organization like %q. Look at: psabridge usage show", u.Organization)
		}
		return g.print(c, map[string]any{"items": shown}, func(w io.Writer) {
			for _, o := range shown {
				o.print(w, u.Items)
			}
			if len(shown) == 0 {
				_, _ = fmt.Fprintln(w, "Nothing was read yet.")
			}
		})
	})
}

func (u usageShow) read(ctx context.Context, cl *client) ([]shownReadings, error) {
	if err := knownSource(ctx, cl, u.Source); err != nil {
		return nil, err
	}
	var list struct {
		Items []shownReadings `json:"items"`
	}
	if err := cl.call(ctx, http.MethodGet, "/organizations?"+url.Values{"source": {u.Source}}.Encode(), nil, &list); err != nil {
		return nil, err
	}
	out := []shownReadings{}
	for _, o := range list.Items {
		if !u.wants(o) || string(o.Raw) == "[]" && u.Organization == "" {
			continue
		}
		var answer struct {
			Items json.RawMessage `json:"items"`
		}
		if err := cl.call(ctx, http.MethodGet, "/organizations/"+url.PathEscape(o.ID)+"/readings", nil, &answer); err != nil {
			return nil, err
		}
		o.Raw = answer.Items
		if err := json.Unmarshal(answer.Items, &o.Readings); err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

func (u usageShow) wants(o shownReadings) bool {
	return u.Organization == "" || o.ExternalID == u.Organization || strings.Contains(strings.ToLower(o.Name), strings.ToLower(u.Organization))
}

// repeats reports whether a reading with suborganizations only says the organization's own again. JSON has both.
func (o shownReadings) repeats(r shownReading) bool {
	return r.Basis == string(app.BasisInclusive) && slices.ContainsFunc(o.Readings, func(own shownReading) bool {
		return own.Basis == string(app.BasisOwn) && own.Meter == r.Meter && own.Unit == r.Unit && own.ReadAt.Equal(r.ReadAt) && own.Quantity.Equal(r.Quantity) &&
			own.Complete == r.Complete && own.Problem == r.Problem && len(own.Items) == len(r.Items)
	})
}

func (o shownReadings) print(w io.Writer, items bool) {
	_, _ = fmt.Fprintf(w, "%s (%s %s)\n", o.Name, o.Source, o.ExternalID)
	for _, r := range o.Readings {
		if o.repeats(r) {
			continue
		}
		when := "as of " + shortTime(r.ReadAt)
		if r.Covers != nil {
			when = "covers " + *r.Covers
		}
		state := r.Method + ", " + count(len(r.Items), "item")
		if !r.Complete {
			state = "not complete: " + r.Problem
		}
		if !r.Newest {
			state = "statement of the month; " + state
		}
		_, _ = fmt.Fprintf(w, "  %s %s %s, %s, %s (%s)\n", r.Meter, r.Quantity, r.Unit, r.Basis, when, state)
		for _, i := range r.Items {
			if items {
				_, _ = fmt.Fprintf(w, "    %s %s%s\n", i.Amount, i.Name, because(i.Excluded))
			}
		}
	}
}
