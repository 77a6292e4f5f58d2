package setup

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"psabridge/app"
)

func TestNearMisses(t *testing.T) {
	for name, test := range map[string]struct{ theirs, ours, says string }{
		"case":                {"x360-storage", "X360-STORAGE", "upper and lower case differ"},
		"space at the end":    {"X360-STORAGE ", "X360-STORAGE", "“X360-STORAGE␣” (record 7): it has a space at the end"},
		"ours ends in spaces": {"X360-STORAGE", "X360-STORAGE  ", "what you entered has 2 spaces at the end"},
		"space before":        {" X360", "X360", "it has a space at the beginning"},
		"space inside":        {"X 360", "X360", "it has a space after X"},
		"two spaces":          {"X  360", "X 360", "it has 2 spaces after X where you entered a space"},
		"no-break space":      {"X\u00a0360", "X 360", "it has another kind of space (U+00A0) after X where you entered a space"},
		"Cyrillic":            {"Х360-STORAGE", "X360-STORAGE", "its 1st letter is a Cyrillic Х, not the letter X"},
		"ours is Cyrillic":    {"X360-STORAGE", "Х360-STORAGE", "the 1st letter you entered is a Cyrillic Х, not the letter X"},
		"Cyrillic, small":     {"х360", "X360", "its 1st letter is a Cyrillic х, not the letter X"},
		"Greek":               {"X360-STΟRAGE", "X360-STORAGE", "its 8th letter is a Greek Ο, not the letter O"},
		"full width":          {"Ｘ360", "X360", "its 1st letter is a full-width Ｘ"},
		"digit for letter":    {"X36O", "X360", "its 4th letter is the letter O, not the digit 0"},
		"l for I":             {"X360-FlLE", "X360-FILE", "its 7th letter is the letter l, not the letter I"},
		"en dash":             {"X360–FSE", "X360-FSE", "its 5th character is another dash (U+2013), not a hyphen"},
		"underscore":          {"X360_FSE", "X360-FSE", "its 5th character is an underscore, not a hyphen"},
		"zero width":          {"X360\u200b-FSE", "X360-FSE", "“X360⟨U+200B⟩-FSE” (record 7): it has an invisible character (U+200B) after 0"},
		"right to left":       {"\u202eX360", "X360", "it has an invisible character (U+202E) at the beginning"},
		"encoding":            {"CAFE\u0301", "CAF\u00c9", "looks"},
		"ligature":            {"ﬁle", "file", "its 1st letter is ﬁ (U+FB01), not the letter f"},
		"several":             {"Х360-storage ", "X360-STORAGE", "its 1st letter is a Cyrillic Х, not the letter X; upper and lower case differ; it has a space at the end"},
	} {
		found := NearMisses([]app.OptionRow{{ID: 3, Identifier: "OTHER"}, {ID: 7, Identifier: test.theirs}, {ID: 8, Identifier: test.ours}}, test.ours)
		if len(found) != 1 || found[0].ID != 7 || !strings.Contains(nearText(found), test.says) {
			t.Errorf("%s: %v", name, found)
		}
	}
	for _, far := range []string{"X360-STORAG", "X360-STORAGE2", "STORAGE-X360", "", " ", "\u200b"} {
		if found := NearMisses([]app.OptionRow{{ID: 7, Identifier: far}}, "X360-STORAGE"); len(found) != 0 {
			t.Errorf("%q: %v", far, found)
		}
		if found := NearMisses([]app.OptionRow{{ID: 7, Identifier: "X360-STORAGE"}}, far); len(found) != 0 {
			t.Errorf("wanted %q: %v", far, found)
		}
	}
}

// TestASpoiltIdentifierIsFound spoils a Product ID in every way a person or a paste does, several at once.
func TestASpoiltIdentifierIsFound(t *testing.T) {
	spoilers := map[rune][]string{
		'X': {"Х", "Χ", "Ｘ", "x"}, 'O': {"О", "Ο", "0", "o"}, 'A': {"А", "Α", "a"}, '0': {"O", "О"}, 'I': {"l", "1", "І"}, '-': {"–", "‑", "−", "_"},
		' ': {"", "  ", "\u00a0", "\u200b"},
	}
	rapid.Check(t, func(t *rapid.T) {
		good := rapid.StringMatching(`[XOAI0]{1,4}[-XOAI 0-9]{0,8}[XOAI]`).Draw(t, "identifier")
		var b strings.Builder
		for _, r := range good {
			text := string(r)
			if with := spoilers[r]; len(with) > 0 && rapid.Bool().Draw(t, "spoil") {
				text = rapid.SampledFrom(with).Draw(t, "with")
			}
			b.WriteString(text)
		}
		spoilt := b.String() + rapid.SampledFrom([]string{"", " ", "\t", "\u200b", "\ufeff"}).Draw(t, "end")
		found := NearMisses([]app.OptionRow{{ID: 1, Identifier: spoilt}}, good)
		if spoilt == good {
			if len(found) != 0 {
				t.Fatalf("%q is near itself", good)
			}
			return
		}
		if len(found) != 1 || len(found[0].Differs) == 0 || slices.Contains(found[0].Differs, "") {
			t.Fatalf("%q for %q: %v", spoilt, good, found)
		}
		if text := found[0].String(); !utf8.ValidString(text) || strings.ContainsAny(text, "\t\u200b\ufeff") {
			t.Fatalf("%q is not shown visibly", text)
		}
	})
}

func TestNearnessIsMutualAndNeverFails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.String().Draw(t, "a"), rapid.String().Draw(t, "b")
		one := len(NearMisses([]app.OptionRow{{Identifier: a}}, b))
		if other := len(NearMisses([]app.OptionRow{{Identifier: b}}, a)); one != other {
			t.Fatalf("%q and %q: %d and %d", a, b, one, other)
		}
	})
}

// TestShapeOfAShape: what looks alike has one shape, also when one of the two is a shape itself; asked of every character
// there is.
func TestShapeOfAShape(t *testing.T) {
	for r := range rune(unicode.MaxRune + 1) {
		if once := shape(string(r)); shape(once) != once {
			t.Errorf("the shape of %q is %q, and its shape %q", r, once, shape(once))
		}
	}
}

// TestTheNearestMissComesFirst: of what looks alike, the one with the fewest differences was most likely meant, however
// many others stand before it.
func TestTheNearestMissComesFirst(t *testing.T) {
	catalog := []app.OptionRow{
		{ID: 1, Identifier: "X360-STORAGE "},
		{ID: 2, Identifier: "X360‐STORAGE"},
		{ID: 3, Identifier: "X360-ST0RAGE"},
		{ID: 4, Identifier: " X360-STORAGE"},
		{ID: 5, Identifier: "X360-STORAGE  "},
		{ID: 6, Identifier: "X360-STORAGE"},
	}
	found := NearMisses(catalog, "X360-STORAGe")
	if len(found) != 5 || found[0].ID != 6 {
		t.Errorf("%v", found)
	}
}
