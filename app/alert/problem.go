package alert

import (
	"slices"
	"time"

	"psabridge/app"
)

// problem takes a problem or information in: into the condition that stands, or a new one.
func (w *world) problem(f fact) {
	s := subject{source: f.Source, organization: f.OrganizationID, object: f.Object, eventType: f.Type}
	if w.stale(s, f) {
		w.staleOutcome(s, f)
		return
	}
	if w.justOver(s, f) {
		return
	}
	if c := w.conditions[s.place()]; (c.holds() || c.untold()) && w.tooLittle(c, f) {
		w.outcome(f.Event, app.OutcomeNoRule, app.ReasonNoRule, "", nil)
		return
	}
	w.revive(s, f)
	c := w.holding(s)
	if c != nil && w.opensAnew(c, f) {
		w.clear(c, w.s.Now)
		c = nil
	}
	if c != nil {
		w.again(c, f)
		return
	}
	m := w.ruleAt(s, f.Level)
	switch {
	case m.rule == nil && !w.keeps(f):
		w.outcome(f.Event, app.OutcomeNoRule, app.ReasonNoRule, "", nil)
	case m.rule == nil:
		c := w.begin(f, nil)
		w.wait(c, app.ReasonNoRule)
		w.outcome(f.Event, app.OutcomeNoRule, app.ReasonNoRule, "", c)
	case !w.keeps(f) && w.history(f):
		w.outcome(f.Event, app.OutcomeIgnored, app.ReasonHistory, m.rule.Name, nil)
	case !w.keeps(f) && !m.rule.Via.PSA && len(m.rule.Via.Email) == 0:
		w.outcome(f.Event, app.OutcomeIgnored, app.ReasonNotViaPSA, m.rule.Name, nil)
	case !w.keeps(f) && muted(m.rule, w.s.Now):
		w.outcome(f.Event, app.OutcomeSuppressed, app.ReasonMuted, m.rule.Name, nil)
	default:
		w.fresh(f, m.rule)
	}
}

// justOver takes information in about what recovered while its ticket still has to be told: it says nothing that holds,
// so it revives nothing either.
func (w *world) justOver(s subject, f fact) bool {
	c := w.conditions[s.place()]
	if f.State != app.Info || !c.untold() || c.momentary() || closedSince(w.ticketOf(c), c.LastAt) {
		return false
	}
	c.Occurrences++
	w.change(c)
	w.outcome(f.Event, app.OutcomeMerged, app.ReasonRepeated, c.Rule, c)
	return true
}

// revive goes on with an episode whose recovery its ticket was never told of: flapping is one episode.
func (w *world) revive(s subject, f fact) {
	c := w.conditions[s.place()]
	if !c.untold() || closedSince(w.ticketOf(c), c.LastAt) {
		return
	}
	c.Calm += max(0, w.s.Now.Sub(c.ClearedAt)).Truncate(time.Millisecond)
	c.State, c.Wait, c.ClearedAt = app.ConditionOpen, "", time.Time{}
	c.Comebacks++
	if c.AckUntil.After(w.s.Now) {
		c.State, c.Wait = app.ConditionQuiet, app.ReasonAcknowledged
	}
	if c.Text == goneText {
		c.Text = f.Text
	}
	w.mailRevived(c)
	w.change(c)
}

// keeps reports whether the fact goes on being true: only then is there something left to open later.
func (w *world) keeps(f fact) bool { return Stateful(f.Type) && f.State == app.Problem }

func (w *world) fresh(f fact, r *app.AlertRule) {
	before := w.conditions[placeOf(f.OrganizationID, f.Object, f.Type)]
	c := w.begin(f, r)
	back := w.isBack(before)
	if !back && w.history(f) {
		w.wait(c, app.ReasonHistory)
		w.outcome(f.Event, app.OutcomeIgnored, app.ReasonHistory, r.Name, c)
		return
	}
	w.outcome(f.Event, app.OutcomeTicket, app.ReasonFirst, r.Name, c)
	made := false
	if !back || !w.goesOn(c, before) {
		made = w.gate(c, r, app.ReasonFirst)
	}
	w.explain(c, f.Event, made)
}

// explain names the outcome of the event that has just been through the gate; made says it got a ticket of its own.
func (w *world) explain(c *condition, e app.Event, made bool) {
	switch {
	case made:
	case c.State == app.ConditionWaiting && c.Wait == app.ReasonNotMapped:
		w.amend(e.SourceEventID, app.OutcomeUnmapped, c.Wait)
	case c.State == app.ConditionWaiting:
		w.amend(e.SourceEventID, app.OutcomeSuppressed, c.Wait)
	case c.mailWaits() && c.Wait == app.ReasonNotViaPSA: // unless this decision mails it
		c.asks = e.SourceEventID
		w.amend(e.SourceEventID, app.OutcomeSuppressed, app.ReasonWaiting)
	case c.mailed() && c.Wait == app.ReasonNotViaPSA: // it is back before anybody was told that it was over
		w.amend(e.SourceEventID, app.OutcomeMerged, app.ReasonCameBack)
	case c.State == app.ConditionQuiet && c.Wait == app.ReasonNotViaPSA:
		w.amend(e.SourceEventID, app.OutcomeIgnored, c.Wait)
	case c.State == app.ConditionQuiet && c.Wait == app.ReasonAcknowledged:
		w.amend(e.SourceEventID, app.OutcomeSuppressed, c.Wait)
	case c.State == app.ConditionQuiet:
		w.amend(e.SourceEventID, app.OutcomeSuppressed, app.ReasonStayQuiet)
	default:
		w.amend(e.SourceEventID, app.OutcomeMerged, w.whyThere(c))
	}
}

// tooLittle reports whether an event is below the level its condition's rule asks for: one mistyped password a day must
// not keep the condition of a hundred alive.
func (w *world) tooLittle(c *condition, f fact) bool {
	r := w.rules[c.Rule]
	return f.fresh && f.Level > 0 && r != nil && w.wants(r, c.subject(), f.Level).rule == nil
}

// opensAnew reports whether a standing condition is really over, so that the fact begins another (T3). What a person
// wants quiet until a date goes on.
func (w *world) opensAnew(c *condition, f fact) bool {
	switch {
	case c.Wait == app.ReasonAcknowledged:
		return w.over(c)
	case c.State == app.ConditionQuiet && f.newOnset:
		return true
	case c.State == app.ConditionQuiet && c.Wait != app.ReasonNotViaPSA && (f.State == app.Info || c.momentary()):
		return true
	}
	return w.over(c) || w.nowWanted(c, f)
}

// nowWanted reports whether a condition that no rule wanted at its level is wanted at the level of a new event: it is
// as if it had begun with this one, whichever of them came first.
func (w *world) nowWanted(c *condition, f fact) bool {
	return f.fresh && w.keeps(f) && c.State == app.ConditionWaiting && c.Wait == app.ReasonNoRule &&
		w.ruleFor(c) == nil && w.ruleAt(c.subject(), f.Level).rule != nil
}

// again counts a repeat, and tells those who were told of it when it became worse.
func (w *world) again(c *condition, f fact) {
	now := severity(f.Event, w.rule(c.Rule))
	worse := f.Level > c.Level || rank(now) > rank(c.Severity)
	c.Occurrences++
	c.LastAt = w.s.Now
	w.lastOccurred(c, f)
	if worse {
		c.Level = max(c.Level, f.Level)
		c.Title, c.Text = f.Title, f.Text
		c.Severity = graver(c.Severity, now)
		w.mailWorse(c)
	}
	if c.momentary() && Stateful(c.Type) && f.State == app.Problem {
		c.FirstEvent = f.SourceEventID // what was only information holds now, until it recovers
	}
	w.change(c)
	switch c.State {
	case app.ConditionWaiting:
		w.againWaiting(c, f, worse)
	case app.ConditionQuiet:
		w.againQuiet(c, f, worse)
	default:
		w.outcome(f.Event, app.OutcomeMerged, repeated(worse), c.Rule, c)
		if worse && c.Wait == "" && w.creations[c.TicketXRef] == nil { // else it is still to be told of, as it is now
			c.Wait = app.ReasonWorsened
			w.tellLate(c)
		}
	}
}

func repeated(worse bool) app.Reason {
	if worse {
		return app.ReasonWorsened
	}
	return app.ReasonRepeated
}

// againQuiet says of a repeat why nobody hears of it, or that those who get e-mail do.
func (w *world) againQuiet(c *condition, f fact, worse bool) {
	switch {
	case c.Wait == app.ReasonAcknowledged:
		w.outcome(f.Event, app.OutcomeSuppressed, app.ReasonAcknowledged, c.Rule, c)
	case c.Wait == app.ReasonNotViaPSA && (c.mailed() || c.mailWaits()):
		w.outcome(f.Event, app.OutcomeMerged, repeated(worse), c.Rule, c)
	case c.Wait == app.ReasonNotViaPSA:
		w.outcome(f.Event, app.OutcomeIgnored, app.ReasonNotViaPSA, c.Rule, c)
	default:
		w.outcome(f.Event, app.OutcomeSuppressed, app.ReasonStayQuiet, c.Rule, c)
	}
}

// againWaiting lets news from after the start line through: what became worse since, or went away anew, is not history.
func (w *world) againWaiting(c *condition, f fact, worse bool) {
	reason := c.Wait
	if c.Wait == app.ReasonHistory && (worse || f.newOnset) && !w.history(f) {
		if r := w.ruleFor(c); r != nil {
			w.rename(c, r)
			w.outcome(f.Event, app.OutcomeTicket, app.ReasonWorsened, r.Name, c)
			w.explain(c, f.Event, w.gate(c, r, app.ReasonFirst))
			return
		}
	}
	kind := app.OutcomeMerged
	if reason == app.ReasonNotMapped {
		kind = app.OutcomeUnmapped
	}
	w.outcome(f.Event, kind, reason, c.Rule, c)
}

// begin makes the next episode of a condition, or goes on with one that came and went in this very decision.
func (w *world) begin(f fact, r *app.AlertRule) *condition {
	at := placeOf(f.OrganizationID, f.Object, f.Type)
	old := w.conditions[at]
	if old != nil && old.ID == 0 && old.dirty {
		w.resume(old, f, r)
		return old
	}
	c := &condition{Condition: app.Condition{
		Key: Key(f.Source, f.OrganizationID, f.Object, f.Type), Episode: 1, Source: f.Source, OrganizationID: f.OrganizationID, Object: f.Object, Type: f.Type,
		Severity: severity(f.Event, r), Level: f.Level, State: app.ConditionWaiting, Occurrences: 1,
		FirstAt: f.began, LastAt: w.s.Now, FirstEvent: firstEvent(f), Title: f.Title, Text: f.Text,
	}}
	w.lastOccurred(c, f)
	if r != nil {
		c.Rule = r.Name
	}
	if old != nil {
		w.follow(c, old)
		c.Comebacks = w.comebacks(old, mannersOf(r))
	}
	w.conditions[at] = c
	w.change(c)
	return c
}

// follow takes over from the episode before what must not begin anew with every comeback.
func (w *world) follow(c, before *condition) {
	c.Episode = before.Episode + 1
	c.QuietUntil = before.QuietUntil
	w.mailFollows(c, before)
}

// resume goes on with an episode that nobody was told of yet.
func (w *world) resume(c *condition, f fact, r *app.AlertRule) {
	c.State, c.Wait, c.ClearedAt = app.ConditionWaiting, "", time.Time{}
	w.linked[c.TicketXRef] = slices.DeleteFunc(w.linked[c.TicketXRef], func(other *condition) bool { return other == c })
	c.TicketID, c.TicketXRef = 0, ""
	c.Occurrences++
	c.LastAt = w.s.Now
	c.Level, c.Severity, c.Title, c.Text = f.Level, severity(f.Event, r), f.Title, f.Text
	c.Rule = ""
	if r != nil {
		c.Rule = r.Name
	}
	c.LastOccurred = time.Time{}
	w.lastOccurred(c, f)
	w.mailResumed(c)
	c.FirstEvent = firstEvent(f) // a ticket of its own must not get the name of one taken back or closed
	w.change(c)
}

// severity is the rule's, else the event's, else a warning.
func severity(e app.Event, r *app.AlertRule) app.Severity {
	if r != nil && r.Severity != "" {
		return r.Severity
	}
	if rank(e.Severity) == 0 {
		return app.SeverityWarning
	}
	return e.Severity
}

func rank(s app.Severity) int {
	switch s {
	case app.SeverityInfo:
		return 1
	case app.SeverityWarning:
		return 2
	case app.SeverityCritical:
		return 3
	}
	return 0
}
