package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestTheNextDemoSweepsUp: what killed demos left goes; a running demo's folder, one that is starting and anything else stay.
func TestTheNextDemoSweepsUp(t *testing.T) {
	t.Parallel()
	temp := t.TempDir()
	folder := func(name string, locks bool) string {
		dir := filepath.Join(temp, name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if locks {
			if err := os.WriteFile(filepath.Join(dir, lockFile), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	dead, running, strange, other := folder("psabridge-demo-1", true), folder("psabridge-demo-2", true), folder("psabridge-demo-3", false), folder("psabridge-4", true)
	unlock, ok, err := lockData(running)
	if err != nil || !ok {
		t.Fatal("not locked", err)
	}
	defer unlock()
	there := func(dir string) bool { _, err := os.Stat(dir); return err == nil }
	sweepDemos(temp, time.Now())
	if !there(dead) {
		t.Error("the folder of a demo that may just be starting is gone")
	}
	sweepDemos(temp, time.Now().Add(time.Hour))
	if there(dead) || !there(running) || !there(strange) || !there(other) {
		t.Errorf("dead %t, running %t, without a lock %t, another one's %t", there(dead), there(running), there(strange), there(other))
	}
}

func TestADemoTakesNoDataFolder(t *testing.T) {
	t.Parallel()
	var errs strings.Builder
	dir := t.TempDir()
	if code := execute(t.Context(), []string{"demo", "--data-dir", dir}, console{out: io.Discard, err: &errs}); code != exitWrong || !strings.Contains(errs.String(), "data-dir: The demo keeps its data") {
		t.Errorf("exit %d: %s", code, &errs)
	}
}
