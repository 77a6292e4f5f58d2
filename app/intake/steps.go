package intake

import (
	"context"
	"sync"
	"time"

	"psabridge/app/source"
)

// Step is something a reading has just found out, in words for a person who watches.
type Step struct {
	At   time.Time
	Text string
}

// keepSteps bounds what one reading may tell. What comes first tells most, and how it ended is in the status.
const keepSteps = 500

// teller passes on the steps of one reading, one at a time.
type teller struct {
	now   func() time.Time
	state *state
	say   func(Step) // may be nil

	mu    sync.Mutex
	steps []Step
}

// watch returns the context a source is read with, so that its steps are heard.
func (t *teller) watch(ctx context.Context) context.Context {
	return source.WithSteps(ctx, t.tell)
}

// tell is called from several goroutines.
func (t *teller) tell(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.steps) == keepSteps {
		return
	}
	step := Step{At: t.now(), Text: text}
	t.steps = append(t.steps, step)
	t.state.step(step)
	if t.say != nil {
		t.say(step)
	}
}

// told returns the steps so far.
func (t *teller) told() []Step {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]Step(nil), t.steps...)
}

// beginSteps forgets the steps of the reading before.
func (s *state) beginSteps() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.Steps = nil
}

func (s *state) step(step Step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.Steps = append(s.status.Steps, step)
}
