// Package wine_test runs the Windows program and its installer under Wine. Wine is not Windows: SmartScreen, sleep, roaming
// credentials and other programs' file locks are not covered. make wine-test runs it; without Wine it is skipped with a
// visible line, which PSABRIDGE_REQUIRE=wine forbids.
package wine_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// machine is a Windows of its own: a Wine prefix that lasts as long as the test.
type machine struct {
	t      *testing.T
	prefix string
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	for _, tool := range []string{"wine", "wineserver", "x86_64-w64-mingw32-gcc-win32", "wixl", "faketime"} {
		if _, err := exec.LookPath(tool); err != nil {
			if _, err := os.Stat("/usr/lib/wine/" + tool); err == nil {
				continue
			}
			if strings.Contains(os.Getenv("PSABRIDGE_REQUIRE"), "wine") {
				t.Fatalf("%s is missing, and PSABRIDGE_REQUIRE names wine", tool)
			}
			t.Skipf("SKIPPED: %s is missing", tool)
		}
	}
	dir, err := os.MkdirTemp("", "psabridge-wine-*") // short: a socket of Wine's lies in it
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{t: t, prefix: dir}
	t.Cleanup(func() {
		_, _, _ = m.try("", "wineboot", "--kill")
		_ = os.RemoveAll(dir)
	})
	m.wine("", "wineboot", "-i")
	// Wine 8 lacks a DLL every Go program asks for random numbers. This one is for the test and is never shipped.
	shim := exec.Command("x86_64-w64-mingw32-gcc-win32", "-shared", "-O2", "-s", "-o", m.path(`C:\windows\system32\bcryptprimitives.dll`), filepath.Join("shim", "bcryptprimitives.c"), "-ladvapi32")
	if out, err := shim.CombinedOutput(); err != nil {
		t.Fatal(string(out), err)
	}
	return m
}

// path is where a Windows path lies here. Wine's own links make C:\users\NAME\AppData whatever the name is.
func (m *machine) path(windows string) string {
	return filepath.Join(m.prefix, "drive_c", strings.ReplaceAll(strings.TrimPrefix(windows, `C:\`), `\`, "/"))
}

func (m *machine) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "wine", args...)
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "DISPLAY=") {
			cmd.Env = append(cmd.Env, e)
		}
	}
	cmd.Env = append(cmd.Env, "WINEPREFIX="+m.prefix, "WINEDEBUG=-all", "WINEDLLOVERRIDES=mscoree,mshtml=")
	return cmd
}

// try runs a Windows command to its end. What it prints goes through files, because a process it leaves behind would keep
// a pipe open.
func (m *machine) try(stdin string, args ...string) (stdout, stderr string, code int) {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(m.t.Context()), 5*time.Minute)
	defer cancel()
	out, errs := m.scratch(), m.scratch()
	defer out.Close()
	defer errs.Close()
	cmd := m.command(ctx, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), out, errs
	if err := cmd.Run(); err != nil {
		if _, ok := errors.AsType[*exec.ExitError](err); !ok {
			m.t.Fatalf("%v: %v", args, err)
		}
	}
	return m.read(out.Name()), m.read(errs.Name()), cmd.ProcessState.ExitCode()
}

func (m *machine) scratch() *os.File {
	f, err := os.CreateTemp(m.t.TempDir(), "out")
	if err != nil {
		m.t.Fatal(err)
	}
	return f
}

// wine is try for commands that have to succeed.
func (m *machine) wine(stdin string, args ...string) string {
	m.t.Helper()
	out, errs, code := m.try(stdin, args...)
	if code != 0 {
		m.t.Fatalf("%v: exit %d\n%s%s", args, code, out, errs)
	}
	return out
}

func (m *machine) read(path string) string {
	m.t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		m.t.Fatal(err)
	}
	return string(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")))
}

// localAppData is %LocalAppData% as Windows writes it.
func (m *machine) localAppData() string {
	m.t.Helper()
	return strings.TrimSpace(m.wine("", "cmd", "/c", "echo %LocalAppData%"))
}

func (m *machine) exists(windows string) bool {
	_, err := os.Stat(m.path(windows))
	return err == nil
}

// autostart is what the Run key starts at login; "" is nothing.
func (m *machine) autostart() string {
	m.t.Helper()
	out, _, _ := m.try("", "reg", "query", `HKCU\Software\Microsoft\Windows\CurrentVersion\Run`, "/v", "psabridge")
	_, value, _ := strings.Cut(out, "REG_SZ")
	return strings.TrimSpace(value)
}

// listed is how often psabridge stands in the list of what is installed.
func (m *machine) listed() int {
	m.t.Helper()
	n := 0
	for _, root := range []string{"HKCU", "HKLM"} {
		out, _, _ := m.try("", "reg", "query", root+`\Software\Microsoft\Windows\CurrentVersion\Uninstall`, "/s")
		for line := range strings.Lines(out) {
			if f := strings.Fields(line); len(f) == 3 && f[0] == "DisplayName" && f[2] == "psabridge" {
				n++
			}
		}
	}
	return n
}

// bridge is a psabridge.exe that serves.
type bridge struct {
	m    *machine
	exe  string
	done chan error
	cmd  *exec.Cmd
}

// serve starts the program as a double click does, on the data folder Windows gives it, and waits until it is ready.
func (m *machine) serve(exe string, args ...string) *bridge {
	m.t.Helper()
	out := m.scratch()
	cmd := m.command(context.WithoutCancel(m.t.Context()), append([]string{exe, "serve", "--port", "0", "--no-browser"}, args...)...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	b := &bridge{m: m, exe: exe, cmd: cmd, done: make(chan error, 1)}
	go func() { b.done <- cmd.Wait() }()
	m.t.Cleanup(b.kill)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(2 * time.Minute)
	for !strings.Contains(m.read(out.Name()), "psabridge is ready at http://") {
		select {
		case err := <-b.done:
			m.t.Fatalf("serve ended: %v\n%s", err, m.read(out.Name()))
		case <-deadline:
			m.t.Fatalf("serve never got ready\n%s", m.read(out.Name()))
		case <-tick.C:
		}
	}
	return b
}

// kill is what a power cut looks like to the data folder.
func (b *bridge) kill() {
	if b.cmd.ProcessState == nil {
		_ = b.cmd.Process.Kill()
		<-b.done //nolint:errcheck // killed is how it is to end
		b.done <- nil
	}
}
