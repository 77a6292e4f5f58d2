package intake_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"psabridge/app"
	"psabridge/app/intake"
)

func TestStepsAreToldAndKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig("sync")
		r.vendor.steps = []string{"Signed in", "2 organizations in 1 call"}
		var heard []string
		var heardNow []intake.Step
		got, err := r.SyncWatched(t.Context(), "sync", func(s intake.Step) {
			heard = append(heard, s.Text)
			heardNow = r.one(t).Steps
		})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"Signed in", "2 organizations in 1 call", "Stored what happened: 2 organizations, 1 event not known before", "Stored what is used: 1 reading"}
		if !slices.Equal(heard, want) {
			t.Errorf("heard %q, want %q", heard, want)
		}
		texts := func(steps []intake.Step) (out []string) {
			for _, s := range steps {
				out = append(out, s.Text)
			}
			return out
		}
		if !slices.Equal(texts(got.Steps), want) || !slices.Equal(texts(r.one(t).Steps), want) || len(heardNow) != len(want) {
			t.Errorf("kept %q and %q, and %d while it was read", got.Steps, r.one(t).Steps, len(heardNow))
		}
		// The newest reading's only, and why it ended.
		r.vendor.set(func() { r.vendor.err = app.Errorf(app.Unavailable, "x360Sync does not answer.") })
		time.Sleep(time.Minute)
		r.due(t, time.Now())
		if got := texts(r.one(t).Steps); !slices.Equal(got, []string{"Signed in", "2 organizations in 1 call", "x360Sync does not answer."}) {
			t.Errorf("after a poll that failed: %q", got)
		}
	})
}

func TestStepsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig("sync")
		r.vendor.steps = make([]string, 10_000)
		if got, err := r.Sync(t.Context(), "sync"); err != nil || len(got.Steps) > 1000 || len(r.one(t).Steps) != len(got.Steps) {
			t.Errorf("%d steps, %v", len(got.Steps), err)
		}
	})
}
