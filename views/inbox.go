package views

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// Inbox is what a source nobody reads shows beside the rest: where to send to, who may, and what came.
type Inbox struct {
	Name    string
	Base    string // address of the API, e.g. http://127.0.0.1:7360
	Tokens  []app.InboxToken
	Imports []app.Import
	Now     time.Time // the examples are of the day before
	// Fresh is a token that was made just now. It is shown this once and cannot be shown again.
	Fresh     string
	FreshName string
	TokenName string // as typed, when it could not be made
	Errors    ui.Errors
}

// live are the tokens that still open something.
func (i Inbox) live() (out []app.InboxToken) {
	for _, t := range i.Tokens {
		if t.RevokedAt.IsZero() {
			out = append(out, t)
		}
	}
	return out
}

// example is one call as a person pastes it to a terminal.
type example struct {
	id, title, text, note string
}

// examples are a call for each kind of thing an inbox takes.
func (i Inbox) examples() []example {
	head := "curl -X POST \"" + i.Base + "/api/v1/sources/" + i.Name
	auth := "\" \\\n  -H \"Authorization: Bearer $PSABRIDGE_TOKEN\" \\\n  -H \"Content-Type: "
	night := i.Now.UTC().AddDate(0, 0, -1).Format(time.DateOnly)
	return []example{
		{
			"ex-event", "An event: something is wrong, or well again",
			head + "/events" + auth + "application/json\" \\\n  -d '" +
				`{"id":"job-7/` + night + `","occurred_at":"` + night + `T02:10:00Z","organization":{"id":"4711","name":"Contoso"},"type":"backup.failed","state":"problem","severity":"warning","object":{"kind":"machine","id":"fs01","name":"FS01"},"title":"Backup of FS01 failed","text":"The target is full."}` + "'",
			"state is problem, recovery or info; a recovery ends the problem of the same organization, object and type. The id keeps an event that is sent twice from counting twice.",
		},
		{
			"ex-usage", "Usage: what a customer used",
			head + "/usage" + auth + "application/json\" \\\n  -d '" +
				`{"readings":[{"organization":{"id":"4711","name":"Contoso"},"meter":"protected_seats","quantity":14,"unit":"each","covers":"` + app.PeriodOf(i.Now, time.UTC).Prev().String() + `"}]}` + "'",
			"Say either as_of, the moment it was counted, or covers, the month a statement is about.",
		},
		{
			"ex-csv", "The same as a file",
			head + "/usage?file=usage.csv" + auth + "text/csv\" \\\n  --data-binary @usage.csv",
			"Columns customer_id, customer_name, meter, quantity, unit, as_of. A file with other columns is imported here once; the choice is remembered for the next one of its kind.",
		},
	}
}

// shapes are the programs whose own messages are understood as they are.
var shapes = []struct{ name, who string }{
	{"simplebackups", "SimpleBackups"}, {"restic", "restic-backup-helper"}, {"primebackup", "Prime Backup"},
}

func (i Inbox) shapeAddress(shape string) string {
	return i.Base + "/api/v1/sources/" + i.Name + "/events?shape=" + shape + "&organization_id=4711&organization_name=Contoso"
}

// ImportStart is where a file is chosen.
type ImportStart struct {
	Shell   layout.Shell
	Name    string
	Errors  ui.Errors // field "file"
	Imports []app.Import
}

// ImportPreview is a file as it was understood, before anything of it is stored. Input names are those of the mapping; see
// forms.go.
type ImportPreview struct {
	Shell   layout.Shell
	Name    string
	ID      string // of the staged file
	File    app.CSVPreview
	Mapping app.CSVMapping // as typed, or as the preview proposes
	Seen    string         // the mapping the preview was made with: only that is imported
	Errors  ui.Errors
	// Customers are those of the shown readings by their id at the source.
	Customers map[string]ImportCustomer
	New       int  // customers of the file that the source does not know yet
	Changed   bool // Import was clicked after the columns had been changed: nothing was stored
	Unread    bool // the file could not be read with these columns: there is nothing to preview
}

// ImportCustomer is a customer of a file.
type ImportCustomer struct {
	Name  string
	Known bool
}

// importable reports that the file can be imported as it is previewed.
func (m ImportPreview) importable() bool {
	return !m.Unread && m.File.ReadingsMade > 0 && (m.File.Wrong == 0 || m.Mapping.Partial)
}

// headline says what the file comes to.
func (m ImportPreview) headline() string {
	switch {
	case m.Unread:
		return "The file could not be understood yet. Nothing was imported."
	case m.File.ReadingsMade == 0:
		return "No reading comes out of it yet. Nothing was imported."
	}
	return m.what() + " come out of it. Nothing was imported yet."
}

func (m ImportPreview) what() string {
	return ui.Count(m.File.ReadingsMade, "reading", "readings") + " of " + ui.Count(m.File.Organizations, "customer", "customers")
}

// why says what keeps the file from being imported.
func (m ImportPreview) why() string {
	switch {
	case m.importable():
		return ""
	case m.Unread || m.File.ReadingsMade == 0:
		return "Choose the columns above, then preview it again."
	}
	return ui.Count(m.File.Wrong, "row is", "rows are") + " wrong. Correct the file and import it again, choose above how it is to be read, or tick “Import what is right”; then preview again."
}

// asks reports that nothing is wrong with the rows: something about the whole file has to be said first.
func (m ImportPreview) asks() bool { return m.File.Wrong == 0 && len(m.File.Problems) > 0 }

// answer is the input that answers what is asked about the whole file; empty when none does.
func (m ImportPreview) answer(p app.RowProblem) string {
	c := m.Mapping
	switch field := p.Column; field {
	case "covers", "as_of":
		if field == "covers" && c.Covers != "" || field == "as_of" && c.AsOf != "" {
			return ui.FieldID(field)
		}
		return ui.FieldID("fixed_" + field)
	case "customer_id":
		if c.CustomerID != "" {
			return ui.FieldID(field)
		}
		return ui.FieldID("fixed_" + field)
	case "unit":
		return ui.FieldID("fixed_unit")
	case "customer_name", "meter", "quantity", "item_id", "item_name", "only", "decimal", "duplicates":
		return ui.FieldID(field)
	}
	return ""
}

// otherSign reports that wrong numbers may be right once the decimal sign is chosen.
func (m ImportPreview) otherSign() bool {
	return m.Mapping.Decimal == "" && slices.ContainsFunc(m.File.Problems, func(p app.RowProblem) bool {
		return p.Column == m.Mapping.Quantity || m.Mapping.Shape != ""
	})
}

// customers says how many of the customers are new.
func (m ImportPreview) customers() string {
	return ui.Int(m.File.Organizations) + ", " + ui.Int(m.New) + " of them new"
}

func (m ImportPreview) customer(r app.Reading) string {
	if c, ok := m.Customers[r.OrganizationID]; ok && c.Name != "" {
		return c.Name
	}
	return strings.TrimPrefix(r.OrganizationID, "name:")
}

func (m ImportPreview) isNew(r app.Reading) bool {
	c, ok := m.Customers[r.OrganizationID]
	return ok && !c.Known
}

// columnField is one select over the columns of a file.
type columnField struct {
	name, label, hint, value, none string
}

// main are the columns most files have.
func (m ImportPreview) main() []columnField {
	c := m.Mapping
	return []columnField{
		{"customer_name", "Customer name", "", c.CustomerName, "not in the file"},
		{"customer_id", "Customer id", "Tells customers apart for ever; without it the name does", c.CustomerID, "not in the file"},
		{"meter", "Meter or service", "", c.Meter, "not in the file: one meter, below"},
		{"quantity", "Quantity", "", c.Quantity, "not in the file: every row counts 1"},
		{"unit", "Unit", "", c.Unit, "not in the file: one unit, below"},
		{"as_of", "As of", "The moment it was counted", c.AsOf, "not in the file"},
		{"covers", "Covers month", "The month a statement is about, e.g. 2026-10", c.Covers, "not in the file"},
	}
}

// more are the columns few files have.
func (m ImportPreview) more() []columnField {
	c := m.Mapping
	return []columnField{
		{"item_id", "Item id", "What was counted: the evidence of a row", c.ItemID, "not in the file"},
		{"item_name", "Item name", "", c.ItemName, "not in the file"},
		{"only", "Only rows where", "A column that says whether a row counts", c.Only, "every row counts"},
	}
}

func columnChoices(columns []string, f columnField) []ui.Choice {
	out := []ui.Choice{{Label: f.none, Selected: f.value == ""}}
	known := f.value == ""
	for _, c := range columns {
		if c == "" {
			continue
		}
		out = append(out, ui.Choice{Value: c, Label: c, Selected: c == f.value})
		known = known || c == f.value
	}
	if !known {
		out = append(out, ui.Choice{Value: f.value, Label: f.value + " (not in this file)", Selected: true})
	}
	return out
}

func shapeChoices(selected string) []ui.Choice {
	return ui.Choices(selected, "", "The columns chosen below", "psabridge", "psabridge’s own columns", "x360cloud_usage", "x360Cloud: Usage and Protection Insights Report")
}

// ShapeName is a ready-made mapping as people call it.
func ShapeName(shape string) string {
	for _, c := range shapeChoices(shape) {
		if c.Value == shape && shape != "" {
			return c.Label
		}
	}
	return shape
}

// mappingWords say where the columns come from.
func (m ImportPreview) mappingWords() (tone, icon, text string) {
	switch {
	case m.Mapping.Shape != "":
		return "ok", "okc", "Recognised: " + ShapeName(m.Mapping.Shape) + ". Its columns need no choosing."
	case m.File.Remembered:
		return "ok", "okc", "A file with these columns was imported before; the same choice is made again."
	case m.File.Guessed:
		return "warn", "warn", "The columns marked below are guessed from their names. Look at them before you import."
	}
	return "", "", ""
}

func (m ImportPreview) guessed(f columnField) bool {
	return m.File.Guessed && f.value != "" && m.Mapping.Shape == ""
}

// coversOrAsOf says of when a reading is.
func coversOrAsOf(r app.Reading) string {
	if !r.Covers.IsZero() {
		return "covers " + r.Covers.String()
	}
	if r.AsOf.IsZero() {
		return "–"
	}
	return "as of " + r.AsOf.UTC().Format("2006-01-02 15:04 MST")
}

// lineWord is a line of a file; a problem of the file as a whole has none.
func lineWord(n int) string {
	if n <= 0 {
		return "–"
	}
	return strconv.Itoa(n)
}
