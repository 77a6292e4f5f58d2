package views

import (
	"strings"
	"testing"
)

// TestHelpHTML: two marks, each closed by itself; everything else is text.
func TestHelpHTML(t *testing.T) {
	for text, want := range map[string]string{
		"plain":                    "plain",
		"press *Save & go* now":    "press <strong>Save &amp; go</strong> now",
		"run `psabridge check`.":   "run <code>psabridge check</code>.",
		"`a` and *b*":              "<code>a</code> and <strong>b</strong>",
		"2 * 3":                    "2 * 3",
		"<b>":                      "&lt;b&gt;",
		"`<script>`":               "<code>&lt;script&gt;</code>",
		"*a `b* c`":                "<strong>a `b</strong> c`",
		"":                         "",
		"ends with *Größe ändern*": "ends with <strong>Größe ändern</strong>",
	} {
		if got := helpHTML(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

// TestAround: what was found stands in the excerpt, cut at spaces.
func TestAround(t *testing.T) {
	long := strings.Repeat("before ", 40) + "Überlapp needle " + strings.Repeat("after ", 40)
	got := around(long, "needle")
	if !strings.Contains(got, "needle") || !strings.HasPrefix(got, "… before") || !strings.HasSuffix(got, "after …") || len(got) > 2*excerptReach+30 {
		t.Errorf("%q", got)
	}
	if got := around("a needle", "needle"); got != "a needle" {
		t.Errorf("%q", got)
	}
	if got := around("nothing", "needle"); got != "" {
		t.Errorf("%q", got)
	}
}
