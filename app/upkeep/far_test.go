package upkeep_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/upkeep"
	"psabridge/store"
)

// TestASecondFolderThatHangsHoldsNobody: the server of its share is gone, and the system does not answer. A push that waits for
// its backup goes on, the page says what is wrong, and when the share is back the copy is made and the warning goes.
func TestASecondFolderThatHangsHoldsNobody(t *testing.T) {
	w := newWorld(t)
	ctx, second := t.Context(), t.TempDir()
	back, gone := make(chan struct{}), atomic.Bool{}
	hang := func(folder string) {
		if folder == second && gone.Load() {
			<-back
		}
	}
	u := upkeep.New(upkeep.Deps{
		Store: w.store, Folder: w.folder, Inspect: store.Inspect, Size: func() int64 { return w.size }, Now: func() time.Time { return w.now },
		List: func(folder string) []app.Backup { hang(folder); return store.Backups(folder) },
		Free: func(folder string) (int64, error) { hang(folder); return 1 << 40, nil }, Patience: 50 * time.Millisecond,
	})
	if err := u.SetSecond(ctx, second); err != nil {
		t.Fatal(err)
	}
	gone.Store(true)
	for range 3 { // each of them begins no second call that hangs
		w.now = w.now.Add(time.Minute)
		if b, err := u.BackUp(ctx, app.BackupPush, ""); err != nil || !b.Verified {
			t.Fatalf("%+v %v", b, err)
		}
		if st, err := u.State(ctx); err != nil || len(st.Backups) == 0 || !strings.Contains(st.SecondProblem.Message, second) {
			t.Fatalf("%+v %v", st, err)
		}
	}
	gone.Store(false)
	u.Patience = time.Minute // a busy computer takes its time with a copy that does not hang
	close(back)
	for u.Problems().SecondProblem.Message != "" { // the copy that hung ends by itself
		if ctx.Err() != nil {
			t.Fatal(ctx.Err())
		}
		time.Sleep(time.Millisecond)
	}
	w.now = w.now.Add(time.Minute)
	b, err := u.BackUp(ctx, app.BackupPush, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(second, b.Name)); err != nil || u.Problems().SecondProblem.Message != "" {
		t.Errorf("%v, %+v", err, u.Problems().SecondProblem)
	}
}

// TestHalfACopyIsSweptAway: what a kill left of a backup does not stay for ever, and is never written into: it may be open to
// others, or a link.
func TestHalfACopyIsSweptAway(t *testing.T) {
	w := newWorld(t)
	ctx, second := t.Context(), t.TempDir()
	if err := w.SetSecond(ctx, second); err != nil {
		t.Fatal(err)
	}
	in, err := w.store.Install(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(w.folder, 0o700); err != nil {
		t.Fatal(err)
	}
	victim := filepath.Join(t.TempDir(), "victim")
	if err := os.WriteFile(victim, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	name := app.BackupName(in.ID, app.BackupHand, w.now)
	if err := os.Symlink(victim, filepath.Join(second, name+".unfinished")); err != nil {
		t.Skip(err)
	}
	old := app.BackupName(in.ID, app.BackupDaily, w.now.AddDate(0, 0, -3)) + ".unfinished"
	theirs := app.BackupName("otherother", app.BackupDaily, w.now.AddDate(0, 0, -3)) + ".unfinished"
	for _, path := range []string{filepath.Join(w.folder, old), filepath.Join(second, old), filepath.Join(second, theirs), filepath.Join(second, "psabridge notes.txt")} {
		if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.BackUp(ctx, app.BackupHand, ""); err != nil || w.Problems().SecondProblem.Message != "" {
		t.Fatalf("%v %+v", err, w.Problems().SecondProblem)
	}
	if b, err := os.ReadFile(victim); err != nil || string(b) != "mine" {
		t.Errorf("a link was followed: %q (%v)", b, err)
	}
	for folder, want := range map[string]int{w.folder: 1, second: 3} {
		list, _ := os.ReadDir(folder)
		if len(list) != want {
			t.Errorf("%s holds %v", folder, list)
		}
	}
	if info, err := os.Lstat(filepath.Join(second, name)); err != nil || !info.Mode().IsRegular() || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
}

// TestABackupByHandIsNotTakenByTheNext: one is made before something is tried and another after it.
func TestABackupByHandIsNotTakenByTheNext(t *testing.T) {
	w := newWorld(t)
	for range 13 {
		w.now = w.now.Add(time.Minute)
		if _, err := w.BackUp(t.Context(), app.BackupHand, ""); err != nil {
			t.Fatal(err)
		}
	}
	if list := store.Backups(w.folder); len(list) != 10 || !list[0].At.Equal(w.now) {
		t.Errorf("%d backups are there", len(list))
	}
}

// TestACheckDatedAheadIsNoExcuse: the file was checked while the clock was a year ahead.
func TestACheckDatedAheadIsNoExcuse(t *testing.T) {
	w := newWorld(t)
	if err := w.store.SaveVerified(t.Context(), w.now.AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	w.days(1)
	if at, err := w.store.VerifiedAt(t.Context()); err != nil || at.After(w.now) {
		t.Errorf("the file was checked at %s (%v)", at, err)
	}
}
