package x360sync

import (
	"fmt"
	"slices"
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
