package alert

import (
	"time"

	"psabridge/app"
)

// calmMost is how long what flaps has to be calm at most before its recovery is told.
const calmMost = 4 * time.Hour

// calm is how long a recovery must last before anybody is told of it. The first is told as soon as the quiet time lets
// it; what came back since must be calm for one quiet time, and for twice as long with each time it came back, because
// a ticket that closes and opens all day is switched off by those who get it.
func (w *world) calm(c *condition) time.Duration {
	return calmFor(c.Comebacks, w.manners(c).noteEvery)
}

func calmFor(comebacks int, every time.Duration) time.Duration {
	if comebacks == 0 {
		return 0
	}
	most := max(calmMost, every)
	d := every
	for n := 1; n < comebacks && d < most; n++ {
		d *= 2
	}
	return min(d, most)
}

// CalmUntil is when a recovery may be told to its ticket, and the ticket closed where the rule closes, if nothing comes
// back before; zero while the condition holds, and when there is nothing left to tell. r is the rule the condition was
// opened by; nil when nobody remembers it. Of a ticket that stands for several, the last of them counts.
func CalmUntil(c app.Condition, r *app.AlertRule) time.Time {
	if known := (&condition{Condition: c}); !known.untold() {
		return time.Time{}
	}
	return later(c.ClearedAt.Add(calmFor(c.Comebacks, mannersOf(r).noteEvery)), c.QuietUntil)
}

// calmUntil is when a recovery may be told.
func (w *world) calmUntil(c *condition) time.Time { return w.past(c.ClearedAt).Add(w.calm(c)) }

// comebacks is how often the next episode came back: what its key did before counts while the reopen window lasts. An
// episode that nobody was told of does not count, because nobody was bothered.
func (w *world) comebacks(before *condition, m manners) int {
	from := before.ClearedAt
	if t := w.ticketOf(before); t != nil {
		from = later(from, t.ClosedAt)
	}
	if before.momentary() || w.s.Now.Sub(from) > m.reopenWithin {
		return 0
	}
	if before.TicketID == 0 && !before.mailed() {
		return before.Comebacks
	}
	return before.Comebacks + 1
}
