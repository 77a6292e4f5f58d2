package web

import (
	"crypto/sha256"
	"fmt"
	"sync"

	"psabridge/views/layout"
)

// notices keep what an action did until the next page of the same session shows it, once. They live in memory: a
// restart loses at most a sentence.
type notices struct {
	mu   sync.Mutex
	next map[[32]byte]layout.Notice // by the hash of the session's cookie
}

// maxNotices bounds what sessions that never look again can pile up.
const maxNotices = 4 * maxSessions

func (n *notices) put(session string, one layout.Notice) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next == nil || len(n.next) >= maxNotices {
		n.next = map[[32]byte]layout.Notice{}
	}
	n.next[sha256.Sum256([]byte(session))] = one
}

func (n *notices) take(session string) *layout.Notice {
	n.mu.Lock()
	defer n.mu.Unlock()
	key := sha256.Sum256([]byte(session))
	one, ok := n.next[key]
	if !ok {
		return nil
	}
	delete(n.next, key)
	return &one
}

// The tones of a notice.
const (
	good = "ok"
	info = "info"
	warn = "warn"
	bad  = "bad"
)

func notice(tone, format string, args ...any) layout.Notice {
	return layout.Notice{Tone: tone, Text: fmt.Sprintf(format, args...)}
}
