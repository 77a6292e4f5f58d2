package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
	"psabridge/views/ui"
)

// compare shows two months of a connection beside each other.
func (s *Server) compare(c echo.Context) error {
	p, err := s.open(c, "Compare two months", link.Billing)
	if err != nil {
		return err
	}
	m, err := s.compared(c, p)
	if err != nil {
		return err
	}
	m.Shell.Wrong = len(m.Errors) > 0
	return render(c, http.StatusOK, views.ComparePage(m))
}

// compareCSV is the comparison as a file. An address that names no two months leads to the page, which says so.
func (s *Server) compareCSV(c echo.Context) error {
	p, err := s.open(c, "", link.Billing)
	if err != nil {
		return err
	}
	m, err := s.compared(c, p)
	if err != nil {
		return err
	}
	if len(m.Errors) > 0 || m.Connection == "" || m.NothingBefore {
		return seeOther(c, link.With(link.Compare, "connection", m.Connection, "from", c.QueryParam("from"), "to", c.QueryParam("to")))
	}
	rows := make([][]string, 0, len(m.Rows))
	for _, r := range m.Rows {
		amount := ""
		if r.Amount != nil {
			amount = r.Amount.StringFixed(2)
		}
		rows = append(rows, []string{
			strconv.FormatInt(r.Company.ID, 10), r.Company.Name, strconv.FormatInt(r.Agreement.ID, 10), r.Agreement.Name, r.Product, string(r.Meter),
			plain(r.Before), plain(r.After), r.Unit, amount, r.Reason,
		})
	}
	head := []string{"company_id", "company", "agreement_id", "agreement", "product_id", "meter", m.From.String(), m.To.String(), "unit", "amount_a_month", "reason"}
	return table(c, "compare-"+m.Connection+"-"+m.From.String()+"-"+m.To.String()+".csv", head, rows)
}

// plain is a quantity for a file; empty where there is none.
func plain(q *app.Quantity) string {
	if q == nil {
		return ""
	}
	return q.String()
}

// compared works out a comparison as the address asks: without months the newest pushed one and the one before.
func (s *Server) compared(c echo.Context, p page) (views.Compare, error) {
	ctx := c.Request().Context()
	m := views.Compare{Shell: p.shell, Connection: c.QueryParam("connection")}
	for _, one := range p.doc.Connections {
		m.Connections = append(m.Connections, one.Name)
	}
	if !slices.Contains(m.Connections, m.Connection) {
		if m.Connection != "" {
			return m, app.Errorf(app.NotFound, "There is no connection %s.", m.Connection)
		}
		first, ok := firstBilled(p.doc)
		if !ok {
			m.NothingPushed = true
			m.From, m.To = billing.Current(s.Zone, p.now).Prev(), billing.Current(s.Zone, p.now)
			return m, nil
		}
		m.Connection = first.Name
	}
	found, _ := settings.ConnectionByName(p.doc, m.Connection)
	if err := s.comparable(ctx, c, &m, billing.Current(settings.Location(found), p.now)); err != nil {
		return m, err
	}
	before, err := s.Read.LastPlannedLines(ctx, m.Connection, m.From.Next())
	if err != nil {
		return m, err
	}
	after, err := s.Read.LastPlannedLines(ctx, m.Connection, m.To.Next())
	if err != nil {
		return m, err
	}
	m.NothingPushed, m.NothingBefore = len(before)+len(after) == 0, len(before) == 0
	if m.NothingBefore {
		return m, nil // else every line would seem to have come, though it only was not ours to see before
	}
	m.Rows = billing.CompareMonths(before, after)
	compareSums(&m, before, after)
	return m, nil
}

// comparable reads the two months of the address and lists those there is something of.
func (s *Server) comparable(ctx context.Context, c echo.Context, m *views.Compare, current app.Period) error {
	periods, err := s.pushedPeriods(ctx, m.Connection)
	if err != nil {
		return err
	}
	m.To, m.From = current, current.Prev()
	if len(periods) > 0 {
		m.To = periods[len(periods)-1]
		m.From = m.To.Prev()
	}
	for field, into := range map[string]*app.Period{"from": &m.From, "to": &m.To} {
		text := c.QueryParam(field)
		if period, ok := monthOf(text); ok {
			*into = period
		} else if text != "" {
			m.Errors = append(m.Errors, ui.FieldError{Field: field, Message: "“" + text + "” is no month. Choose one, e.g. 2026-10."})
		}
	}
	if m.To.Before(m.From) {
		m.From, m.To = m.To, m.From
	}
	for _, one := range []app.Period{m.From, m.To} {
		if len(periods) > 0 && periods[0].Before(one) && !slices.Contains(periods, one) {
			m.Unpushed = append(m.Unpushed, one)
		}
	}
	m.Periods = sortedPeriods(append(periods, m.From, m.To))
	return nil
}

// pushedPeriods are the months of a connection that have a push, oldest first.
func (s *Server) pushedPeriods(ctx context.Context, connection string) ([]app.Period, error) {
	all, err := s.Read.Pushes(ctx, app.PushFilter{Connection: connection, Page: app.Page{Limit: 1000}})
	if err != nil {
		return nil, err
	}
	var out []app.Period
	for _, p := range all {
		out = append(out, p.Period)
	}
	return sortedPeriods(out), nil
}

// sortedPeriods puts months in order, each once.
func sortedPeriods(list []app.Period) []app.Period {
	slices.SortFunc(list, func(a, b app.Period) int { return cmp.Or(cmp.Compare(a.Year, b.Year), cmp.Compare(a.Month, b.Month)) })
	return slices.Compact(list)
}

// compareSums counts what rose and fell, sums the amounts that are known, and names who came and went.
func compareSums(m *views.Compare, before, after []app.Line) {
	for _, r := range m.Rows {
		var a, b app.Quantity
		if r.Before != nil {
			a = *r.Before
		}
		if r.After != nil {
			b = *r.After
		}
		sum := &m.More
		switch {
		case b.GreaterThan(a.Decimal):
			m.Rose++
		case b.LessThan(a.Decimal):
			m.Fell++
			sum = &m.Less
		default:
			continue // other names, the same number
		}
		if r.Amount == nil {
			m.Unpriced++
			continue
		}
		v := *r.Amount
		if *sum != nil {
			v = v.Add(**sum)
		}
		*sum = &v
	}
	if m.Rose == 0 {
		m.More = new(app.Money)
	}
	if m.Fell == 0 {
		m.Less = new(app.Money)
	}
	m.Came, m.Went = companiesOnly(after, before), companiesOnly(before, after)
}

// companiesOnly are the companies with something billed in one list of lines and nothing in the other.
func companiesOnly(in, notIn []app.Line) (out []app.Named) {
	has := func(lines []app.Line, id int64) bool {
		return slices.ContainsFunc(lines, func(l app.Line) bool { return l.Company.ID == id && l.After.IsPositive() })
	}
	for _, l := range in {
		if l.After.IsPositive() && !has(notIn, l.Company.ID) && !slices.ContainsFunc(out, func(n app.Named) bool { return n.ID == l.Company.ID }) {
			out = append(out, l.Company)
		}
	}
	slices.SortFunc(out, func(a, b app.Named) int { return cmp.Compare(a.Name, b.Name) })
	return out
}
