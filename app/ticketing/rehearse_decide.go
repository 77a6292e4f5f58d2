package ticketing

import (
	"cmp"
	"slices"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
)

// decide lets the rules decide about the cells of a moment, applies that, and finds out when each is due again. First is
// true for what the window begins with.
func (p *replayed) decide(m *moment, first bool) {
	if len(m.cells) == 0 {
		return
	}
	slices.SortFunc(m.cells, func(a, b *cell) int { return cmp.Compare(a.n, b.n) })
	d := alert.Decide(p.in, p.state(m, first))
	p.count(m, d, first)
	p.apply(d)
	for _, list := range [][]app.Event{m.fresh, d.Derived} {
		for _, e := range list {
			p.cellOf(e.OrganizationID, e.Object, e.Type).recover(p.h.Source, e)
		}
	}
	for _, c := range m.cells {
		c.touched, c.changed = false, nil
		c.forget(p.now.Add(-p.keep))
		p.schedule(c)
	}
}

// state is what the rules are told at a moment.
func (p *replayed) state(m *moment, first bool) app.AlertState {
	s := app.AlertState{
		Now: p.now, Source: p.h.Source, InstallID: "rehearsal", FirstRead: first, SteadySince: p.steady, GapRestart: p.blind(),
		Complete: true, Unread: p.unread, Fresh: m.fresh, OpenedLately: p.opened.counts(p.now), RecoveredAt: map[string]time.Time{}, RecoveredHeard: map[string]time.Time{},
		Starts: map[string]map[string]time.Time{},
	}
	if !first {
		s.StartedAt = p.line
	}
	climbed := map[string]bool{}
	for _, c := range m.cells {
		p.climb(&s, climbed, c.organization)
		c.tell(&s)
		if c.eventType == app.TypeSourceUnreadable && p.outage != nil {
			s.FailingSince, s.FailingText = p.outage.From, p.outage.Text
		}
		for key, r := range c.recovered {
			s.RecoveredAt[key], s.RecoveredHeard[key] = r.at, r.heard
		}
	}
	return s
}

// climb adds an organization and those above it, each with the start lines that are drawn by now.
func (p *replayed) climb(s *app.AlertState, climbed map[string]bool, organization string) {
	for !climbed[organization] {
		climbed[organization] = true
		for what, at := range p.h.Starts[organization] {
			if at.After(p.now) {
				continue
			}
			if s.Starts[organization] == nil {
				s.Starts[organization] = map[string]time.Time{}
			}
			s.Starts[organization][what] = at
		}
		o, ok := p.organizations[organization]
		if !ok {
			return
		}
		s.Organizations = append(s.Organizations, o)
		organization = o.ParentExternalID
	}
}

// count tells the score what became of the events of a decision. Those that held when the window began are none of it.
func (p *replayed) count(m *moment, d app.AlertDecision, first bool) {
	of := make(map[string]string, len(m.fresh)+len(d.Derived)) // organizations by event
	for _, e := range m.fresh[m.held:] {
		of[e.SourceEventID] = e.OrganizationID
	}
	for _, e := range d.Derived {
		if !p.derived[e.SourceEventID] && !first {
			of[e.SourceEventID] = e.OrganizationID
		}
		p.derived[e.SourceEventID] = true
	}
	for _, o := range d.Outcomes {
		organization, news := of[o.SourceEventID]
		if !news {
			continue
		}
		p.score.event(o, p.organization(organization))
		if o.Outcome == app.OutcomeSuppressed && o.Reason != app.ReasonFlood && o.ConditionKey != "" {
			p.hushed[o.ConditionKey]++
		}
	}
}

func (p *replayed) organization(external string) app.Organization {
	o := p.organizations[external]
	o.ExternalID = external
	return o
}
