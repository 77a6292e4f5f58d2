package axcient

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"psabridge/app"
)

// fake is a list of users behind pages.
type fake struct {
	ids    []int
	cap    int                         // rows a page has at most
	total  func(page, n int) any       // nil: a bare array
	before func(f *fake, call int)     // something happens between two pages
	answer func(call int) (any, error) // instead of a page; nil, nil: the page
	plain  bool                        // refuses limit and offset
	calls  int
}

func (f *fake) get(_ context.Context, _ string, query url.Values) (answer, error) {
	f.calls++
	if f.before != nil {
		f.before(f, f.calls)
	}
	if f.plain && len(query) > 0 {
		return answer{}, app.Errorf(app.Invalid, "unknown parameter")
	}
	if f.answer != nil {
		if v, err := f.answer(f.calls); v != nil || err != nil {
			return encoded(v), err
		}
	}
	offset, _ := strconv.Atoi(query.Get("offset"))
	size := min(f.cap, asked)
	if f.plain {
		size = f.cap
	}
	rows := []any{}
	for _, id := range f.ids[min(offset, len(f.ids)):min(offset+size, len(f.ids))] {
		rows = append(rows, map[string]any{"id": id})
	}
	if f.total == nil {
		return encoded(rows), nil
	}
	return encoded(map[string]any{"results": rows, "total": f.total(len(rows), len(f.ids))}), nil
}

func encoded(v any) answer {
	if text, ok := v.(string); ok {
		return answer{body: []byte(text), header: http.Header{}}
	}
	b, _ := json.Marshal(v)
	return answer{body: b, header: http.Header{}}
}

func numbers(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i + 1
	}
	return out
}

func truth(_, n int) any { return n }

var errDown = app.Errorf(app.Unavailable, "the server is down")

func TestListIsCompleteOnlyWhenItAddsUp(t *testing.T) {
	insert := func(at int) func(*fake, int) {
		return func(f *fake, call int) {
			if call == at {
				f.ids = append([]int{9999}, f.ids...)
			}
		}
	}
	remove := func(at int) func(*fake, int) {
		return func(f *fake, call int) {
			if call == at {
				f.ids = f.ids[1:]
			}
		}
	}
	at := func(call int, v any, err error) func(int) (any, error) {
		return func(c int) (any, error) {
			if c == call {
				return v, err
			}
			return nil, nil
		}
	}
	odd := func(text string) func(int, int) any { return func(int, int) any { return json.RawMessage(text) } }
	tests := []struct {
		name     string
		fake     fake
		rows     int
		complete bool
	}{
		{"empty", fake{cap: 100, total: truth}, 0, true},
		{"empty, bare", fake{cap: 100}, 0, true},
		{"one page", fake{ids: numbers(7), cap: 100, total: truth}, 7, true},
		{"one page, bare", fake{ids: numbers(7), cap: 100}, 7, true},
		{"exactly one page", fake{ids: numbers(100), cap: 100, total: truth}, 100, true},
		{"exactly one page, bare", fake{ids: numbers(100), cap: 100}, 100, true},
		{"three pages", fake{ids: numbers(250), cap: 100, total: truth}, 250, true},
		{"three pages, bare", fake{ids: numbers(250), cap: 100}, 250, true},
		{"small pages, bare", fake{ids: numbers(250), cap: 13}, 250, true},
		{"too big", fake{ids: numbers(150), cap: 100, total: func(_, n int) any { return n + 1 }}, 150, false},
		{"too small", fake{ids: numbers(150), cap: 100, total: func(_, n int) any { return n - 30 }}, 150, false},
		{"of the page", fake{ids: numbers(150), cap: 100, total: func(page, _ int) any { return page }}, 150, false},
		{"as text", fake{ids: numbers(150), cap: 100, total: odd(`"150"`)}, 150, true},
		{"null", fake{ids: numbers(150), cap: 100, total: odd(`null`)}, 150, true},
		{"a word", fake{ids: numbers(150), cap: 100, total: odd(`"many"`)}, 150, false},
		{"below nothing", fake{ids: numbers(5), cap: 100, total: odd(`-1`)}, 5, false},
		{"huge", fake{ids: numbers(5), cap: 100, total: odd(`1e300`)}, 5, false},
		{"a row comes in between, with totals", fake{ids: numbers(150), cap: 100, total: truth, before: insert(2)}, 150, false},
		{"a row goes in between, with totals", fake{ids: numbers(150), cap: 100, total: truth, before: remove(2)}, 149, false},
		{"a row goes in between, bare", fake{ids: numbers(150), cap: 100, before: remove(2)}, 150, false},
		{"a row goes behind a length that is too small", fake{ids: numbers(3), cap: 1, total: func(_, n int) any { return n - 1 }, before: remove(3)}, 2, false},
		{"a row comes in between, bare", fake{ids: numbers(150), cap: 100, before: insert(2)}, 150, true}, // nothing that was there is missing
		{"second page down", fake{ids: numbers(150), cap: 100, total: truth, answer: at(2, nil, errDown)}, 100, false},
		{"second page is HTML", fake{ids: numbers(150), cap: 100, total: truth, answer: at(2, "<html>", nil)}, 100, false},
		{"second page is HTML, bare", fake{ids: numbers(150), cap: 100, answer: at(2, "<html>", nil)}, 100, false},
		{"second page is empty", fake{ids: numbers(150), cap: 100, total: truth, answer: at(2, []any{}, nil)}, 100, false},
		{"second page is empty, bare", fake{ids: numbers(150), cap: 100, answer: at(2, []any{}, nil)}, 100, false},
		{"a row without an id", fake{answer: at(1, `[{"id":1},{"name":"nobody"}]`, nil)}, 1, false},
		{"a row that is no record", fake{answer: at(1, `[{"id":1},"text",null]`, nil)}, 1, false},
		{"an id of null", fake{answer: at(1, `[{"id":null}]`, nil)}, 0, false},
		{"one entry twice", fake{answer: at(1, `{"data":[{"id":1,"name":"a"},{"id":1,"name":"a"},{"id":2}],"total":2}`, nil)}, 2, true},
		{"one entry twice, and not the same", fake{answer: at(1, `{"data":[{"id":1,"name":"a"},{"id":1,"name":"b"}],"total":1}`, nil)}, 1, false},
		{"one id as number and text", fake{answer: at(1, `{"data":[{"id":1},{"id":"1"}],"total":1}`, nil)}, 1, false},
		{"no limit and offset", fake{ids: numbers(150), cap: 1000, plain: true, total: truth}, 150, true},
		{"no limit and offset, bare", fake{ids: numbers(151), cap: 1000, plain: true}, 151, true},
		{"no limit and offset, bare, and a size of a page", fake{ids: numbers(350), cap: 150, plain: true}, 150, false},
		{"no limit and offset, and a round hundred", fake{ids: numbers(350), cap: 200, plain: true}, 200, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, err := list(t.Context(), &tt.fake, newHabits(), "client/1/user", users, true)
			if err != nil || len(l.rows) != tt.rows || l.complete() != tt.complete {
				t.Errorf("%d rows, problem %q, %v; want %d, complete %t", len(l.rows), l.problem, err, tt.rows, tt.complete)
			}
		})
	}
}

// TestSamePage: a server that shows one page whatever it is asked for. It is the whole list unless pages are as long; then
// it may be the first of several.
func TestSamePage(t *testing.T) {
	for n, complete := range map[int]bool{1: true, 5: true, 7: true, 10: false, 12: true, 20: false, 44: true, 50: false, 64: false, 99: true, 100: false, 101: true, 150: false, 200: false} {
		f := &fake{ids: numbers(n), cap: n, answer: nil}
		f.answer = func(int) (any, error) {
			rows := []any{}
			for _, id := range f.ids {
				rows = append(rows, map[string]any{"id": id})
			}
			return rows, nil
		}
		l, err := list(t.Context(), f, newHabits(), "x", users, true)
		if err != nil || len(l.rows) != n || l.complete() != complete || f.calls > 3 {
			t.Errorf("%d rows: %d, problem %q, %v, %d calls", n, len(l.rows), l.problem, err, f.calls)
		}
	}
}

// TestSamePageOfManyLists: a page as long as pages are is whole where the server showed a longer one of the same kind.
func TestSamePageOfManyLists(t *testing.T) {
	h := newHabits()
	h.full(users, 44)
	if why := h.settle(users, 20); why != "" {
		t.Error(why)
	}
	if h.settle(users, 50) == "" || h.settle(resources, 20) == "" {
		t.Error("nothing longer was seen, and the page counts as whole")
	}
	h.gaps(users)
	if h.settle(users, 20) == "" {
		t.Error("the server sends short pages in between, and the page counts as whole")
	}
}

// TestOtherPaging: a server that knows numbers of pages and no limit and offset is found out, whatever its page is.
func TestOtherPaging(t *testing.T) {
	for n, size := range map[int]int{80: 7, 44: 20, 7: 13} {
		f := &fake{}
		l, err := list(t.Context(), getterFunc(func(q url.Values) (answer, error) {
			at, _ := strconv.Atoi(q.Get("page"))
			f.ids, f.cap = numbers(n), size
			return f.get(t.Context(), "", url.Values{"offset": {strconv.Itoa(max(0, at-1) * size)}})
		}), newHabits(), "x", users, true)
		if err != nil || l.complete() {
			t.Errorf("%d rows in pages of %d: %d rows, complete, %v", n, size, len(l.rows), err)
		}
	}
}

type getterFunc func(url.Values) (answer, error)

func (f getterFunc) get(_ context.Context, _ string, q url.Values) (answer, error) { return f(q) }

// TestGoesOnElsewhere: an address of the next page is followed only where the list itself is.
func TestGoesOnElsewhere(t *testing.T) {
	at, _ := url.Parse("https://axapi.axcient.com/x360cloud/client")
	for next, want := range map[string]string{
		"https://axapi.axcient.com/x360cloud/client?cursor=7": "7", "?cursor=8": "8", "/x360cloud/client?cursor=9": "9",
		"https://evil.example/x360cloud/client?cursor=7": "", "http://axapi.axcient.com/x360cloud/client?cursor=7": "", "//evil.example/x360cloud/client?cursor=7": "",
		"https://axapi.axcient.com/x360cloud/other?cursor=7": "", "https://a:b@axapi.axcient.com/x360cloud/client?cursor=7": "", "abc": "", "": "", "%zz": "", "../client/../x?cursor=1": "",
	} {
		if got := nextQuery(at, next).Get("cursor"); got != want {
			t.Errorf("%s: %q, want %q", next, got, want)
		}
	}
	// One that goes on with a token we cannot use, and does not by offset.
	f := &fake{answer: func(call int) (any, error) {
		if call == 1 {
			return `{"items":[{"id":1},{"id":2}],"nextToken":"abc"}`, nil
		}
		return `{"items":[{"id":2}]}`, nil
	}}
	if l, err := list(t.Context(), f, newHabits(), "x", users, true); err != nil || l.complete() {
		t.Errorf("it says that it goes on: %v, complete %t", err, l.complete())
	}
	f = &fake{answer: func(int) (any, error) { return `{"items":[{"id":1},{"id":2}],"has_more":false}`, nil }}
	if l, err := list(t.Context(), f, newHabits(), "x", users, true); err != nil || !l.complete() || f.calls != 1 {
		t.Errorf("it says that it ends: %v, %q, %d calls", err, l.problem, f.calls)
	}
}

func TestListEnds(t *testing.T) {
	n := 0
	f := &fake{answer: func(int) (any, error) {
		rows := []any{map[string]any{"id": n}}
		for range 99 {
			n++
			rows = append(rows, map[string]any{"id": n})
		}
		return map[string]any{"results": rows, "total": 1 << 40}, nil
	}}
	l, err := list(t.Context(), f, newHabits(), "x", users, false)
	if err != nil || l.complete() || f.calls != maxPages {
		t.Errorf("%d calls, %q, %v", f.calls, l.problem, err)
	}
}

func TestListErrors(t *testing.T) {
	fail := func(code app.Code) *fake {
		return &fake{ids: numbers(5), cap: 10, answer: func(int) (any, error) { return nil, app.Errorf(code, "no") }}
	}
	for _, code := range []app.Code{app.Forbidden, app.NotFound, app.Unauthorized, app.RateLimited, app.Unavailable, app.Invalid} {
		if _, err := list(t.Context(), fail(code), newHabits(), "x", users, true); app.ErrorCode(err) != code {
			t.Errorf("%s: %v", code, err)
		}
	}
	f := &fake{ids: numbers(150), cap: 100, answer: func(call int) (any, error) {
		if call == 2 {
			return nil, app.Errorf(app.Unauthorized, "refused")
		}
		return nil, nil
	}}
	if _, err := list(t.Context(), f, newHabits(), "x", users, true); app.ErrorCode(err) != app.Unauthorized {
		t.Errorf("a key that ended must not look like a partial list: %v", err)
	}
	for _, text := range []string{`{"message":"hello"}`, `"text"`, `17`, `null`, `{`, ``, `{"a":[],"b":[]}`, `{"users":[1],"data":[2]}`} {
		f := &fake{answer: func(int) (any, error) { return text, nil }}
		if l, err := list(t.Context(), f, newHabits(), "x", users, true); err == nil && l.complete() {
			t.Errorf("%s counts as a list", text)
		}
	}
}

// TestShortPagesAreLearned: without totals a pull asks behind the end only where a page may have been cut, and always
// once short pages were seen to come before the end.
func TestShortPagesAreLearned(t *testing.T) {
	h := newHabits()
	for _, step := range []struct{ rows, calls int }{{50, 2}, {20, 1}, {49, 1}, {50, 2}, {51, 2}, {50, 1}} {
		f := &fake{ids: numbers(step.rows), cap: 100}
		if l, err := list(t.Context(), f, h, "x", users, false); err != nil || !l.complete() || f.calls != step.calls {
			t.Errorf("%d rows: %d calls, want %d: %v", step.rows, f.calls, step.calls, err)
		}
	}
	short := &fake{ids: numbers(60), cap: 20} // the server leaves rows out of its pages
	if l, err := list(t.Context(), short, h, "x", users, true); err != nil || len(l.rows) != 60 {
		t.Fatalf("%d rows, %v", len(l.rows), err)
	}
	f := &fake{ids: numbers(10), cap: 100}
	if _, err := list(t.Context(), f, h, "x", users, false); err != nil || f.calls != 2 {
		t.Errorf("%d calls after short pages were seen, %v", f.calls, err)
	}
}

// However the rows are cut into pages, whatever the totals say and whatever goes in between: a complete list holds every
// row that stayed.
func TestListNeverShowsAPartAsTheWhole(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(0, 260).Draw(r, "rows")
		f := &fake{ids: numbers(n), cap: rapid.IntRange(1, 120).Draw(r, "page")}
		lie := rapid.IntRange(-3, 3).Draw(r, "lie")
		switch rapid.IntRange(0, 2).Draw(r, "totals") {
		case 0:
			f.total = func(_, n int) any { return max(0, n+lie) }
		case 1:
			f.total = truth
			lie = 0
		default:
			lie = 0
		}
		if lie == -1 && n == 2 {
			lie = -2 // of two rows, one that goes just when the length is one too small is what nobody can tell
		}
		removed, call, at := rapid.Bool().Draw(r, "a row goes"), rapid.IntRange(2, 5).Draw(r, "before call"), rapid.IntRange(0, 260).Draw(r, "which")
		gone := 0
		f.before = func(f *fake, c int) {
			if removed && c == call && at < len(f.ids) {
				gone = f.ids[at]
				f.ids = append(f.ids[:at:at], f.ids[at+1:]...)
			}
		}
		l, err := list(r.Context(), f, newHabits(), "x", users, true)
		if err != nil {
			r.Fatal(err)
		}
		shown := map[string]bool{}
		for _, o := range l.rows {
			shown[o.id(users)] = true
		}
		if l.complete() {
			for _, id := range f.ids {
				if !shown[strconv.Itoa(id)] {
					r.Fatalf("row %d of %d is missing from a list that counts as complete", id, n)
				}
			}
		}
		if lie == 0 && gone == 0 && !l.complete() && (f.cap > 1 || f.total != nil) {
			r.Fatalf("nothing is wrong: %s", l.problem)
		}
	})
}

// However mad the answer: no panic, and no complete list out of nothing.
func FuzzReadPage(f *testing.F) {
	for _, text := range []string{`[]`, `[{"id":1}]`, `{"results":[{"id":1}],"total":1}`, `{"data":{"items":[{}],"count":"1"}}`, `{"data":[1],"meta":{"total":null}}`, `[[]]`, `{"id":{"id":{"id":1}}}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, k := range []kind{clients, users, resources, statuses} {
			g := &fake{answer: func(int) (any, error) { return string(body), nil }}
			l, err := list(t.Context(), g, newHabits(), "x", k, true)
			if err == nil && l.complete() && len(l.rows) == 0 && strings.Trim(string(body), " \t\r\n") != "[]" && !strings.Contains(string(body), "[") {
				t.Errorf("%q is a complete list of nothing", body)
			}
			for _, o := range l.rows {
				readItem(o, users)
				readClient(o)
				readOutcome(o)
			}
		}
	})
}

// complete reports whether a list was read to its end.
func (l listing) complete() bool { return l.problem == "" && l.cut == 0 }
