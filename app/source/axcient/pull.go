package axcient

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"psabridge/app"
)

// Pull reads the clients and what their backups, users and shared resources show. x360Cloud has no log of events, so
// there are none, and no marks: what happens is seen by what changes. What could not be read is named; only what makes
// all of it worthless is an error.
// Codes: unauthorized, forbidden, not_found, rate_limited, unavailable.
func (s *Source) Pull(ctx context.Context, _ []app.Mark) (app.Batch, error) {
	now := s.now().UTC()
	a, err := s.read(ctx, false, now)
	if err != nil {
		return app.Batch{}, err
	}
	p := &pull{source: s, account: a, unread: map[string][]string{}}
	p.batch = app.Batch{Source: s.name, ReadAt: now, OrganizationsComplete: a.problem == ""}
	if a.problem != "" {
		p.miss(a.top, "clients: "+a.problem)
	}
	for _, id := range a.order {
		p.organization(a.nodes[id])
	}
	return p.finish(), nil
}

// pull is one Pull under way.
type pull struct {
	source  *Source
	account *account
	batch   app.Batch
	unread  map[string][]string // organization id → why
}

func (p *pull) miss(id, why string) {
	if !slices.Contains(p.unread[id], why) {
		p.unread[id] = append(p.unread[id], why)
	}
}

func (p *pull) organization(n *node) {
	o := app.Organization{Source: p.source.name, ExternalID: n.id, ParentExternalID: n.parent, Name: n.name, State: app.OrganizationPresent, Active: n.active, TrialUntil: n.trialUntil}
	p.batch.Organizations = append(p.batch.Organizations, o)
	object := app.Object{Kind: app.ObjectOrganization, ExternalID: n.id, Name: n.name}
	p.state(n, object, app.StatePresent, app.Yes)
	if n.id != p.account.top {
		if n.doubt != "" {
			p.miss(n.id, "clients: "+n.doubt+".")
		}
		for _, k := range []kind{statuses, users, resources} {
			if problem := n.lists[k].problem; problem != "" {
				p.miss(n.id, k.inWords()+": "+problem)
			}
		}
		p.backups(n, object)
		p.users(n)
		p.resources(n)
	}
	readable := app.Yes
	if len(p.unread[n.id]) > 0 {
		readable = app.No
	}
	p.state(n, object, app.StateReadable, readable)
}

func (p *pull) state(n *node, object app.Object, what, value string) {
	if value != "" {
		p.batch.States = append(p.batch.States, app.ObjectState{OrganizationID: n.id, Object: object, What: what, Value: value, From: p.batch.ReadAt})
	}
}

// outcome says a state that does not end by silence: when it was said before and is not any more, although what it is
// about is still there, the client counts as unread.
func (p *pull) outcome(n *node, object app.Object, what, value string) {
	if p.source.spoke(n.id+"/"+object.ExternalID+"/"+what, value != "") && value == "" {
		p.miss(n.id, "x360Cloud does not say any more how the last backup went.")
	}
	p.state(n, object, what, value)
}

// backups says how the newest backup of a client went: by its list, or by its own word where the list is empty.
func (p *pull) backups(n *node, object app.Object) {
	if n.lists[statuses].problem != "" {
		return // what is newest is not known
	}
	v := judge(n.lists[statuses].outcomes)
	if v.problem != "" {
		p.miss(n.id, statuses.inWords()+": "+v.problem+".")
		return
	}
	if n.problem != "" && v.sla == "" {
		p.miss(n.id, "clients: "+n.problem+".")
	}
	p.outcome(n, object, app.StateSLA, cmp.Or(v.sla, n.sla))
	value := cmp.Or(v.value, n.outcome)
	p.outcome(n, object, app.StateBackup, value)
	if value != "" {
		last := &p.batch.States[len(p.batch.States)-1]
		last.Since = p.source.since(n.id, value, v.since)
	}
}

func (p *pull) users(n *node) {
	items := n.lists[users].items
	for _, it := range items {
		object := app.Object{Kind: app.ObjectAccount, ExternalID: it.id, Name: it.name}
		p.state(n, object, app.StatePresent, app.Yes)
		switch it.protection {
		case protected:
			p.state(n, object, app.StateProtection, app.Protected)
		case unprotected:
			p.state(n, object, app.StateProtection, app.Unprotected)
		case neither, unknown: // nothing can be said
		}
	}
	if why := doubt(items); why != "" {
		p.miss(n.id, users.inWords()+": "+why)
	}
}

func (p *pull) resources(n *node) {
	for _, it := range n.lists[resources].items {
		object := app.Object{Kind: app.ObjectResource, ExternalID: it.id, Name: it.name}
		if it.protection == protected {
			p.outcome(n, object, app.StateBackup, it.outcome)
		} else {
			p.state(n, object, app.StateBackup, it.outcome)
		}
	}
}

// doubt says why it is not known of every item whether it is protected; "" when it is known.
func doubt(items []item) string {
	for _, it := range items {
		if it.problem != "" {
			return "it is not known of all whether they are protected: " + it.problem + "."
		}
	}
	return ""
}

// finish puts the batch in order and words what is missing, the clients that lack the same in one sentence.
func (p *pull) finish() app.Batch {
	for _, id := range p.account.order {
		if len(p.unread[id]) > 0 {
			p.batch.Unread = append(p.batch.Unread, id)
		}
	}
	p.batch.Problems = p.account.sentences(p.unread)
	return p.batch
}

// sentences words problems of organizations, those that have the same in one.
func (a *account) sentences(problems map[string][]string) []string {
	who := map[string][]string{}
	for _, id := range a.order {
		for _, why := range problems[id] {
			who[why] = append(who[why], a.nodes[id].name)
		}
	}
	const most = 5
	var out []string
	for why, names := range who {
		if len(names) > most {
			names = append(names[:most:most], fmt.Sprintf("%d more", len(names)-most))
		}
		out = append(out, fmt.Sprintf("%s: %s", joined(names), why))
	}
	slices.Sort(out)
	return out
}

func joined(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
