package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// binary builds the program once for all tests that drive it as a process: the real thing, without the test's own flags, and
// with a passphrase that is cheap to try. Each start and each key that is stored pays for that, and half of the tests' time
// went there; what it really costs is tested beside it.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "psabridge-test-*")
	if err != nil {
		return "", err
	}
	built = dir
	path := filepath.Join(dir, "psabridge")
	overlay, err := cheapPassphrase(dir)
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", "build", "-trimpath", "-overlay", overlay, "-ldflags", "-s -w -X main.version=test", "-o", path, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", errors.New(string(out))
	}
	return path, nil
})

// cheapPassphrase makes the overlay for the compiler that changes one constant.
func cheapPassphrase(dir string) (overlay string, err error) {
	original, err := filepath.Abs(filepath.Join("..", "..", "app", "secret", "file.go"))
	if err != nil {
		return "", err
	}
	source, err := os.ReadFile(original)
	if err != nil {
		return "", err
	}
	cheap := bytes.Replace(source, []byte("const workFactor = 16\n"), []byte("const workFactor = 8\n"), 1)
	if bytes.Equal(cheap, source) {
		return "", errors.New("the cost of a passphrase is no longer set in " + original)
	}
	changed := filepath.Join(dir, "file.go")
	if err := os.WriteFile(changed, cheap, 0o600); err != nil {
		return "", err
	}
	text, err := json.Marshal(map[string]map[string]string{"Replace": {original: changed}})
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, text, 0o600)
}

// built is the folder of the binary, once a test wanted one.
var built string

func TestMain(m *testing.M) {
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(built)
	}
	os.Exit(code)
}

// bridgeProcess drives the real binary on one data folder, with secrets in the encrypted file.
type bridgeProcess struct {
	t    testing.TB
	path string
	dir  string
	// keyring is a script that runs its arguments beside a keychain of the system, which the bridge then uses.
	keyring string
	// env and flags are added; tray lets the bridge show its icon.
	env, flags []string
	tray       bool
}

func newProcess(t *testing.T) *bridgeProcess {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return &bridgeProcess{t: t, path: path, dir: filepath.Join(t.TempDir(), "data")}
}

func (b *bridgeProcess) command(ctx context.Context, args ...string) *exec.Cmd {
	args = append(args, "--data-dir", b.dir, "--no-browser")
	args = append(args, b.flags...)
	if !b.tray {
		args = append(args, "--no-tray")
	}
	cmd := exec.CommandContext(ctx, b.path, append(args, "--keys", "file")...)
	if b.keyring != "" {
		cmd = exec.CommandContext(ctx, "sh", append([]string{b.keyring, b.path}, args...)...)
	}
	cmd.Env = append(os.Environ(), "PSABRIDGE_PASSPHRASE=correct horse battery staple", "TZ=Europe/Berlin")
	cmd.Env = append(cmd.Env, b.env...)
	return cmd
}

// run runs one command to its end and returns what it printed and its exit code.
func (b *bridgeProcess) run(stdin string, args ...string) (stdout, stderr string, code int) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), time.Minute)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := b.command(ctx, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	err := cmd.Run()
	if err != nil {
		if _, ok := errors.AsType[*exec.ExitError](err); !ok {
			b.t.Fatalf("%v: %v", args, err)
		}
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// must is run for commands that have to succeed.
func (b *bridgeProcess) must(stdin string, args ...string) string {
	b.t.Helper()
	out, errs, code := b.run(stdin, args...)
	if code != 0 {
		b.t.Fatalf("%v: exit %d\n%s%s%s", args, code, out, errs, b.log())
	}
	return out
}

func (b *bridgeProcess) log() string {
	log, _ := os.ReadFile(filepath.Join(b.dir, logFile))
	return "\nlog:\n" + string(log)
}

// daemon is a bridge that serves.
type daemon struct {
	*bridgeProcess
	cmd  *exec.Cmd
	done chan error
	api  *client
}

// serve starts the bridge on any free port and waits for its ready line.
func (b *bridgeProcess) serve() *daemon {
	b.t.Helper()
	cmd := b.command(context.WithoutCancel(b.t.Context()), "serve", "--port", "0")
	out := &readyWriter{ready: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	d := &daemon{bridgeProcess: b, cmd: cmd, done: make(chan error, 1)}
	go func() { d.done <- cmd.Wait() }()
	b.t.Cleanup(d.kill)
	select {
	case <-out.ready:
	case err := <-d.done:
		b.t.Fatalf("serve ended: %v\n%s", err, out.String())
	case <-time.After(time.Minute):
		b.t.Fatalf("serve never got ready\n%s", out.String())
	}
	r, err := readRunning(b.dir)
	if err != nil {
		b.t.Fatal(err)
	}
	cl, err := runningClient(b.dir, r)
	if err != nil {
		b.t.Fatal(err)
	}
	d.api = cl
	return d
}

// kill is kill -9: what a power cut looks like to the data folder.
func (d *daemon) kill() {
	if d.cmd.ProcessState == nil {
		_ = d.cmd.Process.Kill()
		<-d.done //nolint:errcheck // killed is how it is to end
		d.done <- nil
	}
}

// interrupt asks the process to stop and returns how it ended.
func (d *daemon) interrupt() error {
	d.t.Helper()
	if err := d.cmd.Process.Signal(os.Interrupt); err != nil {
		d.t.Fatal(err)
	}
	select {
	case err := <-d.done:
		d.done <- err
		return err
	case <-time.After(30 * time.Second):
		return errors.New("still running")
	}
}

// get reads one API answer.
func (d *daemon) get(path string, out any) {
	d.t.Helper()
	if err := d.api.call(d.t.Context(), http.MethodGet, path, nil, out); err != nil {
		d.t.Fatalf("GET %s: %v%s", path, err, d.log())
	}
}

// eventually asks until ok, at the pace of the API; a minute is far beyond anything the flows need.
func (d *daemon) eventually(what string, ok func() bool) {
	d.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(time.Minute)
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			d.t.Fatalf("never: %s%s", what, d.log())
		}
	}
}

// readyWriter keeps what a process printed and tells when it said that it is ready.
type readyWriter struct {
	mu    sync.Mutex
	buf   bytes.Buffer
	ready chan struct{}
	once  sync.Once
}

// Write implements io.Writer.
func (w *readyWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buf.Write(p)
	if said := w.buf.String(); strings.Contains(said, "psabridge is ready at http://") || strings.Contains(said, `"page":"http://`) {
		w.once.Do(func() { close(w.ready) })
	}
	return len(p), nil
}

// String returns what was printed so far.
func (w *readyWriter) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.String()
}

var _ io.Writer = (*readyWriter)(nil)

// vendors starts both fakes; what the product reaches of them is two addresses, as with the real ones.
func vendors(t *testing.T) *sandbox.Running {
	t.Helper()
	v, err := sandbox.Start(t.Context(), sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Stop() })
	return v
}

// configure imports the sample MSP's settings and stores its secrets, as a person would at a terminal. edit changes the
// document first.
func (b *bridgeProcess) configure(v *sandbox.Running, edit ...string) {
	b.t.Helper()
	// The fake ConnectWise counts no requests a minute, so nothing is proved by keeping to its budget.
	edit = append([]string{"    ticketing:\n      enabled: true\n", "    requests_per_minute: 10000\n    ticketing:\n      enabled: true\n"}, edit...)
	doc := strings.NewReplacer(edit...).Replace(string(v.Settings()))
	b.must(doc, "settings", "import", "-")
	for _, s := range sample.Secrets() {
		b.must(s.Value+"\n", "secret", "set", s.Name)
	}
}

func decode[T any](t testing.TB, text string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}
