package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// scripts is where every command is shown and proved, one file for each or for a few that belong together.
const scripts = "testdata/script"

// TestScripts runs every script with the real program, each in a folder and a home of its own. Beside the commands of
// testscript (stdin, stdout, stderr, cmp, exists, env …) a script has:
//
//	psabridge ARGS            run it; exit code 0
//	! psabridge ARGS          exit code 1: something is wrong, and said
//	misuse psabridge ARGS     exit code 2: wrong usage
//	until RE psabridge ARGS   run it again and again until it prints what RE matches
//	spawn psabridge ARGS      start one that stays, and wait until it is ready
//	quit                      end that one with a signal; exit code 0
//	json PATH [RE]            what was printed is JSON and has PATH (items.0.id, items.name=Contoso.id, items.len); ! json: has not
//	json -lines PATH [RE]     the same for one object a line, as a list; -stderr looks there
//	keep NAME RE              $NAME is what the group of RE matched on standard output
//	keep NAME json PATH       $NAME is that
//	sandbox [all]             fake vendors, and a data folder that is set up for them and has read them
//	quota ORGANIZATION N      the storage of an x360Sync organization is used to N percent
//	fault METHOD PATH STATUS  ConnectWise answers so from now on; without words it is well again
//
// Every psabridge is given --no-browser, --no-tray and, where the script does not say, --keys file.
func TestScripts(t *testing.T) {
	t.Parallel()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                scripts,
		RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			s := &script{path: path, t: env.T().(testing.TB)} //nolint:forcetypeassert // testscript says that it is one
			env.Values[scriptKey{}] = s
			env.Defer(s.end)
			return s.prepare(env)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"psabridge": runOnce, "misuse": misuse, "until": runUntil, "spawn": spawn, "quit": quit,
			"json": jsonHas, "keep": keep, "sandbox": startSandbox, "quota": setQuota, "fault": setFault,
		},
	})
}

type scriptKey struct{}

// script is what a running script has beside its folder.
type script struct {
	t       testing.TB
	path    string
	env     []string
	dir     string
	spawned *spawned
	fakes   fakes
}

func of(ts *testscript.TestScript) *script {
	return ts.Value(scriptKey{}).(*script) //nolint:forcetypeassert // Setup put it there
}

// prepare gives the script a home of its own and nothing of ours.
func (s *script) prepare(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, "home")
	for name, value := range map[string]string{
		"HOME": home, "USERPROFILE": home, "LocalAppData": filepath.Join(home, "data"), "XDG_DATA_HOME": filepath.Join(home, "data"),
		"XDG_CONFIG_HOME": filepath.Join(home, "config"), "XDG_RUNTIME_DIR": filepath.Join(home, "run"),
		"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent", "PSABRIDGE_PASSPHRASE": "correct horse battery staple", "TZ": "Europe/Berlin",
		"DATA": filepath.Join(home, "data", "psabridge"),
	} {
		env.Setenv(name, value)
	}
	s.env, s.dir = env.Vars, env.Getenv("DATA")
	return os.MkdirAll(home, 0o700)
}

func (s *script) end() {
	if s.spawned != nil {
		s.spawned.kill()
	}
	s.fakes.stop()
}

// flags are the arguments with those that keep a test from opening windows and from the person's own keychain.
func flags(args []string) []string {
	args = append(slices.Clone(args), "--no-browser", "--no-tray")
	if !slices.Contains(args, "--keys") {
		args = append(args, "--keys", "file")
	}
	return args
}

// exits runs psabridge and holds it to an exit code.
func exits(ts *testscript.TestScript, want int, args []string) {
	code := exitDone
	if err := ts.Exec(of(ts).path, flags(args)...); err != nil {
		ended, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		code = ended.ExitCode()
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
	for _, said := range []string{ts.ReadFile("stdout"), ts.ReadFile("stderr")} {
		if strings.Contains(said, "goroutine ") || strings.Contains(said, ".go:") || strings.Contains(said, "%!") {
			ts.Fatalf("it shows its insides")
		}
	}
	if want != exitDone && strings.TrimSpace(ts.ReadFile("stderr")+ts.ReadFile("stdout")) == "" {
		ts.Fatalf("it does not say what is wrong")
	}
}

func runOnce(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		exits(ts, exitWrong, args)
		return
	}
	exits(ts, exitDone, args)
}

// program cuts the name of the program off, which stands there so that a script reads like what a person types.
func program(ts *testscript.TestScript, neg bool, args []string) []string {
	if neg || len(args) == 0 || args[0] != "psabridge" {
		ts.Fatalf("write: psabridge ARGS")
	}
	return args[1:]
}

func misuse(ts *testscript.TestScript, neg bool, args []string) {
	exits(ts, exitUsage, program(ts, neg, args))
	if ts.ReadFile("stdout") != "" {
		ts.Fatalf("wrong usage is said on standard error")
	}
}

// longest is how long a script waits for something; far more than anything needs.
const longest = time.Minute

func runUntil(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("write: until RE psabridge ARGS")
	}
	re, command := pattern(ts, args[0]), program(ts, neg, args[1:])
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(longest); ; <-tick.C {
		exits(ts, exitDone, command)
		if re.MatchString(ts.ReadFile("stdout")) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("it never printed %s", args[0])
		}
	}
}

func pattern(ts *testscript.TestScript, text string) *regexp.Regexp {
	re, err := regexp.Compile("(?m)" + text)
	ts.Check(err)
	return re
}

// jsonHas looks into what was printed.
func jsonHas(ts *testscript.TestScript, neg bool, args []string) {
	from, lines := "stdout", false
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		switch args[0] {
		case "-stderr":
			from = "stderr"
		case "-lines":
			lines = true
		default:
			ts.Fatalf("json has no %s", args[0])
		}
		args = args[1:]
	}
	if len(args) == 0 || len(args) > 2 {
		ts.Fatalf("write: json PATH [RE]")
	}
	got, err := at(document(ts, from, lines), args[0])
	switch {
	case neg && err == nil && len(args) == 1:
		ts.Fatalf("%s is %s", args[0], got)
	case neg && len(args) == 1:
		return
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if len(args) == 2 && pattern(ts, args[1]).MatchString(got) == neg {
		ts.Fatalf("%s is %s", args[0], got)
	}
}

// document is what was printed, which must be JSON and nothing else.
func document(ts *testscript.TestScript, from string, lines bool) any {
	text := strings.TrimSpace(ts.ReadFile(from))
	if lines {
		text = "[" + strings.ReplaceAll(text, "\n", ",") + "]"
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		ts.Fatalf("%s is no JSON: %v", from, err)
	}
	if d.More() {
		ts.Fatalf("%s has something behind the JSON", from)
	}
	return v
}

// at is the value at a path, as text.
func at(v any, path string) (string, error) {
	for step := range strings.SplitSeq(path, ".") {
		var ok bool
		if v, ok = into(v, step); !ok {
			return "", fmt.Errorf("there is no %s of %s", step, path)
		}
	}
	if s, ok := v.(string); ok {
		return s, nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}

// into is one step of a path: a name, a number, len for how many, NAME=VALUE for the first that has it.
func into(v any, step string) (any, bool) {
	switch v := v.(type) {
	case map[string]any:
		one, ok := v[step]
		return one, ok
	case []any:
		if step == "len" {
			return len(v), true
		}
		if n, err := strconv.Atoi(step); err == nil {
			return element(v, n)
		}
		name, value, _ := strings.Cut(step, "=")
		n := slices.IndexFunc(v, func(one any) bool {
			got, err := at(one, name)
			return err == nil && got == value
		})
		return element(v, n)
	}
	return nil, false
}

func element(list []any, n int) (any, bool) {
	if n < 0 || n >= len(list) {
		return nil, false
	}
	return list[n], true
}

// keep remembers what one command printed for the next one to be given.
func keep(ts *testscript.TestScript, neg bool, args []string) {
	switch {
	case !neg && len(args) == 2:
		found := pattern(ts, args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
		if len(found) != 2 {
			ts.Fatalf("standard output does not match %s with one group", args[1])
		}
		ts.Setenv(args[0], found[1])
	case !neg && len(args) == 3 && args[1] == "json":
		value, err := at(document(ts, "stdout", false), args[2])
		ts.Check(err)
		ts.Setenv(args[0], value)
	default:
		ts.Fatalf("write: keep NAME RE, or keep NAME json PATH")
	}
}
