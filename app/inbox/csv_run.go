package inbox

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"psabridge/app"
)

// run is one file on its way to readings.
type run struct {
	t       *table
	m       app.CSVMapping
	now     time.Time
	columns columns
	decimal map[int]byte            // sign before decimals by column
	numbers map[string]app.Quantity // what texts of the quantity column are; most stand there many times
	known   []app.OrganizationRow   // of the source, when the file is marked complete
	file    File

	customers *customers
	tallies   map[string]*tally
	order     []string
	meters    map[app.Meter]string // what the file calls each meter
	called    map[string]app.Meter // and the meter of each of its words
	sums      sums
	below     below // what stands last, if it could be a sum
	repeats   repeats
	spoilt    map[string]string // external id to the problem of a wrong row whose meter is not known
	items     int
	counts    app.ImportCounts
	unusable  bool // something is wrong that Partial cannot let pass
	asked     bool // something about the whole file has to be said first
}

// columns are the places of the mapped columns; -1 for those that are not mapped.
type columns struct {
	customerID, customerName, meter, quantity, unit, asOf, covers, itemID, itemName, only int
}

// run reads the whole file by a mapping. Only a file that cannot be read is an error; all else is in the result.
func (t *table) run(f File, m app.CSVMapping) (*run, error) {
	r := &run{
		t: t, m: t.complete(m), now: f.Now.UTC(), file: f, customers: newCustomers(f.Organizations), tallies: map[string]*tally{}, meters: map[app.Meter]string{}, called: map[string]app.Meter{},
		spoilt: map[string]string{}, decimal: map[int]byte{}, numbers: map[string]app.Quantity{},
	}
	if r.m.Complete && f.Known != nil {
		known, err := f.Known()
		if err != nil {
			return nil, err
		}
		r.known = known
	}
	r.sums.byMeter = map[string]*sum{}
	take := r.prepare()
	in, err := t.rows()
	if err != nil {
		return nil, err
	}
	for {
		cells, err := in.next()
		if errors.Is(err, io.EOF) {
			r.counts.Blank = in.blank
			r.finish()
			return r, nil
		}
		if err != nil {
			return nil, t.unreadable(err, in.line)
		}
		r.row(cells, in.line, take)
	}
}

// prepare checks the mapping against the file and returns what is done with a row.
func (r *run) prepare() func([]string, int) {
	r.checkChoices()
	if r.m.Shape == ShapeCloudUsage {
		return r.prepareCloud()
	}
	r.columns = columns{
		customerID: r.column("customer_id"), customerName: r.column("customer_name"), meter: r.column("meter"), quantity: r.column("quantity"), unit: r.column("unit"),
		asOf: r.column("as_of"), covers: r.column("covers"), itemID: r.column("item_id"), itemName: r.column("item_name"), only: r.column("only"),
	}
	if r.columns.customerID < 0 && r.columns.customerName < 0 && r.m.Fixed.CustomerID == "" && r.m.Fixed.CustomerName == "" {
		r.missing("customer_name", "Say which column holds the customer, or which customer the whole file is about.")
	}
	if r.columns.meter < 0 && r.m.Fixed.Meter == "" {
		r.missing("meter", "Say which column holds what was counted, or name one meter for the whole file.")
	}
	r.needTime()
	if r.columns.quantity >= 0 {
		r.decimal[r.columns.quantity] = r.sign(r.columns.quantity)
	}
	return r.usual
}

// checkChoices refuses settings of a mapping that mean nothing.
func (r *run) checkChoices() {
	f := r.m.Fixed
	switch {
	case r.m.Shape != "" && r.m.Shape != ShapePSABridge && r.m.Shape != ShapeCloudUsage:
		r.missing("", "There is no ready-made mapping %q. Known are %s and %s.", short(r.m.Shape), ShapePSABridge, ShapeCloudUsage)
	case r.m.Decimal != "" && r.m.Decimal != "," && r.m.Decimal != ".":
		r.missing("decimal", "The sign before decimals is a comma or a point.")
	case r.m.Duplicates != "" && r.m.Duplicates != app.DuplicatesSum && r.m.Duplicates != app.DuplicatesLast:
		r.missing("duplicates", "Rows that come twice are summed (sum), or the last one counts (last).")
	case f.Meter != "" && !wellShaped(f.Meter):
		r.missing("meter", "%q is not a meter. Use small letters, digits, ., - and _.", short(string(f.Meter)))
	case !f.AsOf.IsZero() && !f.Covers.IsZero():
		r.missing("covers", "A file is of one moment or covers a month, not both.")
	case f.AsOf.After(r.now.Add(ahead)):
		r.missing("as_of", "%s is still to come.", f.AsOf.UTC().Format(time.RFC3339))
	case !f.Covers.IsZero() && f.Covers.Start(time.UTC).After(r.now.Add(ahead)):
		r.missing("covers", "The month %s is still to come.", f.Covers)
	case len([]rune(f.Unit)) > maxUnit:
		r.missing("unit", "The unit is longer than %d characters.", maxUnit)
	}
	if r.m.Complete && (r.m.Shape == ShapeCloudUsage || f.CustomerID != "" || f.CustomerName != "") {
		r.missing("complete", "A file about one customer says nothing of the others, so it cannot be marked complete.")
	}
	if id := f.CustomerID; strings.HasPrefix(id, byName) || strings.HasPrefix(id, reserved) {
		r.missing("customer_id", "Ids that begin with name: or psabridge: are made by psabridge itself.")
	}
}

// needTime asks for the month or the moment when nothing says it.
func (r *run) needTime() {
	if r.columns.asOf < 0 && r.columns.covers < 0 && r.m.Fixed.AsOf.IsZero() && r.m.Fixed.Covers.IsZero() {
		r.missing("covers", "Say which month the file covers, or on which day it was made.")
	}
}

// column is the place of the column a field names; -1 when it names none.
func (r *run) column(field string) int {
	name := Field(r.m, field)
	if name == "" {
		return -1
	}
	i := indexOf(r.t.columns, name)
	if i < 0 {
		r.missing(field, "There is no column %q. The file has: %s.", short(name), short(strings.Join(r.t.columns, ", ")))
	}
	return i
}

// sign is the sign before decimals of a column: as somebody said, else as its own numbers show.
func (r *run) sign(column int) byte {
	if r.m.Decimal != "" {
		return r.m.Decimal[0]
	}
	return r.t.proofs[column].decimal()
}

// missing notes something about the whole file that has to be said before it can be imported.
func (r *run) missing(column, format string, args ...any) {
	r.unusable, r.asked = true, true
	r.note(r.t.header, column, fmt.Sprintf(format, args...))
}

// maxProblems is how many problems of a file are listed.
const maxProblems = 100

func (r *run) note(line int, column, message string) {
	if len(r.counts.Problems) < maxProblems {
		r.counts.Problems = append(r.counts.Problems, app.RowProblem{Line: line, Column: column, Message: message})
	}
}

// wrong notes a wrong row.
func (r *run) wrong(line int, column, message string) {
	r.counts.Wrong++
	r.note(line, column, message)
}

// lost is wrong for a row of which nobody knows whose it is: it could be a part of anybody's usage, so even the right rows
// cannot be believed.
func (r *run) lost(line int, column, message string) {
	r.wrong(line, column, message)
	r.unusable = true
}

// name of a column for a message; empty for none.
func (r *run) head(column int) string {
	if column < 0 || column >= len(r.t.columns) {
		return ""
	}
	return r.t.columns[column]
}

// row handles what is the same for every form: bad quotes, sums, and rows that are too short or too long.
func (r *run) row(cells []string, line int, take func([]string, int)) {
	r.counts.Rows++
	if cells == nil {
		r.lost(line, "", `A quote stands in the middle of a text here. Put the whole text in quotes and write the quote twice ("").`)
		return
	}
	r.below = below{}
	if r.total(cells, line) {
		return
	}
	for len(cells) > len(r.t.columns) && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	if len(cells) != len(r.t.columns) {
		r.lost(line, "", fmt.Sprintf("This row has %s, the header has %d. A text with a %s in it has to be in quotes.",
			plural(len(cells), "column", "columns"), len(r.t.columns), separatorNames[r.t.comma]))
		return
	}
	if !r.asked {
		take(cells, line)
	}
}

// cell is a cell without the spaces around it; empty when the column is not mapped.
func cell(cells []string, column int) string {
	if column < 0 {
		return ""
	}
	return strings.TrimSpace(cells[column])
}

// usual takes a row of a file whose columns are mapped.
func (r *run) usual(cells []string, line int) {
	c := r.columns
	who := Customer{ID: cell(cells, c.customerID), Name: cell(cells, c.customerName)}
	if c.customerID < 0 && c.customerName < 0 {
		who = Customer{ID: r.m.Fixed.CustomerID, Name: r.m.Fixed.CustomerName}
	}
	external, ok := r.customer(who, line)
	if !ok {
		return
	}
	quantity, ok := r.quantity(cells, line, external)
	if !ok {
		return
	}
	if c.only >= 0 && fold(cell(cells, c.only)) != fold(r.m.OnlyValue) {
		r.leave(cells, line, external)
		return
	}
	x, ok := r.facts(cells, line, external)
	if !ok {
		return
	}
	x.quantity = quantity
	r.repeats.note(cells, line)
	r.count(x, line)
}

// leave handles a row that does not count. It says all the same that the file knows of this customer and meter: if no row of
// theirs counts, they used nothing, and an older number must not go on. Where the column names the meter itself, the row is
// about another meter.
func (r *run) leave(cells []string, line int, external string) {
	r.counts.Left++
	if r.columns.only == r.columns.meter {
		return
	}
	x, ok := r.facts(cells, line, external)
	if !ok {
		return
	}
	if t := r.begin(x, line); t != nil && t.begun && x.asOf.After(t.asOf) {
		t.asOf = x.asOf
	}
}

// customer notes whose a row is.
func (r *run) customer(who Customer, line int) (external string, ok bool) {
	column := r.head(r.columns.customerName)
	if r.columns.customerID >= 0 && (who.ID != "" || r.columns.customerName < 0) {
		column = r.head(r.columns.customerID)
	}
	for _, text := range []*string{&who.ID, &who.Name} {
		clean, wrong := cleanName(*text)
		if wrong != "" {
			r.lost(line, column, wrong)
			return "", false
		}
		*text = clean
	}
	external, wrong := r.customers.add(who, strconv.Itoa(line))
	if wrong != "" {
		r.lost(line, column, wrong)
		return "", false
	}
	return external, true
}

// quantity reads the row's number and adds it to the sums that a row of totals is compared with.
func (r *run) quantity(cells []string, line int, external string) (app.Quantity, bool) {
	meter := strings.TrimSpace(cell(cells, r.columns.meter))
	if r.columns.quantity < 0 {
		r.sums.add(meter, app.Q(1))
		return app.Q(1), true
	}
	q, err := r.number(cells[r.columns.quantity], r.decimal[r.columns.quantity])
	if err != nil {
		r.wrong(line, r.head(r.columns.quantity), err.Error())
		r.spoil(external, meter, line, err.Error())
		return q, false
	}
	r.sums.add(meter, q)
	return q, true
}

// maxNumbers bounds how many texts are remembered with their number.
const maxNumbers = 20000

// number is readNumber with a memory.
func (r *run) number(text string, decimal byte) (app.Quantity, error) {
	if q, known := r.numbers[text]; known {
		return q, nil
	}
	q, _, err := readNumber(text, decimal)
	if err == nil && len(r.numbers) < maxNumbers {
		r.numbers[strings.Clone(text)] = q
	}
	return q, err
}

// spoil remembers that a customer's meter, or all of them when it is not known, lacks a row.
func (r *run) spoil(external, meterText string, line int, message string) {
	problem := fmt.Sprintf("Line %d of %s is wrong: %s", line, r.file.Name, message)
	m := r.m.Fixed.Meter
	if r.columns.meter >= 0 {
		m = slug(meterText)
	}
	if m == "" {
		r.spoilt[external] = problem
		return
	}
	r.spoilt[external+"\x00"+string(m)] = problem
}

// facts reads what else a row says.
func (r *run) facts(cells []string, line int, external string) (x part, ok bool) {
	c := r.columns
	meterText := cell(cells, c.meter)
	bad := func(column int, message string) (part, bool) {
		r.wrong(line, r.head(column), message)
		r.spoil(external, meterText, line, message)
		return part{}, false
	}
	x = part{external: external, meter: r.m.Fixed.Meter, unit: unitOf(firstOf(cell(cells, c.unit), r.m.Fixed.Unit))}
	if c.meter >= 0 {
		var wrong string
		if x.meter, wrong = r.meter(meterText); wrong != "" {
			return bad(c.meter, wrong)
		}
	}
	if len([]rune(x.unit)) > maxUnit {
		return bad(c.unit, fmt.Sprintf("The unit is longer than %d characters.", maxUnit))
	}
	column, wrong := r.when(cells, &x)
	if wrong != "" {
		return bad(column, wrong)
	}
	x.itemID, x.itemName = cell(cells, c.itemID), cell(cells, c.itemName)
	for _, text := range []*string{&x.itemID, &x.itemName} {
		clean, wrong := cleanName(*text)
		if wrong != "" {
			return bad(max(c.itemID, c.itemName), wrong)
		}
		*text = clean
	}
	return x, true
}

// meter makes a meter of what the file calls it. Two names that become one meter would be billed as one.
func (r *run) meter(text string) (app.Meter, string) {
	if m, known := r.called[text]; known {
		return m, ""
	}
	m := slug(text)
	switch called, known := r.meters[m]; {
	case text == "":
		return "", "It does not say what was counted."
	case m == "" || !wellShaped(m):
		return "", fmt.Sprintf("%q cannot be the name of a meter: at most 40 letters and digits.", short(text))
	case known && fold(called) != fold(text):
		return "", fmt.Sprintf("%q and %q would both become the meter %s. Rename one of them in the file.", short(called), short(text), m)
	case !known:
		r.meters[m] = strings.Clone(text)
	}
	r.called[strings.Clone(text)] = m
	return m, ""
}

// when reads the moment or the month of a row.
func (r *run) when(cells []string, x *part) (column int, wrong string) {
	at, of := cell(cells, r.columns.asOf), cell(cells, r.columns.covers)
	switch {
	case at != "" && of != "":
		return r.columns.covers, "A row is of one moment or covers a month, not both."
	case of != "":
		if x.covers, wrong = month(of); wrong != "" {
			return r.columns.covers, wrong
		}
	case at != "":
		x.asOf, wrong = day(at, r.now)
		return r.columns.asOf, wrong
	case !r.m.Fixed.Covers.IsZero():
		x.covers = r.m.Fixed.Covers
	case !r.m.Fixed.AsOf.IsZero():
		x.asOf = r.m.Fixed.AsOf.UTC()
		return -1, ""
	default:
		return max(r.columns.asOf, r.columns.covers), "The row does not say of which day or month it is."
	}
	var of2 app.Reading
	wrong = cover(&of2, x.covers, r.now)
	x.asOf = of2.AsOf
	return r.columns.covers, wrong
}
