package alert

import (
	"psabridge/app"
)

// Decide says what becomes of the fresh events, of what the source shows, and of what only needed time to pass.
// Deciding about a state in which the decision is applied decides nothing more.
func Decide(in Input, s app.AlertState) app.AlertDecision {
	w := newWorld(in, s)
	w.expire()
	observed := w.observe()
	for _, e := range s.Fresh {
		e.Source = s.Source
		w.event(fact{Event: e, heard: s.Now, fresh: true, began: s.Now})
	}
	for _, f := range observed {
		w.out.Derived = append(w.out.Derived, f.Event)
		w.event(f)
	}
	w.pass()
	return w.finish()
}

func (w *world) event(f fact) {
	if f.State == app.Recovery {
		w.recovery(f)
		return
	}
	w.problem(f)
}

// expire ends momentary conditions that are over, before anything is decided about their tickets.
func (w *world) expire() {
	for _, c := range w.sortedConditions() {
		if c.holds() && c.momentary() && owed(c) && w.dayIsOver(c) {
			w.spared = append(w.spared, c)
		}
		if c.holds() && w.over(c) {
			w.runOut(c)
		}
	}
	w.findOpen()
}

func (w *world) runOut(c *condition) {
	w.clear(c, w.s.Now)
	c.Mailed = "" // what happened is not over because nobody heard of it again: there is nothing to tell
}

// pass looks at everything that stands: waits and quiets that ended, and last, when it is known what holds, the notes
// that were held back.
func (w *world) pass() {
	for _, c := range w.sortedConditions() {
		switch {
		case c.State == app.ConditionWaiting:
			w.reconsider(c)
		case c.State == app.ConditionQuiet && c.Wait == app.ReasonAcknowledged:
			if !c.AckUntil.IsZero() && !w.s.Now.Before(c.AckUntil) {
				w.dateCame(c)
			}
		case c.State == app.ConditionQuiet && c.Wait == app.ReasonNotViaPSA:
			if r := w.ruleFor(c); r != nil && r.Via.PSA {
				w.rename(c, r)
				w.wait(c, app.ReasonHistory) // it came before the rule told the PSA system (T4)
			}
		}
	}
	for _, c := range w.sortedConditions() {
		if c.untold() || c.unsaid() {
			w.tellLate(c)
		}
	}
}

// over reports whether a momentary condition has ended: its ticket did, or nothing repeated it for a day (T3). One that
// only waits for its moment is owed a ticket, however long the machine was off in between (T8), and one that a person
// wants quiet until a date is quiet until then.
func (w *world) over(c *condition) bool {
	if !c.momentary() || owed(c) {
		return false
	}
	if c.Wait == app.ReasonAcknowledged && c.AckUntil.After(w.s.Now) {
		return false
	}
	// An open one whose ticket is closed is being reopened: a person's close would have made it quiet.
	if t := w.ticketOf(c); t != nil && c.State == app.ConditionQuiet && !stands(t) {
		return true
	}
	return w.dayIsOver(c)
}

// owed reports whether a condition waits for nothing but its moment, a person's word, or the end of a quiet time.
func owed(c *condition) bool {
	waits := c.State == app.ConditionWaiting && (c.Wait == app.ReasonWaiting || c.Wait == app.ReasonMuted || c.Wait == app.ReasonFlood)
	return waits || c.unsaid() || (c.mailWaits() && !c.silenced())
}

// renew begins the day of a momentary condition that was owed its ticket, or a word, for longer than a day: what became of
// it now stands as long as if it had become so at once. Where that is a mail which others were told long ago, it stood that
// long already.
func (w *world) renew() {
	for _, c := range w.spared {
		if c.holds() && !owed(c) {
			c.LastAt = w.s.Now
			w.change(c)
			if w.over(c) {
				w.runOut(c)
			}
		}
	}
}

// dayIsOver reports whether nothing repeated a condition for as long as a momentary one stands. For those who are told by
// e-mail alone the day begins when they were told: no open ticket reminds them of what happens every day.
func (w *world) dayIsOver(c *condition) bool {
	from := c.LastAt
	if c.Wait == app.ReasonNotViaPSA && c.Mailed == app.MailedOpen {
		from = later(w.past(w.mailedAt(c)), w.past(c.FirstAt))
	}
	return !w.s.Now.Before(from.Add(momentaryFor))
}

// reconsider moves a waiting condition on when what it waited for came.
func (w *world) reconsider(c *condition) {
	switch c.Wait {
	case app.ReasonHistory, app.ReasonFlood:
		return // only a person answers
	case app.ReasonTicketingOff:
		if w.route(c).Ticketing {
			w.wait(c, app.ReasonHistory) // it came before ticketing was switched on (T4)
		} else if r := w.ruleFor(c); r != nil && w.tooEarly(c, r) == "" {
			w.mailDue(c, r, app.ReasonFirst)
			w.mailPassed(c, r)
		}
		return
	default: // the rules decide
	}
	m := w.ruleFor(c)
	if m == nil {
		w.wait(c, app.ReasonNoRule)
		return
	}
	if c.Wait == app.ReasonNoRule {
		w.rename(c, m)
		w.wait(c, app.ReasonHistory) // it came before the rule existed (T4)
		return
	}
	reason := app.ReasonFirst
	if c.Wait == app.ReasonNotMapped {
		reason = app.ReasonLateMapping
	}
	w.rename(c, m)
	w.gate(c, m, reason)
}

// ruleFor is the rule that decides about a condition without a ticket. An opened one keeps the rule it was opened by.
func (w *world) ruleFor(c *condition) *app.AlertRule {
	return w.ruleAt(c.subject(), c.Level).rule
}

func (w *world) rename(c *condition, r *app.AlertRule) {
	if c.Rule != r.Name {
		c.Rule = r.Name
		w.change(c)
	}
}

func (w *world) wait(c *condition, reason app.Reason) {
	if c.State != app.ConditionWaiting || c.Wait != reason {
		c.State, c.Wait = app.ConditionWaiting, reason
		w.change(c)
	}
}
