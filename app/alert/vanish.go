package alert

import (
	"strconv"
	"strings"
	"time"

	"psabridge/app"
)

// goneText is what a condition says whose object the source does not show any more.
const goneText = "The source does not show it any more."

// vanished derives the recovery of what the source does not show any more: a machine that was removed or belongs to
// somebody else now, a quota that was lifted, an organization that left. The store ends a state only where it was read
// completely, so a state that is missing is gone.
func (w *world) vanished() []fact {
	missing := map[place]*condition{}
	for at, c := range w.conditions {
		if c.holds() && ofState(c) && w.mayClear(c.OrganizationID) {
			missing[at] = c
		}
	}
	if len(missing) == 0 {
		return nil
	}
	for i := range w.s.Objects {
		if a := byState[w.s.Objects[i].What]; a != nil {
			delete(missing, placeOf(w.s.Objects[i].OrganizationID, w.s.Objects[i].Object, a.eventType))
		}
	}
	var out []fact
	for _, c := range sortedConditions(missing) {
		out = append(out, w.gone(c))
	}
	return out
}

// ofState reports whether we derived a condition from a state. One that the source told us of ends when it says so, and
// what happened once does not end with its object.
func ofState(c *condition) bool {
	a := byType[c.Type]
	return a != nil && a.what != "" && ofUs(c)
}

// ofUs reports whether the event that opened a condition was derived by us.
func ofUs(c *condition) bool {
	return strings.HasPrefix(c.FirstEvent, derivedOf(c.OrganizationID, c.Object, c.Type))
}

// goneID differs each time an episode goes on and its object vanishes again.
func goneID(c *condition) string {
	return c.FirstEvent + "/gone/" + strconv.FormatInt(c.LastAt.UnixMilli(), 10)
}

func (w *world) gone(c *condition) fact {
	e := w.recoveryOf(c, goneID(c))
	title := "{object} is not shown any more"
	if a := byType[c.Type]; a != nil && a.gone != "" {
		title = a.gone
	}
	e.Title, e.Text = fillIn(title, e, ""), goneText
	return fact{Event: e, heard: w.s.Now, began: w.s.Now}
}

// backWithin is how soon what is shown again did not recover meanwhile, as far as anybody knows: a source that leaves a
// customer out of one reading must not undo what a person decided.
const backWithin = 24 * time.Hour

// end clears a condition that no ticket stands for. Where its object is only not shown any more it keeps how it stood.
func (w *world) end(c *condition, f fact) {
	stood := c.Wait
	if c.State == app.ConditionQuiet && stood != app.ReasonNotViaPSA && stood != app.ReasonAcknowledged {
		stood = app.ReasonStayQuiet
	}
	w.clear(c, w.s.Now)
	if f.Text == goneText {
		c.Wait = stood
	}
}

// isBack reports whether the episode before ended only because its object was not shown for a while.
func (w *world) isBack(before *condition) bool {
	return before != nil && before.State == app.ConditionCleared && before.Text == goneText && w.s.Now.Before(before.ClearedAt.Add(backWithin))
}

// goesOn lets a condition that is back stand as it did before, where a person had decided about it or is to be asked.
func (w *world) goesOn(c, before *condition) bool {
	switch stood := before.Wait; stood {
	case app.ReasonStayQuiet:
		w.quiet(c, stood)
	case app.ReasonAcknowledged:
		c.AckUntil = before.AckUntil
		w.quiet(c, stood)
	case app.ReasonHistory, app.ReasonTicketingOff, app.ReasonFlood:
		w.wait(c, stood)
	default:
		return false
	}
	return true
}

// recoveryOf is the recovery of a condition that no state says is over. It has no words yet.
func (w *world) recoveryOf(c *condition, id string) app.Event {
	return app.Event{
		Source: c.Source, SourceEventID: id, OrganizationID: c.OrganizationID, Object: c.Object, Type: c.Type,
		State: app.Recovery, Severity: app.SeverityInfo, OccurredAt: w.s.Now, ReceivedAt: w.s.Now,
	}
}
