package api

import (
	"context"
	"fmt"
	"maps"
	"mime"
	"slices"
	"time"

	"psabridge/app"
	"psabridge/app/inbox"
	"psabridge/app/receive"
)

// UsageResult says what came of readings that were sent.
type UsageResult struct {
	Received
	Readings int               `json:"readings" doc:"how many there are; with dry_run none of them was stored"`
	DryRun   bool              `json:"dry_run" doc:"nothing was stored"`
	Import   OrNull[Import]    `json:"import" doc:"how it is noted; null for JSON and when nothing was stored"`
	File     OrNull[FileFacts] `json:"file" doc:"what a file was read as; null for JSON"`
}

// FileFacts is what a file was read as.
type FileFacts struct {
	Encoding   string            `json:"encoding"`
	Separator  string            `json:"separator"`
	Columns    []string          `json:"columns" nullable:"false"`
	Above      int               `json:"rows_above" doc:"rows above the header that hold something; they are left out"`
	Shape      string            `json:"shape" doc:"the ready-made mapping; empty when there is none"`
	Mapping    map[string]string `json:"mapping" nullable:"false" doc:"column by field"`
	Remembered bool              `json:"remembered" doc:"the mapping is that of an earlier file"`
	Guessed    bool              `json:"guessed" doc:"nobody has said what the columns are; nothing is stored by a guess"`
	RowCounts
	Problems      []RowProblem  `json:"problems" nullable:"false" doc:"the first hundred"`
	FirstRows     [][]string    `json:"first_rows" nullable:"false"`
	FirstReadings []FileReading `json:"first_readings" nullable:"false"`
	Totals        []MeterTotal  `json:"totals" nullable:"false"`
	Zeroed        []string      `json:"zeroed" nullable:"false" doc:"external ids of customers that are not in the file and are set to 0"`
}

// RowCounts count the rows of a file.
type RowCounts struct {
	Rows          int `json:"rows" doc:"with content, the header aside"`
	Blank         int `json:"blank"`
	TotalRows     int `json:"total_rows" doc:"recognised as sums and left out"`
	Duplicate     int `json:"duplicate_rows"`
	Left          int `json:"left_out"`
	Wrong         int `json:"wrong"`
	ReadingsMade  int `json:"readings"`
	Organizations int `json:"organizations"`
}

// RowProblem is what is wrong with one row of a file.
type RowProblem struct {
	Line    int    `json:"line"`
	Column  string `json:"column"`
	Message string `json:"message"`
}

// FileReading is one reading a file would become.
type FileReading struct {
	Organization string    `json:"organization" doc:"external id"`
	Meter        string    `json:"meter"`
	Quantity     Number    `json:"quantity"`
	Unit         string    `json:"unit"`
	AsOf         time.Time `json:"as_of"`
	Covers       *string   `json:"covers"`
	Complete     bool      `json:"complete"`
}

// MeterTotal is the sum of a meter over a file.
type MeterTotal struct {
	Meter    string `json:"meter"`
	Unit     string `json:"unit"`
	Quantity Number `json:"quantity"`
}

// Import is one file, or one call, that brought readings.
type Import struct {
	ID     ID        `json:"id"`
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	File   string    `json:"file" doc:"empty for JSON"`
	Covers *string   `json:"covers"`
	RowCounts
	Problems []RowProblem `json:"problems" nullable:"false"`
}

// usageSent is a call that brings readings. Of the query only dry_run is for JSON too.
type usageSent struct {
	sentBody
	Name       string `path:"name" maxLength:"64"`
	File       string `query:"file" maxLength:"300" doc:"the file's name; some reports say there whose they are"`
	Complete   bool   `query:"complete" doc:"a customer who is not in the file used nothing"`
	Partial    bool   `query:"partial" doc:"store what is right although some rows are wrong"`
	DryRun     bool   `query:"dry_run" doc:"say what would be stored, store nothing"`
	Duplicates string `query:"duplicates" enum:"sum,last" doc:"rows that come twice are summed (default), or the last one counts"`
	Decimal    string `query:"decimal" maxLength:"1" doc:"the sign before decimals, where the file does not show it"`
	Shape      string `query:"shape" maxLength:"64" doc:"a ready-made mapping: psabridge or x360cloud_usage"`

	CustomerID   string `query:"map.customer_id" maxLength:"200" doc:"the column that holds it; so for all map.…"`
	CustomerName string `query:"map.customer_name" maxLength:"200"`
	Meter        string `query:"map.meter" maxLength:"200"`
	Quantity     string `query:"map.quantity" maxLength:"200" doc:"left out: every row counts 1"`
	Unit         string `query:"map.unit" maxLength:"200"`
	AsOf         string `query:"map.as_of" maxLength:"200"`
	Covers       string `query:"map.covers" maxLength:"200"`
	ItemID       string `query:"map.item_id" maxLength:"200"`
	ItemName     string `query:"map.item_name" maxLength:"200"`
	Only         string `query:"map.only" maxLength:"200" doc:"the column that says whether a row counts"`
	OnlyValue    string `query:"only_value" maxLength:"200" doc:"what stands in it when it does"`

	FixedCustomerID   string `query:"customer_id" maxLength:"200" doc:"whose the whole file is"`
	FixedCustomerName string `query:"customer_name" maxLength:"200"`
	FixedMeter        string `query:"meter" maxLength:"40" doc:"the meter of every row"`
	FixedUnit         string `query:"unit" maxLength:"20" doc:"the unit of every row"`
	FixedAsOf         string `query:"as_of" maxLength:"40" doc:"when the whole file was read: a day, or a time with its zone"`
	FixedCovers       string `query:"covers" maxLength:"7" doc:"the month the whole file covers: 2026-10"`
}

type usageOutput struct{ Body UsageResult }

func (s *server) sendUsage(ctx context.Context, in *usageSent) (*usageOutput, error) {
	if mediaOf(in.kind) == "text/csv" {
		return s.sendFile(ctx, in)
	}
	body, err := in.json()
	if err != nil {
		return nil, s.fail(err)
	}
	if key := in.ofFile(); key != "" {
		return nil, s.fail(app.FieldErrorf(key, "%s says something of a CSV file. JSON says it itself, in each reading; leave it out here.", key))
	}
	got, err := s.Inbox.Readings(ctx, in.Name, body, in.DryRun, s.sender(ctx, in.sentBody))
	if err != nil {
		return nil, s.fail(err)
	}
	out := UsageResult{Received: received(got), Readings: got.Accepted, DryRun: in.DryRun}
	if in.DryRun {
		out.Accepted = 0
	}
	return &usageOutput{Body: out}, nil
}

// ofFile returns a parameter of the call that only a file has; empty when there is none.
func (in *usageSent) ofFile() string {
	for _, key := range slices.Sorted(maps.Keys(in.query)) {
		if key != "dry_run" {
			return key
		}
	}
	return ""
}

func (s *server) sendFile(ctx context.Context, in *usageSent) (*usageOutput, error) {
	m, err := in.mapping(s.Now())
	if err != nil {
		return nil, s.fail(err)
	}
	fed, err := s.Inbox.Feed(ctx, in.Name, in.File, in.body, m, in.DryRun, s.sender(ctx, in.sentBody))
	if err != nil {
		p := s.fail(err)
		p.Rows = rowProblems(fed.Preview.Problems)
		return nil, p
	}
	return &usageOutput{Body: usageResult(fed, in.DryRun)}, nil
}

// mapping is what the query says of a file.
func (in *usageSent) mapping(now time.Time) (*app.CSVMapping, error) {
	m := app.CSVMapping{
		Shape: in.Shape, CustomerID: in.CustomerID, CustomerName: in.CustomerName, Meter: in.Meter, Quantity: in.Quantity, Unit: in.Unit, AsOf: in.AsOf, Covers: in.Covers,
		ItemID: in.ItemID, ItemName: in.ItemName, Only: in.Only, OnlyValue: in.OnlyValue, Duplicates: in.Duplicates, Decimal: in.Decimal, Complete: in.Complete, Partial: in.Partial,
		Fixed: app.CSVFixed{CustomerID: in.FixedCustomerID, CustomerName: in.FixedCustomerName, Meter: app.Meter(in.FixedMeter), Unit: in.FixedUnit},
	}
	var err error
	if in.FixedAsOf != "" {
		if m.Fixed.AsOf, err = inbox.AsOf(in.FixedAsOf, now); err != nil {
			return nil, err
		}
	}
	if in.FixedCovers != "" {
		if m.Fixed.Covers, err = app.ParsePeriod(in.FixedCovers); err != nil {
			return nil, app.FieldErrorf("covers", "%q is not a month. Write it as 2026-10.", in.FixedCovers)
		}
	}
	return &m, nil
}

func usageResult(fed receive.Fed, dry bool) UsageResult {
	p := fed.Preview
	f := FileFacts{
		Encoding: p.Encoding, Separator: p.Separator, Columns: append([]string{}, p.Columns...), Above: p.Above, Shape: p.Mapping.Shape, Mapping: map[string]string{}, Remembered: p.Remembered,
		Guessed: p.Guessed, RowCounts: rowCounts(p.ImportCounts), Problems: rowProblems(p.Problems), FirstRows: append([][]string{}, p.Rows...), FirstReadings: []FileReading{},
		Totals: []MeterTotal{}, Zeroed: []string{},
	}
	for _, field := range inbox.Fields() {
		if column := inbox.Field(p.Mapping, field); column != "" {
			f.Mapping[field] = column
		}
	}
	for _, r := range p.Readings {
		f.FirstReadings = append(f.FirstReadings, FileReading{
			Organization: r.OrganizationID, Meter: string(r.Meter), Quantity: number(r.Quantity), Unit: r.Unit, AsOf: r.AsOf.UTC(), Covers: periodOrNil(r.Covers), Complete: r.Complete,
		})
	}
	for _, t := range p.Totals {
		f.Totals = append(f.Totals, MeterTotal{Meter: string(t.Meter), Unit: t.Unit, Quantity: number(t.Quantity)})
	}
	for _, o := range p.Zeroed {
		f.Zeroed = append(f.Zeroed, o.ExternalID)
	}
	out := UsageResult{Received: Received{Organizations: p.Organizations}, Readings: p.ReadingsMade, DryRun: dry, File: some(f)}
	if !dry {
		out.Accepted = fed.Import.ReadingsMade
		out.Import = some(importItem(fed.Import))
	}
	return out
}

func rowCounts(c app.ImportCounts) RowCounts {
	return RowCounts{
		Rows: c.Rows, Blank: c.Blank, TotalRows: c.TotalRows, Duplicate: c.Duplicate, Left: c.Left, Wrong: c.Wrong, ReadingsMade: c.ReadingsMade, Organizations: c.Organizations,
	}
}

func rowProblems(list []app.RowProblem) []RowProblem {
	out := make([]RowProblem, len(list))
	for i, p := range list {
		out[i] = RowProblem(p)
	}
	return out
}

func importItem(im app.Import) Import {
	return Import{ID: id(im.ID), At: im.At.UTC(), By: im.By, File: im.File, Covers: periodOrNil(im.Covers), RowCounts: rowCounts(im.ImportCounts), Problems: rowProblems(im.Problems)}
}

type importsInput struct {
	SourceInput
	Paging
}

func (s *server) imports(ctx context.Context, in *importsInput) (*listOutput[Import], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	rows, err := s.Inbox.Imports(ctx, in.Name, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return newList(rows, page, importItem, func(im app.Import) int64 { return im.ID }), nil
}

func periodOrNil(p app.Period) *string {
	if p.IsZero() {
		return nil
	}
	text := p.String()
	return &text
}

// mediaOf is the media type of a Content-Type; empty when there is none.
func mediaOf(contentType string) string {
	t, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	return t
}

func mebibytes(n int64) string { return fmt.Sprintf("%d MiB", n>>20) }
