package web

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/web/api"
)

// table writes a file for a spreadsheet. Every cell is made harmless: one that begins like a formula would be run.
func table(c echo.Context, name string, head []string, rows [][]string) error {
	for _, row := range rows {
		for i := range row {
			row[i] = api.Harmless(row[i])
		}
	}
	return plainTable(c, name, head, rows)
}

// plainTable is table for cells that are harmless already, or numbers.
func plainTable(c echo.Context, name string, head []string, rows [][]string) error {
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	_ = w.Write(head)
	for _, row := range rows {
		_ = w.Write(row)
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	return download(c, name, "text/csv; charset=utf-8", buf.Bytes())
}

// download answers with a file. Its name is made of letters we chose and numbers.
func download(c echo.Context, name, contentType string, body []byte) error {
	clean := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r) {
			return r
		}
		return '-'
	}, name)
	c.Response().Header().Set("Content-Disposition", `attachment; filename="`+clean+`"`)
	return c.Blob(http.StatusOK, contentType, body)
}

// activityCSV is an organization's activity as a file, with the page's filter.
func (s *Server) activityCSV(c echo.Context) error {
	id, err := rowID(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	o, err := s.Read.Organization(ctx, id)
	if err != nil {
		return err
	}
	list, err := s.walkActivity(ctx, id, activityFilter(c), 0, activityFile, 4*activityFile)
	if err != nil {
		return err
	}
	rows := make([][]string, 0, len(list))
	for _, r := range list {
		rows = append(rows, s.activityLine(r))
	}
	head := []string{"time", "type", "state", "severity", "activity", "text", "object_kind", "object_id", "object", "by", "outcome", "reason", "rule", "ticket"}
	return table(c, "activity-"+o.ExternalID+".csv", head, rows)
}

func (s *Server) activityLine(r app.EventRow) []string {
	ticket := ""
	if r.TicketNumber != 0 {
		ticket = strconv.FormatInt(r.TicketNumber, 10)
	}
	return []string{
		r.OccurredAt.In(s.Zone).Format(time.RFC3339), r.Type, string(r.State), string(r.Severity), r.Title, r.Text, string(r.Object.Kind),
		r.Object.ExternalID, r.Object.Name, doneBy(r.Event), string(r.Outcome.Outcome), string(r.Outcome.Reason), r.Outcome.Rule, ticket,
	}
}
