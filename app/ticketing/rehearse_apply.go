package ticketing

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"psabridge/app"
)

// rehearsedTicket is a row of the rehearsal's own ticket table.
type rehearsedTicket struct {
	app.Ticket
	cell     *cell
	unmapped bool // there is no company it could go to
	seen     *rehearsed
}

// apply is what the store does with a decision, and what the outbox does then, if everything went well at once.
func (p *replayed) apply(d app.AlertDecision) {
	made := make(map[string]*rehearsedTicket, len(d.Tickets))
	for _, t := range d.Tickets {
		made[t.XRef] = p.insert(t)
	}
	for _, c := range d.Conditions {
		p.save(c, made)
	}
	for _, q := range d.Deliveries {
		if q.Kind == app.DeliverMail {
			if p.isNew(q.DedupKey) {
				p.score.r.Mails++
			}
			continue
		}
		t := made[q.TicketXRef]
		if t == nil {
			t = p.tickets[q.TicketXRef]
		}
		if t != nil && p.isNew(strings.Replace(q.DedupKey, q.TicketXRef, t.XRef, 1)) {
			p.deliver(t, q)
		}
	}
}

func (p *replayed) isNew(dedup string) bool {
	if p.dedup[dedup] {
		return false
	}
	p.dedup[dedup] = true
	return true
}

// insert stores a decided ticket under a reference that is free: one that is over keeps its own to itself.
func (p *replayed) insert(t app.Ticket) *rehearsedTicket {
	xref := t.XRef
	for n := 2; p.tickets[xref] != nil; n++ {
		if old := p.tickets[xref]; old.State != app.TicketClosed {
			return old
		}
		xref = t.XRef + "-" + strconv.Itoa(n)
	}
	p.lastID++
	row := &rehearsedTicket{Ticket: t, unmapped: strings.HasPrefix(t.Connection, unmappedMark)}
	row.ID, row.XRef = p.lastID, xref
	p.tickets[xref] = row
	p.opened.add(t.Connection, p.now)
	return row
}

// save stores a decided condition. A new one whose key holds already is that one.
func (p *replayed) save(c app.Condition, made map[string]*rehearsedTicket) {
	at := p.cellOf(c.OrganizationID, c.Object, c.Type)
	t := made[c.TicketXRef]
	if t == nil && c.TicketXRef != "" {
		t = p.tickets[c.TicketXRef]
	}
	if c.TicketID == 0 && t != nil {
		c.TicketID = t.ID
	}
	c.TicketXRef = ""
	if c.State != app.ConditionCleared {
		c.ClearedAt = time.Time{}
	}
	var old app.Condition
	switch known := at.find(c.ID); {
	case known != nil:
		old, *known = *known, c
	case at.holding(c.Key) != nil:
		return
	default:
		if at.episodes == nil {
			at.episodes = map[string]int{}
		}
		p.lastID++
		c.ID, c.Episode = p.lastID, max(c.Episode, at.episodes[c.Key]+1)
		at.episodes[c.Key] = c.Episode
		at.conditions = append(at.conditions, c)
	}
	p.attach(at, t, c, old)
	if asks(c) && !asks(old) {
		p.score.r.Asked++
	}
	p.hush(c)
}

// attach keeps what is counted of a ticket by its conditions.
func (p *replayed) attach(at *cell, t *rehearsedTicket, c, old app.Condition) {
	if t == nil || t.ID != c.TicketID {
		return
	}
	if !slices.Contains(at.tickets, t) {
		at.tickets = append(at.tickets, t)
	}
	t.cell = at
	if t.seen == nil {
		t.seen = &rehearsed{scope: t.ScopeKey}
	}
	t.seen.Count += c.Occurrences
	if old.TicketID == c.TicketID {
		t.seen.Count -= old.Occurrences
	}
}

// asks reports whether a condition waits for a person's word, because too much came at once.
func asks(c app.Condition) bool {
	return c.State == app.ConditionWaiting && c.Wait == app.ReasonFlood
}

// hush settles the events that stayed quiet for as long as their condition waited: its ticket speaks of them in the end, or
// a person is asked about them.
func (p *replayed) hush(c app.Condition) {
	n := p.hushed[c.Key]
	if n == 0 || c.State == app.ConditionWaiting && !asks(c) {
		return
	}
	if c.State == app.ConditionOpen || asks(c) {
		p.score.r.Suppressed -= n
	}
	delete(p.hushed, c.Key)
}

// deliver is ConnectWise doing what it is told, with nobody else at work there.
func (p *replayed) deliver(t *rehearsedTicket, q app.DecidedDelivery) {
	if t.seen == nil {
		return
	}
	if q.Kind == app.DeliverTicketCreate {
		t.RemoteID, t.State = t.ID, app.TicketOpen
		o := p.organization(q.Payload.OrganizationID)
		t.seen.RehearsedTicket = app.RehearsedTicket{
			Key: t.XRef, At: p.now, Rule: q.Payload.Rule, OrganizationID: o.ID, Organization: q.Payload.Organization,
			Object: q.Payload.Object, Type: q.Payload.Type, Severity: q.Payload.Severity, Summary: t.Summary, Count: t.seen.Count,
		}
		p.score.opened(t.seen, o, t.unmapped)
		return
	}
	t.seen.Notes++
	reopened := q.Payload.Reopen && t.State == app.TicketClosed && t.holds()
	if !t.unmapped {
		p.score.r.Notes++
		if reopened {
			p.score.r.Reopened++
		}
	}
	switch {
	case reopened:
		t.State, t.ClosedAt = app.TicketOpen, time.Time{}
	case q.Payload.Close && !t.holds():
		t.State, t.ClosedAt = app.TicketClosed, p.now
	}
	t.seen.ClosedAt = t.ClosedAt
}

// holds is what is asked right before a ticket is closed or opened again: whether something it stands for holds.
func (t *rehearsedTicket) holds() bool {
	return slices.ContainsFunc(t.cell.conditions, func(c app.Condition) bool { return c.TicketID == t.ID && c.State == app.ConditionOpen })
}
