package ticketing

import (
	"cmp"
	"slices"
	"time"

	"psabridge/app"
)

// cell is the smallest part of a source that the rules judge by itself: one type of event at one object, or at all objects
// of an organization where a rule gives those one ticket. Conditions and tickets of two cells have nothing to do with each
// other.
type cell struct {
	cellKey
	n          int // in the order in which cells came up
	objects    map[aspect]app.ObjectState
	conditions []app.Condition // by id
	tickets    []*rehearsedTicket
	recovered  map[string]recoveredAt // newest recovery by the source's clock, by condition key
	episodes   map[string]int         // by condition key

	touched bool            // in this moment
	changed map[aspect]bool // in this moment
	due     time.Time       // when only time decides next; zero: never
	place   int             // in the heap of those that are due, from 1
}

type cellKey struct {
	organization string
	eventType    string
	object       app.Object // without its name
}

// aspect is one thing a source shows of an object.
type aspect struct {
	kind app.ObjectKind
	id   string
	what string
}

func aspectOf(s app.ObjectState) aspect { return aspect{s.Object.Kind, s.Object.ExternalID, s.What} }

// stateTypes are the types of what is derived from states, by the state.
var stateTypes = map[string]string{
	app.StateConnection: app.TypeMachineUnreachable,
	app.StateLastSeen:   app.TypeMachineUnseen,
	app.StateQuota:      app.TypeQuotaReached,
	app.StateBackup:     app.TypeBackupFailed,
	app.StateSLA:        app.TypeBackupSLAMissed,
	app.StateProtection: app.TypeAccountUnprotected,
}

func typeOf(what string) string { return cmp.Or(stateTypes[what], what) }

func (p *replayed) cellOf(organization string, o app.Object, eventType string) *cell {
	key := cellKey{organization: organization, eventType: eventType}
	if !p.waits.joins(eventType) {
		key.object = app.Object{Kind: o.Kind, ExternalID: o.ExternalID}
	}
	c := p.cells[key]
	if c == nil {
		c = &cell{cellKey: key, n: len(p.cells)}
		p.cells[key] = c
		p.cellsOf[organization] = append(p.cellsOf[organization], c)
	}
	return c
}

// moment is what one step of a rehearsal is about.
type moment struct {
	cells []*cell
	fresh []app.Event
	held  int // of fresh: the first ones, which are from before the window
}

func (m *moment) touch(c *cell) {
	if !c.touched {
		c.touched = true
		m.cells = append(m.cells, c)
	}
}

// show says that a value begins.
func (m *moment) show(c *cell, s app.ObjectState) {
	if c.objects == nil {
		c.objects = map[aspect]app.ObjectState{}
	}
	if c.changed == nil {
		c.changed = map[aspect]bool{}
	}
	c.objects[aspectOf(s)] = s
	c.changed[aspectOf(s)] = true
	m.touch(c)
}

// tell adds what the rules have to know of a cell.
func (c *cell) tell(s *app.AlertState) {
	s.Conditions = append(s.Conditions, c.conditions...)
	for _, t := range c.tickets {
		s.Tickets = append(s.Tickets, t.Ticket)
	}
	if len(c.objects) == 0 {
		return
	}
	holds := map[aspect]bool{}
	for i := range c.conditions {
		if o := c.conditions[i].Object; c.conditions[i].State != app.ConditionCleared {
			holds[aspect{kind: o.Kind, id: o.ExternalID}] = true
		}
	}
	for a, o := range c.objects {
		// Of the others nothing is to be said: they stand as they stood when they were judged last.
		if c.changed[a] || ages(o) || holds[aspect{kind: a.kind, id: a.id}] {
			s.Objects = append(s.Objects, o)
		}
	}
}

// ages reports whether a value gets worse by nothing but the passing of time.
func ages(o app.ObjectState) bool {
	return (o.What == app.StateConnection || o.What == app.StateLastSeen) && o.Value != app.Connected
}

// recoveredAt is when something recovered, and when we heard of it.
type recoveredAt struct{ at, heard time.Time }

// recover remembers a recovery, for problems that come late. One without a time of its own, or with one that cannot be,
// says nothing, as in the store.
func (c *cell) recover(source string, e app.Event) {
	ago := e.ReceivedAt.Sub(e.OccurredAt)
	if e.State != app.Recovery || e.OccurredAt.IsZero() || ago == 0 || ago > behindMost || ago < -aheadMost {
		return
	}
	if c.recovered == nil {
		c.recovered = map[string]recoveredAt{}
	}
	at := e.ReceivedAt.Add(-max(ago, 0))
	if key := app.SubjectKey(source, e.OrganizationID, e.Object, e.Type); at.After(c.recovered[key].at) {
		c.recovered[key] = recoveredAt{at, e.ReceivedAt}
	}
}

// How far a source's clock may be off and still be believed.
const (
	aheadMost  = 5 * time.Minute
	behindMost = 24 * time.Hour
)

// find returns a condition by its id.
func (c *cell) find(id int64) *app.Condition {
	i, ok := slices.BinarySearchFunc(c.conditions, id, func(x app.Condition, id int64) int { return cmp.Compare(x.ID, id) })
	if !ok {
		return nil
	}
	return &c.conditions[i]
}

// holding returns the condition of a key that holds.
func (c *cell) holding(key string) *app.Condition {
	i := slices.IndexFunc(c.conditions, func(x app.Condition) bool { return x.Key == key && x.State != app.ConditionCleared })
	if i < 0 {
		return nil
	}
	return &c.conditions[i]
}

// forget drops what was over so long ago that no rule asks for it any more.
func (c *cell) forget(since time.Time) {
	shown := map[int64]bool{}
	for _, t := range c.tickets {
		shown[t.ID] = t.State == app.TicketClosed && !t.ClosedAt.Before(since)
	}
	c.conditions = slices.DeleteFunc(c.conditions, func(x app.Condition) bool {
		return x.State == app.ConditionCleared && x.Wait != app.ReasonCleared && x.ClearedAt.Before(since) && !shown[x.TicketID]
	})
	for _, x := range c.conditions {
		shown[x.TicketID] = true
	}
	c.tickets = slices.DeleteFunc(c.tickets, func(t *rehearsedTicket) bool { return t.State == app.TicketClosed && !shown[t.ID] })
}
