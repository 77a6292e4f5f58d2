package alert

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"psabridge/app"
)

// Observe turns what the source shows into events: a machine away for N minutes, a quota reached, and their
// recoveries. It returns only what the conditions of the state do not know yet.
func Observe(in Input, s app.AlertState) []app.Event {
	facts := newWorld(in, s).observe()
	events := make([]app.Event, len(facts))
	for i, f := range facts {
		events[i] = f.Event
	}
	return events
}

// fact is an event and what only we know of it.
type fact struct {
	app.Event
	heard    time.Time // when we first received what it says; the start line goes by this (T4)
	fresh    bool      // received in this very batch
	began    time.Time // when what it says came true, as far as our own clock can vouch for it
	newOnset bool      // derived, and it went away in between without our being told
}

func (w *world) observe() []fact {
	objects := slices.Clone(w.s.Objects)
	slices.SortStableFunc(objects, func(a, b app.ObjectState) int {
		return cmp.Or(cmp.Compare(a.OrganizationID, b.OrganizationID), cmp.Compare(a.Object.Kind, b.Object.Kind),
			cmp.Compare(a.Object.ExternalID, b.Object.ExternalID), cmp.Compare(a.What, b.What))
	})
	var out []fact
	for _, o := range objects {
		if e, ok := w.observeOne(o); ok {
			out = append(out, e)
		}
	}
	return append(out, w.vanished()...)
}

func (w *world) observeOne(o app.ObjectState) (fact, bool) {
	switch o.What {
	case app.StateConnection:
		if o.Value == app.Disconnected {
			return w.away(o)
		}
		return w.recovered(o, app.TypeMachineUnreachable)
	case app.StateQuota:
		percent, err := strconv.Atoi(o.Value)
		if err != nil {
			return fact{}, false // the source showed no number: neither a problem nor a recovery
		}
		return w.quota(o, percent)
	}
	return fact{}, false
}

// away derives machine.unreachable. During a poll gap nothing is derived: nobody looked, so nobody knows.
func (w *world) away(o app.ObjectState) (fact, bool) {
	if w.s.GapRestart {
		return fact{}, false
	}
	since := later(w.past(onset(o, w.s.Now)), w.s.SteadySince)
	if since.IsZero() {
		return fact{}, false // our clock was put back, and nobody counted since
	}
	return w.problemEvent(o, app.TypeMachineUnreachable, int(w.s.Now.Sub(since)/time.Minute))
}

// quota derives quota.reached, or its recovery when use fell below every level of the rule.
func (w *world) quota(o app.ObjectState, percent int) (fact, bool) {
	s := w.subject(o, app.TypeQuotaReached)
	if w.reached(s, percent).level == 0 {
		return w.recovered(o, app.TypeQuotaReached)
	}
	return w.problemEvent(o, app.TypeQuotaReached, percent)
}

// reached finds the level that counts: the standing condition's own rule, else the first rule that wants it, else the
// type's default, so that what holds before a rule exists is known when it comes (T4).
func (w *world) reached(s subject, measured int) match {
	if c := w.holding(s); c != nil && c.State != app.ConditionWaiting {
		if r := w.in.rule(c.Rule); r != nil {
			return w.wants(r, s, measured)
		}
	}
	if m := w.firstMatch(s, measured); m.rule != nil {
		return m
	}
	if d := defaultThreshold(s.eventType); measured >= d && !w.anyRuleFor(s) {
		return match{level: d}
	}
	return match{}
}

// anyRuleFor reports whether a rule would want the subject at some level: then its levels count, not the default.
func (w *world) anyRuleFor(s subject) bool {
	const anyLevel = 1 << 30
	return w.firstMatch(s, anyLevel).rule != nil
}

func (w *world) problemEvent(o app.ObjectState, eventType string, measured int) (fact, bool) {
	s := w.subject(o, eventType)
	m := w.reached(s, measured)
	if m.level == 0 {
		return fact{}, false
	}
	again := false
	if c := w.holding(s); c != nil {
		again = w.newOnset(c, o, eventType)
		if m.level <= c.Level && !again {
			return fact{}, false
		}
	}
	f := w.derived(o, eventType, app.Problem, m.level)
	f.newOnset = again
	return f, true
}

// newOnset reports whether the machine went away again since the condition was last touched. A quota moves all the
// time: only a higher level is news there. A time to come is of a clock that was put back since and says nothing.
func (w *world) newOnset(c *condition, o app.ObjectState, eventType string) bool {
	return eventType == app.TypeMachineUnreachable && o.From.After(c.LastAt) && !o.From.After(w.s.Now)
}

// mayClear reports whether an organization was read completely, or is gone: an incomplete reading clears nothing (T8).
func (w *world) mayClear(organization string) bool { return w.s.Complete && !w.s.Unread[organization] }

// recovered derives a recovery for a condition that stands.
func (w *world) recovered(o app.ObjectState, eventType string) (fact, bool) {
	c := w.holding(w.subject(o, eventType))
	if c == nil || !w.mayClear(o.OrganizationID) {
		return fact{}, false
	}
	return w.derived(o, eventType, app.Recovery, 0), true
}

func (w *world) subject(o app.ObjectState, eventType string) subject {
	return subject{source: w.s.Source, organization: o.OrganizationID, object: o.Object, eventType: eventType}
}

// derived makes the event. Its id is made of type, object, onset and episode, so that deriving it again is storing it
// once, and yet a state that never moved can open a ticket for each time a rule asks for one.
func (w *world) derived(o app.ObjectState, eventType string, state app.EventState, level int) fact {
	e := app.Event{
		Source:         w.s.Source,
		SourceEventID:  derivedID(o, eventType, state, level) + w.episodeSuffix(o, eventType),
		OrganizationID: o.OrganizationID,
		Object:         o.Object,
		Type:           eventType,
		State:          state,
		Severity:       derivedSeverity(eventType, level),
		Level:          level,
		OccurredAt:     earlier(onset(o, w.s.Now), w.s.Now),
		ReceivedAt:     w.s.Now,
	}
	if state == app.Recovery {
		e.Severity = app.SeverityInfo
	}
	e.Title, e.Text = derivedText(e, o.Value)
	return fact{Event: e, heard: o.From, began: e.OccurredAt}
}

// episodeSuffix names the episode an event derived now belongs to; the first needs no name.
func (w *world) episodeSuffix(o app.ObjectState, eventType string) string {
	c := w.conditions[Key(w.s.Source, o.OrganizationID, o.Object, eventType)]
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

func derivedID(o app.ObjectState, eventType string, state app.EventState, level int) string {
	id := derivedPrefix + eventType + "/" + o.OrganizationID + "/" + string(o.Object.Kind) + "/" + o.Object.ExternalID + "/" +
		strconv.FormatInt(o.From.UnixMilli(), 10)
	if state == app.Recovery {
		return id + "/recovery"
	}
	return id + "/" + strconv.Itoa(level)
}

// derivedSeverity counts when the rule names none: a warning, and critical once a quota is used up.
func derivedSeverity(eventType string, level int) app.Severity {
	if eventType == app.TypeQuotaReached && level >= 100 {
		return app.SeverityCritical
	}
	return app.SeverityWarning
}

// onset is when the value came true: by the source's clock if it said so and is not ahead of ours.
func onset(o app.ObjectState, now time.Time) time.Time {
	if o.Since.IsZero() || o.Since.After(now) {
		return o.From
	}
	return o.Since
}
