package web

import (
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/web/api"
)

// moneyCSV is everything that was found, as a file.
func (s *Server) moneyCSV(c echo.Context) error {
	ctx := c.Request().Context()
	doc, _, err := s.Settings.Document(ctx)
	if err != nil {
		return err
	}
	var rows [][]string
	for _, one := range doc.Connections {
		plan, err := s.newestPlan(ctx, one.Name)
		if err != nil {
			return err
		}
		if plan == nil {
			continue
		}
		for _, f := range plan.Findings {
			rows = append(rows, moneyLine(*plan, f))
		}
	}
	head := []string{
		"connection", "period", "found_at", "code", "organization", "company", "agreement", "agreement_id", "meter", "product", "unit", "used", "billed", "amount_a_month", "message",
	}
	return plainTable(c, "money.csv", head, rows)
}

// moneyLine is one line of the file. Numbers stay numbers: an amount begins with a minus and is no formula.
func moneyLine(plan app.Plan, f app.Finding) []string {
	text := func(q *app.Quantity) string {
		if q == nil {
			return ""
		}
		return q.String()
	}
	agreement := ""
	if f.Agreement.ID != 0 {
		agreement = strconv.FormatInt(f.Agreement.ID, 10)
	}
	return []string{
		plan.Connection, plan.Period.String(), plan.CreatedAt.UTC().Format(time.RFC3339), string(f.Code), api.Harmless(f.Organization.Name), api.Harmless(f.Company.Name),
		api.Harmless(f.Agreement.Name), agreement, string(f.Meter), api.Harmless(f.Product), f.Unit, text(f.Used), text(f.Billed), text(f.Amount), api.Harmless(f.Message),
	}
}
