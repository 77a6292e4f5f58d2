package store_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
	"psabridge/store"
	"psabridge/store/storetest"
)

// sent is a batch somebody sent to the inbox "backup".
func sent(ids ...string) app.Batch {
	b := app.Batch{
		Source: "backup", Pushed: true,
		Organizations: []app.Organization{
			{ExternalID: app.SyntheticTop, Name: "backup", Active: true},
			{ExternalID: "c1", ParentExternalID: app.SyntheticTop, Name: "Contoso", Active: true},
		},
	}
	for _, id := range ids {
		b.Events = append(b.Events, app.Event{SourceEventID: id, OrganizationID: "c1", Type: "backup.job", State: app.Problem, Severity: app.SeverityWarning})
	}
	return b
}

// look ingests and returns what the rules were told.
func look(t *testing.T, s *store.Store, b app.Batch, now time.Time) (st app.AlertState, res app.IngestResult) {
	t.Helper()
	res, err := s.Ingest(t.Context(), b, now, func(got app.AlertState) app.AlertDecision { st = got; return nothing(got) })
	must(t, err)
	return st, res
}

// T4: what is sent happened after somebody began to send.
func TestWhatIsSentIsNoHistory(t *testing.T) {
	s := storetest.Open(t)
	inboxes(t, s, "backup")
	st, res := look(t, s, sent("e1", "e2"), t0)
	if st.FirstRead || !st.StartedAt.Equal(t0) || !st.SteadySince.Equal(t0) || st.GapRestart || !st.Complete || len(st.Unread) != 0 || len(st.Fresh) != 2 {
		t.Errorf("the rules are told %+v", st)
	}
	if res.Stored != 2 || res.Events != 2 {
		t.Errorf("result %+v", res)
	}
	// Nobody polls it: a day without a word is no gap, not in the next batch and not while time passes.
	day := t0.Add(24 * time.Hour)
	st, _ = look(t, s, sent("e3"), day)
	if st.GapRestart || !st.SteadySince.Equal(t0) || !st.Complete || !st.StartedAt.Equal(t0) {
		t.Errorf("a day later the rules are told %+v", st)
	}
	var ticked app.AlertState
	_, err := s.Tick(t.Context(), "backup", day.Add(24*time.Hour), func(got app.AlertState) app.AlertDecision { ticked = got; return app.AlertDecision{} })
	must(t, err)
	if ticked.GapRestart || !ticked.SteadySince.Equal(t0) || !ticked.Complete || len(ticked.Unread) != 0 || len(ticked.Organizations) != 2 {
		t.Errorf("as time passes the rules are told %+v", ticked)
	}
	// A clock that was put back vouches for nothing.
	if st, err := s.AlertView(t.Context(), "backup", t0.Add(-time.Hour)); err != nil || !st.SteadySince.IsZero() {
		t.Errorf("steady since %v, which is yet to come (%v)", st.SteadySince, err)
	}
}

func TestAWebhookReplayedIsOneEvent(t *testing.T) {
	s := storetest.Open(t)
	inboxes(t, s, "backup")
	for i := range 100 {
		st, res := look(t, s, sent("e1"), t0.Add(time.Duration(i)*time.Second))
		want := 0
		if i == 0 {
			want = 1
		}
		if res.Stored != want || res.Events != want || len(st.Fresh) != want {
			t.Fatalf("replay %d: %+v, %d fresh", i, res, len(st.Fresh))
		}
	}
	if _, res := look(t, s, sent("e1", "e2", "e2", "e3"), t0); res.Stored != 2 {
		t.Errorf("%d of four are new, want 2", res.Stored)
	}
	events, err := s.Events(t.Context(), app.EventFilter{})
	must(t, err)
	if len(events) != 3 {
		t.Errorf("%d events, want 3", len(events))
	}
	must(t, s.Verify(t.Context()))
}

// What is sent is never the whole of a source.
func TestNothingIsGoneThatWasNotSent(t *testing.T) {
	s := storetest.Open(t)
	inboxes(t, s, "backup")
	first := sent()
	first.States = []app.ObjectState{{OrganizationID: "c1", Object: app.Object{Kind: app.ObjectMachine, ExternalID: "m1"}, What: app.StateBackup, Value: app.BackupFailed}}
	look(t, s, first, t0)
	other := sent("e1")
	other.OrganizationsComplete = true // whatever the sender thinks
	other.Organizations[1].ExternalID = "c2"
	st, _ := look(t, s, other, t0.Add(time.Hour))
	if len(st.Objects) != 1 || len(st.Organizations) != 3 {
		t.Errorf("objects %+v, organizations %+v", st.Objects, st.Organizations)
	}
	for _, o := range st.Organizations {
		if o.State != app.OrganizationPresent {
			t.Errorf("%s is %s", o.ExternalID, o.State)
		}
	}
}

// present is a batch of source sync in which these accounts of organization 7 are there.
func present(minute int, readable string, accounts ...string) app.Batch {
	b := machine(app.Connected)
	b.ReadAt = t0.Add(time.Duration(minute) * time.Minute)
	state := func(kind app.ObjectKind, id, what, value string) {
		b.States = append(b.States, app.ObjectState{OrganizationID: "7", Object: app.Object{Kind: kind, ExternalID: id}, What: what, Value: value})
	}
	state(app.ObjectOrganization, "7", app.StatePresent, app.Yes)
	state(app.ObjectOrganization, "7", app.StateReadable, readable)
	for _, a := range accounts {
		state(app.ObjectAccount, a, app.StatePresent, app.Yes)
	}
	if readable == app.No {
		b.Unread = []string{"7"}
	}
	return b
}

func TestWhatAppearedAndVanished(t *testing.T) {
	s := storetest.Open(t)
	names := func(list []app.ObjectState) []string {
		var out []string
		for _, o := range list {
			out = append(out, string(o.Object.Kind)+" "+o.Object.ExternalID)
		}
		return out
	}
	gone := present(9, app.Yes)
	gone.Organizations, gone.States = gone.Organizations[:1], nil
	for _, step := range []struct {
		name               string
		batch              app.Batch
		appeared, vanished []string
		readBefore         bool
	}{
		{"the first reading", present(0, app.Yes, "a1", "a2"), []string{"organization 7", "account a1", "account a2"}, nil, false},
		{"nothing new", present(1, app.Yes, "a1", "a2"), nil, nil, true},
		{"one more", present(2, app.Yes, "a1", "a2", "a3"), []string{"account a3"}, nil, true},
		{"one less", present(3, app.Yes, "a1", "a3"), nil, []string{"account a2"}, true},
		{"not readable", present(4, app.No), nil, nil, true},
		{"not readable and yet shown", present(5, app.No, "a4"), []string{"account a4"}, nil, false},
		{"readable again", present(6, app.Yes, "a1", "a4", "a5"), []string{"account a5"}, []string{"account a3"}, false},
		{"gone", gone, nil, []string{"organization 7", "account a1", "account a4", "account a5"}, true},
		{"back", present(10, app.Yes, "a1"), []string{"organization 7", "account a1"}, nil, false},
	} {
		st, _ := look(t, s, step.batch, step.batch.ReadAt)
		if diff := cmp.Diff(step.appeared, names(st.Appeared)); diff != "" {
			t.Errorf("%s: appeared (-want +got):\n%s", step.name, diff)
		}
		if diff := cmp.Diff(step.vanished, names(st.Vanished)); diff != "" {
			t.Errorf("%s: vanished (-want +got):\n%s", step.name, diff)
		}
		if st.ReadBefore["7"] != step.readBefore {
			t.Errorf("%s: readable before %v, want %v", step.name, st.ReadBefore["7"], step.readBefore)
		}
		for _, o := range st.Appeared {
			if !o.From.Equal(step.batch.ReadAt) {
				t.Errorf("%s: %s appeared at %v", step.name, o.Object.ExternalID, o.From)
			}
		}
		var ticked app.AlertState
		_, err := s.Tick(t.Context(), "sync", step.batch.ReadAt, func(got app.AlertState) app.AlertDecision { ticked = got; return app.AlertDecision{} })
		must(t, err)
		if diff := cmp.Diff(st.Objects, ticked.Objects); diff != "" || len(ticked.Appeared)+len(ticked.Vanished) > 0 {
			t.Errorf("%s: the tick sees other objects, or changes again:\n%s", step.name, diff)
		}
	}
}

func TestMovedOrganizations(t *testing.T) {
	s := storetest.Open(t)
	tree := func(parents ...string) app.Batch {
		b := app.Batch{Source: "sync", OrganizationsComplete: true}
		for i, p := range parents {
			b.Organizations = append(b.Organizations, app.Organization{ExternalID: strconv.Itoa(i + 1), ParentExternalID: p})
		}
		return b
	}
	for i, step := range []struct {
		name string
		b    app.Batch
		want []app.OrganizationMove
	}{
		{"first sight", tree("", "1", "1"), nil},
		{"moved", tree("", "1", "2"), []app.OrganizationMove{{OrganizationID: "3", From: "1", To: "2"}}},
		{"told once", tree("", "1", "2"), nil},
		{"gone", tree("", "1"), nil},
		{"back elsewhere", tree("", "1", "1"), nil},
		{"another top is read from", tree("9", "", "1"), nil},
	} {
		if st, _ := look(t, s, step.b, t0.Add(time.Duration(i)*time.Minute)); !cmp.Equal(st.Moved, step.want) {
			t.Errorf("%s: moved %v, want %v", step.name, st.Moved, step.want)
		}
	}
}
