package web

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
)

// peerKey is where a connection's answer is kept.
type peerKey struct{}

// errNoConnection is a request that came by a server which does not say by which connection.
var errNoConnection = errors.New("the connection is not known")

// ConnContext is for http.Server: it lets the guard ask, once for each connection, whose program is at the other end.
func (g *Guard) ConnContext(ctx context.Context, c net.Conn) context.Context {
	if g.Peer == nil {
		return ctx
	}
	return context.WithValue(ctx, peerKey{}, sync.OnceValue(func() error { return g.Peer(c.LocalAddr(), c.RemoteAddr()) }))
}

// stranger returns why a request is refused before anything else is looked at: the program at the other end is not this
// user's (SECURITY §0.4). Without it, whoever stole a cookie or a token on a computer of many users could use it.
func (g *Guard) stranger(r *http.Request) error {
	if g.Peer == nil {
		return nil
	}
	ask, ok := r.Context().Value(peerKey{}).(func() error)
	if !ok {
		return errNoConnection
	}
	return ask()
}

// strangerWords say it to whoever is there, and nothing of what is behind.
const strangerWords = "This psabridge belongs to another user of this computer, or the program that asks runs with other rights than it. Ask as the user who started it."

// refuseStranger answers, and burns a launch token that fell into the wrong hands.
func (g *Guard) refuseStranger(w http.ResponseWriter, r *http.Request) {
	g.strangers.Add(1)
	if r.URL.Path == launchPath {
		g.Sessions.Burn(r.URL.Query().Get("token"))
	}
	if g.surface(r) == surfaceAPI {
		writeProblem(w, http.StatusForbidden, "forbidden", strangerWords)
		return
	}
	http.Error(w, strangerWords, http.StatusForbidden)
}

// Strangers counts the requests that were refused because of who sent them.
func (g *Guard) Strangers() int64 { return g.strangers.Load() }
