package x360sync

import (
	"context"
	"sync"

	"psabridge/app"
)

// fleet is the file servers and desktop clients, and whose they are. A machine record carries no company, and an
// organization's list holds the machines of everything below it: what is left of a list when its children's lists are
// taken away is its own.
type fleet struct {
	machines map[string]machine // by id
	owner    map[string]string  // machine id → organization id; missing when it cannot be told
	lists    map[string][]string
	tree     []string          // the organizations that were asked
	problems map[string]string // organization id → why its own machines cannot be told
	calls    int
}

// readFleet asks every organization for its machines.
func readFleet(ctx context.Context, api getter, t *tree) (*fleet, error) {
	f := &fleet{machines: map[string]machine{}, owner: map[string]string{}, lists: map[string][]string{}, problems: map[string]string{}, tree: t.order}
	broken := map[string]string{} // organization id → why its list may lack something
	var mu sync.Mutex
	failures := 0
	err := each(ctx, t.order, func(ctx context.Context, _ int, id string) error {
		l, err := list[machine](ctx, api, "organization/"+id+"/machines")
		mu.Lock()
		defer mu.Unlock()
		f.calls += max(l.calls, 1)
		if err != nil && (fatal(err) || tooMany(&failures, err)) {
			return err
		}
		if problem, _ := unreadable(l.problem, err); problem != "" {
			broken[id] = problem
		}
		f.take(id, l.rows)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, id := range t.order {
		f.assign(t, id, broken)
	}
	return f, nil
}

// tooMany reports whether it is the server that is in trouble rather than one organization.
func tooMany(failures *int, err error) bool {
	if app.ErrorCode(err) == app.Unavailable {
		*failures++
	}
	return *failures > 3
}

func (f *fleet) take(id string, rows []machine) {
	for _, m := range rows {
		if m.kind() != "" {
			f.machines[m.key()] = m
			f.lists[id] = append(f.lists[id], m.key())
		}
	}
}

// assign finds what is left of one organization's list. When a child's list is not known to be whole, what is left may
// be the child's: then nobody owns it. What lies below the child is no question here, because it is in the child's list.
func (f *fleet) assign(t *tree, id string, broken map[string]string) {
	n := t.nodes[id]
	problem := n.unread
	if broken[id] != "" {
		problem = broken[id]
	}
	if problem != "" {
		f.problems[id] = t.name(id) + ": " + problem
	}
	below := map[string]bool{}
	certain := n.unread == ""
	for _, child := range n.children {
		if broken[child] != "" {
			certain = false
			if f.problems[id] == "" {
				f.problems[id] = t.name(child) + ": " + broken[child]
			}
		}
		for _, m := range f.lists[child] {
			below[m] = true
		}
	}
	for _, m := range f.lists[id] {
		if !below[m] && certain {
			f.owner[m] = id
		}
	}
}

// remember lends a machine the owner it had before, where it cannot be told now.
func (f *fleet) remember(t *tree, before *fleet) {
	if before == nil {
		return
	}
	for m := range f.machines {
		if id := before.owner[m]; f.owner[m] == "" && t.nodes[id] != nil {
			f.owner[m] = id
		}
	}
}

// with returns the fleet as a newer list of the top organization shows it, or false when that list holds a machine the
// fleet does not know.
func (f *fleet) with(rows []machine) (*fleet, bool) {
	next := *f
	next.machines = map[string]machine{}
	for _, m := range rows {
		if m.kind() == "" {
			continue
		}
		if _, ok := f.machines[m.key()]; !ok {
			return nil, false
		}
		next.machines[m.key()] = m
	}
	return &next, true
}
