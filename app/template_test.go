package app_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"psabridge/app"
)

func TestTemplates(t *testing.T) {
	value := func(name string) string { return "<" + name + "{}>" }
	for _, c := range []struct {
		text, want string
		wrongAt    []int
	}{
		{"", "", nil},
		{"{object} at {{ Organization }}", "<object{}> at <organization{}>", nil},
		{"ä {objekt}!", "ä {objekt}!", []int{2}},
		{"a } b {", "a } b {", []int{2, 6}},
		{"{object", "{object", []int{0}},
		{"{{object}", "{{object}", []int{0, 8}},
		{"{ob{count}", "{ob<count{}>", []int{0}},
	} {
		tpl, wrong := app.ParseTemplate(c.text)
		var at []int
		for _, w := range wrong {
			at = append(at, w.At)
		}
		if got := tpl.Fill(value); got != c.want {
			t.Errorf("%q fills to %q, want %q", c.text, got, c.want)
		}
		if !slices.Equal(at, c.wrongAt) {
			t.Errorf("%q is wrong at %v, want %v", c.text, at, c.wrongAt)
		}
	}
}

// What has nothing wrong with it shows no brace but those of the values, and what has keeps every character.
func TestTemplateLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`([a-zäö \n]|\{|\}|\{object\}|\{\{count\}\}){0,30}`).Draw(t, "text")
		tpl, wrong := app.ParseTemplate(text)
		filled := tpl.Fill(func(string) string { return "" })
		if len(wrong) == 0 && strings.ContainsAny(filled, "{}") {
			t.Fatalf("%q has no problem and fills to %q", text, filled)
		}
		bare := strings.NewReplacer("{{count}}", "", "{object}", "").Replace(text)
		if len(wrong) == 0 && filled != bare {
			t.Fatalf("%q fills to %q, want %q", text, filled, bare)
		}
	})
}
