package alert

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"psabridge/app"
)

// fact is an event and what only we know of it.
type fact struct {
	app.Event
	heard    time.Time // when we first received what it says; the start line goes by this (T4)
	fresh    bool      // received in this very batch
	began    time.Time // when what it says came true, as far as our own clock can vouch for it
	newOnset bool      // derived, and it went away in between without our being told
}

// observe turns what the source shows into events: a machine away for N minutes, a quota reached, an account that is
// new, and the recoveries of what holds. It returns only what the conditions of the state do not know yet.
func (w *world) observe() []fact {
	var out []fact
	for i := range w.s.Objects {
		if f, ok := w.observeOne(&w.s.Objects[i]); ok {
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, byObject)
	return slices.Concat(out, w.unreadable(), w.vanished(), w.changes())
}

// byObject is a fixed order, so that a decision does not depend on that of the rows.
func byObject(a, b fact) int {
	return cmp.Or(cmp.Compare(a.OrganizationID, b.OrganizationID), cmp.Compare(a.Object.Kind, b.Object.Kind),
		cmp.Compare(a.Object.ExternalID, b.Object.ExternalID), cmp.Compare(a.Type, b.Type))
}

func (w *world) observeOne(o *app.ObjectState) (fact, bool) {
	a := byState[o.What]
	if a == nil {
		return fact{}, false
	}
	switch v, measured := a.judge(w, *o); v {
	case bad:
		return w.problemEvent(*o, a, measured)
	case counted:
		if _, is := w.reached(w.subject(*o, a.eventType), measured); is {
			return w.problemEvent(*o, a, measured)
		}
		return w.recovered(*o, a)
	case fine:
		return w.recovered(*o, a)
	case silent:
	}
	return fact{}, false
}

// reached finds the level that counts: the standing condition's own rule while it is for the subject, else the first rule
// that wants it, else the type's default, so that what holds before a rule exists is known when it comes (T4), and a rule
// that is edited makes up no recovery.
func (w *world) reached(s subject, measured int) (level int, is bool) {
	if c := w.holding(s); c != nil && c.State != app.ConditionWaiting {
		if r := w.rules[c.Rule]; r != nil && w.wants(r, s, anyLevel).rule != nil {
			m := w.wants(r, s, measured)
			return m.level, m.rule != nil
		}
	}
	if m := w.firstMatch(s, measured); m.rule != nil {
		return m.level, true
	}
	d := types[s.eventType].Default
	return d, measured >= d && !w.anyRuleFor(s)
}

// anyLevel is above every level.
const anyLevel = 1 << 30

// anyRuleFor reports whether a rule would want the subject at some level: then its levels count, not the default.
func (w *world) anyRuleFor(s subject) bool { return w.firstMatch(s, anyLevel).rule != nil }

func (w *world) problemEvent(o app.ObjectState, a *aspect, measured int) (fact, bool) {
	s := w.subject(o, a.eventType)
	level, is := w.reached(s, measured)
	if !is {
		return fact{}, false
	}
	again := false
	if c := w.holding(s); c != nil {
		again = w.newOnset(c, o, a)
		if level <= c.Level && !again {
			return fact{}, false
		}
	}
	f := w.derived(o, a, app.Problem, level)
	f.newOnset = again
	if a.reachedAt != nil {
		f.heard = later(f.heard, a.reachedAt(o, level))
	}
	return f, true
}

// newOnset reports whether it went wrong again since the condition was last touched. A quota moves all the time: only a
// higher level is news there. A time to come is of a clock that was put back since and says nothing.
func (w *world) newOnset(c *condition, o app.ObjectState, a *aspect) bool {
	return a.comesBack && o.From.After(c.LastAt) && !o.From.After(w.s.Now)
}

// mayClear reports whether an organization was read completely, or is gone: an incomplete reading clears nothing (T8).
func (w *world) mayClear(organization string) bool { return w.s.Complete && !w.s.Unread[organization] }

// recovered derives a recovery for a condition that stands.
func (w *world) recovered(o app.ObjectState, a *aspect) (fact, bool) {
	c := w.holding(w.subject(o, a.eventType))
	if c == nil || !w.mayClear(o.OrganizationID) {
		return fact{}, false
	}
	return w.derived(o, a, app.Recovery, 0), true
}

func (w *world) subject(o app.ObjectState, eventType string) subject {
	return subject{source: w.s.Source, organization: o.OrganizationID, object: o.Object, eventType: eventType}
}

// derived makes the event. Its id is made of type, object, onset and episode, so that deriving it again is storing it
// once, and yet a state that never moved can open a ticket for each time a rule asks for one.
func (w *world) derived(o app.ObjectState, a *aspect, state app.EventState, level int) fact {
	e := app.Event{
		Source:         w.s.Source,
		SourceEventID:  derivedID(o, a.eventType, state, level) + w.episodeSuffix(o, a.eventType),
		OrganizationID: o.OrganizationID,
		Object:         o.Object,
		Type:           a.eventType,
		State:          state,
		Severity:       a.severityAt(level),
		Level:          level,
		OccurredAt:     earlier(onset(o, w.s.Now), w.s.Now),
		ReceivedAt:     w.s.Now,
	}
	if state == app.Recovery {
		e.Severity = app.SeverityInfo
	}
	e.Title, e.Text = a.words(e, o.Value)
	return fact{Event: e, heard: o.From, began: e.OccurredAt}
}

// episodeSuffix names the episode an event derived now belongs to; the first needs no name.
func (w *world) episodeSuffix(o app.ObjectState, eventType string) string {
	c := w.conditions[placeOf(o.OrganizationID, o.Object, eventType)]
	switch {
	case c == nil || (c.holds() && c.Episode < 2):
		return ""
	case c.holds():
		return "/" + itoa(c.Episode)
	}
	return "/" + itoa(c.Episode+1)
}

// derivedPrefix marks the events that we derive from what the source shows.
const derivedPrefix = "derived/"

// derivedOf begins the id of every event we derive of one type and object.
func derivedOf(organization string, o app.Object, eventType string) string {
	return derivedPrefix + eventType + "/" + organization + "/" + string(o.Kind) + "/" + o.ExternalID + "/"
}

func derivedID(o app.ObjectState, eventType string, state app.EventState, level int) string {
	id := derivedOf(o.OrganizationID, o.Object, eventType) + strconv.FormatInt(o.From.UnixMilli(), 10)
	if state == app.Recovery {
		return id + "/recovery"
	}
	return id + "/" + strconv.Itoa(level)
}

// severityAt counts when the rule names none.
func (a *aspect) severityAt(level int) app.Severity {
	if a.critical > 0 && level >= a.critical {
		return app.SeverityCritical
	}
	return a.severity
}

// onset is when the value came true: by the source's clock if it said so and is not ahead of ours.
func onset(o app.ObjectState, now time.Time) time.Time {
	if o.Since.IsZero() || o.Since.After(now) {
		return o.From
	}
	return o.Since
}
