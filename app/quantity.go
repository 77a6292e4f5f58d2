package app

import (
	"bytes"
	"database/sql/driver"
	"fmt"
	"strconv"

	"github.com/shopspring/decimal"
)

// Quantity is an exact decimal number: what is counted, billed or priced. It is never a float.
// In JSON it is a bare number, in the database text.
type Quantity struct{ decimal.Decimal }

// Money is an exact amount in the currency of the ConnectWise agreement; the currency itself is not stored.
type Money = Quantity

// Q makes a Quantity from a whole number.
func Q(n int64) Quantity { return Quantity{decimal.NewFromInt(n)} }

// ParseQuantity reads a plain decimal number such as "12" or "1219.5". Thousands separators, exponents and signs
// other than a leading minus are refused, because "1,000" and "1.000" mean different things to different people.
func ParseQuantity(s string) (Quantity, error) {
	if !plainNumber(s) {
		return Quantity{}, FieldErrorf("quantity", "%q is not a plain number. Write it as 1219 or 1219.5.", s)
	}
	d, err := decimal.NewFromString(s)
	if err != nil {
		return Quantity{}, FieldErrorf("quantity", "%q is not a plain number. Write it as 1219 or 1219.5.", s)
	}
	return Quantity{d}, nil
}

// MustQuantity is ParseQuantity for constants; it panics on a bad one.
func MustQuantity(s string) Quantity {
	q, err := ParseQuantity(s)
	if err != nil {
		panic(err)
	}
	return q
}

// Add returns q + r.
func (q Quantity) Add(r Quantity) Quantity { return Quantity{q.Decimal.Add(r.Decimal)} }

// Sub returns q - r.
func (q Quantity) Sub(r Quantity) Quantity { return Quantity{q.Decimal.Sub(r.Decimal)} }

// Mul returns q * r.
func (q Quantity) Mul(r Quantity) Quantity { return Quantity{q.Decimal.Mul(r.Decimal)} }

// Equal reports whether q and r are the same number, whatever their scale.
func (q Quantity) Equal(r Quantity) bool { return q.Decimal.Equal(r.Decimal) }

// MarshalJSON prints a bare JSON number.
func (q Quantity) MarshalJSON() ([]byte, error) { return []byte(q.String()), nil }

// UnmarshalJSON accepts a JSON number with or without exponent (ConnectWise sends doubles); text is refused.
func (q *Quantity) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	if len(b) == 0 || b[0] == '"' || string(b) == "null" {
		return FieldErrorf("quantity", "%s is not a number", b)
	}
	d, err := decimal.NewFromString(string(b))
	if err != nil {
		return FieldErrorf("quantity", "%s is not a number", b)
	}
	q.Decimal = d
	return nil
}

// MarshalYAML prints a bare number where YAML's own number prints the same digits, else text, so that nothing is rounded.
func (q Quantity) MarshalYAML() (any, error) {
	text := q.String()
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, nil
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil && strconv.FormatFloat(f, 'g', -1, 64) == text {
		return f, nil
	}
	return text, nil
}

// MarshalText prints the number; used in YAML's map keys and forms.
func (q Quantity) MarshalText() ([]byte, error) { return []byte(q.String()), nil }

// UnmarshalText reads a plain number; used in YAML and forms.
func (q *Quantity) UnmarshalText(b []byte) error {
	v, err := ParseQuantity(string(b))
	if err != nil {
		return err
	}
	*q = v
	return nil
}

// Value stores the number as text, so that SQLite never makes a float of it.
func (q Quantity) Value() (driver.Value, error) { return q.String(), nil }

// Scan reads what Value wrote.
func (q *Quantity) Scan(v any) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("quantity column holds %T, want text", v)
	}
	d, err := decimal.NewFromString(s)
	if err != nil {
		return fmt.Errorf("quantity column: %w", err)
	}
	q.Decimal = d
	return nil
}

// plainNumber reports whether s is digits with at most one point and an optional leading minus, of sane length.
func plainNumber(s string) bool {
	if len(s) > 0 && s[0] == '-' {
		s = s[1:]
	}
	if s == "" || len(s) > 30 || s[0] == '.' || s[len(s)-1] == '.' {
		return false
	}
	points := 0
	for _, c := range []byte(s) {
		switch {
		case c == '.':
			points++
		case c < '0' || c > '9':
			return false
		}
	}
	return points <= 1
}
