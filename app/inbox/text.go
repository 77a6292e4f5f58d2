package inbox

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"psabridge/app"
)

// How long what is sent may be, in characters. What names something is refused when it is longer, because a name that was
// cut may be somebody else's; what only tells something is cut.
const (
	maxName  = 200
	maxTitle = 200
	maxText  = 20000
	maxUnit  = 20
)

var (
	// typeShape is the shape of event types everywhere.
	typeShape  = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*)*$`)
	meterShape = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]{0,39}$`)
	kindShape  = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,39}$`)
)

// fold makes texts equal that a person takes for the same: composition, case, spaces and invisible characters aside.
func fold(s string) string {
	if plain(s) {
		return strings.ToLower(s)
	}
	var b strings.Builder
	for word := range strings.FieldsSeq(norm.NFC.String(s)) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		for _, r := range word {
			if !unicode.Is(unicode.Cf, r) {
				b.WriteRune(unicode.ToLower(r))
			}
		}
	}
	return b.String()
}

// plain reports that fold has nothing to do but case: printable ASCII with single inner spaces.
func plain(s string) bool {
	space := true
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' || c == ' ' && space {
			return false
		}
		space = c == ' '
	}
	return !space || s == ""
}

// cleanName checks a text that names something. It returns what is wrong with it, "" when nothing is.
func cleanName(s string) (name, wrong string) {
	if !plain(s) {
		s = norm.NFC.String(strings.TrimSpace(s))
	}
	if len(s) > maxName && utf8.RuneCountInString(s) > maxName {
		return "", "It is longer than 200 characters. Send a shorter one; a name that was cut could be somebody else's."
	}
	for _, r := range s {
		if unicode.IsControl(r) {
			return "", "It holds a control character, such as a line break. Send it without."
		}
	}
	return s, ""
}

// prose prepares a text that only tells something: line breaks stay when lines is set, other control characters go, and
// what is too long is cut where a person can see it.
func prose(s string, limit int, lines bool) string {
	s = strings.ReplaceAll(norm.NFC.String(strings.TrimSpace(s)), "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case lines && (r == '\n' || r == '\t'):
			return r
		case r == '\n', r == '\t', r == '\r':
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, s)
	if len(s) <= limit || utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit-1]) + "…"
}

// unitOf gives the units psabridge can convert their own spelling; other words stay as they are.
func unitOf(s string) string {
	switch strings.ToLower(s) {
	case "":
		return app.UnitEach
	case "each", "ea", "pcs", "quantity":
		return app.UnitEach
	case "bytes", "byte", "b":
		return app.UnitBytes
	case "gb", "gib":
		return app.UnitGB
	case "tb", "tib":
		return app.UnitTB
	}
	return s
}

// slug is a meter's name made of words: "Protected Seats" is protected_seats. It is "" when no letter is left.
func slug(s string) app.Meter {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.' && b.Len() > 0, r == '-' && b.Len() > 0:
			if gap && b.Len() > 0 {
				b.WriteByte('_')
			}
			gap = false
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r):
		default:
			gap = true
		}
	}
	out := strings.TrimRight(b.String(), ".-_")
	if len(out) > 40 || !meterShape.MatchString(out) {
		return ""
	}
	return app.Meter(out)
}

// wellShaped reports whether settings would take a meter by this name.
func wellShaped(m app.Meter) bool { return meterShape.MatchString(string(m)) && m != "hold" }
