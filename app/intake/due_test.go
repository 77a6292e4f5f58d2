package intake_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"psabridge/app"
	"psabridge/app/intake"
	"psabridge/app/source"
)

// pair is an Intake of two sources of which one may be slow.
func pair() (in *intake.Intake, slow, quick *vendor) {
	slow, quick = &vendor{now: time.Now}, &vendor{now: time.Now}
	r := newRig("slow", "quick")
	return intake.New(intake.Deps{
		Store: r.store,
		Source: func(_ context.Context, name string) (source.Source, error) {
			if name == "slow" {
				return slow, nil
			}
			return quick, nil
		},
		Settings: func(context.Context) (app.Settings, error) { return r.doc, nil },
		Decide:   func(app.Settings, app.AlertState) app.AlertDecision { return app.AlertDecision{} },
	}), slow, quick
}

func TestSlowSourceKeepsNoOtherWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, slow, quick := pair()
		slow.set(func() { slow.slow = 20*time.Minute + 15*time.Second })
		for range 120 { // an hour, asked twice a minute, each time twice
			for range 2 {
				if err := in.RunDue(t.Context(), time.Now()); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(30 * time.Second)
		}
		if n, _ := quick.counts(); n != 60 {
			t.Errorf("the quick source was polled %d times in an hour, want 60", n)
		}
		if n, _ := slow.counts(); n != 3 || slow.most != 1 {
			t.Errorf("the slow source was polled %d times, %d at once, want 3 and 1", n, slow.most)
		}
		if err := in.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestStopEndsThePollsAndStartsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, slow, quick := pair()
		slow.set(func() { slow.slow = time.Hour })
		if err := in.RunDue(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		began := time.Now()
		for range 2 {
			if err := in.Stop(t.Context()); err != nil || time.Since(began) != 0 || slow.atOnce != 0 {
				t.Fatalf("stopped after %s with %d polls under way, %v", time.Since(began), slow.atOnce, err)
			}
		}
		time.Sleep(time.Hour)
		if err := in.RunDue(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if n, _ := quick.counts(); n != 1 {
			t.Errorf("%d polls, want only the one before Stop", n)
		}
	})
}

func TestStopDoesNotWaitForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		in := intake.New(intake.Deps{
			Store: &memory{},
			Source: func(context.Context, string) (source.Source, error) {
				<-release // it does not listen to its context
				return nil, app.Errorf(app.Unavailable, "Too late.")
			},
			Settings: func(context.Context) (app.Settings, error) {
				return app.Settings{Sources: []app.SourceSettings{{Name: "deaf"}}}, nil
			},
		})
		if err := in.RunDue(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // it is under way, and not stopped before it began
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := in.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Stop: %v", err)
		}
		close(release)
		if err := in.Stop(t.Context()); err != nil {
			t.Errorf("Stop after it ended: %v", err)
		}
	})
}
