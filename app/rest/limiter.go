package rest

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"psabridge/app"
)

// The defaults of a limiter: a little below what ConnectWise asks of its clients.
const (
	defaultPerMinute = 900
	defaultAtOnce    = 4
	burst            = 60
)

// Limiter is the one gate of a connection: so many requests a minute, so many at once, and none at all while the other
// side asked us to wait. When it had to ask, what is sent afterwards is less for a while: see slow.go. It outlives the
// clients that use it.
type Limiter struct {
	bucket *rate.Limiter
	slots  chan struct{}

	mu    sync.Mutex
	until time.Time
	most  float64 // requests a minute, as set
	pace  pace
	sent  map[int64]time.Time // since when each request that is on its way waits for its answer
	n     int64
}

// NewLimiter makes a limiter; zero takes the default of 900 a minute and 4 at once.
func NewLimiter(perMinute, atOnce int) *Limiter {
	if atOnce <= 0 {
		atOnce = defaultAtOnce
	}
	l := &Limiter{bucket: rate.NewLimiter(0, burst), slots: make(chan struct{}, atOnce), sent: map[int64]time.Time{}}
	l.SetRate(perMinute)
	return l
}

// SetRate changes how many requests a minute are made at most; zero is the default. It does not end a slower pace.
func (l *Limiter) SetRate(perMinute int) {
	if perMinute <= 0 {
		perMinute = defaultPerMinute
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.most = float64(perMinute)
	l.apply(time.Now())
}

// Pause stops all requests for d from now; a shorter pause does not end a longer one.
func (l *Limiter) Pause(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pause(time.Now().Add(d))
}

func (l *Limiter) pause(until time.Time) {
	if until.After(l.until) {
		l.until = until
	}
}

// Paused returns how long the pause still lasts; zero when there is none.
func (l *Limiter) Paused() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(0, time.Until(l.until))
}

// Resume ends a pause and a slower pace, e.g. because the connection's address changed: what the old server asked for
// does not bind us at the new one.
func (l *Limiter) Resume() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.until, l.pace = time.Time{}, pace{}
	l.apply(time.Now())
}

// enter waits for a place. The pause is looked at again after waiting, because the request ahead may have been the one
// that was told to slow down.
func (l *Limiter) enter(ctx context.Context, name string) (leave func(), err error) {
	if err := l.paused(name); err != nil {
		return nil, err
	}
	select {
	case l.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, neverSent(name, ctx.Err())
	}
	free := func() { <-l.slots }
	l.mu.Lock()
	l.apply(time.Now())
	l.mu.Unlock()
	if err := l.bucket.Wait(ctx); err != nil {
		free()
		return nil, neverSent(name, err)
	}
	if err := l.paused(name); err != nil {
		free()
		return nil, err
	}
	answered := l.send()
	return func() { answered(); free() }, nil
}

// send notes that a request goes out; answered, that it is over.
func (l *Limiter) send() (answered func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n++
	id := l.n
	l.sent[id] = time.Now()
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.sent, id)
	}
}

// Silent returns how long the request that has waited longest has had no answer; zero when none is on its way.
func (l *Limiter) Silent() (longest time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, at := range l.sent {
		longest = max(longest, time.Since(at))
	}
	return longest
}

func (l *Limiter) paused(name string) error {
	d := l.Paused()
	if d == 0 {
		return nil
	}
	return &app.Error{
		Code: app.RateLimited, Outcome: app.OutcomeNone, RetryAfter: d,
		Message: name + " asked us to wait. Nothing is sent for another " + inWords(d) + ".",
	}
}

func neverSent(name string, err error) error {
	return &app.Error{
		Code: app.Unavailable, Outcome: app.OutcomeNone, Err: err,
		Message: "The request to " + name + " was given up before it was sent.",
	}
}
