package web

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/ui"
)

// linesPerPage is how many lines a month shows at once.
const linesPerPage = 100

// monthLines adds the newest preview with its lines after the filter.
func (s *Server) monthLines(ctx context.Context, p monthPage, m *views.Month, c echo.Context, line int64, typed views.CorrectForm) error {
	plan, err := s.Read.CurrentPlan(ctx, m.Connection, m.Period)
	if app.ErrorCode(err) == app.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	rows, err := s.lineRows(ctx, m.Connection, plan.Lines)
	if err != nil {
		return err
	}
	m.Counts = lineCounts(plan.Lines)
	_, _, m.Amount = billing.Totals(plan.Lines)
	m.Unpriced = billing.Unpriced(plan.Lines)
	if m.Findings, err = s.Read.CountFindings(ctx, m.Connection); err != nil {
		return err
	}
	if newest, err := s.Read.NewestPlan(ctx, m.Connection); err == nil {
		m.AllFindings = len(newest.Findings)
	}
	m.Meters = metersOf(plan.Lines)
	if plan.State == app.PlanOpen {
		rows, m.Late = withInvoices(rows, p.now, p.zone), lateWords(plan.Lines, p.now, p.zone)
	}
	if m.Readings, err = s.readingAges(ctx, plan.Period, plan.Lines); err != nil {
		return err
	}
	for _, r := range rows {
		if r.ID == line {
			r.Typed = typed
		}
		if r.ID == line || shown(r, m.Filter) {
			m.Rows = append(m.Rows, r)
		}
	}
	order(m.Rows, m.Filter.Order)
	m.Rows, m.Pager = linePage(m, c.QueryParam("page"), line)
	plan.Lines = nil
	m.Plan = &plan
	return nil
}

// metersOf are the meters of lines, each once.
func metersOf(lines []app.Line) (out []app.Meter) {
	for _, l := range lines {
		if !slices.Contains(out, l.Meter) {
			out = append(out, l.Meter)
		}
	}
	slices.SortFunc(out, func(a, b app.Meter) int { return strings.Compare(views.MeterName(a), views.MeterName(b)) })
	return out
}

func lineCounts(lines []app.Line) (n views.LineCounts) {
	n.All = len(lines)
	for _, l := range lines {
		switch l.Verdict {
		case app.VerdictHold:
			n.Held++
			if onlyFirst(l) {
				n.FirstTouch++
			}
		case app.VerdictSame:
			n.Same++
		case app.VerdictSkipped:
			n.Skipped++
		case app.VerdictCreate:
			n.New++
			n.Changed++
		case app.VerdictUpdate:
			n.Changed++
		}
	}
	return n
}

// shown reports whether a line passes the filter.
func shown(r views.LineRow, f views.LineFilter) bool {
	if f.Meter != "" && string(r.Meter) != f.Meter || !lineMatches(r, f.Q) {
		return false
	}
	switch f.Show {
	case "held":
		return r.Verdict == app.VerdictHold
	case "changed":
		return r.Writes()
	case "new":
		return r.Verdict == app.VerdictCreate
	case "same":
		return r.Verdict == app.VerdictSame
	case "skipped":
		return r.Verdict == app.VerdictSkipped
	case "all":
		return true
	}
	return r.Writes() || r.Verdict == app.VerdictHold
}

func lineMatches(r views.LineRow, query string) bool {
	q := strings.ToLower(strings.TrimSpace(query))
	for _, text := range []string{r.Company.Name, r.CompanyIdentifier, r.Product, r.Agreement.Name} {
		if strings.Contains(strings.ToLower(text), q) {
			return true
		}
	}
	return false
}

// order sorts lines as the address asks; lines of one company stay together.
func order(rows []views.LineRow, by string) {
	held := func(r views.LineRow) int {
		if r.Verdict == app.VerdictHold {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(rows, func(a, b views.LineRow) int {
		company := cmp.Or(strings.Compare(strings.ToLower(a.Company.Name), strings.ToLower(b.Company.Name)), cmp.Compare(a.Company.ID, b.Company.ID))
		switch by {
		case "amount":
			return cmp.Or(effectSize(b).Cmp(effectSize(a).Decimal), company)
		case "company":
			return company
		}
		return cmp.Or(cmp.Compare(held(a), held(b)), company)
	})
}

func effectSize(r views.LineRow) app.Money {
	if r.AmountChange == nil {
		return app.Money{}
	}
	return app.Money{Decimal: r.AmountChange.Abs()}
}

// linePage cuts the lines to one page; the one with a line somebody just typed into wins.
func linePage(m *views.Month, text string, line int64) ([]views.LineRow, ui.Pager) {
	page, _ := strconv.Atoi(text)
	page = max(min(page, (len(m.Rows)-1)/linesPerPage), 0)
	if i := slices.IndexFunc(m.Rows, func(r views.LineRow) bool { return line != 0 && r.ID == line }); i >= 0 {
		page = i / linesPerPage
	}
	first, end := page*linesPerPage, min((page+1)*linesPerPage, len(m.Rows))
	if len(m.Rows) <= linesPerPage {
		return m.Rows, ui.Pager{}
	}
	to := func(n int) string {
		f := m.Filter
		return link.With(link.Month(m.Connection, m.Period.String()), "q", f.Q, "meter", f.Meter, "order", f.Order, "show", f.Show, "page", strconv.Itoa(n))
	}
	p := ui.Pager{Text: ui.Int(first+1) + "–" + ui.Int(end) + " of " + ui.Int(len(m.Rows))}
	if page > 0 {
		p.Newer = to(page - 1)
	}
	if end < len(m.Rows) {
		p.Older = to(page + 1)
	}
	return m.Rows[first:end], p
}

// lineRows adds what the pages show beside each line.
func (s *Server) lineRows(ctx context.Context, connection string, lines []app.Line) ([]views.LineRow, error) {
	companies, err := s.companies(ctx, connection)
	if err != nil {
		return nil, err
	}
	out := make([]views.LineRow, 0, len(lines))
	for _, l := range lines {
		r := views.LineRow{
			Line: l, CompanyIdentifier: companies[l.Company.ID].Identifier, Organizations: len(l.Shares), Released: l.Decision == app.DecisionReleased,
			CanRelease: len(l.Holds) > 0 && billing.Releasable(l) == nil, CanCorrect: billing.Correctable(l) == nil, Fixes: s.fixes(ctx, connection, l),
		}
		if len(l.Shares) == 1 {
			r.CompanyURL = link.OrganizationSettings(l.Shares[0].OrganizationID)
		}
		out = append(out, r)
	}
	return out, nil
}

// cause is where what holds a line is mended.
type cause int

const (
	byMapping cause = iota + 1
	byTerms         // the agreement's own, or another agreement
	byProduct
	bySource
	byAgreement
	byTree // somebody else's mapping
)

// causes leaves out the holds that only wait for a person's word.
var causes = map[app.HoldCode]cause{
	app.HoldNoAgreement: byMapping, app.HoldCompanyInactive: byMapping, app.HoldMappingBroken: byMapping, app.HoldOverlap: byMapping,
	app.HoldAgreementInactive: byTerms, app.HoldAgreementNotStarted: byTerms, app.HoldCycleNotMonthly: byTerms,
	app.HoldProductNotFound: byProduct, app.HoldProductInactive: byProduct, app.HoldProductBundle: byProduct, app.HoldUnitMismatch: byProduct,
	app.HoldIncompleteReading: bySource,
	app.HoldUnmatchedBelow:    byTree,
	app.HoldAmbiguousAddition: byAgreement, app.HoldAdditionCancelled: byAgreement, app.HoldEditedSince: byAgreement, app.HoldRestored: byAgreement,
}

// fixes are where the cause of a line's first hold that has one is mended; none where only a person's word is missing.
func (s *Server) fixes(ctx context.Context, connection string, l app.Line) []ui.Action {
	if l.Verdict != app.VerdictHold {
		return nil
	}
	for _, h := range l.Holds {
		if who := whoVanished(l, h); who != 0 {
			return []ui.Action{{Label: "Customer left", Path: link.CustomerLeft(who), Small: true}}
		}
		if out := s.fixesOf(ctx, connection, l, causes[h.Code]); len(out) > 0 {
			return out
		}
	}
	return nil
}

func (s *Server) fixesOf(ctx context.Context, connection string, l app.Line, why cause) (out []ui.Action) {
	switch {
	case why == byProduct:
		return []ui.Action{{Label: "Product IDs", Path: link.Connection(connection) + "#billing", Small: true}}
	case why == byTree:
		return []ui.Action{{Label: "Organizations", Path: link.Organizations, Small: true}}
	case why == bySource && len(l.Shares) > 0:
		return []ui.Action{{Label: "Source", Path: link.Source(l.Shares[0].Source), Small: true}}
	case (why == byMapping || why == byTerms) && len(l.Shares) > 0:
		out = append(out, ui.Action{Label: "Organization", Path: link.OrganizationSettings(l.Shares[0].OrganizationID), Small: true})
	}
	if (why == byAgreement || why == byTerms) && l.Agreement.ID != 0 {
		if to := s.AgreementURL(ctx, connection, l.Agreement.ID); to != "" {
			out = append(out, ui.Action{Label: "Agreement", Path: to, External: true, Small: true})
		}
	}
	return out
}

// readingAges says how old the usage behind lines is, by source: the oldest reading counts.
func (s *Server) readingAges(ctx context.Context, period app.Period, lines []app.Line) ([]views.ReadingAge, error) {
	used := map[int64]time.Time{}
	for _, l := range lines {
		for _, share := range l.Shares {
			used[share.ReadingID] = share.ReadAt
		}
	}
	readings, err := s.Read.ReadingsFor(ctx, "", period.Prev())
	if err != nil {
		return nil, err
	}
	var out []views.ReadingAge
	for _, r := range readings {
		at, ok := used[r.ID]
		if !ok {
			continue
		}
		if !at.IsZero() {
			r.AsOf = at // the row may hold a later one of that day
		}
		i := slices.IndexFunc(out, func(a views.ReadingAge) bool { return a.Source == r.Source })
		if i < 0 {
			out, i = append(out, views.ReadingAge{Source: r.Source, ReadAt: r.AsOf, Complete: true}), len(out)
		}
		if r.AsOf.Before(out[i].ReadAt) {
			out[i].ReadAt = r.AsOf
		}
		if !r.Complete {
			out[i].Complete, out[i].Problem = false, r.Problem
		}
	}
	return out, nil
}
