package rest

import (
	"time"

	"golang.org/x/time/rate"
)

// What being told to slow down does. ConnectWise does not publish its limit, and others may use up the same one: so the
// pace is halved, and climbs back by a tenth of the set rate for each minute without another refusal. It never rises
// above what was set, and bursts come back only with the whole rate.
const (
	leastPerMinute = 60
	climb          = 0.1
	patienceMost   = 15 * time.Minute
)

// pace is how much slower than set a connection goes. The zero value is not at all.
type pace struct {
	slow  float64   // requests a minute it fell to; 0: not slowed
	quiet time.Time // the end of the wait it asked for; minutes without a refusal count from there
	mute  int       // refusals in a row that did not say how long to wait
}

// at returns the requests a minute at a moment.
func (p pace) at(now time.Time, most float64) float64 {
	if p.slow == 0 {
		return most
	}
	minutes := max(0, now.Sub(p.quiet)/time.Minute)
	return min(most, p.slow+climb*most*float64(minutes))
}

// apply brings the bucket to the pace of now. The caller holds the lock.
func (l *Limiter) apply(now time.Time) {
	perMinute, room := l.pace.at(now, l.most), burst
	if perMinute >= l.most {
		l.pace.slow = 0
	} else {
		room = cap(l.slots)
	}
	if limit := rate.Limit(perMinute / 60); limit != l.bucket.Limit() {
		l.bucket.SetLimitAt(now, limit)
	}
	if room = max(1, min(room, int(perMinute))); room != l.bucket.Burst() {
		l.bucket.SetBurstAt(now, room)
	}
}

// refused notes a 429 and returns how long nothing is sent now. said is how long it asked us to wait, zero when it did
// not say: then half a minute, doubled each time it happens again. What comes while we wait already is the rest of what
// was under way, and tells nothing new.
func (l *Limiter) refused(said time.Duration) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if now.Before(l.pace.quiet) {
		l.pause(now.Add(said))
		l.pace.quiet = l.until
		return l.until.Sub(now)
	}
	if said > 0 {
		l.pace.mute = 0
	} else {
		said = min(retryAfterDefault<<min(l.pace.mute, 10), patienceMost)
		l.pace.mute++
	}
	l.pace.slow = min(l.most, max(leastPerMinute, l.pace.at(now, l.most)/2))
	l.pause(now.Add(said))
	l.pace.quiet = l.until
	l.apply(now)
	return said
}

// answered notes that the other side took a request.
func (l *Limiter) answered() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pace.mute = 0
}
