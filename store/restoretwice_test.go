package store

import (
	"path/filepath"
	"testing"
	"time"

	"psabridge/app"
)

// TestRestoredTwiceIsReconciledOnce: a backup made while the first restore still waits for its keys holds that wait. Asking
// ConnectWise once answers both, or nothing is ever sent again and no page says why.
func TestRestoredTwiceIsReconciledOnce(t *testing.T) {
	dir, from, ctx := t.TempDir(), t.TempDir(), t.Context()
	lived(t, from, migrations)
	if _, err := Restore(ctx, dir, files{dir: from}.database(), at(monday.Add(time.Hour))); err != nil {
		t.Fatal(err)
	}
	s := mustOpen(t, dir, migrations)
	again := filepath.Join(t.TempDir(), "again.db")
	if _, err := s.Backup(ctx, again); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(ctx, dir, again, at(monday.Add(2*time.Hour))); err != nil {
		t.Fatal(err)
	}
	s = mustOpen(t, dir, migrations)
	r, err := s.LastRestore(ctx)
	if err != nil || !r.Pending() {
		t.Fatalf("restore %+v (%v)", r, err)
	}
	found := []app.FoundTicket{{Connection: "cw", RemoteID: 48002, XRef: "y"}}
	if err := s.SaveFound(ctx, r.ID, found, 0, monday.Add(3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if in, err := s.Install(ctx); err != nil || in.Restoring {
		t.Errorf("install %+v (%v): nothing is ever sent again", in, err)
	}
}

// TestFoundAgainByTheNewestRestore: what two restores found is counted for the newer one, which is what the page tells of.
func TestFoundAgainByTheNewestRestore(t *testing.T) {
	dir, from, ctx := t.TempDir(), t.TempDir(), t.Context()
	lived(t, from, migrations)
	found := []app.FoundTicket{{Connection: "cw", RemoteID: 48002, XRef: "y"}}
	file := files{dir: from}.database()
	for n := range 2 {
		now := monday.Add(time.Duration(n+1) * time.Hour)
		if _, err := Restore(ctx, dir, file, at(now)); err != nil {
			t.Fatal(err)
		}
		s := mustOpen(t, dir, migrations)
		r, err := s.LastRestore(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SaveFound(ctx, r.ID, found, 0, now); err != nil {
			t.Fatal(err)
		}
		if r, err = s.LastRestore(ctx); err != nil || r.Found != 1 {
			t.Errorf("restore %d found %d tickets (%v)", n+1, r.Found, err)
		}
		file = filepath.Join(t.TempDir(), "again.db")
		if _, err := s.Backup(ctx, file); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
