package main

import (
	"os"
	"runtime/debug"
)

// The program idles for weeks and now and then reads a few thousand records at once: a little more work for the collector
// keeps that peak small, and the limit is a fuse, not a size it ever comes near.
const (
	collectAt   = 40        // percent of growth before a collection; Go's own is 100
	memoryLimit = 128 << 20 // bytes
)

// keepSmall sets both, unless the environment says something else.
func keepSmall() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}
