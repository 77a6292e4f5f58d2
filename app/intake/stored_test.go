package intake_test

import (
	"context"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/intake"
	"psabridge/app/source"
	"psabridge/store"
	"psabridge/store/storetest"
)

var _ intake.Store = (*store.Store)(nil)

// moody is a source that shows what it is told to.
type moody struct {
	batch app.Batch
	usage app.Usage
}

func (m *moody) Pull(context.Context, []app.Mark) (app.Batch, error) { return m.batch, nil }
func (m *moody) Readings(context.Context) (app.Usage, error)         { return m.usage, nil }
func (m *moody) Check(context.Context) (source.Account, error)       { return source.Account{}, nil }

func (m *moody) count(n int64, complete bool, problem string) *moody {
	m.usage = app.Usage{Readings: []app.Reading{{
		OrganizationID: "7", Meter: app.MeterAccounts, Basis: app.BasisOwn, Unit: app.UnitEach, Quantity: app.Q(n), Complete: complete, Problem: problem,
	}}}
	return m
}

func account(id string) app.ObjectState {
	return app.ObjectState{OrganizationID: "7", Object: app.Object{Kind: app.ObjectAccount, ExternalID: id}, What: app.StatePresent, Value: app.Yes}
}

// What a server that dies in the middle of a list leaves behind: incomplete and said so, never a smaller number, and
// nobody is taken for gone.
func TestAReadingThatBreaksOffIsNeverASmallerOne(t *testing.T) {
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	s := storetest.OpenAt(t, t.TempDir(), clock)
	vendor := &moody{}
	var seen app.AlertState
	in := intake.New(intake.Deps{
		Store:  s,
		Source: func(context.Context, string) (source.Source, error) { return vendor, nil },
		Settings: func(context.Context) (app.Settings, error) {
			return app.Settings{Sources: []app.SourceSettings{{Name: "sync"}}}, nil
		},
		Decide: func(_ app.Settings, st app.AlertState) app.AlertDecision { seen = st; return app.AlertDecision{} },
		Now:    clock,
	})
	organizations := []app.Organization{{ExternalID: "1", Name: "MSP"}, {ExternalID: "7", ParentExternalID: "1", Name: "Contoso"}}
	whole := app.Batch{OrganizationsComplete: true, Organizations: organizations, States: []app.ObjectState{account("a1"), account("a2")}}
	cut := app.Batch{
		OrganizationsComplete: true, Organizations: organizations, States: []app.ObjectState{account("a1")},
		Unread: []string{"7"}, Problems: []string{"The accounts of Contoso could not be read to their end."},
	}
	noTree := app.Batch{Organizations: organizations[:1], Unread: []string{"7"}, Problems: []string{"The list of organizations broke off."}}
	for _, step := range []struct {
		name     string
		batch    app.Batch
		count    int64
		complete bool
		hours    int
		want     int64
		billable bool
		accounts int
	}{
		{"all was read", whole, 2, true, 0, 2, true, 2},
		{"the accounts broke off", cut, 1, false, 1, 2, true, 2},
		{"the organizations broke off", noTree, 0, false, 1, 2, true, 2},
		{"it still breaks off on the next day", cut, 1, false, 24, 1, false, 2},
		{"all was read again", whole, 2, true, 1, 2, true, 2},
		{"one was removed", app.Batch{OrganizationsComplete: true, Organizations: organizations, States: []app.ObjectState{account("a1")}}, 1, true, 1, 1, true, 1},
	} {
		now = now.Add(time.Duration(step.hours) * time.Hour)
		problem := ""
		if !step.complete {
			problem = step.batch.Problems[0]
		}
		vendor.batch = step.batch
		vendor.count(step.count, step.complete, problem)
		got, err := in.Sync(t.Context(), "sync")
		if err != nil || got.Complete != step.complete || (len(got.Problems) == 0) != step.complete {
			t.Errorf("%s: %+v, %v", step.name, got, err)
		}
		latest, err := s.LatestReadings(t.Context(), "sync")
		if err != nil || len(latest) != 1 || latest[0].Complete != step.billable || !latest[0].Quantity.Equal(app.Q(step.want)) {
			t.Errorf("%s: the newest reading is %+v, %v", step.name, latest, err)
		}
		if len(seen.Objects) != step.accounts || (len(seen.Vanished) > 0) != (step.accounts == 1) {
			t.Errorf("%s: %d accounts, vanished %v", step.name, len(seen.Objects), seen.Vanished)
		}
		for _, o := range seen.Organizations {
			if o.State != app.OrganizationPresent {
				t.Errorf("%s: %s is %s", step.name, o.Name, o.State)
			}
		}
	}
}

// A webhook that is sent a hundred times is one event, whatever the sender thinks of our answers.
func TestSentAHundredTimesIsStoredOnce(t *testing.T) {
	s := storetest.Open(t)
	rev, err := s.SaveSettings(t.Context(), app.Revision{At: time.Now()}, app.Projection{Sources: []app.ProjectionRow{{Name: "backup", Kind: app.KindInbox}}})
	if err != nil || rev != 1 {
		t.Fatal(err)
	}
	in := intake.New(intake.Deps{
		Store: s,
		Settings: func(context.Context) (app.Settings, error) {
			return app.Settings{Sources: []app.SourceSettings{{Name: "backup", Kind: app.KindInbox}}}, nil
		},
		Decide: func(app.Settings, app.AlertState) app.AlertDecision { return app.AlertDecision{} },
	})
	stored := 0
	for range 100 {
		b := sentEvents("e1")
		b.Events[0].State, b.Events[0].Type, b.Events[0].OrganizationID = app.Problem, "backup.job", "c1"
		got, err := in.Receive(t.Context(), "backup", b, nil)
		if err != nil {
			t.Fatal(err)
		}
		stored += got.Stored
	}
	events, err := s.Events(t.Context(), app.EventFilter{})
	if err != nil || len(events) != 1 || stored != 1 {
		t.Errorf("%d events, %d said to be new, %v", len(events), stored, err)
	}
}
