package connectwise

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func TestQuote(t *testing.T) {
	for value, want := range map[string]string{
		`plain`: `"plain"`, `a"b`: `"a\"b"`, `a\b`: `"a\\b"`, `[x]`: `"[[]x]"`, `\"`: `"\\\""`, `Müller & Söhne*%`: `"Müller & Söhne*%"`, ``: `""`,
	} {
		if got, err := quote(value); err != nil || got != want {
			t.Errorf("%q: %s, %v", value, got, err)
		}
	}
	for _, bad := range []string{"a\nb", "\x00", "a\u0085b"} {
		if got, err := quote(bad); err == nil {
			t.Errorf("%q: %s", bad, got)
		}
	}
}

// TestQuotedStaysOneString: whatever is quoted, a reader of the grammar sees one string and nothing behind it.
func TestQuotedStaysOneString(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.String().Draw(t, "value")
		got, err := quote(value)
		if err != nil {
			if !strings.ContainsFunc(value, unicode.IsControl) {
				t.Fatalf("%q was refused", value)
			}
			return
		}
		var read strings.Builder
		runes := []rune(got)
		end := -1
		for i := 1; i < len(runes); i++ {
			if runes[i] == '\\' {
				i++
				read.WriteRune(runes[i])
				continue
			}
			if runes[i] == '"' {
				end = i
				break
			}
			read.WriteRune(runes[i])
		}
		if end != len(runes)-1 {
			t.Fatalf("%q ends early as %s", value, got)
		}
		if back := strings.ReplaceAll(read.String(), "[[]", "["); back != value && !strings.Contains(value, "[[]") {
			t.Fatalf("%q comes back as %q", value, back)
		}
	})
}

func TestIDs(t *testing.T) {
	if got := isOneOf("id", []int64{3, 2, 4}) + "|" + isID("company/id", 5); got != "id in (3,2,4)|company/id = 5" {
		t.Error(got)
	}
}
