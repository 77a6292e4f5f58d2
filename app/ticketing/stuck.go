package ticketing

import (
	"context"
	"errors"
	"sync"
	"time"

	"psabridge/app"
)

// How often a delivery asks whether what it waits for was fixed: at first, and after asked so often. Who fixes it does not
// wait for that: what is parked is retried then, and wakes the others.
const (
	stuckPause = 10 * time.Minute
	stuckLong  = time.Hour
	stuckOften = 6
)

type stuckKey struct{ connection, field string }

// stuck remembers which delivery was parked for a setting that does not work, so that only one asks for a person (T9).
type stuck struct {
	mu     sync.Mutex
	first  map[stuckKey]int64
	behind map[stuckKey]bool // others wait for it
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
		k.stuck.behind[key] = true
		return app.Settlement{
			State: app.DeliveryWaiting, NextAt: k.d.Now().Add(pauseBehind(d)), Code: app.Invalid, Field: e.Field, Uncounted: true,
			Message: "Waits like delivery " + num(first) + ": " + e.Message,
		}, nil
	}
	k.stuck.first[key] = d.ID
	return app.Settlement{}, err
}

// pauseBehind grows, because each time is written down: a thousand that wait for weeks must not fill the disk.
func pauseBehind(d app.Delivery) time.Duration {
	if d.Attempt > stuckOften {
		return stuckLong
	}
	return stuckPause
}

// waitsBehind reports whether another delivery is parked for the same setting, so that this one will wait for it.
func (k *Desk) waitsBehind(ctx context.Context, d app.Delivery, field string) bool {
	k.stuck.mu.Lock()
	defer k.stuck.mu.Unlock()
	return k.firstStuck(ctx, stuckKey{d.Connection, field}, d.ID) != 0
}

// firstStuck is the other delivery that is parked for a setting, 0 for none. What is not remembered, since a start, is
// looked up. The caller holds the lock.
func (k *Desk) firstStuck(ctx context.Context, key stuckKey, except int64) int64 {
	first, known := k.stuck.first[key]
	if !known {
		first = k.parkedFor(ctx, key)
		k.stuck.first[key] = first
		k.stuck.behind[key] = first != 0 // they may have waited before the start
	}
	if first == 0 || first == except || !k.isParked(ctx, first) {
		return 0
	}
	return first
}

// parkedFor looks up which delivery is parked for a setting.
func (k *Desk) parkedFor(ctx context.Context, key stuckKey) int64 {
	rows, err := k.d.Store.Deliveries(ctx, app.DeliveryFilter{Connection: key.connection, State: app.DeliveryParked, Page: app.Page{Limit: 1000}})
	if err != nil {
		return 0 // then one more asks for a person
	}
	for _, d := range rows {
		if d.ErrorCode == app.Invalid && d.ErrorField == key.field {
			return d.ID
		}
	}
	return 0
}

// isParked reports whether a delivery waits for a person, or is about to: what was taken down as the first of its kind a moment
// ago may not be settled yet while the next one asks.
func (k *Desk) isParked(ctx context.Context, id int64) bool {
	row, err := k.d.Store.Delivery(ctx, id)
	return err == nil && (row.State == app.DeliveryParked || row.State == app.DeliverySending)
}

// unstick wakes those that waited behind a delivery which has just been made: what stood in its way is fixed.
func (k *Desk) unstick(ctx context.Context, d app.Delivery) {
	k.stuck.mu.Lock()
	woken := false
	for key, first := range k.stuck.first {
		if first == d.ID {
			woken = woken || k.stuck.behind[key]
			delete(k.stuck.first, key)
			delete(k.stuck.behind, key)
		}
	}
	k.stuck.mu.Unlock()
	if !woken {
		return
	}
	if _, err := k.d.Store.WakeConnection(ctx, d.Connection, k.d.Now()); err != nil {
		k.d.Logger.WarnContext(ctx, "those that waited for the same were not woken", "connection", d.Connection, "error", err)
		return // they ask themselves, later
	}
	k.d.Wake()
}
