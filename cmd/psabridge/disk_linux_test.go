package main

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestFullDiskWaitsAndGoesOn is RELIABILITY F29 on a real file system that is full: nothing is read, a person is told, and
// it goes on by itself once there is space.
func TestFullDiskWaitsAndGoesOn(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	b := newProcess(t)
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", b.dir, "tmpfs", 0, "size=16m,mode=0700"); err != nil {
		t.Skipf("SKIP: no file system of a fixed size can be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(b.dir, syscall.MNT_DETACH) })
	d := b.serve()
	b.configure(v, quick...)
	b.must("", "sync")
	fill := filepath.Join(b.dir, "fill")
	full(t, fill)
	org := v.MSP.Organizations()[1]
	v.MSP.SetQuotaUsage(org.ID, 95, time.Now())
	needs := func() (codes []string) {
		var st struct {
			NeedsYou []struct {
				Code string `json:"code"`
			} `json:"needs_you"`
		}
		d.get("/status", &st)
		for _, n := range st.NeedsYou {
			codes = append(codes, n.Code)
		}
		return codes
	}
	d.eventually("the full disk is told of", func() bool {
		_, _, _ = b.run("", "sync") // whatever space is left is used up
		full(t, fill)
		codes := needs()
		return len(codes) > 0 && codes[0] == "disk"
	})
	if err := os.Remove(fill); err != nil {
		t.Fatal(err)
	}
	d.eventually("it goes on by itself", func() bool { codes := needs(); return len(codes) == 0 || codes[0] != "disk" })
	b.must("", "sync")
	d.opened(1)
	if n := countTickets(v.ConnectWise.Tickets()); n != 1 {
		t.Errorf("ConnectWise holds %d tickets of ours, want 1", n)
	}
}

// full writes until nothing fits any more.
func full(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, size := range []int{1 << 20, 1 << 12} {
		for err == nil {
			_, err = f.Write(make([]byte, size))
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
		err = nil
	}
}
