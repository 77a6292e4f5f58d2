package wine_test

import (
	"database/sql"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"psabridge/app/sandbox"
)

// release makes the Windows files of one version.
func release(t *testing.T, version string) (exe, msi string) {
	t.Helper()
	dist := t.TempDir()
	cmd := exec.Command("sh", filepath.Join("..", "release.sh"), "windows/amd64")
	cmd.Env = append(os.Environ(), "DIST="+dist, "VERSION="+version)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	base := filepath.Join(dist, "psabridge-"+version+"-windows-amd64")
	return base + ".exe", base + ".msi"
}

// TestOnWindows is the life of the program on one machine, in order: tried from a folder, installed, upgraded, removed.
func TestOnWindows(t *testing.T) {
	m := newMachine(t)
	exe, first := release(t, "v0.9.0")
	_, second := release(t, "v0.10.0")
	data := m.localAppData() + `\psabridge`
	installed := m.localAppData() + `\Programs\psabridge\psabridge.exe`
	ask := buildAsk(t)
	step := func(name string, f func(m *machine)) {
		if !t.Run(name, func(t *testing.T) { f(&machine{t: t, prefix: m.prefix}) }) {
			t.FailNow()
		}
	}
	step("starts and answers", func(m *machine) { answers(m, exe, ask, data) })
	step("keeps keys in the Credential Manager", func(m *machine) { keys(m, exe, data) })
	step("installs and runs from there", func(m *machine) { installs(m, first, installed, data) })
	step("starts at login when asked", func(m *machine) { atLogin(m, installed) })
	step("upgrades", func(m *machine) { upgrades(m, first, second, installed, data) })
	step("uninstalls", func(m *machine) { uninstalls(m, second, installed, data) })
}

func buildAsk(t *testing.T) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "ask.exe")
	cmd := exec.Command("go", "build", "-o", out, "./ask")
	cmd.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	if b, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	return out
}

// answers starts the program on a new machine: page, API, lock, and a data base that survives being killed.
func answers(m *machine, exe, ask, data string) {
	t := m.t
	b := m.serve(exe)
	var run struct{ Page, API, Version string }
	if err := json.Unmarshal([]byte(m.read(m.path(data+`\run.json`))), &run); err != nil {
		t.Fatal(err)
	}
	if run.Version != "v0.9.0" {
		t.Errorf("version %q", run.Version)
	}
	if got := m.wine("", ask, run.API+"/api/v1/status", data+`\api.token`); !strings.HasPrefix(got, "200 ") || !strings.Contains(got, `"version":"v0.9.0"`) {
		t.Errorf("the API: %.300s", got)
	}
	address := strings.TrimSpace(m.wine("", exe, "open", "--print"))
	if got := m.wine("", ask, address, run.Page+"/"); strings.Count(got, "200 OK") != 2 || !strings.Contains(got, "</html>") {
		t.Errorf("the page: %.600s", got)
	}
	if out, errs, code := m.try("", exe, "--no-browser"); code != 0 || !strings.Contains(out, "psabridge is already running at "+run.Page) {
		t.Errorf("a second start: exit %d %q %q", code, out, errs)
	}
	for _, name := range []string{"psabridge.db", "psabridge.db-wal", "psabridge.lock"} {
		if !m.exists(data + `\` + name) {
			t.Errorf("%s is not there", name)
		}
	}
	b.kill()
	intact(m, data)
}

// intact asks SQLite here, outside of Wine.
func intact(m *machine, data string) {
	db, err := sql.Open("sqlite", m.path(data+`\psabridge.db`))
	if err != nil {
		m.t.Fatal(err)
	}
	defer db.Close()
	var said string
	if err := db.QueryRowContext(m.t.Context(), "PRAGMA integrity_check").Scan(&said); err != nil || said != "ok" {
		m.t.Errorf("integrity: %q %v", said, err)
	}
}

// keys connects the fake vendors with keys that one process stores and another reads.
func keys(m *machine, exe, data string) {
	t := m.t
	vendors, err := sandbox.Start(t.Context(), sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = vendors.Stop() }()
	b := m.serve(exe)
	m.wine(string(vendors.AllSettings()), exe, "settings", "import", "-")
	for _, s := range vendors.AllSecrets() {
		m.wine(s.Value+"\n", exe, "secret", "set", s.Name)
	}
	b.kill()
	b = m.serve(exe)
	if out := m.wine("", exe, "sync"); !strings.Contains(out, "26") {
		t.Errorf("sync read no organizations: %s", out)
	}
	// The provider of the sandbox has customers whose checks fail on purpose, and the program says so by its exit code.
	out, errs, code := m.try("", exe, "check", "cw", "--test-ticket", "--json")
	var checked struct {
		Ticket struct {
			State  string
			Number int64 `json:"ticket_number"`
			Steps  []struct{ State string }
		} `json:"test_ticket"`
	}
	if err := json.Unmarshal([]byte(out), &checked); err != nil || checked.Ticket.State != "done" || checked.Ticket.Number == 0 || len(checked.Ticket.Steps) != 4 {
		t.Errorf("from Windows to a ticket: exit %d %v %+v %s", code, err, checked, errs)
	}
	if n := len(vendors.ConnectWise.Tickets()); n != 1 {
		t.Errorf("ConnectWise holds %d tickets", n)
	}
	b.kill()
	intact(m, data)
	if log := m.read(m.path(data + `\psabridge.log`)); strings.Contains(log, "level=ERROR") {
		t.Errorf("the log has errors:\n%s", log)
	}
}

// atLogin switches the Run key by the program's own command, and leaves it with a flag of its own.
func atLogin(m *machine, installed string) {
	m.wine("", installed, "autostart", "off")
	if got := m.autostart(); got != "" {
		m.t.Errorf("still at login: %q", got)
	}
	m.wine("", installed, "autostart", "on", "--port", "7399")
	if got := m.autostart(); got != chosen(installed) {
		m.t.Errorf("at login: %q", got)
	}
}

// chosen is what atLogin leaves.
func chosen(installed string) string { return installed + " serve --no-browser --port 7399" }

// installs runs the installer without an administrator's rights and the program from where it put it, on the same data.
func installs(m *machine, msi, installed, data string) {
	m.wine("", "msiexec", "/i", msi, "/qn", "AUTOSTART=1")
	if got := strings.TrimSpace(m.wine("", installed, "version")); !strings.Contains(got, "v0.9.0") {
		m.t.Errorf("version %q", got)
	}
	if got := m.autostart(); got != `"`+installed+`" serve --no-browser` {
		m.t.Errorf("at login: %q", got)
	}
	menu := strings.TrimSpace(m.wine("", "cmd", "/c", "echo %AppData%")) + `\Microsoft\Windows\Start Menu\Programs\psabridge.lnk`
	if !m.exists(menu) {
		m.t.Error("no shortcut in the Start menu")
	}
	b := m.serve(installed)
	if out := m.wine("", installed, "status"); !strings.Contains(out, "sync") {
		m.t.Errorf("the installed program does not see the data: %s", out)
	}
	b.kill()
	intact(m, data)
}

// upgrades runs a newer installer: one program is left, the data and the start at login stay, and there is no way back by
// accident.
func upgrades(m *machine, older, newer, installed, data string) {
	m.wine("", "msiexec", "/i", newer, "/qn")
	if got := m.wine("", installed, "version"); !strings.Contains(got, "v0.10.0") {
		m.t.Errorf("version %q", got)
	}
	if got := m.autostart(); got != chosen(installed) {
		m.t.Errorf("at login: %q", got)
	}
	if n := m.listed(); n != 1 {
		m.t.Errorf("listed %d times among what is installed", n)
	}
	if _, _, code := m.try("", "msiexec", "/i", older, "/qn"); code == 0 {
		m.t.Error("an older one installs over a newer one")
	}
	if got := m.wine("", installed, "version"); !strings.Contains(got, "v0.10.0") {
		m.t.Errorf("after the older installer: version %q", got)
	}
	intact(m, data)
}

func uninstalls(m *machine, msi, installed, data string) {
	m.wine("", "msiexec", "/x", msi, "/qn")
	if m.exists(installed) {
		m.t.Error("the program is still there")
	}
	if got := m.autostart(); got != "" {
		m.t.Errorf("still at login: %q", got)
	}
	intact(m, data)
}
