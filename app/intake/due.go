package intake

import (
	"context"
	"fmt"
	"time"
)

// RunDue starts a poll of every source that is due at now and does not wait for it: a source that takes its time must
// not keep the others from being asked. A source that is still being read is not due. The polls end with ctx, which has
// to outlive the call, or with Stop. What goes wrong is in Status.
func (in *Intake) RunDue(ctx context.Context, now time.Time) error {
	doc, err := in.deps.Settings(ctx)
	if err != nil {
		return err
	}
	in.keepOnly(doc)
	for _, s := range doc.Sources {
		if s.Pushed() {
			continue // nobody polls an inbox
		}
		st := in.state(s.Name)
		if !st.start(now, every(s)) {
			continue
		}
		poll := func(ctx context.Context) {
			defer st.ended()
			_, _ = in.Poll(ctx, s.Name) // remembered for Status
		}
		if !in.behind(ctx, poll) {
			st.ended()
		}
	}
	return ctx.Err()
}

// behind runs f on a goroutine of its own that Stop waits for; false when it was stopped already.
func (in *Intake) behind(ctx context.Context, f func(context.Context)) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.life.Err() != nil {
		return false
	}
	in.polls.Go(func() {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(in.life, cancel)() //nolint:contextcheck // it has two lives: the one that is given and our own
		f(ctx)
	})
	return true
}

// Stop ends the polls that RunDue started and waits for them, at most until ctx ends. Afterwards RunDue starts none any
// more. To be called after the schedule has stopped and before the store is closed; more than once does no harm.
func (in *Intake) Stop(ctx context.Context) error {
	in.mu.Lock()
	in.end()
	in.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		in.polls.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("sources still being read: %w", ctx.Err())
	}
}
