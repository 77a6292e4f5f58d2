package ticketing

import (
	"context"
	"errors"
	"sync"
	"time"

	"psabridge/app"
)

// stuckPause is how often a delivery asks whether what it waits for was fixed.
const stuckPause = 10 * time.Minute

type stuckKey struct{ connection, field string }

// stuck remembers which delivery was parked for a setting that does not work, so that only one asks for a person (T9).
type stuck struct {
	mu    sync.Mutex
	first map[stuckKey]int64
}

// settle turns an error about the settings into what becomes of the delivery: the first one is parked, the others wait
// for it. Any other error is the outbox's to judge.
func (k *Desk) settle(ctx context.Context, d app.Delivery, err error) (app.Settlement, error) {
	e, ok := errors.AsType[*app.Error](err)
	if !ok || e.Code != app.Invalid || e.Field == "" || d.State == app.DeliveryChecking {
		return app.Settlement{}, err
	}
	k.stuck.mu.Lock()
	defer k.stuck.mu.Unlock()
	key := stuckKey{d.Connection, e.Field}
	if first := k.firstStuck(ctx, key, d.ID); first != 0 {
		return app.Settlement{
			State: app.DeliveryWaiting, NextAt: k.d.Now().Add(stuckPause), Code: app.Invalid, Field: e.Field, Uncounted: true,
			Message: "Waits like delivery " + num(first) + ": " + e.Message,
		}, nil
	}
	k.stuck.first[key] = d.ID
	return app.Settlement{}, err
}

// waitsBehind reports whether another delivery is parked for the same setting, so that this one will wait for it.
func (k *Desk) waitsBehind(ctx context.Context, d app.Delivery, field string) bool {
	k.stuck.mu.Lock()
	defer k.stuck.mu.Unlock()
	return k.firstStuck(ctx, stuckKey{d.Connection, field}, d.ID) != 0
}

// firstStuck is the other delivery that is parked for a setting, 0 for none. The caller holds the lock.
func (k *Desk) firstStuck(ctx context.Context, key stuckKey, except int64) int64 {
	first := k.stuck.first[key]
	if first == 0 || first == except || !k.isParked(ctx, first) {
		return 0
	}
	return first
}

func (k *Desk) isParked(ctx context.Context, id int64) bool {
	row, err := k.d.Store.Delivery(ctx, id)
	return err == nil && row.State == app.DeliveryParked
}
