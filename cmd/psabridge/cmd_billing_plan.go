package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"psabridge/app"
)

// print shows a plan: each line that is not as it should stay, and what to do next.
func (p planAnswer) print(w io.Writer) {
	if p.UndoOf != nil {
		_, _ = fmt.Fprintf(w, "Plan %s: the undo of push %s of %s, %s\n", p.ID, *p.UndoOf, p.Connection, p.Period)
	} else {
		_, _ = fmt.Fprintf(w, "Plan %s for %s, %s\n", p.ID, p.Connection, p.Period)
	}
	lines := slices.DeleteFunc(slices.Clone(p.Lines), func(l planLine) bool { return l.Verdict == app.VerdictSame })
	printLines(w, lines)
	_, _ = fmt.Fprintf(w, "%d to write, %d held, %d the same.\n", p.Totals.Changed, p.Totals.Held, len(p.Lines)-len(lines))
	if p.Totals.Changed > 0 {
		_, _ = fmt.Fprintln(w, "A month's bill changes by "+p.effect()+".")
	}
	if !p.Complete {
		_, _ = fmt.Fprintln(w, "Not everything could be read; the lines concerned are held.")
	}
	for _, problem := range p.Problems {
		_, _ = fmt.Fprintln(w, "  "+problem)
	}
	if p.Findings > 0 {
		_, _ = fmt.Fprintf(w, "Use and bill do not meet in %s. Look with: psabridge billing findings\n", count(p.Findings, "place"))
	}
	p.next(w)
}

// next says what to do with a plan.
func (p planAnswer) next(w io.Writer) {
	if p.Totals.Held > 0 && p.UndoOf == nil {
		_, _ = fmt.Fprintln(w, "Held lines wait for you, by the number in front: psabridge billing release, skip or correct.")
	}
	switch {
	case p.Totals.Changed > 0:
		_, _ = fmt.Fprintf(w, "Push exactly this plan with: psabridge billing push --digest %s\n", p.Digest)
	case p.Totals.Held == 0:
		_, _ = fmt.Fprintln(w, "There is nothing to push.")
	default:
		_, _ = fmt.Fprintln(w, "Nothing can be pushed before.")
	}
}

// printLines shows lines of a plan with their numbers, and below each what holds it and what it means for invoices.
func printLines(w io.Writer, lines []planLine) {
	var table bytes.Buffer
	tw := tabwriter.NewWriter(&table, 0, 2, 2, ' ', 0)
	for _, l := range lines {
		_, _ = fmt.Fprintf(tw, "  %s\t%s\t%s\t%s\t%s → %s %s\t%s\n", l.ID, l.Company.Name, l.Agreement.Name, l.Product, quantity(l.Before), l.After, l.Unit, l.verdict())
	}
	_ = tw.Flush()
	rows := strings.SplitAfter(table.String(), "\n")
	for i, l := range lines {
		_, _ = io.WriteString(w, rows[i])
		for _, words := range l.details() {
			_, _ = fmt.Fprintln(w, "      "+words)
		}
	}
}

func (l planLine) verdict() string {
	if l.Decision == "" {
		return string(l.Verdict)
	}
	return string(l.Verdict) + ", " + string(l.Decision)
}

// details are what a person should read about a line.
func (l planLine) details() (out []string) {
	for _, h := range l.Holds {
		if l.Verdict == app.VerdictHold || l.Verdict == app.VerdictSkipped {
			out = append(out, string(h.Code)+": "+h.Message)
		}
	}
	for _, s := range l.Shares {
		if s.Override != nil {
			out = append(out, "typed for "+s.Name+": "+*s.Override)
		}
	}
	if l.Note != "" {
		out = append(out, "note: "+l.Note)
	}
	if l.Begins != "" && l.Verdict == app.VerdictCreate {
		out = append(out, "begins on "+l.Begins)
	}
	return append(out, l.Invoice...)
}

// effect is what the lines to write change a month: what is known of it, and how many lines are not in it.
func (p planAnswer) effect() string {
	if n := p.Totals.Unpriced; n > 0 && n < p.Totals.Changed {
		return signed(p.Totals.Priced) + ", and by an unknown amount for " + count(n, "line") + " whose price cannot be read"
	}
	return amount(p.Totals.AmountChange)
}

// amount is money a month; its effect may be unknown.
func amount(q *app.Quantity) string {
	if q == nil {
		return "an unknown amount, because a price cannot be read"
	}
	return signed(*q)
}

// signed is money with its sign and two decimals.
func signed(q app.Quantity) string {
	if q.IsPositive() {
		return "+" + q.StringFixed(2)
	}
	return q.StringFixed(2)
}
