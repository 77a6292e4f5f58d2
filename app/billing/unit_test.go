package billing_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"psabridge/app"
	"psabridge/app/billing"
)

func TestRound(t *testing.T) {
	cases := []struct{ in, up, nearest, down, decimals string }{
		{"0", "0", "0", "0", "0"},
		{"0.001", "1", "0", "0", "0"},
		{"1218.5", "1219", "1219", "1218", "1218.5"},
		{"1218.499", "1219", "1218", "1218", "1218.5"},
		{"1218.005", "1219", "1218", "1218", "1218.01"},
		{"7", "7", "7", "7", "7"},
	}
	for _, c := range cases {
		for how, want := range map[string]string{"": c.up, "up": c.up, "nearest": c.nearest, "down": c.down, "2": c.decimals} {
			if got := billing.Round(q(c.in), how); !got.Equal(q(want)) {
				t.Errorf("%s %q: %s, want %s", c.in, how, got, want)
			}
		}
	}
}

func TestConvert(t *testing.T) {
	cases := []struct{ in, from, to, want string }{
		{"1073741824", "bytes", "GB", "1"},
		{"1", "bytes", "GB", "0.000000000931322574615478515625"},
		{"1099511627776", "bytes", "TB", "1"},
		{"1536", "GB", "TB", "1.5"},
		{"2", "TB", "GB", "2048"},
		{"5", "each", "each", "5"},
		{"5", "seats", "seats", "5"},
	}
	for _, c := range cases {
		d, _ := decimal.NewFromString(c.want)
		if got, ok := billing.Convert(q(c.in), c.from, c.to); !ok || !got.Decimal.Equal(d) {
			t.Errorf("%s %s = %s %s (%v), want %s", c.in, c.from, got, c.to, ok, c.want)
		}
	}
	for _, pair := range [][2]string{{"each", "GB"}, {"bytes", "each"}, {"seats", "each"}, {"GB", "seats"}} {
		if _, ok := billing.Convert(q("1"), pair[0], pair[1]); ok {
			t.Errorf("%s became %s", pair[0], pair[1])
		}
	}
}

// No number of bytes loses anything on the way to GB or TB and back.
func TestConvertIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := app.Q(rapid.Int64Range(0, 1<<62).Draw(t, "bytes"))
		unit := rapid.SampledFrom([]string{app.UnitGB, app.UnitTB}).Draw(t, "unit")
		there, _ := billing.Convert(n, app.UnitBytes, unit)
		back, _ := billing.Convert(there, unit, app.UnitBytes)
		if !back.Equal(n) {
			t.Fatalf("%s bytes came back as %s", n, back)
		}
	})
}

func TestRuleText(t *testing.T) {
	no := false
	r := app.QuantityRule{Minimum: money("100"), Basis: app.BasisInclusive, Trials: &no}
	if got, want := billing.RuleText(r, app.MeterStorage), "in GB, rounded up, suborganizations included, trials not counted, at least 100"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// The laws of rounding, for every way: near the number, no way back and forth, the order kept.
func TestRoundingLaws(t *testing.T) {
	one, half, cent := app.Q(1), q("0.5"), q("0.005")
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) app.Quantity {
			return app.Quantity{Decimal: decimal.New(rapid.Int64Range(0, 1<<53).Draw(t, name), -rapid.Int32Range(0, 12).Draw(t, name+" places"))}
		}
		x, y := draw("x"), draw("y")
		for _, how := range []string{billing.RoundUp, billing.RoundNearest, billing.RoundDown, billing.RoundDecimals} {
			r := billing.Round(x, how)
			if !billing.Round(r, how).Equal(r) {
				t.Fatalf("%s: %s rounds to %s, and that to another", how, x, r)
			}
			if s := billing.Round(y, how); x.LessThan(y.Decimal) && r.GreaterThan(s.Decimal) || y.LessThan(x.Decimal) && s.GreaterThan(r.Decimal) {
				t.Fatalf("%s: %s → %s, %s → %s", how, x, r, y, s)
			}
		}
		up, near, down, two := billing.Round(x, "up"), billing.Round(x, "nearest"), billing.Round(x, "down"), billing.Round(x, "2")
		switch {
		case up.LessThan(x.Decimal) || !x.GreaterThan(up.Sub(one).Decimal):
			t.Fatalf("up: %s → %s", x, up)
		case down.GreaterThan(x.Decimal) || !x.LessThan(down.Add(one).Decimal):
			t.Fatalf("down: %s → %s", x, down)
		case near.Sub(x).Abs().GreaterThan(half.Decimal) || two.Sub(x).Abs().GreaterThan(cent.Decimal):
			t.Fatalf("nearest: %s → %s, two decimals %s", x, near, two)
		case !up.IsInteger() || !down.IsInteger() || !near.IsInteger() || !two.Mul(app.Q(100)).IsInteger():
			t.Fatalf("digits left: %s %s %s %s", up, near, down, two)
		}
	})
}
