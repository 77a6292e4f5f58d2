package ticketing

import (
	"container/heap"
	"slices"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
	"psabridge/app/settings"
)

// replayed is one source's history going through the rules: the store, the outbox and the clock of a rehearsal, all in
// memory. It goes from one moment at which something can be decided to the next, and tells the rules only of what that
// moment can touch; everything else could not change what they decide.
type replayed struct {
	h             app.History
	in            alert.Input
	score         *score
	organizations map[string]app.Organization
	routes        map[string]alert.Route
	top           string
	pushed        bool          // nobody polls an inbox, so nobody was ever blind
	every         time.Duration // between polls
	waits         waits
	keep          time.Duration // how long the rules are shown what was cleared

	now    time.Time
	line   time.Time // the start line: what was so before is history (T4)
	steady time.Time // since when it was polled without a gap
	unread map[string]bool
	outage *app.Outage // that is going on

	cells   map[cellKey]*cell
	cellsOf map[string][]*cell // by organization
	due     dueHeap
	derived map[string]bool             // ids of derived events, which are stored once
	dedup   map[string]bool             // of deliveries
	tickets map[string]*rehearsedTicket // by reference
	hushed  map[string]int              // events that stay quiet for as long as their condition waits, by its key
	opened  *openings
	lastID  int64
	begun   bool

	begins, ends, news, outages int   // how far the histories are read
	byEnd                       []int // States by their end
}

// unmappedMark stands before the connection of an organization without a company: its tickets are rehearsed beside the
// others, not among them.
const unmappedMark = "\x00"

func newReplay(doc app.Settings, h app.History, to *score, opened *openings) *replayed {
	source, _ := settings.SourceByName(doc, h.Source)
	source = settings.SourceWithDefaults(source)
	p := &replayed{
		h: h, in: input(doc, app.AlertState{Source: h.Source, Organizations: h.Organizations}), score: to, opened: opened,
		organizations: make(map[string]app.Organization, len(h.Organizations)), routes: map[string]alert.Route{},
		pushed: source.Pushed(), every: max(source.Every.D(), 30*time.Second),
		now: h.KeptSince, line: h.KeptSince, steady: h.KeptSince, unread: map[string]bool{},
		cells: map[cellKey]*cell{}, cellsOf: map[string][]*cell{}, derived: map[string]bool{}, dedup: map[string]bool{},
		tickets: map[string]*rehearsedTicket{}, hushed: map[string]int{}, keep: 24 * time.Hour,
	}
	for _, o := range h.Organizations {
		p.organizations[o.ExternalID] = o
		if o.ParentExternalID == "" && o.State != app.OrganizationGone && (p.top == "" || o.ExternalID < p.top) {
			p.top = o.ExternalID
		}
	}
	p.waits = waitsOf(p.in.Settings.Alerts)
	for _, r := range p.in.Settings.Alerts {
		p.keep = max(p.keep, r.Ticket.ReopenWithin.D())
	}
	routes := p.in.Routes
	p.in.Routes = func(source, organization string) alert.Route {
		r, known := p.routes[organization]
		if !known {
			r = asMapped(routes(source, organization))
			p.routes[organization] = r
		}
		return r
	}
	for i, s := range h.States {
		if !s.To.IsZero() {
			p.byEnd = append(p.byEnd, i)
		}
	}
	slices.SortStableFunc(p.byEnd, func(a, b int) int { return h.States[a].To.Compare(h.States[b].To) })
	return p
}

// asMapped is where tickets would go if ticketing were on and the organization had a company.
func asMapped(r alert.Route) alert.Route {
	r.Ticketing = true
	if !r.Mapped && r.Connection != "" {
		r.Mapped, r.Connection, r.AskAbove = true, unmappedMark+r.Connection, 0
	}
	return r
}

// start takes in what was so when the window begins: history, of which nothing but the events themselves counts.
func (p *replayed) start() {
	var m moment
	p.takeStates(&m)
	for _, e := range p.h.Held {
		p.hear(&m, e)
	}
	m.held = len(m.fresh)
	if !p.pushed { // what came with the first reading is history with it
		p.takeEvents(&m)
	}
	p.decide(&m, !p.pushed || p.line.After(p.h.StartedAt)) // nothing is history to whom somebody has just begun to send
}

// next finds the next moment at which something can be decided; the first is that from which on everything is kept.
func (p *replayed) next() (at time.Time, ok bool) {
	if !p.begun {
		return p.line, true
	}
	consider := func(t time.Time) {
		if t.Before(p.now) {
			t = p.now // our clock was put back then: the order holds
		}
		if !ok || t.Before(at) {
			at, ok = t, true
		}
	}
	if p.begins < len(p.h.States) {
		consider(p.h.States[p.begins].From)
	}
	if p.ends < len(p.byEnd) {
		consider(p.h.States[p.byEnd[p.ends]].To)
	}
	if p.news < len(p.h.Events) {
		consider(p.h.Events[p.news].ReceivedAt)
	}
	if p.outages < len(p.h.Outages) {
		consider(p.h.Outages[p.outages].From)
	}
	if p.outage != nil && !p.outage.To.IsZero() {
		consider(p.outage.To)
	}
	if c := p.due.first(); c != nil {
		consider(c.due)
	}
	return at, ok && at.Before(p.h.To)
}

// step decides about everything that came by one moment.
func (p *replayed) step(at time.Time) {
	if !p.begun {
		p.begun = true
		p.start()
		return
	}
	p.now = at
	var m moment
	p.takeOutages(&m)
	p.takeStates(&m)
	p.takeEvents(&m)
	for c := p.due.first(); c != nil && !c.due.After(at); c = p.due.first() {
		heap.Pop(&p.due)
		m.touch(c)
	}
	p.decide(&m, false)
}

// takeEvents hears what was received by now.
func (p *replayed) takeEvents(m *moment) {
	for p.news < len(p.h.Events) && !p.h.Events[p.news].ReceivedAt.After(p.now) {
		p.hear(m, p.h.Events[p.news])
		p.news++
	}
}

func (p *replayed) hear(m *moment, e app.Event) {
	m.touch(p.cellOf(e.OrganizationID, e.Object, e.Type))
	m.fresh = append(m.fresh, e)
}

// takeStates lets the values end and begin that do so by now.
func (p *replayed) takeStates(m *moment) {
	for p.ends < len(p.byEnd) && !p.h.States[p.byEnd[p.ends]].To.After(p.now) {
		s := p.h.States[p.byEnd[p.ends]]
		p.ends++
		if s.What == app.StateReadable {
			p.reads(m, s.OrganizationID, true)
			continue
		}
		c := p.cellOf(s.OrganizationID, s.Object, typeOf(s.What))
		if held, ok := c.objects[aspectOf(s.ObjectState)]; ok && held.From.Equal(s.From) {
			delete(c.objects, aspectOf(s.ObjectState))
		}
		m.touch(c)
	}
	for p.begins < len(p.h.States) && !p.h.States[p.begins].From.After(p.now) {
		s := p.h.States[p.begins]
		p.begins++
		if !s.To.IsZero() && !s.To.After(p.now) {
			continue // over before anybody looked
		}
		if s.What == app.StateReadable {
			p.reads(m, s.OrganizationID, s.Value == app.Yes)
			continue
		}
		m.show(p.cellOf(s.OrganizationID, s.Object, typeOf(s.What)), s.ObjectState)
	}
}

// reads says whether an organization is read completely: while it is not, nothing of it is cleared (T8).
func (p *replayed) reads(m *moment, organization string, readable bool) {
	if p.unread[organization] == !readable {
		return
	}
	if delete(p.unread, organization); !readable {
		p.unread[organization] = true
	}
	for _, c := range p.cellsOf[organization] {
		m.touch(c)
	}
}

// takeOutages lets the times begin and end in which the source could not be read. After one, everything that counts minutes
// counts them anew.
func (p *replayed) takeOutages(m *moment) {
	if p.outage != nil && !p.outage.To.IsZero() && !p.outage.To.After(p.now) {
		p.outage, p.steady = nil, p.now
		for _, c := range p.cells {
			m.touch(c)
		}
		m.touch(p.sourceCell())
	}
	if p.outages < len(p.h.Outages) && !p.h.Outages[p.outages].From.After(p.now) {
		p.outage = &p.h.Outages[p.outages]
		p.outages++
		m.touch(p.sourceCell())
	}
}

// sourceCell is where it is told that the source cannot be read: one place, at the organization on top.
func (p *replayed) sourceCell() *cell {
	return p.cellOf(p.top, app.Object{Kind: app.ObjectSource, ExternalID: p.h.Source, Name: p.h.Source}, app.TypeSourceUnreadable)
}

// blind reports whether the source has not been read for so long that nobody knows what holds.
func (p *replayed) blind() bool {
	return !p.pushed && p.outage != nil && p.now.Sub(p.outage.From) > 2*p.every
}
