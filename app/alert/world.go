package alert

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"psabridge/app"
)

// world is the state a decision works on, and the decision as it grows.
type world struct {
	in            Input
	s             app.AlertState
	organizations map[string]app.Organization // by external id
	conditions    map[place]*condition        // of the newest episode
	linked        map[string][]*condition     // by the ticket's xref, every episode we know
	tickets       map[int64]*app.Ticket       // by our row
	open          map[scope]*app.Ticket       // not closed, by scope
	closed        map[scope]*app.Ticket       // the newest that ConnectWise had, by scope; made when it is asked for
	rules         map[string]*app.AlertRule
	left          map[string]*app.AlertRule // by which something stands still
	routes        map[string]Route          // by organization
	parsed        map[templateKey]templates
	asked         bool // a person's word, which no limit holds back

	overBy    map[place]time.Time // newest recovery of this batch, by the source's clock
	creations map[string]*creation
	made      []*creation
	opened    map[string]int // new tickets by connection
	quieting  map[string]*condition
	calming   map[string]*condition
	spared    []*condition // momentary ones that outlived their day because they were owed something
	mails     []*condition // that a rule tells by e-mail, every episode we know
	circles   map[place][]*condition
	// mailQuieting has, of each circle, one whose quiet time runs.
	mailQuieting map[place]*condition

	out      app.AlertDecision
	outcomes map[string]int // index in out.Outcomes by source event id
	changed  []*condition
}

// scope is what at most one open ticket exists for.
type scope struct{ connection, key string }

// condition is a working copy that knows whether it must be written.
type condition struct {
	app.Condition
	dirty bool
	asks  string     // the event of this decision that is mailed when the quiet time lets it
	many  bool       // it is told of by e-mail together with others of its rule
	extra string     // a sentence for what is written in this decision
	again app.Reason // why those who have an e-mail of it get another
}

// sentence is what stands below a text that is written for a reason.
func (c *condition) sentence(reason app.Reason) string {
	switch {
	case c.extra != "":
		return c.extra
	case reason == app.ReasonDateCame && !c.AckUntil.IsZero():
		return "It was kept quiet until " + moment(c.AckUntil) + "."
	}
	return why(reason)
}

// holds reports whether the condition is not cleared.
func (c *condition) holds() bool { return c != nil && c.State != app.ConditionCleared }

// momentary reports whether the condition ends by itself (T3).
func (c *condition) momentary() bool { return Momentary(c.Condition) }

// ranOut reports whether a momentary condition ended because nothing repeated it for a day.
func (c *condition) ranOut() bool {
	return c.momentary() && c.State == app.ConditionCleared && !c.ClearedAt.Before(c.LastAt.Add(momentaryFor))
}

// subject is what rules are asked about for the condition.
func (c *condition) subject() subject {
	return subject{source: c.Source, organization: c.OrganizationID, object: c.Object, eventType: c.Type}
}

// unsaid reports whether the ticket of an open condition was not told yet that it joined, became worse, or still holds.
func (c *condition) unsaid() bool {
	return c.State == app.ConditionOpen && (c.Wait == app.ReasonFirst || c.Wait == app.ReasonWorsened || c.Wait == app.ReasonDateCame)
}

// untold reports whether it recovered in its ticket's quiet time and the ticket was not told yet.
func (c *condition) untold() bool {
	return c != nil && c.State == app.ConditionCleared && c.Wait == app.ReasonCleared
}

func newWorld(in Input, s app.AlertState) *world {
	w := &world{
		in: in, s: s,
		organizations: make(map[string]app.Organization, len(s.Organizations)),
		conditions:    make(map[place]*condition, len(s.Conditions)),
		linked:        map[string][]*condition{},
		tickets:       make(map[int64]*app.Ticket, len(s.Tickets)),
		open:          map[scope]*app.Ticket{},
		outcomes:      map[string]int{},
		rules:         make(map[string]*app.AlertRule, len(in.Settings.Alerts)),
		left:          make(map[string]*app.AlertRule, len(s.Gone)),
		routes:        map[string]Route{}, parsed: map[templateKey]templates{}, overBy: map[place]time.Time{},
		creations: map[string]*creation{}, opened: map[string]int{}, quieting: map[string]*condition{}, calming: map[string]*condition{}, mailQuieting: map[place]*condition{},
	}
	for i := range in.Settings.Alerts {
		if r := &in.Settings.Alerts[i]; r.Name != "" && w.rules[r.Name] == nil {
			w.rules[r.Name] = r
		}
	}
	for i := range s.Gone {
		w.left[s.Gone[i].Name] = &s.Gone[i]
	}
	for _, o := range s.Organizations {
		w.organizations[o.ExternalID] = o
	}
	for _, t := range s.Tickets {
		w.tickets[t.ID] = &t
	}
	for _, c := range s.Conditions {
		w.know(&condition{Condition: c})
	}
	w.findOpen()
	return w
}

// findOpen finds the ticket that stands for each scope: one that is open, or closed still but about to be reopened.
func (w *world) findOpen() {
	clear(w.open)
	for _, t := range w.tickets {
		if stands(t) || slices.ContainsFunc(w.linked[t.XRef], func(c *condition) bool {
			return c.State == app.ConditionOpen || (c.untold() && !closedSince(t, c.LastAt))
		}) {
			w.open[scope{t.Connection, t.ScopeKey}] = t
		}
	}
}

// know takes a stored condition in; of several episodes of one key the newest is the one that may still change.
func (w *world) know(c *condition) {
	at := placeOf(c.OrganizationID, c.Object, c.Type)
	if old := w.conditions[at]; old == nil || c.Episode > old.Episode {
		w.conditions[at] = c
	}
	if t := w.tickets[c.TicketID]; t != nil {
		c.TicketXRef = t.XRef
		w.linked[t.XRef] = append(w.linked[t.XRef], c)
	}
	if c.MailThread != "" {
		w.mails = append(w.mails, c)
	}
}

// rule finds the rule that something was opened by, for how it goes on and who is told. One that left the settings goes on
// to the end of what it opened; it is never asked whether it wants something, for which there are only the rules there are.
func (w *world) rule(name string) *app.AlertRule {
	if r := w.rules[name]; r != nil {
		return r
	}
	return w.left[name]
}

func (w *world) holding(s subject) *condition {
	c := w.conditions[s.place()]
	if !c.holds() {
		return nil
	}
	return c
}

// ticketOf finds a condition's ticket, one of this decision too.
func (w *world) ticketOf(c *condition) *app.Ticket {
	if t := w.tickets[c.TicketID]; t != nil {
		return t
	}
	if n := w.creations[c.TicketXRef]; n != nil {
		return &n.ticket
	}
	return nil
}

// stands reports whether a ticket is open, or will be when it is sent.
func stands(t *app.Ticket) bool {
	return t != nil && (t.State == app.TicketPending || t.State == app.TicketOpen)
}

// sortedConditions lists the newest episodes in a fixed order, so that a decision does not depend on a map's.
func (w *world) sortedConditions() []*condition { return sortedConditions(w.conditions) }

func sortedConditions(all map[place]*condition) []*condition {
	return slices.SortedFunc(maps.Values(all), func(a, b *condition) int {
		return cmp.Or(a.FirstAt.Compare(b.FirstAt), cmp.Compare(a.Key, b.Key))
	})
}

// organizationName is for texts; an organization the tree does not know goes by its id.
func (w *world) organizationName(external string) string {
	if o := w.organizations[external]; o.Name != "" {
		return o.Name
	}
	return external
}

// history reports whether a fact lies before the start line (T4). It goes by the order in which we received things,
// never by the source's clock, and not by ours where the order is known without it: it may have been ahead when the
// line was drawn, and put back since.
func (w *world) history(f fact) bool {
	if w.s.FirstRead || w.s.StartedAt.IsZero() {
		return true
	}
	line := w.startLine(f)
	if f.fresh || (line.After(w.s.Now) && !f.heard.After(w.s.Now)) {
		return false
	}
	return !f.heard.After(line)
}

// startLine is the source's, or the organization's own where that is later: what a right granted later, or another top,
// lets us see for the first time was there before. One of which only a part can be read has a line for each part.
func (w *world) startLine(f fact) time.Time {
	a := byType[f.Type]
	if a == nil || a.what == "" {
		return w.s.StartedAt
	}
	starts := w.s.Starts[f.OrganizationID]
	first, ok := starts[app.StateReadable]
	if part, shown := starts[a.what]; shown && (!ok || part.Before(first)) {
		first = part
	}
	return later(w.s.StartedAt, first)
}

// change marks a condition as one the decision writes.
func (w *world) change(c *condition) {
	if !c.dirty {
		c.dirty = true
		w.changed = append(w.changed, c)
	}
}

// finish collects what changed; of one key the cleared episode comes before the next, because only one may hold.
func (w *world) finish() app.AlertDecision {
	w.writeCreations()
	w.mail()
	w.renew()
	slices.SortStableFunc(w.changed, func(a, b *condition) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Episode, b.Episode))
	})
	for _, c := range w.changed {
		w.out.Conditions = append(w.out.Conditions, c.Condition)
	}
	return w.out
}

func (w *world) outcome(e app.Event, kind app.OutcomeKind, reason app.Reason, rule string, c *condition) {
	o := app.DecidedOutcome{SourceEventID: e.SourceEventID, Outcome: kind, Reason: reason, Rule: rule}
	if c != nil {
		o.ConditionKey, o.Episode = c.Key, c.Episode
	}
	w.outcomes[e.SourceEventID] = len(w.out.Outcomes)
	w.out.Outcomes = append(w.out.Outcomes, o)
}

// amend corrects the outcome of an event of this very decision; one of an earlier decision stands as it was.
func (w *world) amend(sourceEventID string, kind app.OutcomeKind, reason app.Reason) {
	if i, ok := w.outcomes[sourceEventID]; ok {
		w.out.Outcomes[i].Outcome, w.out.Outcomes[i].Reason = kind, reason
	}
}
