package outbox

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"psabridge/app"
)

const (
	// breakAfter is how many transport failures in a row open the breaker of a connection.
	breakAfter = 5
	// probeEvery is how often a connection that does not answer is tried.
	probeEvery = time.Minute
	// keysProbeEvery is how often refused keys are tried again, first and at most: accounts get locked.
	keysProbeEvery = 10 * time.Minute
	keysProbeMost  = time.Hour
)

// gate is what stands between a connection and its deliveries.
type gate struct {
	block    app.Block
	probeAt  time.Time // zero: not probed
	probing  bool
	pause    time.Duration // last probe interval or rest
	failures int           // transport failures in a row
	blocked  bool
}

// gates keeps one gate per connection, in memory: after a restart each is tried once.
type gates struct {
	mu   sync.Mutex
	rows map[string]*gate
}

func (g *gates) row(connection string) *gate {
	r := g.rows[connection]
	if r == nil {
		r = &gate{}
		g.rows[connection] = r
	}
	return r
}

// note takes down what an attempt showed of its connection, and reports whether that blocked it.
func (g *gates) note(connection string, what effect, err error, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.row(connection)
	switch what {
	case answered:
		r.failures = 0
		if !r.blocked {
			r.pause = 0
		}
	case transport:
		r.failures++
		if r.failures >= breakAfter && !r.blocked {
			r.pause = probeEvery
			r.close(connection, err, time.Time{}, now)
			return true
		}
	case keys:
		if !r.blocked || !r.block.Until.IsZero() {
			r.pause = keysProbeEvery
			r.close(connection, err, time.Time{}, now)
			return true
		}
	case busy:
		return r.rest(connection, err, now)
	case none:
	}
	return false
}

// rest blocks for as long as we were asked, or 30 s doubling when it did not say.
func (r *gate) rest(connection string, err error, now time.Time) bool {
	pause := min(max(2*r.pause, rateLimitPause), rateLimitMost)
	if e, ok := errors.AsType[*app.Error](err); ok && e.RetryAfter > 0 {
		pause = e.RetryAfter
	}
	until := now.Add(pause)
	if r.blocked && (r.block.Until.IsZero() || !until.After(r.block.Until)) {
		return false // a wait for a person, or a longer one, stands
	}
	r.pause = min(pause, rateLimitMost)
	r.close(connection, err, until, now)
	return true
}

func (r *gate) close(connection string, err error, until, now time.Time) {
	since := now
	if r.blocked {
		since = r.block.Since
	}
	r.blocked = true
	r.block = app.Block{Connection: connection, Code: app.ErrorCode(err), Reason: app.ErrorMessage(err), Until: until, Since: since}
	r.probeAt = time.Time{}
	if until.IsZero() {
		r.probeAt = now.Add(r.pause)
	}
}

// open removes a block and reports whether there was one. The rest a rate limit doubles from is kept until an answer comes.
func (g *gates) open(connection string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.row(connection)
	was := r.blocked
	r.blocked, r.failures, r.probeAt = false, 0, time.Time{}
	if r.block.Code != app.RateLimited {
		r.pause = 0
	}
	return was
}

// expired lists the connections whose asked-for wait is over.
func (g *gates) expired(now time.Time) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var names []string
	for name, r := range g.rows {
		if r.blocked && !r.block.Until.IsZero() && !now.Before(r.block.Until) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// toProbe takes the connections whose probe is due; each is given out once until probed is called.
func (g *gates) toProbe(now time.Time) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var names []string
	for name, r := range g.rows {
		if r.blocked && !r.probing && !r.probeAt.IsZero() && !now.Before(r.probeAt) {
			r.probing = true
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// probed takes down a probe that failed. A reason that changed is shown; refused keys are tried more and more rarely.
func (g *gates) probed(connection string, err error, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.row(connection)
	r.probing = false
	if !r.blocked || err == nil {
		return
	}
	switch code := app.ErrorCode(err); code {
	case app.Unauthorized:
		if r.block.Code == app.Unauthorized {
			r.pause = min(2*r.pause, keysProbeMost)
		} else {
			r.pause = keysProbeEvery
		}
		r.close(connection, err, time.Time{}, now)
	case app.RateLimited:
		r.block.Until = now // the wait asked for replaces the one for a probe
		r.rest(connection, err, now)
	default:
		r.pause = probeEvery
		r.close(connection, err, time.Time{}, now)
	}
}

// names lists the connections not to touch.
func (g *gates) names() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var names []string
	for name, r := range g.rows {
		if r.blocked {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// next is when a gate moves by itself after a moment; zero when none does.
func (g *gates) next(after time.Time) time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	var next time.Time
	for _, r := range g.rows {
		at := r.probeAt
		if !r.block.Until.IsZero() {
			at = r.block.Until
		}
		if r.blocked && !r.probing && at.After(after) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

func (g *gates) blocks() []app.Block {
	g.mu.Lock()
	defer g.mu.Unlock()
	var list []app.Block
	for r := range maps.Values(g.rows) {
		if r.blocked {
			list = append(list, r.block)
		}
	}
	slices.SortFunc(list, func(a, b app.Block) int { return cmp.Compare(a.Connection, b.Connection) })
	return list
}
