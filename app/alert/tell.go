package alert

import (
	"strconv"
	"time"

	"psabridge/app"
)

// note is something to be told to a ticket.
type note struct {
	id     string // the last part of the dedup key
	reason app.Reason
	text   string
	close  bool
}

// tell writes a note and starts the quiet time.
func (w *world) tell(c *condition, n note) {
	t := w.ticketOf(c)
	if t == nil {
		return
	}
	p := w.payload(c, n.reason, n.text)
	p.Close = n.close
	w.out.Deliveries = append(w.out.Deliveries, delivery("note:"+t.XRef+":"+n.id, app.DeliverTicketNote, t, p))
	c.QuietUntil = w.s.Now.Add(w.manners(c).noteEvery)
	w.change(c)
}

// isQuiet reports whether a ticket's quiet time runs: that of any of its conditions, or the condition's own, which it
// took over from the episode before.
func (w *world) isQuiet(c *condition) bool {
	runs := func(other *condition) bool { return w.s.Now.Before(w.bounded(other.QuietUntil, other)) }
	return runs(c) || w.among(w.quieting, c, runs)
}

// among reports whether a condition of c's ticket is what the test asks for. The one found last time is asked first:
// thousands may wait behind it.
func (w *world) among(last map[string]*condition, c *condition, test func(*condition) bool) bool {
	if found := last[c.TicketXRef]; found != nil && test(found) {
		return true
	}
	for _, other := range w.linked[c.TicketXRef] {
		if test(other) {
			last[c.TicketXRef] = other
			return true
		}
	}
	return false
}

// bounded is the end of a quiet time, unless it is so far ahead that only a clock put back since, or a rule that had a
// longer one, can explain it.
func (w *world) bounded(until time.Time, c *condition) time.Time {
	if until.After(w.s.Now) && until.After(w.s.Now.Add(w.manners(c).noteEvery)) {
		return time.Time{}
	}
	return until
}

// tellLate says what was held back once it may be told: a recovery that lasted, or that something joined, came back or
// became worse. The last of a ticket's conditions tells of the recovery for all.
func (w *world) tellLate(c *condition) {
	switch {
	case !c.untold():
		if !w.isQuiet(c) {
			w.tellNews(c)
		}
	case closedSince(w.ticketOf(c), c.LastAt):
		w.told(c)
	case w.s.Now.Before(w.calmUntil(c)):
	case w.others(c):
		w.told(c)
	case w.isQuiet(c), w.flapping(c):
	default:
		w.tellCleared(c)
	}
}

// tellNews notes what was held back of an open condition.
func (w *world) tellNews(c *condition) {
	switch c.Wait {
	case app.ReasonWorsened:
		w.told(c)
		id := "worse:" + c.Key[:8] + ":" + itoa(c.Episode) + ":" + itoa(c.Level) + ":" + string(c.Severity)
		w.tell(c, note{id: id, reason: app.ReasonWorsened, text: worsenedText(c.Condition)})
	case app.ReasonDateCame:
		w.told(c)
		id := "date:" + c.Key[:8] + ":" + itoa(c.Episode) + ":" + strconv.FormatInt(w.s.Now.Unix(), 10)
		text := below("It still holds: "+sentence(c.Title), c.sentence(app.ReasonDateCame))
		c.AckUntil = time.Time{}
		w.tell(c, note{id: id, reason: app.ReasonDateCame, text: text})
	default:
		w.told(c)
		w.tell(c, note{id: c.FirstEvent, reason: w.whyThere(c), text: below(w.joinedText(c), c.extra)})
	}
}

// tellCleared notes the facts and closes when the rule says so; whether a person touched the ticket is seen when it is sent.
func (w *world) tellCleared(c *condition) {
	group := w.linked[c.TicketXRef]
	text := clearedText(c, group)
	for _, other := range group {
		if other.untold() {
			w.told(other)
		}
	}
	w.told(c)
	w.tell(c, note{
		id:     "cleared:" + c.Key[:8] + ":" + itoa(c.Episode),
		reason: app.ReasonCleared,
		text:   text,
		close:  w.manners(c).autoClose,
	})
}

// flapping reports whether another recovery of the ticket has not lasted long enough yet.
func (w *world) flapping(c *condition) bool {
	return w.among(w.calming, c, func(other *condition) bool { return other.untold() && w.s.Now.Before(w.calmUntil(other)) })
}

// closedSince reports whether a ticket was closed after a moment; one closed before is about to be reopened.
func closedSince(t *app.Ticket, at time.Time) bool {
	return t == nil || (!stands(t) && t.ClosedAt.After(at))
}

// told takes the mark away that something waits to be told.
func (w *world) told(c *condition) {
	c.Wait = ""
	w.change(c)
}

// joinedText tells of every condition of the ticket that was held back, so that one note does for all.
func (w *world) joinedText(c *condition) string {
	text := w.alsoText(c)
	for _, other := range w.linked[c.TicketXRef] {
		if other != c && other.State == app.ConditionOpen && other.Wait == app.ReasonFirst {
			other.Wait = ""
			w.change(other)
			text = alongside(text, w.alsoText(other))
		}
	}
	return text
}

// alsoText says that something joined a ticket, or came back to it.
func (w *world) alsoText(c *condition) string {
	if w.whyThere(c) == app.ReasonCameBack {
		return comebackText(c.Condition)
	}
	return alsoText(c.Condition)
}

// whyThere says why a condition stands on a ticket that was there before it: it came back, or is another one.
func (w *world) whyThere(c *condition) app.Reason {
	for _, other := range w.linked[c.TicketXRef] {
		if other.Key == c.Key && other.Episode < c.Episode {
			return app.ReasonCameBack
		}
	}
	return app.ReasonJoined
}
