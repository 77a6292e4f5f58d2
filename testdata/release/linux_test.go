package release_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// serveOnce starts an installed program on a data folder of its own, waits until it is ready and stops it.
func serveOnce(t *testing.T, program, data string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, "serve", "--data-dir", data, "--port", "0", "--no-browser", "--no-tray", "--keys", "file")
	cmd.Env = append(os.Environ(), "PSABRIDGE_PASSPHRASE=correct horse battery staple")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "psabridge is ready at http://") {
		t.Errorf("%q %v", line, err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// TestDebInstallsRunsAndLeavesTheData installs into a root of its own with Debian's own program, and removes again.
func TestDebInstallsRunsAndLeavesTheData(t *testing.T) {
	need(t, "dpkg", "dpkg-deb")
	if os.Getuid() != 0 {
		t.Skip("SKIPPED: only root can run dpkg --root")
	}
	root, data := t.TempDir(), filepath.Join(t.TempDir(), "data")
	admin := filepath.Join(root, "var", "lib", "dpkg")
	for _, dir := range []string{"info", "updates", "triggers"} {
		if err := os.MkdirAll(filepath.Join(admin, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"status", "available"} {
		if err := os.WriteFile(filepath.Join(admin, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run(t, "dpkg", "--root="+root, "--force-not-root", "--log=/dev/null", "-i", file(t, ".deb"))
	program := filepath.Join(root, "usr", "bin", "psabridge")
	if got := strings.TrimSpace(run(t, program, "version")); !strings.Contains(got, madeVersion) {
		t.Errorf("version: %q", got)
	}
	for _, path := range []string{"usr/share/applications/psabridge.desktop", "usr/share/icons/hicolor/256x256/apps/psabridge.png", "usr/share/doc/psabridge/copyright"} {
		if _, err := os.Stat(filepath.Join(root, path)); err != nil {
			t.Error(err)
		}
	}
	serveOnce(t, program, data)
	run(t, "dpkg", "--root="+root, "--log=/dev/null", "-P", "psabridge")
	if _, err := os.Stat(program); !os.IsNotExist(err) {
		t.Error("the program is still there", err)
	}
	if _, err := os.Stat(filepath.Join(data, "psabridge.db")); err != nil {
		t.Error("the data went with the program:", err)
	}
}

// TestDebIsAsDebianWantsIt asks Debian's own judge.
func TestDebIsAsDebianWantsIt(t *testing.T) {
	need(t, "lintian", "dpkg-deb")
	t.Log(run(t, "lintian", "--allow-root", "--fail-on", "error,warning", "--no-tag-display-limit", file(t, ".deb")))
	has(t, "control", run(t, "dpkg-deb", "-f", file(t, ".deb")), "Package: psabridge", "Version: 1.2.3\n", "Maintainer: ")
}

func TestTarballRunsFromAnywhere(t *testing.T) {
	dir := t.TempDir()
	run(t, "tar", "-xzf", file(t, ".tar.gz"), "-C", dir, "--strip-components=1")
	has(t, "version", run(t, filepath.Join(dir, "bin", "psabridge"), "version"), madeVersion)
	has(t, "licences", read(t, filepath.Join(dir, "share/doc/psabridge/copyright")), "modernc.org/sqlite", "BSD", "Go go1.")
	need(t, "desktop-file-validate")
	run(t, "desktop-file-validate", filepath.Join(dir, "share/applications/psabridge.desktop"))
}
