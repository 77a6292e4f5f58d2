package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"psabridge/app"
)

// stateKey names one aspect of one object of a source.
type stateKey struct {
	kind app.ObjectKind
	id   string
	what string
}

// openState is a stored value that holds now.
type openState struct {
	app.ObjectState
	objectID int64
}

func keyOf(s app.ObjectState) stateKey {
	return stateKey{kind: s.Object.Kind, id: s.Object.ExternalID, what: s.What}
}

func scanState(s scanner) (o openState, err error) {
	err = s.Scan(&o.objectID, &o.OrganizationID, &o.Object.Kind, &o.Object.ExternalID, &o.Object.Name,
		&o.What, &o.Value, into(&o.From), into(&o.Since))
	return o, err
}

// stateChanges is what a batch did to the states of its source.
type stateChanges struct {
	current    []app.ObjectState // shared with later calls: not to be changed
	appeared   []app.ObjectState // presences that began
	vanished   []app.ObjectState // presences that ended
	readBefore map[string]bool   // organizations that were readable before the batch
}

// saveStates writes the values that changed. A value that is no longer shown ends only where its organization was
// read completely: what could not be read still holds.
func (s *Store) saveStates(ctx context.Context, tx *sql.Tx, b app.Batch, now time.Time) (c stateChanges, err error) {
	at := readAt(b, now)
	held, err := s.held(ctx, tx, b.Source)
	if err != nil {
		return c, err
	}
	c.readBefore = held.readable()
	wrote, p := false, preparing(tx)
	shown, appeared := make([]bool, len(held.states)), map[stateKey]bool{}
	for _, st := range b.States {
		i, ok := held.at[keyOf(st)]
		var old openState
		switch {
		case ok && shown[i], appeared[keyOf(st)]:
			continue
		case ok:
			shown[i], old = true, held.open(i)
		default:
			appeared[keyOf(st)] = true
		}
		if ok && unchanged(old, st) {
			continue
		}
		wrote = true
		if err := saveState(ctx, p, b.Source, st, old, ok, at); err != nil {
			return c, err
		}
		if !ok && st.What == app.StatePresent {
			st.From = at
			c.appeared = append(c.appeared, st)
		}
	}
	for i, old := range held.states {
		if shown[i] || !mayEnd(b, old.OrganizationID) {
			continue
		}
		wrote = true
		if err := endState(ctx, p, held.open(i), at); err != nil {
			return c, err
		}
		if old.What == app.StatePresent {
			c.vanished = append(c.vanished, old)
		}
	}
	if wrote {
		held, err = s.changed(ctx, tx, b.Source)
	}
	c.current = held.states
	return c, err
}

// unchanged reports whether a value that is shown is the one that holds. The source's own "since" is part of it: another
// one means that the value was lost and came back between two polls.
func unchanged(old openState, st app.ObjectState) bool {
	return old.OrganizationID == st.OrganizationID && old.Object.Name == st.Object.Name && old.Value == st.Value && same(old.Since, st.Since)
}

// readAt is when the reading of a batch began.
func readAt(b app.Batch, now time.Time) time.Time {
	return cmp.Or(b.ReadAt, now)
}

// mayEnd reports whether what the batch does not show of an organization is gone: the organization was read
// completely, or is gone itself. An empty tree is a failed reading, not a source without customers.
func mayEnd(b app.Batch, organization string) bool {
	return whole(b) && !slices.Contains(b.Unread, organization)
}

// notRead returns the organizations the batch does not show completely. One that is missing from a whole tree is not
// among them: it is gone.
func notRead(b app.Batch, known []app.Organization) map[string]bool {
	unread := make(map[string]bool, len(b.Unread))
	for _, id := range b.Unread {
		unread[id] = true
	}
	if whole(b) {
		return unread
	}
	shown := make(map[string]bool, len(b.Organizations))
	for _, o := range b.Organizations {
		shown[o.ExternalID] = true
	}
	for _, o := range known {
		if !shown[o.ExternalID] {
			unread[o.ExternalID] = true
		}
	}
	return unread
}

// saveState writes one value, and what is new of its object.
func saveState(ctx context.Context, tx prepared, source string, st app.ObjectState, old openState, known bool, at time.Time) error {
	moved := !known || old.OrganizationID != st.OrganizationID || old.Object.Name != st.Object.Name
	if moved {
		if err := saveObject(ctx, tx, source, st.OrganizationID, st.Object); err != nil {
			return err
		}
	}
	if known && old.Value == st.Value && same(old.Since, st.Since) {
		return nil
	}
	if known {
		if err := endState(ctx, tx, old, at); err != nil {
			return err
		}
	}
	return tx.exec(ctx, `INSERT INTO object_states (object_id, what, from_at, value, since)
		SELECT id, ?, ?, ?, ? FROM objects WHERE source = ? AND kind = ? AND external_id = ?
		ON CONFLICT (object_id, what, from_at) DO UPDATE SET value = excluded.value, since = excluded.since, to_at = NULL`,
		st.What, stamp(at), st.Value, stamp(st.Since), source, st.Object.Kind, st.Object.ExternalID)
}

func saveObject(ctx context.Context, tx prepared, source, organization string, o app.Object) error {
	return tx.exec(ctx, `INSERT INTO objects (source, kind, external_id, organization, name) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (source, kind, external_id) DO UPDATE SET organization = excluded.organization, name = excluded.name
			WHERE organization <> excluded.organization OR name <> excluded.name`,
		source, o.Kind, o.ExternalID, organization, o.Name)
}

// endState closes a value. One that began at the same moment was never true and is taken back.
func endState(ctx context.Context, tx prepared, old openState, at time.Time) error {
	if !old.From.Before(at) {
		return tx.exec(ctx, "DELETE FROM object_states WHERE object_id = ? AND what = ? AND from_at = ?", old.objectID, old.What, stamp(old.From))
	}
	return tx.exec(ctx, "UPDATE object_states SET to_at = ? WHERE object_id = ? AND what = ? AND to_at IS NULL", stamp(at), old.objectID, old.What)
}
