package alert

import (
	"strings"
	"time"

	"psabridge/app"
)

// A flood is when the alerts of one rule would open more e-mails than mailFlood within mailFloodWithin: then one e-mail
// tells of all that waits, whatever it is about, and the next ones follow in its thread for as long as mailFloodLasts after
// each. Nobody reads a thousand e-mails, and a mail server that gets them shuts the sender out.
const (
	mailFlood       = 10
	mailFloodWithin = 15 * time.Minute
	mailFloodLasts  = time.Hour
)

// manyOpen names the e-mail that tells of a flood, and manyMark begins the id of its thread: all of it is told of together
// until it is over.
const (
	manyOpen = "many:open"
	manyMark = "many."
)

// ofMany reports whether a condition is told of together with others of its rule, whatever they are about.
func (c *condition) ofMany() bool { return c.many || strings.HasPrefix(c.Thread(), manyMark) }

// findFloods finds what is to be told of together. What waits for its own quiet time waits for it in a flood too.
func (w *world) findFloods() {
	mails, opening, floods := map[string]map[any]bool{}, map[string][]*condition{}, map[string]bool{}
	quiet := map[place]bool{}
	add := func(c *condition, what any) {
		if mails[c.Rule] == nil {
			mails[c.Rule] = map[any]bool{}
		}
		mails[c.Rule][what] = true
	}
	w.makeCircles()
	for _, c := range w.mails {
		if opens, _, _ := c.mailStands(); opens {
			at := w.circle(c)
			is, asked := quiet[at]
			if !asked {
				is = w.mailQuiet(c)
				quiet[at] = is
			}
			if !is {
				add(c, at)
				opening[c.Rule] = append(opening[c.Rule], c)
			}
		} else if since := w.mailedSince(c); since < mailFloodWithin {
			add(c, c.Thread())
		}
		floods[c.Rule] = floods[c.Rule] || len(mails[c.Rule]) > mailFlood || (c.ofMany() && w.mailedSince(c) < mailFloodLasts)
	}
	for rule, list := range opening {
		for _, c := range list {
			c.many = floods[rule]
		}
	}
}

// mailedSince is how long ago people were told last that a condition holds; very long when they do not believe it does.
func (w *world) mailedSince(c *condition) time.Duration {
	if c.Mailed != app.MailedOpen || !c.mailed() {
		return 1<<63 - 1
	}
	return w.s.Now.Sub(w.past(w.mailedAt(c)))
}

// mailedAt is when people were told last, by the quiet time that began then.
func (w *world) mailedAt(c *condition) time.Time {
	return c.MailQuietUntil.Add(-w.manners(c).noteEvery)
}
