package upkeep_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/psa"
	"psabridge/store"
	"psabridge/store/storetest"
)

// lagging is a ConnectWise whose search shows a ticket only a while after it was made.
type lagging struct {
	psa.Client
	now    func() time.Time
	lag    time.Duration
	ticket app.RemoteTicket
	asked  int
}

func (l *lagging) TicketsOf(_ context.Context, prefix string, _ int64) ([]app.RemoteTicket, error) {
	l.asked++
	if !strings.HasPrefix(l.ticket.XRef, prefix) || l.now().Sub(l.ticket.EnteredAt) < l.lag {
		return nil, nil
	}
	return []app.RemoteTicket{l.ticket}, nil
}

// restored is a world put back from a backup a moment ago, with one connection.
func restored(t *testing.T) (w *world, install app.Install) {
	t.Helper()
	w = newWorld(t)
	b, err := w.BackUp(t.Context(), app.BackupHand, "")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	clock := func() time.Time { return w.now }
	if _, err := store.Restore(t.Context(), dir, b.Path, store.Options{Now: clock}); err != nil {
		t.Fatal(err)
	}
	w.store = storetest.OpenAt(t, dir, clock)
	w.doc.Connections = []app.ConnectionSettings{{Name: "cw"}}
	w.begin()
	if install, err = w.store.Install(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w, install
}

// TestASearchThatLagsIsWaitedFor: the newest ticket was made a minute before the database was put back, and ConnectWise's search
// shows it five minutes late. Asking at once would miss it, and it would be made again.
func TestASearchThatLagsIsWaitedFor(t *testing.T) {
	w, in := restored(t)
	cw := &lagging{now: func() time.Time { return w.now }, lag: 5 * time.Minute}
	cw.ticket = app.RemoteTicket{ID: 48001, XRef: in.ID + "-x", Summary: "Down", EnteredAt: w.now.Add(-time.Minute)}
	w.client = cw
	for range 31 { // half a minute each
		if err := w.Reconcile(t.Context(), w.now); err != nil {
			t.Fatal(err)
		}
		if r := w.Problems().Restore; r.Pending() && !strings.Contains(r.Problem, "15m") {
			t.Fatalf("it says %q", r.Problem)
		}
		w.now = w.now.Add(30 * time.Second)
	}
	if r := w.Problems().Restore; r.Pending() || r.Found != 1 || r.Problem != "" || w.woken != 1 {
		t.Errorf("after a quarter of an hour: %+v, woken %d", r, w.woken)
	}
	if cw.asked != 2 {
		t.Errorf("ConnectWise was asked %d times", cw.asked)
	}
}

// TestALateStartWaitsForNoSearch: put back yesterday, started today.
func TestALateStartWaitsForNoSearch(t *testing.T) {
	w, _ := restored(t)
	w.client = &lagging{now: func() time.Time { return w.now }}
	w.now = w.now.Add(24 * time.Hour)
	if err := w.Reconcile(t.Context(), w.now); err != nil {
		t.Fatal(err)
	}
	if r := w.Problems().Restore; r.Pending() {
		t.Errorf("%+v", r)
	}
}

// TestAClockThatWasAheadDoesNotHoldForEver: the database was put back by a clock that was a year ahead.
func TestAClockThatWasAheadDoesNotHoldForEver(t *testing.T) {
	w, _ := restored(t)
	w.client = &lagging{now: func() time.Time { return w.now }}
	w.now = w.now.AddDate(-1, 0, 0)
	w.begin()
	for range 2 {
		if err := w.Reconcile(t.Context(), w.now); err != nil {
			t.Fatal(err)
		}
		w.now = w.now.Add(16 * time.Minute)
	}
	if r := w.Problems().Restore; r.Pending() {
		t.Errorf("%+v", r)
	}
}
