package ticketing_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/outbox"
	"psabridge/app/psa"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
	"psabridge/app/ticketing"
	"psabridge/store"
)

// TestAConnectionSetUpAnewAfterARestoreIsAsked: the backup did not know the connection, so nobody asked it for what was made since.
// The same trouble, derived anew, has another reference; its ticket is found by whose it is all the same, and an older one is not.
func TestAConnectionSetUpAnewAfterARestoreIsAsked(t *testing.T) {
	summary := ""
	for _, history := range []bool{false, true} {
		w := newWorld(t, sandbox.Options{})
		ctx, backup := t.Context(), filepath.Join(t.TempDir(), "copy.db")
		in, err := w.store.Install(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if history { // of an installation before this one, say; its row was pruned long ago
			if _, err := w.client.CreateTicket(ctx, app.NewTicket{Summary: summary, CompanyID: w.company(), BoardID: sample.BoardAlerts, XRef: in.ID + "-old"}); err != nil {
				t.Fatal(err)
			}
			w.set(w.clock.Add(48 * time.Hour))
		}
		if _, err := w.store.Backup(ctx, backup); err != nil {
			t.Fatal(err)
		}
		if !history {
			w.set(w.clock.Add(24 * time.Hour))
			w.problem()
			w.deliver(time.Minute)
			summary = w.only().Summary
		}
		if err := w.store.Close(); err != nil {
			t.Fatal(err)
		}
		w.set(w.clock.Add(time.Hour))
		w.forget(backup)
		w.problem()
		w.deliver(time.Minute)
		want := 1
		if history {
			want = 2
		}
		if got := len(w.remote()); got != want {
			t.Errorf("history %v: ConnectWise holds %d tickets of ours, want %d", history, got, want)
		}
	}
}

// forget goes on from a backup whose connections were asked already, or so they say.
func (w *world) forget(backup string) {
	w.t.Helper()
	w.dir = w.t.TempDir()
	back, err := store.Restore(w.t.Context(), w.dir, backup, store.Options{Now: w.now})
	if err != nil {
		w.t.Fatal(err)
	}
	w.open()
	if err := w.store.SaveFound(w.t.Context(), back.Restore.ID, nil, 0, w.clock); err != nil {
		w.t.Fatal(err)
	}
	w.desk = ticketing.New(ticketing.Deps{
		Store: w.store, Now: w.now, SearchFirst: func() bool { return true },
		Client:   func(context.Context, string) (psa.Client, error) { return w.client, nil },
		Settings: func(context.Context) (app.Settings, error) { return w.doc, nil },
	})
	w.box = outbox.New(w.store, w.desk.Handlers(), outbox.Options{Now: w.now, Random: func() float64 { return 0.5 }})
}
