package x360sync

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
)

func (t *tree) shape() string {
	var parts []string
	for _, id := range t.order[1:] {
		parts = append(parts, t.nodes[id].parent+">"+id)
	}
	return strings.Join(parts, " ")
}

func TestTreeShapes(t *testing.T) {
	child := func(id, parent string) string {
		return `{"id":` + id + `,"parent_id":` + parent + `,"name":"Org ` + id + `"}`
	}
	tests := []struct {
		name string
		set  func(*fake)
		want string
	}{
		{"alone", func(*fake) {}, ""},
		{"two levels", func(f *fake) { f.org("1", "2"); f.org("2", "3"); f.org("1", "4") }, "1>2 1>4 2>3"},
		{"the list shows all levels", func(f *fake) {
			f.add("1", "organizations", child("2", "1"), child("3", "2"), child("4", "3"))
		}, "1>2 2>3 3>4"},
		{"parent_id counts, not who lists it", func(f *fake) {
			f.org("1", "2")
			f.org("1", "3")
			f.add("3", "organizations", child("4", "2"))
		}, "1>2 1>3 2>4"},
		{"unknown parent", func(f *fake) { f.org("1", "2"); f.add("2", "organizations", child("3", "77")) }, "1>2 2>3"},
		{"no parent", func(f *fake) { f.add("1", "organizations", child("2", "null")) }, "1>2"},
		{"parents in a ring", func(f *fake) { f.add("1", "organizations", child("2", "3"), child("3", "2"), child("4", "4")) }, "1>2 1>4 2>3"},
		{"an organization that lists its parent", func(f *fake) { f.org("1", "2"); f.add("2", "organizations", child("1", "0")) }, "1>2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake()
			tt.set(f)
			tr := f.tree(t)
			if got := tr.shape(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if n := f.calls; n != len(tr.order) {
				t.Errorf("%d calls for %d organizations", n, len(tr.order))
			}
		})
	}
}

func TestTreeWithUnreadOrganizations(t *testing.T) {
	f := newFake()
	f.org("1", "2")
	f.org("2", "3")
	f.org("1", "4")
	f.errs["organization/2/organizations"] = errForbidden
	f.errs["organization/4/organizations"] = errGone
	tr := f.tree(t)
	ids, problems := tr.unread()
	if !slices.Equal(ids, []string{"2", "4"}) || len(problems) != 2 || !strings.HasPrefix(problems[0], "Org 2: ") {
		t.Errorf("unread %v: %q", ids, problems)
	}
	f.errs["organization/1/organizations"] = errForbidden
	if _, err := readTree(t.Context(), f, organization{ID: "1"}); app.ErrorCode(err) != app.Forbidden {
		t.Errorf("the top is forbidden: %v", err)
	}
}

func TestTreeGivesUpWhenTheServerIsDown(t *testing.T) {
	f := newFake()
	for i := 2; i < 60; i++ {
		f.org("1", strconv.Itoa(i))
		f.errs[fmt.Sprintf("organization/%d/organizations", i)] = errUnavailable
	}
	if _, err := readTree(t.Context(), f, organization{ID: "1"}); app.ErrorCode(err) != app.Unavailable {
		t.Errorf("got %v, want unavailable", err)
	}
	if f.calls > 10 {
		t.Errorf("%d calls to a server that is down", f.calls)
	}
}

func server(id string) string {
	return `{"id":` + id + `,"machine_type":"server","agent_version":"2.7","os_type":"win","dns_name":"FS` + id + `","last_login":"2026-11-22T08:00:00"}`
}

func TestOwnersBySubtraction(t *testing.T) {
	build := func() *fake {
		f := newFake()
		f.org("1", "2")
		f.org("2", "3")
		f.org("1", "4")
		f.add("1", "machines", server("10"), server("20"), server("30"), server("40"), `{"id":50,"machine_type":"agent","agent_version":null,"os_type":null}`, `{"id":51,"machine_type":"mobile","agent_version":"2.7","os_type":"ios"}`)
		f.add("2", "machines", server("20"), server("30"))
		f.add("3", "machines", server("30"))
		f.add("4", "machines", server("40"))
		return f
	}
	tests := []struct {
		name     string
		set      func(*fake)
		owner    map[string]string
		problems []string
	}{
		{"all readable", func(*fake) {}, map[string]string{"10": "1", "20": "2", "30": "3", "40": "4"}, nil},
		{
			"list of a leaf forbidden", func(f *fake) {
				f.errs["organization/3/machines"] = errForbidden
				f.lists["organization/3/machines"] = nil
			},
			map[string]string{"10": "1", "40": "4"},
			[]string{"2", "3"},
		},
		{
			"list of a leaf cut", func(f *fake) { f.total = func(p string, _, n int) any { return n + strings.Count(p, "4/machines") } },
			map[string]string{"20": "2", "30": "3", "40": "4"},
			[]string{"1", "4"},
		},
		{
			"list of the top cut", func(f *fake) { f.total = func(p string, _, n int) any { return n + strings.Count(p, "1/machines") } },
			map[string]string{"10": "1", "20": "2", "30": "3", "40": "4"},
			[]string{"1"},
		},
		{
			"organization unread", func(f *fake) { f.errs["organization/4/organizations"] = errForbidden },
			map[string]string{"10": "1", "20": "2", "30": "3"},
			[]string{"4"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := build()
			tt.set(f)
			got, err := readFleet(t.Context(), f, f.tree(t))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.owner, got.owner); d != "" {
				t.Error(d)
			}
			var problems []string
			for id := range got.problems {
				problems = append(problems, id)
			}
			slices.Sort(problems)
			if !slices.Equal(problems, tt.problems) {
				t.Errorf("own machines unknown of %v, want %v: %v", problems, tt.problems, got.problems)
			}
		})
	}
}

func TestHoldings(t *testing.T) {
	person := func(id, company string) string { return `{"id":` + id + `,"company_id":` + company + `,"email":"a@b"}` }
	build := func() *fake {
		f := newFake()
		f.org("1", "2")
		f.org("1", "3")
		f.add("1", "persons", person("10", "1"), person("20", "2"), person("21", "2"))
		f.add("2", "persons", person("20", "2"), person("21", "2"))
		return f
	}
	read := func(t *testing.T, f *fake) (*tree, *holdings[personRow]) {
		t.Helper()
		tr := f.tree(t)
		h, err := readHoldings[personRow](t.Context(), f, tr, "persons")
		if err == nil {
			err = h.confirm(t.Context(), f, tr, "persons", nil, 0)
		}
		if err != nil {
			t.Fatal(err)
		}
		return tr, h
	}
	t.Run("an empty organization is asked itself", func(t *testing.T) {
		f := build()
		tr, h := read(t, f)
		if f.asked["organization/3/persons"] != 1 || f.asked["organization/2/persons"] != 0 || h.why(tr, "3") != "" {
			t.Errorf("asked %v", f.asked)
		}
	})
	t.Run("the top's list hides what is below", func(t *testing.T) {
		f := build()
		f.lists["organization/1/persons"] = []string{person("10", "1"), person("20", "2")}
		f.add("3", "persons", person("30", "3"))
		_, h := read(t, f)
		if len(h.of["2"]) != 2 || len(h.of["3"]) != 1 {
			t.Errorf("counted %d and %d, want 2 and 1", len(h.of["2"]), len(h.of["3"]))
		}
	})
	t.Run("an empty organization is forbidden", func(t *testing.T) {
		f := build()
		f.errs["organization/3/persons"] = errForbidden
		if tr, h := read(t, f); h.why(tr, "3") == "" || h.why(tr, "2") != "" {
			t.Errorf("problems %q and %q", h.why(tr, "3"), h.why(tr, "2"))
		}
	})
	t.Run("rows of an organization nobody listed", func(t *testing.T) {
		f := build()
		f.add("1", "persons", person("99", "77"))
		if tr, h := read(t, f); len(h.astray) == 0 || h.why(tr, "2") != "" {
			t.Errorf("astray %q", h.astray)
		}
	})
	t.Run("rows without an organization", func(t *testing.T) {
		f := build()
		f.add("1", "persons", person("99", "null"))
		if tr, h := read(t, f); h.why(tr, "2") == "" {
			t.Error("a row that may be anybody's is ignored")
		}
	})
}

type personRow = person

func TestRootWithoutSizeIsNotNothing(t *testing.T) {
	for _, size := range []string{"null", `"unknown"`, "-5", `""`} {
		f := newFake()
		f.add("1", "roots", `{"id":7,"company_id":1,"name":"Shared","space_used":`+size+`}`, `{"id":8,"company_id":1,"space_used":100}`)
		tr := f.tree(t)
		u, err := readUsage(t.Context(), f, tr, false)
		if err != nil {
			t.Fatal(err)
		}
		if items, sum, problem := u.space(tr, "1"); problem == "" || sum != 100 || len(items) != 1 {
			t.Errorf("size %s: %d bytes in %d items, problem %q", size, sum, len(items), problem)
		}
	}
}

func TestKeptGrowsWithTheCost(t *testing.T) {
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	small, big := kept[int]{at: now, good: keepFor(50)}, kept[int]{at: now, good: keepFor(500)}
	if small.fresh(now) || !big.fresh(now) || !big.fresh(now.Add(24*time.Minute)) || big.fresh(now.Add(26*time.Minute)) || big.fresh(now.Add(-time.Second)) {
		t.Error("kept for the wrong time")
	}
}

// burrow is a tree that never ends: so many organizations below every one.
type burrow struct {
	mu         sync.Mutex
	each, last int
	asked      int
}

func (b *burrow) get(_ context.Context, _ string, query url.Values, into any) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked++
	var below []string
	for range b.each {
		if query.Has("offset") {
			break
		}
		b.last++
		below = append(below, fmt.Sprintf(`{"id":%d,"name":"x"}`, 1000+b.last))
	}
	return json.Unmarshal(fmt.Appendf(nil, `{"results":[%s],"total":%d}`, strings.Join(below, ","), b.each), into)
}

func TestTreeThatNeverEnds(t *testing.T) {
	for width, calls := range map[int]int{1: maxLevels + 1, 200: 2 * 110} {
		b := &burrow{each: width}
		tr, err := readTree(t.Context(), b, organization{ID: "1", Name: "Top"})
		if err != nil {
			t.Fatal(err)
		}
		ids, problems := tr.unread()
		if b.asked > calls || len(tr.order) > maxOrganizations || len(ids) == 0 || len(problems) != len(ids) || !tr.nodes[ids[0]].transient {
			t.Errorf("%d wide: %d calls, %d organizations, %d of them not looked below", width, b.asked, len(tr.order), len(ids))
		}
	}
}
