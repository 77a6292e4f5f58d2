package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync/atomic"
	"time"

	"psabridge/app"
)

// attempt makes one attempt and settles it.
func (b *Outbox) attempt(ctx context.Context, d app.Delivery) {
	h := hand{box: b, d: d}
	st, err := h.run(ctx)
	if h.fenced.Load() {
		b.o.Logger.WarnContext(ctx, "attempt was taken over", "delivery", d.ID, "attempt", d.Attempt)
		return
	}
	now := b.o.Now()
	what := answered
	switch {
	case err != nil:
		st, what = b.judge(ctx, d, st, err, h.sent.Load(), now)
	case st.State == "":
		st.State, st.Code, st.Message = app.DeliveryParked, app.Internal, "psabridge did not say what became of this. Please report it."
	case st.Answered: // the handler says so
	case st.Code != "":
		what = effectOf(st.Code) // the handler took the failure into its own plan
	}
	if what == answered && !st.Answered && st.State != app.DeliveryDone && st.Status == 0 && st.Code != "" {
		what = none // a refusal of our own, e.g. of the settings: the other side may not have been asked at all
	}
	st.DeliveryID, st.Attempt, st.At = d.ID, d.Attempt, now
	if b.gates.note(d.Connection, what, failure(err, st), now) {
		b.o.Logger.WarnContext(ctx, "nothing is sent on this connection for now", "connection", d.Connection, "code", st.Code)
	}
	b.o.Logger.Log(ctx, level(st), "attempt ended", "delivery", d.ID, "kind", d.Kind, "attempt", d.Attempt, "state", st.State, "code", st.Code)
	b.settle(ctx, d, st)
}

// judge lets the error decide, and keeps what the handler found out all the same.
func (b *Outbox) judge(ctx context.Context, d app.Delivery, st app.Settlement, err error, sent bool, now time.Time) (app.Settlement, effect) {
	fate, what := fateOf(d, err, sent, now)
	if ctx.Err() != nil { // we are stopping: nobody's failure, and it says nothing about the connection
		fate.Uncounted, what = true, none
		if fate.State == app.DeliveryWaiting {
			fate.NextAt = now
		}
	}
	if fate.State == app.DeliveryWaiting && !fate.Uncounted {
		fate.NextAt = now.Add(spread(fate.NextAt.Sub(now), b.o.Random()))
	}
	fate.Ticket, fate.Lines, fate.Ledger = st.Ticket, st.Lines, st.Ledger
	return fate, what
}

// failure is what a block shows as its reason.
func failure(err error, st app.Settlement) error {
	if err == nil && st.Code != "" {
		return app.Errorf(st.Code, "%s", st.Message)
	}
	return err
}

func level(st app.Settlement) slog.Level {
	if st.State == app.DeliveryParked {
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// hand is one attempt in a handler's hand.
type hand struct {
	box    *Outbox
	d      app.Delivery
	sent   atomic.Bool // an intent was committed: bytes may have gone out
	fenced atomic.Bool // somebody else has the delivery now
}

// run calls the handler. A panic parks the delivery: what broke once on it will break again.
func (h *hand) run(ctx context.Context) (st app.Settlement, err error) {
	handle, ok := h.box.handlers[h.d.Kind]
	if !ok {
		return app.Settlement{State: app.DeliveryParked, Code: app.Internal, Message: "This version cannot deliver " + string(h.d.Kind) + "."}, nil
	}
	defer func() {
		if p := recover(); p != nil {
			h.box.o.Logger.ErrorContext(ctx, "handler panicked", "delivery", h.d.ID, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			st = app.Settlement{State: app.DeliveryParked, Code: app.Internal, Message: "Internal error. The log says more; retry when it is solved."}
			err = nil
		}
	}()
	return handle(ctx, h.d, h.intend)
}

func (h *hand) intend(ctx context.Context, request string, entry app.LedgerEntry) error {
	entry.Connection = h.d.Connection
	err := h.box.store.Intent(ctx, app.Intent{DeliveryID: h.d.ID, Attempt: h.d.Attempt, At: h.box.o.Now(), Request: request, Ledger: entry})
	if app.ErrorCode(err) == app.Conflict {
		h.fenced.Store(true)
	}
	if err == nil {
		h.sent.Store(true)
	}
	return err
}

func panicked(p any) error {
	return app.Wrap(fmt.Errorf("panic: %v", p), app.Internal, "Internal error.")
}

// settle writes what became of the attempt, and does not give up: an attempt that is not settled blocks its lane. When
// we are stopped before it succeeds, the next start finds the attempt and looks what became of it.
func (b *Outbox) settle(ctx context.Context, d app.Delivery, st app.Settlement) {
	for i := 0; ; i++ {
		err := b.store.Settle(ctx, st)
		switch {
		case err == nil:
			if b.o.Settled != nil {
				b.o.Settled(d, st)
			}
			return
		case app.ErrorCode(err) == app.Conflict && st.Ticket != nil && st.State != app.DeliveryParked:
			// The ticket cannot be stored as it is: a person must see it. If it was the fence, the next try says so too.
			st.Ticket, st.State, st.Code, st.Message = nil, app.DeliveryParked, app.Conflict, app.ErrorMessage(err)
			continue
		case app.ErrorCode(err) == app.Conflict:
			b.o.Logger.WarnContext(ctx, "attempt was taken over", "delivery", d.ID, "attempt", d.Attempt)
			return
		}
		b.o.Logger.ErrorContext(ctx, "cannot settle", "delivery", d.ID, "error", err)
		timer := time.NewTimer(retryDelays[min(i, 2)])
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}
