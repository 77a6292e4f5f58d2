package connectwise

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"

	"psabridge/app"
)

// ref is a reference: {id, name} or {id, identifier}.
type ref struct {
	ID         int64  `json:"id"`
	Name       string `json:"name"`
	Identifier string `json:"identifier"`
}

// idRef is a reference as it is written: the id alone, as a number.
type idRef struct {
	ID int64 `json:"id"`
}

// to is a reference to write; nil leaves the field out, so that ConnectWise takes its default.
func to(id int64) *idRef {
	if id == 0 {
		return nil
	}
	return &idRef{id}
}

// info is the _info of a record.
type info struct {
	LastUpdated moment `json:"lastUpdated"`
	UpdatedBy   string `json:"updatedBy"`
	DateEntered moment `json:"dateEntered"`
	EnteredBy   string `json:"enteredBy"`
}

// moment is a date-time, zero when absent or empty.
type moment struct{ time.Time }

// UnmarshalJSON reads RFC 3339 and the same without a zone, which is UTC.
func (m *moment) UnmarshalJSON(b []byte) error {
	s, err := textOf(b)
	if err != nil || s == "" {
		return err
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			m.Time = t.UTC()
			return nil
		}
	}
	return fmt.Errorf("%q is not a time", s)
}

// day is a date-only field. ConnectWise writes it as midnight "Z" of the local calendar day, so the day is what stands
// there, whatever the zone; converting it would move it.
type day struct{ time.Time }

// UnmarshalJSON reads the date part.
func (d *day) UnmarshalJSON(b []byte) error {
	s, err := textOf(b)
	if err != nil || s == "" {
		return err
	}
	t, err := time.Parse(time.DateOnly, s[:min(len(s), len(time.DateOnly))])
	if err != nil {
		return fmt.Errorf("%q is not a date", s)
	}
	if t.Year() > 1901 { // "no date" is sometimes written as the first day there is
		d.Time = t
	}
	return nil
}

func textOf(b []byte) (string, error) {
	if string(b) == "null" {
		return "", nil
	}
	var s string
	err := json.Unmarshal(b, &s)
	return strings.TrimSpace(s), err
}

// midnight writes a calendar day.
func midnight(t time.Time) string { return t.Format(time.DateOnly) + "T00:00:00Z" }

// numberOr is a number that may be missing.
func numberOr(q *app.Quantity) app.Quantity {
	if q == nil {
		return app.Quantity{}
	}
	return *q
}

const ellipsis = "…"

// units is how long ConnectWise, a .NET program, takes a text to be: it counts UTF-16 units, of which an emoji has two.
func units(s string) (n int) {
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// shorten cuts to so many units on a character, never inside one, and shows that it did.
func shorten(s string, limit int) string {
	if units(s) <= limit {
		return s
	}
	room, end := limit-units(ellipsis), 0
	for i, r := range s {
		if room -= utf16.RuneLen(r); room < 0 {
			end = i
			break
		}
	}
	return strings.TrimRight(s[:end], " ") + ellipsis
}

// clean makes text fit to be stored: no control or invisible characters; line breaks stay.
func clean(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		if r < ' ' || r == 0x7f {
			return -1
		}
		return visible(r)
	}, s))
}

// oneLine is clean without line breaks; ConnectWise shows them as spaces, when it keeps them.
func oneLine(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

// visible drops the invisible characters that come along when text is copied from a web page.
func visible(r rune) rune {
	switch {
	case r == '\u00a0':
		return ' '
	case r >= '\u200b' && r <= '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2060' && r <= '\u2064', r == '\ufeff', r == 0:
		return -1
	}
	return r
}
