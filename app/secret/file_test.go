package secret

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"psabridge/app"
)

// testCost makes scrypt cheap: the tests are about the file, not about guessing.
const testCost = 8

func TestFileIsPrivateAndSealed(t *testing.T) {
	dir := t.TempDir()
	f, err := openFile(dir, "correct horse", testCost)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(f.path); !os.IsNotExist(err) {
		t.Error("opening alone wrote a file")
	}
	mustSet(t, f, "connections/cw/private_key", "canary-value")
	content, err := os.ReadFile(f.path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(content, []byte("age-encryption.org/v1")) || bytes.Contains(content, []byte("canary")) || bytes.Contains(content, []byte("connections/cw")) {
		t.Errorf("content begins %q", content[:40])
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".secrets-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if runtime.GOOS == "windows" {
		return
	}
	if err := os.Chmod(f.path, 0o644); err != nil { //nolint:gosec // open to others, which is what must be mended
		t.Fatal(err)
	}
	if _, err := openFile(dir, "correct horse", testCost); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(f.path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode = %v", info.Mode())
	}
}

func TestFileRefuses(t *testing.T) {
	dir := t.TempDir()
	f, _ := openFile(dir, "correct horse", testCost)
	mustSet(t, f, "connections/cw/private_key", "canary-value")
	sealed, err := os.ReadFile(f.path)
	if err != nil {
		t.Fatal(err)
	}
	cut := sealed[:len(sealed)-5]
	for name, test := range map[string]struct {
		content    []byte
		passphrase app.Secret
		code       app.Code
		says       string
	}{
		"no passphrase":    {sealed, "", app.Invalid, "PSABRIDGE_PASSPHRASE"},
		"wrong passphrase": {sealed, "battery staple", app.Unauthorized, "does not open"},
		"cut off":          {cut, "correct horse", app.Invalid, "damaged"},
		"empty":            {nil, "correct horse", app.Invalid, "damaged"},
		"something else":   {[]byte("hello"), "correct horse", app.Invalid, "damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, FileName), test.content, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := openFile(dir, test.passphrase, testCost)
			if app.ErrorCode(err) != test.code || !strings.Contains(app.ErrorMessage(err), test.says) {
				t.Fatalf("err = %v", err)
			}
			if text := err.Error(); strings.Contains(text, "horse") || strings.Contains(text, "staple") || strings.Contains(text, "canary") {
				t.Errorf("the error repeats a secret: %s", text)
			}
			if after, _ := os.ReadFile(filepath.Join(dir, FileName)); !bytes.Equal(after, test.content) {
				t.Error("a file that could not be opened was changed")
			}
		})
	}
}

func TestFileKeepsTheOldOneWhenWritingFails(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	f, _ := openFile(dir, "correct horse", testCost)
	mustSet(t, f, "sources/s/password", "old")
	if err := os.RemoveAll(dir); err != nil { // as good as a disk that is gone, also for root
		t.Fatal(err)
	}
	if code := app.ErrorCode(f.Set(t.Context(), "sources/s/password", "new")); code != app.Unavailable {
		t.Errorf("code = %v", code)
	}
	wantValue(t, f, "sources/s/password", "old")
}

func TestFileWithTheRealCost(t *testing.T) {
	dir := t.TempDir()
	f, err := OpenFile(dir, "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	mustSet(t, f, "sources/s/password", "value")
	again, err := OpenFile(dir, "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	wantValue(t, again, "sources/s/password", "value")
}
