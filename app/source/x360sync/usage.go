package x360sync

import (
	"context"
	"fmt"
	"sync"

	"psabridge/app"
)

// owned is a row that names its organization.
type owned interface {
	row
	company() string
}

func (p person) company() string { return string(p.CompanyID) }
func (r root) company() string   { return string(r.CompanyID) }
func (g guest) company() string  { return string(g.CompanyID) }

// holdings is one list of everything in the tree, sorted by organization.
type holdings[T owned] struct {
	of       map[string][]T    // organization id → rows
	problems map[string]string // organization id → why its rows may lack something
	problem  string            // why all of it may lack something
	// astray says of an organization why what lies below it may lack something: its list holds rows of one we do not see.
	astray  map[string]string
	calls   int
	seen    map[string]bool
	asked   map[string]bool // organizations known by their own list, now or before
	missing bool            // the server does not have such a list
}

// readHoldings reads the list of the top organization, which shows what is below it, too.
func readHoldings[T owned](ctx context.Context, api getter, t *tree, what string) (*holdings[T], error) {
	h := &holdings[T]{of: map[string][]T{}, problems: map[string]string{}, astray: map[string]string{}, seen: map[string]bool{}, asked: map[string]bool{}}
	l, err := list[T](ctx, api, "organization/"+t.top+"/"+what)
	if err != nil && fatal(err) {
		return nil, err
	}
	h.calls = max(l.calls, 1)
	h.problem, _ = unreadable(l.problem, err)
	h.missing = app.ErrorCode(err) == app.NotFound
	h.add(t, t.top, l.rows)
	return h, nil
}

// add sorts the rows of one organization's list in and returns how many were new.
func (h *holdings[T]) add(t *tree, of string, rows []T) int {
	fresh := 0
	for _, r := range rows {
		astray := r.company() != "" && t.nodes[r.company()] == nil
		if astray {
			h.astray[of] = fmt.Sprintf("%s: the list holds entries of organization %s, which is not in the tree.", t.name(of), r.company())
		}
		if h.seen[r.key()] {
			continue
		}
		h.seen[r.key()] = true
		fresh++
		if one, ok := any(&r).(interface{ slim() }); ok {
			one.slim()
		}
		switch id := r.company(); {
		case id == "":
			h.problem = "The list holds entries that name no organization."
		case !astray:
			h.of[id] = append(h.of[id], r)
		}
	}
	return fresh
}

// confirm reads again, one by one, what would be billed as nothing or may be hidden from the top: an organization
// without a single row, and one in privacy mode. When such a look finds rows the top's list did not have, that list
// does not show everything below it, and every organization is asked. Organizations that were without rows when they
// were asked before are left out. Where most have no rows, a sample of them tells whether the top's list can be believed.
func (h *holdings[T]) confirm(ctx context.Context, api getter, t *tree, what string, before *holdings[T], sample int) error {
	if h.problem != "" {
		return nil // not complete anyway
	}
	var doubtful, empty, others []string
	for _, id := range t.order[1:] {
		switch n := t.nodes[id]; {
		case n.unread != "":
		case n.PrivacyMode.yes:
			doubtful = append(doubtful, id)
		case len(h.of[id]) == 0 && !before.empty(id):
			empty = append(empty, id)
		case len(h.of[id]) == 0:
			h.asked[id] = true
		default:
			others = append(others, id)
		}
	}
	for i, id := range empty {
		if n := len(empty); sample <= 0 || n <= sample || i*sample/n != (i-1)*sample/n || i == 0 {
			doubtful = append(doubtful, id)
		} else {
			others = append(others, id)
		}
	}
	found, err := h.ask(ctx, api, t, what, doubtful)
	if err != nil || found == 0 {
		return err
	}
	_, err = h.ask(ctx, api, t, what, others)
	return err
}

// empty reports whether an organization was known to have no rows.
func (h *holdings[T]) empty(id string) bool {
	return h != nil && h.problem == "" && h.problems[id] == "" && h.asked[id] && len(h.of[id]) == 0
}

func (h *holdings[T]) ask(ctx context.Context, api getter, t *tree, what string, ids []string) (found int, err error) {
	var mu sync.Mutex
	failures := 0
	err = each(ctx, ids, func(ctx context.Context, _ int, id string) error {
		l, err := list[T](ctx, api, "organization/"+id+"/"+what)
		mu.Lock()
		defer mu.Unlock()
		h.calls += max(l.calls, 1)
		if err != nil && (fatal(err) || tooMany(&failures, err)) {
			return err
		}
		h.asked[id] = true
		if problem, _ := unreadable(l.problem, err); problem != "" {
			h.problems[id] = t.name(id) + ": " + problem
		}
		found += h.add(t, id, l.rows)
		return nil
	})
	return found, err
}

// whole reports whether nothing is known to be missing.
func (h *holdings[T]) whole() bool {
	return h.problem == "" && len(h.astray) == 0 && len(h.problems) == 0
}

// why says why the rows of one organization may lack something; empty when they do not.
func (h *holdings[T]) why(t *tree, id string) string {
	switch {
	case h.problem != "":
		return h.problem
	case t.nodes[id].unread != "":
		return t.name(id) + ": " + t.nodes[id].unread
	}
	return h.problems[id]
}

// usage is what is counted and measured.
type usage struct {
	persons *holdings[person]
	roots   *holdings[root]
	guests  *holdings[guest] // nil where nobody asked, and where the server does not know guests
}

func (u *usage) calls() int { return u.persons.calls + u.roots.calls }

// readUsage reads accounts and roots, and guests when they are wanted.
func readUsage(ctx context.Context, api getter, t *tree, guests bool) (*usage, error) {
	u := &usage{}
	lists := []func(context.Context) error{
		func(ctx context.Context) (err error) {
			u.persons, err = readHoldings[person](ctx, api, t, "persons")
			return err
		},
		func(ctx context.Context) (err error) {
			u.roots, err = readHoldings[root](ctx, api, t, "roots")
			return err
		},
	}
	if guests {
		lists = append(lists, func(ctx context.Context) (err error) {
			u.guests, err = readHoldings[guest](ctx, api, t, "guests")
			return err
		})
	}
	err := each(ctx, lists, func(ctx context.Context, _ int, read func(context.Context) error) error { return read(ctx) })
	if u.guests != nil && u.guests.missing {
		u.guests = nil
	}
	return u, err
}

// guestSample is how many organizations without guests are asked for theirs: few organizations have any.
const guestSample = 20

// confirm makes sure of what will be billed.
func (u *usage) confirm(ctx context.Context, api getter, t *tree) error {
	if err := u.persons.confirm(ctx, api, t, "persons", nil, 0); err != nil {
		return err
	}
	if u.guests != nil {
		if err := u.guests.confirm(ctx, api, t, "guests", nil, guestSample); err != nil {
			return err
		}
	}
	return u.roots.confirm(ctx, api, t, "roots", nil, 0)
}

// space sums the roots of one organization. A root without a size, or with one below nothing, is a problem, not a 0.
func (u *usage) space(t *tree, id string) (items []app.EvidenceItem, sum int64, problem string) {
	problem = u.roots.why(t, id)
	for _, r := range u.roots.of[id] {
		if !r.SpaceUsed.known || r.SpaceUsed.bytes < 0 {
			problem = fmt.Sprintf("%s: x360Sync shows no size for %q.", t.name(id), r.name())
			continue
		}
		sum += r.SpaceUsed.bytes
		items = append(items, app.EvidenceItem{Kind: app.ObjectRoot, ExternalID: r.key(), Name: r.name(), Amount: app.Q(r.SpaceUsed.bytes)})
	}
	return items, sum, problem
}
