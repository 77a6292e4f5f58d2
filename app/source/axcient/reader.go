package axcient

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
)

// mostBarren is how many pages without anything new may follow each other.
const mostBarren = 10

// reader goes through the pages of one list.
type reader struct {
	api    getter
	habits *habits
	path   string
	what   kind
	sure   bool

	out      listing
	pages    int                        // that held a list
	grown    int                        // that held something new
	barren   int                        // that did not, since the last that did
	promised int                        // how many pages the list says it has
	plain    bool                       // the server does not know limit and offset
	probed   bool                       // the page that comes is another one by its number: see again
	seen     map[string]json.RawMessage // rows by id
	begins   string                     // the id of the first row of all
	last     string                     // the id of the last row of the page before
	before   int                        // how many rows the page before had
	overlap  bool                       // the page that comes must hold last: see next
	total    *int
	blind    bool           // nothing connects the page that comes with the one before: no total, no overlap, no address
	claims   bool           // the list says that it goes on, and not where
	twins    map[string]int // rows without ids in this page, and how often
	bad      int
	why      string // what the first bad row lacks
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
	p, single, ok := readPage(a, r.what)
	if !ok {
		row, err := r.noList(single, a.body)
		if err == nil {
			r.add(row)
		}
		return nil, err
	}
	r.pages++
	if p.wrong != "" {
		r.fail(fmt.Sprintf("The answer says that something went wrong (field %q).", printable(p.wrong)))
	}
	r.totals(p)
	known, keys := len(r.seen), []string{}
	clear(r.twins)
	for _, raw := range p.rows {
		if key := r.add(raw); key != "" {
			keys = append(keys, key)
		}
	}
	grew, follow := len(r.seen) > known, nextQuery(r.at(), p.next)
	r.promised = max(r.promised, p.pages)
	switch {
	case r.probed:
		r.compareProbe(keys, grew)
		return nil, nil
	case grew:
		r.grown, r.barren = r.grown+1, 0
	case follow != nil:
		return r.pass(follow), nil
	case p.goesOn() || r.promised > max(1, r.grown):
		r.claims = true
		return nil, nil
	}
	if r.pages == 1 {
		r.begins = firstOf(keys)
	} else if next, done := r.compare(p, keys, grew); done {
		return next, nil
	}
	if len(keys) == 0 {
		return nil, nil
	}
	return r.next(p, keys[len(keys)-1], follow), nil
}

// pass goes on behind a page that holds nothing new and says where the list goes on.
func (r *reader) pass(follow url.Values) url.Values {
	if r.barren++; r.barren > mostBarren || r.pages >= maxPages {
		r.fail("The list goes on and on without anything new.")
		return nil
	}
	r.overlap, r.blind, r.claims = false, false, false
	return follow
}

// assure looks again at the last row of a list whose pages hold one row each and could not overlap.
func (r *reader) assure(p page) url.Values {
	if len(p.rows) > 0 || r.overlap || !r.sure || r.total != nil || r.before != 1 {
		return nil
	}
	r.overlap = true
	return query(len(r.seen) - 1)
}

// compare looks at a later page beside those before it and reports whether the list ends with it; then next makes sure.
func (r *reader) compare(p page, keys []string, grew bool) (next url.Values, done bool) {
	switch {
	case len(keys) > 0 && !grew && firstOf(keys) == r.begins:
		return r.again(len(keys)), true
	case r.overlap && !slices.Contains(keys, r.last):
		r.fail("The list moved while it was read.")
		return nil, true
	case grew:
		if r.blind && r.before == 1 {
			r.fail("The server sends one entry at a time and no total, so nobody can tell whether the list moved while it was read.")
		}
		if r.habits.longer(r.what, r.before) {
			r.habits.gaps(r.what)
		}
		return nil, false
	}
	return r.assure(p), true
}

func firstOf(keys []string) string {
	if len(keys) == 0 {
		return ""
	}
	return keys[0]
}
