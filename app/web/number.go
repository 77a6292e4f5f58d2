package web

import (
	"psabridge/app"
	"psabridge/app/inbox"
)

// typedNumber reads a number that a person typed into a field. One that two people would read in two ways, such as 1.219, is
// asked for again: it may end on an invoice.
func typedNumber(field, text string) (app.Quantity, error) {
	q, wrong, twoWays := inbox.SheetNumber(text, 0)
	switch {
	case twoWays:
		return q, app.FieldErrorf(field, "This can be read in two ways. Write it without a sign between thousands, e.g. 1219 or 1219.5.")
	case wrong != "":
		return q, app.FieldErrorf(field, "%s", wrong)
	}
	return q, nil
}
