package store

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"psabridge/app"
)

// withLater is the program's schema and one step more, for tests of migrating.
var withLater = later("CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT;")

func later(statements string) []migration {
	return append(append([]migration{}, migrations...), migration{version: len(migrations) + 1, sql: statements})
}

func mustOpen(t *testing.T, dir string, steps []migration) *Store {
	t.Helper()
	s, err := open(t.Context(), dir, Options{}, steps)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestOpenKeepsItsIdentity(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a b%?#é") // a path that is not fit for an address as it stands
	s := mustOpen(t, dir, migrations)
	first, err := s.Install(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(first.ID) != 10 || !strings.HasPrefix(first.HostLabel, "psabridge-") || len(first.HostLabel) != len("psabridge-")+8 {
		t.Errorf("install %+v", first)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := mustOpen(t, dir, migrations).Install(t.Context())
	if err != nil || again != first {
		t.Errorf("install is %+v after opening again (%v), was %+v", again, err, first)
	}
	if entries, _ := os.ReadDir(filepath.Join(dir, "backups")); len(entries) != 0 {
		t.Error("a backup was made without a migration")
	}
}

func TestMigratingBacksUpFirst(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir, migrations)
	if err := s.SaveSecretRecord(t.Context(), app.SecretRecord{Name: "kept", SetAt: time.Now()}); err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	s = mustOpen(t, dir, withLater)
	if _, err := s.SecretRecord(t.Context(), "kept"); err != nil {
		t.Error(err)
	}
	if _, _, err := maybe[int](t.Context(), s.db, "SELECT count(*) FROM later"); err != nil {
		t.Error(err)
	}
	found, err := filepath.Glob(filepath.Join(dir, "backups", fmt.Sprintf("psabridge-v%d-before-v%d-*.db", len(migrations), len(withLater))))
	if err != nil || len(found) != 1 {
		t.Fatalf("backups %v (%v), want one", found, err)
	}
	db, err := sql.Open("sqlite", "file:"+found[0]+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if v, err := schemaVersion(t.Context(), db); err != nil || v != len(migrations) {
		t.Errorf("the backup has schema %d (%v), want %d", v, err, len(migrations))
	}
	wantMode(t, found[0], 0o600)
}

func TestFailedMigrationChangesNothing(t *testing.T) {
	dir := t.TempDir()
	_ = mustOpen(t, dir, migrations).Close()
	broken := later("CREATE TABLE half (id INTEGER PRIMARY KEY) STRICT; SELECT nonsense;")
	if _, err := open(t.Context(), dir, Options{}, broken); err == nil {
		t.Fatal("opened with a broken migration")
	}
	s := mustOpen(t, dir, migrations) // the old program still opens it
	if n, _, err := maybe[int](t.Context(), s.db, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'"); err != nil || n != 0 {
		t.Errorf("%d tables of the broken migration are left (%v)", n, err)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	dir := t.TempDir()
	_ = mustOpen(t, dir, withLater).Close()
	_, err := open(t.Context(), dir, Options{}, migrations)
	if app.ErrorCode(err) != app.Conflict {
		t.Fatalf("error %v, want a conflict", err)
	}
	for _, want := range []string{fmt.Sprintf("version %d", len(withLater)), fmt.Sprintf("version %d", len(migrations)), "newer psabridge"} {
		if !strings.Contains(app.ErrorMessage(err), want) {
			t.Errorf("%q does not say %q", app.ErrorMessage(err), want)
		}
	}
}

func TestDamageIsRefusedAndLeftAlone(t *testing.T) {
	good := filepath.Join(t.TempDir(), "good")
	_ = mustOpen(t, good, migrations).Close()
	whole, err := os.ReadFile(files{dir: good}.database())
	if err != nil {
		t.Fatal(err)
	}
	flipped := append([]byte{}, whole...)
	for i := 4096; i < 3*4096; i++ {
		flipped[i] ^= 0x5a
	}
	other := append([]byte{}, whole...)
	copy(other[68:72], "abcd")
	for name, content := range map[string][]byte{
		"empty": {}, "truncated header": whole[:50], "truncated": whole[:len(whole)/2], "flipped": flipped,
		"text": []byte(strings.Repeat("not a database ", 400)), "another program's": other,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := files{dir: dir}.database()
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := open(t.Context(), dir, Options{}, migrations)
			if app.ErrorCode(err) != app.Unavailable || !strings.Contains(app.ErrorMessage(err), "Nothing was changed") {
				t.Errorf("error %v, want a refusal that says what to do", err)
			}
			after, err := os.ReadFile(path)
			if err != nil || string(after) != string(content) {
				t.Errorf("the file was changed (%v)", err)
			}
		})
	}
	t.Run("missing beside its wal", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.WriteFile(files{dir: dir}.database()+"-wal", []byte("something"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := open(t.Context(), dir, Options{}, migrations); app.ErrorCode(err) != app.Unavailable {
			t.Errorf("error %v, want a refusal", err)
		}
	})
}

func TestHalfMadeDatabaseIsMadeAnew(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(files{dir: dir}.database()+".new", []byte("left by a crash"), 0o600); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, dir, migrations)
}

func TestModesAreNarrowed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes are the access list's business on Windows")
	}
	dir := t.TempDir()
	s := mustOpen(t, dir, migrations)
	path := files{dir: dir}.database()
	for _, suffix := range []string{"", "-wal", "-shm"} {
		wantMode(t, path+suffix, 0o600)
	}
	_ = s.Close()
	if err := os.Chmod(path, 0o666); err != nil { //nolint:gosec // the test is about this mode
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // likewise
		t.Fatal(err)
	}
	mustOpen(t, dir, migrations)
	wantMode(t, path, 0o600)
	wantMode(t, dir, 0o700)
}

func wantMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != want {
		t.Errorf("%s has mode %v, want %v", filepath.Base(path), info.Mode().Perm(), want)
	}
}

func TestPragmasHoldOnEveryConnection(t *testing.T) {
	s := mustOpen(t, t.TempDir(), migrations)
	for name, db := range map[string]*sql.DB{"writer": s.db, "reader": s.reads.db} {
		for pragma, want := range map[string]string{"journal_mode": "wal", "foreign_keys": "1", "busy_timeout": "5000"} {
			if got, _, err := maybe[string](t.Context(), db, "PRAGMA "+pragma); err != nil || got != want {
				t.Errorf("%s: %s is %q (%v), want %q", name, pragma, got, err, want)
			}
		}
	}
	if got, _, err := maybe[string](t.Context(), s.db, "PRAGMA synchronous"); err != nil || got != "2" {
		t.Errorf("synchronous is %q (%v), want 2 (FULL)", got, err)
	}
	if _, err := s.reads.db.ExecContext(t.Context(), "DELETE FROM install"); err == nil {
		t.Error("a reader could write")
	}
}

func TestAppendOnlyTables(t *testing.T) {
	s := mustOpen(t, t.TempDir(), migrations)
	ctx := t.Context()
	if _, err := s.SaveSettings(ctx, app.Revision{At: time.Now(), By: "Ada", Document: []byte("version: 1\n")}, app.Projection{}); err != nil {
		t.Fatal(err)
	}
	ledgerLines(t, s, 3)
	for _, statement := range []string{
		"UPDATE ledger SET after = '9'", "DELETE FROM ledger WHERE seq = 3",
		"UPDATE settings_revisions SET by = 'Eve'", "DELETE FROM settings_revisions",
	} {
		if _, err := s.db.ExecContext(ctx, statement); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: error %v, want a refusal", statement, err)
		}
	}
	if err := s.Verify(ctx); err != nil {
		t.Error(err)
	}
}

func TestVerifyFindsWhatWasChangedBehindTheTriggers(t *testing.T) {
	for _, tamper := range []string{"UPDATE ledger SET after = '9' WHERE seq = 2", "DELETE FROM ledger WHERE seq = 2"} {
		s := mustOpen(t, t.TempDir(), migrations)
		ledgerLines(t, s, 3)
		if _, err := s.db.ExecContext(t.Context(), "DROP TRIGGER ledger_no_update; DROP TRIGGER ledger_no_delete; "+tamper); err != nil {
			t.Fatal(err)
		}
		if err := s.Verify(t.Context()); app.ErrorCode(err) != app.Unavailable || !strings.Contains(app.ErrorMessage(err), "ledger") {
			t.Errorf("%s: error %v, want it found", tamper, err)
		}
	}
}

func ledgerLines(t *testing.T, s *Store, n int) {
	t.Helper()
	for range n {
		err := s.write(t.Context(), "test", func(tx *sql.Tx) error {
			return appendLedger(t.Context(), tx, app.Delivery{ID: 1, Connection: "cw"}, time.Now(), app.LedgerEntry{Phase: app.LedgerOutcome, Object: "agreement 12", Before: "1", After: "2"})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
