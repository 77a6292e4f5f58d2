package sandbox

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// limiter counts requests in windows of a minute.
type limiter struct {
	window time.Time
	used   int
}

// check is the 429 for what is too much; nil is good.
func (l *limiter) check(now time.Time, q *Quirks) *answer {
	if wait := l.over(now, q.RequestsPerMinute); wait > 0 {
		return q.tooMany(now, wait)
	}
	return nil
}

// over counts one request and tells how many seconds are left of a window that
// is full; 0: there is room, or no limit.
func (l *limiter) over(now time.Time, perMinute int) int {
	if perMinute == 0 {
		return 0
	}
	if now.Sub(l.window) >= time.Minute || now.Before(l.window) {
		l.window, l.used = now, 0
	}
	l.used++
	if l.used <= perMinute {
		return 0
	}
	return int((time.Minute - now.Sub(l.window)).Seconds()) + 1
}

// tooMany is a 429 of either kind: ConnectWise's own, whose JSON has "error"
// where other refusals have "code", or the page of the proxy in front of it.
func (q *Quirks) tooMany(now time.Time, wait int) *answer {
	a := jsonAnswer(http.StatusTooManyRequests, object{"error": "ConnectWiseAPI", "message": fmt.Sprintf("Too many requests. Please try again in %d seconds.", wait)})
	if q.CloudflareLimit {
		page := HTMLPage(http.StatusTooManyRequests)
		a = &answer{status: page.Status, header: page.Header, body: []byte(page.Body)}
	}
	switch q.RetryAfter {
	case RetryAfterSeconds:
		a.header.Set("Retry-After", strconv.Itoa(wait))
	case RetryAfterDate:
		a.header.Set("Retry-After", now.Add(time.Duration(wait)*time.Second).UTC().Format(http.TimeFormat))
	case RetryAfterNone:
	default:
		a.header.Set("Retry-After", q.RetryAfter)
	}
	return a
}

// What Quirks.RetryAfter can be; anything else is sent as it is.
const (
	RetryAfterSeconds = ""
	RetryAfterDate    = "date"
	RetryAfterNone    = "none"
)
