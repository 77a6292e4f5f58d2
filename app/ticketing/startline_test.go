package ticketing_test

import (
	"slices"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
	"psabridge/app/settings"
	"psabridge/app/ticketing"
	"psabridge/store"
	"psabridge/store/storetest"
)

// readings is a source that is read into our database, with the real rules: 1 on top, 2 and 3 below it, 4 below 3.
type readings struct {
	t     *testing.T
	store *store.Store
	doc   app.Settings
	now   time.Time
}

func newReadings(t *testing.T, top string) *readings {
	t.Helper()
	r := &readings{t: t, store: storetest.Open(t), now: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)}
	r.doc = app.Settings{
		Version: 1,
		Connections: []app.ConnectionSettings{{
			Name: "cw", System: "connectwise", SiteURL: "https://cw.example", CompanyID: "cw", ClientID: "00000000-0000-0000-0000-000000000000",
			Ticketing: app.TicketingSettings{Enabled: true},
		}},
		Alerts: []app.AlertRule{{
			Name: "all", Via: app.Via{PSA: true}, When: []app.When{
				{Type: app.TypeQuotaReached, Percent: 80}, {Type: app.TypeMachineUnseen, Days: 30}, {Type: app.TypeMachineUnreachable, Minutes: 5},
			},
		}},
	}
	for _, id := range []string{"1", "2", "3", "4"} {
		r.doc.Organizations = append(r.doc.Organizations, app.OrganizationSettings{Source: "sync", ID: id, PSA: app.PSAInherit, Company: app.CompanyRef{ID: 100}})
	}
	r.from(top)
	return r
}

// from reads from another top from now on.
func (r *readings) from(top string) {
	r.t.Helper()
	r.doc.Sources = []app.SourceSettings{{Name: "sync", Kind: app.KindX360Sync, Host: "https://a.example", TopOrganization: top}}
	rev, err := r.store.SettingsRev(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	text, err := settings.Marshal(r.doc)
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := r.store.SaveSettings(r.t.Context(), app.Revision{Rev: rev, At: r.now, By: "Ada", Document: text}, settings.Project(r.doc)); err != nil {
		r.t.Fatal(err)
	}
}

// shown is a whole reading of these organizations, each with a quota that is reached and a laptop that is long gone where
// it could be read.
func (r *readings) shown(unread []string, ids ...string) app.Batch {
	b := app.Batch{Source: "sync", ReadAt: r.now, OrganizationsComplete: true, Unread: unread}
	for _, id := range ids {
		parent := map[string]string{"2": "1", "3": "1", "4": "3"}[id]
		if !slices.Contains(ids, parent) {
			parent = ""
		}
		b.Organizations = append(b.Organizations, app.Organization{Source: "sync", ExternalID: id, ParentExternalID: parent, Name: "Org " + id, Active: true})
		self := app.Object{Kind: app.ObjectOrganization, ExternalID: id, Name: "Org " + id}
		readable := app.Yes
		if slices.Contains(unread, id) {
			readable = app.No
		} else {
			b.States = append(b.States, app.ObjectState{OrganizationID: id, Object: self, What: app.StateQuota, Value: "91"},
				app.ObjectState{OrganizationID: id, Object: app.Object{Kind: app.ObjectMachine, ExternalID: "m" + id}, What: app.StateLastSeen, Value: "2025-01-01"})
		}
		b.States = append(b.States, app.ObjectState{OrganizationID: id, Object: self, What: app.StatePresent, Value: app.Yes},
			app.ObjectState{OrganizationID: id, Object: self, What: app.StateReadable, Value: readable})
	}
	return b
}

// server adds a file server of organization 2 to a reading.
func (r *readings) server(b app.Batch, value string) app.Batch {
	b.States = append(b.States, app.ObjectState{
		OrganizationID: "2", Object: app.Object{Kind: app.ObjectMachine, ExternalID: "s2"}, What: app.StateConnection, Value: value,
	})
	return b
}

// read takes a reading in and checks how many tickets and notes it made.
func (r *readings) read(what string, b app.Batch, want int) {
	r.t.Helper()
	got, err := r.store.Ingest(r.t.Context(), b, r.now, func(s app.AlertState) app.AlertDecision { return ticketing.Decide(r.doc, s) })
	if err != nil {
		r.t.Fatal(err)
	}
	if got.Deliveries != want {
		r.t.Errorf("%s: %d tickets and notes, want %d", what, got.Deliveries, want)
	}
	r.now = r.now.Add(time.Minute)
}

// began reads what the source shows first and answers the start question. Days are counted from the second reading on.
func (r *readings) began(unread []string, ids ...string) {
	r.t.Helper()
	r.read("the first reading", r.shown(unread, ids...), 0)
	r.read("the second reading", r.shown(unread, ids...), 0)
	if _, err := r.store.Tick(r.t.Context(), "sync", r.now, func(s app.AlertState) app.AlertDecision {
		return ticketing.AnswerStart(r.doc, s, alert.Answer{})
	}); err != nil {
		r.t.Fatal(err)
	}
}

// holding counts what holds in one state.
func (r *readings) holding(state app.ConditionState) int {
	r.t.Helper()
	rows, err := r.store.Conditions(r.t.Context(), app.ConditionFilter{State: state})
	if err != nil {
		r.t.Fatal(err)
	}
	return len(rows)
}

// TestT4WhatBecomesReadableLaterIsNotNews: it waits behind the question like all that was read first, and what happens
// from then on is news.
func TestT4WhatBecomesReadableLaterIsNotNews(t *testing.T) {
	r := newReadings(t, "1")
	refused := []string{"2", "3", "4"}
	r.began(refused, "1", "2", "3", "4")
	r.read("the right is granted", r.server(r.shown(nil, "1", "2", "3", "4"), app.Connected), 0)
	if n := r.holding(app.ConditionWaiting); n != 6 {
		t.Errorf("%d wait behind the question, want 6", n)
	}
	for range 5 {
		r.read("a server goes away", r.server(r.shown(nil, "1", "2", "3", "4"), app.Disconnected), 0)
	}
	r.read("and stays away", r.server(r.shown(nil, "1", "2", "3", "4"), app.Disconnected), 1)
}

// TestT4AnOrganizationReadInPartHasNews: what is read of it all the time does not wait for what never can be.
func TestT4AnOrganizationReadInPartHasNews(t *testing.T) {
	r := newReadings(t, "1")
	part := func(value string) app.Batch { return r.server(r.shown([]string{"2"}, "1", "2"), value) }
	r.read("the first reading", part(app.Connected), 0)
	for range 5 {
		r.read("its server goes away", part(app.Disconnected), 0)
	}
	r.read("and stays away", part(app.Disconnected), 1)
}

// TestT4ReadAgainAfterOneRefusal: a reading that failed is no start line.
func TestT4ReadAgainAfterOneRefusal(t *testing.T) {
	r := newReadings(t, "1")
	r.read("the first reading", r.shown(nil, "1"), 0)
	b := r.shown(nil, "1", "2")
	b.States = slices.DeleteFunc(b.States, func(s app.ObjectState) bool { return s.OrganizationID == "2" && s.What == app.StateQuota })
	r.read("a new customer", b, 0)
	r.read("one refusal", r.shown([]string{"2"}, "1", "2"), 0)
	r.read("a quota that came up meanwhile", r.shown(nil, "1", "2"), 1)
}

func TestT4AWiderTopShowsHistory(t *testing.T) {
	r := newReadings(t, "3")
	r.began(nil, "3", "4")
	r.from("1")
	r.read("the wider top", r.shown(nil, "1", "2", "3", "4"), 0)
	if quiet, waiting := r.holding(app.ConditionQuiet), r.holding(app.ConditionWaiting); quiet != 4 || waiting != 4 {
		t.Errorf("%d are quiet and %d wait behind the question, want 4 and 4", quiet, waiting)
	}
}

// What a person keeps quiet stays quiet when its customer was not shown for a while.
func TestWhatAPersonKeepsQuietStaysQuiet(t *testing.T) {
	all := []string{"1", "2", "3", "4"}
	for name, away := range map[string]func(*readings){
		"one reading without it": func(r *readings) { r.read("a reading with a hole", r.shown(nil, "1", "2"), 0) },
		"another top and back": func(r *readings) {
			r.from("3")
			r.read("another top", r.shown(nil, "3", "4"), 0)
			r.from("1")
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReadings(t, "1")
			r.began(nil, all...)
			for range 2 {
				away(r)
				r.read("all again", r.shown(nil, all...), 0)
			}
			if quiet, waiting := r.holding(app.ConditionQuiet), r.holding(app.ConditionWaiting); quiet != 8 || waiting != 0 {
				t.Errorf("%d are quiet and %d wait, want 8 and 0", quiet, waiting)
			}
		})
	}
}

// TestT4WhatIsBackBeginsAnew: what an organization shows when it comes back may have held before.
func TestT4WhatIsBackBeginsAnew(t *testing.T) {
	r := newReadings(t, "1")
	r.read("the first reading, too early to count days", r.shown(nil, "1", "2", "3", "4"), 0)
	r.read("a reading with a hole", r.shown(nil, "1", "2"), 0)
	r.read("all again", r.shown(nil, "1", "2", "3", "4"), 0)
	if n := r.holding(app.ConditionWaiting); n != 8 {
		t.Errorf("%d wait behind the question, want 8", n)
	}
}
