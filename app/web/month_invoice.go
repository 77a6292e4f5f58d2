package web

import (
	"context"
	"slices"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/settings"
	"psabridge/views"
	"psabridge/views/ui"
)

// withInvoices adds what each change means for the customer's invoices, and whether the day of a new line can be set.
func withInvoices(rows []views.LineRow, now time.Time, zone *time.Location) []views.LineRow {
	for i, r := range rows {
		rows[i].CanDate = datable(r.Line)
		if r.Writes() {
			rows[i].Invoice, rows[i].Late = billing.InvoiceWords(r.Line, now, zone), billing.TooLate(r.Line, now, zone)
		}
	}
	return rows
}

// datable reports whether a line would be created, so that its day is ours to say. What may be said is the rule's (M8).
func datable(l app.Line) bool {
	return l.AdditionID == 0 && !l.EffectiveDate.IsZero() && l.After.IsPositive() && l.Decision != app.DecisionSkipped && billing.Correctable(l) == nil
}

// lateWords count the changes that come too late for an invoice, by the day of that invoice.
func lateWords(lines []app.Line, now time.Time, zone *time.Location) []string {
	count := map[time.Time]int{}
	for _, l := range lines {
		if l.Writes() && billing.TooLate(l, now, zone) {
			count[l.NextInvoice.UTC()]++
		}
	}
	dates := make([]time.Time, 0, len(count))
	for d := range count {
		dates = append(dates, d)
	}
	slices.SortFunc(dates, time.Time.Compare)
	var out []string
	for _, d := range dates {
		out = append(out, ui.Count(count[d], "change comes", "changes come")+" too late for the invoice of "+d.Format("2 January 2006")+". The next one has "+map[bool]string{true: "it.", false: "them."}[count[d] == 1])
	}
	return out
}

// monthTyped adds the overrides of the month and whether the preview counts them as they are now.
func (s *Server) monthTyped(ctx context.Context, p monthPage, m *views.Month) error {
	list, err := s.Read.Tree(ctx)
	if err != nil {
		return err
	}
	typed, err := s.overridesOf(ctx, p, settings.NewTree(list, p.doc))
	if err != nil {
		return err
	}
	m.Overrides = len(typed)
	if m.Plan != nil && m.Plan.State == app.PlanOpen {
		m.Stale, err = s.Read.OverridesSince(ctx, m.Period, m.Plan.ID)
	}
	return err
}

// monthOf reads a month of an address: "2026-11".
func monthOf(text string) (app.Period, bool) {
	p, err := app.ParsePeriod(strings.TrimSpace(text))
	return p, err == nil
}
