package x360sync

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"psabridge/app"
)

// city is a fake with several pages in every list: a top, 102 organizations below it, one of them below another one.
func city() *fake {
	f := newFake()
	f.objects["person"] = `{"id":7,"company_id":1,"email":"me@msp.example"}`
	f.objects["organization/1"] = `{"id":1,"name":"Top"}`
	for i := range 130 {
		f.lists["activity/types"] = append(f.lists["activity/types"], fmt.Sprintf(`{"id":%d,"activity":"Kind %d"}`, i+1, i+1))
	}
	for i := 2; i <= 103; i++ {
		id := strconv.Itoa(i)
		f.org("1", id)
		for _, above := range []string{"1", id} {
			f.add(above, "persons", `{"id":1`+id+`,"company_id":`+id+`,"email":"p@x"}`)
			f.add(above, "guests", `{"id":2`+id+`,"company_id":`+id+`,"email":"g@x"}`)
			f.add(above, "roots", `{"id":3`+id+`,"company_id":`+id+`,"name":"R","space_used":1000}`)
			f.add(above, "machines", server("4"+id))
		}
	}
	f.org("2", "104")
	f.add("1", "activity", log(240, "2")...)
	return f
}

func (f *fake) source(now time.Time) *Source {
	return &Source{name: "sync", session: f, now: func() time.Time { return now }}
}

// pagesAsked runs a reading and returns every page it asked for, as path@offset.
func (f *fake) pagesAsked(read func()) []string {
	var asked []string
	f.before = func(path string, offset int) {
		if page := path + "@" + strconv.Itoa(offset); !slices.Contains(asked, page) {
			asked = append(asked, page)
		}
	}
	read()
	f.before = nil
	return asked
}

func quantities(u app.Usage) map[string]string {
	out := map[string]string{}
	for _, r := range u.Readings {
		if r.Complete {
			out[fmt.Sprint(r.OrganizationID, " ", r.Meter, " ", r.Basis)] = r.Quantity.String()
		}
	}
	return out
}

// TestKilledAtEveryPageOfEveryList: no reading is complete and another than it was, and nobody disappears from an
// organization that counts as read.
func TestKilledAtEveryPageOfEveryList(t *testing.T) {
	f := city()
	s := f.source(noon)
	usage, err := s.Readings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := quantities(usage)
	if len(want) != 4*2*104 {
		t.Fatalf("%d complete readings", len(want))
	}
	before := mustPull(t, f.source(noon))
	asked := f.pagesAsked(func() { _, _ = s.Readings(t.Context()); mustPull(t, f.source(noon)) })
	lists := map[string]bool{}
	for i, page := range asked {
		kind := page[strings.LastIndex(page, "/")+1:]
		if strings.HasPrefix(page, "organization/1/") || strings.HasPrefix(page, "organization/2/") || strings.HasPrefix(page, "activity") || i%97 == 0 {
			lists[kind] = true
			for _, broken := range []error{errUnavailable, errForbidden} {
				f.errs = map[string]error{page: broken}
				checkCut(t, f, page, want, before)
			}
		}
	}
	for _, kind := range []string{
		"organizations@0", "organizations@100", "persons@0", "persons@100", "guests@0", "guests@100", "roots@0", "roots@100", "machines@0", "machines@100",
		"activity@0", "activity@100", "activity@200", "types@0", "types@100",
	} {
		if !lists[kind] {
			t.Errorf("%s was never cut", kind)
		}
	}
}

func checkCut(t *testing.T, f *fake, page string, want map[string]string, before app.Batch) {
	t.Helper()
	usage, err := f.source(noon).Readings(t.Context())
	if err == nil {
		for key, n := range quantities(usage) {
			if want[key] != n {
				t.Errorf("%s is broken and %s counts as complete with %s instead of %s", page, key, n, want[key])
			}
		}
	}
	b, err := f.source(noon).Pull(t.Context(), before.Marks)
	if err != nil || !b.OrganizationsComplete {
		return
	}
	shown := presences(b)
	for object, organization := range presences(before) {
		if _, ok := shown[object]; !ok && !slices.Contains(b.Unread, organization) {
			t.Errorf("%s is broken and %s is missing from %s, which counts as read", page, object, organization)
		}
	}
}

// presences are the objects that are there, and where.
func presences(b app.Batch) map[string]string {
	out := map[string]string{}
	for _, s := range b.States {
		if s.What == app.StatePresent {
			out[string(s.Object.Kind)+" "+s.Object.ExternalID] = s.OrganizationID
		}
	}
	return out
}

func mustPull(t *testing.T, s *Source, marks ...app.Mark) app.Batch {
	t.Helper()
	b, err := s.Pull(t.Context(), marks)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTotalsThatLie(t *testing.T) {
	const path = "organization/1/persons"
	tests := []struct {
		name     string
		rows     int
		total    func(offset, n int) any
		complete bool
	}{
		{"as text", 250, func(_, n int) any { return strconv.Itoa(n) }, true},
		{"as a float", 250, func(_, n int) any { return float64(n) }, true},
		{"words", 250, func(int, int) any { return "many" }, false},
		{"an object", 7, func(int, int) any { return nil }, false},
		{"null", 250, func(int, int) any { return nil }, false},
		{"negative", 7, func(int, int) any { return -7 }, false},
		{"exactly the first page of more", 250, func(int, int) any { return 100 }, false},
		{"exactly the first two pages of more", 250, func(int, int) any { return 200 }, false},
		{"missing on the second page", 150, func(offset, n int) any {
			if offset > 0 {
				return nil
			}
			return n
		}, false},
		{"nothing although there is something", 3, func(int, int) any { return 0 }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake()
			f.lists[path] = rows(tt.rows)
			f.total = func(_ string, offset, n int) any { return tt.total(offset, n) }
			l, err := list[person](t.Context(), f, path)
			if err != nil || l.complete() != tt.complete || tt.complete && len(l.rows) != tt.rows {
				t.Errorf("%d rows, problem %q, %v", len(l.rows), l.problem, err)
			}
		})
	}
}

// What moves while it is read is not whole, whichever way it moves.
func TestPagesThatShift(t *testing.T) {
	const path = "organization/1/persons"
	for name, move := range map[string]func(f *fake){
		"inserted in front": func(f *fake) { f.lists[path] = append([]string{`{"id":999}`}, f.lists[path]...) },
		"deleted in front":  func(f *fake) { f.lists[path] = f.lists[path][1:] },
		"all gone":          func(f *fake) { f.lists[path] = nil },
	} {
		f := newFake()
		f.lists[path] = rows(250)
		f.before = func(_ string, offset int) {
			if offset == 100 {
				move(f)
			}
		}
		if l, err := list[person](t.Context(), f, path); err != nil || l.complete() {
			t.Errorf("%s: %d rows count as the whole list, %v", name, len(l.rows), err)
		}
	}
}

// Values nobody expects cost the object they stand in, or nothing; never a number.
func TestOddValues(t *testing.T) {
	for name, tt := range map[string]struct {
		what, row string
		complete  bool
	}{
		"id as text":            {"persons", `{"id":"900","company_id":"2"}`, true},
		"null quota":            {"persons", `{"id":900,"company_id":2,"space_quota":null,"space_usage":null}`, true},
		"quota in words":        {"persons", `{"id":900,"company_id":2,"space_quota":"unlimited"}`, true},
		"right-to-left name":    {"persons", "{\"id\":900,\"company_id\":2,\"display_name\":\"\u202eדוד כהן\"}", true},
		"null id":               {"persons", `{"id":null,"company_id":2}`, false},
		"id in an object":       {"persons", `{"id":{"v":1},"company_id":2}`, false},
		"size as text":          {"roots", `{"id":900,"company_id":2,"space_used":"1000"}`, true},
		"size as a whole float": {"roots", `{"id":900,"company_id":2,"space_used":1.0e3}`, true},
		"size in parts":         {"roots", `{"id":900,"company_id":2,"space_used":10.5}`, false},
		"negative size":         {"roots", `{"id":900,"company_id":2,"space_used":-1}`, false},
		"no size":               {"roots", `{"id":900,"company_id":2}`, false},
		"clock without a zone":  {"machines", `{"id":900,"machine_type":"server","os_type":"win","agent_version":"2","last_login":"2026-11-22 08:00:00"}`, true},
		"a day, no clock":       {"machines", `{"id":900,"machine_type":"server","os_type":"win","agent_version":"2","last_login":"2026-11-22"}`, true},
		"no time at all":        {"machines", `{"id":900,"machine_type":"server","os_type":"win","agent_version":"2","last_login":"yesterday"}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			f.objects["person"] = `{"id":7,"company_id":1}`
			f.objects["organization/1"] = `{"id":1,"name":"Top"}`
			f.org("1", "2")
			f.add("1", tt.what, tt.row)
			f.add("2", tt.what, tt.row)
			u, err := f.source(noon).Readings(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			meter := map[string]app.Meter{"persons": app.MeterAccounts, "roots": app.MeterStorage, "machines": app.MeterFileServer}[tt.what]
			got, ok := quantities(u)["2 "+string(meter)+" own"]
			if ok != tt.complete || ok && got != map[bool]string{true: "1000", false: "1"}[meter == app.MeterStorage] {
				t.Errorf("%s of 2: %s, complete %t", meter, got, ok)
			}
		})
	}
}

func TestNamesStayOnTheirLine(t *testing.T) {
	for name, want := range map[string]string{
		"  Müller & Söhne ": "Müller & Söhne", "a\r\nb\tc": "a b c", "\u202eexe.txt\u202c": "exe.txt", "שלום\u200f עולם": "שלום\u200f עולם", "\ufeff": "Account 9", "日本 👩‍💻": "日本 👩‍💻",
	} {
		if got := named("Account ", "9", name); got != want {
			t.Errorf("%q became %q, want %q", name, got, want)
		}
	}
}
