package billing_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
)

func TestInvoiceWords(t *testing.T) {
	ten := q("10")
	update := app.Line{AdditionID: 1, Agreement: app.Named{ID: 12}, Before: &ten, After: q("12"), Verdict: app.VerdictUpdate, NextInvoice: date("2026-12-01")}
	create := app.Line{Agreement: app.Named{ID: 12}, After: q("12"), Verdict: app.VerdictHold, NextInvoice: date("2026-12-01"), EffectiveDate: date("2026-11-22")}
	with := func(l app.Line, change func(*app.Line)) app.Line { change(&l); return l }
	for name, c := range map[string]struct {
		line app.Line
		late bool
		want []string
	}{
		"in time, no prorating": {update, false, []string{"In time for the invoice of 1 December 2026.", "does not prorate: invoiced in advance, 9 days will not be billed; in arrears, they are billed in full."}},
		"in time, prorating":    {with(update, func(l *app.Line) { l.Prorate = true }), false, []string{"In time", "prorates new lines only: invoiced in advance, 9 days of the change"}},
		"falls":                 {with(update, func(l *app.Line) { l.After = q("9") }), false, []string{"In time"}},
		"today":                 {with(update, func(l *app.Line) { l.NextInvoice = date("2026-11-22") }), false, []string{"The invoice of today, 22 November 2026, has it, unless it was made already."}},
		"tomorrow":              {with(update, func(l *app.Line) { l.NextInvoice = date("2026-11-23") }), false, []string{"In time", "1 day will not"}},
		"too late":              {with(update, func(l *app.Line) { l.NextInvoice = date("2026-11-01") }), true, []string{"Too late for the invoice of 1 November 2026; the next one has it."}},
		"not said":              {with(update, func(l *app.Line) { l.NextInvoice = time.Time{} }), false, []string{"ConnectWise does not say when the next invoice is made."}},
		"period":                {with(update, func(l *app.Line) { l.After, l.InvoicePeriod = q("9"), "Future" }), false, []string{"In time", "ConnectWise bills the Future period."}},
		"period undefined":      {with(update, func(l *app.Line) { l.After, l.InvoicePeriod = q("9"), "Undefined" }), false, []string{"In time"}},
		"created":               {create, false, []string{"In time", "does not prorate: invoiced in advance, 9 days"}},
		"created, prorating":    {with(create, func(l *app.Line) { l.Prorate = true }), false, []string{"In time", "ConnectWise bills the 9 days until then by the day."}},
		"created later": {
			with(create, func(l *app.Line) { l.EffectiveDate = date("2026-12-10") }),
			true,
			[]string{"The line begins on 10 December 2026, too late for the invoice of 1 December 2026; the next one has it."},
		},
		"created in the past": {
			with(create, func(l *app.Line) { l.EffectiveDate, l.Prorate = date("2026-11-01"), true }), false,
			[]string{"In time", "bills the line by the day from 1 November 2026.", "an invoice that was made since then is not changed by it."},
		},
		"the same":     {with(update, func(l *app.Line) { l.After, l.Verdict = q("10"), app.VerdictSame }), false, nil},
		"skipped":      {with(update, func(l *app.Line) { l.Verdict, l.NextInvoice = app.VerdictSkipped, date("2026-11-01") }), false, nil},
		"no agreement": {with(create, func(l *app.Line) { l.Agreement = app.Named{} }), false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := billing.InvoiceWords(c.line, now, time.UTC)
			if !slices.EqualFunc(got, c.want, strings.Contains) {
				t.Errorf("%q, want %q", got, c.want)
			}
			if late := billing.TooLate(c.line, now, time.UTC); late != c.late {
				t.Errorf("late %v", late)
			}
		})
	}
}

// The day is the connection's: on an evening in New York the invoice of the 22nd is still today's.
func TestInvoiceWordsUseTheConnectionsDay(t *testing.T) {
	ten := q("10")
	l := app.Line{AdditionID: 1, Agreement: app.Named{ID: 12}, Before: &ten, After: q("9"), Verdict: app.VerdictUpdate, NextInvoice: date("2026-11-22")}
	evening := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	if billing.TooLate(l, evening, time.FixedZone("New York", -5*3600)) || !billing.TooLate(l, evening, time.UTC) {
		t.Error("the day is not the connection's")
	}
}

// What an agreement says of its invoices is kept with each of its lines, and the rule that made the number.
func TestALineKeepsWhatMadeIt(t *testing.T) {
	in := office()
	in.Actual.Agreements[0].InvoicePeriod, in.Actual.Agreements[0].Prorate = "Both", true
	in.Mappings[0].Rules = map[app.Meter]app.QuantityRule{app.MeterAccounts: {Minimum: money("5")}}
	if l := billing.Plan(in).Lines[0]; l.InvoicePeriod != "Both" || !l.Prorate || l.Rule != "rounded up, at least 5" {
		t.Errorf("%q %v %q", l.InvoicePeriod, l.Prorate, l.Rule)
	}
	in.Mappings = nil
	if l := billing.Plan(in).Lines[0]; l.InvoicePeriod != "Both" || l.Rule != "nobody is mapped to it any more" {
		t.Errorf("%q %q", l.InvoicePeriod, l.Rule)
	}
}
