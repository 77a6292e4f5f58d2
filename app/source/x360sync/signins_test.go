package x360sync

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"psabridge/app"
)

func TestSignInsAreKnownByTheirWords(t *testing.T) {
	for text, want := range map[string]signIn{
		"Login failed": signInFailed, "login_failed": signInFailed, "Failed to log in": signInFailed, "Sign-in denied": signInFailed, "Invalid credentials at sign in": signInFailed,
		"authentication_failure": signInFailed, "Incorrect logon": signInFailed, "Two-step login unsuccessful": signInFailed,
		"Logged in": signInWorked, "signed_in": signInWorked, "Login": signInWorked, "Login successful": signInWorked, "User authenticated": signInWorked,
		"Logged out": noSignIn, "Two-step login enabled": noSignIn, "Backup failed": noSignIn, "File uploaded": noSignIn, "": noSignIn, "Blogging in progress": noSignIn, "Design in review failed": noSignIn,
	} {
		if got := signInOf(text); got != want {
			t.Errorf("%q is %d, want %d", text, got, want)
		}
	}
}

// attempt is a row about a sign-in of an account.
func attempt(id int, person string, failed bool) string {
	kind := 2
	if failed {
		kind = 1
	}
	return fmt.Sprintf(`{"id":%d,"activity_type_id":%d,"created":%q,"actor_type":"person","actor_text":"%s@x","actor_person_id":%s,"actor_company_id":2,"acted_on_company_id":2}`,
		id, kind, noon.Format("2006-01-02T15:04:05"), person, person)
}

func signInWorld() *fake {
	f := newFake()
	f.objects["person"] = `{"id":7,"company_id":1}`
	f.objects["organization/1"] = `{"id":1,"name":"Top"}`
	f.org("1", "2")
	f.lists["activity/types"] = []string{`{"id":1,"activity":"Login failed"}`, `{"id":2,"activity":"Logged in"}`}
	return f
}

// happen writes rows on top of the log.
func (f *fake) happen(rows ...string) {
	for _, row := range rows {
		f.lists["organization/1/activity"] = append([]string{row}, f.lists["organization/1/activity"]...)
	}
}

// failures are the levels of the failed sign-ins of a batch, by row and object.
func failures(b app.Batch) []string {
	var out []string
	for _, e := range b.Events {
		if e.Type == app.TypeSignInFailures {
			out = append(out, fmt.Sprint(e.SourceEventID, " ", e.Object.ExternalID, " ", e.Level))
		}
	}
	return out
}

func TestFailedSignInsAreCountedInARow(t *testing.T) {
	f := signInWorld()
	s := f.source(noon)
	marks := map[markKey]app.Mark{}
	pull := func(want ...string) {
		t.Helper()
		b := mustPull(t, s, slices.Collect(maps.Values(marks))...)
		for _, m := range b.Marks {
			marks[markKey{m.Stream, m.ExternalID}] = m
		}
		if got := failures(b); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f.happen(attempt(1, "70", true), attempt(2, "71", true), attempt(3, "70", true))
	pull("signin/1 70 1", "signin/2 71 1", "signin/3 70 2")
	pull() // the same rows again: nothing is counted twice
	f.happen(attempt(4, "70", true))
	pull("signin/4 70 3")
	f.happen(attempt(5, "70", false), attempt(6, "70", true))
	pull("signin/6 70 1")
	f.happen(attempt(7, "71", true))
	pull("signin/7 71 2")
}

// However the rows fall to pulls, every failure is told once and the levels are those of a single read.
func TestFailedSignInsDoNotDependOnWhenOneLooks(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f := signInWorld()
		s := f.source(noon)
		var marks []app.Mark
		var got []string
		n := rapid.IntRange(1, 30).Draw(r, "rows")
		for id := 1; id <= n; id++ {
			f.happen(attempt(id, rapid.SampledFrom([]string{"70", "71"}).Draw(r, "who"), rapid.Bool().Draw(r, "failed")))
			if id == n || rapid.IntRange(0, 3).Draw(r, "pull") == 0 {
				b, err := s.Pull(t.Context(), marks)
				if err != nil {
					r.Fatal(err)
				}
				got = append(got, failures(b)...)
				marks = slices.DeleteFunc(marks, func(m app.Mark) bool {
					return slices.ContainsFunc(b.Marks, func(c app.Mark) bool { return c.Stream == m.Stream && c.ExternalID == m.ExternalID })
				})
				marks = append(marks, b.Marks...)
			}
		}
		once, err := f.source(noon).Pull(t.Context(), nil)
		if err != nil {
			r.Fatal(err)
		}
		if want := failures(once); !slices.Equal(got, want) {
			r.Fatalf("piece by piece %q, at once %q", got, want)
		}
	})
}

// A log that broke off is counted when it was read to its mark: else what lies in the gap would count after what came later.
func TestFailedSignInsWaitForAWholeLog(t *testing.T) {
	f := signInWorld()
	f.happen(attempt(1, "70", true))
	for id := 2; id <= 150; id++ {
		f.happen(entry(id, 0, "2"))
	}
	f.happen(attempt(151, "70", true))
	f.errs["organization/1/activity@100"] = errUnavailable
	b := mustPull(t, f.source(noon))
	if got := failures(b); len(got) != 0 || !slices.Contains(b.Unread, "1") {
		t.Fatalf("counted %q in half a log", got)
	}
	f.errs = map[string]error{}
	if got := failures(mustPull(t, f.source(noon), b.Marks...)); !slices.Equal(got, []string{"signin/1 70 1", "signin/151 70 2"}) {
		t.Errorf("counted %q", got)
	}
}

func TestFailedSignInNamesItsAccount(t *testing.T) {
	f := signInWorld()
	f.happen(attempt(1, "70", true), attempt(2, "70", true),
		`{"id":3,"activity_type_id":1,"created":"2026-11-22T12:00:00","actor_type":"machine","actor_text":"FS01","actor_machine_id":13,"actor_company_id":2}`,
		`{"id":4,"activity_type_id":1,"created":"2026-11-22T12:00:00","actor_text":"nobody@x","actor_company_id":2}`)
	var told []string
	for _, e := range mustPull(t, f.source(noon)).Events {
		if e.Type == app.TypeSignInFailures {
			told = append(told, fmt.Sprint(e.Object.Kind, ": ", e.Title))
			if e.OrganizationID != "2" || e.State != app.Problem || e.Severity != app.SeverityWarning || e.Body != nil {
				t.Errorf("%+v", e)
			}
		}
	}
	want := []string{"account: 70@x: sign-in failed", "account: 70@x: sign-in failed 2 times in a row", "machine: FS01: sign-in failed"}
	if !slices.Equal(told, want) {
		t.Errorf("told\n%s", strings.Join(told, "\n"))
	}
}
