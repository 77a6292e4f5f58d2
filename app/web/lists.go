package web

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views/ui"
)

// perPage is how many rows a list shows at once.
const perPage = 50

// afterOf reads the cursor of a list's page; 0 is the newest.
func afterOf(c echo.Context) int64 {
	n, err := strconv.ParseInt(c.QueryParam("after"), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// pager leads from a page of a list to the older one and back to the newest. last is the cursor of the last row shown.
func pager(path string, pairs []string, after, last int64, shown int) ui.Pager {
	p := ui.Pager{Text: ui.Count(shown, "row", "rows")}
	if after > 0 {
		p.Newer = link.With(path, pairs...)
	}
	if shown >= perPage && last > 0 {
		p.Older = link.With(path, append(slices.Clip(pairs), "after", strconv.FormatInt(last, 10))...)
	}
	if p.Newer == "" && p.Older == "" {
		return ui.Pager{}
	}
	return p
}

// options reads a cached drop-down as records of one type, and when it was read.
func options[T any](ctx context.Context, s *Server, connection string, list app.OptionList, parent int64) ([]T, time.Time, error) {
	rows, at, err := s.Read.Options(ctx, connection, list, parent)
	if err != nil {
		return nil, at, err
	}
	out := make([]T, 0, len(rows))
	for _, r := range rows {
		var v T
		if json.Unmarshal(r.Body, &v) == nil {
			out = append(out, v)
		}
	}
	return out, at, nil
}

// companies are the cached companies of a connection by record id.
func (s *Server) companies(ctx context.Context, connection string) (map[int64]app.Company, error) {
	list, _, err := options[app.Company](ctx, s, connection, app.ListCompanies, 0)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]app.Company, len(list))
	for _, one := range list {
		out[one.ID] = one
	}
	return out, nil
}
