package main

import (
	"os"
	"path/filepath"
	"time"
)

// demoFolder is the name of a demo's data folder among the temporary ones.
const demoFolder = "psabridge-demo-*"

// sweepAfter keeps the folder of a demo that is just starting: it has made its lock file and does not hold it yet.
const sweepAfter = time.Minute

// sweepDemos removes what demos left behind that were killed. A folder whose lock somebody holds is a running demo's, and
// one that cannot be locked is somebody else's.
func sweepDemos(temp string, now time.Time) {
	found, _ := filepath.Glob(filepath.Join(temp, demoFolder)) // the pattern is well-formed
	for _, dir := range found {
		if info, err := os.Lstat(dir); err != nil || !info.IsDir() {
			continue
		}
		info, err := os.Lstat(filepath.Join(dir, lockFile))
		if err != nil || !info.Mode().IsRegular() || now.Sub(info.ModTime()) < sweepAfter {
			continue
		}
		unlock, free, err := lockData(dir)
		if err != nil || !free {
			continue
		}
		unlock()
		_ = os.RemoveAll(dir)
	}
}
