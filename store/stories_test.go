package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"psabridge/app"
	"psabridge/store"
	"psabridge/store/storetest"
)

func TestConditionStory(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 1, "k1", "k2")
	created(t, s, claim(t, s, t0), 48211, t0)
	for n := range 250 { // it is noticed again and again, and told by e-mail twice
		decideNow(t, s, t0, func(app.AlertState) (d app.AlertDecision) {
			id := fmt.Sprintf("again-%d", n)
			d.Derived = []app.Event{{SourceEventID: id, OrganizationID: "7", Type: app.TypeMachineUnreachable, State: app.Problem}}
			d.Outcomes = []app.DecidedOutcome{{SourceEventID: id, Outcome: app.OutcomeMerged, Rule: "r", Reason: app.ReasonRepeated, ConditionKey: "k1", Episode: 1}}
			return d
		})
	}
	decideNow(t, s, t0, func(st app.AlertState) app.AlertDecision {
		d := mailed("a", "b")(st)
		first := *d.Deliveries[0].Mail
		first.MessageID, first.InReplyTo = "first@host", ""
		d.Deliveries[0].Mail = &first
		other := first
		other.MessageID = "other@host"
		d.Deliveries = append(d.Deliveries, app.DecidedDelivery{DedupKey: "c", Kind: app.DeliverMail, Lane: "mail:other", Mail: &other})
		c := st.Conditions[0]
		c.Mailed, c.MailThread = app.MailedOpen, "first@host"
		d.Conditions = []app.Condition{c}
		return d
	})
	story, err := s.ConditionStory(t.Context(), 1)
	must(t, err)
	if story.Key != "k1" || story.Organization.Name != "Contoso" || story.Ticket == nil || story.Ticket.RemoteID != 48211 {
		t.Errorf("story %+v", story)
	}
	if story.EventCount != 251 || len(story.Events) != 200 || story.Events[199].SourceEventID != "again-249" || story.Events[0].SourceEventID != "again-50" {
		t.Errorf("%d of %d events", len(story.Events), story.EventCount)
	}
	var kinds []string
	for _, d := range story.Deliveries {
		kinds = append(kinds, string(d.Kind)+" "+d.DedupKey[:1])
	}
	if diff := cmp.Diff([]string{"ticket.create c", "ticket.note n", "alert.mail a", "alert.mail b"}, kinds); diff != "" {
		t.Errorf("deliveries (-want +got):\n%s", diff)
	}
	if tries := story.Attempts[story.Deliveries[0].ID]; len(tries) != 1 || tries[0].Outcome != "done" {
		t.Errorf("attempts %+v", story.Attempts)
	}
	_, err = s.ConditionStory(t.Context(), 99)
	wantCode(t, err, app.NotFound)
	list, err := s.Conditions(t.Context(), app.ConditionFilter{TicketID: story.TicketID})
	must(t, err)
	if len(list) != 1 || list[0].Key != "k1" {
		t.Errorf("conditions of the ticket: %+v", list)
	}
}

// A condition without ticket and e-mail has a story too, and not that of all the others without.
func TestStoryOfAConditionAlone(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 0)
	decideNow(t, s, t0, mailed("a"))
	decideNow(t, s, t0, func(st app.AlertState) (d app.AlertDecision) {
		d.Conditions = []app.Condition{{Key: "alone", Episode: 1, Source: st.Source, State: app.ConditionWaiting, FirstAt: t0, LastAt: t0}}
		return d
	})
	story, err := s.ConditionStory(t.Context(), 2)
	must(t, err)
	if story.Ticket != nil || len(story.Deliveries) != 0 || len(story.Events) != 0 || story.Events == nil {
		t.Errorf("story %+v", story)
	}
}

func TestDeliveryFiltersAndStates(t *testing.T) {
	now := t0
	s := storetest.OpenAt(t, t.TempDir(), func() time.Time { return now })
	seed(t, s, 1, "k1", "k2", "k3", "k4") // creates 1, 3, 5, 7 and their notes
	created(t, s, claim(t, s, t0), 1, t0)
	settle(t, s, claim(t, s, t0), app.Settlement{State: app.DeliveryWaiting, NextAt: t0.Add(time.Hour), Code: app.Invalid, Message: "Waits like delivery 3: No board."})
	for _, message := range []string{"No board.", "No board.", "No team."} {
		settle(t, s, claim(t, s, t0), app.Settlement{State: app.DeliveryParked, Code: app.Invalid, Message: message})
	}
	decideNow(t, s, t0.Add(time.Hour), mailed("late"))

	for name, tt := range map[string]struct {
		filter app.DeliveryFilter
		want   []int64
		states app.DeliveryStates
	}{
		"all":         {app.DeliveryFilter{}, []int64{9, 8, 7, 6, 5, 4, 3, 2, 1}, app.DeliveryStates{app.DeliveryDone: 1, app.DeliveryParked: 3, app.DeliveryWaiting: 5}},
		"parked":      {app.DeliveryFilter{State: app.DeliveryParked}, []int64{7, 5, 3}, app.DeliveryStates{app.DeliveryDone: 1, app.DeliveryParked: 3, app.DeliveryWaiting: 5}},
		"a ticket":    {app.DeliveryFilter{TicketID: 1}, []int64{2, 1}, app.DeliveryStates{app.DeliveryDone: 1, app.DeliveryWaiting: 1}},
		"since":       {app.DeliveryFilter{Since: t0.Add(time.Minute)}, []int64{9}, app.DeliveryStates{app.DeliveryWaiting: 1}},
		"since never": {app.DeliveryFilter{Since: t0.Add(2 * time.Hour)}, nil, app.DeliveryStates{}},
		"mails":       {app.DeliveryFilter{Kind: app.DeliverMail}, []int64{9}, app.DeliveryStates{app.DeliveryWaiting: 1}},
		"like parked": {app.DeliveryFilter{LikeID: 3}, []int64{5, 3, 2}, app.DeliveryStates{app.DeliveryParked: 2, app.DeliveryWaiting: 1}},
		"its twin":    {app.DeliveryFilter{LikeID: 5}, []int64{5, 3, 2}, app.DeliveryStates{app.DeliveryParked: 2, app.DeliveryWaiting: 1}},
		"behind it":   {app.DeliveryFilter{LikeID: 2}, []int64{5, 3, 2}, app.DeliveryStates{app.DeliveryParked: 2, app.DeliveryWaiting: 1}},
		"like done":   {app.DeliveryFilter{LikeID: 1}, []int64{1}, app.DeliveryStates{app.DeliveryDone: 1}},
		"by words":    {app.DeliveryFilter{Query: "unreachable", Connection: "cw", Kind: app.DeliverTicketCreate, State: app.DeliveryDone}, []int64{1}, app.DeliveryStates{app.DeliveryDone: 1, app.DeliveryParked: 3}},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := s.Deliveries(t.Context(), tt.filter)
			must(t, err)
			var ids []int64
			for _, d := range list {
				ids = append(ids, d.ID)
			}
			if diff := cmp.Diff(tt.want, ids); diff != "" {
				t.Errorf("deliveries (-want +got):\n%s", diff)
			}
			states, err := s.DeliveryStates(t.Context(), tt.filter)
			must(t, err)
			if diff := cmp.Diff(tt.states, states); diff != "" {
				t.Errorf("states (-want +got):\n%s", diff)
			}
		})
	}
	_, err := s.Deliveries(t.Context(), app.DeliveryFilter{LikeID: 99})
	wantCode(t, err, app.NotFound)
	now = t0.Add(25 * time.Hour) // what was done yesterday is not counted any more, unless it is asked for
	for _, tt := range []struct {
		filter app.DeliveryFilter
		want   int
	}{{app.DeliveryFilter{}, 0}, {app.DeliveryFilter{Since: t0.Add(-time.Hour)}, 1}, {app.DeliveryFilter{TicketID: 1}, 1}} {
		if states, err := s.DeliveryStates(t.Context(), tt.filter); err != nil || states[app.DeliveryDone] != tt.want {
			t.Errorf("%+v: %v, %v, want %d done", tt.filter, states, err, tt.want)
		}
	}
}

func TestRetryMatching(t *testing.T) {
	prepare := func(t *testing.T) *store.Store {
		s := storetest.Open(t)
		seed(t, s, 0, "k1", "k2", "k3", "k4", "k5", "k6")
		for _, message := range []string{"No board.", "No board.", "No team."} {
			settle(t, s, claim(t, s, t0), app.Settlement{State: app.DeliveryParked, Code: app.Invalid, Message: message})
		}
		settle(t, s, claim(t, s, t0), app.Settlement{State: app.DeliveryWaiting, NextAt: t0.Add(time.Hour), Code: app.Invalid, Message: "Waits like delivery 1: No board."})
		d := claim(t, s, t0)
		intend(t, s, d, t0)
		settle(t, s, d, app.Settlement{State: app.DeliveryChecking, NextAt: t0.Add(time.Hour), Code: app.Unavailable, Message: "Cut off."})
		return s
	}
	for name, tt := range map[string]struct {
		filter app.RetryFilter
		want   []int64
	}{
		"all that is parked": {app.RetryFilter{}, []int64{1, 2, 3}},
		"like one":           {app.RetryFilter{LikeID: 1}, []int64{1, 2, 4}},
		"like one behind":    {app.RetryFilter{LikeID: 4}, []int64{1, 2, 4}},
		"parked like one":    {app.RetryFilter{LikeID: 1, State: app.DeliveryParked}, []int64{1, 2}},
		"like a checked one": {app.RetryFilter{LikeID: 5}, []int64{5}},
		"checking":           {app.RetryFilter{State: app.DeliveryChecking}, []int64{5}},
		"made later":         {app.RetryFilter{Since: t0.Add(time.Hour)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := prepare(t)
			claimed := claim(t, s, t0) // the sixth is under way
			now := t0.Add(time.Minute)
			n, err := s.RetryMatching(t.Context(), tt.filter, "Ada", now)
			must(t, err)
			var due []int64
			for id := range int64(6) {
				if d := delivery(t, s, id+1); d.NextAt.Equal(now) {
					due = append(due, d.ID)
				}
			}
			if diff := cmp.Diff(tt.want, due); diff != "" || n != len(tt.want) {
				t.Errorf("retried %d (-want +got):\n%s", n, diff)
			}
			if got := delivery(t, s, claimed.ID); got.State != app.DeliverySending {
				t.Errorf("what was under way is %s", got.State)
			}
		})
	}
	s := prepare(t)
	for _, state := range []app.DeliveryState{app.DeliveryDone, app.DeliverySending, "nonsense"} {
		if _, err := s.RetryMatching(t.Context(), app.RetryFilter{State: state}, "Ada", t0); app.ErrorCode(err) != app.Invalid {
			t.Errorf("%s: %v", state, err)
		}
	}
	if got := delivery(t, s, 5); !got.Intended { // what may have been sent is looked for, never simply sent again
		t.Errorf("delivery %+v", got)
	}
}

func TestRuleHits(t *testing.T) {
	s := storetest.Open(t)
	_, err := s.Ingest(t.Context(), machine(app.Disconnected), t0, nothing)
	must(t, err)
	hit := func(now time.Time, id, organization, rule string, outcome app.OutcomeKind) {
		t.Helper()
		decideNow(t, s, now, func(app.AlertState) app.AlertDecision {
			return app.AlertDecision{
				Derived:  []app.Event{{SourceEventID: id, OrganizationID: organization, Type: "x", State: app.Problem}},
				Outcomes: []app.DecidedOutcome{{SourceEventID: id, Outcome: outcome, Rule: rule, Reason: app.ReasonFirst}},
			}
		})
	}
	hit(t0, "old", "7", "b", app.OutcomeTicket)
	hit(t0.Add(time.Hour), "1", "7", "b", app.OutcomeTicket)
	hit(t0.Add(2*time.Hour), "2", "7", "b", app.OutcomeMerged)
	hit(t0.Add(3*time.Hour), "3", "1", "a", app.OutcomeMail)
	since := t0.Add(time.Minute)
	own := app.RuleHits{Rule: "b", Events: 2, Tickets: 1, LastAt: t0.Add(2 * time.Hour)}
	for organization, want := range map[int64][]app.RuleHits{0: {{Rule: "a", Events: 1, Mails: 1, LastAt: t0.Add(3 * time.Hour)}, own}, 2: {own}, 99: {}} {
		got, err := s.RuleHits(t.Context(), organization, since)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("of organization %d: %v (-want +got):\n%s", organization, err, diff)
		}
	}
	if got, err := s.RuleHits(t.Context(), 0, t0.Add(24*time.Hour)); err != nil || got == nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestUnusedTypes(t *testing.T) {
	s := storetest.Open(t)
	_, err := s.Ingest(t.Context(), machine(app.Disconnected), t0, nothing)
	must(t, err)
	seen := func(now time.Time, id, kind string, outcome app.OutcomeKind) {
		t.Helper()
		decideNow(t, s, now, func(app.AlertState) app.AlertDecision {
			return app.AlertDecision{
				Derived:  []app.Event{{SourceEventID: id, OrganizationID: "7", Type: kind, State: app.Problem, OccurredAt: now}},
				Outcomes: []app.DecidedOutcome{{SourceEventID: id, Outcome: outcome}},
			}
		})
	}
	seen(t0, "old", "x", app.OutcomeNoRule)
	seen(t0.Add(time.Hour), "1", "x", app.OutcomeNoRule)
	seen(t0.Add(2*time.Hour), "2", "y", app.OutcomeNoRule)
	seen(t0.Add(3*time.Hour), "3", "y", app.OutcomeNoRule)
	seen(t0.Add(4*time.Hour), "4", "x", app.OutcomeTicket)
	want := []app.UnusedType{{Source: "sync", Type: "y", Seen: 2, LastAt: t0.Add(3 * time.Hour)}, {Source: "sync", Type: "x", Seen: 1, LastAt: t0.Add(time.Hour)}}
	for source, want := range map[string][]app.UnusedType{"": want, "sync": want, "other": nil} {
		got, err := s.UnusedTypes(t.Context(), source, t0.Add(time.Minute))
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" || err != nil {
			t.Errorf("of %q: %v (-want +got):\n%s", source, err, diff)
		}
	}
}

func TestEventSample(t *testing.T) {
	s := storetest.Open(t)
	b := machine(app.Disconnected)
	add := func(id, organization, kind string, state app.EventState) {
		b.Events = append(b.Events, app.Event{SourceEventID: id, OrganizationID: organization, Type: kind, State: state, Title: id})
	}
	add("1", "7", "backup.failed", app.Problem)
	add("2", "1", "backup.failed", app.Problem)
	add("3", "1", "backup.sla_missed", app.Problem)
	add("4", "1", "backup.zeta", app.Recovery)
	add("5", "1", "backupx.failed", app.Problem)
	_, err := s.Ingest(t.Context(), b, t0, nothing)
	must(t, err)
	for name, tt := range map[string]struct {
		organization int64
		types        []string
		want         string
	}{
		"own":              {2, []string{"backup.failed"}, "1"},
		"of another":       {2, []string{"backup.sla_missed"}, "3"},
		"any":              {0, []string{"backup.failed"}, "2"},
		"family":           {0, []string{"backup.*"}, "3"},
		"own of a family":  {2, []string{"nothing.*", "backup.*"}, "1"},
		"momentary":        {2, []string{"activity.*"}, "a1"},
		"recoveries alone": {0, []string{"backup.zeta"}, ""},
		"unknown":          {2, []string{"quota.reached"}, ""},
		"none":             {2, nil, ""},
	} {
		e, ok, err := s.EventSample(t.Context(), tt.organization, tt.types)
		if err != nil || ok != (tt.want != "") || e.SourceEventID != tt.want {
			t.Errorf("%s: %+v %v %v, want %q", name, e, ok, err, tt.want)
		}
	}
}

func TestNotices(t *testing.T) {
	s := storetest.Open(t)
	ctx := t.Context()
	board := app.Notice{Kind: "parked", Subject: "cw/board", Title: "One waits", Text: "No board.", Page: "/deliveries"}
	team := app.Notice{Kind: "parked", Subject: "cw/team", Title: "One waits"}
	checks := app.Notice{Kind: "checks", Subject: "cw", Title: "Checks"}
	sync := func(now time.Time, list ...app.Notice) []app.Notice {
		t.Helper()
		must(t, s.SyncNotices(ctx, list, now))
		open, err := s.Notices(ctx)
		must(t, err)
		return open
	}
	open := sync(t0, board, checks, board)
	board.ID, board.OpenedAt, checks.ID, checks.OpenedAt = 1, t0, 2, t0
	if diff := cmp.Diff([]app.Notice{board, checks}, open); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
	must(t, s.MarkTold(ctx, []int64{1}, t0.Add(time.Minute)))
	must(t, s.MarkTold(ctx, nil, t0))
	board.Title, board.ToldAt = "Two wait", t0.Add(time.Minute)
	open = sync(t0.Add(time.Hour), board, team)
	team.ID, team.OpenedAt = 3, t0.Add(time.Hour)
	if diff := cmp.Diff([]app.Notice{board, team}, open); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
	before := store.DataVersion(t, s)
	sync(t0.Add(2*time.Hour), board, team)
	if store.DataVersion(t, s) != before {
		t.Error("notices that did not change were written")
	}
	sync(t0.Add(3 * time.Hour))
	told, err := s.LastTold(ctx) // also of what was mended since
	if diff := cmp.Diff(map[string]time.Time{"parked": t0.Add(time.Minute)}, told); diff != "" || err != nil {
		t.Errorf("told: %v (-want +got):\n%s", err, diff)
	}
	if open = sync(t0.Add(4*time.Hour), board); len(open) != 1 || open[0].ID == 1 || !open[0].ToldAt.IsZero() {
		t.Errorf("what came back is %+v, want a new one", open)
	}
	for _, step := range []struct {
		days, want int
	}{{90, 0}, {91, 3}, {400, 0}} {
		if n, err := s.Prune(ctx, t0.Add(time.Duration(step.days)*24*time.Hour)); err != nil || n != step.want {
			t.Errorf("pruned %d after %d days (%v), want %d", n, step.days, err, step.want)
		}
	}
}

func TestNoticesSent(t *testing.T) {
	s := storetest.Open(t)
	ctx := t.Context()
	must(t, s.SaveNoticeSent(ctx, app.NoticeSent{Channel: app.ChannelWebhook, At: t0, Error: "refused"}))
	must(t, s.SaveNoticeSent(ctx, app.NoticeSent{Channel: app.ChannelEmail, At: t0, OKAt: t0}))
	must(t, s.SaveNoticeSent(ctx, app.NoticeSent{Channel: app.ChannelEmail, At: t0.Add(time.Hour), Error: "timed out"}))
	got, err := s.NoticesSent(ctx)
	want := []app.NoticeSent{
		{Channel: app.ChannelEmail, At: t0.Add(time.Hour), OKAt: t0, Error: "timed out"},
		{Channel: app.ChannelWebhook, At: t0, Error: "refused"},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
