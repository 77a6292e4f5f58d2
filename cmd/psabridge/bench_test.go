package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// BenchmarkProcess measures the program as its user's computer sees it: size, start to ready, memory when idle, stop.
// Beside it runs the smallest Go program there is, so that the figures of two runs on different machines can be compared.
func BenchmarkProcess(b *testing.B) {
	path, err := binary()
	if err != nil {
		b.Fatal(err)
	}
	size, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	floor := buildFloor(b)
	var start, stop, pss, least time.Duration
	rounds := 0
	for b.Loop() {
		rounds++
		p := &bridgeProcess{t: b, path: path, dir: filepath.Join(b.TempDir(), "data")}
		began := time.Now()
		d := p.serve()
		start += time.Since(began)
		pss += time.Duration(idleKilobytes(b, d.cmd.Process.Pid))
		began = time.Now()
		if err := d.interrupt(); err != nil {
			b.Fatal(err)
		}
		stop += time.Since(began)
		began = time.Now()
		if err := exec.CommandContext(b.Context(), floor).Run(); err != nil {
			b.Fatal(err)
		}
		least += time.Since(began)
	}
	n := float64(rounds)
	b.ReportMetric(float64(size.Size())/1e6, "size-MB")
	b.ReportMetric(float64(start.Milliseconds())/n, "start-ms")
	b.ReportMetric(float64(stop.Milliseconds())/n, "stop-ms")
	b.ReportMetric(float64(pss)/n/1024, "idle-PSS-MB")
	b.ReportMetric(float64(start)/float64(least), "start/floor")
}

// buildFloor builds a program that does nothing.
func buildFloor(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	src, out := filepath.Join(dir, "main.go"), filepath.Join(dir, "floor")
	if err := os.WriteFile(src, []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	if msg, err := exec.CommandContext(b.Context(), "go", "build", "-o", out, src).CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, msg)
	}
	return out
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
