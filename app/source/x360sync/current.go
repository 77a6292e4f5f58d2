package x360sync

import (
	"context"
	"slices"
	"time"
)

// currentTree returns the tree as it stands. In a big account the level below the top is read each time and deeper
// ones are kept for a while; when the level changed, everything is read.
func (s *Source) currentTree(ctx context.Context, now time.Time) (*tree, error) {
	top, err := s.topOrganization(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	old := s.tree
	s.mu.Unlock()
	if old.value != nil && old.fresh(now) && old.value.top == top.key() {
		l, err := list[organization](ctx, s.session, "organization/"+top.key()+"/organizations")
		if err != nil {
			return nil, err
		}
		if t, ok := old.value.with(top, l); ok {
			return t, nil
		}
	}
	t, err := readTree(ctx, s.session, top)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tree = kept[*tree]{}
	if ids, _ := t.unread(); len(ids) == 0 {
		s.tree = kept[*tree]{value: t, at: now, good: keepFor(t.calls)}
	}
	return t, nil
}

// with returns the tree with newer records of what the top lists, or false when the list names others than before.
func (t *tree) with(top organization, l listing[organization]) (*tree, bool) {
	next := &tree{top: t.top, nodes: make(map[string]*node, len(t.nodes)), calls: t.calls}
	listed := 0
	for id, n := range t.nodes {
		again := *n
		next.nodes[id] = &again
		if n.listed == t.top {
			listed++
		}
	}
	if !l.complete() || len(l.rows) != listed {
		return nil, false
	}
	next.nodes[t.top].organization = top
	for _, o := range l.rows {
		n := next.nodes[o.key()]
		if n == nil || n.listed != t.top {
			return nil, false
		}
		n.organization = o
	}
	next.arrange()
	return next, true
}

// currentFleet returns the machines as they stand. Whose they are is kept for a while; that one came or went is seen at
// once.
func (s *Source) currentFleet(ctx context.Context, t *tree, now time.Time) (*fleet, error) {
	s.mu.Lock()
	old := s.fleet
	s.mu.Unlock()
	if old.value != nil && old.fresh(now) && sameOrganizations(t, old.value) {
		l, err := list[machine](ctx, s.session, "organization/"+t.top+"/machines")
		if err != nil {
			return nil, err
		}
		if l.complete() {
			if f, ok := old.value.with(l.rows); ok {
				return f, nil
			}
		}
	}
	f, err := readFleet(ctx, s.session, t)
	if err != nil {
		return nil, err
	}
	f.remember(t, old.value)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fleet = kept[*fleet]{value: f, at: now, good: max(keepOwners, keepFor(f.calls))}
	if len(f.problems) > 0 {
		s.fleet.good = 0 // read again next time, but remember whose the machines were
	}
	return f, nil
}

// sameOrganizations reports whether the fleet was read with the organizations of t.
func sameOrganizations(t *tree, f *fleet) bool { return slices.Equal(f.tree, t.order) }

// currentUsage returns accounts and roots as they stand; in a big account they are kept for a while. Who is an account
// decides who was added or removed, so it is confirmed as what is billed.
func (s *Source) currentUsage(ctx context.Context, t *tree, now time.Time) (*usage, error) {
	s.mu.Lock()
	old := s.usage
	s.mu.Unlock()
	if old.value != nil && old.fresh(now) {
		return old.value, nil
	}
	u, err := readUsage(ctx, s.session, t, false)
	if err != nil {
		return nil, err
	}
	var before *holdings[person]
	if old.value != nil {
		before = old.value.persons
	}
	if err := u.persons.confirm(ctx, s.session, t, "persons", before, 0); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.usage = kept[*usage]{value: u, at: now}
	if u.persons.whole() && u.roots.whole() {
		s.usage.good = keepFor(u.calls())
	}
	return u, nil
}
