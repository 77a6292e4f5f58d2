package setup_test

import (
	"strconv"
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
	"psabridge/app/setup"
)

func (b *bench) guide(t *testing.T, connection string) map[string]app.GuideTask {
	t.Helper()
	g, err := b.Guide(t.Context(), connection)
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]app.GuideTask{}
	for _, task := range g.Tasks {
		byID[task.ID] = task
		seen := map[string]bool{}
		for _, s := range task.Steps {
			if s.ID == "" || s.Title == "" || s.State == "" || seen[s.ID] || len(s.Text) == 0 && !strings.HasPrefix(s.ID, "source.") {
				t.Errorf("%s: step %+v", task.ID, s)
			}
			seen[s.ID] = true
		}
		if task.State == "" || task.Summary == "" || task.Title == "" || len(task.Steps) == 0 {
			t.Errorf("task %+v", task)
		}
	}
	return byID
}

func step(t *testing.T, task app.GuideTask, id string) app.GuideStep {
	t.Helper()
	for _, s := range task.Steps {
		if s.ID == id {
			return s
		}
	}
	t.Fatalf("the task %s has no step %s", task.ID, id)
	return app.GuideStep{}
}

func states(tasks map[string]app.GuideTask) string {
	var all []string
	for _, id := range []string{"connectwise", "x360sync", "match", "tickets", "billing", "start"} {
		all = append(all, string(tasks[id].State))
	}
	return strings.Join(all, " ")
}

func TestGuideFromNothing(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	tasks := b.guide(t, "")
	if got := states(tasks); got != "not_started not_started cannot_start cannot_start cannot_start cannot_start" {
		t.Errorf("states %s", got)
	}
	role := step(t, tasks["connectwise"], "role")
	if len(role.Role) != 6 || role.Subject != app.GuideSubject("", "role") {
		t.Errorf("%+v", role)
	}
	if err := b.Confirm(t.Context(), "Ada", role.Subject, true); err != nil {
		t.Fatal(err)
	}
	tasks = b.guide(t, "")
	if s := step(t, tasks["connectwise"], "role"); s.State != app.TaskDone || !strings.Contains(s.Note, "Ada") || tasks["connectwise"].State != app.TaskInProgress {
		t.Errorf("%+v", s)
	}
	b.replace(t, document) // the connection gets a name; what was ticked off before stays so
	tasks = b.guide(t, "")
	if s := step(t, tasks["connectwise"], "role"); s.State != app.TaskDone {
		t.Errorf("%+v", s)
	}
	if s := step(t, tasks["connectwise"], "credentials"); s.State != app.TaskInProgress || !strings.Contains(s.Note, "key is missing") {
		t.Errorf("%+v", s)
	}
	if err := b.Confirm(t.Context(), "Ada", role.Subject, false); err != nil {
		t.Fatal(err)
	}
	if s := step(t, b.guide(t, "")["connectwise"], "role"); s.State != app.TaskNotStarted {
		t.Errorf("%+v", s)
	}
	if _, err := b.Guide(t.Context(), "nobody"); code(err) != app.NotFound {
		t.Errorf("err = %v", err)
	}
}

func TestGuideOfAWorkingConnection(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.organizations(t, strconv.Itoa(sample.MasterID), "Master", "4711", "Somebody")
	b.test(t)
	tasks := b.guide(t, "")
	for _, id := range []string{"connectwise", "x360sync"} {
		if tasks[id].State != app.TaskDone {
			t.Errorf("%s: %+v", id, tasks[id])
		}
	}
	off := step(t, tasks["start"], "vendor_off.sync")
	if off.State != app.TaskNotStarted || tasks["start"].State != app.TaskInProgress {
		t.Errorf("%+v", tasks["start"])
	}
	if err := b.Confirm(t.Context(), "Ada", off.Subject, true); err != nil {
		t.Fatal(err)
	}
	if off = step(t, b.guide(t, "cw")["start"], "vendor_off.sync"); off.State != app.TaskDone || !strings.Contains(off.Note, "Ada") {
		t.Errorf("%+v", off)
	}
}

func TestConfirmTakesOnlyWhatThereIs(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	b.replace(t, document)
	for subject, good := range map[string]bool{
		app.VendorOff("sync"): true, app.VendorOff("other"): false, app.GuideSubject("cw", "key"): true, app.GuideSubject("", "member"): true,
		app.GuideSubject("cw", "credentials"): false, app.GuideSubject("other", "key"): false, "": false, "guide/cw": false, "guide": false,
	} {
		if err := b.Confirm(t.Context(), "Ada", subject, true); (err == nil) != good || err != nil && code(err) != app.Invalid {
			t.Errorf("%q: %v", subject, err)
		}
	}
}

func TestRole(t *testing.T) {
	var conn app.ConnectionSettings
	for name, test := range map[string]struct {
		tickets, billing bool
		want             string
		tables           string
	}{
		"neither": {false, false, "Company Maintenance ---I, Table Setup ---I", "Company / Company Status"},
		"tickets": {true, false, "Company Maintenance ---I, Close Service Tickets -E-I, Service Tickets AE-I, Table Setup ---I", "Company / Company Status, Service / Service Board, Service / Priority, Service / Source"},
		"billing": {false, true, "Company Maintenance ---I, Agreements AE-I, Product Catalog ---I, Table Setup ---I", "Company / Company Status"},
		"both": {
			true, true, "Company Maintenance ---I, Close Service Tickets -E-I, Service Tickets AE-I, Agreements AE-I, Product Catalog ---I, Table Setup ---I",
			"Company / Company Status, Service / Service Board, Service / Priority, Service / Source",
		},
	} {
		conn.Ticketing.Enabled, conn.Billing.Enabled = test.tickets, test.billing
		rows := setup.Role(conn)
		var got []string
		for _, r := range rows {
			levels := ""
			for _, l := range []struct{ level, letter string }{{r.Add, "A"}, {r.Edit, "E"}, {r.Delete, "D"}, {r.Inquire, "I"}} {
				switch l.level {
				case "":
					levels += "-"
				case "All":
					levels += l.letter
				default:
					t.Errorf("%s: level %q", name, l.level)
				}
			}
			got = append(got, r.Function+" "+levels)
			if r.Module == "" || r.Why == "" || r.Delete != "" {
				t.Errorf("%s: %+v", name, r)
			}
		}
		if text := strings.Join(got, ", "); text != test.want || rows[len(rows)-1].Customize != test.tables {
			t.Errorf("%s: %s; %s", name, text, rows[len(rows)-1].Customize)
		}
		for i, line := range strings.Split(strings.TrimSpace(setup.RoleText(rows)), "\n") {
			if strings.Count(line, "\t") != 7 {
				t.Errorf("%s: line %d is %q", name, i, line)
			}
		}
	}
}
