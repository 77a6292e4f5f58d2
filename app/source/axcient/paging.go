package axcient

import (
	"fmt"
	"net/url"
)

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
