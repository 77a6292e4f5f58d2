package intake_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"psabridge/app"
	"psabridge/app/intake"
	"psabridge/app/source"
)

// vendor is a source that answers as it is told.
type vendor struct {
	mu       sync.Mutex
	pulls    int
	usages   int
	marks    [][]app.Mark
	err      error
	usageErr error
	steps    []string
	raw      []app.RawRecord
	partial  bool
	slow     time.Duration
	atOnce   int
	most     int
	now      func() time.Time
}

func (v *vendor) Pull(ctx context.Context, marks []app.Mark) (app.Batch, error) {
	for _, text := range v.steps {
		source.Step(ctx, text)
	}
	v.mu.Lock()
	v.pulls++
	v.atOnce++
	v.most = max(v.most, v.atOnce)
	v.marks = append(v.marks, marks)
	slow, err := v.slow, v.err
	v.mu.Unlock()
	defer func() { v.mu.Lock(); v.atOnce--; v.mu.Unlock() }()
	if slow > 0 {
		select {
		case <-time.After(slow):
		case <-ctx.Done():
			return app.Batch{}, ctx.Err()
		}
	}
	if err != nil {
		return app.Batch{}, err
	}
	return app.Batch{
		ReadAt: v.now(), OrganizationsComplete: true, Organizations: []app.Organization{{ExternalID: "1"}, {ExternalID: "2"}},
		Events: []app.Event{{SourceEventID: "e"}}, Marks: []app.Mark{{Stream: "activity", ExternalID: "1", Value: "7"}},
	}, nil
}

func (v *vendor) Readings(context.Context) (app.Usage, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.usages++
	if v.usageErr != nil {
		return app.Usage{}, v.usageErr
	}
	r := app.Reading{OrganizationID: "1", Meter: app.MeterAccounts, Basis: app.BasisOwn, Complete: true, AsOf: v.now()}
	if v.partial {
		r.Complete, r.Problem = false, "Contoso: forbidden."
	}
	return app.Usage{Readings: []app.Reading{r}, Raw: v.raw}, nil
}

func (v *vendor) Check(context.Context) (source.Account, error) { return source.Account{}, nil }

func (v *vendor) set(change func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	change()
}

func (v *vendor) counts() (pulls, usages int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.pulls, v.usages
}

// memory is a store that remembers what it was given.
type memory struct {
	mu       sync.Mutex
	marks    []app.Mark
	batches  []app.Batch
	ticks    []string
	readings []app.Reading
	raw      []app.RawRecord
	decided  []app.Settings
	err      error
}

func (m *memory) Marks(context.Context, string) ([]app.Mark, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.marks, nil
}

func (m *memory) Ingest(_ context.Context, b app.Batch, now time.Time, decide func(app.AlertState) app.AlertDecision) (app.IngestResult, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return app.IngestResult{}, m.err
	}
	d := decide(app.AlertState{Now: now, Source: b.Source, Fresh: b.Events})
	m.batches, m.marks = append(m.batches, b), b.Marks
	return app.IngestResult{Organizations: len(b.Organizations), Events: len(b.Events), Deliveries: len(d.Deliveries)}, nil
}

func (m *memory) Tick(_ context.Context, name string, now time.Time, decide func(app.AlertState) app.AlertDecision) (app.IngestResult, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ticks = append(m.ticks, name)
	decide(app.AlertState{Now: now, Source: name, Complete: true})
	return app.IngestResult{}, nil
}

func (m *memory) SaveReadings(_ context.Context, _ string, rs []app.Reading, _ time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.readings = rs
	return nil
}

func (m *memory) SaveRaw(_ context.Context, _ string, rs []app.RawRecord) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.raw = append(m.raw, rs...)
	return nil
}

func (m *memory) LatestReadings(context.Context, string) ([]app.Reading, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.readings, nil
}

type rig struct {
	*intake.Intake
	vendor *vendor
	store  *memory
	doc    app.Settings
	state  app.AlertState // what the rules were told last
	left   []string       // sources that left the settings
	woken  atomic.Int32
}

func newRig(names ...string) *rig {
	r := &rig{vendor: &vendor{now: time.Now}, store: &memory{}}
	for _, name := range names {
		r.doc.Sources = append(r.doc.Sources, app.SourceSettings{Name: name, Kind: "x360sync", Every: app.Duration(time.Minute)})
	}
	r.doc.Connections = []app.ConnectionSettings{{Name: "cw", TimeZone: "Pacific/Auckland"}}
	r.Intake = intake.New(intake.Deps{
		Store:    r.store,
		Source:   func(context.Context, string) (source.Source, error) { return r.vendor, nil },
		Settings: func(context.Context) (app.Settings, error) { return r.doc, nil },
		Decide: func(doc app.Settings, s app.AlertState) app.AlertDecision {
			r.store.decided, r.state = append(r.store.decided, doc), s
			return app.AlertDecision{Deliveries: make([]app.DecidedDelivery, len(s.Fresh))}
		},
		Left: func(context.Context, time.Time) ([]string, error) { return r.left, nil },
		Wake: func() { r.woken.Add(1) },
		Now:  time.Now,
	})
	return r
}

// due runs what is due at now and waits until nothing moves any more: all is read, or waits for time to pass.
func (r *rig) due(t *testing.T, now time.Time) {
	t.Helper()
	if err := r.RunDue(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
}

func (r *rig) one(t *testing.T) intake.Status {
	t.Helper()
	list, err := r.Status(t.Context())
	if err != nil || len(list) == 0 {
		t.Fatalf("status: %v, %v", list, err)
	}
	return list[0]
}

func TestSyncStoresAndCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig("sync")
		got, err := r.Sync(t.Context(), "sync")
		if err != nil || got.Organizations != 2 || got.Events != 1 || got.Readings != 1 || !got.Complete || len(got.Problems) != 0 {
			t.Fatalf("Sync: %+v, %v", got, err)
		}
		if b := r.store.batches; len(b) != 1 || b[0].Source != "sync" || r.woken.Load() != 1 {
			t.Errorf("batch %+v, woken %d times", b, r.woken.Load())
		}
		if _, err := r.Sync(t.Context(), "sync"); err != nil {
			t.Fatal(err)
		}
		if m := r.vendor.marks[1]; len(m) != 1 || m[0].Value != "7" {
			t.Errorf("the second pull was given the marks %v", m)
		}
		if st := r.one(t); st.LastOKAt.IsZero() || st.LastError != "" || !st.Complete || len(st.Beats) != 2 || st.Kind != "x360sync" {
			t.Errorf("status %+v", st)
		}
		if _, err := r.Sync(t.Context(), "nobody"); app.ErrorCode(err) != app.NotFound {
			t.Errorf("unknown source: %v", err)
		}
	})
}

func TestRunDuePollsByInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig("sync")
		for range 21 { // ten minutes, asked twice a minute
			r.due(t, time.Now())
			time.Sleep(30 * time.Second)
		}
		pulls, usages := r.vendor.counts()
		if pulls != 11 || usages != 1 {
			t.Errorf("%d pulls and %d usage readings in ten minutes, want 11 and 1", pulls, usages)
		}
		if n := len(r.one(t).Beats); n != 11 {
			t.Errorf("%d beats", n)
		}
		r.Hurry("sync")
		if r.due(t, time.Now()); r.vendor.pulls != 12 {
			t.Error("a source that was hurried was not polled")
		}
		// A clock set back by a day must not stop the polls for a day.
		if r.due(t, time.Now().Add(-24*time.Hour)); r.vendor.pulls != 13 {
			t.Error("no poll after the clock was set back")
		}
	})
}

func TestUsageOncePerLocalDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the bubble begins at 2000-01-01 00:00 UTC, 13:00 in Auckland
		r := newRig("sync")
		poll := func() int {
			if _, err := r.Poll(t.Context(), "sync"); err != nil {
				t.Fatal(err)
			}
			_, n := r.vendor.counts()
			return n
		}
		if n := poll(); n != 1 {
			t.Fatalf("first poll read usage %d times", n)
		}
		time.Sleep(10*time.Hour + 50*time.Minute) // 23:50
		if n := poll(); n != 1 {
			t.Errorf("usage read again on the same day")
		}
		time.Sleep(20 * time.Minute) // 00:10
		if n := poll(); n != 2 {
			t.Errorf("usage not read on the next day")
		}
		// After a restart the store says that today is done.
		again := newRig("sync")
		again.store.readings = r.store.readings
		if _, err := again.Poll(t.Context(), "sync"); err != nil || again.vendor.usages != 0 {
			t.Errorf("usage read again after a restart: %v", err)
		}
	})
}

func TestIncompleteUsageIsReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig("sync")
		r.vendor.set(func() { r.vendor.partial = true })
		got, err := r.Poll(t.Context(), "sync")
		if err != nil || got.Complete || len(got.Problems) != 1 {
			t.Fatalf("%+v, %v", got, err)
		}
		time.Sleep(10 * time.Minute)
		if _, _ = r.Poll(t.Context(), "sync"); r.vendor.usages != 1 {
			t.Error("read again at once")
		}
		r.vendor.set(func() { r.vendor.partial = false })
		time.Sleep(time.Hour)
		if got, _ = r.Poll(t.Context(), "sync"); r.vendor.usages != 2 || !got.Complete {
			t.Errorf("not read again after an hour: %+v", got)
		}
		time.Sleep(2 * time.Hour)
		if _, _ = r.Poll(t.Context(), "sync"); r.vendor.usages != 2 {
			t.Error("read again although today's is complete")
		}
	})
}

func TestErrorsAreRememberedAndWaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig("sync")
		r.vendor.set(func() {
			r.vendor.err = &app.Error{Code: app.RateLimited, Message: "x360Sync asked us to wait.", RetryAfter: 10 * time.Minute}
		})
		r.due(t, time.Now())
		st := r.one(t)
		if st.LastError != "x360Sync asked us to wait." || st.ErrorCode != app.RateLimited || st.Complete || !st.LastOKAt.IsZero() {
			t.Errorf("status %+v", st)
		}
		time.Sleep(9 * time.Minute)
		if r.due(t, time.Now()); r.vendor.pulls != 1 {
			t.Error("polled before the time it was asked to wait")
		}
		r.vendor.set(func() { r.vendor.err = nil })
		time.Sleep(time.Minute)
		r.due(t, time.Now())
		if st := r.one(t); st.LastError != "" || st.LastOKAt.IsZero() || !st.Complete {
			t.Errorf("status after recovery %+v", st)
		}
		r.vendor.set(func() { r.vendor.usageErr = errors.New("cut") })
		if got, err := r.Sync(t.Context(), "sync"); err == nil || got.Organizations != 2 || got.Complete {
			t.Errorf("usage failed: %+v, %v", got, err)
		}
	})
}

func TestOneReadingAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig("sync")
		r.vendor.set(func() { r.vendor.slow = time.Minute })
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { _, _ = r.Sync(t.Context(), "sync") })
		}
		synctest.Wait()
		if !r.one(t).Running {
			t.Error("the status does not say that it is being read")
		}
		if r.due(t, time.Now()); r.vendor.most != 1 {
			t.Errorf("%d readings at once", r.vendor.most)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := r.Sync(ctx, "sync"); app.ErrorCode(err) != app.Unavailable {
			t.Errorf("waiting for one's turn until the context ends: %v", err)
		}
		wg.Wait()
		if pulls, _ := r.vendor.counts(); pulls != 3 || r.vendor.most != 1 {
			t.Errorf("%d pulls, %d at once", pulls, r.vendor.most)
		}
	})
}

func TestTickAndRefreshCoverEverySource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig("one", "two")
		if err := r.Tick(t.Context(), time.Now()); err != nil || !slices.Equal(r.store.ticks, []string{"one", "two"}) {
			t.Fatalf("ticked %v, %v", r.store.ticks, err)
		}
		names := []string{"one", "two"}
		if problems := r.Refresh(t.Context(), names); len(problems) != 0 || r.vendor.usages != 2 || r.vendor.pulls != 0 {
			t.Errorf("refresh: %v", problems)
		}
		r.vendor.set(func() { r.vendor.partial = true })
		if problems := r.Refresh(t.Context(), names[:1]); len(problems) != 1 || problems[0].Unread {
			t.Errorf("refresh of what can be read in part: %v", problems)
		}
		r.vendor.set(func() { r.vendor.usageErr = app.Errorf(app.Unauthorized, "Sign in again.") })
		want := []intake.Problem{{"one", "Sign in again.", true}, {"two", "Sign in again.", true}}
		if problems := r.Refresh(t.Context(), names); !slices.Equal(problems, want) {
			t.Errorf("refresh of what cannot be read: %v", problems)
		}
	})
}

// TestTickAsksAboutWhatLeft: once more, unless one of the same name is there, which is asked about anyway.
func TestTickAsksAboutWhatLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig("one")
		r.left = []string{"gone", "one"}
		if err := r.Tick(t.Context(), time.Now()); err != nil || !slices.Equal(r.store.ticks, []string{"one", "gone"}) {
			t.Errorf("ticked %v, %v", r.store.ticks, err)
		}
		if list, err := r.Status(t.Context()); err != nil || len(list) != 1 {
			t.Errorf("status %v, %v", list, err)
		}
	})
}

func TestRemovedSourceIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig("one", "two")
		r.due(t, time.Now())
		r.doc.Sources = r.doc.Sources[:1]
		r.due(t, time.Now())
		if list, err := r.Status(t.Context()); err != nil || len(list) != 1 || list[0].Name != "one" {
			t.Errorf("status %v, %v", list, err)
		}
	})
}
