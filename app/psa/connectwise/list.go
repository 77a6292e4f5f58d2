package connectwise

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"psabridge/app"
	"psabridge/app/rest"
)

const (
	pageSize = 1000 // the most ConnectWise gives
	maxPages = 1000 // a list longer than a million rows is a server that does not page
)

// query is what a list is asked for.
type query struct {
	path       string
	conditions string
	fields     string // "" asks for whole records; needed where a field we read cannot be named
	unordered  bool   // a list whose ids come from two tables cannot be ordered by id
	records    []int64
}

// list reads a list to its end, or fails. Pages are ordered by id, so that records added meanwhile come last and none
// is skipped. A row that comes twice means that the list moved under us: it is then read again from the start.
func list[T any](ctx context.Context, c *Client, q query, key func(T) string) ([]T, error) {
	for try := 0; ; try++ {
		rows, err := listOnce(ctx, c, q, key)
		if !errors.Is(err, errMoved) {
			return rows, err
		}
		if try == 2 {
			return nil, &app.Error{
				Code: app.Unavailable, Outcome: app.OutcomeNone, Err: err,
				Message: "A list in ConnectWise changed while it was read. It is tried again later.",
			}
		}
	}
}

var errMoved = errors.New("the list moved between two pages")

func listOnce[T any](ctx context.Context, c *Client, q query, key func(T) string) ([]T, error) {
	seen := map[string]bool{}
	return rest.Collect(rest.Pages(func(page int) ([]T, bool, error) {
		var rows []T
		if _, err := c.do(ctx, call{method: http.MethodGet, path: q.path, query: q.values(page), out: &rows, records: q.records}); err != nil {
			return nil, false, err
		}
		for _, row := range rows {
			if seen[key(row)] {
				return nil, false, errMoved
			}
			seen[key(row)] = true
		}
		// The Link header is not looked at: it names another host, and some endpoints leave it out.
		more := len(rows) >= pageSize
		if more && page == maxPages {
			return nil, false, app.Errorf(app.Unavailable, "A list in ConnectWise does not end.")
		}
		return rows, more, nil
	}))
}

// values is the whole query of one page; conditions are repeated on every page, or unrelated rows come back.
func (q query) values(page int) url.Values {
	v := url.Values{"page": {strconv.Itoa(page)}, "pageSize": {strconv.Itoa(pageSize)}}
	if !q.unordered {
		v.Set("orderBy", "id asc")
	}
	if q.conditions != "" {
		v.Set("conditions", q.conditions)
	}
	if q.fields != "" {
		v.Set("fields", q.fields)
	}
	return v
}
