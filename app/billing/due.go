package billing

import (
	"slices"
	"time"

	"psabridge/app"
)

// LateAfter is how long after its moment a push still goes by itself; later, a person is asked (M2).
const LateAfter = 24 * time.Hour

// Defaults of the push moment and of the age a reading may have.
const (
	defaultPushAt = "06:00"
	defaultMaxAge = 24 * time.Hour
)

// MaxAge is how old a reading may be that a plan counts from, and a plan that is approved.
func MaxAge(s app.BillingSettings) time.Duration {
	if d := s.MaxAge.D(); d > 0 {
		return d
	}
	return defaultMaxAge
}

// Due tells whether a push waits to be planned at now: the period of the latest moment that has passed, unless already
// holds it. Missed are the periods between the newest one of already and this one; they are recorded, never pushed (M2).
// Settings without a push day, or with billing off, are never due.
func Due(s app.BillingSettings, loc *time.Location, now time.Time, already []app.Period) (p app.Period, dueAt time.Time, late bool, missed []app.Period, ok bool) {
	if !s.Enabled || s.PushDay < 1 {
		return app.Period{}, time.Time{}, false, nil, false
	}
	p, dueAt = latest(s, loc, now)
	if slices.Contains(already, p) {
		return app.Period{}, time.Time{}, false, nil, false
	}
	return p, dueAt, now.Sub(dueAt) > LateAfter, missedBefore(p, already), true
}

// NextDue returns the first push moment after now; false when pushes are never due by themselves.
func NextDue(s app.BillingSettings, loc *time.Location, now time.Time) (time.Time, bool) {
	if !s.Enabled || s.PushDay < 1 {
		return time.Time{}, false
	}
	p := app.PeriodOf(now, loc).Prev()
	for {
		if at := Moment(s, loc, p); at.After(now) {
			return at, true
		}
		p = p.Next()
	}
}

// Current returns the period a plan made by a person at now is for: the calendar month in the connection's zone (M1).
func Current(loc *time.Location, now time.Time) app.Period { return app.PeriodOf(now, loc) }

// Plannable reports whether p may be planned at now: only the current month or the latest due one (M1).
func Plannable(s app.BillingSettings, loc *time.Location, now time.Time, p app.Period) bool {
	if p == Current(loc, now) {
		return true
	}
	if s.PushDay < 1 {
		return false
	}
	due, _ := latest(s, loc, now)
	return p == due
}

// Moment returns when the push of period p is due: the push day, clamped to the month, at the set time in loc.
func Moment(s app.BillingSettings, loc *time.Location, p app.Period) time.Time {
	day := int(s.PushDay)
	if days := p.Days(); day > days {
		day = days
	}
	at, err := time.Parse("15:04", s.PushAt)
	if err != nil {
		at, _ = time.Parse("15:04", defaultPushAt)
	}
	return wallClock(time.Date(p.Year, p.Month, day, at.Hour(), at.Minute(), 0, 0, time.UTC), loc)
}

func latest(s app.BillingSettings, loc *time.Location, now time.Time) (app.Period, time.Time) {
	p := app.PeriodOf(now, loc).Next()
	for {
		if at := Moment(s, loc, p); !at.After(now) {
			return p, at
		}
		p = p.Prev()
	}
}

// missedBefore lists the periods between the newest planned one and p. With none planned nothing was missed: billing
// had not begun.
func missedBefore(p app.Period, already []app.Period) []app.Period {
	var newest app.Period
	for _, a := range already {
		if a.Before(p) && newest.Before(a) {
			newest = a
		}
	}
	if newest.IsZero() {
		return nil
	}
	var missed []app.Period
	for q := newest.Next(); q.Before(p); q = q.Next() {
		missed = append(missed, q)
	}
	return missed
}

// wallClock returns the instant at which clocks in loc show wall (given as if it were UTC). A time that clocks skip
// becomes the moment they jump; one they show twice is the first. time.Date promises neither.
func wallClock(wall time.Time, loc *time.Location) time.Time {
	offset := func(t time.Time) time.Duration {
		_, seconds := t.In(loc).Zone()
		return time.Duration(seconds) * time.Second
	}
	// With the offset of the day before and that of the day after; where clocks go back, the first is the earlier.
	before := wall.Add(-offset(wall.Add(-26 * time.Hour)))
	after := wall.Add(-offset(wall.Add(26 * time.Hour)))
	for _, t := range []time.Time{before, after} {
		if t.Add(offset(t)).Equal(wall) {
			return t.In(loc)
		}
	}
	jump, _ := before.In(loc).ZoneBounds()
	return jump.In(loc)
}
