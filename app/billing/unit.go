package billing

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/shopspring/decimal"

	"psabridge/app"
)

// powers holds the storage units as powers of two bytes; 1 GB = 1024³ bytes, as the vendor prints it.
var powers = map[string]int{app.UnitBytes: 0, app.UnitGB: 30, app.UnitTB: 40}

// Convert turns q from one unit into another without losing a digit: a division by 1024³ has at most 30 decimals.
// It reports false for units that do not convert, such as each and GB.
func Convert(q app.Quantity, from, to string) (app.Quantity, bool) {
	if from == to {
		return q, true
	}
	f, okFrom := powers[from]
	t, okTo := powers[to]
	if !okFrom || !okTo {
		return app.Quantity{}, false
	}
	return app.Quantity{Decimal: q.Decimal.Mul(powerOfTwo(f - t))}, true
}

// powerOfTwo returns 2ⁿ exactly. For negative n it is 5⁻ⁿ / 10⁻ⁿ, which a decimal holds in full.
func powerOfTwo(n int) decimal.Decimal {
	if n >= 0 {
		return decimal.NewFromBigInt(new(big.Int).Lsh(big.NewInt(1), uint(n)), 0)
	}
	five := new(big.Int).Exp(big.NewInt(5), big.NewInt(int64(-n)), nil)
	return decimal.NewFromBigInt(five, int32(n)) //nolint:gosec // the distance of two units, a few dozen at most
}

// The ways to round.
const (
	RoundUp       = "up"
	RoundNearest  = "nearest"
	RoundDown     = "down"
	RoundDecimals = "2"
)

// Round rounds a sum the way a rule says; empty means up.
func Round(q app.Quantity, how string) app.Quantity {
	switch how {
	case RoundNearest:
		return app.Quantity{Decimal: q.Round(0)}
	case RoundDown:
		return app.Quantity{Decimal: q.Floor()}
	case RoundDecimals:
		return app.Quantity{Decimal: q.Round(2)}
	default:
		return app.Quantity{Decimal: q.Ceil()}
	}
}

// Defaults fills the fields a rule leaves empty. The unit stays empty when only the reading can tell it.
func Defaults(r app.QuantityRule, m app.Meter) app.QuantityRule {
	if r.Unit == "" {
		switch m {
		case app.MeterStorage, app.MeterProtectedStorage:
			r.Unit = app.UnitGB
		case app.MeterAccounts, app.MeterFileServer, app.MeterGuests, app.MeterProtectedSeats:
			r.Unit = app.UnitEach
		}
	}
	if r.Round == "" {
		r.Round = RoundUp
	}
	if r.Basis == "" {
		r.Basis = app.BasisOwn
	}
	if r.FSE == "" {
		r.FSE = fseCount
	}
	return r
}

// The ways to count file servers.
const (
	fseCount = "count"
	fseFlag  = "flag"
)

// trialsCount reports whether trial organizations are billed; they are unless the rule says no.
func trialsCount(r app.QuantityRule) bool { return r.Trials == nil || *r.Trials }

// sameRule compares two rules with their defaults filled in.
func sameRule(a, b app.QuantityRule) bool {
	sameMinimum := a.Minimum == nil && b.Minimum == nil || a.Minimum != nil && b.Minimum != nil && a.Minimum.Equal(*b.Minimum)
	return sameMinimum && a.Unit == b.Unit && a.Round == b.Round && a.Basis == b.Basis && a.FSE == b.FSE && trialsCount(a) == trialsCount(b)
}

// RuleText says a quantity rule in words, for the evidence of a line.
func RuleText(r app.QuantityRule, m app.Meter) string {
	r = Defaults(r, m)
	words := map[string]string{RoundUp: "rounded up", RoundNearest: "rounded to the nearest whole", RoundDown: "rounded down", RoundDecimals: "rounded to two decimals"}
	parts := []string{words[r.Round]}
	if r.Unit != "" && r.Unit != app.UnitEach {
		parts = append([]string{"in " + r.Unit}, parts...)
	}
	if r.Basis == app.BasisInclusive {
		parts = append(parts, "suborganizations included")
	}
	if m == app.MeterFileServer && r.FSE == fseFlag {
		parts = append(parts, "1 when there is any server")
	}
	if !trialsCount(r) {
		parts = append(parts, "trials not counted")
	}
	if r.Minimum != nil {
		parts = append(parts, "at least "+r.Minimum.String())
	}
	return strings.Join(parts, ", ")
}

// Bounds of a quantity a person gives.
const (
	mostDigits   = 18 // before the point: more bytes than anybody has
	mostDecimals = 12
)

// BadQuantity says why a quantity a person gives cannot be one; "" when it can. The exponent is asked before the number is
// worked with: a few characters can stand for more digits than fit into memory.
func BadQuantity(q app.Quantity) string {
	digits := q.NumDigits() + int(q.Exponent())
	switch {
	case q.IsNegative():
		return "A quantity cannot be less than 0."
	case q.Exponent() > mostDigits || digits > mostDigits && !q.IsZero():
		return fmt.Sprintf("The quantity has more than %d digits before the point.", mostDigits)
	case q.Exponent() < -mostDecimals:
		return fmt.Sprintf("The quantity has more than %d digits after the point.", mostDecimals)
	}
	return ""
}
