package x360sync

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"psabridge/app"
)

func rows(n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf(`{"id":%d,"company_id":1}`, i+1))
	}
	return out
}

func TestListIsCompleteOnlyWhenItAddsUp(t *testing.T) {
	const path = "organization/1/persons"
	tests := []struct {
		name     string
		set      func(*fake)
		rows     int
		complete bool
	}{
		{"empty", func(f *fake) { f.lists[path] = nil }, 0, true},
		{"one page", func(f *fake) { f.lists[path] = rows(7) }, 7, true},
		{"exactly one page", func(f *fake) { f.lists[path] = rows(100) }, 100, true},
		{"three pages", func(f *fake) { f.lists[path] = rows(250) }, 250, true},
		{"short pages", func(f *fake) { f.lists[path] = rows(250); f.size = 80 }, 250, true},
		{"total too high", func(f *fake) {
			f.lists[path] = rows(150)
			f.total = func(_ string, _, n int) any { return n + 1 }
		}, 150, false},
		{"total too low", func(f *fake) {
			f.lists[path] = rows(150)
			f.total = func(string, int, int) any { return 120 }
		}, 150, false},
		{"total changes between pages", func(f *fake) {
			f.lists[path] = rows(250)
			f.total = func(_ string, offset, n int) any {
				if offset == 100 {
					return n + 1
				}
				return n
			}
		}, 250, false},
		{"row inserted while reading", func(f *fake) {
			f.lists[path] = rows(150)
			f.before = func(_ string, offset int) {
				if offset == 100 {
					f.lists[path] = append([]string{`{"id":999,"company_id":1}`}, f.lists[path]...)
				}
			}
		}, 150, false},
		{"no total", func(f *fake) { f.lists[path] = rows(7); f.total = func(string, int, int) any { return nil } }, 7, false},
		{"a row without an id", func(f *fake) { f.lists[path] = append(rows(3), `{"name":"nobody"}`) }, 3, false},
		{"a row that is no record", func(f *fake) { f.lists[path] = append(rows(3), `"text"`) }, 3, false},
		{"an id that is a path", func(f *fake) { f.lists[path] = append(rows(3), `{"id":"../4"}`) }, 3, false},
		{"total of a page of fifty", func(f *fake) {
			f.lists[path] = rows(80)
			f.size = 50
			f.total = func(_ string, offset, n int) any { return min(50, n-offset) }
		}, 80, false},
		{"total of the first page", func(f *fake) {
			f.lists[path] = rows(80)
			f.size = 50
			f.total = func(string, int, int) any { return 50 }
		}, 80, false},
		{"nothing behind the end", func(f *fake) { f.lists[path] = rows(50); f.errs[path+"@50"] = errGone }, 50, true},
		{"nothing where more should be", func(f *fake) { f.lists[path] = rows(80); f.size = 50; f.errs[path+"@50"] = errGone }, 50, false},
		{"second page broken", func(f *fake) { f.lists[path] = rows(150); f.errs[path+"@100"] = errUnavailable }, 100, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake()
			tt.set(f)
			l, err := list[person](t.Context(), f, path)
			if err != nil || len(l.rows) != tt.rows || l.complete() != tt.complete {
				t.Errorf("%d rows, problem %q, %v; want %d, complete %t", len(l.rows), l.problem, err, tt.rows, tt.complete)
			}
		})
	}
}

func TestListEndsWhenTheServerDoesNotPage(t *testing.T) {
	f := newFake()
	f.lists["organization/1/persons"] = rows(100)
	f.total = func(string, int, int) any { return 1 << 40 }
	f.before = func(_ string, offset int) { // the same page for every offset
		f.lists["organization/1/persons"] = append(make([]string, 0, offset+100), repeat(`{"id":1}`, offset+100)...)
	}
	l, err := list[person](t.Context(), f, "organization/1/persons")
	if err != nil || l.complete() || f.calls > 3 {
		t.Errorf("%d calls, problem %q, %v", f.calls, l.problem, err)
	}
}

func repeat(s string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = s
	}
	return out
}

func TestListErrors(t *testing.T) {
	f := newFake()
	f.errs["organization/1/persons"] = errForbidden
	if _, err := list[person](t.Context(), f, "organization/1/persons"); app.ErrorCode(err) != app.Forbidden {
		t.Errorf("first page forbidden: %v", err)
	}
	f.lists["organization/1/roots"] = rows(150)
	f.errs["organization/1/roots@100"] = app.Errorf(app.Unauthorized, "sign in again")
	if _, err := list[root](t.Context(), f, "organization/1/roots"); app.ErrorCode(err) != app.Unauthorized {
		t.Errorf("an ended sign-in must not look like a partial list: %v", err)
	}
}

// However the rows are cut into pages and whatever the totals say: a complete list holds every row, once.
func TestListNeverShowsAPartAsTheWhole(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f := newFake()
		n := rapid.IntRange(0, 400).Draw(r, "rows")
		f.size = rapid.IntRange(1, 120).Draw(r, "page")
		path := "organization/1/persons"
		f.lists[path] = rows(n)
		lie := rapid.IntRange(-3, 3).Draw(r, "lie")
		// A total that is too low from the beginning to the end is a lie nobody can see through.
		at := rapid.IntRange(1, 5).Draw(r, "from page")
		f.total = func(_ string, offset, n int) any {
			if offset/f.size >= at {
				return max(0, n+lie)
			}
			return n
		}
		l, err := list[person](t.Context(), f, path)
		if err != nil {
			r.Fatal(err)
		}
		if l.complete() && len(l.rows) != n {
			r.Fatalf("%d of %d rows count as complete", len(l.rows), n)
		}
		if lie == 0 && !l.complete() {
			r.Fatalf("nothing is wrong: %s", l.problem)
		}
	})
}

// endless is a list that goes on with new rows for ever.
type endless struct {
	total func(page int) int
	pages int
}

func (e *endless) get(_ context.Context, _ string, _ url.Values, into any) error {
	e.pages++
	all := make([]string, 100)
	for i := range all {
		all[i] = fmt.Sprintf(`{"id":%d}`, e.pages*100+i)
	}
	return json.Unmarshal(fmt.Appendf(nil, `{"results":[%s],"total":%d}`, strings.Join(all, ","), e.total(e.pages)), into)
}

func TestListThatNeverEnds(t *testing.T) {
	for name, tt := range map[string]struct {
		list  endless
		pages int
	}{
		"and says so":         {endless{total: func(int) int { return 1 << 40 }}, maxRows / 100},
		"and is ever longer":  {endless{total: func(page int) int { return page * 1000 }}, pagesAfterChange + 2},
		"and says it is over": {endless{total: func(int) int { return 100 }}, pagesAfterChange + 2},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := list[person](t.Context(), &tt.list, "organization/1/persons")
			if err != nil || l.complete() || tt.list.pages > tt.pages {
				t.Errorf("%d pages, at most %d; problem %q, %v", tt.list.pages, tt.pages, l.problem, err)
			}
		})
	}
	if c := (counter{bytes: maxBytes}); !c.enough() || c.problem() == "" {
		t.Error("a list of any number of bytes is read")
	}
}

func TestNamesAreCut(t *testing.T) {
	f := newFake()
	for i := range 3 {
		f.add("1", "persons", fmt.Sprintf(`{"id":%d,"display_name":%q}`, i, strings.Repeat("x", i)+strings.Repeat("ü", 25_000)))
	}
	l, err := list[person](t.Context(), f, "organization/1/persons")
	for _, r := range l.rows {
		if n := len(r.DisplayName); n > wordsAtMost || n < wordsAtMost-3 || !utf8.ValidString(string(r.DisplayName)) {
			t.Errorf("%d bytes of a name are kept", n)
		}
	}
	if err != nil || !l.complete() || len(l.rows) != 3 {
		t.Errorf("%d rows, %q, %v", len(l.rows), l.problem, err)
	}
}
