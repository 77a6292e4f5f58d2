package connectwise

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"psabridge/app/rest"
)

// ConnectWise pages in two ways (developer guide, "Pagination"). The first page is asked for by number, because its Link
// tells whether there are more and how many, so a short list costs one call. The following ones are asked for by the id
// they come after ("pagination-type: forward-only"), where a row that is deleted meanwhile cannot push another one out of
// sight. Some endpoints do not know that way; there pages are asked for by number again, and overlap by a row: a page
// that does not begin with what we have shows that the list moved.

// reader reads one list once.
type reader[T any] struct {
	client *Client
	query  query
	key    func(T) string

	rows     []T
	seen     map[string]bool
	last     string // the key of the row that came last
	highest  int64  // the highest id so far
	have     int    // where the next row stands in the server's order
	pages    int
	most     int  // rows the server gives at once
	promised int  // rows the first page's Link says there are at least
	room     int  // rows the pages it announced can hold; 0 when it does not say
	byNumber bool // the rest is asked for by number
}

func readList[T any](ctx context.Context, c *Client, q query, key func(T) string) ([]T, error) {
	r := &reader[T]{client: c, query: q, key: key, seen: map[string]bool{}}
	_, known := c.unforward.Load(q.path)
	r.byNumber = q.unordered || known
	for step := r.first; ; step = r.following() {
		done, err := step(ctx)
		if err != nil {
			return nil, err
		}
		if done {
			return r.rows, nil
		}
		if r.pages++; r.pages > maxPages {
			return nil, endless()
		}
	}
}

func (r *reader[T]) following() func(context.Context) (bool, error) {
	if r.byNumber {
		return r.overlapping
	}
	return r.forward
}

func (r *reader[T]) ask(ctx context.Context, values url.Values, forward bool) (rows []T, l links, err error) {
	resp, err := r.client.do(ctx, call{method: http.MethodGet, path: r.query.path, query: values, out: &rows, records: r.query.records, forward: forward})
	if err != nil {
		return nil, links{}, err
	}
	return rows, linksOf(resp.Header), check(r.query.path, rows, r.key)
}

// usualSizes are page sizes of servers that do not give what was asked for. A list of exactly so many rows, on an
// endpoint that sends no Link, is not believed to be whole before the next page was seen to be empty.
var usualSizes = []int{25, 50, 100, 250}

// first reads page 1.
func (r *reader[T]) first(ctx context.Context) (done bool, err error) {
	rows, link, err := r.ask(ctx, r.query.numbered(1, pageSize), false)
	if err != nil {
		return false, err
	}
	if !r.ascending(rows) {
		r.byNumber = true // the order is the server's own: there is no id that everything else comes after
	}
	if !r.take(rows) {
		return false, errMoved
	}
	r.most, r.have = len(rows), len(rows)
	if link.next && len(rows) == 0 {
		return false, endless()
	}
	if link.next {
		r.promised = len(rows) + 1
		if len(rows) == pageSize && link.last > 1 { // with smaller pages than asked for, its number may count others
			r.promised, r.room = (link.last-1)*pageSize+1, link.last*pageSize
		}
		return false, nil
	}
	return link.any || len(rows) < pageSize && !slices.Contains(usualSizes, len(rows)), nil
}

// forward reads the page after the highest id. Its Link always names a next one, so the end is a page that is not full,
// or the number of pages that the first one announced.
func (r *reader[T]) forward(ctx context.Context) (done bool, err error) {
	rows, link, err := r.ask(ctx, r.query.after(r.highest), true)
	switch {
	case refusedForward(err), err == nil && !r.ascending(rows), err == nil && len(rows) == 0 && len(r.rows) < r.promised:
		r.byNumber = true
		if err != nil || len(rows) > 0 {
			r.client.unforward.Store(r.query.path, true)
		}
		return false, nil
	case err != nil:
		return false, err
	}
	r.take(rows) // ascending: none came before
	r.have += len(rows)
	switch {
	case len(rows) == 0:
		return true, nil
	case len(r.rows) < r.promised:
		return false, nil
	case link.any && !link.next:
		return true, nil
	case len(rows) == pageSize:
		return r.room > 0 && len(r.rows) >= r.room, nil
	}
	return r.most == pageSize && !slices.Contains(usualSizes, len(rows)), nil
}

// overlapping reads a page by number that begins at or before the row that came last.
func (r *reader[T]) overlapping(ctx context.Context) (done bool, err error) {
	page, size := overlap(r.have, r.most)
	if page == 0 {
		return false, endless()
	}
	rows, link, err := r.ask(ctx, r.query.numbered(page, size), false)
	if err != nil {
		return false, err
	}
	if !slices.ContainsFunc(rows, func(row T) bool { return r.key(row) == r.last }) {
		return false, errMoved
	}
	fresh := slices.DeleteFunc(slices.Clone(rows), func(row T) bool { return r.seen[r.key(row)] })
	if !r.take(fresh) {
		return false, errMoved
	}
	r.have = (page-1)*size + len(rows)
	if link.any && !link.next || !link.any && len(rows) < size {
		return true, nil
	}
	if len(fresh) == 0 {
		return false, endless()
	}
	return false, nil
}

// overlap picks the page that begins at or before the last of the rows we have and reaches furthest beyond it; most is
// the largest page there is. 0 when there is none.
func overlap(have, most int) (page, size int) {
	furthest := 0
	for s := most; s > furthest; s-- {
		if beyond := s - 1 - (have-1)%s; beyond > furthest {
			furthest, page, size = beyond, (have-1)/s+1, s
		}
	}
	return page, size
}

// take keeps rows; false when one of them was there already.
func (r *reader[T]) take(rows []T) bool {
	for _, row := range rows {
		key := r.key(row)
		if r.seen[key] {
			return false
		}
		r.seen[key], r.last = true, key
		if id, err := strconv.ParseInt(key, 10, 64); err == nil {
			r.highest = max(r.highest, id)
		}
	}
	r.rows = append(r.rows, rows...)
	return true
}

// ascending reports whether rows go on upwards from the highest id so far.
func (r *reader[T]) ascending(rows []T) bool {
	above := r.highest
	for _, row := range rows {
		id, err := strconv.ParseInt(r.key(row), 10, 64)
		if err != nil || id <= above {
			return false
		}
		above = id
	}
	return true
}

// refusedForward: the endpoint does not know this way of paging.
func refusedForward(err error) bool {
	said, ok := errors.AsType[*rest.StatusError](err)
	return ok && said.Status == http.StatusBadRequest && said.Refusal.Code != cannotRoute
}
