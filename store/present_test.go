package store

import (
	"path/filepath"
	"testing"
	"time"

	"psabridge/app"
)

// TestARestoreGivesNoKeyToAnOldAddress: the database goes back and the keychain does not. A key that was entered anew for another
// address since the backup is bound to that one still, and a token that was revoked since does not work again.
func TestARestoreGivesNoKeyToAnOldAddress(t *testing.T) {
	for _, closed := range []bool{true, false} {
		dir, ctx := t.TempDir(), t.Context()
		lived(t, dir, migrations)
		s, err := open(ctx, dir, at(monday), migrations)
		if err != nil {
			t.Fatal(err)
		}
		was := app.SecretRecord{Name: "connections/cw/private_key", Backend: "os", BoundHost: "old.example", SetAt: monday, EndsWith: "1111"}
		if err := s.SaveSecretRecord(ctx, was); err != nil {
			t.Fatal(err)
		}
		hash := [32]byte{1}
		if _, err := s.db.ExecContext(ctx, "INSERT INTO inbox_tokens (id, source, name, sha256, ends_with, created_at) VALUES (1, 'inbox', 'n8n', ?, 'abcd', ?)", hash[:], stamp(monday)); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "copy.db")
		if _, err := s.Backup(ctx, file); err != nil {
			t.Fatal(err)
		}
		is := app.SecretRecord{Name: was.Name, Backend: "file", BoundHost: "new.example", SetAt: monday.Add(time.Hour), EndsWith: "2222"}
		if err := s.SaveSecretRecord(ctx, is); err != nil {
			t.Fatal(err)
		}
		if _, err := s.db.ExecContext(ctx, "UPDATE inbox_tokens SET revoked_at = ?", stamp(monday.Add(time.Hour))); err != nil {
			t.Fatal(err)
		}
		to := dir
		if closed {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		} else { // as it lies after a crash, the newest in the -wal
			to = t.TempDir()
			for _, name := range []string{"psabridge.db", "psabridge.db-wal"} {
				if err := copyFile(filepath.Join(dir, name), filepath.Join(to, name)); err != nil {
					t.Fatal(err)
				}
			}
			_ = s.Close()
		}
		if _, err := Restore(ctx, to, file, at(monday.Add(2*time.Hour))); err != nil {
			t.Fatal(err)
		}
		s = mustOpen(t, to, migrations)
		if got, err := s.SecretRecord(ctx, was.Name); err != nil || got != is {
			t.Errorf("closed %v: record %+v (%v), want %+v", closed, got, err, is)
		}
		var working int
		if err := s.db.QueryRowContext(ctx, "SELECT count(*) FROM inbox_tokens WHERE revoked_at IS NULL").Scan(&working); err != nil || working != 0 {
			t.Errorf("closed %v: %d revoked tokens work again (%v)", closed, working, err)
		}
	}
}
