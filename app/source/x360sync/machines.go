package x360sync

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"psabridge/app"
	"psabridge/app/source"
)

// machines says which machines are there, when they were last seen, and which file servers are away.
func (p *pull) machines(ctx context.Context) error {
	f, err := p.source.currentFleet(ctx, p.tree, p.now)
	if err != nil {
		return err
	}
	for id, text := range f.problems {
		p.unreadable(id)
		p.problem(text)
	}
	disputed, err := p.disputed(ctx, f)
	if err != nil {
		return err
	}
	servers, clients, away, strange := 0, 0, 0, 0
	for _, id := range slices.SortedFunc(maps.Keys(f.machines), compareIDs) {
		m := f.machines[id]
		owner := f.owner[id]
		if owner == "" {
			continue
		}
		object := app.Object{Kind: app.ObjectMachine, ExternalID: id, Name: m.name()}
		p.present(owner, object)
		yes, since, seen := m.connected()
		if !seen || !yes && disputed[id] {
			yes, since, seen = p.before(m)
		}
		p.lastSeen(m, owner, object, seen && yes)
		watched := m.kind() == kindServer
		switch m.kind() {
		case kindServer:
			servers++
		case kindUnknown: // a server whose type cannot be read today is still as far away as it was
			strange++
			yes, since, seen = p.before(m)
			watched = !yes
		default:
			clients++
		}
		if watched && seen {
			p.connection(owner, object, yes, since)
			if !yes {
				away++
			}
		}
	}
	text := fmt.Sprintf("Machines: %s, %d disconnected, %s", count(servers, "file server", "file servers"), away, count(clients, "desktop client", "desktop clients"))
	if strange > 0 {
		text += fmt.Sprintf(", %d of a type that is not known", strange)
	}
	source.Step(ctx, text)
	return nil
}

// lastSeen is the day of a machine's last sign of life, or that it is there now, or that its record does not say.
func (p *pull) lastSeen(m machine, owner string, object app.Object, connected bool) {
	o := app.ObjectState{OrganizationID: owner, Object: object, What: app.StateLastSeen, Value: app.Connected}
	if !connected {
		last := m.LastDisconnect.Time
		if m.LastLogin.After(last) {
			last = m.LastLogin.Time
		}
		o.Value = app.Unknown
		if !last.IsZero() {
			o.Value = last.UTC().Format(time.DateOnly)
		}
	}
	p.state(o, true)
}

// connection says whether a file server is connected, since when, and remembers what was said: see before.
func (p *pull) connection(owner string, object app.Object, yes bool, since time.Time) {
	o := app.ObjectState{OrganizationID: owner, Object: object, What: app.StateConnection, Value: app.Connected, Since: since}
	said := ""
	if !yes {
		o.Value = app.Disconnected
		said = since.UTC().Format(time.RFC3339Nano)
	}
	p.state(o, true)
	if said != "" || p.marks.get(streamDown, object.ExternalID) != "" {
		p.news = append(p.news, app.Mark{Stream: streamDown, ExternalID: object.ExternalID, Value: said})
	}
}

// before is what we said of a machine until now; it stays so while its record and its status contradict each other, and
// while its record does not say.
// Saying nothing instead would end what was said, and with it clear an alert or begin one anew.
func (p *pull) before(m machine) (yes bool, since time.Time, ok bool) {
	if at, err := time.Parse(time.RFC3339Nano, p.marks.get(streamDown, m.key())); err == nil {
		return false, at, true
	}
	return true, m.LastLogin.Time, !m.LastLogin.IsZero()
}
