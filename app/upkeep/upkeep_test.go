package upkeep_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"psabridge/app"
	"psabridge/app/psa"
	"psabridge/app/upkeep"
	"psabridge/store"
	"psabridge/store/storetest"
)

// world is an upkeep on a real database, with a clock and a disk the test turns.
type world struct {
	*upkeep.Upkeep
	t       *testing.T
	store   *store.Store
	now     time.Time
	free    int64
	size    int64
	folder  string
	missing []string
	woken   int
	doc     app.Settings
	client  psa.Client
	nobody  error
}

func newWorld(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{t: t, now: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC), free: 1 << 40, size: 1 << 20, folder: filepath.Join(dir, "backups")}
	w.store = storetest.OpenAt(t, dir, func() time.Time { return w.now })
	w.begin()
	return w
}

func (w *world) begin() {
	w.Upkeep = upkeep.New(upkeep.Deps{
		Store: w.store, Folder: w.folder, List: store.Backups, Inspect: store.Inspect,
		Free: func(string) (int64, error) { return w.free, nil }, Size: func() int64 { return w.size },
		Settings: func(context.Context) (app.Settings, error) { return w.doc, nil },
		Client:   func(context.Context, string) (psa.Client, error) { return w.client, w.nobody },
		Missing:  func(context.Context) ([]string, error) { return w.missing, nil },
		Wake:     func() { w.woken++ }, Now: func() time.Time { return w.now },
	})
	if err := w.Load(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// days lets days go by, asked every hour.
func (w *world) days(n int) {
	w.t.Helper()
	for range n * 24 {
		w.now = w.now.Add(time.Hour)
		if err := w.Daily(w.t.Context(), w.now); err != nil {
			w.t.Fatal(err)
		}
	}
}

func TestDailyBackupsAreKeptForDaysAndMonths(t *testing.T) {
	w := newWorld(t)
	if err := w.Daily(t.Context(), w.now); err != nil {
		t.Fatal(err)
	}
	if n := len(store.Backups(w.folder)); n != 0 {
		t.Errorf("a start made %d backups", n)
	}
	w.days(70)
	list := store.Backups(w.folder)
	months := map[string]int{}
	for _, b := range list {
		months[b.At.Format("2006-01")]++
		if b.Kind != app.BackupDaily || !b.Verified {
			t.Errorf("there is %+v", b)
		}
	}
	if len(list) != 15 || months["2026-11"] != 1 {
		t.Errorf("%d backups are kept, by month %v", len(list), months)
	}
	if ago := w.now.Sub(list[0].At); ago >= 25*time.Hour {
		t.Errorf("the newest is %s old", ago)
	}
	if at, err := w.store.VerifiedAt(t.Context()); err != nil || w.now.Sub(at) > 8*24*time.Hour {
		t.Errorf("the database was checked at %s (%v), a week ago at most", at, err)
	}
}

// TestSurplus: of each kind the newest of 14 days and of 13 months stay, whatever was made when; those of others stay anyway.
func TestSurplus(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		start := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
		var list []app.Backup
		for i := range rapid.IntRange(0, 120).Draw(rt, "n") {
			at := start.Add(time.Duration(rapid.IntRange(0, 700*24).Draw(rt, "hour")) * time.Hour)
			kind := rapid.SampledFrom([]app.BackupKind{app.BackupDaily, app.BackupPush}).Draw(rt, "kind")
			install := rapid.SampledFrom([]string{"mine", "mine", "other"}).Draw(rt, "install")
			list = append(list, app.Backup{Name: app.BackupName(install, kind, at) + string(rune(i)), At: at, Kind: kind, Install: install})
		}
		gone := upkeep.Surplus(slices.Clone(list), "mine")
		for _, kind := range []app.BackupKind{app.BackupDaily, app.BackupPush} {
			days, months, newest := map[string]int{}, map[string]bool{}, time.Time{}
			kept, all := 0, 0
			for _, b := range list {
				if b.Kind != kind || b.Install != "mine" {
					continue
				}
				all++
				months[b.At.Format("2006-01")] = true
				if b.At.After(newest) {
					newest = b.At
				}
				if !slices.ContainsFunc(gone, func(g app.Backup) bool { return g.Name == b.Name }) {
					kept++
					days[b.At.Format(time.DateOnly)]++
					if days[b.At.Format(time.DateOnly)] > 1 {
						rt.Fatalf("two of %s are kept", b.At)
					}
				}
			}
			if kept > 27 || kept < min(len(months), 13) || all > 0 && days[newest.Format(time.DateOnly)] != 1 {
				rt.Fatalf("%d of %d %s are kept", kept, all, kind)
			}
		}
		if slices.ContainsFunc(gone, func(b app.Backup) bool { return b.Install != "mine" }) {
			rt.Fatal("a backup of another installation would go")
		}
	})
}

func TestLittleSpaceRefusesInWords(t *testing.T) {
	w := newWorld(t)
	w.free = w.size
	_, err := w.BackUp(t.Context(), app.BackupHand, "")
	if app.ErrorCode(err) != app.Unavailable || !strings.Contains(app.ErrorMessage(err), "1.0 MB free") {
		t.Errorf("%v", err)
	}
	if p := w.Problems().BackupProblem; p.Message == "" || !p.Since.Equal(w.now) {
		t.Errorf("problem %+v", p)
	}
	w.free = 1 << 40
	if _, err := w.BackUp(t.Context(), app.BackupHand, ""); err != nil || w.Problems().BackupProblem.Message != "" {
		t.Errorf("with space: %v, %+v", err, w.Problems().BackupProblem)
	}
}

func TestSecondFolder(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	for name, folder := range map[string]string{"no path": "x", "not there": filepath.Join(t.TempDir(), "none")} {
		if err := w.SetSecond(ctx, folder); app.ErrorCode(err) != app.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	second := t.TempDir()
	if err := w.SetSecond(ctx, second); err != nil {
		t.Fatal(err)
	}
	b, err := w.BackUp(ctx, app.BackupHand, "")
	if err != nil {
		t.Fatal(err)
	}
	if copied, err := store.Inspect(ctx, filepath.Join(second, b.Name)); err != nil || copied.Counts != b.Counts {
		t.Errorf("copy %+v (%v)", copied, err)
	}
	if st, err := w.State(ctx); err != nil || len(st.Backups) != 1 || !st.Backups[0].Second || st.Second != second {
		t.Errorf("state %+v (%v)", st, err)
	}
	if err := w.SetSecond(ctx, w.folder); app.ErrorCode(err) != app.Invalid {
		t.Errorf("the same folder: %v", err)
	}
	// The disk is taken away: the backup is made all the same, and that is said.
	if err := os.RemoveAll(second); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Minute)
	if _, err := w.BackUp(ctx, app.BackupHand, ""); err != nil {
		t.Errorf("without the second folder: %v", err)
	}
	if p := w.Problems().SecondProblem.Message; !strings.Contains(p, second) {
		t.Errorf("it says %q", p)
	}
	if err := w.SetSecond(ctx, ""); err != nil || w.Problems().SecondProblem.Message != "" {
		t.Errorf("%v, %+v", err, w.Problems().SecondProblem)
	}
}

// TestTwoBackupsInOneSecond: two connections that are due together do not refuse each other's push.
func TestTwoBackupsInOneSecond(t *testing.T) {
	w := newWorld(t)
	for range 3 {
		if _, err := w.BackUp(t.Context(), app.BackupHand, ""); err != nil {
			t.Fatal(err)
		}
	}
	if list := store.Backups(w.folder); len(list) != 3 {
		t.Errorf("there are %d", len(list))
	}
}

func TestAFileOfOnesOwnIsLeftAlone(t *testing.T) {
	w := newWorld(t)
	file := filepath.Join(t.TempDir(), "mine.db")
	if b, err := w.BackUp(t.Context(), app.BackupHand, file); err != nil || b.Path != file {
		t.Fatalf("%+v %v", b, err)
	}
	for _, wrong := range []string{file, "relative.db"} {
		if _, err := w.BackUp(t.Context(), app.BackupHand, wrong); app.ErrorCode(err) != app.Invalid {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}

// TestNothingIsReconciledBlindly: keys that are missing and a ConnectWise that does not answer keep everything held, and say
// so; each is asked again, and sending goes on by itself.
func TestNothingIsReconciledBlindly(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	b, err := w.BackUp(ctx, app.BackupHand, "")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := store.Restore(ctx, dir, b.Path, store.Options{Now: func() time.Time { return w.now }}); err != nil {
		t.Fatal(err)
	}
	w.store = storetest.OpenAt(t, dir, func() time.Time { return w.now })
	w.doc.Connections = []app.ConnectionSettings{{Name: "cw"}}
	w.missing = []string{"connections/cw/private_key", "notify/smtp_password"}
	w.nobody = app.Errorf(app.Unavailable, "No answer.")
	w.begin()
	if !w.SearchFirst() {
		t.Error("after a restore nothing is looked for first")
	}
	ask := func(after time.Duration, want string) {
		t.Helper()
		w.now = w.now.Add(after)
		if err := w.Reconcile(ctx, w.now); err != nil {
			t.Fatal(err)
		}
		if r := w.Problems().Restore; !r.Pending() || !strings.Contains(r.Problem, want) || w.woken != 0 {
			t.Errorf("restore %+v, want a problem with %q", r, want)
		}
	}
	ask(0, "connections/cw/private_key")
	w.missing = w.missing[1:]
	ask(time.Second, "connections/cw/private_key") // asked again a little later
	w.Hurry()
	ask(0, "Connection cw")
	w.doc.Connections = nil
	w.now = w.now.Add(time.Hour)
	if err := w.Reconcile(ctx, w.now); err != nil {
		t.Fatal(err)
	}
	if r := w.Problems().Restore; r.Pending() || w.woken != 1 {
		t.Errorf("restore %+v, woken %d", r, w.woken)
	}
	if in, err := w.store.Install(ctx); err != nil || in.Restoring {
		t.Errorf("install %+v (%v)", in, err)
	}
	w.now = w.now.AddDate(0, 3, 0)
	if w.SearchFirst() {
		t.Error("months later everything is still looked for first")
	}
}
