package ticketing

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"psabridge/app"
)

// score counts what a set of rules does in a rehearsal.
type score struct {
	r             app.Rehearsal
	rules         map[string]*app.RehearsedShare
	order         []string // the rules, as they are asked
	organizations map[int64]*app.RehearsedShare
	unmapped      map[int64]*app.RehearsedShare
	tickets       []*rehearsed // those with a company to go to
}

// rehearsed is a ticket of a rehearsal.
type rehearsed struct {
	app.RehearsedTicket
	scope string
}

func newScore(rules []app.AlertRule, from, to time.Time) *score {
	s := &score{
		r:     app.Rehearsal{From: from, To: to, KeptSince: from},
		rules: map[string]*app.RehearsedShare{}, organizations: map[int64]*app.RehearsedShare{}, unmapped: map[int64]*app.RehearsedShare{},
	}
	for _, r := range rules {
		s.rule(r.Name)
	}
	return s
}

func (s *score) rule(name string) *app.RehearsedShare {
	if s.rules[name] == nil {
		s.rules[name] = &app.RehearsedShare{Name: name}
		s.order = append(s.order, name)
	}
	return s.rules[name]
}

func share(of map[int64]*app.RehearsedShare, o app.Organization) *app.RehearsedShare {
	if of[o.ID] == nil {
		of[o.ID] = &app.RehearsedShare{Name: cmp.Or(o.Name, o.ExternalID), OrganizationID: o.ID, Source: o.Source}
	}
	return of[o.ID]
}

// event counts what became of one event.
func (s *score) event(e app.DecidedOutcome, o app.Organization) {
	s.r.Events++
	share(s.organizations, o).Events++
	if e.Rule != "" {
		s.rule(e.Rule).Events++
	}
	switch e.Outcome {
	case app.OutcomeNoRule:
		s.r.NoRule++
	case app.OutcomeSuppressed:
		if e.Reason != app.ReasonFlood { // a person is asked about those
			s.r.Suppressed++
		}
	case app.OutcomeTicket, app.OutcomeMerged, app.OutcomeMail, app.OutcomeIgnored, app.OutcomeUnmapped: // counted by what they lead to
	}
}

// opened counts a ticket. One without a company to go to waits for it and is no ticket yet.
func (s *score) opened(t *rehearsed, o app.Organization, unmapped bool) {
	if unmapped {
		share(s.unmapped, o).Tickets++
		return
	}
	s.tickets = append(s.tickets, t)
	s.r.Tickets++
	share(s.organizations, o).Tickets++
	s.rule(t.Rule).Tickets++
}

// report sums up. The tickets are counted as they stand at the end.
func (s *score) report() app.Rehearsal {
	r := s.r
	for _, t := range s.tickets {
		if t.ClosedAt.IsZero() {
			r.Open++
			continue
		}
		r.AutoClosed++
		s.rules[t.Rule].AutoClosed++
		s.organizations[t.OrganizationID].AutoClosed++
	}
	for _, name := range s.order {
		r.ByRule = append(r.ByRule, *s.rules[name])
	}
	r.ByOrganization, r.Unmapped = busiest(s.organizations), busiest(s.unmapped)
	r.Opened = newest(s.tickets)
	return r
}

func busiest(of map[int64]*app.RehearsedShare) []app.RehearsedShare {
	var out []app.RehearsedShare
	for _, s := range of {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b app.RehearsedShare) int {
		return cmp.Or(cmp.Compare(b.Tickets, a.Tickets), cmp.Compare(b.Events, a.Events), cmp.Compare(a.Name, b.Name), cmp.Compare(a.OrganizationID, b.OrganizationID))
	})
	return out
}

// newest lists tickets as a person sees them, newest first, and not all of them where there are thousands.
func newest(tickets []*rehearsed) []app.RehearsedTicket {
	sorted := slices.SortedStableFunc(slices.Values(tickets), func(a, b *rehearsed) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Key, b.Key))
	})
	var out []app.RehearsedTicket
	for _, t := range sorted[:min(len(sorted), app.RehearsedMost)] {
		out = append(out, t.RehearsedTicket)
	}
	return out
}

// difference pairs the tickets of two sets of rules. One is the other where the same event opened it, or where it stands for
// the same thing at the same time: that a rule waits longer moves its ticket and makes no other.
func difference(before, after []*rehearsed, to time.Time) (opened, noLonger []*rehearsed) {
	left := map[string][]*rehearsed{} // of before, by scope
	for _, t := range before {
		left[t.scope] = append(left[t.scope], t)
	}
	take := func(t *rehearsed, same func(b *rehearsed) bool) bool {
		i := slices.IndexFunc(left[t.scope], same)
		if i >= 0 {
			left[t.scope] = slices.Delete(left[t.scope], i, i+1)
		}
		return i >= 0
	}
	added := slices.DeleteFunc(slices.Clone(after), func(t *rehearsed) bool {
		return take(t, func(b *rehearsed) bool { return b.Key == t.Key })
	})
	added = slices.DeleteFunc(added, func(t *rehearsed) bool {
		return take(t, func(b *rehearsed) bool { return !b.until(to).Before(t.At) && !t.until(to).Before(b.At) })
	})
	return added, slices.Concat(slices.Collect(maps.Values(left))...)
}

// until is when a ticket closed, or the end of the rehearsal.
func (t *rehearsed) until(end time.Time) time.Time {
	if t.ClosedAt.IsZero() {
		return end
	}
	return t.ClosedAt
}
