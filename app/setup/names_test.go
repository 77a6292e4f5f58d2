package setup

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"psabridge/app"
)

func TestNormalise(t *testing.T) {
	for name, want := range map[string]string{
		"Müller & Söhne GmbH & Co. KG": "muller sohne",
		"MULLER, SOHNE":                "muller sohne",
		"Café  d'Or S.A.":              "cafe dor",
		"Turnverein 1860 e.V.":         "turnverein 1860",
		"Weiß-Blau AG":                 "weiss blau",
		"Ærø Ltd":                      "aero",
		"O’Neil, Inc.":                 "oneil",
		"ＡＢＣ Corp":                     "abc",
		"GmbH & Co. KG":                "",
		"":                             "",
		"日本 KK":                        "日本 kk",
	} {
		if got := normalise(name); got != want {
			t.Errorf("normalise(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestNormalisingTwiceChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once := normalise(rapid.String().Draw(t, "name"))
		if twice := normalise(once); twice != once {
			t.Fatalf("%q became %q", once, twice)
		}
	})
}

func TestNearestOfThousands(t *testing.T) {
	var companies []app.OptionRow
	for i := range 5000 {
		companies = append(companies, app.OptionRow{ID: int64(i), Name: fmt.Sprintf("Customer %d of Town %d", i, i%97)})
	}
	companies[4321].Name = "Zimmermann Orthopädie GmbH"
	n := newNames(companies)
	if at, score := n.nearest(normalise("Zimmerman Orthopadie")); at != 4321 || score < 0.9 {
		t.Errorf("%d %v", at, score)
	}
	if _, score := n.nearest(""); score != 0 {
		t.Errorf("nothing is like something: %v", score)
	}
}

func TestOlder(t *testing.T) {
	for version, want := range map[string]bool{
		"v2025.8.77777": false, "v2025.8": false, "2026.1": false, "v2026.4": false, "v2025.7.1": true, "v2017_3": true, "v4.6.38842": true, "v2024.12": true, "unknown": false,
	} {
		if got := older(version, pinned); got != want {
			t.Errorf("older(%q) = %v", version, got)
		}
	}
}
