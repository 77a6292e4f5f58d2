package main

import (
	"bufio"
	"bytes"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"psabridge/app/sandbox"
)

// What psabridge costs a computer it lives on, beside the least program with the same parts (testdata/floor).

const (
	homeRounds = 5 // taken in turn with the floor's; their medians are compared
	homeRows   = "100000"
	asItIs     = `exec "$@"` // in place of the script with the keyring: nothing is in the keychain yet
)

// watchFor is how long an idle bridge is watched; PSABRIDGE_QUIET=10m watches longer.
func watchFor(b *testing.B) time.Duration {
	b.Helper()
	if s := os.Getenv("PSABRIDGE_QUIET"); s != "" {
		d, err := time.ParseDuration(s)
		if err != nil {
			b.Fatal(err)
		}
		return d
	}
	return time.Minute
}

// released builds what a person downloads for this machine, and the floor in the same way.
func released(b *testing.B) (product, floor string) {
	b.Helper()
	dir := b.TempDir()
	build := func(name, what string, flags ...string) string {
		out := filepath.Join(dir, name)
		args := slices.Concat([]string{"build", "-trimpath", "-ldflags", "-s -w -X main.version=test"}, flags, []string{"-o", out, what})
		cmd := exec.CommandContext(b.Context(), "go", args...)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if msg, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, msg)
		}
		return out
	}
	makefile, err := os.ReadFile(filepath.Join("..", "..", "Makefile"))
	if err != nil {
		b.Fatal(err)
	}
	var flags []string
	for line := range strings.Lines(string(makefile)) {
		if f, ok := strings.CutPrefix(line, "GCFLAGS  := "); ok {
			flags = strings.Fields(f)
		}
	}
	if len(flags) == 0 {
		b.Fatal("the Makefile no longer has its GCFLAGS")
	}
	return build("psabridge", ".", flags...), build("floor", "../../testdata/floor")
}

// BenchmarkHome measures what a bridge may cost at most: size ≤ 1.7, start ≤ 2.5 and memory ≤ 1.75 times the floor's.
func BenchmarkHome(b *testing.B) {
	product, floor := released(b)
	p := keylessProcess(b, product)
	table := b.TempDir()
	fill := startFloor(b, floor, table, homeRows)
	fill.end(b)
	_ = p.serve().interrupt() // makes the database
	var ours, least, stop, memory, bare []float64
	for b.Loop() {
		for range homeRounds {
			began := time.Now()
			d := p.serve()
			ours = append(ours, time.Since(began).Seconds())
			f := startFloor(b, floor, table)
			least = append(least, f.took.Seconds())
			memory = append(memory, float64(idleKilobytes(b, d.cmd.Process.Pid)))
			bare = append(bare, float64(idleKilobytes(b, f.cmd.Process.Pid)))
			f.end(b)
			began = time.Now()
			if err := d.interrupt(); err != nil {
				b.Fatal(err)
			}
			stop = append(stop, time.Since(began).Seconds())
		}
	}
	b.ReportMetric(sizeOf(b, product)/sizeOf(b, floor), "size/floor")
	b.ReportMetric(sizeOf(b, product)/1e6, "size-MB")
	b.ReportMetric(median(ours)/median(least), "start/floor")
	b.ReportMetric(median(ours)*1e3, "start-ms")
	b.ReportMetric(median(stop)*1e3, "stop-ms")
	b.ReportMetric(median(memory)/median(bare), "idle-PSS/floor")
	b.ReportMetric(median(memory)/1024, "idle-PSS-MB")
}

// BenchmarkQuiet watches a bridge while nothing happens at the vendors: set up with nothing, and reading once a minute the
// sandbox's world of 26 organizations, and an account of 500. CPU ≤ 0.1 %, and not one byte to the disk in a quiet minute.
func BenchmarkQuiet(b *testing.B) {
	b.Run("empty", func(b *testing.B) {
		d := keylessProcess(b, builtBinary(b)).serve()
		watch(b, d.cmd.Process.Pid)
	})
	b.Run("small", func(b *testing.B) {
		v, err := sandbox.Start(b.Context(), sandbox.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = v.Stop() })
		p := &bridgeProcess{t: b, dir: filepath.Join(b.TempDir(), "data"), path: builtBinary(b)}
		d, pid := p.serveOnKeyring()
		p.configure(v, "every: 15s", "every: 60s")
		p.must("", "sync")
		d.get("/status", new(map[string]any))
		watch(b, pid)
	})
	b.Run("large", func(b *testing.B) {
		srv := httptest.NewServer(&bigAccount{})
		b.Cleanup(srv.Close)
		p := &bridgeProcess{t: b, dir: filepath.Join(b.TempDir(), "data"), path: builtBinary(b)}
		d, pid := p.serveOnKeyring()
		p.reads(d, srv.URL, "60s")
		watch(b, pid)
	})
}

func builtBinary(b *testing.B) string {
	b.Helper()
	path, err := binary()
	if err != nil {
		b.Fatal(err)
	}
	return path
}

// watch lets what a start brings with it end, then watches.
func watch(b *testing.B, pid int) {
	settle := min(watchFor(b), 90*time.Second)
	for b.Loop() {
		time.Sleep(settle)
		cpu, written := used(b, pid)
		began := time.Now()
		time.Sleep(watchFor(b))
		cpu2, written2 := used(b, pid)
		b.ReportMetric(100*(cpu2-cpu).Seconds()/time.Since(began).Seconds(), "cpu-%")
		b.ReportMetric(float64(written2-written), "written-B")
	}
}

// used is the time a process computed and the bytes it had written to a disk.
func used(b *testing.B, pid int) (cpu time.Duration, written int) {
	b.Helper()
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	tasks, err := filepath.Glob(filepath.Join(proc, "task", "*", "schedstat")) // in nanoseconds; /proc/<pid>/stat counts hundredths
	if err != nil || len(tasks) == 0 {
		b.Skip("SKIPPED: what a process costs is measured on Linux only")
	}
	for _, task := range tasks {
		line, err := os.ReadFile(task)
		if err != nil {
			continue // a thread that ended
		}
		ns, _ := strconv.ParseInt(strings.Fields(string(line))[0], 10, 64)
		cpu += time.Duration(ns)
	}
	disk, err := os.ReadFile(filepath.Join(proc, "io"))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(disk)) {
		if n, ok := strings.CutPrefix(line, "write_bytes:"); ok {
			written, _ = strconv.Atoi(strings.TrimSpace(n))
		}
	}
	return cpu, written
}

// keylessProcess is a bridge that keeps its keys where most keep them: in a keychain of the system, empty and not asked.
func keylessProcess(b *testing.B, path string) *bridgeProcess {
	b.Helper()
	dir := b.TempDir()
	p := &bridgeProcess{t: b, path: path, dir: filepath.Join(dir, "data"), keyring: filepath.Join(dir, "as-it-is.sh"), env: []string{"DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent"}}
	if err := os.WriteFile(p.keyring, []byte(asItIs), 0o600); err != nil {
		b.Fatal(err)
	}
	return p
}

// floorRun is the floor, started.
type floorRun struct {
	cmd  *exec.Cmd
	took time.Duration
}

func startFloor(b *testing.B, path string, args ...string) floorRun {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), path, args...)
	cmd.Env = append(os.Environ(), "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.Contains(line, "ready") {
		b.Fatalf("%q %v %s", line, err, errs.String())
	}
	return floorRun{cmd, time.Since(began)}
}

func (f floorRun) end(b *testing.B) {
	b.Helper()
	if err := f.cmd.Process.Signal(os.Interrupt); err != nil {
		b.Fatal(err)
	}
	if err := f.cmd.Wait(); err != nil {
		b.Fatal(err)
	}
}

func sizeOf(b *testing.B, path string) float64 {
	b.Helper()
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	return float64(info.Size())
}

func median(of []float64) float64 {
	of = slices.Sorted(slices.Values(of))
	return of[len(of)/2]
}

// idleKilobytes is the process's own share of memory (PSS), where the system tells.
func idleKilobytes(b *testing.B, pid int) int {
	b.Helper()
	rollup, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "smaps_rollup"))
	if err != nil {
		b.Skip("SKIPPED: memory is measured on Linux only")
	}
	for line := range strings.Lines(string(rollup)) {
		if kb, ok := strings.CutPrefix(line, "Pss:"); ok {
			n, err := strconv.Atoi(strings.Fields(kb)[0])
			if err != nil {
				b.Fatal(err)
			}
			return n
		}
	}
	b.Fatal("no Pss line in smaps_rollup")
	return 0
}
