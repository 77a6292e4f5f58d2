package sample

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestRunMovesByTheClockAndStops: Run is the only part of the sample that waits.
func TestRunMovesByTheClockAndStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		live := NewLive(New(1, time.Now()), time.Now())
		changes := 0
		done := make(chan struct{})
		go func() {
			defer close(done)
			live.Run(ctx, time.Now, func(Change) { changes++ })
		}()
		time.Sleep(time.Minute)
		synctest.Wait()
		if changes != 2 {
			t.Errorf("%d changes in the first minute, want 2", changes)
		}
		cancel()
		<-done
	})
}
