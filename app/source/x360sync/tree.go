package x360sync

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"psabridge/app"
)

// node is one organization in the tree.
type node struct {
	organization
	parent   string   // id; empty for the top
	listed   string   // id of the organization that listed it
	children []string // ids, in the order they were listed
	// unread says why we could not look below it; empty when we could.
	unread string
	// transient is true when the reason may be gone a minute later, false when the server refuses to show it.
	transient bool
}

// tree is the organizations below the top one.
type tree struct {
	top   string
	nodes map[string]*node
	order []string // top first, a parent before its children
	calls int
}

// What ends a tree that never ends.
const (
	maxOrganizations = 20_000
	maxLevels        = 30
)

// readTree walks the organizations below top. Whether one level or all levels come in an answer is not documented, so
// every organization is asked for its own, once.
func readTree(ctx context.Context, api getter, top organization) (*tree, error) {
	t := &tree{top: top.key(), nodes: map[string]*node{top.key(): {organization: top}}}
	var failures int
	for level, deep := []string{top.key()}, 0; len(level) > 0; deep++ {
		if deep > maxLevels {
			t.leave(level...)
			break
		}
		var mu sync.Mutex
		room := maxOrganizations - len(t.nodes)
		found := make([][]organization, len(level))
		err := each(ctx, level, func(ctx context.Context, i int, id string) error {
			mu.Lock()
			full := room <= 0
			if full {
				t.leave(id)
			}
			mu.Unlock()
			if full {
				return nil
			}
			l, err := list[organization](ctx, api, "organization/"+id+"/organizations")
			mu.Lock()
			defer mu.Unlock()
			t.calls += max(l.calls, 1)
			if err != nil && (fatal(err) || id == t.top) {
				return err
			}
			n := t.nodes[id]
			n.unread, n.transient = unreadable(l.problem, err)
			if app.ErrorCode(err) == app.Unavailable {
				if failures++; failures > 3 {
					return err // the server is in trouble, not this organization
				}
			}
			found[i] = l.rows
			room -= len(l.rows)
			return nil
		})
		if err != nil {
			return nil, err
		}
		level = t.add(level, found)
	}
	t.arrange()
	return t, nil
}

// unreadable turns what went wrong at one organization into a sentence, and says whether it may pass.
func unreadable(problem string, err error) (text string, transient bool) {
	switch app.ErrorCode(err) {
	case "":
		return problem, problem != ""
	case app.Forbidden:
		return "x360Sync does not let this sign-in look inside. Give it the right, or leave the organization out.", false
	case app.NotFound:
		return "x360Sync says it does not exist any more.", false
	default:
		return app.ErrorMessage(err), true
	}
}

// leave says of organizations that not all below them was taken.
func (t *tree) leave(ids ...string) {
	for _, id := range ids {
		t.nodes[id].unread = fmt.Sprintf("There are more than %d organizations, or more than %d below one another. What is below this one was left out.", maxOrganizations, maxLevels)
		t.nodes[id].transient = true
	}
}

// add puts newly found organizations into the tree, as long as there is room, and returns them as the next level.
func (t *tree) add(level []string, found [][]organization) []string {
	var next []string
	for i, orgs := range found {
		for _, o := range orgs {
			if t.nodes[o.key()] != nil {
				continue
			}
			if len(t.nodes) >= maxOrganizations {
				t.leave(level[i])
				break
			}
			t.nodes[o.key()] = &node{organization: o, listed: level[i]}
			next = append(next, o.key())
		}
	}
	return next
}

// arrange sets parents — the server's parent_id where it makes sense, else who listed it — and the order.
func (t *tree) arrange() {
	ids := make([]string, 0, len(t.nodes))
	for id, n := range t.nodes {
		n.children = nil
		if id == t.top {
			continue
		}
		n.parent = string(n.ParentID)
		if t.nodes[n.parent] == nil || n.parent == id {
			n.parent = n.listed
		}
		ids = append(ids, id)
	}
	slices.SortFunc(ids, compareIDs)
	for _, id := range ids {
		if !t.reachesTop(id) {
			t.nodes[id].parent = t.nodes[id].listed
		}
	}
	for _, id := range ids {
		p := t.nodes[t.nodes[id].parent]
		p.children = append(p.children, id)
	}
	t.order = t.below(t.top)
}

// reachesTop reports whether going up from id ends at the top: parents in a ring must not hide organizations.
func (t *tree) reachesTop(id string) bool {
	for range len(t.nodes) {
		if id == t.top {
			return true
		}
		id = t.nodes[id].parent
	}
	return id == t.top
}

// below lists id and everything below it, a parent before its children.
func (t *tree) below(id string) []string {
	out := []string{id}
	for i := 0; i < len(out); i++ {
		out = append(out, t.nodes[out[i]].children...)
	}
	return out
}

// unread lists the organizations we could not look below, and says so in sentences.
func (t *tree) unread() (ids, problems []string) {
	for _, id := range t.order {
		if n := t.nodes[id]; n.unread != "" {
			ids = append(ids, id)
			problems = append(problems, fmt.Sprintf("%s: %s", t.name(id), n.unread))
		}
	}
	return ids, problems
}

func (t *tree) name(id string) string {
	name := words("")
	if n := t.nodes[id]; n != nil {
		name = n.Name
	}
	return named("Organization ", ref(id), name)
}

// organizations is the tree in the words of the bridge.
func (t *tree) organizations(source string) []app.Organization {
	out := make([]app.Organization, 0, len(t.order))
	for _, id := range t.order {
		n := t.nodes[id]
		o := app.Organization{
			Source: source, ExternalID: id, ParentExternalID: n.parent, Name: t.name(id),
			State: app.OrganizationPresent, Active: n.Active.yes || !n.Active.known,
		}
		if !n.TrialUntil.IsZero() {
			until := n.TrialUntil.Time
			o.TrialUntil = &until
		}
		out = append(out, o)
	}
	return out
}

// compareIDs orders ids as the numbers they are.
func compareIDs(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}
