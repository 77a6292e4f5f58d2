package secret

import (
	"context"
	"errors"
	"sync"
)

// errStuck says that an earlier call still hangs.
var errStuck = errors.New("an earlier call to the keychain never returned")

// lane runs calls that cannot be cancelled, one at a time. A call that outlives its caller is left behind, and until it
// returns every other is refused at once: a service that hangs costs one goroutine, not one for each try.
type lane struct {
	free  chan struct{}
	state *laneState
}

type laneState struct {
	mu      sync.Mutex
	running int // number of the call under way; 0 when none is
	calls   int
	overdue bool // the call under way outlived a deadline
}

func newLane() lane { return lane{free: make(chan struct{}, 1), state: &laneState{}} }

type answer struct {
	value string
	err   error
}

// do runs f unless a call hangs. It returns when f or ctx is done.
func (l *lane) do(ctx context.Context, f func() (string, error)) (string, error) {
	if l.state.stuck() {
		return "", errStuck
	}
	select {
	case l.free <- struct{}{}:
	case <-ctx.Done():
		l.state.waitedTooLong(ctx)
		return "", ctx.Err()
	}
	done := make(chan answer, 1)
	l.state.begin()
	go func() {
		value, err := f()
		l.state.end()
		<-l.free
		done <- answer{value, err}
	}()
	select {
	case a := <-done:
		return a.value, a.err
	case <-ctx.Done():
		l.state.waitedTooLong(ctx)
		return "", ctx.Err()
	}
}

func (s *laneState) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	s.running = s.calls
}

func (s *laneState) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running, s.overdue = 0, false
}

func (s *laneState) stuck() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.overdue
}

// waitedTooLong blames the call under way, but not when the caller only changed its mind.
func (s *laneState) waitedTooLong(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.overdue = s.running != 0 && errors.Is(ctx.Err(), context.DeadlineExceeded)
}
