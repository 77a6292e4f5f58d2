package alert

import (
	"time"

	"psabridge/app"
)

// What a rule gets that does not say otherwise. A comeback is reopened: technicians switch off what makes a new ticket
// for the same thing each time.
const (
	noteEveryDefault    = 15 * time.Minute
	reopenWithinDefault = 24 * time.Hour
)

// Comebacks within the reopen window.
const (
	comebackReopen = "reopen" // the default
	comebackNew    = "new"
	comebackNone   = "none"
)

// manners are how a rule's tickets live, with the defaults filled in. They are asked for here and nowhere else.
type manners struct {
	comeback     string
	reopenWithin time.Duration
	noteEvery    time.Duration
	autoClose    bool
}

// mannersOf reads a rule; nil stands for one that nobody remembers.
func mannersOf(r *app.AlertRule) manners {
	m := manners{comeback: comebackReopen, reopenWithin: reopenWithinDefault, noteEvery: noteEveryDefault}
	if r == nil {
		return m
	}
	m.autoClose = r.Ticket.AutoClose
	if r.Ticket.Comeback != "" {
		m.comeback = r.Ticket.Comeback
	}
	if d := r.Ticket.ReopenWithin.D(); d > 0 {
		m.reopenWithin = d
	}
	if d := r.Ticket.NoteEvery.D(); d > 0 {
		m.noteEvery = d
	}
	return m
}

// manners are those of the rule a condition was opened by.
func (w *world) manners(c *condition) manners { return mannersOf(w.rule(c.Rule)) }
