package x360sync

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"psabridge/app"
	"psabridge/app/source"
)

// Pull reads the tree, what the machines and quotas show, and the activity since the marks. What could not be read is
// named; only what makes all of it worthless — a sign-in that ended, being asked to wait, a server that does not
// answer — is an error.
// Codes: unauthorized, forbidden, not_found, rate_limited, unavailable.
func (s *Source) Pull(ctx context.Context, old []app.Mark) (app.Batch, error) {
	ctx, end := s.begin(ctx)
	b, err := s.pull(ctx, old)
	if err = end(err); err != nil {
		return app.Batch{}, err
	}
	s.secrets.hider().batch(&b)
	return b, nil
}

func (s *Source) pull(ctx context.Context, old []app.Mark) (app.Batch, error) {
	now := s.now().UTC()
	t, err := s.currentTree(ctx, now)
	if err != nil {
		return app.Batch{}, err
	}
	p := &pull{source: s, tree: t, marks: indexMarks(old), now: now, unread: map[string]bool{}}
	p.batch = app.Batch{Source: s.name, ReadAt: now, Organizations: t.organizations(s.name)}
	p.organizations(ctx)
	for _, step := range []struct {
		read func(context.Context) error
		of   []string // what is not known when it cannot be read
	}{{p.activity, []string{t.top}}, {p.machines, t.order}, {p.accounts, t.order}} {
		if err := step.read(ctx); err != nil {
			if fatal(err) {
				return app.Batch{}, err
			}
			p.problem(app.ErrorMessage(err))
			p.unreadable(step.of...)
		}
	}
	return p.finish(ctx), nil
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
func (p *pull) organizations(ctx context.Context) {
	source.Step(ctx, count(len(p.tree.order), "organization", "organizations")+" in "+count(p.tree.calls, "call", "calls"))
	ids, problems := p.tree.unread()
	p.unreadable(ids...)
	p.batch.Problems = append(p.batch.Problems, problems...)
	p.batch.OrganizationsComplete = true
	for _, id := range p.tree.order {
		n := p.tree.nodes[id]
		p.present(id, p.organization(id))
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
	k, err := p.source.kindNames(ctx, n.rows, p.now)
	if err != nil {
		return err // no event without its type: the marks stay, the rows come again
	}
	p.problem(k.problem)
	for i := range n.rows {
		r := &n.rows[i]
		r.kind = cmp.Or(k.slugs[string(r.TypeID)], "type_"+string(r.TypeID))
		p.batch.Events = append(p.batch.Events, r.event(p.source.name, p.tree, r.kind, p.now))
	}
	p.signIns(n.rows)
	p.news = append(p.news, n.marks...)
	source.Step(ctx, "Activity: "+count(n.fresh, "new row", "new rows"))
	if n.unknown {
		source.Step(ctx, "Activity: nothing has happened below the top yet, so it is not known whether its log shows it")
	}
	return nil
}

// organization is the object that stands for a whole organization.
func (p *pull) organization(id string) app.Object {
	return app.Object{Kind: app.ObjectOrganization, ExternalID: id, Name: p.tree.name(id)}
}

// present says that something is there.
func (p *pull) present(organization string, o app.Object) {
	p.state(app.ObjectState{OrganizationID: organization, Object: o, What: app.StatePresent, Value: app.Yes}, true)
}

// state takes a state into the batch, unless there is nothing to say.
func (p *pull) state(o app.ObjectState, ok bool) {
	if ok {
		o.From = p.now
		p.batch.States = append(p.batch.States, o)
	}
}

// accounts says who is there, and how much of the quotas is used.
func (p *pull) accounts(ctx context.Context) error {
	u, err := p.source.currentUsage(ctx, p.tree, p.now)
	if err != nil {
		return err
	}
	people, folders := 0, 0
	for _, id := range p.tree.order {
		for _, why := range []string{u.persons.why(p.tree, id), u.roots.why(p.tree, id)} {
			if why != "" {
				p.problem(why)
				p.unreadable(id)
			}
		}
		people, folders = people+len(u.persons.of[id]), folders+len(u.roots.of[id])
		for _, a := range u.persons.of[id] {
			object := app.Object{Kind: app.ObjectAccount, ExternalID: a.key(), Name: a.name()}
			p.present(id, object)
			p.state(quota(id, object, a.SpaceUsage, a.SpaceQuota))
		}
		p.state(quota(id, p.organization(id), p.spaceBelow(u, id), p.tree.nodes[id].Policy.SpaceQuota))
	}
	source.Step(ctx, fmt.Sprintf("Accounts %d, folders %d", people, folders))
	return nil
}

// spaceBelow is what an organization and everything below it holds; not known when part of it could not be read, or when
// there is no quota to compare it with.
func (p *pull) spaceBelow(u *usage, id string) amount {
	if !p.tree.nodes[id].Policy.SpaceQuota.known {
		return amount{}
	}
	var sum int64
	for _, below := range p.tree.below(id) {
		_, used, problem := u.space(p.tree, below)
		if problem != "" || sum > math.MaxInt64-used {
			return amount{}
		}
		sum += used
	}
	return amount{bytes: sum, known: true}
}

// quota is how much of a quota is used, in whole percent, rounded down: 80 means that 80 % were reached. Only null and 0
// say that there is no quota; where it or its use cannot be read, that is said, or a ticket would be closed by it.
func quota(organization string, object app.Object, used, limit amount) (app.ObjectState, bool) {
	o := app.ObjectState{OrganizationID: organization, Object: object, What: app.StateQuota, Value: app.Unknown}
	switch {
	case limit.none, limit.known && limit.bytes == 0:
		return app.ObjectState{}, false
	case limit.known && limit.bytes > 0 && used.known && used.bytes >= 0:
		o.Value = strconv.FormatInt(percent(used.bytes, limit.bytes), 10)
	}
	return o, true
}

func percent(used, limit int64) int64 {
	if used > math.MaxInt64/100 {
		return used / max(1, limit/100)
	}
	return used * 100 / limit
}

// finish puts the batch in order and keeps only the marks that moved.
func (p *pull) finish(ctx context.Context) app.Batch {
	for _, id := range p.tree.order {
		readable := app.Yes
		if p.unread[id] {
			readable = app.No
			p.batch.Unread = append(p.batch.Unread, id)
		}
		p.state(app.ObjectState{OrganizationID: id, Object: p.organization(id), What: app.StateReadable, Value: readable}, true)
	}
	slices.SortFunc(p.batch.States, func(a, b app.ObjectState) int {
		return cmp.Or(compareIDs(a.OrganizationID, b.OrganizationID), cmp.Compare(a.Object.Kind, b.Object.Kind), compareIDs(a.Object.ExternalID, b.Object.ExternalID), cmp.Compare(a.What, b.What))
	})
	slices.Sort(p.batch.Problems)
	p.batch.Marks = p.marks.changed(p.news)
	for _, text := range p.batch.Problems {
		source.Step(ctx, "Not read: "+text)
	}
	return p.batch
}

// count is a number with its noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
