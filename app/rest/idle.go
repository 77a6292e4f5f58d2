package rest

import (
	"net/http"
	"slices"
	"sync"
	"weak"
)

// transports are those that are still in use; a client that was replaced is forgotten with its transport.
var transports struct {
	mu  sync.Mutex
	all []weak.Pointer[http.Transport]
}

func remember(t *http.Transport) *http.Transport {
	transports.mu.Lock()
	defer transports.mu.Unlock()
	transports.all = append(slices.DeleteFunc(transports.all, gone), weak.Make(t))
	return t
}

func gone(p weak.Pointer[http.Transport]) bool { return p.Value() == nil }

// CloseIdle closes every connection on which nothing goes on. After a sleep, or in another network, the other side has forgotten
// them, and the first request on each would wait for an answer that cannot come. What is under way keeps its own time-out.
func CloseIdle() {
	transports.mu.Lock()
	all := slices.Clone(transports.all)
	transports.mu.Unlock()
	for _, p := range all {
		if t := p.Value(); t != nil {
			t.CloseIdleConnections()
		}
	}
}
