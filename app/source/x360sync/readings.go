package x360sync

import (
	"context"
	"slices"
	"time"

	"psabridge/app"
)

// Readings counts accounts, File-Server-Enabled machines and bytes, own and inclusive.
// Codes: unauthorized, forbidden, not_found, rate_limited, unavailable.
func (s *Source) Readings(ctx context.Context) (app.Usage, error) {
	top, err := s.topOrganization(ctx)
	if err != nil {
		return app.Usage{}, err
	}
	t, err := readTree(ctx, s.session, top)
	if err != nil {
		return app.Usage{}, err
	}
	u, err := readUsage(ctx, s.session, t)
	if err != nil {
		return app.Usage{}, err
	}
	if err := u.confirm(ctx, s.session, t); err != nil {
		return app.Usage{}, err
	}
	f, err := readFleet(ctx, s.session, t)
	if err != nil {
		return app.Usage{}, err
	}
	now := s.now().UTC()
	var out []app.Reading
	for _, m := range s.shares(t, u, f) {
		out = append(out, m.readings(t, s.name, now)...)
	}
	return app.Usage{Readings: out}, nil
}

// share is one organization's own part of a meter.
type share struct {
	items   []app.EvidenceItem
	problem string
}

// meter is one meter over the whole tree.
type meter struct {
	name   app.Meter
	unit   string
	own    map[string]share
	astray string // see holdings
}

func (s *Source) shares(t *tree, u *usage, f *fleet) []meter {
	accounts := meter{name: app.MeterAccounts, unit: app.UnitEach, own: map[string]share{}, astray: u.persons.astray}
	storage := meter{name: app.MeterStorage, unit: app.UnitBytes, own: map[string]share{}, astray: u.roots.astray}
	servers := meter{name: app.MeterFileServer, unit: app.UnitEach, own: map[string]share{}}
	for _, id := range t.order {
		items, _, problem := u.space(t, id)
		storage.own[id] = share{sorted(items), problem}

		var people []app.EvidenceItem
		for _, p := range u.persons.of[id] {
			people = append(people, app.EvidenceItem{Kind: app.ObjectAccount, ExternalID: p.key(), Name: p.name(), Amount: app.Q(1)})
		}
		accounts.own[id] = share{sorted(people), u.persons.why(t, id)}
		servers.own[id] = share{problem: f.problems[id]}
	}
	for id, owner := range f.owner {
		one := servers.own[owner]
		one.items = append(one.items, app.EvidenceItem{Kind: app.ObjectMachine, ExternalID: id, Name: f.machines[id].name(), Amount: app.Q(1)})
		servers.own[owner] = share{sorted(one.items), one.problem}
	}
	return []meter{accounts, storage, servers}
}

func sorted(items []app.EvidenceItem) []app.EvidenceItem {
	slices.SortFunc(items, func(a, b app.EvidenceItem) int { return compareIDs(a.ExternalID, b.ExternalID) })
	return items
}

// readings turns the shares into two readings for every organization: alone, and with everything below it.
func (m meter) readings(t *tree, source string, now time.Time) []app.Reading {
	out := make([]app.Reading, 0, 2*len(t.order))
	for _, id := range t.order {
		r := app.Reading{
			Source: source, OrganizationID: id, Meter: m.name, Unit: m.unit, Method: app.MethodComputed, AsOf: now,
		}
		out = append(out, m.fill(r, app.BasisOwn, []string{id}, ""))
		astray := ""
		if id == t.top {
			astray = m.astray
		}
		out = append(out, m.fill(r, app.BasisInclusive, t.below(id), astray))
	}
	return out
}

func (m meter) fill(r app.Reading, basis app.Basis, ids []string, problem string) app.Reading {
	r.Basis, r.Problem = basis, problem
	for _, id := range ids {
		own := m.own[id]
		if r.Problem == "" {
			r.Problem = own.problem
		}
		r.Items = append(r.Items, own.items...)
	}
	for _, item := range r.Items {
		r.Quantity = r.Quantity.Add(item.Amount)
	}
	r.Complete = r.Problem == ""
	return r
}
