package axcient

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
)

// reader goes through the pages of one list.
type reader struct {
	api    getter
	habits *habits
	path   string
	what   kind
	sure   bool

	out     listing
	pages   int                        // that held a list
	plain   bool                       // the server does not know limit and offset
	seen    map[string]json.RawMessage // rows by id
	begins  string                     // the id of the first row of all
	last    string                     // the id of the last row of the page before
	before  int                        // how many rows the page before had
	overlap bool                       // the page that comes must hold last: see next
	total   *int
	blind   bool           // nothing connects the page that comes with the one before: no total, no overlap, no address
	claims  bool           // the page before said that it goes on, and not where
	twins   map[string]int // rows without ids in this page, and how often
	bad     int
	why     string // what the first bad row lacks
}

func (r *reader) fail(problem string) {
	if r.out.problem == "" {
		r.out.problem = problem
	}
}

func query(offset int) url.Values {
	return url.Values{"limit": {strconv.Itoa(asked)}, "offset": {strconv.Itoa(offset)}}
}

// take reads one page and returns the query of the next; nil ends the list.
func (r *reader) take(a answer) (url.Values, error) {
	p, single, ok := readPage(a.body, a.header)
	if !ok {
		row, err := r.noList(single, a.body)
		if err == nil {
			r.add(row)
		}
		return nil, err
	}
	r.pages++
	r.totals(p)
	known, keys := len(r.seen), []string{}
	clear(r.twins)
	for _, raw := range p.rows {
		if key := r.add(raw); key != "" {
			keys = append(keys, key)
		}
	}
	if r.pages == 1 {
		r.begins = firstOf(keys)
	} else if done := r.compare(p, keys, len(r.seen) > known); done {
		return r.assure(p), nil
	}
	if len(keys) == 0 {
		return nil, nil
	}
	return r.next(p, keys[len(keys)-1]), nil
}

// assure looks again at the last row of a list whose pages hold one row each and could not overlap.
func (r *reader) assure(p page) url.Values {
	if len(p.rows) > 0 || r.overlap || !r.sure || r.total != nil || r.before != 1 {
		return nil
	}
	r.overlap = true
	return query(len(r.seen) - 1)
}

// compare looks at a later page beside those before it and reports whether the list ends with it.
func (r *reader) compare(p page, keys []string, grew bool) (done bool) {
	switch {
	case len(p.rows) > 0 && !grew && firstOf(keys) == r.begins:
		r.repeated(len(p.rows))
	case r.overlap && !slices.Contains(keys, r.last):
		r.fail("The list moved while it was read.")
	case !grew && r.claims && r.total == nil:
		r.fail("The list says that it goes on, and does not.")
	case grew:
		if r.blind && r.before == 1 {
			r.fail("The server sends one entry at a time and no total, so nobody can tell whether the list moved while it was read.")
		}
		if r.habits.longer(r.what, r.before) {
			r.habits.gaps(r.what)
		}
		return false
	}
	return true
}

func firstOf(keys []string) string {
	if len(keys) == 0 {
		return ""
	}
	return keys[0]
}
