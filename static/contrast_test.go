package static

import (
	"math"
	"regexp"
	"strconv"
	"testing"
)

// colours reads the tokens of the style sheet: each is light-dark(#light,#dark).
func colours(t *testing.T) map[string][2]string {
	t.Helper()
	m := map[string][2]string{}
	for _, x := range regexp.MustCompile(`--([a-z-]+):light-dark\((#[0-9a-f]{6}),(#[0-9a-f]{6})\)`).FindAllStringSubmatch(read("css/psabridge.css"), -1) {
		m[x[1]] = [2]string{x[2], x[3]}
	}
	if len(m) < 20 {
		t.Fatalf("only %d colours found", len(m))
	}
	return m
}

// luminance is the relative luminance of WCAG.
func luminance(hex string) float64 {
	part := func(i int) float64 {
		n, _ := strconv.ParseUint(hex[i:i+2], 16, 8)
		c := float64(n) / 255
		if c <= 0.03928 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(1) + 0.7152*part(3) + 0.0722*part(5)
}

func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

func TestContrast(t *testing.T) {
	m := colours(t)
	grounds := []string{"surface", "sunk", "raised", "hover"}
	type pair struct {
		front, ground string
		least         float64
	}
	var pairs []pair
	for _, g := range grounds {
		for _, f := range []string{"ink", "muted", "accent", "bad"} {
			pairs = append(pairs, pair{f, g, 4.5})
		}
	}
	for _, tone := range []string{"ok", "warn", "bad", "info", "hold", "accent"} {
		pairs = append(pairs, pair{tone, tone + "-soft", 4.5}, pair{"ink", tone + "-soft", 4.5}, pair{tone, "surface", 4.5}, pair{tone, "raised", 4.5})
	}
	pairs = append(pairs, pair{"fill-on", "fill", 4.5})
	for _, g := range []string{"surface", "raised"} {
		pairs = append(pairs, pair{"edge", g, 3}, pair{"accent", g, 3}, pair{"fill", g, 3})
	}
	for _, p := range pairs {
		for i, theme := range []string{"light", "dark"} {
			front, ground := m[p.front][i], m[p.ground][i]
			if front == "" || ground == "" {
				t.Fatalf("no colour %s or %s", p.front, p.ground)
			}
			if c := contrast(front, ground); c < p.least {
				t.Errorf("%s: %s on %s is %.2f, needs %.1f", theme, p.front, p.ground, c, p.least)
			}
		}
	}
}
