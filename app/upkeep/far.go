package upkeep

import (
	"strings"
	"sync/atomic"
	"time"
)

// How long the second folder is waited for: by a copy, and by a page.
const (
	defaultPatience = 30 * time.Second
	lookPatience    = 3 * time.Second
)

// unfinished ends the name of a copy that is not done.
const unfinished = ".unfinished"

// far lets one call at a time touch a disk that may never answer: asking the system for a file of a share whose server is gone
// takes minutes, or for ever, and cannot be cancelled. It costs one goroutine then, not one for each try.
type far struct{ busy atomic.Bool }

// do runs f and reports whether it ended within the time. It is not begun while an earlier one has not ended.
func (l *far) do(within time.Duration, f func()) bool {
	if !l.busy.CompareAndSwap(false, true) {
		return false
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer l.busy.Store(false)
		f()
	}()
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case <-ended:
		return true
	case <-timer.C:
		return false
	}
}

// globbed escapes a path for filepath.Glob.
func globbed(path string) string {
	return strings.NewReplacer(`[`, `[[]`, `*`, `[*]`, `?`, `[?]`).Replace(path)
}
