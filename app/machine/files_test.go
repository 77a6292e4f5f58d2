//go:build !windows

package machine

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestFilesAreTakenFromOthers(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // the case
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{"psabridge.db": 0o644, "api.token": 0o600, "psabridge.log": 0o666} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	found := []string{"psabridge.db", "psabridge.log", "the folder itself"}
	if p, err := Files(dir, false); err != nil || !slices.Equal(p.Open, found) || p.Repaired != nil {
		t.Errorf("looking: %+v %v", p, err)
	}
	if p, err := Files(dir, true); err != nil || !slices.Equal(p.Repaired, found) || p.Open != nil {
		t.Errorf("repairing: %+v %v", p, err)
	}
	if p, err := Files(dir, true); err != nil || p.Repaired != nil || p.Open != nil {
		t.Errorf("after that: %+v %v", p, err)
	}
	if _, err := Files(filepath.Join(dir, "none"), true); err == nil {
		t.Error("a folder that is not there is fine")
	}
}
