package web

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/views/ui"
)

// typedMappingForm is a mapping as it was typed.
type typedMappingForm struct {
	mapping app.CSVMapping
	changed bool // since the preview it was imported from
}

// readMapping reads the form of a preview.
func readMapping(f form, now time.Time) (typedMappingForm, ui.Errors) {
	m := app.CSVMapping{
		Shape: f.text("shape"), CustomerID: f.Get("customer_id"), CustomerName: f.Get("customer_name"), Meter: f.Get("meter"), Quantity: f.Get("quantity"),
		Unit: f.Get("unit"), AsOf: f.Get("as_of"), Covers: f.Get("covers"), ItemID: f.Get("item_id"), ItemName: f.Get("item_name"),
		Only: f.Get("only"), OnlyValue: f.text("only_value"), Duplicates: f.text("duplicates"), Decimal: f.text("decimal"),
		Complete: f.ticked("complete"), Partial: f.ticked("partial"),
		Fixed: app.CSVFixed{CustomerID: f.text("fixed_customer_id"), CustomerName: f.text("fixed_customer_name"), Meter: app.Meter(f.text("fixed_meter")), Unit: f.text("fixed_unit")},
	}
	var wrong ui.Errors
	if text := f.text("fixed_covers"); text != "" {
		p, err := app.ParsePeriod(text)
		if err != nil {
			wrong = append(wrong, ui.FieldError{Field: "fixed_covers", Message: app.ErrorMessage(err)})
		}
		m.Fixed.Covers = p
	}
	at, err := momentOf(f.text("fixed_as_of"), now)
	if err != nil {
		wrong = append(wrong, ui.FieldError{Field: "fixed_as_of", Message: app.ErrorMessage(err)})
	}
	m.Fixed.AsOf = at
	return typedMappingForm{mapping: usualMapping(m)}, wrong
}

// momentOf reads a moment with its zone, or a day: then its end in UTC, or now while it lasts.
func momentOf(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, strings.ToUpper(text)); err == nil {
		return t.UTC().Truncate(time.Second), nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}, app.Errorf(app.Invalid, "%q is no moment. Write a day, 2026-11-26, or a moment with its zone, 2026-11-26T18:00:00Z.", text)
	}
	end := day.AddDate(0, 0, 1).Add(-time.Second)
	if end.After(now) && day.Before(now) {
		end = now
	}
	return end.UTC().Truncate(time.Second), nil
}

// usualMapping writes out what an empty choice means, so that two mappings that read a file alike are equal.
func usualMapping(m app.CSVMapping) app.CSVMapping {
	if m.Duplicates == "" {
		m.Duplicates = app.DuplicatesSum
	}
	if !m.Fixed.AsOf.IsZero() {
		m.Fixed.AsOf = m.Fixed.AsOf.UTC().Truncate(time.Second)
	}
	return m
}

// mappingSum tells a mapping from any other.
func mappingSum(m app.CSVMapping) string {
	b, err := json.Marshal(usualMapping(m))
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// mappingErrors puts what is wrong with a mapping beside its inputs.
func mappingErrors(err error) ui.Errors {
	e, ok := errors.AsType[*app.Error](err)
	if !ok {
		return ui.Errors{{Message: app.ErrorMessage(err)}}
	}
	field := strings.ReplaceAll(strings.TrimPrefix(e.Field, "mapping."), "fixed.", "fixed_")
	if !mappingInputs[field] {
		return ui.Errors{{Message: e.Message}}
	}
	return ui.Errors{{Field: field, Message: e.Message}}
}

// mappingInputs are the inputs of the form of a preview.
var mappingInputs = map[string]bool{
	"shape": true, "customer_id": true, "customer_name": true, "meter": true, "quantity": true, "unit": true, "as_of": true, "covers": true,
	"item_id": true, "item_name": true, "only": true, "only_value": true, "duplicates": true, "decimal": true,
	"fixed_customer_id": true, "fixed_customer_name": true, "fixed_meter": true, "fixed_unit": true, "fixed_as_of": true, "fixed_covers": true,
}
