//go:build !windows && !darwin

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// opener puts an xdg-open of our own in front of all others.
func opener(t *testing.T, script string) {
	t.Helper()
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "xdg-open"), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
}

// TestAnOpenerThatFailsIsTold: xdg-open starts on a desktop that has no browser, and ends with a code.
func TestAnOpenerThatFailsIsTold(t *testing.T) {
	opener(t, "exit 4")
	never := make(chan time.Time)
	err := showWithin(t.Context(), "file:///nowhere", never)
	if err == nil || !strings.Contains(err.Error(), "psabridge open --print") {
		t.Errorf("a page nobody saw counts as shown: %v", err)
	}
	opener(t, "exit 0")
	if err := showWithin(t.Context(), "file:///nowhere", never); err != nil {
		t.Error(err)
	}
}

// TestAnOpenerThatLivesOnIsNotWaitedFor: some openers live as long as the browser.
func TestAnOpenerThatLivesOnIsNotWaitedFor(t *testing.T) {
	gate := filepath.Join(t.TempDir(), "gate")
	if err := syscall.Mkfifo(gate, 0o600); err != nil {
		t.Fatal(err)
	}
	opener(t, "cat '"+gate+"'")
	enough := make(chan time.Time)
	close(enough)
	if err := showWithin(t.Context(), "file:///nowhere", enough); err != nil {
		t.Error(err)
	}
	end, err := os.OpenFile(gate, os.O_WRONLY, 0) // waits until the opener reads, and lets it end
	if err != nil {
		t.Fatal(err)
	}
	_ = end.Close()
}
