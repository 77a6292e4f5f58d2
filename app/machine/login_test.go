package machine

import (
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var awkward = Startup{
	Program: `/home/Jörg Müller/my "apps"/psa$bridge`,
	Args:    []string{"serve", "--no-browser", "--data-dir", `/mnt/a b/100% c\d` + "`e`", "", "plain"},
}

func TestAnEntryIsReadAsItWasWritten(t *testing.T) {
	want := append([]string{awkward.Program}, awkward.Args...)
	entry, err := desktopEntry(awkward)
	if err != nil {
		t.Fatal(err)
	}
	if got, on := readDesktopEntry(entry); !on || !slices.Equal(got, want) {
		t.Errorf("desktop entry: %q\n%s", got, entry)
	}
	if try := `TryExec=/home/Jörg Müller/my "apps"/psa$bridge` + "\n"; !strings.Contains(entry, try) {
		t.Errorf("a removed program would be started: %s", entry)
	}
	agent, err := launchAgent(awkward)
	if err != nil {
		t.Fatal(err)
	}
	// An empty string is no character data; nothing of ours is ever empty.
	want = slices.DeleteFunc(want, func(s string) bool { return s == "" })
	if got, on := readLaunchAgent(agent); !on || !slices.Equal(got, want) {
		t.Errorf("launch agent: %q\n%s", got, agent)
	}
	if err := xml.Unmarshal([]byte(agent), new(struct {
		XMLName xml.Name `xml:"plist"`
	})); err != nil {
		t.Error(err)
	}
}

func TestEveryPathSurvives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[ -~äß€]{1,20}`)
		s := Startup{Program: "/" + word.Draw(t, "program"), Args: rapid.SliceOfN(word, 0, 4).Draw(t, "args")}
		want := append([]string{s.Program}, s.Args...)
		entry, err := desktopEntry(s)
		if err != nil {
			t.Fatal(err)
		}
		if got, on := readDesktopEntry(entry); !on || !slices.Equal(got, want) {
			t.Fatalf("%q became %q", want, got)
		}
		agent, err := launchAgent(s)
		if err != nil {
			t.Fatal(err)
		}
		if got, on := readLaunchAgent(agent); !on || !slices.Equal(got, want) {
			t.Fatalf("%q became %q", want, got)
		}
	})
}

func TestAnEntryThatWasSwitchedOff(t *testing.T) {
	for _, text := range []string{
		"", "[Desktop Entry]\nName=x\n", "[Desktop Entry]\nExec=psabridge\nHidden=true\n",
		"[Desktop Entry]\nExec=psabridge\nX-GNOME-Autostart-enabled=false\n", "[Other]\nExec=psabridge\n",
	} {
		if _, on := readDesktopEntry(text); on {
			t.Errorf("on: %q", text)
		}
	}
	for _, text := range []string{"", "<plist>", "<plist><dict><key>Disabled</key><true/><key>ProgramArguments</key><array><string>x</string></array></dict></plist>"} {
		if _, on := readLaunchAgent(text); on {
			t.Errorf("on: %q", text)
		}
	}
	if _, err := desktopEntry(Startup{Program: "/a\nExec=evil"}); err == nil {
		t.Error("a line break became a second key")
	}
}

// TestRoundTrip is on this system's own place, in a home of its own.
func TestRoundTrip(t *testing.T) {
	if runtime.GOOS == "windows" {
		was, err := readLogin()
		if err != nil || was.On {
			t.Skipf("SKIPPED: this user has an entry already, or none can be read: %+v %v", was, err)
		}
		t.Cleanup(func() { _ = UnsetAtLogin() })
	} else {
		home := t.TempDir()
		t.Setenv("HOME", home)
		t.Setenv("XDG_CONFIG_HOME", "")
	}
	program := awkward.Program
	if runtime.GOOS == "windows" { // where no path has quotes
		program = `C:\Program Files\Jörg Müller\psa$bridge.exe`
	}
	s := Startup{Program: program, Args: []string{"serve", "--data-dir", `/mnt/a b/100% c`}}
	if err := UnsetAtLogin(); err != nil {
		t.Errorf("nothing to take away: %v", err)
	}
	for range 2 {
		if err := SetAtLogin(s); err != nil {
			t.Fatal(err)
		}
		item, err := AtLogin()
		if err != nil || !item.Is(s) || item.Where == "" {
			t.Fatalf("%+v %v", item, err)
		}
	}
	if item, _ := AtLogin(); item.Is(Startup{Program: s.Program}) {
		t.Error("other arguments are not told apart")
	}
	if err := UnsetAtLogin(); err != nil {
		t.Fatal(err)
	}
	if item, err := AtLogin(); item.On || item.Command != nil || err != nil {
		t.Errorf("%+v %v", item, err)
	}
}

// TestTheDesktopAcceptsTheEntry lets the specification's own checker read it, where it is installed.
func TestTheDesktopAcceptsTheEntry(t *testing.T) {
	if _, err := exec.LookPath("desktop-file-validate"); err != nil {
		t.Skip("SKIPPED: desktop-file-validate is not installed")
	}
	entry, err := desktopEntry(awkward)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "psabridge.desktop")
	if err := os.WriteFile(path, []byte(entry), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "desktop-file-validate", path).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestAFileThatWillNotBeThere(t *testing.T) {
	for path, want := range map[string]string{
		"/tmp/go-build123/b001/exe/psabridge": "go run", "/tmp/x/psabridge": "temporary",
		"/private/var/folders/AppTranslocation/1/psabridge.app/Contents/MacOS/psabridge": "Applications",
		"/usr/bin/psabridge": "", "/tmpfiles/psabridge": "",
	} {
		if got := fleeting(path, "/tmp"); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %q", path, got)
		}
	}
	if _, why := Program(); why == "" {
		t.Error("a test's own program is one that stays")
	}
}
