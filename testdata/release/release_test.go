// Package release_test takes apart, installs, runs and signs what release.sh makes. It is no part of ./...: make release-test
// runs it. What a machine lacks is skipped with a visible line; PSABRIDGE_REQUIRE=release forbids that.
package release_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

const madeVersion = "v1.2.3"

// targets are this machine's Linux, Windows and a Mac.
var targets = []string{"linux/" + runtime.GOARCH, "windows/amd64", "darwin/arm64"}

// made is one release for all tests.
var made = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "psabridge-release-*")
	if err != nil {
		return "", err
	}
	return dir, makeRelease(dir, nil, targets...)
})

func makeRelease(dir string, env []string, targets ...string) error {
	cmd := exec.Command("sh", append([]string{"release.sh"}, targets...)...)
	cmd.Env = append(os.Environ(), "DIST="+dir, "VERSION="+madeVersion)
	cmd.Env = append(cmd.Env, env...)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	return cmd.Run()
}

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := made(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// file is the one file of the release whose name ends so.
func file(t *testing.T, suffix string) string {
	t.Helper()
	dir, err := made()
	if err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(dir, "*"+suffix))
	if err != nil || len(found) != 1 {
		t.Fatalf("%q in the release: %v %v", suffix, found, err)
	}
	return found[0]
}

// need skips a test whose tool is missing; PSABRIDGE_REQUIRE=release turns the skip into a failure.
func need(t *testing.T, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			if strings.Contains(os.Getenv("PSABRIDGE_REQUIRE"), "release") {
				t.Fatalf("%s is missing, and PSABRIDGE_REQUIRE names release", tool)
			}
			t.Skipf("SKIPPED: %s is missing", tool)
		}
	}
}

// run runs a command to its end and returns what it printed.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

func has(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%s has no %q:\n%.2000s", what, p, text)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestEveryFileHasItsSum: what is downloaded can be checked, and nothing lies there that is not named.
func TestEveryFileHasItsSum(t *testing.T) {
	sums := file(t, "SHA256SUMS")
	entries, err := os.ReadDir(filepath.Dir(sums))
	if err != nil {
		t.Fatal(err)
	}
	text := read(t, sums)
	for _, e := range entries {
		if e.Name() == "SHA256SUMS" {
			continue
		}
		sum := sha256.Sum256([]byte(read(t, filepath.Join(filepath.Dir(sums), e.Name()))))
		has(t, "SHA256SUMS", text, hex.EncodeToString(sum[:])+"  "+e.Name()+"\n")
	}
	if lines := strings.Count(text, "\n"); lines != len(entries)-1 {
		t.Errorf("%d sums for %d files", lines, len(entries)-1)
	}
}

// TestTwoReleasesAreTheSame: anybody can make the release from the commit and compare, on a machine with another umask, zone
// and language, as make release-check does.
func TestTwoReleasesAreTheSame(t *testing.T) {
	again := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "sh", append([]string{"-c", `umask 077; exec sh release.sh "$@"`, "sh"}, targets...)...)
	cmd.Env = append(os.Environ(), "DIST="+again, "VERSION="+madeVersion, "TZ=Asia/Tokyo", "LANG=de_DE.UTF-8")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if one, two := read(t, file(t, "SHA256SUMS")), read(t, filepath.Join(again, "SHA256SUMS")); one != two {
		t.Errorf("two releases of one commit:\n%s\n%s", one, two)
	}
}
