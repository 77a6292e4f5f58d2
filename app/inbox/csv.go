package inbox

import (
	"io"
	"time"

	"psabridge/app"
)

// MaxFile is the most bytes of a file that is imported.
const MaxFile = 50 << 20

// File is a file that is to become readings.
type File struct {
	Name    string // as the person calls it; some reports say there whose they are
	Content io.ReadSeeker
	// Organizations are those of the source.
	Organizations []app.Organization
	// Known returns them with their newest readings: a file that is marked complete sets those of them to 0 that are not in it.
	// It is asked for such a file alone, and may be nil.
	Known func() ([]app.OrganizationRow, error)
	Now   time.Time
}

// Remembered returns the mapping of a file whose header was seen before; nil when there is none.
type Remembered func(headerHash string) *app.CSVMapping

// Preview says what a file would become. given is what a person chose for it; nil asks for the remembered mapping, a
// ready-made one or a guess, in this order. What is wrong with rows or columns is in the preview, so that it can be mended
// there; an error means that the file cannot be read at all.
func Preview(f File, remembered Remembered, given *app.CSVMapping) (app.CSVPreview, error) {
	r, err := Read(f, remembered, given)
	return r.Preview, err
}

// Result is a file that was read.
type Result struct {
	Preview app.CSVPreview
	// Batch and Readings are what it becomes; both are empty when something is wrong, and Refused then says what.
	Batch    app.Batch
	Readings []app.Reading
	Refused  error
}

// previewRows is how many rows and readings a preview shows.
const previewRows = 5

// Read is Preview and what would be stored in one go.
func Read(f File, remembered Remembered, given *app.CSVMapping) (Result, error) {
	t, err := open(f, given)
	if err != nil {
		return Result{}, err
	}
	p := app.CSVPreview{
		File: f.Name, Encoding: string(t.encoding), Separator: separatorNames[t.comma], Columns: t.columns, Above: t.above, Rows: t.first, HeaderHash: t.hash(),
	}
	p.Mapping, p.Remembered, p.Guessed = t.mapping(remembered, given)
	run, err := t.run(f, p.Mapping)
	if err != nil {
		return Result{}, err
	}
	if p.Guessed && p.Mapping.Quantity == "" {
		run.missing("quantity", "Say which column holds the quantity. Without one, every row counts 1.")
	}
	done := run.result()
	p.ImportCounts, p.Totals, p.Zeroed = done.counts, done.totals, done.zeroed
	p.Customers, p.Names = run.customers.order, run.customers.name
	for _, r := range done.readings {
		if len(p.Readings) < previewRows && r.Basis == app.BasisOwn {
			p.Readings = append(p.Readings, r)
		}
	}
	out := Result{Preview: p}
	switch {
	case p.Guessed:
		out.Refused = app.FieldErrorf("map", "Nobody has said yet what the columns of this file are. A guess: %s. Say so, or correct it.", Describe(p.Mapping))
		return out, nil
	case len(done.readings) == 0:
		out.Refused = refusal(done.counts)
		return out, nil
	}
	out.Readings = done.readings
	out.Batch = run.customers.batch()
	out.Batch.ReadAt = f.Now
	return out, nil
}

// ToRemember is what of a mapping holds for the next file with the same header too: not its month, not whose it is, not that
// its wrong rows were let pass, and not that it was complete, because a file that is not would set customers to 0.
func ToRemember(m app.CSVMapping) app.CSVMapping {
	m.Fixed = app.CSVFixed{Meter: m.Fixed.Meter, Unit: m.Fixed.Unit}
	m.Partial, m.Complete = false, false
	return m
}

// refusal says why a file became nothing, with its first problems.
func refusal(c app.ImportCounts) error {
	if len(c.Problems) == 0 {
		return app.Errorf(app.Invalid, "The file holds no row that counts, so nothing was imported.")
	}
	first := c.Problems[0]
	text := "Nothing was imported. " + where(first) + first.Message
	switch {
	case c.Wrong > 1:
		text += " " + plural(c.Wrong-1, "more row is", "more rows are") + " wrong."
	case len(c.Problems) > 1:
		text += " " + where(c.Problems[1]) + c.Problems[1].Message
	}
	return &app.Error{Code: app.Invalid, Field: first.Column, Message: text}
}
