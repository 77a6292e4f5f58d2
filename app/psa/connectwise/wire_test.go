package connectwise

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// TestShorten: whatever comes, what is left fits as ConnectWise counts, begins like it and is whole to its last character.
func TestShorten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, limit := rapid.OneOf(rapid.String(), rapid.StringMatching("[a-z 😀à-ÿ]*")).Draw(t, "s"), rapid.IntRange(1, 20).Draw(t, "limit")
		got := shorten(s, limit)
		if n := len(utf16.Encode([]rune(got))); n > limit || utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Fatalf("%q has %d units", got, n)
		}
		if cut, ok := strings.CutSuffix(got, ellipsis); got != s && (!ok || !strings.HasPrefix(s, cut)) {
			t.Fatalf("%q became %q", s, got)
		}
	})
	if got := shorten(strings.Repeat("\xff", 90), 80); len(got) != 79+len(ellipsis) {
		t.Errorf("bytes that are no text: %q", got)
	}
}
