package connectwise

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"psabridge/app"
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

// list reads a list to its end, or fails: it never returns a part. A list that moved while it was read is read again
// from the start.
func list[T any](ctx context.Context, c *Client, q query, key func(T) string) ([]T, error) {
	for try := 0; ; try++ {
		rows, err := readList(ctx, c, q, key)
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

// endless is a server that promises more and does not give it.
func endless() error {
	return &app.Error{Code: app.Unavailable, Outcome: app.OutcomeNone, Message: "A list in ConnectWise does not end. Nothing of it was used; it is tried again later."}
}

// check refuses an answer that is no list of records, though it came with a 200: null, and rows that do not say which record
// they are. Taken for an empty list, or passed over, they would mean that lines are gone, tickets deleted and nobody wrote a note.
// A note that says its kind and no number is one: whether those of time entries have a number is not known.
func check[T any](path string, rows []T, key func(T) string) error {
	what := ""
	switch {
	case rows == nil:
		what = "null in place of a list"
	case slices.ContainsFunc(rows, func(row T) bool { return strings.TrimSpace(key(row)) == "0" }):
		what = "a row without its number"
	default:
		return nil
	}
	return &app.Error{Code: app.Unavailable, Outcome: app.OutcomeNone, Message: fmt.Sprintf("ConnectWise answered with %s (%s). Nothing of it was used; it is tried again later.", what, path)}
}

// values is what every page of the list is asked for: without its conditions a later page would bring unrelated rows.
func (q query) values(size int) url.Values {
	v := url.Values{"pageSize": {strconv.Itoa(size)}}
	if q.conditions != "" {
		v.Set("conditions", q.conditions)
	}
	if q.fields != "" {
		v.Set("fields", q.fields)
	}
	return v
}

// numbered asks for one page by its number. The order by id is what makes rows that are added meanwhile come last.
func (q query) numbered(page, size int) url.Values {
	v := q.values(size)
	v.Set("page", strconv.Itoa(page))
	if !q.unordered {
		v.Set("orderBy", "id asc")
	}
	return v
}

// after asks for the rows above an id; an order must not be named then.
func (q query) after(id int64) url.Values {
	v := q.values(pageSize)
	v.Set("pageId", num(id))
	return v
}
