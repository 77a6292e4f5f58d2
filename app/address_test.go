package app

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCleanAddress(t *testing.T) {
	for raw, want := range map[string]string{
		"na.myconnectwise.net":                  "na.myconnectwise.net",
		" \u200bna.myconnectwise.net\ufeff\r\n": "na.myconnectwise.net",
		"“https://na.myconnectwise.net/”,":      "https://na.myconnectwise.net/",
		"<https://a.example/x?y=(z)>":           "https://a.example/x?y=(z",
		"HTTPS://A.example":                     "https://A.example",
		"https:/a.example":                      "https://a.example",
		"https//a.example":                      "https://a.example",
		"https:a.example":                       "https://a.example",
		"http://https://a.example":              "https://a.example",
		"https://https.example":                 "https://https.example",
		"https.example":                         "https.example",
		"//a.example":                           "a.example",
		"ftp://a.example":                       "ftp://a.example",
		"ｎａ．ｍｙｃｏｎｎｅｃｔｗｉｓｅ．ｎｅｔ":                   "na.myconnectwise.net",
		"na。myconnectwise。net":                   "na.myconnectwise.net",
		"[a.example]":                            "a.example",
		"[::1]:7390":                             "[::1]:7390",
		"https://[::1]":                          "https://[::1]",
		"na.my\u00adconnect\u200dwise.net\u2060": "na.myconnectwise.net",
		"n\u0430.myconnectwise.net":              "n\u0430.myconnectwise.net", // a Cyrillic а is not mended: whoever reads it refuses it
		"https://":                               "",
		" \"' ":                                  "",
	} {
		if got := CleanAddress(raw); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}

// TestCleanAddressIsStable: cleaning what is clean changes nothing, or a host would depend on how often it was stored.
func TestCleanAddressIsStable(t *testing.T) {
	letters := rapid.StringOfN(rapid.SampledFrom([]rune("ahtps:/.[]\"' \u200b＜１ht")), 0, 20, -1)
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.OneOf(rapid.String(), letters).Draw(t, "raw")
		once := CleanAddress(raw)
		if twice := CleanAddress(once); twice != once || strings.ContainsRune(once, '\u200b') {
			t.Fatalf("%q: %q, then %q", raw, once, twice)
		}
	})
}
