package alert

import (
	"strconv"
	"time"

	"psabridge/app"
)

// Ack is what a person says about one condition that holds: keep it quiet, until a date or until it recovers, or open it
// now.
type Ack struct {
	Condition int64     // our row
	Until     time.Time // zero: until it recovers
	Open      bool      // end its quiet; Until says nothing then
}

// Acknowledge keeps a condition quiet, or ends that. A ticket that stands for it already stays linked: it is told when it
// recovers, and when the date comes and it still holds. Codes: not_found, conflict when it does not hold any more or has
// nothing to end, invalid.
func Acknowledge(in Input, s app.AlertState, a Ack) (app.AlertDecision, error) {
	w := newWorld(in, s)
	w.asked = true
	c, err := w.condition(a)
	if err != nil {
		return app.AlertDecision{}, err
	}
	if a.Open {
		err = w.endQuiet(c)
	} else {
		err = w.acknowledge(c, a.Until)
	}
	if err != nil {
		return app.AlertDecision{}, err
	}
	return w.finish(), nil
}

// condition finds the one that a person means.
func (w *world) condition(a Ack) (*condition, error) {
	id := a.Condition
	for _, c := range w.conditions {
		if c.ID != id || id == 0 {
			continue
		}
		if !c.holds() {
			return nil, overAlready(a.Open)
		}
		return c, nil
	}
	for i := range w.s.Conditions {
		if w.s.Conditions[i].ID == id {
			return nil, overAlready(a.Open)
		}
	}
	return nil, app.Errorf(app.NotFound, "There is no condition %d that holds. It may have recovered long ago: look at what holds now.", id)
}

func overAlready(open bool) error {
	if open {
		return app.Errorf(app.Conflict, "It has recovered already, so there is nothing to open a ticket for. If it comes back, its alert decides anew.")
	}
	return app.Errorf(app.Conflict, "It has recovered already, so there is nothing to keep quiet. If it comes back, its alert decides anew.")
}

func (w *world) acknowledge(c *condition, until time.Time) error {
	if !until.IsZero() && !until.After(w.s.Now) {
		return app.FieldErrorf("until", "That date is over. Choose one to come, or none to keep it quiet until it recovers.")
	}
	if c.State == app.ConditionQuiet && c.Wait == app.ReasonAcknowledged && c.AckUntil.Equal(until) {
		return nil
	}
	c.State, c.Wait, c.AckUntil = app.ConditionQuiet, app.ReasonAcknowledged, until
	w.change(c)
	return nil
}

// endQuiet opens what is quiet, or waits for a person's word.
func (w *world) endQuiet(c *condition) error {
	switch {
	case asks(c):
		w.answerOpen(c)
	case c.State == app.ConditionQuiet:
		c.extra = "It was kept quiet until a person opened it."
		w.unquiet(c)
	default:
		return app.Errorf(app.Conflict, "It is not quiet, so there is nothing to end.")
	}
	return nil
}

// dateCame opens what a person wanted quiet until now and what still holds. What happened once does not hold.
func (w *world) dateCame(c *condition) {
	if c.momentary() && w.dayIsOver(c) {
		w.clear(c, w.s.Now)
		c.Mailed = ""
		return
	}
	c.extra = c.sentence(app.ReasonDateCame)
	w.unquiet(c)
}

// unquiet goes on with a condition that was quiet: its ticket is told that it still holds, or it opens as if it had begun
// now.
func (w *world) unquiet(c *condition) {
	if stands(w.ticketOf(c)) {
		c.State, c.Wait = app.ConditionOpen, app.ReasonDateCame
		w.change(c)
		w.mailAgain(c)
		w.tellLate(c)
		return
	}
	r := w.ruleFor(c)
	if r == nil {
		c.AckUntil = time.Time{}
		w.wait(c, app.ReasonNoRule)
		return
	}
	c = w.nextEpisode(c)
	w.rename(c, r)
	w.gate(c, r, app.ReasonDateCame)
	w.mailAgain(c)
}

// nextEpisode ends an episode whose ticket is over and goes on with all it knows in the next, so that the old ticket
// keeps what it stood for, and a new one gets a name of its own.
func (w *world) nextEpisode(before *condition) *condition {
	until := before.AckUntil
	before.AckUntil = time.Time{}
	if before.TicketID == 0 {
		w.change(before)
		return before
	}
	c := &condition{Condition: before.Condition, extra: before.extra}
	c.ID, c.TicketID, c.TicketXRef, c.State, c.Wait = 0, 0, "", app.ConditionWaiting, ""
	c.Mailed, c.MailThread, c.MailQuietUntil = "", "", time.Time{}
	if until.IsZero() {
		until = w.s.Now
	}
	c.FirstEvent = before.FirstEvent + "/until/" + strconv.FormatInt(until.Unix(), 10)
	w.clear(before, w.s.Now)
	w.follow(c, before)
	w.conditions[placeOf(c.OrganizationID, c.Object, c.Type)] = c
	w.change(c)
	return c
}
