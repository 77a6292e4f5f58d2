package main

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// spawned is a psabridge that stays.
type spawned struct {
	cmd         *exec.Cmd
	out, errors *readyWriter
	done        chan error
}

func (s *spawned) kill() {
	_ = s.cmd.Process.Kill()
	<-s.done //nolint:errcheck // killed is how it is to end
}

// spawn starts a psabridge and waits until it says that it is ready.
func (s *script) spawn(args ...string) {
	s.t.Helper()
	one := &spawned{out: &readyWriter{ready: make(chan struct{})}, errors: &readyWriter{ready: make(chan struct{})}, done: make(chan error, 1)}
	one.cmd = exec.CommandContext(context.WithoutCancel(s.t.Context()), s.path, flags(args)...)
	one.cmd.Env, one.cmd.Stdout, one.cmd.Stderr = s.env, one.out, one.errors
	if err := one.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() { one.done <- one.cmd.Wait() }()
	select {
	case <-one.out.ready:
		s.spawned = one
	case err := <-one.done:
		s.t.Fatalf("it ended with %v: %s%s", err, one.out, one.errors)
	case <-time.After(longest):
		one.kill()
		s.t.Fatalf("it never got ready: %s%s", one.out, one.errors)
	}
}

// quit ends it as a person does, and returns how it ended.
func (s *script) quit() (*spawned, error) {
	one := s.spawned
	s.spawned = nil
	if err := one.cmd.Process.Signal(os.Interrupt); err != nil {
		return one, err
	}
	select {
	case err := <-one.done:
		return one, err
	case <-time.After(longest):
		one.kill()
		return one, os.ErrDeadlineExceeded
	}
}

func spawn(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	if s.spawned != nil {
		ts.Fatalf("one is running already")
	}
	s.spawn(program(ts, neg, args)...)
	_, _ = ts.Stdout().Write([]byte(s.spawned.out.String()))
}

func quit(ts *testscript.TestScript, _ bool, _ []string) {
	if of(ts).spawned == nil {
		ts.Fatalf("none is running")
	}
	one, err := of(ts).quit()
	_, _ = ts.Stdout().Write([]byte(one.out.String()))
	_, _ = ts.Stderr().Write([]byte(one.errors.String()))
	ts.Check(err)
}

// fakes are the vendors of a script, once it wants them.
type fakes struct{ *sandbox.Running }

func (f fakes) stop() {
	if f.Running != nil {
		_ = f.Stop()
	}
}

// startSandbox sets a data folder up as a person would, by the API of a running bridge, and leaves it with none running.
func startSandbox(ts *testscript.TestScript, _ bool, args []string) {
	s := of(ts)
	v, err := sandbox.Start(s.t.Context(), sandbox.Options{})
	ts.Check(err)
	s.fakes = fakes{v}
	doc, secrets := v.Settings(), sample.Secrets()
	if len(args) > 0 && args[0] == "all" {
		doc, secrets = v.AllSettings(), v.AllSecrets()
	} else {
		doc = []byte(strings.Replace(string(doc), "connections:\n", "  - {name: inbox, kind: inbox}\nconnections:\n", 1))
	}
	// What takes minutes with the real vendors is not what a script is about.
	quicker := strings.NewReplacer("    ticketing:\n      enabled: true\n", "    requests_per_minute: 10000\n    confirm: {searches: 3, over: 3s}\n    ticketing:\n      enabled: true\n")
	s.spawn("serve", "--port", "0")
	run, err := readRunning(s.dir)
	ts.Check(err)
	cl, err := runningClient(s.dir, run)
	ts.Check(err)
	ctx := s.t.Context()
	_, err = cl.raw(ctx, http.MethodPut, "/settings", "application/yaml", "application/json", strings.NewReader(quicker.Replace(string(doc))))
	ts.Check(err)
	for _, one := range secrets {
		ts.Check(cl.call(ctx, http.MethodPut, "/secrets/"+one.Name, map[string]string{"value": one.Value}, nil))
	}
	ts.Check(cl.call(ctx, http.MethodPost, "/sources/"+sample.SourceName+"/sync?wait=60", nil, nil))
	_, err = s.quit()
	ts.Check(err)
}

func (s *script) vendors(ts *testscript.TestScript) *sandbox.Running {
	if s.fakes.Running == nil {
		ts.Fatalf("there is no sandbox yet")
	}
	return s.fakes.Running
}

func setQuota(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("write: quota ORGANIZATION PERCENT")
	}
	organization, err := strconv.Atoi(args[0])
	ts.Check(err)
	percent, err := strconv.Atoi(args[1])
	ts.Check(err)
	if !of(ts).vendors(ts).MSP.SetQuotaUsage(organization, percent, time.Now()) {
		ts.Fatalf("there is no organization %d with a quota", organization)
	}
}

func setFault(ts *testscript.TestScript, _ bool, args []string) {
	faults := &of(ts).vendors(ts).ConnectWise.Faults
	if len(args) == 0 {
		faults.Clear()
		return
	}
	if len(args) != 3 {
		ts.Fatalf("write: fault METHOD PATH STATUS, or fault")
	}
	status, err := strconv.Atoi(args[2])
	ts.Check(err)
	faults.Add(sandbox.Fault{Method: args[0], Path: args[1], Status: status, Body: `{"code":"Sorry","message":"Not today."}`, Times: -1})
}
