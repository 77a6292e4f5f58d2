package app

import (
	"net/netip"
	"regexp"
	"strings"
	"unicode"
)

// CleanAddress takes off what comes along when an address is copied from a mail, a chat or a browser: invisible
// characters, blanks, quotes and brackets around it, full-width letters, a scheme that lost a slash or came twice. It
// does not judge whether what is left is an address. Whoever reads an address and whoever binds a secret to one begin
// with it, so that both see the same host.
func CleanAddress(raw string) string {
	s, scheme := strings.Map(plainLetter, raw), ""
	for before := s + " "; s != before; { // what is taken off may have stood around something else
		before = s
		s = strings.TrimFunc(s, aroundAddress)
		if found := schemeStart.FindStringSubmatch(s); found != nil {
			scheme, s = strings.ToLower(found[1])+"://", s[len(found[0]):]
		}
		s = strings.TrimLeft(s, "/")
		if !bracketed(s) {
			s = strings.Trim(s, "[]")
		}
	}
	if s == "" {
		return ""
	}
	return scheme + s
}

var schemeStart = regexp.MustCompile(`^(?i)(https?)(?::/*|//+)\s*`)

// plainLetter drops what cannot be seen and writes the full-width letters of East Asian keyboards as what they stand for.
func plainLetter(r rune) rune {
	switch {
	case r >= '\uff01' && r <= '\uff5e':
		return r - 0xfee0
	case r == '\u3002' || r == '\uff61':
		return '.'
	case unicode.IsSpace(r):
		return ' '
	case unicode.Is(unicode.Cf, r), unicode.IsControl(r):
		return -1
	}
	return r
}

func aroundAddress(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune("\"'`<>(){},;*|“”„‟‘’‚‛«»‹›", r)
}

// bracketed reports whether s begins with an IPv6 address in its brackets.
func bracketed(s string) bool {
	inside, _, ok := strings.Cut(strings.TrimPrefix(s, "["), "]")
	_, err := netip.ParseAddr(inside)
	return ok && strings.HasPrefix(s, "[") && err == nil
}
