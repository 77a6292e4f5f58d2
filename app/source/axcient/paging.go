package axcient

import (
	"fmt"
	"net/url"
	"time"
)

// totals keeps the length the list says it has. One called "count" that is what the page holds says nothing.
func (r *reader) totals(p page) {
	silent := p.total == nil || p.count && *p.total == len(p.rows)
	switch {
	case p.odd != "":
		r.fail(fmt.Sprintf("The list says its length in a way that cannot be read (field %q).", printable(p.odd)))
	case r.pages == 1 && !silent:
		r.total = p.total
	case r.pages == 1:
	case len(p.rows) == 0: // behind the end some say 0, and some nothing; another length is that of another list
		if r.total != nil && !silent && !p.count && *p.total != 0 && *p.total != *r.total {
			r.fail("The list changed while it was read.")
		}
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
func (r *reader) next(p page, last string, follow url.Values) url.Values {
	full, n := r.habits.full(r.what, len(p.rows)), len(r.seen)
	r.before, r.last, r.overlap, r.blind = len(p.rows), last, false, r.total == nil && follow == nil
	r.claims = follow == nil && (p.goesOn() || r.promised > r.grown)
	switch {
	case r.pages >= maxPages:
		r.fail("The list does not end.")
		return nil
	case r.what == statuses && farBack(r.out.rows):
		r.total, r.claims = nil, false // what is older does not matter
		return nil
	case follow != nil:
		return follow
	case r.total != nil && n >= *r.total && (!full || !r.sure && r.habits.isHonest(r.what)):
		return nil
	case r.plain:
		r.cut(n)
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

// again judges a list whose server shows the same page again, whatever it is asked for. A total says whether that is the
// whole list (see end). Without one another page is asked for by its number, for a server that goes by numbers of pages,
// or counts rows under another name, and does not know limit and offset.
func (r *reader) again(n int) url.Values {
	if r.total != nil || r.out.problem != "" {
		return nil
	}
	r.probed, r.before = true, n
	q := url.Values{}
	for _, name := range []string{"page", "page_number", "pageNumber", "skip", "start"} {
		q.Set(name, "2")
	}
	return q
}

// compareProbe judges the page that was asked for by its number.
func (r *reader) compareProbe(keys []string, grew bool) {
	if grew || len(keys) != r.before || firstOf(keys) != r.begins {
		r.fail("The server does not page its lists by limit and offset, so nobody can tell whether the list is whole.")
		return
	}
	r.cut(r.before)
}

// cut notes that one page of n rows is all the server shows. It is the whole list, unless n is a size that pages have:
// any five from ten on, or a power of two. Then it is only when the server showed a longer page of the same kind: see
// listing.settle.
func (r *reader) cut(n int) {
	if r.total == nil && n >= 10 && (n%5 == 0 || n >= 16 && n&(n-1) == 0) {
		r.out.cut = n
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
	case r.claims:
		r.fail("The list says that it goes on, and does not.")
	case r.total != nil && len(r.seen) != *r.total:
		r.fail(fmt.Sprintf("The list names %d entries and showed %d.", *r.total, len(r.seen)))
	}
}

// farBack reports whether rows of the backup status come with the newest on top and go back so far that nothing behind
// them counts any more, whatever service or user it is about: see judge.
func farBack(rows []object) bool {
	var first, before time.Time
	for i, o := range rows {
		v, _ := o.find(fieldTime)
		at := v.moment()
		switch {
		case at.IsZero(), i > 0 && at.After(before):
			return false
		case i == 0:
			first = at
		}
		before = at
	}
	return before.Before(first.Add(-stale))
}
