package app

import (
	"fmt"
	"time"
)

// Period is one calendar month, the unit of billing (M1). The zero Period is not valid.
type Period struct {
	Year  int
	Month time.Month
}

// PeriodOf returns the month t falls in, in the zone loc.
func PeriodOf(t time.Time, loc *time.Location) Period {
	y, m, _ := t.In(loc).Date()
	return Period{Year: y, Month: m}
}

// ParsePeriod reads "2026-11". It returns an Invalid error for anything else.
func ParsePeriod(s string) (Period, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil || t.Year() < 2000 {
		return Period{}, FieldErrorf("period", "%q is not a month. Write it as 2026-11.", s)
	}
	return Period{Year: t.Year(), Month: t.Month()}, nil
}

// String prints "2026-11".
func (p Period) String() string { return fmt.Sprintf("%04d-%02d", p.Year, int(p.Month)) }

// IsZero reports whether p was never set.
func (p Period) IsZero() bool { return p == Period{} }

// Next returns the month after p.
func (p Period) Next() Period { return p.add(1) }

// Prev returns the month before p.
func (p Period) Prev() Period { return p.add(-1) }

// Before reports whether p is an earlier month than q.
func (p Period) Before(q Period) bool {
	return p.Year < q.Year || p.Year == q.Year && p.Month < q.Month
}

// Days returns how many days the month has.
func (p Period) Days() int { return time.Date(p.Year, p.Month+1, 0, 0, 0, 0, 0, time.UTC).Day() }

// Start returns the first instant of the month in loc.
func (p Period) Start(loc *time.Location) time.Time {
	return time.Date(p.Year, p.Month, 1, 0, 0, 0, 0, loc)
}

// MarshalText implements encoding.TextMarshaler.
func (p Period) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *Period) UnmarshalText(b []byte) error {
	q, err := ParsePeriod(string(b))
	if err != nil {
		return err
	}
	*p = q
	return nil
}

func (p Period) add(months int) Period {
	t := time.Date(p.Year, p.Month+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	return Period{Year: t.Year(), Month: t.Month()}
}
