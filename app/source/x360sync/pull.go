package x360sync

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"time"

	"psabridge/app"
)

// Pull reads the tree, what the machines and quotas show, and the activity since the marks. What could not be read is
// named; only what makes all of it worthless — a sign-in that ended, being asked to wait, a server that does not
// answer — is an error.
// Codes: unauthorized, forbidden, not_found, rate_limited, unavailable.
func (s *Source) Pull(ctx context.Context, old []app.Mark) (app.Batch, error) {
	now := s.now().UTC()
	t, err := s.currentTree(ctx, now)
	if err != nil {
		return app.Batch{}, err
	}
	p := &pull{source: s, tree: t, marks: indexMarks(old), now: now, unread: map[string]bool{}}
	p.batch = app.Batch{Source: s.name, ReadAt: now, Organizations: t.organizations(s.name)}
	p.organizations()
	for _, step := range []func(context.Context) error{p.activity, p.machines, p.quotas} {
		if err := step(ctx); err != nil {
			if fatal(err) {
				return app.Batch{}, err
			}
			p.problem(app.ErrorMessage(err))
			p.unreadable(t.order...)
		}
	}
	return p.finish(), nil
}

// pull is one Pull under way.
type pull struct {
	source *Source
	tree   *tree
	marks  marks
	now    time.Time
	batch  app.Batch
	news   []app.Mark
	unread map[string]bool
}

func (p *pull) problem(text string) {
	if text != "" && !slices.Contains(p.batch.Problems, text) {
		p.batch.Problems = append(p.batch.Problems, text)
	}
}

func (p *pull) unreadable(ids ...string) {
	for _, id := range ids {
		p.unread[id] = true
	}
}

// organizations judges whether the tree is whole. An organization the server will not let us look below leaves no hole
// unless it was seen to have suborganizations before: one customer that keeps its privacy must not keep all others
// from counting as read, for ever.
func (p *pull) organizations() {
	ids, problems := p.tree.unread()
	p.unreadable(ids...)
	p.batch.Problems = append(p.batch.Problems, problems...)
	p.batch.OrganizationsComplete = true
	for _, id := range p.tree.order {
		n := p.tree.nodes[id]
		before := p.marks.get(streamParents, id) == "1"
		switch {
		case n.unread != "":
			if n.transient || before {
				p.batch.OrganizationsComplete = false
			}
		case len(n.children) > 0:
			p.news = append(p.news, app.Mark{Stream: streamParents, ExternalID: id, Value: "1"})
		case before:
			p.news = append(p.news, app.Mark{Stream: streamParents, ExternalID: id, Value: "0"})
		}
	}
}

func (p *pull) activity(ctx context.Context) error {
	n, err := readNews(ctx, p.source.session, p.tree, p.marks, p.now)
	if err != nil {
		return err
	}
	for _, text := range n.problems {
		p.problem(text)
	}
	p.unreadable(n.unread...)
	kinds, err := p.source.kindNames(ctx, n.rows, p.now)
	if err != nil {
		return err // no event without its type: the marks stay, the rows come again
	}
	for _, r := range n.rows {
		p.batch.Events = append(p.batch.Events, r.event(p.source.name, p.tree, cmp.Or(kinds[string(r.TypeID)], "type_"+string(r.TypeID)), p.now))
	}
	p.news = append(p.news, n.marks...)
	return nil
}

func (p *pull) machines(ctx context.Context) error {
	f, err := p.source.currentFleet(ctx, p.tree, p.now)
	if err != nil {
		return err
	}
	for id, text := range f.problems {
		p.unreadable(id)
		p.problem(text)
	}
	for id, m := range f.machines {
		if owner := f.owner[id]; owner != "" {
			p.state(connection(m, owner))
		}
	}
	return nil
}

// connection says whether a machine is connected, since when. A machine that never signed in says nothing.
func connection(m machine, owner string) (app.ObjectState, bool) {
	o := app.ObjectState{OrganizationID: owner, Object: app.Object{Kind: app.ObjectMachine, ExternalID: m.key(), Name: m.name()}, What: app.StateConnection}
	switch {
	case !m.LastDisconnect.IsZero() && !m.LastDisconnect.Before(m.LastLogin.Time):
		o.Value, o.Since = app.Disconnected, m.LastDisconnect.Time
	case !m.LastLogin.IsZero():
		o.Value, o.Since = app.Connected, m.LastLogin.Time
	default:
		return o, false
	}
	return o, true
}

func (p *pull) state(o app.ObjectState, ok bool) {
	if ok {
		o.From = p.now
		p.batch.States = append(p.batch.States, o)
	}
}

func (p *pull) quotas(ctx context.Context) error {
	u, err := p.source.currentUsage(ctx, p.tree, p.now)
	if err != nil {
		return err
	}
	for _, text := range []string{u.persons.problem, u.roots.problem} {
		if text != "" {
			p.problem(text)
			p.unreadable(p.tree.order...)
		}
	}
	for _, id := range p.tree.order {
		for _, a := range u.persons.of[id] {
			if a.SpaceUsage.known {
				object := app.Object{Kind: app.ObjectAccount, ExternalID: a.key(), Name: a.name()}
				p.state(quota(id, object, a.SpaceUsage.bytes, a.SpaceQuota))
			}
		}
		if used, ok := p.spaceBelow(u, id); ok {
			object := app.Object{Kind: app.ObjectOrganization, ExternalID: id, Name: p.tree.name(id)}
			p.state(quota(id, object, used, p.tree.nodes[id].Policy.SpaceQuota))
		}
	}
	return nil
}

// spaceBelow is what an organization and everything below it holds; false when part of it could not be read.
func (p *pull) spaceBelow(u *usage, id string) (int64, bool) {
	if !p.tree.nodes[id].Policy.SpaceQuota.known {
		return 0, false
	}
	var sum int64
	for _, below := range p.tree.below(id) {
		_, used, problem := u.space(p.tree, below)
		if problem != "" || sum > math.MaxInt64-used {
			return 0, false
		}
		sum += used
	}
	return sum, true
}

// quota is how much of a quota is used, in whole percent, rounded down: 80 means that 80 % were reached.
func quota(organization string, object app.Object, used int64, limit amount) (app.ObjectState, bool) {
	if !limit.known || limit.bytes <= 0 || used < 0 {
		return app.ObjectState{}, false
	}
	return app.ObjectState{OrganizationID: organization, Object: object, What: app.StateQuota, Value: strconv.FormatInt(percent(used, limit.bytes), 10)}, true
}

func percent(used, limit int64) int64 {
	if used > math.MaxInt64/100 {
		return used / max(1, limit/100)
	}
	return used * 100 / limit
}

// finish puts the batch in order and keeps only the marks that moved.
func (p *pull) finish() app.Batch {
	for _, id := range p.tree.order {
		if p.unread[id] {
			p.batch.Unread = append(p.batch.Unread, id)
		}
	}
	slices.SortFunc(p.batch.States, func(a, b app.ObjectState) int {
		return cmp.Or(compareIDs(a.OrganizationID, b.OrganizationID), cmp.Compare(a.Object.Kind, b.Object.Kind), compareIDs(a.Object.ExternalID, b.Object.ExternalID))
	})
	slices.Sort(p.batch.Problems)
	p.batch.Marks = p.marks.changed(p.news)
	return p.batch
}
