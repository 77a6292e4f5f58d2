package billing

import (
	"fmt"
	"time"

	"psabridge/app"
)

// InvoiceWords says what a changed line means for the customer's invoices, in sentences, as things stand at a moment: for a
// plan now, for a written line when it was written. It is silent about lines that write nothing. What an invoice really
// holds is ConnectWise's to say; where its page is silent, so are these.
func InvoiceWords(l app.Line, at time.Time, loc *time.Location) []string {
	if l.Verdict == app.VerdictSame || l.Verdict == app.VerdictSkipped || l.Agreement.ID == 0 || !writes(l) {
		return nil
	}
	today := Today(at, loc)
	words := []string{reaches(l, today)}
	if s := withoutProrating(l, today); s != "" {
		words = append(words, s)
	}
	if created(l) && l.EffectiveDate.Before(today) {
		words = append(words, fmt.Sprintf("The line begins on %s, which is over: an invoice that was made since then is not changed by it.", day(l.EffectiveDate)))
	}
	if l.InvoicePeriod != "" && l.InvoicePeriod != "Undefined" {
		words = append(words, fmt.Sprintf("ConnectWise bills the %s period.", l.InvoicePeriod))
	}
	return words
}

// TooLate reports whether a changed line comes after the day of the invoice that should have held it.
func TooLate(l app.Line, at time.Time, loc *time.Location) bool {
	return writes(l) && l.Verdict != app.VerdictSkipped && !l.NextInvoice.IsZero() && begins(l, Today(at, loc)).After(l.NextInvoice)
}

// reaches says which invoice has the change. ConnectWise moves the next invoice's date on when the invoice is made, so a
// date that is over is that of an invoice somebody still has to make, or was told not to.
func reaches(l app.Line, today time.Time) string {
	next := day(l.NextInvoice)
	switch {
	case l.NextInvoice.IsZero():
		return "ConnectWise does not say when the next invoice is made."
	case l.NextInvoice.Before(today):
		return fmt.Sprintf("Too late for the invoice of %s; the next one has it. If that invoice is still to be made, it has it too.", next)
	case begins(l, today).After(l.NextInvoice):
		return fmt.Sprintf("The line begins on %s, too late for the invoice of %s; the next one has it.", day(l.EffectiveDate), next)
	case l.NextInvoice.Equal(today):
		return fmt.Sprintf("The invoice of today, %s, has it, unless it was made already.", next)
	}
	return fmt.Sprintf("In time for the invoice of %s.", next)
}

// withoutProrating says how many days of a raised quantity no invoice may hold. Whether an agreement is invoiced in advance
// or in arrears ConnectWise's interface does not say, so both are said.
func withoutProrating(l app.Line, today time.Time) string {
	from := begins(l, today)
	n := int(l.NextInvoice.Sub(from) / (24 * time.Hour))
	switch {
	case l.NextInvoice.IsZero() || n <= 0 || !difference(l).IsPositive():
		return ""
	case l.Prorate && created(l) && l.EffectiveDate.Before(today):
		return fmt.Sprintf("This agreement prorates: ConnectWise bills the line by the day from %s.", day(l.EffectiveDate))
	case l.Prorate && created(l):
		return fmt.Sprintf("This agreement prorates: ConnectWise bills the %s until then by the day.", days(n))
	case l.Prorate:
		return fmt.Sprintf("ConnectWise prorates new lines only: invoiced in advance, %s of the change will not be billed; in arrears, they are billed in full.", days(n))
	}
	return fmt.Sprintf("This agreement does not prorate: invoiced in advance, %s will not be billed; in arrears, they are billed in full.", days(n))
}

// begins is the day from which a change counts.
func begins(l app.Line, today time.Time) time.Time {
	if created(l) {
		return later(today, l.EffectiveDate)
	}
	return today
}

func created(l app.Line) bool { return l.Before == nil && !l.EffectiveDate.IsZero() }

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}
