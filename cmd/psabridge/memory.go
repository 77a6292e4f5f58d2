package main

import (
	"os"
	"runtime/debug"
)

// A start, or one command, makes some megabytes and is over: a collection in the middle of it only takes time. A bridge then
// idles for weeks with what it read last; collecting more often than Go does by itself would save it 4 MB and cost it a third more
// of what it computes. The limit is a fuse, not a size it ever comes near.
const (
	collectStarting = 400       // percent of growth before a collection
	collectRunning  = 100       // the same; Go's own
	memoryLimit     = 128 << 20 // bytes
)

// startQuickly sets what is good for a start, unless the environment says something else.
func startQuickly() {
	collect(collectStarting)
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}

// staySmall sets what is good for a bridge that runs, and gives back what the start needed. It takes some milliseconds.
func staySmall() {
	collect(collectRunning)
	debug.FreeOSMemory()
}

func collect(percent int) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}
