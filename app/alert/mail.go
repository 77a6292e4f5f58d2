package alert

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"psabridge/app"
)

// What MailThread says before there is an e-mail.
const (
	mailPending = "?" // its moment has come, and only the quiet time holds its first e-mail back
	mailDropped = "!" // a person gave its first e-mail up before it was sent: nobody knows of it, and its next change is told
	mailNever   = "-" // its moment came when its rule told nobody by e-mail, so it is history to one that does (T4)
)

// mailMore ends MailThread while those who have an e-mail are to get another, when the quiet time lets it.
const mailMore = " more"

// mailed reports whether an e-mail of the episode, or of the one it goes on with, was written.
func (c *condition) mailed() bool { return c.Thread() != "" }

// more has another e-mail written to those who know that it holds.
func (c *condition) more(reason app.Reason) { c.MailThread, c.again = c.Thread()+mailMore, reason }

// mailWaits reports whether the first e-mail of the episode is still to be written.
func (c *condition) mailWaits() bool { return c.MailThread == mailPending && c.Mailed == "" }

// silenced reports whether a person wants to hear nothing of it but that it is over.
func (c *condition) silenced() bool {
	return c.State == app.ConditionQuiet && c.Wait != app.ReasonNotViaPSA
}

// mailDue has an e-mail written of a condition whose moment has come, once.
func (w *world) mailDue(c *condition, r *app.AlertRule, reason app.Reason) {
	if len(r.Via.Email) > 0 && c.MailThread == "" {
		c.MailThread, c.again = mailPending, reason
		w.mails = append(w.mails, c)
		w.change(c)
	}
}

// mailPassed remembers that the moment of a condition came when its rule told nobody by e-mail: it may wait for a
// mapping for weeks.
func (w *world) mailPassed(c *condition, r *app.AlertRule) {
	if len(r.Via.Email) == 0 && c.MailThread == "" {
		c.MailThread = mailNever
		w.change(c)
	}
}

// mailWorse has those told who know that it holds, and those who would if a person had not given their e-mail up.
func (w *world) mailWorse(c *condition) {
	if c.MailThread == mailDropped && c.holds() && !c.silenced() {
		c.MailThread = mailPending
	}
	if c.mailed() && c.Mailed == app.MailedOpen && c.holds() && !c.silenced() {
		c.more(app.ReasonWorsened)
	}
}

// mailAgain tells those who know that it holds that it still does, unless they were told just now.
func (w *world) mailAgain(c *condition) {
	if c.mailed() && c.Mailed == app.MailedOpen && !w.mailQuiet(c) {
		c.more(app.ReasonDateCame)
		w.change(c)
	}
}

// mailEnds forgets what was still to be said of an episode that holds: what is to be said now is that it is over.
func (w *world) mailEnds(c *condition) { c.MailThread = strings.TrimSuffix(c.MailThread, mailMore) }

// mailRevived has an episode told of anew that goes on after its recovery was told.
func (w *world) mailRevived(c *condition) {
	if c.mailed() && c.Mailed == "" {
		c.MailThread = mailPending
	}
}

// mailResumed lets an episode pass the gate again that nobody was told of.
func (w *world) mailResumed(c *condition) {
	if !c.mailed() {
		c.MailThread = ""
	}
}

// mailFollows hands on to the next episode that people know that it holds: it is back before they heard that it was over.
func (w *world) mailFollows(c, before *condition) {
	if before.Mailed != app.MailedOpen {
		return
	}
	before.Mailed = ""
	w.change(before)
	if before.momentary() {
		return
	}
	c.Mailed, c.MailThread, c.MailQuietUntil = app.MailedOpen, before.MailThread, before.MailQuietUntil
	w.mails = append(w.mails, c)
}

// mail writes the e-mails, when it is known what holds.
func (w *world) mail() {
	if len(w.mails) == 0 {
		return
	}
	w.findFloods()
	w.makeCircles()
	slices.SortStableFunc(w.mails, func(a, b *condition) int {
		return cmp.Or(a.FirstAt.Compare(b.FirstAt), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Episode, b.Episode))
	})
	for _, c := range w.mails {
		w.mailOne(c)
	}
}

// mailOne writes what is to be said of one condition, when it may be said.
func (w *world) mailOne(c *condition) {
	opens, again, over := c.mailStands()
	if !opens && !again && !over {
		return
	}
	r := w.rule(c.Rule)
	switch {
	case r == nil || len(r.Via.Email) == 0, opens && w.rules[c.Rule] == nil:
		// Nobody is named any more who could be told, or nobody was told before the rule left.
		c.Mailed, c.MailThread = "", mailNever
		w.change(c)
	case over && w.s.Now.Before(w.mailCalm(c)), w.mailQuiet(c):
	case opens:
		w.mailOpens(c, r)
	case again:
		w.mailAgainNow(c, r)
	case w.mailOthers(c):
		c.Mailed = "" // the last of a thread tells that it is over for all
		w.change(c)
	case !w.mailFlaps(c):
		w.mailOver(c, r)
	}
}

// mailStands says what there is to say: that it holds, that it became worse, that it is over.
func (c *condition) mailStands() (opens, again, over bool) {
	switch {
	case !c.holds():
		return false, false, c.mailed() && c.Mailed == app.MailedOpen
	case c.silenced():
		return false, false, false
	}
	return c.mailWaits(), strings.HasSuffix(c.MailThread, mailMore), false
}

// mailCalm is when a recovery may be told by e-mail; that nobody watches any more may be told at once.
func (w *world) mailCalm(c *condition) time.Time {
	if c.Wait == app.ReasonSourceRemoved {
		return time.Time{}
	}
	return w.calmUntil(c)
}

// circle is whom one quiet time is for: all conditions of a rule that tells per organization, or those of one key; and in a
// flood all of a rule.
func (w *world) circle(c *condition) place {
	if c.ofMany() {
		return place{kind: "\x00many", eventType: c.Rule}
	}
	if r := w.rule(c.Rule); r != nil && r.Ticket.Per == perOrganization {
		return place{organization: c.OrganizationID, kind: "\x00", eventType: c.Type}
	}
	return placeOf(c.OrganizationID, c.Object, c.Type)
}

// makeCircles finds for each condition those that share its quiet time and its thread.
func (w *world) makeCircles() {
	w.circles = make(map[place][]*condition, len(w.mails))
	for _, c := range w.mails {
		at := w.circle(c)
		w.circles[at] = append(w.circles[at], c)
	}
}

// inCircle reports whether one of c's circle, or c itself, is what the test asks for.
func (w *world) inCircle(c *condition, test func(*condition) bool) bool {
	if w.circles == nil {
		w.makeCircles()
	}
	return test(c) || slices.ContainsFunc(w.circles[w.circle(c)], test)
}

// mailQuiet reports whether the quiet time of the e-mails runs. The one it was found by last time is asked first.
func (w *world) mailQuiet(c *condition) bool {
	at := w.circle(c)
	runs := func(other *condition) bool {
		is := w.s.Now.Before(w.bounded(other.MailQuietUntil, other))
		if is {
			w.mailQuieting[at] = other
		}
		return is
	}
	if last := w.mailQuieting[at]; last != nil && runs(last) {
		return true
	}
	return w.inCircle(c, runs)
}

// mailOthers reports whether another condition of the thread still holds.
func (w *world) mailOthers(c *condition) bool {
	return w.inCircle(c, func(other *condition) bool { return other != c && other.holds() && other.Thread() == c.Thread() })
}

// mailFlaps reports whether another recovery of the thread has not lasted long enough yet.
func (w *world) mailFlaps(c *condition) bool {
	return w.inCircle(c, func(other *condition) bool {
		return other.Thread() == c.Thread() && !other.holds() && other.Mailed == app.MailedOpen && w.s.Now.Before(w.mailCalm(other))
	})
}

// thread is the thread of the circle that people were not told the end of; empty when there is none.
func (w *world) thread(c *condition) string {
	found := ""
	w.inCircle(c, func(other *condition) bool {
		if other != c && other.mailed() && (other.holds() || other.Mailed == app.MailedOpen) {
			found = other.Thread()
		}
		return found != ""
	})
	return found
}
