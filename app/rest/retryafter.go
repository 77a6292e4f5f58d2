package rest

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The bounds of what a Retry-After may make us do: nothing is sent before it is over, but a number out of a defect must not
// stop a connection for years. What is negative or no number counts as not said.
const (
	retryAfterDefault = 30 * time.Second
	retryAfterLeast   = time.Second
	retryAfterMost    = 24 * time.Hour
)

// RetryAfter reads the Retry-After header as the client itself does: for an adapter whose vendor asks to wait with
// another status than 429 or 503. Zero when it does not say.
func RetryAfter(h http.Header, now time.Time) time.Duration { return retryAfter(h, now) }

// retryAfter reads the Retry-After header, seconds or an HTTP date, measured against the answer's own Date so that a
// wrong clock of ours does not matter. Zero when it does not say, or says nonsense.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value == "" {
		return 0
	}
	if n, err := strconv.ParseInt(value, 10, 64); err == nil {
		if n < 0 {
			return 0
		}
		return clamp(time.Duration(min(n, int64(retryAfterMost/time.Second))) * time.Second)
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return clamp(at.Sub(now))
}

func clamp(d time.Duration) time.Duration { return min(max(d, retryAfterLeast), retryAfterMost) }

// inWords prints a wait for a person, rounded up.
func inWords(d time.Duration) string {
	if d <= 90*time.Second {
		n := int((d + time.Second - 1) / time.Second)
		if n == 1 {
			return "1 second"
		}
		return strconv.Itoa(n) + " seconds"
	}
	if d <= 2*time.Hour {
		return strconv.Itoa(int((d+time.Minute-1)/time.Minute)) + " minutes"
	}
	return strconv.Itoa(int((d+time.Hour-1)/time.Hour)) + " hours"
}
