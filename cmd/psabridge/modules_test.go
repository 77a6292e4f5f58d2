package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestSQLiteAndLibcArePaired holds modernc.org/libc to the version modernc.org/sqlite was translated against. Another
// one may build and then corrupt memory; `go get` of an older sqlite leaves the newer libc behind.
func TestSQLiteAndLibcArePaired(t *testing.T) {
	list := func(format, module string) string {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", format, module).Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	ours := list("{{.Version}}", "modernc.org/libc")
	gomod, err := os.ReadFile(list("{{.GoMod}}", "modernc.org/sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(gomod)) {
		if _, version, ok := strings.Cut(strings.TrimSpace(line), "modernc.org/libc "); ok {
			if version, _, _ = strings.Cut(version, " "); version != ours {
				t.Errorf("modernc.org/libc is %s, sqlite wants %s", ours, version)
			}
			return
		}
	}
	t.Fatal("sqlite's go.mod does not name libc")
}
