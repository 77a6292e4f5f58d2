package x360sync

import "context"

// Turn lets one session of a source at a time renew the sign-in. x360Sync replaces the refresh token with every renewal:
// of two at once, one would hold a token that is used up and give up a sign-in that stands. It outlives the sessions,
// because one that settings have replaced may still be reading.
type Turn chan struct{}

// NewTurn makes the turn of a source.
func NewTurn() Turn { return make(Turn, 1) }

// enter waits for the turn.
func (t Turn) enter(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t Turn) leave() { <-t }
