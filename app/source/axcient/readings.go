package axcient

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"psabridge/app"
)

// Readings counts protected users and, where the API says how much of an item is protected, the bytes; own and
// inclusive. Everything is read afresh.
// Codes: unauthorized, forbidden, not_found, rate_limited, unavailable.
func (s *Source) Readings(ctx context.Context) (app.Usage, error) {
	now := s.now().UTC()
	a, err := s.read(ctx, true, now)
	if err != nil {
		return app.Usage{}, err
	}
	u := app.Usage{Raw: s.raw(a, now)}
	for _, m := range a.meters() {
		u.Readings = append(u.Readings, m.readings(a, s.name, now)...)
	}
	if a.problem != "" {
		u.Problems = append(u.Problems, s.title()+": clients: "+a.problem)
	}
	return u, nil
}

// share is one organization's own part of a meter.
type share struct {
	items   []app.EvidenceItem
	problem string
}

// meter is one meter over the whole account.
type meter struct {
	name app.Meter
	unit string
	own  map[string]share
}

// meters are the seats and, when any item of any client has a size, the storage.
func (a *account) meters() []meter {
	seats := meter{app.MeterProtectedSeats, app.UnitEach, map[string]share{}}
	storage := meter{app.MeterProtectedStorage, app.UnitBytes, map[string]share{}}
	sized := false
	for _, id := range a.order {
		n := a.nodes[id]
		if id == a.top {
			problem := ""
			if a.problem != "" {
				problem = n.name + ": clients: " + a.problem
			}
			seats.own[id], storage.own[id] = share{problem: problem}, share{problem: problem}
			continue
		}
		people, things := n.lists[users].items, n.lists[resources].items
		seats.own[id] = n.seats(people)
		storage.own[id] = n.storage(people, things)
		sized = sized || slices.ContainsFunc(slices.Concat(people, things), func(it item) bool { return it.size.given })
	}
	if !sized {
		return []meter{seats}
	}
	return []meter{seats, storage}
}

// says words a problem of a list of this client.
func (n *node) says(k kind, problem string) string {
	if problem == "" {
		return ""
	}
	return n.name + ": " + k.inWords() + ": " + problem
}

// seats are the users that are protected, or charged for where the API says so. Shared resources are no seats: the
// vendor charges a fee for user accounts.
func (n *node) seats(people []item) share {
	s := share{problem: n.says(users, cmp.Or(n.lists[users].problem, doubt(people)))}
	for _, it := range people {
		if it.isSeat {
			s.items = append(s.items, app.EvidenceItem{Kind: app.ObjectAccount, ExternalID: it.id, Name: it.name, Amount: app.Q(1)})
		}
	}
	return s
}

// storage is what is protected of users and shared resources. One of them without a size is a problem, not a 0.
func (n *node) storage(people, things []item) share {
	s := share{}
	for _, one := range []struct {
		list  kind
		kind  app.ObjectKind
		items []item
	}{{users, app.ObjectAccount, people}, {resources, app.ObjectResource, things}} {
		problem := cmp.Or(n.lists[one.list].problem, doubt(one.items))
		for _, it := range one.items {
			switch {
			case it.protection != protected:
			case !it.size.known:
				problem = cmp.Or(problem, unsized(it))
			default:
				s.items = append(s.items, app.EvidenceItem{Kind: one.kind, ExternalID: it.id, Name: it.name, Amount: it.size.bytes})
			}
		}
		s.problem = cmp.Or(s.problem, n.says(one.list, problem))
	}
	return s
}

func unsized(it item) string {
	if it.size.given {
		return fmt.Sprintf("x360Cloud shows no size with a unit for %q (field %q).", it.name, printable(it.size.name))
	}
	return fmt.Sprintf("x360Cloud shows no size for %q.", it.name)
}

// readings turns the shares into two readings for every organization: alone, and with everything below it. When the list
// of clients may lack some, nobody knows what else lies below one that may have others below it.
func (m meter) readings(a *account, source string, now time.Time) []app.Reading {
	out := make([]app.Reading, 0, 2*len(a.order))
	for _, id := range a.order {
		r := app.Reading{Source: source, OrganizationID: id, Meter: m.name, Unit: m.unit, Method: app.MethodComputed, AsOf: now}
		out = append(out, m.fill(r, app.BasisOwn, []string{id}, ""))
		hidden := ""
		if a.nested {
			hidden = m.own[a.top].problem
		}
		out = append(out, m.fill(r, app.BasisInclusive, a.below(id), hidden))
	}
	return out
}

func (m meter) fill(r app.Reading, basis app.Basis, ids []string, problem string) app.Reading {
	r.Basis, r.Problem = basis, problem
	for _, id := range ids {
		own := m.own[id]
		r.Problem = cmp.Or(r.Problem, own.problem)
		r.Items = append(r.Items, own.items...)
	}
	for _, item := range r.Items {
		r.Quantity = r.Quantity.Add(item.Amount)
	}
	r.Complete = r.Problem == ""
	return r
}
