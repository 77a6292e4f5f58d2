package alert

import (
	"strconv"
	"time"

	"psabridge/app"
)

// failingLimit is how much of what a source said goes into the text of its condition.
const failingLimit = 400

// unreadable derives source.unreadable, one condition for a whole source. It belongs to the organization on top,
// because that is the provider itself. Since when the source fails is not kept over a restart: then it is counted anew,
// and a condition that holds goes on holding.
func (w *world) unreadable() []fact {
	c := w.failing()
	if w.s.FailingSince.IsZero() {
		return w.readAgain(c)
	}
	since := w.past(w.s.FailingSince)
	if since.IsZero() {
		return nil // our clock was put back: nobody knows since when
	}
	o := app.ObjectState{
		Object: app.Object{Kind: app.ObjectSource, ExternalID: w.s.Source, Name: w.s.Source},
		Value:  cut(w.s.FailingText, failingLimit), From: since,
	}
	if c == nil {
		o.OrganizationID = w.top()
	} else {
		o.OrganizationID = c.OrganizationID // the tree may have another top by now
	}
	if f, ok := w.problemEvent(o, byType[app.TypeSourceUnreadable], int(w.s.Now.Sub(since)/time.Minute)); ok {
		return []fact{f}
	}
	return nil
}

// failing is the condition that says that the source cannot be read; nil when none holds.
func (w *world) failing() *condition {
	for at, c := range w.conditions {
		if at.eventType == app.TypeSourceUnreadable && at.kind == app.ObjectSource && c.holds() && ofUs(c) {
			return c
		}
	}
	return nil
}

// readAgain derives the recovery, once there was a reading: that nobody tried since the start, or since the machine
// slept, says nothing.
func (w *world) readAgain(c *condition) []fact {
	if c == nil || !w.s.Complete || w.s.GapRestart {
		return nil
	}
	e := w.recoveryOf(c, c.FirstEvent+"/recovery/"+strconv.FormatInt(c.LastAt.UnixMilli(), 10))
	e.Title, e.Text = byType[c.Type].words(e, "")
	return []fact{{Event: e, heard: w.s.Now, began: w.s.Now}}
}

// top is the organization without a parent; the first by id where a broken tree has several, "" where nothing was read.
func (w *world) top() string {
	top := ""
	for id, o := range w.organizations {
		if o.ParentExternalID == "" && o.State != app.OrganizationGone && (top == "" || id < top) {
			top = id
		}
	}
	return top
}
