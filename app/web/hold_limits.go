package web

import (
	"strconv"

	"psabridge/app"
	"psabridge/views"
)

// storedLimits fills the limits beyond which a change waits for a person, and the oldest usage a preview takes.
func storedLimits(b app.BillingSettings, f *views.BillingForm) {
	if p := b.Rules.Hold.Percent; p != nil {
		f.HoldPercent = strconv.Itoa(*p)
	}
	if u := b.Rules.Hold.Units; u != nil {
		f.HoldUnits = u.String()
	}
	if a := b.Rules.Hold.Amount; a != nil {
		f.HoldAmount = a.String()
	}
	if b.MaxAge != 0 {
		f.MaxAge = b.MaxAge.String()
	}
}

// typedLimits takes them from a form. What the form did not have stays as it is stored.
func typedLimits(f form, stored views.BillingForm, typed *views.BillingForm) {
	for _, one := range []struct {
		input string
		into  *string
		was   string
	}{
		{"hold_percent", &typed.HoldPercent, stored.HoldPercent},
		{"hold_units", &typed.HoldUnits, stored.HoldUnits},
		{"hold_amount", &typed.HoldAmount, stored.HoldAmount},
		{"max_age", &typed.MaxAge, stored.MaxAge},
	} {
		*one.into = one.was
		if f.Has(one.input) {
			*one.into = f.text(one.input)
		}
	}
}

// limitsOf reads the limits; note is told of each that is none.
func limitsOf(typed views.BillingForm, note func(input string, err error)) (hold app.HoldLimits, age app.Duration) {
	if typed.HoldPercent != "" {
		n, err := strconv.Atoi(typed.HoldPercent)
		if err != nil {
			err = app.FieldErrorf("hold_percent", "%q is not a whole number of percent. Write it as 50, or leave it empty for 50.", typed.HoldPercent)
		}
		note("hold_percent", err)
		hold.Percent = &n
	}
	quantity := func(input, text string) *app.Quantity {
		if text == "" {
			return nil
		}
		q, err := typedNumber(input, text)
		note(input, err)
		return &q
	}
	hold.Units, hold.Amount = quantity("hold_units", typed.HoldUnits), quantity("hold_amount", typed.HoldAmount)
	note("max_age", length("max_age", typed.MaxAge, &age))
	return hold, age
}
