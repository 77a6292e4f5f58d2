package axcient

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"psabridge/app"
)

// kind is what a list holds, as its path says it.
type kind string

const (
	clients   kind = "client"
	users     kind = "user"
	resources kind = "shared_resource"
	statuses  kind = "backup_status"
)

// inWords is what a person calls the list.
func (k kind) inWords() string {
	return map[kind]string{clients: "clients", users: "users", resources: "shared resources", statuses: "backup status"}[k]
}

// asked is how many rows are asked for at once. That limit and offset mean what they mean at the sister API x360Recover
// is not certain, so nothing hangs on it: see reader.
const asked = 100

// maxPages ends a list that never ends: 200,000 rows.
const maxPages = 2000

// listing is what came of reading a list to its end.
type listing struct {
	rows  []object
	calls int
	// problem says why the list may lack something; empty when it is complete.
	problem string
	// odd is the first thing that was not understood, to be looked at; nil when all was.
	odd json.RawMessage
}

func (l listing) complete() bool { return l.problem == "" }

// getter is the API: GET of a path below x360Cloud.
type getter interface {
	get(ctx context.Context, path string, query url.Values) (answer, error)
}

// list reads a whole list. An error means that nothing useful was read; a list that is not complete is returned with its
// problem, because what it shows is true all the same. sure asks on behind the end of a list that does not say how long
// it is; without it a short page is taken for the end, unless this server was seen to send short pages in between.
func list(ctx context.Context, api getter, h *habits, path string, what kind, sure bool) (listing, error) {
	r := &reader{api: api, habits: h, path: path, what: what, sure: sure, seen: map[string]json.RawMessage{}, twins: map[string]int{}}
	for query := query(0); query != nil; {
		a, err := api.get(ctx, path, query)
		r.out.calls++
		switch {
		case err != nil && r.pages == 0 && !r.plain && app.ErrorCode(err) == app.Invalid:
			r.plain, query = true, url.Values{} // it may not know limit and offset
			continue
		case err == nil:
			query, err = r.take(a)
		}
		if err != nil {
			if r.pages == 0 || fatal(err) {
				return listing{calls: r.out.calls, odd: r.out.odd}, err
			}
			r.fail(app.ErrorMessage(err))
			break
		}
	}
	r.end()
	return r.out, nil
}

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

// noList is an answer without a list: for who asks for one thing only it may be that thing.
func (r *reader) noList(o object, body []byte) (json.RawMessage, error) {
	if json.Valid(body) {
		r.out.odd = body
	}
	if o.fields == nil {
		return nil, app.Errorf(app.Unavailable, "x360Cloud answered something that is not a list. A proxy may stand in between; try again later.")
	}
	if r.what == statuses {
		for _, name := range []string{"", "data", "result"} {
			one := o
			if name != "" {
				one, _ = parse(o.fields[name].raw)
			}
			if _, ok := one.find(fieldOutcome); ok {
				r.out.odd = nil
				return one.raw, nil
			}
		}
	}
	return nil, app.Errorf(app.Unavailable, "x360Cloud answered something that is not a list (fields seen: %s).", o.seen())
}

// add takes a row and returns its key; "" when it cannot be used. A row of the backup status needs no id.
func (r *reader) add(raw json.RawMessage) string {
	o, ok := parse(raw)
	id := ""
	if ok {
		id = o.id()
	}
	switch {
	case ok && r.what == statuses:
		r.twins[string(raw)]++ // two backups may be alike
		id = string(raw) + "#" + strconv.Itoa(r.twins[string(raw)])
	case !ok:
		r.misfit(raw, "it is not a record")
		return ""
	case id == "":
		r.misfit(raw, "no field holds an id (fields seen: "+o.seen()+")")
		return ""
	case r.what == clients && !plainID(id):
		r.misfit(raw, "its id cannot be used")
		return ""
	}
	if old, ok := r.seen[id]; ok {
		if !bytes.Equal(old, raw) {
			r.fail("The list shows one entry twice, and not the same.")
		}
		return id
	}
	r.seen[id] = raw
	r.out.rows = append(r.out.rows, o)
	return id
}

func (r *reader) misfit(raw json.RawMessage, why string) {
	r.bad++
	if r.why == "" {
		r.why, r.out.odd = why, raw
	}
}

// totals keeps the length the list says it has. One called "count" that is what the page holds says nothing.
func (r *reader) totals(p page) {
	silent := p.total == nil || p.count && *p.total == len(p.rows)
	switch {
	case p.odd != "":
		r.fail(fmt.Sprintf("The list says its length in a way that cannot be read (field %q).", printable(p.odd)))
	case r.pages == 1 && !silent:
		r.total = p.total
	case r.pages == 1, len(p.rows) == 0:
	case silent != (r.total == nil) && !p.count:
		r.fail("The list says its length on some pages only.")
	case !silent && r.total == nil:
		r.total = p.total
	case r.total != nil && p.total != nil && *r.total != *p.total:
		r.fail("The list changed while it was read.")
	}
	if p.total != nil && *p.total > len(p.rows) {
		r.habits.honest(r.what)
	}
}

// next decides how the list goes on. Offsets go by the rows that were really new. Where no total watches over the pages,
// they overlap by one row: when that row is not there again, the list moved in between.
func (r *reader) next(p page, last string) url.Values {
	full, n := r.habits.full(r.what, len(p.rows)), len(r.seen)
	follow := nextQuery(r.at(), p.next)
	r.before, r.last, r.overlap, r.blind = len(p.rows), last, false, r.total == nil && follow == nil
	r.claims = follow == nil && (p.next != "" || p.more != nil && *p.more)
	switch {
	case r.pages >= maxPages:
		r.fail("The list does not end.")
		return nil
	case r.what == statuses && newestFirst(r.out.rows):
		r.total = nil // what is older does not matter
		return nil
	case follow != nil:
		return follow
	case r.total != nil && n >= *r.total && (!full || !r.sure && r.habits.isHonest(r.what)):
		return nil
	case r.plain:
		r.repeated(n)
		return nil
	case r.total == nil && r.over(p, full):
		return nil
	case r.total == nil && n > 1 && len(p.rows) > 1: // a page of one row would show that row alone
		r.overlap, r.blind = true, false
		return query(n - 1)
	}
	return query(n)
}

// over reports whether a list without a total is taken to end with this page.
func (r *reader) over(p page, full bool) bool {
	if p.more != nil {
		return !*p.more
	}
	return !r.sure && !full && !r.claims && !r.habits.hasGaps(r.what)
}

// at is where the list is read, to resolve a relative address of its next page against.
func (r *reader) at() *url.URL {
	if a, ok := r.api.(interface{ address(path string) *url.URL }); ok {
		return a.address(r.path)
	}
	return &url.URL{}
}

// repeated judges a list whose server shows the same page again, whatever it is asked for. It is the whole list when it
// is less than what was asked for, when a total says so (see end), or when it is so much more that the server cannot
// have counted rows at all; a round hundred looks like a limit of its own.
func (r *reader) repeated(n int) {
	if r.total == nil && (r.claims || n == asked || n > asked && n%asked == 0) {
		r.fail("The server shows the same page again and again, so nobody can tell whether the list is whole.")
	}
}

// end judges the list as a whole.
func (r *reader) end() {
	if r.bad > 0 {
		r.out.problem = fmt.Sprintf("%d entries of the list could not be understood: %s.", r.bad, r.why)
		if r.bad == 1 {
			r.out.problem = "One entry of the list could not be understood: " + r.why + "."
		}
		return
	}
	switch {
	case r.out.problem != "":
	case r.total != nil && len(r.seen) != *r.total:
		r.fail(fmt.Sprintf("The list names %d entries and showed %d.", *r.total, len(r.seen)))
	}
}

// newestFirst reports whether rows of the backup status come with the newest on top: then the first page is enough.
func newestFirst(rows []object) bool {
	if len(rows) < 2 {
		return false
	}
	for i, o := range rows {
		v, ok := o.find(fieldTime)
		at := v.moment()
		if !ok || at.IsZero() {
			return false
		}
		if i > 0 {
			old, _ := rows[i-1].find(fieldTime)
			if at.After(old.moment()) {
				return false
			}
		}
	}
	first, _ := rows[0].find(fieldTime)
	last, _ := rows[len(rows)-1].find(fieldTime)
	return first.moment().After(last.moment())
}

// plainID reports whether an id may stand in a path as it is.
func plainID(id string) bool {
	for _, c := range []byte(id) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' && c != '=' && c != '~' {
			return false
		}
	}
	return id != "" && len(id) <= 100
}

// fatal reports whether an error concerns everything, not one organization: then the whole pull fails with it.
func fatal(err error) bool {
	switch app.ErrorCode(err) {
	case app.Forbidden, app.NotFound, app.Unavailable, app.Invalid, app.Conflict:
		return false
	default: // a key that ended, being asked to wait, our own defect
		return true
	}
}
