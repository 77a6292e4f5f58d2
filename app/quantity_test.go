package app_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"psabridge/app"
)

func TestParseQuantityNeverGuesses(t *testing.T) {
	for _, bad := range []string{"", "1,000", "1.000,5", "+3", " 3", "3 ", "1e9", "NaN", "Inf", "٣", "0x10", ".5", "5.", "1.2.3", "--1", "-", strings.Repeat("9", 31)} {
		if q, err := app.ParseQuantity(bad); app.ErrorCode(err) != app.Invalid {
			t.Errorf("%q became %v, %v", bad, q, err)
		}
	}
	for in, want := range map[string]string{"0": "0", "12": "12", "-3": "-3", "1219.50": "1219.5", "0.1": "0.1"} {
		q, err := app.ParseQuantity(in)
		if err != nil || !q.Equal(app.MustQuantity(want)) {
			t.Errorf("%q became %v, %v", in, q, err)
		}
	}
}

func TestQuantityIsABareExactNumberInJSON(t *testing.T) {
	b, err := json.Marshal(map[string]app.Quantity{"q": app.MustQuantity("0.1").Add(app.MustQuantity("0.2"))})
	if err != nil || string(b) != `{"q":0.3}` {
		t.Errorf("got %s, %v", b, err)
	}
	for _, bad := range []string{`"3"`, `null`, `true`, `"NaN"`} {
		var q app.Quantity
		if err := json.Unmarshal([]byte(bad), &q); err == nil {
			t.Errorf("%s was taken for %v", bad, q)
		}
	}
	var q app.Quantity
	if err := json.Unmarshal([]byte("1.2190E3"), &q); err != nil || !q.Equal(app.Q(1219)) {
		t.Errorf("a double as ConnectWise prints it became %v, %v", q, err)
	}
}

func TestQuantitySurvivesTheDatabase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := app.MustQuantity(fmt.Sprintf("%d.%02d", rapid.Int64Range(0, 1e12).Draw(t, "units"), rapid.IntRange(0, 99).Draw(t, "cents")))
		v, err := in.Value()
		if err != nil {
			t.Fatal(err)
		}
		var out app.Quantity
		if err := out.Scan(v); err != nil || !out.Equal(in) {
			t.Fatalf("%v came back as %v, %v", in, out, err)
		}
	})
	var q app.Quantity
	if err := q.Scan(1.5); err == nil {
		t.Error("a float was accepted from the database")
	}
}

func TestSecretNeverPrints(t *testing.T) {
	const canary = "canary-4711-secret"
	s := app.Secret(canary)
	type holder struct{ Key app.Secret }
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "key", s, "in", holder{s})
	j, err := json.Marshal(holder{s})
	if err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s %q %x", s, holder{s}, holder{s}, s, s, s), string(j), log.String()} {
		if strings.Contains(out, canary) || strings.Contains(out, fmt.Sprintf("%x", canary)) {
			t.Errorf("printed: %s", out)
		}
	}
	if s.Reveal() != canary || s.EndsWith() != "et" || app.Secret("short").EndsWith() != "" {
		t.Error("Reveal and EndsWith must give what they promise")
	}
}
