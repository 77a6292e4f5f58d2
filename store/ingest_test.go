package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
	"psabridge/store"
	"psabridge/store/storetest"
)

func ingest(t *testing.T, s *store.Store, b app.Batch, now time.Time) app.IngestResult {
	t.Helper()
	res, err := s.Ingest(t.Context(), b, now, nothing)
	must(t, err)
	return res
}

func view(t *testing.T, s *store.Store, now time.Time) app.AlertState {
	t.Helper()
	st, err := s.AlertView(t.Context(), "sync", now)
	must(t, err)
	return st
}

func TestSameBatchTwiceWritesNothing(t *testing.T) {
	s := storetest.Open(t)
	b := machine(app.Connected)
	if res := ingest(t, s, b, t0); res.Events != 1 || res.Outcomes[app.OutcomeNoRule] != 1 || res.Organizations != 2 {
		t.Errorf("first: %+v", res)
	}
	must(t, tick(t, s, opens("k1", 1)))
	before := store.DataVersion(t, s)
	if res := ingest(t, s, b, t0.Add(time.Minute)); res.Events != 0 {
		t.Errorf("second: %+v", res)
	}
	must(t, tick(t, s, nothing))
	must(t, tick(t, s, opens("k1", 1))) // the same decision again adds nothing either
	n, err := s.SavePolledTickets(t.Context(), []app.Ticket{{ID: 1, State: app.TicketPending}}, t0)
	if err != nil || n != 0 {
		t.Errorf("polled %d (%v)", n, err)
	}
	if after := store.DataVersion(t, s); after != before {
		t.Error("a quiet minute wrote to the disk")
	}
	list, err := s.Deliveries(t.Context(), app.DeliveryFilter{})
	must(t, err)
	if len(list) != 2 {
		t.Errorf("%d deliveries, want 2", len(list))
	}
}

func tick(t *testing.T, s *store.Store, decide store.Decide) error {
	t.Helper()
	_, err := s.Tick(t.Context(), "sync", t0, decide)
	return err
}

func TestStartLine(t *testing.T) {
	s := storetest.Open(t)
	var seen []app.AlertState
	look := func(st app.AlertState) app.AlertDecision { seen = append(seen, st); return app.AlertDecision{} }
	partial := machine(app.Connected)
	partial.OrganizationsComplete = false
	for i, b := range []app.Batch{partial, machine(app.Connected), machine(app.Connected)} {
		_, err := s.Ingest(t.Context(), b, t0.Add(time.Duration(i)*time.Minute), look)
		must(t, err)
	}
	for i, want := range []struct {
		first   bool
		fresh   int
		started time.Time
	}{{true, 1, time.Time{}}, {true, 0, time.Time{}}, {false, 0, t0.Add(time.Minute)}} {
		st := seen[i]
		if st.FirstRead != want.first || len(st.Fresh) != want.fresh || !st.StartedAt.Equal(want.started) {
			t.Errorf("batch %d: first %v fresh %d started %v", i, st.FirstRead, len(st.Fresh), st.StartedAt)
		}
		if len(st.Organizations) != 2 || len(st.Objects) != 1 || st.InstallID == "" {
			t.Errorf("batch %d: %+v", i, st)
		}
	}
}

func TestPollGapRestartsTheClock(t *testing.T) {
	s := storetest.Open(t)
	_, err := s.SaveSettings(t.Context(), app.Revision{At: t0}, app.Projection{Sources: []app.ProjectionRow{{Name: "sync", Kind: "x360sync", Config: []byte(`{"every":"5m"}`)}}})
	must(t, err)
	steps := []struct {
		at     time.Duration
		gap    bool
		steady time.Duration
	}{{0, true, 0}, {10 * time.Minute, false, 0}, {21 * time.Minute, true, 21 * time.Minute}, {26 * time.Minute, false, 21 * time.Minute}}
	for _, step := range steps {
		var st app.AlertState
		b := machine(app.Connected)
		b.ReadAt = t0.Add(step.at)
		_, err := s.Ingest(t.Context(), b, b.ReadAt, func(got app.AlertState) app.AlertDecision { st = got; return app.AlertDecision{} })
		must(t, err)
		if st.GapRestart != step.gap || !st.SteadySince.Equal(t0.Add(step.steady)) {
			t.Errorf("at %v: gap %v, steady since %v", step.at, st.GapRestart, st.SteadySince)
		}
	}
	if st := view(t, s, t0.Add(time.Hour)); !st.GapRestart {
		t.Error("nobody looked for half an hour, and the view does not say so")
	}
}

func TestUnreadIsOfTheLastReading(t *testing.T) {
	s := storetest.Open(t)
	if st := view(t, s, t0); st.Complete {
		t.Error("nothing was read yet, and the rules may clear")
	}
	for _, tt := range []struct {
		name   string
		change func(*app.Batch)
		want   map[string]bool
	}{
		{"all", func(*app.Batch) {}, map[string]bool{}},
		{"one could not be read", func(b *app.Batch) { b.Unread, b.Problems = []string{"7"}, []string{"No."} }, map[string]bool{"7": true}},
		{"a hole in the tree", func(b *app.Batch) { b.Organizations, b.OrganizationsComplete = b.Organizations[:1], false }, map[string]bool{"7": true}},
		{"an empty tree", func(b *app.Batch) { b.Organizations = nil }, map[string]bool{"1": true, "7": true}},
		{"all again", func(*app.Batch) {}, map[string]bool{}},
	} {
		b := machine(app.Connected)
		tt.change(&b)
		var seen app.AlertState
		_, err := s.Ingest(t.Context(), b, t0, func(st app.AlertState) app.AlertDecision { seen = st; return nothing(st) })
		must(t, err)
		for when, st := range map[string]app.AlertState{"the batch": seen, "time that passed": view(t, s, t0)} {
			if diff := cmp.Diff(tt.want, st.Unread); diff != "" || !st.Complete {
				t.Errorf("%s, judged by %s: complete %v, unread %s", tt.name, when, st.Complete, diff)
			}
		}
	}
}

func TestStatesOfAnOrganizationThatLeftEnd(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*app.Batch)
		want   int
	}{
		"whole tree":           {func(*app.Batch) {}, 0},
		"a hole in the tree":   {func(b *app.Batch) { b.OrganizationsComplete = false }, 1},
		"nothing at all":       {func(b *app.Batch) { b.Organizations = nil }, 1},
		"another was not read": {func(b *app.Batch) { b.Unread = []string{"1"} }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := storetest.Open(t)
			ingest(t, s, machine(app.Disconnected), t0)
			b := machine(app.Disconnected)
			b.ReadAt, b.Organizations, b.States = t0.Add(time.Minute), b.Organizations[:1], nil
			tt.change(&b)
			ingest(t, s, b, b.ReadAt)
			if got := view(t, s, b.ReadAt).Objects; len(got) != tt.want {
				t.Errorf("%d states are left, want %d", len(got), tt.want)
			}
		})
	}
}

func TestOrganizationsAreGoneOnlyWhenAllWereRead(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*app.Batch)
		want   app.OrganizationState
	}{
		"complete":        {func(*app.Batch) {}, app.OrganizationGone},
		"incomplete":      {func(b *app.Batch) { b.OrganizationsComplete = false }, app.OrganizationPresent},
		"nothing at all":  {func(b *app.Batch) { b.Organizations = nil }, app.OrganizationPresent},
		"problem in part": {func(b *app.Batch) { b.Unread = []string{"1"} }, app.OrganizationGone},
	} {
		t.Run(name, func(t *testing.T) {
			s := storetest.Open(t)
			ingest(t, s, machine(app.Connected), t0)
			b := machine(app.Connected)
			b.Organizations = b.Organizations[:1]
			tt.change(&b)
			ingest(t, s, b, t0.Add(time.Minute))
			o, err := s.OrganizationByExternalID(t.Context(), "sync", "7")
			must(t, err)
			if o.State != tt.want {
				t.Errorf("state %s, want %s", o.State, tt.want)
			}
			ingest(t, s, machine(app.Connected), t0.Add(2*time.Minute))
			if o, err = s.Organization(t.Context(), o.ID); err != nil || o.State != app.OrganizationPresent {
				t.Errorf("shown again it is %s (%v)", o.State, err)
			}
		})
	}
}

func TestStatesAreChangesOnly(t *testing.T) {
	s := storetest.Open(t)
	at := func(value string, minute int) app.Batch {
		b := machine(value)
		b.ReadAt = t0.Add(time.Duration(minute) * time.Minute)
		return b
	}
	for _, b := range []app.Batch{at(app.Connected, 0), at(app.Connected, 1), at(app.Disconnected, 2), at(app.Disconnected, 3)} {
		ingest(t, s, b, b.ReadAt)
	}
	objects := view(t, s, t0).Objects
	if len(objects) != 1 || objects[0].Value != app.Disconnected || !objects[0].From.Equal(t0.Add(2*time.Minute)) {
		t.Errorf("objects %+v", objects)
	}
	unread := at(app.Disconnected, 4)
	unread.States, unread.Unread = nil, []string{"7"}
	ingest(t, s, unread, unread.ReadAt)
	if got := view(t, s, t0).Objects; len(got) != 1 {
		t.Errorf("what could not be read was taken for gone: %+v", got)
	}
	removed := at("", 5)
	removed.States = nil
	ingest(t, s, removed, removed.ReadAt)
	if got := view(t, s, t0).Objects; len(got) != 0 {
		t.Errorf("a machine that was removed still has a state: %+v", got)
	}
	since := at(app.Disconnected, 6)
	since.States[0].Since = t0
	ingest(t, s, since, since.ReadAt)
	again := at(app.Disconnected, 7)
	again.States[0].Since = t0.Add(90 * time.Second)
	ingest(t, s, again, again.ReadAt)
	if got := view(t, s, t0).Objects; len(got) != 1 || !got[0].From.Equal(again.ReadAt) || !got[0].Since.Equal(again.States[0].Since) {
		t.Errorf("away anew between two polls: %+v", got)
	}
}

func TestRefusedDecisionStoresNothing(t *testing.T) {
	s := storetest.Open(t)
	_, err := s.Ingest(t.Context(), machine(app.Connected), t0, func(app.AlertState) app.AlertDecision {
		return app.AlertDecision{Outcomes: []app.DecidedOutcome{{SourceEventID: "never stored", Outcome: app.OutcomeIgnored}}}
	})
	if err == nil {
		t.Fatal("an outcome without an event was accepted")
	}
	events, err := s.Events(t.Context(), app.EventFilter{})
	must(t, err)
	marks, err := s.Marks(t.Context(), "sync")
	must(t, err)
	if len(events)+len(marks) != 0 {
		t.Errorf("%d events and %d marks of a refused batch are stored", len(events), len(marks))
	}
}

func TestMarks(t *testing.T) {
	s := storetest.Open(t)
	ingest(t, s, machine(app.Connected), t0)
	b := machine(app.Connected)
	b.Marks[0].Value = "a2"
	ingest(t, s, b, t0)
	marks, err := s.Marks(t.Context(), "sync")
	must(t, err)
	if diff := cmp.Diff([]app.Mark{{Stream: "activity", ExternalID: "1", Value: "a2"}}, marks); diff != "" {
		t.Error(diff)
	}
}

func TestEpisodesGoOnCounting(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 0, "k1")
	ended := func(st app.AlertState) app.AlertDecision {
		c := st.Conditions[0]
		c.State, c.ClearedAt = app.ConditionCleared, st.Now
		return app.AlertDecision{Conditions: []app.Condition{c}, Dropped: map[int64]app.Reason{c.TicketID: app.ReasonRecovered}}
	}
	must(t, tick(t, s, ended))
	// Months later the rules do not see the first episode any more and begin with 1 again.
	later := t0.Add(90 * 24 * time.Hour)
	if st := view(t, s, later); len(st.Conditions) != 0 {
		t.Fatalf("the rules still see %+v", st.Conditions)
	}
	_, err := s.Tick(t.Context(), "sync", later, func(app.AlertState) app.AlertDecision {
		return app.AlertDecision{
			Derived:    []app.Event{{SourceEventID: "e2", OrganizationID: "7", Type: app.TypeMachineUnreachable, State: app.Problem}},
			Conditions: []app.Condition{{Key: "k1", Episode: 1, Source: "sync", State: app.ConditionWaiting, Wait: app.ReasonNotMapped, FirstAt: later, LastAt: later, Occurrences: 1}},
			Outcomes:   []app.DecidedOutcome{{SourceEventID: "e2", Outcome: app.OutcomeUnmapped, ConditionKey: "k1", Episode: 1}},
		}
	})
	must(t, err)
	list, err := s.Conditions(t.Context(), app.ConditionFilter{})
	must(t, err)
	if len(list) != 2 || list[0].Episode != 2 || list[0].State != app.ConditionWaiting {
		t.Errorf("conditions %+v", list)
	}
	events, err := s.Events(t.Context(), app.EventFilter{Since: later})
	must(t, err)
	if len(events) != 1 || events[0].Outcome.ConditionID != list[0].ID || events[0].Organization.Name != "Contoso" {
		t.Errorf("events %+v", events)
	}
}

// The rules forget an episode that ended long ago and give its ticket's name to the next one.
func TestTicketThatIsOverGivesItsNameToNoOther(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 1, "k1")
	ended := func(st app.AlertState) app.AlertDecision {
		c := st.Conditions[0]
		c.State, c.ClearedAt = app.ConditionCleared, st.Now
		return app.AlertDecision{Conditions: []app.Condition{c}, Dropped: map[int64]app.Reason{c.TicketID: app.ReasonRecovered}}
	}
	must(t, tick(t, s, ended))
	for n := 2; n <= 3; n++ {
		must(t, tick(t, s, opens("k1", 1)))
		must(t, tick(t, s, opens("k1", 1))) // decided already
		tickets, err := s.Tickets(t.Context(), app.TicketFilter{})
		must(t, err)
		waiting, err := s.Deliveries(t.Context(), app.DeliveryFilter{State: app.DeliveryWaiting})
		must(t, err)
		if len(tickets) != n || tickets[0].State != app.TicketPending || len(waiting) != 2 {
			t.Fatalf("%d tickets, newest %+v, %d deliveries wait", len(tickets), tickets[0].Ticket, len(waiting))
		}
		if st := view(t, s, t0); st.Conditions[len(st.Conditions)-1].TicketID != tickets[0].ID {
			t.Errorf("the condition has ticket %d, not %d", st.Conditions[len(st.Conditions)-1].TicketID, tickets[0].ID)
		}
		for _, d := range waiting {
			if d.TicketID != tickets[0].ID || d.Lane != "ticket:"+tickets[0].XRef {
				t.Errorf("delivery %+v is not of %s", d.Delivery, tickets[0].XRef)
			}
		}
		must(t, tick(t, s, func(st app.AlertState) app.AlertDecision {
			return ended(app.AlertState{Now: st.Now, Conditions: st.Conditions[len(st.Conditions)-1:]})
		}))
	}
}

func TestRecoveredBeforeItWasSent(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 2, "k1")
	st := view(t, s, t0)
	if !st.CreateWaiting[st.Conditions[0].TicketID] {
		t.Fatalf("the create waits, but the rules are told %v", st.CreateWaiting)
	}
	take := func(st app.AlertState) app.AlertDecision {
		return app.AlertDecision{Dropped: map[int64]app.Reason{st.Tickets[0].ID: app.ReasonRecovered}}
	}
	must(t, tick(t, s, take))
	idle(t, s, t0)
	list, err := s.Deliveries(t.Context(), app.DeliveryFilter{State: app.DeliveryDropped})
	must(t, err)
	ticket, err := s.Ticket(t.Context(), st.Tickets[0].ID)
	must(t, err)
	if len(list) != 3 || list[0].Reason != string(app.ReasonRecovered) || ticket.State != app.TicketClosed {
		t.Errorf("dropped %d, ticket %s", len(list), ticket.State)
	}
}

func TestCreateBeingSentIsNotTakenBack(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 0, "k1")
	d := claim(t, s, t0)
	must(t, tick(t, s, func(app.AlertState) app.AlertDecision {
		return app.AlertDecision{Dropped: map[int64]app.Reason{d.TicketID: app.ReasonRecovered}}
	}))
	created(t, s, d, 48211, t0)
}

func TestSettings(t *testing.T) {
	s := storetest.Open(t)
	ctx := t.Context()
	r, err := s.CurrentSettings(ctx)
	if err != nil || r.Rev != 0 || r.Document != nil {
		t.Fatalf("before the first save: %+v, %v", r, err)
	}
	p := app.Projection{
		Sources:  []app.ProjectionRow{{Name: "sync", Kind: "x360sync", Config: []byte("{}")}},
		Mappings: []app.MappingRow{{Source: "sync", ExternalID: "7", PSA: "inherit", CompanyID: 250, Bill: []app.Meter{app.MeterAccounts}}},
	}
	rev, err := s.SaveSettings(ctx, app.Revision{At: t0, By: "Ada", Document: []byte("version: 1\n"), Diff: []app.Change{{Path: "version", After: "1"}}}, p)
	if err != nil || rev != 1 {
		t.Fatalf("saved revision %d, %v", rev, err)
	}
	_, err = s.SaveSettings(ctx, app.Revision{Rev: 0, At: t0, By: "Bob"}, app.Projection{})
	wantCode(t, err, app.Conflict)
	ingest(t, s, machine(app.Connected), t0)
	mapped := true
	rows, err := s.Organizations(ctx, app.OrganizationFilter{Mapped: &mapped, Query: "cont"})
	must(t, err)
	if len(rows) != 1 || rows[0].Mapping.CompanyID != 250 || rows[0].ParentID == 0 {
		t.Errorf("mapped %+v", rows)
	}
	rev, err = s.SaveSettings(ctx, app.Revision{Rev: 1, At: t0, By: "Ada", Document: []byte("version: 1\nsources: []\n")}, app.Projection{})
	if err != nil || rev != 2 {
		t.Fatalf("saved revision %d, %v", rev, err)
	}
	if rows, err = s.Organizations(ctx, app.OrganizationFilter{Mapped: &mapped}); err != nil || len(rows) != 0 {
		t.Errorf("a mapping that left the document is still there: %+v, %v", rows, err)
	}
	history, err := s.SettingsHistory(ctx, app.Page{Limit: 1, After: 2})
	must(t, err)
	if len(history) != 1 || history[0].Rev != 1 || history[0].By != "Ada" || len(history[0].Diff) != 1 {
		t.Errorf("history %+v", history)
	}
}

func TestOptionsAndChecks(t *testing.T) {
	s := storetest.Open(t)
	ctx := t.Context()
	rows, at, err := s.Options(ctx, "cw", app.ListTeams, 4)
	if err != nil || !at.IsZero() || len(rows) != 0 {
		t.Fatalf("never loaded: %v %v %v", rows, at, err)
	}
	must(t, s.SaveOptions(ctx, "cw", app.ListTeams, 4, []app.OptionRow{{ID: 9, Name: "Service", Body: []byte(`{"id":9}`)}, {ID: 3, Name: "Admin"}, {ID: 9, Name: "Service"}}, t0))
	rows, at, err = s.Options(ctx, "cw", app.ListTeams, 4)
	must(t, err)
	if len(rows) != 2 || rows[0].ID != 9 || string(rows[0].Body) != `{"id":9}` || !at.Equal(t0) {
		t.Errorf("options %+v at %v", rows, at)
	}
	must(t, s.SaveOptions(ctx, "cw", app.ListTeams, 4, nil, t0.Add(time.Hour)))
	if rows, at, err = s.Options(ctx, "cw", app.ListTeams, 4); err != nil || len(rows) != 0 || !at.Equal(t0.Add(time.Hour)) {
		t.Errorf("an empty list is %v at %v (%v)", rows, at, err)
	}
	_, err = s.SaveSettings(ctx, app.Revision{At: t0}, app.Projection{Connections: []app.ProjectionRow{{Name: "cw", Kind: "connectwise"}}})
	must(t, err)
	for i, state := range []app.CheckState{app.CheckOK, app.CheckOK, app.CheckFailed} {
		must(t, s.SaveChecks(ctx, "cw", "", []app.CheckRow{{ID: "keys", State: state}}, t0.Add(time.Duration(i)*time.Hour)))
		list, err := s.Checks(ctx, "cw")
		must(t, err)
		want := t0
		if state == app.CheckFailed {
			want = t0.Add(2 * time.Hour)
		}
		if len(list) != 1 || !list[0].ChangedAt.Equal(want) || list[0].Connection != "cw" {
			t.Errorf("checks %+v, want changed at %v", list, want)
		}
	}
}

func TestPauseAndSecrets(t *testing.T) {
	s := storetest.Open(t)
	ctx := t.Context()
	must(t, s.SetPause(ctx, true, t0.Add(time.Hour), "maintenance"))
	in, err := s.Install(ctx)
	must(t, err)
	if !in.PausedAt(t0) || in.PausedAt(t0.Add(time.Hour)) || in.PauseReason != "maintenance" {
		t.Errorf("install %+v", in)
	}
	must(t, s.SetPause(ctx, false, time.Time{}, ""))
	if in, err = s.Install(ctx); err != nil || in.Paused || in.PauseReason != "" {
		t.Errorf("install %+v, %v", in, err)
	}
	rec := app.SecretRecord{Name: "connections/cw/private_key", Backend: "os", BoundHost: "na.myconnectwise.net", SetAt: t0, EndsWith: "4f"}
	must(t, s.SaveSecretRecord(ctx, rec))
	got, err := s.SecretRecord(ctx, rec.Name)
	if err != nil || got != rec {
		t.Errorf("record %+v, %v", got, err)
	}
	must(t, s.DeleteSecretRecord(ctx, rec.Name))
	_, err = s.SecretRecord(ctx, rec.Name)
	wantCode(t, err, app.NotFound)
	if e, ok := errors.AsType[*app.Error](err); !ok || e.Message == "" {
		t.Error("no sentence for the person")
	}
}
