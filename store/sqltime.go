package store

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// layout is RFC 3339 with exactly three decimals, so that text order is time order.
const layout = "2006-01-02T15:04:05.000Z"

// stamp is a time as it stands in a column; the zero time is NULL.
type stamp time.Time

// Value implements driver.Valuer.
func (s stamp) Value() (driver.Value, error) {
	t := time.Time(s)
	if t.IsZero() {
		return nil, nil
	}
	return text(t), nil
}

// text prints t as a column holds it.
func text(t time.Time) string { return t.UTC().Format(layout) }

// spoken prints t as a person reads it. The store knows no zone but this one.
func spoken(t time.Time) string { return t.UTC().Format("2 Jan 2006 at 15:04 UTC") }

// same reports whether a and b are one moment to a column.
func same(a, b time.Time) bool {
	return a.IsZero() == b.IsZero() && (a.IsZero() || text(a) == text(b))
}

// into scans a column into a time; NULL becomes the zero time.
func into(t *time.Time) *timeScanner { return &timeScanner{t} }

type timeScanner struct{ t *time.Time }

// Scan implements sql.Scanner.
func (s *timeScanner) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*s.t = time.Time{}
		return nil
	case string:
		t, err := time.Parse(layout, v)
		if err != nil {
			return fmt.Errorf("time column: %w", err)
		}
		*s.t = t
		return nil
	default:
		return fmt.Errorf("time column holds %T, want text", v)
	}
}
