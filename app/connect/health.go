package connect

import (
	"context"
	"errors"
	"sync"
	"time"

	"psabridge/app"
)

// State says how a connection or source was doing when it was last used.
type State string

// The states. A name that was never used has none.
const (
	OK      State = "ok"
	Down    State = "down"    // it does not answer; tried again by itself
	Blocked State = "blocked" // keys are not accepted, or it asked us to wait
)

// Health is what the last calls of a name showed. It lives in memory only.
type Health struct {
	State    State
	LastOKAt time.Time
	// LastError is the sentence of the last failure; empty while State is ok.
	LastError string
	Code      app.Code
	Since     time.Time // of the present state
	Until     time.Time // when a wait that was asked for ends; zero otherwise
	// Silent is how long a request that is on its way has had no answer; zero when none is, or its source does not tell.
	Silent time.Duration
}

// ConnectionHealth is the health of a connection.
func (h *Hub) ConnectionHealth(name string) Health {
	row := h.health.of("connections/" + name)
	row.Silent = slotOf(h, h.psas, name).limiter.Silent()
	return row
}

// SourceHealth is the health of a source.
func (h *Hub) SourceHealth(name string) Health { return h.health.of("sources/" + name) }

type board struct {
	now func() time.Time

	mu   sync.Mutex
	rows map[string]Health
}

func newBoard(now func() time.Time) *board { return &board{now: now, rows: map[string]Health{}} }

func (b *board) of(name string) Health {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rows[name]
}

// note takes down what one call showed. A refusal of one request is an answer: the connection works. What was refused
// by ourselves, or given up by whoever asked, shows nothing.
func (b *board) note(name string, err error) {
	state, tells := verdict(err)
	if !tells {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now, row := b.now(), b.rows[name]
	if row.State != state {
		row.Since = now
	}
	row.State, row.LastError, row.Code, row.Until = state, "", "", time.Time{}
	if state == OK {
		row.LastOKAt = now
	} else {
		row.LastError, row.Code = app.ErrorMessage(err), app.ErrorCode(err)
	}
	if e, ok := errors.AsType[*app.Error](err); ok && e.Code == app.RateLimited {
		row.Until = now.Add(e.RetryAfter)
	}
	b.rows[name] = row
}

func verdict(err error) (s State, tells bool) {
	if errors.Is(err, context.Canceled) {
		return "", false
	}
	switch app.ErrorCode(err) {
	case "", app.NotFound, app.Forbidden, app.Conflict:
		return OK, true
	case app.Unauthorized, app.RateLimited:
		return Blocked, true
	case app.Unavailable:
		return Down, true
	case app.Invalid, app.Internal:
	}
	return "", false
}
