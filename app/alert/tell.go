package alert

import (
	"time"

	"psabridge/app"
)

// noteEveryDefault is the quiet time between notes when the rule names none.
const noteEveryDefault = 15 * time.Minute

// note is something to be told to a ticket.
type note struct {
	id     string // the last part of the dedup key
	reason app.Reason
	text   string
	close  bool
}

func (w *world) noteEvery(c *condition) time.Duration {
	if r := w.in.rule(c.Rule); r != nil && r.Ticket.NoteEvery > 0 {
		return r.Ticket.NoteEvery.D()
	}
	return noteEveryDefault
}

// tell writes a note and starts the quiet time.
func (w *world) tell(c *condition, n note) {
	t := w.ticketOf(c)
	if t == nil {
		return
	}
	p := w.payload(c, n.reason, n.text)
	p.Close = n.close
	w.deliver("note:"+t.XRef+":"+n.id, app.DeliverTicketNote, t, p)
	c.QuietUntil = w.s.Now.Add(w.noteEvery(c))
	w.change(c)
}

// quietUntil is the end of a ticket's quiet time: the latest of all its conditions, or of the condition's own, which
// it took over from the episode before.
func (w *world) quietUntil(c *condition) time.Time {
	until := c.QuietUntil
	for _, other := range w.linked[c.TicketXRef] {
		if other.QuietUntil.After(until) {
			until = other.QuietUntil
		}
	}
	return until
}

// tellLate says what was held back once the quiet time is over: a recovery, or that something joined or came back.
// The last of a ticket's conditions tells of the recovery for all.
func (w *world) tellLate(c *condition) {
	switch t := w.ticketOf(c); {
	case c.untold() && (w.others(c) > 0 || closedSince(t, c.LastAt)):
		w.told(c)
	case w.s.Now.Before(w.quietUntil(c)):
	case c.untold():
		w.tellCleared(c)
	case c.Wait == app.ReasonWorsened:
		w.told(c)
		w.tell(c, note{id: "worse:" + c.Key[:8] + ":" + itoa(c.Episode) + ":" + itoa(c.Level), reason: app.ReasonWorsened, text: worsenedText(c.Condition)})
	default:
		w.told(c)
		w.tell(c, note{id: c.FirstEvent, reason: app.ReasonFirst, text: w.joinedText(c)})
	}
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
	text := alsoText(c.Condition)
	for _, other := range w.linked[c.TicketXRef] {
		if other != c && other.State == app.ConditionOpen && other.Wait == app.ReasonFirst {
			other.Wait = ""
			w.change(other)
			text = alongside(text, alsoText(other.Condition))
		}
	}
	return text
}
