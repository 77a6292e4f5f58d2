package outbox

import (
	"errors"
	"time"

	"psabridge/app"
)

// retryDelays are the pauses before an attempt that certainly changed nothing is made again; the last one repeats for ever.
var retryDelays = []time.Duration{
	time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour,
}

const (
	// firstCheck is how long a search needs at least to show a ticket that was made.
	firstCheck = 15 * time.Second
	// firstLook is the same for what is read by id and not searched for.
	firstLook = 5 * time.Second
	// rateLimitPause is how long a connection rests when it does not say; it doubles up to rateLimitMost.
	rateLimitPause = 30 * time.Second
	rateLimitMost  = 15 * time.Minute
)

// effect is what an error means for the connection.
type effect int

const (
	none      effect = iota
	answered         // it answered, whatever it said
	transport        // it did not
	keys             // it does not accept our keys
	busy             // it asked us to wait
)

// fateOf is the one table of code × outcome: where a delivery goes after an error. sent says that this attempt had an
// intent.
//
//	code                 no intent, or outcome none      outcome unknown after an intent
//	unauthorized         waits for the connection        checking
//	rate_limited         waits as long as asked          checking
//	unavailable          retry                           checking
//	internal, unnamed    retry                           checking
//	invalid, not_found,
//	forbidden, conflict  parked                          checking
//
// A delivery in checking whose look failed stays in checking: what was not found out is not known to be nothing.
func fateOf(d app.Delivery, err error, sent bool, now time.Time) (app.Settlement, effect) {
	code := app.ErrorCode(err)
	st := app.Settlement{Code: code, Field: app.ErrorField(err), Message: app.ErrorMessage(err), Status: app.ErrorStatus(err)}
	what := effectOf(code)
	if sent && app.ErrorOutcome(err) == app.OutcomeUnknown {
		st.State, st.NextAt = app.DeliveryChecking, now.Add(firstLook)
		if d.Kind == app.DeliverTicketCreate {
			st.NextAt = now.Add(firstCheck)
		}
		return st, what
	}
	st.State, st.NextAt = app.DeliveryWaiting, now.Add(retryDelays[min(d.Failures, len(retryDelays)-1)])
	switch code {
	case app.Unauthorized:
		st.NextAt, st.Uncounted = now, true
	case app.RateLimited:
		st.NextAt, st.Uncounted = now.Add(retryAfter(err)), true
	case app.Invalid, app.NotFound, app.Forbidden, app.Conflict:
		st.State, st.NextAt = app.DeliveryParked, time.Time{}
	case app.Unavailable, app.Internal:
	}
	if d.State == app.DeliveryChecking && !sent && st.State == app.DeliveryWaiting {
		st.State, st.Checks = app.DeliveryChecking, d.Checks
	}
	return st, what
}

func effectOf(code app.Code) effect {
	switch code {
	case app.Unauthorized:
		return keys
	case app.RateLimited:
		return busy
	case app.Unavailable:
		return transport
	case app.Invalid, app.NotFound, app.Forbidden, app.Conflict:
		return answered
	case app.Internal:
	}
	return none
}

func retryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*app.Error](err); ok && e.RetryAfter > 0 {
		return e.RetryAfter
	}
	return rateLimitPause
}

// spread moves a pause by up to 20 %, so that what failed together does not come back together. r is in [0,1).
func spread(d time.Duration, r float64) time.Duration {
	return d + time.Duration((r-0.5)*0.4*float64(d))
}
