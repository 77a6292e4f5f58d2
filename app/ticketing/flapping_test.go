package ticketing_test

import (
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
)

// flap lets a machine go down and up, each for so long, and lets the minutes pass in between as the program does.
func (w *world) flap(times int, down, up time.Duration) {
	w.t.Helper()
	for range times {
		w.problem()
		w.deliver(0)
		w.wait(down)
		w.recovery()
		w.deliver(0)
		w.wait(up)
	}
}

// wait lets time pass, with the ticks that what only needs time needs; a reading is one as well.
func (w *world) wait(d time.Duration) {
	w.t.Helper()
	const step = 30 * time.Minute
	for ; d > step; d -= step {
		w.tick(step)
		w.deliver(0)
	}
	w.set(w.clock.Add(d))
}

// settled lets everything become calm and holds what a week of flapping may have left behind: one ticket, closed, with its
// facts, and no more notes than one per quiet time.
func (w *world) settled(most int) {
	w.t.Helper()
	w.wait(10 * time.Hour)
	got := w.only()
	notes := w.vendor.ConnectWise.Notes(got.ID)
	if !got.Closed || len(notes) > most || recovered(w, got.ID) == 0 {
		w.t.Errorf("closed %t, %d notes of at most %d, told of %d recoveries", got.Closed, len(notes), most, recovered(w, got.ID))
	}
	last := time.Time{}
	for _, n := range notes[2:] { // those of the create come together
		if !last.IsZero() && n.At.Sub(last) < 15*time.Minute {
			w.t.Errorf("notes at %s and %s, within one quiet time", last, n.At)
		}
		last = n.At
	}
	if states := w.states(); states[app.DeliveryParked]+states[app.DeliveryWaiting]+states[app.DeliveryChecking] != 0 {
		w.t.Errorf("states %v", states)
	}
}

// TestF14Flapping: a thousand times within an hour, read every half minute, some twenty changes in each reading: every other
// one leaves it down.
func TestF14Flapping(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	var read []app.Event
	for i := range 2000 {
		w.set(w.clock.Add(1800 * time.Millisecond))
		read = append(read, w.event([]app.EventState{app.Problem, app.Recovery}[i%2]))
		if len(read) == 19 || i == 1999 {
			w.poll(read...)
			w.deliver(0)
			read = nil
		}
	}
	const quiet = int(time.Hour/(15*time.Minute)) + 1
	w.settled(2 + quiet + 2) // the create's own two, one per quiet time, the facts and one on the way to them
}

// TestF14FlappingWeek: three ways of flapping for seven days through the real rules, store and outbox. Without PSABRIDGE_ALL
// the quickest of them ends after two; the rules alone go through the week in their own package.
func TestF14FlappingWeek(t *testing.T) {
	t.Parallel()
	const week = 7 * 24 * time.Hour
	quickest := time.Duration(most(2, 7)) * 24 * time.Hour
	for _, tc := range []struct {
		name     string
		down, up time.Duration
		span     time.Duration
		most     int
	}{
		{"every 20 minutes", 10 * time.Minute, 10 * time.Minute, quickest, 2 + int(quickest/(4*time.Hour)) + 10},
		{"every 6 hours", 10 * time.Minute, 6*time.Hour - 10*time.Minute, week, 2 + 3*int(week/(6*time.Hour))},
		{"each night", 2 * time.Hour, 22 * time.Hour, week, 2 + 3*7},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, sandbox.Options{})
			w.flap(int(tc.span/(tc.down+tc.up)), tc.down, tc.up)
			w.settled(tc.most)
		})
	}
}
