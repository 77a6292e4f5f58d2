package web

import (
	"sync"

	"psabridge/views/layout"
)

// notices keep what an action did until the next page of the same session shows it, once. They live in memory: a
// restart loses at most a sentence.
type notices struct {
	mu   sync.Mutex
	next map[string]layout.Notice
}

// maxNotices bounds what sessions that never look again can pile up.
const maxNotices = 4 * maxSessions

func (n *notices) put(session string, one layout.Notice) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next == nil || len(n.next) >= maxNotices {
		n.next = map[string]layout.Notice{}
	}
	n.next[session] = one
}

func (n *notices) take(session string) *layout.Notice {
	n.mu.Lock()
	defer n.mu.Unlock()
	one, ok := n.next[session]
	if !ok {
		return nil
	}
	delete(n.next, session)
	return &one
}
