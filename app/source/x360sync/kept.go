package x360sync

import "time"

// A small account is read afresh every time. Reading a big one costs hundreds of requests, so what changes slowly is
// kept for a while: the more requests it took, the longer.
const (
	keepAbove   = 50
	keepPerCall = 3 * time.Second
	// keepOwners is how long it may take until a machine that moved to another organization is noticed. That one came
	// or went is noticed at once.
	keepOwners = 10 * time.Minute
)

// keepFor is how long something may be used again that took so many requests.
func keepFor(calls int) time.Duration {
	if calls <= keepAbove {
		return 0
	}
	return time.Duration(calls) * keepPerCall
}

// kept is something read by an earlier pull.
type kept[T any] struct {
	value T
	at    time.Time
	good  time.Duration
}

// fresh reports whether it may still be used at now.
func (k kept[T]) fresh(now time.Time) bool {
	age := now.Sub(k.at)
	return age >= 0 && age < k.good
}
