package app

import "time"

// Slot is a stretch of time: from From on and before To.
type Slot struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Has reports whether a moment is in the slot.
func (s Slot) Has(t time.Time) bool { return !t.Before(s.From) && t.Before(s.To) }

// Days are the n days of a zone that end with the one of now, oldest first. A day on which the clocks change has 23 or 25
// hours, and the next one begins where it ends.
func Days(now time.Time, n int, loc *time.Location) []Slot {
	year, month, day := now.In(loc).Date()
	out := make([]Slot, n)
	for i := range out {
		d := day - (n - 1) + i
		out[i] = Slot{From: midnight(year, month, d, loc), To: midnight(year, month, d+1, loc)}
	}
	return out
}

// Hours are the n hours of a zone that end with the one of now, oldest first. The hour that comes twice when the clocks go back
// is two of them.
func Hours(now time.Time, n int, loc *time.Location) []Slot {
	from := hourOf(now, loc)
	out := make([]Slot, n)
	out[n-1] = Slot{From: from, To: from.Add(time.Hour)}
	for i := n - 2; i >= 0; i-- {
		from = hourOf(from.Add(-time.Nanosecond), loc)
		out[i] = Slot{From: from, To: out[i+1].From}
	}
	return out
}

// midnight is when a day begins: its first moment, which is not 0:00 where the clocks are put forward at midnight, and the first
// of two where they are put back to it.
func midnight(year int, month time.Month, day int, loc *time.Location) time.Time {
	t := time.Date(year, month, day, 0, 0, 0, 0, loc)
	start, end := t.ZoneBounds() // of the time that the clocks showed, summer or winter
	switch {
	case t.Day() != time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Day():
		return end // there is no 0:00, and t is the evening before
	case t.Hour() > 0:
		return start // there is none, and t is the morning
	case start.IsZero():
		return t
	}
	_, after := t.Zone()
	_, before := start.Add(-time.Nanosecond).Zone()
	if first := t.Add(time.Duration(after-before) * time.Second); first.Before(t) && first.Before(start) {
		return first
	}
	return t
}

// hourOf is when the hour of a moment began, by the clocks of a zone.
func hourOf(t time.Time, loc *time.Location) time.Time {
	t = t.In(loc)
	return t.Add(-time.Duration(t.Minute())*time.Minute - time.Duration(t.Second())*time.Second - time.Duration(t.Nanosecond()))
}
