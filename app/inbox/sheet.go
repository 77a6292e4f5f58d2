package inbox

import (
	"strings"

	"psabridge/app"
)

// Sheet is a small table as a person copies it out of a spreadsheet or types it: whose, what, how much. Nothing is decided
// here about who is meant; its texts are as they stand there.
type Sheet struct {
	Separator string // as a person calls it: comma, semicolon, tab, pipe
	Header    bool   // the first row names the columns
	Rows      []SheetRow
	Blank     int  // rows without content
	Empty     int  // rows without a quantity; nothing is made of them
	Decimal   byte // the sign before decimals that was said or that the numbers show; 0 when nothing shows it
}

// SheetRow is one row that has a quantity, or should have one.
type SheetRow struct {
	Line                            int    // of the text, from 1
	Organization, Meter, Unit, Note string // as they stand there
	Month                           string // of a column that says of which month a row is; empty without one
	Text                            string // the quantity as it stands there
	Quantity                        app.Quantity
	Wrong                           string // why the quantity cannot be read, and what to write
	TwoWays                         bool   // it can be read in two ways: somebody has to say the decimal sign
}

// SheetRows is how many rows a sheet may have.
const SheetRows = 2000

// ReadSheet cuts a pasted text into rows and reads their quantities. decimal is the sign before decimals, ',' or '.'; 0 when
// nobody said. Without a row of names the columns are organization, meter, quantity, unit and note. invalid: there is nothing
// to read, or the quotes do not fit.
func ReadSheet(text string, decimal byte) (Sheet, error) {
	text = strings.TrimPrefix(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\ufeff")
	rows, separator, err := sheetRows(text)
	if err != nil {
		return Sheet{}, err
	}
	if len(rows) == 0 || strings.Trim(text, nothing+"\n") == "" {
		return Sheet{}, app.FieldErrorf("text", "Paste at least one row: organization, meter, quantity.")
	}
	s := Sheet{Separator: separator, Blank: blankLines(text)}
	at := columnsOf(rows)
	if s.Header = at.header; s.Header {
		rows = rows[1:]
	}
	switch {
	case len(rows) == 0:
		return s, app.FieldErrorf("text", "Only the names of the columns were pasted. Paste the rows below them too.")
	case len(rows) > SheetRows:
		return s, app.FieldErrorf("text", "These are %d rows; at most %d are taken at once. Paste them in parts.", len(rows), SheetRows)
	}
	s.Decimal = at.decimal(rows, decimal)
	for _, r := range rows {
		row := at.row(r, s.Decimal)
		if row.Text == "" {
			s.Empty++
			continue
		}
		s.Rows = append(s.Rows, row)
	}
	return s, nil
}

// sheetRows cuts a text into rows that hold something.
func sheetRows(text string) (rows []record, separator string, err error) {
	var t table
	t.sniff([]byte(text), true)
	all, clean := cut([]byte(text), t.comma, true)
	switch {
	case !clean && strings.Contains(text, "\t"):
		t.comma, all = '\t', tabbed(text) // a quote in a copied cell is a quote: 6" rack
	case !clean:
		return nil, "", app.FieldErrorf("text", "The quotes do not fit: a text that begins with \" does not end as it should. Leave the quotes out, or copy the cells from the spreadsheet.")
	}
	for _, r := range all {
		if !blank(r.cells) {
			rows = append(rows, r)
		}
	}
	return rows, separatorNames[t.comma], nil
}

func tabbed(text string) (rows []record) {
	for i, line := range strings.Split(text, "\n") {
		rows = append(rows, record{i + 1, strings.Split(line, "\t")})
	}
	return rows
}

// nothing are the signs a row without content is made of.
const nothing = " \t;,|"

// blankLines counts the rows without content that are not at the end.
func blankLines(text string) (n int) {
	for line := range strings.SplitSeq(strings.TrimRight(text, nothing+"\n"), "\n") {
		if strings.Trim(line, nothing) == "" {
			n++
		}
	}
	return n
}

// noteWords are headers of a column that says why.
var noteWords = []string{
	"note", "notes", "comment", "comments", "reason", "why", "notiz", "bemerkung", "kommentar", "grund", "remarque", "commentaire", "nota", "comentario",
	"opmerking", "reden",
}

// sheetColumns are the places of a sheet's columns; -1 is a column it does not have.
type sheetColumns struct {
	id, name, meter, quantity, unit, note, month int
	header                                       bool
}

// columnsOf finds the columns by the names in the first row, else by their order.
func columnsOf(rows []record) sheetColumns {
	names := columnNames(rows[0].cells)
	m := guess(names)
	if m.Quantity != "" && (m.CustomerID != "" || m.CustomerName != "") {
		at := sheetColumns{
			id: place(names, m.CustomerID), name: place(names, m.CustomerName), meter: place(names, m.Meter), quantity: place(names, m.Quantity),
			unit: place(names, m.Unit), month: place(names, m.Covers), note: -1, header: true,
		}
		for i, n := range names {
			for _, word := range noteWords {
				if guessable(n) == word {
					at.note = i
				}
			}
		}
		return at
	}
	at := sheetColumns{id: -1, name: 0, meter: 1, quantity: 2, unit: 3, note: 4, month: -1}
	if width, _ := usualWidth(rows); width == 2 { // a customer and a number
		at.meter, at.quantity, at.unit, at.note = -1, 1, -1, -1
		at.header = len(rows) > 1 && cellAt(rows[0], 1) != "" && !numeric(rows[0], 1) && numeric(rows[1], 1)
		return at
	}
	at.header = len(rows) > 1 && cellAt(rows[0], 2) != "" && !numeric(rows[0], 2) && numeric(rows[1], 2)
	if unitless(rows, at.header) { // the fourth column holds words, and they are the note
		at.unit, at.note = -1, 3
	}
	return at
}

func place(names []string, name string) int {
	if name == "" {
		return -1
	}
	return indexOf(names, name)
}

func numeric(r record, i int) bool {
	_, _, err := readNumber(cellAt(r, i), 0)
	return err == nil || isTwoWays(err)
}

// unitless reports whether a fourth column holds something that is no unit.
func unitless(rows []record, header bool) bool {
	if header {
		rows = rows[1:]
	}
	for _, r := range rows {
		switch unitOf(cellAt(r, 3)) {
		case app.UnitEach, app.UnitBytes, app.UnitGB, app.UnitTB:
		default:
			return true
		}
	}
	return false
}

func cellAt(r record, i int) string {
	if i < 0 || i >= len(r.cells) {
		return ""
	}
	return strings.Join(strings.Fields(r.cells[i]), " ")
}

// decimal is the sign before decimals: the one that was said, else the one the quantities agree on.
func (at sheetColumns) decimal(rows []record, said byte) byte {
	if said != 0 {
		return said
	}
	var p proof
	for _, r := range rows {
		if c := cellAt(r, at.quantity); mayProve(c) {
			p = p.with(c, r.line)
		}
	}
	return p.decimal()
}

func (at sheetColumns) row(r record, decimal byte) SheetRow {
	row := SheetRow{
		Line: r.line, Organization: cellAt(r, at.id), Meter: cellAt(r, at.meter), Unit: cellAt(r, at.unit), Note: cellAt(r, at.note),
		Month: cellAt(r, at.month), Text: cellAt(r, at.quantity),
	}
	if row.Organization == "" {
		row.Organization = cellAt(r, at.name)
	}
	if row.Unit != "" {
		row.Unit = unitOf(row.Unit)
	}
	row.Quantity, row.Wrong, row.TwoWays = SheetNumber(row.Text, decimal)
	return row
}

// SheetNumber reads an amount as people write it; wrong says why it cannot be read, "" when it can. One that can be read in
// two ways is wrong until somebody says the sign before decimals.
func SheetNumber(text string, decimal byte) (q app.Quantity, wrong string, twoWays bool) {
	q, _, err := readNumber(text, decimal)
	if err != nil {
		return app.Quantity{}, err.Error(), isTwoWays(err)
	}
	return q, "", false
}

// SheetMonth reads the month of a row; it reports false when it is none.
func SheetMonth(text string) (app.Period, bool) {
	p, wrong := month(text)
	return p, wrong == ""
}

// Same reports whether two texts are the same to a person: case, spaces and composition aside.
func Same(a, b string) bool { return fold(a) == fold(b) }
