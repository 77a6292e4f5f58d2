package x360sync

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// entry is a row of the log, so many minutes before noon, about an organization.
func entry(id, minutes int, company string) string {
	at := noon.Add(-time.Duration(minutes) * time.Minute).Format("2006-01-02T15:04:05")
	return fmt.Sprintf(`{"id":%d,"activity_type_id":5,"created":%q,"actor_company_id":%s,"acted_on_company_id":%s}`, id, at, company, company)
}

// log writes rows newest first: ids from high to low, a minute apart.
func log(from int, company string) []string {
	var out []string
	for id := from; id >= 1; id-- {
		out = append(out, entry(id, from-id, company))
	}
	return out
}

func ids(rows []logRow) []string {
	var out []string
	for _, r := range rows {
		out = append(out, r.key())
	}
	return out
}

func TestLogIsReadDownToTheMark(t *testing.T) {
	const path = "organization/1/activity"
	at := func(minutes int) time.Time { return noon.Add(-time.Duration(minutes) * time.Minute) }
	tests := []struct {
		name  string
		rows  []string
		mark  bookmark
		want  []string // ids, as read
		calls int
	}{
		{"nothing yet", nil, bookmark{}, nil, 1},
		{"first read reaches back thirty days", []string{entry(3, 1, "1"), entry(2, 60*24*29, "1"), entry(1, 60*24*31, "1")}, bookmark{}, []string{"3", "2"}, 1},
		{"only what is new", []string{entry(9, 0, "1"), entry(8, 120, "1"), entry(7, 300, "1")}, bookmark{"8", at(120)}, []string{"9", "8"}, 1},
		{"a row that came late", []string{entry(9, 10, "1"), entry(7, 20, "1"), entry(6, 300, "1")}, bookmark{"9", at(10)}, []string{"9", "7"}, 1},
		{"two pages of news", log(250, "1"), bookmark{"200", at(50)}, nil, 2},
		{"ids that ascend", []string{entry(1, 300, "1"), entry(2, 200, "1"), entry(3, 0, "1")}, bookmark{"2", at(200)}, []string{"2", "3"}, 1},
		{"ids that began again", []string{entry(2, 1, "1"), entry(1, 5, "1")}, bookmark{"900", at(10)}, []string{"2", "1"}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake()
			f.lists[path] = tt.rows
			got, err := readLog(t.Context(), f, "1", tt.mark, noon)
			if err != nil || got.problem != "" || f.calls != tt.calls {
				t.Fatalf("%d calls, problem %q, %v; want %d calls", f.calls, got.problem, err, tt.calls)
			}
			if tt.want != nil {
				if d := cmp.Diff(tt.want, ids(got.rows)); d != "" {
					t.Error(d)
				}
			} else if len(tt.rows) > 0 && len(got.rows) < 50 {
				t.Errorf("%d rows", len(got.rows))
			}
		})
	}
}

func TestAscendingLogIsReadToItsEnd(t *testing.T) {
	f := newFake()
	rows := log(250, "1")
	slices.Reverse(rows)
	f.lists["organization/1/activity"] = rows
	got, err := readLog(t.Context(), f, "1", bookmark{"240", noon.Add(-10 * time.Minute)}, noon)
	if err != nil || f.calls != 3 || !slices.Contains(ids(got.rows), "250") || got.newest.id != "250" {
		t.Errorf("%d calls, newest %v, %v", f.calls, got.newest, err)
	}
}

func TestBrokenLogDoesNotMoveTheMark(t *testing.T) {
	f := newFake()
	f.lists["organization/1/activity"] = log(250, "1")
	f.errs["organization/1/activity@100"] = errUnavailable
	old := indexMarks([]app.Mark{{Stream: streamActivity, ExternalID: "1", Value: bookmark{"20", noon.Add(-230 * time.Minute)}.String()}})
	n, err := readNews(t.Context(), f, f.tree(t), old, noon)
	if err != nil || len(n.rows) != 100 || len(n.problems) != 1 || len(n.marks) != 0 || !slices.Equal(n.unread, []string{"1"}) {
		t.Fatalf("%d rows, problems %q, marks %v, %v", len(n.rows), n.problems, n.marks, err)
	}
	delete(f.errs, "organization/1/activity@100")
	n, err = readNews(t.Context(), f, f.tree(t), old, noon)
	if err != nil || len(n.problems) != 0 || len(n.marks) != 1 || !slices.Contains(ids(n.rows), "21") {
		t.Fatalf("rows are lost after a broken read: %d rows, marks %v, %v", len(n.rows), n.marks, err)
	}
}

func TestRowsFromTheFutureDoNotCarryTheMarkAway(t *testing.T) {
	f := newFake()
	f.lists["organization/1/activity"] = []string{entry(3, -60*24*365, "1"), entry(2, 1, "1")}
	got, err := readLog(t.Context(), f, "1", bookmark{}, noon)
	if err != nil || got.newest.at.After(noon) {
		t.Errorf("newest %v, %v", got.newest, err)
	}
}

func TestScopeIsMeasured(t *testing.T) {
	tests := []struct {
		name string
		set  func(*fake)
		want string // mark
		rows int
	}{
		{"a row that has nothing to do with the top", func(f *fake) { f.add("1", "activity", entry(5, 1, "2")); f.add("2", "activity", entry(5, 1, "2")) }, scopeAll, 1},
		{"the same row below", func(f *fake) {
			mixed := strings.Replace(entry(5, 1, "2"), `"actor_company_id":2`, `"actor_company_id":1`, 1)
			f.add("1", "activity", mixed)
			f.add("2", "activity", mixed)
		}, scopeAll, 1},
		{"another row below", func(f *fake) { f.add("1", "activity", entry(5, 1, "1")); f.add("2", "activity", entry(6, 1, "2")) }, scopeEach, 2},
		{"nothing below", func(f *fake) { f.add("1", "activity", entry(5, 1, "1")) }, "", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake()
			f.org("1", "2")
			f.org("1", "3")
			tt.set(f)
			tr := f.tree(t)
			n, err := readNews(t.Context(), f, tr, marks{}, noon)
			if err != nil || len(n.rows) != tt.rows {
				t.Fatalf("%d rows, %v", len(n.rows), err)
			}
			if got := indexMarks(n.marks).get(streamScope, "1"); got != tt.want {
				t.Fatalf("scope %q, want %q", got, tt.want)
			}
			if tt.want != scopeEach {
				return
			}
			n, err = readNews(t.Context(), f, tr, indexMarks(n.marks), noon)
			if err != nil || !slices.Equal(ids(n.rows), []string{"5", "6"}) || indexMarks(n.marks).get(streamActivity, "2") == "" {
				t.Errorf("every log on its own: %v, marks %v, %v", ids(n.rows), n.marks, err)
			}
		})
	}
}

func TestEventOfARow(t *testing.T) {
	f := newFake()
	f.org("1", "2")
	tr := f.tree(t)
	tests := []struct {
		name string
		row  string
		want app.Event
	}{
		{
			"a machine at its organization", `{"id":9,"created":"2020-01-20T10:57:44","actor_type":"machine","actor_text":"FS01","actor_company_id":2,"actor_machine_id":13,"action_text":"went away from","acted_on_type":"organization","acted_on_text":"Contoso","acted_on_company_id":2,"data_text":" why "}`,
			app.Event{OrganizationID: "2", Object: app.Object{Kind: app.ObjectMachine, ExternalID: "13", Name: "FS01"}, Title: "FS01 went away from Contoso", Text: "why"},
		},
		{
			"a person by an administrator", `{"id":9,"created":"2020-01-20T10:57:44","actor_type":"person","actor_text":"admin","actor_company_id":1,"action_text":"added account","acted_on_type":"person","acted_on_text":"ada@x","acted_on_company_id":2,"acted_on_person_id":77}`,
			app.Event{OrganizationID: "2", Object: app.Object{Kind: app.ObjectAccount, ExternalID: "77", Name: "ada@x"}, Title: "admin added account ada@x"},
		},
		{
			"only the actor is known", `{"id":9,"created":"2020-01-20T10:57:44","actor_type":"person","actor_text":"bob","actor_company_id":2,"action_text":"logged in"}`,
			app.Event{OrganizationID: "2", Object: app.Object{Kind: app.ObjectOrganization, ExternalID: "2", Name: "Org 2"}, Title: "bob logged in"},
		},
		{
			"organization outside the tree", `{"id":9,"created":"2020-01-20T10:57:44","actor_company_id":5,"acted_on_company_id":6}`,
			app.Event{OrganizationID: "1", Object: app.Object{Kind: app.ObjectOrganization, ExternalID: "1", Name: "Top"}, Title: "login failed"},
		},
		{
			"a form nobody knows", `{"id":9,"created":"the day before yesterday","actor_text":{"a":1}}`,
			app.Event{OrganizationID: "1", Object: app.Object{Kind: app.ObjectOrganization, ExternalID: "1", Name: "Top"}, Title: "login failed", OccurredAt: noon},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, ok := parseRow([]byte(tt.row), noon)
			if !ok {
				t.Fatal("the row is dropped")
			}
			got := logRow{activity: a, raw: []byte(tt.row)}.event("sync", tr, "login_failed", noon)
			tt.want.Source, tt.want.SourceEventID, tt.want.Type, tt.want.State, tt.want.Severity = "sync", "activity/9", "activity.login_failed", app.Info, app.SeverityWarning
			tt.want.ReceivedAt, tt.want.Body = noon, []byte(tt.row)
			if tt.want.OccurredAt.IsZero() {
				tt.want.OccurredAt = time.Date(2020, 1, 20, 10, 57, 44, 0, time.UTC)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestSlug(t *testing.T) {
	for text, want := range map[string]string{
		"Login failed": "login_failed", "  2FA – code (wrong)! ": "2fa_code_wrong", "Gerät getrennt": "gerät_getrennt", "": "", "***": "",
	} {
		if got := slug(text); got != want {
			t.Errorf("slug(%q) = %q, want %q", text, got, want)
		}
	}
}

// quiet is a top with so many organizations below it, in none of which anything has happened.
func quiet(below int) *fake {
	f := newFake()
	f.objects["person"] = `{"id":7,"company_id":1}`
	f.objects["organization/1"] = `{"id":1,"name":"Top"}`
	f.lists["activity/types"] = []string{`{"id":5,"activity":"File moved"}`}
	for i := range below {
		f.org("1", strconv.Itoa(i+2))
	}
	return f
}

// diary keeps marks from pull to pull, and counts how often each event came.
type diary struct {
	marks []app.Mark
	told  map[string]int
	last  app.Batch
}

func (d *diary) pull(t *testing.T, f *fake, at time.Time) {
	t.Helper()
	d.last = mustPull(t, f.source(at), d.marks...)
	d.marks = append(d.marks, d.last.Marks...)
	if d.told == nil {
		d.told = map[string]int{}
	}
	for _, e := range d.last.Events {
		d.told[e.SourceEventID]++
	}
}

func TestScopeIsFoundOutWhereMostAreQuiet(t *testing.T) {
	t.Run("at the first pull", func(t *testing.T) {
		f, d := quiet(20), diary{}
		f.add("1", "activity", entry(500, 60, "1"))
		f.add("19", "activity", entry(600, 30, "19"))
		if d.pull(t, f, noon); d.told["activity/600"] == 0 || !d.last.Complete() {
			t.Errorf("what happened at 19 is not told: %v, problems %q", d.marks, d.last.Problems)
		}
	})
	t.Run("later", func(t *testing.T) {
		f, d := quiet(35), diary{}
		f.add("1", "activity", entry(500, 60, "1"))
		d.pull(t, f, noon)
		f.add("33", "activity", entry(600, -5, "33"))
		for i := range 5 { // the top goes on meanwhile, for hours
			minutes := 10 + i*120
			f.lists["organization/1/activity"] = append([]string{entry(700+i, -minutes, "1")}, f.lists["organization/1/activity"]...)
			before := f.calls
			if d.pull(t, f, noon.Add(time.Duration(minutes)*time.Minute)); d.told["activity/600"] == 0 && f.calls-before > 200 {
				t.Errorf("%d calls to find out", f.calls-before)
			}
		}
		if d.told["activity/600"] == 0 {
			t.Errorf("what happened at 33 is never told: %v", d.marks)
		}
	})
}

// What happened at an organization before it was ours is no news, however quiet the top is.
func TestAnOrganizationThatComesLaterBringsNoFlood(t *testing.T) {
	for name, top := range map[string][]string{"silent": nil, "quiet": {entry(100, 60*24*9, "1")}} {
		t.Run(name, func(t *testing.T) {
			f, d := quiet(1), diary{}
			f.add("1", "activity", top...)
			f.add("2", "activity", entry(500, 60, "2"))
			d.pull(t, f, noon)
			d.pull(t, f, noon)
			f.org("1", "3")
			for i := range 200 {
				f.add("3", "activity", entry(400-i, 60*24*5+i, "3"))
			}
			for i := range 3 {
				d.pull(t, f, noon.Add(time.Duration(i)*2*time.Minute))
			}
			if len(d.told) != len(top)+1 {
				t.Errorf("%d rows are told, marks %v", len(d.told), d.marks)
			}
			f.lists["organization/3/activity"] = append([]string{entry(401, -10, "3")}, f.lists["organization/3/activity"]...)
			if d.pull(t, f, noon.Add(15*time.Minute)); d.told["activity/401"] != 1 {
				t.Errorf("what happens there from now on is not told: %v", d.marks)
			}
		})
	}
}

// An organization whose log cannot be read from the beginning loses nothing by it.
func TestALogThatCannotBeReadAtFirst(t *testing.T) {
	f, d := quiet(2), diary{}
	f.add("2", "activity", entry(500, 60, "2"))
	d.pull(t, f, noon)
	f.org("1", "4")
	f.errs["organization/4/activity"] = errUnavailable
	d.pull(t, f, noon.Add(time.Hour))
	f.add("4", "activity", entry(600, -90, "4"))
	d.pull(t, f, noon.Add(8*time.Hour))
	delete(f.errs, "organization/4/activity")
	if d.pull(t, f, noon.Add(9*time.Hour)); d.told["activity/600"] != 1 {
		t.Errorf("what happened while it could not be read is lost: %v", d.marks)
	}
}

// A log that has grown by more than can be read is read as far as possible; what is left out is said once.
func TestALogTooLongToBeReadGoesOn(t *testing.T) {
	f := newFake()
	f.size = 2
	n := 2*logPages + 50
	for id := n; id >= 1; id-- {
		f.lists["organization/1/activity"] = append(f.lists["organization/1/activity"], entry(id, (n-id)*3, "1"))
	}
	tr := f.tree(t)
	m := marks{{streamActivity, "1"}: bookmark{"1", noon.Add(-40 * 24 * time.Hour)}.String()}
	for i := range 2 {
		got, err := readNews(t.Context(), f, tr, m, noon)
		if err != nil || len(got.problems) != 1-i || len(got.unread) != 1-i {
			t.Fatalf("pull %d: problems %q, unread %v, %v", i, got.problems, got.unread, err)
		}
		if i == 0 && (len(got.rows) != 2*logPages || got.rows[0].partial || !strings.Contains(got.problems[0], "The newest 2000 rows were read")) {
			t.Errorf("%d rows, %q", len(got.rows), got.problems)
		}
		for _, one := range got.marks {
			m[markKey{one.Stream, one.ExternalID}] = one.Value
		}
	}
	slices.Reverse(f.lists["organization/1/activity"]) // the newest last: nobody knows where they are
	got, err := readNews(t.Context(), f, tr, m, noon)
	if err != nil || len(got.problems) != 1 || len(got.marks) != 0 {
		t.Errorf("problems %q, marks %v, %v", got.problems, got.marks, err)
	}
}

// The shorter reach of a first reading is for an account that was never read, not for an organization that is new in it.
func TestLogOfANewOrganizationIsReadDownToTheDay(t *testing.T) {
	f := newFake()
	f.size = 1
	const path = "organization/3/activity"
	n := firstPages + 20
	for id := n; id >= 1; id-- {
		f.lists[path] = append(f.lists[path], entry(id, n-id, "3"))
	}
	for since, want := range map[time.Time]int{{}: firstPages, noon.Add(-24 * time.Hour): n} {
		got, err := readLog(t.Context(), f, "3", bookmark{at: since}, noon)
		if err != nil || got.problem != "" || len(got.rows) != want {
			t.Errorf("since %s: %d of %d rows, problem %q, %v", since, len(got.rows), n, got.problem, err)
		}
	}
}

// An event keeps its type for good, so there is none before its type is known; a server that shows no types is said to.
func TestTypesThatCannotBeRead(t *testing.T) {
	build := func() *fake {
		f := signInWorld()
		f.lists["activity/types"] = nil
		for i := 1; i <= 150; i++ {
			f.lists["activity/types"] = append(f.lists["activity/types"], fmt.Sprintf(`{"id":%d,"activity":"Kind %d"}`, i, i))
		}
		f.add("1", "activity", strings.Replace(entry(500, 60, "1"), `"activity_type_id":5`, `"activity_type_id":150`, 1))
		return f
	}
	f, d := build(), diary{}
	f.errs["activity/types@100"] = errUnavailable
	if d.pull(t, f, noon); len(d.last.Events) != 0 || len(d.last.Problems) == 0 || indexMarks(d.marks).get(streamActivity, "1") != "" {
		t.Errorf("%d events, problems %q, marks %v", len(d.last.Events), d.last.Problems, d.marks)
	}
	delete(f.errs, "activity/types@100")
	if d.pull(t, f, noon); len(d.last.Events) != 1 || d.last.Events[0].Type != "activity.kind_150" || !d.last.Complete() {
		t.Errorf("%+v, problems %q", d.last.Events, d.last.Problems)
	}
	for _, refused := range []error{errForbidden, errGone} {
		f, d = build(), diary{}
		f.errs["activity/types"] = refused
		d.pull(t, f, noon)
		if len(d.last.Events) != 1 || len(d.last.Problems) != 1 || len(d.last.Unread) != 0 {
			t.Errorf("%v: %d events, problems %q, unread %v", refused, len(d.last.Events), d.last.Problems, d.last.Unread)
		}
	}
}
