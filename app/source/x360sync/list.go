package x360sync

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/url"
	"strconv"

	"psabridge/app"
)

// pageSize is the server's own; a client cannot choose it.
const pageSize = 100

// pageLeast is the shortest page that may be one of several: no server cuts its lists into fewer rows.
const pageLeast = 10

// What ends a list that never ends.
const (
	maxPages = 2000
	maxRows  = 200_000
	maxBytes = 256 << 20
	// pagesAfterChange is how far a list is read on that is known not to add up: it is not whole any more, but what it
	// shows is there.
	pagesAfterChange = 10
)

// getter is the signed-in server: GET of a path below /api/2, decoded into a value.
type getter interface {
	get(ctx context.Context, path string, query url.Values, into any) error
}

// page is one answer of a list.
type page struct {
	Results *[]json.RawMessage `json:"results"`
	Total   amount             `json:"total"`
}

// total is what the page says of the length of its list; false when it says nothing that can be one.
func (p page) total() (int64, bool) { return p.Total.bytes, p.Total.known && p.Total.bytes >= 0 }

// row is an entry of a list that can be told apart from the others.
type row interface{ key() string }

// listing is what came of reading a list to its end.
type listing[T row] struct {
	rows  []T
	calls int
	// problem says why the list may lack something; empty when it is complete.
	problem string
}

func (l listing[T]) complete() bool { return l.problem == "" }

// list reads a whole list. An error means that nothing useful was read; a list that is not complete is returned with
// its problem, because what it shows is true all the same.
func list[T row](ctx context.Context, api getter, path string) (listing[T], error) {
	l := listing[T]{}
	c := counter{seen: map[string]bool{}}
	for p, err := range pages(ctx, api, path) {
		l.calls++
		if err != nil {
			if l.calls == 1 || fatal(err) {
				return listing[T]{}, err
			}
			l.problem = app.ErrorMessage(err)
			return l, nil
		}
		c.page(p)
		known := len(c.seen)
		for _, raw := range *p.Results {
			c.bytes += len(raw)
			var one T
			if json.Unmarshal(raw, &one) != nil || !plainID(one.key()) {
				c.bad++
				continue
			}
			if !c.first(one.key()) {
				continue
			}
			l.rows = append(l.rows, one)
		}
		if len(c.seen) == known || c.enough() {
			break // the end, or a server that shows the same page again, or for ever new ones
		}
	}
	l.problem = c.problem()
	return l, nil
}

// pages reads one page after the other until the total is reached or a page is empty. Offsets go by what was really
// sent: a short page is not the end, and two pages are not a snapshot. A total that is reached exactly with a full page,
// or with a first page of ten rows and more, may be the length of a page rather than of the list: then one more page is
// asked for, and a server may say that there is none.
func pages(ctx context.Context, api getter, path string) iter.Seq2[page, error] {
	return func(yield func(page, error) bool) {
		ended := false // as far as the total says
		for offset, first, n := 0, 0, 0; n < maxPages; n++ {
			var query url.Values
			if offset > 0 {
				query = url.Values{"offset": {strconv.Itoa(offset)}}
			}
			var p page
			err := api.get(ctx, path, query, &p)
			if code := app.ErrorCode(err); ended && (code == app.NotFound || code == app.Invalid) {
				return
			}
			if err == nil && p.Results == nil {
				err = app.Errorf(app.Unavailable, "x360Sync answered something that is not a list. A proxy may stand in between; try again later.")
			}
			if !yield(p, err) || err != nil || len(*p.Results) == 0 {
				return
			}
			length := len(*p.Results)
			if n == 0 {
				first = length
			}
			offset += length
			total, ok := p.total()
			ended = ok && int64(offset) >= total
			full := length == pageSize || n > 0 && length >= first
			ofThePage := n == 0 && ok && int64(length) == total && length >= pageLeast
			if !full && !ofThePage && (ended || !ok) {
				return
			}
		}
	}
}

// counter decides whether the pages of a list add up.
type counter struct {
	seen    map[string]bool
	total   int64
	known   bool // a total was given
	changed bool // it was another on a later page
	missing bool // some page had none
	bad     int  // rows that could not be read
	after   int  // pages since it changed, or showed more than its total
	bytes   int
	long    bool // it was left before its end
}

// enough reports whether a list is to be left before its end.
func (c *counter) enough() bool {
	if c.changed || c.known && int64(len(c.seen)) > c.total {
		c.after++
	}
	c.long = c.long || c.after > pagesAfterChange || len(c.seen) >= maxRows || c.bytes >= maxBytes
	return c.long
}

func (c *counter) page(p page) {
	switch total, ok := p.total(); {
	case !ok:
		c.missing = true
	case !c.known:
		c.total, c.known = total, true
	case total != c.total:
		c.changed = true
	}
}

func (c *counter) first(key string) bool {
	if c.seen[key] {
		return false
	}
	c.seen[key] = true
	return true
}

func (c *counter) problem() string {
	switch {
	case c.bad > 0:
		return fmt.Sprintf("%d entries of the list could not be understood.", c.bad)
	case c.missing || !c.known:
		return "The list does not say how long it is, so nobody can tell whether it is whole."
	case c.changed:
		return "The list changed while it was read."
	case c.long:
		return "The list is longer than can be read."
	case int64(len(c.seen)) != c.total:
		return fmt.Sprintf("The list names %d entries and showed %d.", c.total, len(c.seen))
	}
	return ""
}

// fatal reports whether an error concerns everything, not one organization: then the whole pull fails with it.
func fatal(err error) bool {
	switch app.ErrorCode(err) {
	case app.Forbidden, app.NotFound, app.Unavailable, app.Invalid, app.Conflict:
		return false
	default: // a sign-in that ended, being asked to wait, our own defect, a context that ended
		return true
	}
}
