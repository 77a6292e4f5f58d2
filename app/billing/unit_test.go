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
