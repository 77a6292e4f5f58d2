package intake_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"psabridge/app"
	"psabridge/app/intake"
	"psabridge/app/source"
)

// told is what the rules are told of the source when time passes.
func (r *rig) told(t *testing.T, now time.Time) (since time.Time, text string) {
	t.Helper()
	if err := r.Tick(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	return r.state.FailingSince, r.state.FailingText
}

func TestSinceWhenASourceFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig("sync")
		wait := func(d time.Duration) { // the schedule asks twice a minute
			for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(30 * time.Second) {
				r.due(t, time.Now())
			}
		}
		wait(10 * time.Minute)
		if since, _ := r.told(t, time.Now()); !since.IsZero() {
			t.Errorf("a source that is read fails since %v", since)
		}
		r.vendor.set(func() { r.vendor.err = app.Errorf(app.Unavailable, "x360Sync does not answer.") })
		began := time.Now()
		wait(20 * time.Minute)
		since, text := r.told(t, time.Now())
		if since.Before(began) || since.After(began.Add(time.Minute)) || text != "x360Sync does not answer." {
			t.Errorf("fails since %v (%q), want %v", since, text, began)
		}
		if st := r.one(t); !st.FailingSince.Equal(since) {
			t.Errorf("status says %v", st.FailingSince)
		}

		// The machine sleeps: nobody knows of that time, and the first try after it is the first that counts.
		time.Sleep(8 * time.Hour)
		if since, _ := r.told(t, time.Now()); !since.Equal(time.Now()) {
			t.Errorf("right after waking it fails since %v, want now", since)
		}
		woke := time.Now()
		wait(5 * time.Minute)
		if since, _ := r.told(t, time.Now()); since.Before(woke) {
			t.Errorf("after waking it fails since %v, want %v", since, woke)
		}

		r.vendor.set(func() { r.vendor.err, r.vendor.usageErr = nil, app.Errorf(app.Unavailable, "Usage cannot be read.") })
		wait(2 * time.Minute)
		if since, text := r.told(t, time.Now()); !since.IsZero() || text != "" {
			t.Errorf("what happens is read again, and yet it fails since %v (%q)", since, text)
		}
		if last := r.store.batches[len(r.store.batches)-1]; last.Pushed {
			t.Error("a poll was taken for something sent")
		}
	})
}

func TestTheFirstGoodReadIsToldThatItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig("sync")
		r.vendor.set(func() { r.vendor.err = app.Errorf(app.Unavailable, "No.") })
		r.due(t, time.Now())
		r.vendor.set(func() { r.vendor.err = nil })
		time.Sleep(time.Minute)
		r.due(t, time.Now())
		if !r.state.FailingSince.IsZero() || len(r.store.batches) != 1 {
			t.Errorf("the batch is judged with failing since %v", r.state.FailingSince)
		}
	})
}

func TestOnlyTriesThatFailedCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig("sync")
		r.vendor.set(func() { r.vendor.slow = time.Hour })
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := r.Poll(ctx, "sync"); err == nil {
			t.Fatal("a poll that was cancelled went well")
		}
		if since, _ := r.told(t, time.Now()); !since.IsZero() {
			t.Errorf("cancelled, and fails since %v", since)
		}
		r.vendor.set(func() { r.vendor.slow, r.vendor.usageErr = 0, app.Errorf(app.Unavailable, "Usage cannot be read.") })
		if _, err := r.SyncUsage(t.Context(), "sync"); err == nil {
			t.Fatal("usage was read")
		}
		if since, _ := r.told(t, time.Now()); !since.IsZero() {
			t.Errorf("only usage cannot be read, and it fails since %v", since)
		}
	})
}

func TestASourceThatCannotBeAskedFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told app.AlertState
		in := intake.New(intake.Deps{
			Store: &memory{},
			Source: func(context.Context, string) (source.Source, error) {
				return nil, app.Errorf(app.Invalid, "Enter the password.")
			},
			Settings: func(context.Context) (app.Settings, error) {
				return app.Settings{Sources: []app.SourceSettings{{Name: "sync", Every: app.Duration(time.Minute)}}}, nil
			},
			Decide: func(_ app.Settings, s app.AlertState) app.AlertDecision { told = s; return app.AlertDecision{} },
		})
		// A source that asks to wait is not asleep.
		began := time.Now()
		_, _ = in.Poll(t.Context(), "sync")
		time.Sleep(90 * time.Second)
		_, _ = in.Poll(t.Context(), "sync")
		if err := in.Tick(t.Context(), time.Now()); err != nil || !told.FailingSince.Equal(began) || told.FailingText != "Enter the password." {
			t.Errorf("fails since %v (%q), %v", told.FailingSince, told.FailingText, err)
		}
	})
}
