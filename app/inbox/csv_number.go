package inbox

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"psabridge/app"
)

// twoWaysError is the error of a number that two people read differently.
type twoWaysError struct {
	text            string
	withComma, with app.Quantity // with the decimals behind a comma, behind a point
}

// Error implements error.
func (e twoWaysError) Error() string {
	return fmt.Sprintf("%q can be read as %s or as %s. Say whether the file puts a comma or a point before decimals.", e.text, e.withComma, e.with)
}

func isTwoWays(err error) bool {
	_, is := errors.AsType[twoWaysError](err)
	return is
}

// notNumberError is the error of a cell that is no usable number. It says what is wrong.
type notNumberError string

// Error implements error.
func (e notNumberError) Error() string { return string(e) }

// errNoNumber is the error of what cannot be taken apart; readNumber says which text it was.
const errNoNumber = notNumberError("not a number")

// readNumber reads an amount as people write it. decimal is the sign before decimals, ',' or '.'; 0 when nobody knows. proof
// is the sign this number itself shows to be the one before decimals; 0 when it shows nothing.
func readNumber(text string, decimal byte) (q app.Quantity, proof byte, err error) {
	s := strings.TrimFunc(text, unicode.IsSpace)
	if wrong := noNumber(s); wrong != "" {
		return q, 0, notNumberError(wrong)
	}
	whole, fraction, sign, err := split(s, decimal)
	if err == errNoNumber { //nolint:errorlint // our own, unwrapped
		err = notNumberError(fmt.Sprintf("%q is not a number. Write it as 1219 or 1219.5.", short(s)))
	}
	if err != nil {
		return q, 0, err
	}
	number := whole
	if fraction != "" {
		number += "." + fraction
	}
	if q, err = app.ParseQuantity(number); err != nil {
		return q, 0, notNumberError(fmt.Sprintf("%q is not a number.", short(s)))
	}
	return q, sign, nil
}

// noNumber refuses what only looks like an amount.
func noNumber(s string) string {
	switch {
	case s == "":
		return "The quantity is empty. Write 0 if nothing was used."
	case strings.ContainsRune(s, '%'):
		return fmt.Sprintf("%q is a percentage. A quantity is wanted.", short(s))
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Sc, r) }):
		return fmt.Sprintf("%q is an amount of money. A quantity is wanted.", short(s))
	case strings.HasPrefix(s, "-"), strings.HasPrefix(s, "−"), strings.HasPrefix(s, "("):
		return fmt.Sprintf("%q is below zero. Usage is 0 or more.", short(s))
	case strings.HasPrefix(s, "="), strings.HasPrefix(s, "+"):
		return fmt.Sprintf("%q is a formula. Write the number itself.", short(s))
	case strings.ContainsFunc(s, unicode.IsLetter):
		return fmt.Sprintf("%q is not a plain number. Leave units and words out of this column.", short(s))
	}
	return ""
}

// grouping are the signs besides comma and point that people put between thousands.
const grouping = " '’\u00a0\u202f\u2009"

// split takes a number apart into its digits before and after the decimal sign. sign is what it proves.
func split(s string, decimal byte) (whole, fraction string, sign byte, err error) {
	if strings.ContainsAny(s, grouping) {
		return spaced(s, decimal)
	}
	commas, points := strings.Count(s, ","), strings.Count(s, ".")
	switch {
	case commas+points == 0:
		return s, "", 0, digits(s)
	case commas > 0 && points > 0:
		dec := byte('.')
		if strings.LastIndexByte(s, ',') > strings.LastIndexByte(s, '.') {
			dec = ','
		}
		return decided(s, dec, decimal)
	case commas > 1:
		return decided(s, '.', decimal)
	case points > 1:
		return decided(s, ',', decimal)
	}
	dec := byte(',')
	if points == 1 {
		dec = '.'
	}
	before, after, _ := strings.Cut(s, string(dec))
	thousands := len(after) == 3 && len(before) >= 1 && len(before) <= 3 && before[0] != '0'
	switch {
	case digits(before) != nil || digits(after) != nil:
		return "", "", 0, errNoNumber
	case !thousands:
		return decided(s, dec, decimal)
	case decimal == dec:
		return before, after, 0, nil
	case decimal != 0:
		return before + after, "", 0, nil
	}
	as, asWhole := must(before+"."+after), must(before+after)
	if dec == ',' {
		return "", "", 0, twoWaysError{s, as, asWhole}
	}
	return "", "", 0, twoWaysError{s, asWhole, as}
}

// decided reads a number whose decimal sign shows. It must not be another than the file's.
func decided(s string, dec, decimal byte) (whole, fraction string, sign byte, err error) {
	if decimal != 0 && decimal != dec {
		return "", "", 0, notNumberError(fmt.Sprintf("%q does not fit: this file puts %s before decimals.", short(s), signName(decimal)))
	}
	other := ","
	if dec == ',' {
		other = "."
	}
	before, after, has := strings.Cut(s, string(dec))
	if has && digits(after) != nil {
		return "", "", 0, errNoNumber
	}
	groups := strings.Split(before, other)
	whole, ok := together(groups)
	if !ok {
		return "", "", 0, errNoNumber
	}
	return whole, after, dec, nil
}

// spaced reads a number with spaces or apostrophes between thousands; a comma or point in it is before decimals.
func spaced(s string, decimal byte) (whole, fraction string, sign byte, err error) {
	i := strings.IndexAny(s, ",.")
	before, after := s, ""
	if i >= 0 {
		before, after, sign = s[:i], s[i+1:], s[i]
		if digits(after) != nil {
			return "", "", 0, errNoNumber
		}
	}
	if sign != 0 && decimal != 0 && sign != decimal {
		return "", "", 0, notNumberError(fmt.Sprintf("%q does not fit: this file puts %s before decimals.", short(s), signName(decimal)))
	}
	mark, _ := utf8.DecodeRuneInString(before[strings.IndexAny(before+" ", grouping):] + " ")
	whole, ok := together(strings.Split(before, string(mark)))
	if !ok {
		return "", "", 0, errNoNumber
	}
	return whole, after, sign, nil
}

// together joins groups of thousands: the first has one to three digits, the others three.
func together(groups []string) (string, bool) {
	for i, g := range groups {
		if digits(g) != nil || len(groups) > 1 && (len(g) > 3 || i > 0 && len(g) != 3 || groups[0][0] == '0') {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

// digits returns an error unless s is ASCII digits and no endless number of them.
func digits(s string) error {
	if s == "" || len(s) > 30 {
		return errNoNumber
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return errNoNumber
		}
	}
	return nil
}

func must(s string) app.Quantity {
	q, err := app.ParseQuantity(s)
	if err != nil {
		return app.Q(0)
	}
	return q
}

func signName(c byte) string {
	if c == ',' {
		return "a comma"
	}
	return "a point"
}

// proof is what the numbers of a column show: in which line one stands that puts a comma, or a point, before decimals.
type proof struct{ comma, point int }

// mayProve reports, quickly, whether a cell could be a number that shows its decimal sign.
func mayProve(s string) bool {
	return len(s) <= 40 && strings.ContainsAny(s, ",.") && !strings.ContainsFunc(s, unicode.IsLetter)
}

func (p proof) with(cell string, line int) proof {
	_, sign, err := readNumber(cell, 0)
	if err != nil {
		return p
	}
	if sign == ',' && p.comma == 0 {
		p.comma = line
	}
	if sign == '.' && p.point == 0 {
		p.point = line
	}
	return p
}

// decimal is the sign the column's numbers agree on; 0 when none shows one or they do not agree.
func (p proof) decimal() byte {
	switch {
	case p.comma > 0 && p.point == 0:
		return ','
	case p.point > 0 && p.comma == 0:
		return '.'
	}
	return 0
}
