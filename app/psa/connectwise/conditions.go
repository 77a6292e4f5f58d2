package connectwise

import (
	"strings"
	"unicode"

	"psabridge/app"
)

// The conditions of a list query: field op value, strings in double quotes, references by "/".
//
// Developer guide, "Conditions". Names are avoided where an id will do: a misspelt name finds nothing without saying so,
// and a search is case-insensitive where we are not. Every row is checked again by whoever asked.

// isText is `field = "value"`.
func isText(field, value string) (string, error) {
	quoted, err := quote(value)
	if err != nil {
		return "", err
	}
	return field + " = " + quoted, nil
}

// isID is `field = 5`.
func isID(field string, id int64) string { return field + " = " + num(id) }

// isOneOf is `field in (1,2,3)`.
func isOneOf(field string, ids []int64) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = num(id)
	}
	return field + " in (" + strings.Join(words, ",") + ")"
}

var escaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `[`, `[[]`)

// quote writes a string value. Control characters are refused: no name holds one, and what a parser makes of it is not known.
func quote(s string) (string, error) {
	if strings.ContainsFunc(s, unicode.IsControl) {
		return "", app.Errorf(app.Invalid, "A value to look for in ConnectWise holds a control character.")
	}
	return `"` + escaper.Replace(s) + `"`, nil
}
