package alert

import (
	"strconv"
	"strings"

	"psabridge/app"
)

// goneText is what a condition says whose object the source does not show any more.
const goneText = "The source does not show it any more."

// vanished derives the recovery of what the source does not show any more: a machine that was removed or belongs to
// somebody else now, a quota that was lifted, an organization that left. The store ends a state only where it was read
// completely, so a state that is missing is gone.
func (w *world) vanished() []fact {
	shown := make(map[string]bool, len(w.s.Objects))
	for _, o := range w.s.Objects {
		shown[Key(w.s.Source, o.OrganizationID, o.Object, typeOf(o.What))] = true
	}
	var out []fact
	for _, c := range w.sortedConditions() {
		if c.holds() && ofState(c) && !shown[c.Key] && w.mayClear(c.OrganizationID) {
			out = append(out, w.gone(c))
		}
	}
	return out
}

// typeOf is the type of the conditions that come of a state; "" when none do.
func typeOf(what string) string {
	switch what {
	case app.StateConnection:
		return app.TypeMachineUnreachable
	case app.StateQuota:
		return app.TypeQuotaReached
	}
	return ""
}

// ofState reports whether we derived a condition from a state. One that the source told us of ends when it says so.
func ofState(c *condition) bool { return strings.HasPrefix(c.FirstEvent, derivedPrefix) }

// goneID differs each time an episode goes on and its object vanishes again.
func goneID(c *condition) string {
	return c.FirstEvent + "/gone/" + strconv.FormatInt(c.LastAt.UnixMilli(), 10)
}

func (w *world) gone(c *condition) fact {
	e := app.Event{
		Source: c.Source, SourceEventID: goneID(c), OrganizationID: c.OrganizationID, Object: c.Object, Type: c.Type,
		State: app.Recovery, Severity: app.SeverityInfo, OccurredAt: w.s.Now, ReceivedAt: w.s.Now,
		Title: objectName(c.Object) + " is not shown any more", Text: goneText,
	}
	if c.Type == app.TypeQuotaReached {
		e.Title = objectName(c.Object) + " has no quota any more"
	}
	return fact{Event: e, heard: w.s.Now, began: w.s.Now}
}
