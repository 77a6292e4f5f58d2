package x360sync

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"psabridge/app"
	"psabridge/app/source"
)

// Readings counts accounts, guests, file servers and bytes, own and inclusive, and keeps what the server says of its own
// usage.
// Codes: unauthorized, forbidden, not_found, rate_limited, unavailable.
func (s *Source) Readings(ctx context.Context) (app.Usage, error) {
	ctx, end := s.begin(ctx)
	u, err := s.readings(ctx)
	if err = end(err); err != nil {
		return app.Usage{}, err
	}
	s.secrets.hider().usage(&u)
	return u, nil
}

func (s *Source) readings(ctx context.Context) (app.Usage, error) {
	top, err := s.topOrganization(ctx)
	if err != nil {
		return app.Usage{}, err
	}
	t, err := readTree(ctx, s.session, top)
	if err != nil {
		return app.Usage{}, err
	}
	source.Step(ctx, count(len(t.order), "organization", "organizations")+" in "+count(t.calls, "call", "calls"))
	u, err := readUsage(ctx, s.session, t, true)
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
	details, err := readMappings(ctx, s.session, f)
	if err != nil {
		return app.Usage{}, err
	}
	book := newBook(s.name, t, s.now().UTC())
	for _, m := range shares(t, u, f, details) {
		book.add(m)
	}
	raw, err := s.metrics(ctx, book)
	if err != nil {
		return app.Usage{}, err
	}
	book.tell(ctx)
	return app.Usage{Readings: book.readings, Raw: raw}, nil
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
	astray map[string]string // see holdings
}

// shares sorts what was read into meters.
func shares(t *tree, u *usage, f *fleet, details map[string]string) []meter {
	storage := meter{name: app.MeterStorage, unit: app.UnitBytes, own: map[string]share{}, astray: u.roots.astray}
	servers := meter{name: app.MeterFileServer, unit: app.UnitEach, own: map[string]share{}}
	for _, id := range t.order {
		items, _, problem := u.space(t, id)
		storage.own[id] = share{sorted(items), problem}
		servers.own[id] = share{problem: f.problems[id]}
	}
	for _, id := range slices.SortedFunc(maps.Keys(f.owner), compareIDs) {
		m, owner := f.machines[id], f.owner[id]
		own := servers.own[owner]
		switch m.kind() {
		case kindServer:
			own.items = append(own.items, app.EvidenceItem{Kind: app.ObjectMachine, ExternalID: id, Name: m.name(), Amount: one, Detail: details[id]})
		case kindUnknown:
			own.problem = cmp.Or(own.problem, fmt.Sprintf("%s: the machine %q is of the type %q, which is not known. It may be a file server.", t.name(owner), m.name(), plain(string(m.Type))))
		}
		servers.own[owner] = own
	}
	out := []meter{heads(t, u.persons, app.MeterAccounts, app.ObjectAccount, person.name), storage, servers}
	if u.guests != nil {
		out = append(out, heads(t, u.guests, app.MeterGuests, app.ObjectGuest, guest.name))
	}
	return out
}

// one is what each head counts.
var one = app.Q(1)

// heads counts rows, one each.
func heads[T owned](t *tree, h *holdings[T], name app.Meter, kind app.ObjectKind, call func(T) string) meter {
	m := meter{name: name, unit: app.UnitEach, own: map[string]share{}, astray: h.astray}
	for _, id := range t.order {
		items := slices.Grow([]app.EvidenceItem(nil), len(h.of[id])) // nil where there is nobody
		for _, row := range h.of[id] {
			items = append(items, app.EvidenceItem{Kind: kind, ExternalID: row.key(), Name: call(row), Amount: one})
		}
		m.own[id] = share{sorted(items), h.why(t, id)}
	}
	return m
}

func sorted(items []app.EvidenceItem) []app.EvidenceItem {
	slices.SortFunc(items, func(a, b app.EvidenceItem) int { return compareIDs(a.ExternalID, b.ExternalID) })
	return items
}

// book is the readings of one account: for every organization and meter one alone, and one with everything below it.
type book struct {
	source   string
	tree     *tree
	now      time.Time
	readings []app.Reading
	at       map[readingOf]int
	meters   []app.Meter
}

type readingOf struct {
	organization string
	meter        app.Meter
	basis        app.Basis
}

func newBook(source string, t *tree, now time.Time) *book {
	return &book{source: source, tree: t, now: now, at: map[readingOf]int{}}
}

// of returns a reading, to look at or to change; nil when there is none.
func (b *book) of(id string, m app.Meter, basis app.Basis) *app.Reading {
	i, ok := b.at[readingOf{id, m, basis}]
	if !ok {
		return nil
	}
	return &b.readings[i]
}

func (b *book) add(m meter) {
	b.meters = append(b.meters, m.name)
	for _, id := range b.tree.order {
		b.put(m, id, app.BasisOwn, []string{id})
		b.put(m, id, app.BasisInclusive, b.tree.below(id))
	}
}

func (b *book) put(m meter, id string, basis app.Basis, ids []string) {
	r := app.Reading{
		Source: b.source, OrganizationID: id, Meter: m.name, Basis: basis, Unit: m.unit, Method: app.MethodComputed, AsOf: b.now,
	}
	for _, id := range ids {
		own := m.own[id]
		r.Problem = cmp.Or(r.Problem, own.problem)
		if basis == app.BasisInclusive {
			r.Problem = cmp.Or(r.Problem, m.astray[id])
		}
		if r.Items == nil {
			r.Items = slices.Clip(own.items) // shared where nothing lies below
		} else {
			r.Items = append(r.Items, own.items...)
		}
	}
	for _, item := range r.Items {
		r.Quantity = r.Quantity.Add(item.Amount)
	}
	r.Complete = r.Problem == ""
	b.at[readingOf{id, m.name, basis}] = len(b.readings)
	b.readings = append(b.readings, r)
}

// tell says what was counted, and what is missing.
func (b *book) tell(ctx context.Context) {
	for _, m := range b.meters {
		whole := 0
		for _, id := range b.tree.order {
			if b.of(id, m, app.BasisOwn).Complete {
				whole++
			}
		}
		r := b.of(b.tree.top, m, app.BasisInclusive)
		text := fmt.Sprintf("%s: %s", m, r.Quantity)
		if r.Unit != app.UnitEach {
			text += " " + r.Unit
		}
		if !r.Complete {
			text += fmt.Sprintf(" at least; %d of %d organizations are complete. %s", whole, len(b.tree.order), r.Problem)
		}
		source.Step(ctx, text)
	}
}
