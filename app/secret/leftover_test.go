package secret

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestRewrapKilledLeavesNoOldPassphrase: a change of the passphrase that is killed leaves copies behind, one of them under the old
// passphrase. Whoever changed it because it was seen has to be rid of that one at the next start.
func TestRewrapKilledLeavesNoOldPassphrase(t *testing.T) {
	for _, left := range []string{FileName + oldSuffix, FileName + newSuffix, ".secrets-1234"} {
		dir := t.TempDir()
		old, err := openFile(dir, "the old passphrase", 10)
		if err != nil {
			t.Fatal(err)
		}
		mustSet(t, old, "connections/cw/private_key", "first")
		copied, err := os.ReadFile(old.path)
		if err != nil {
			t.Fatal(err)
		}
		if err := old.Rewrap("a new passphrase"); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, left), copied, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := openFile(dir, "the old passphrase", 10); err == nil {
			t.Error("the old passphrase opens it")
		}
		if _, err := os.Stat(filepath.Join(dir, left)); errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s was removed by somebody who cannot open the file", left)
		}
		again, err := openFile(dir, "a new passphrase", 10)
		if err != nil {
			t.Fatal(err)
		}
		wantValue(t, again, "connections/cw/private_key", "first")
		if names := filesOf(t, dir); !slices.Equal(names, []string{FileName}) {
			t.Errorf("left behind: %v", names)
		}
	}
}
