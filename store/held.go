package store

import (
	"context"
	"database/sql"

	"psabridge/app"
)

// holding is every value that holds at a source, in the order of its objects.
type holding struct {
	states []app.ObjectState
	ids    []int64 // of the object each belongs to
	at     map[stateKey]int
}

func (h *holding) open(i int) openState { return openState{h.states[i], h.ids[i]} }

// readable is which organizations could be read.
func (h *holding) readable() map[string]bool {
	list := map[string]bool{}
	for _, st := range h.states {
		if st.What == app.StateReadable && st.Value == app.Yes {
			list[st.OrganizationID] = true
		}
	}
	return list
}

// readHolding reads what holds at a source.
func readHolding(ctx context.Context, q querier, source string) (*holding, error) {
	list, err := all(ctx, q, scanState, `SELECT o.id, o.organization, o.kind, o.external_id, o.name, s.what, s.value, s.from_at, s.since
		FROM objects o JOIN object_states s ON s.object_id = o.id AND s.to_at IS NULL
		WHERE o.source = ? ORDER BY o.id, s.what`, source)
	if err != nil {
		return nil, err
	}
	h := &holding{states: make([]app.ObjectState, len(list)), ids: make([]int64, len(list)), at: make(map[stateKey]int, len(list))}
	for i, o := range list {
		h.states[i], h.ids[i] = o.ObjectState, o.objectID
		h.at[keyOf(o.ObjectState)] = i
	}
	return h, nil
}

// held returns what holds at a source, and keeps it: a quiet poll and a quiet minute change nothing of it, and at a large
// provider these are thousands of rows. Only a transaction of the writer may ask, before it changes a value itself: there is
// one writer, so what was kept is what is stored. What is returned is shared and not to be changed.
func (s *Store) held(ctx context.Context, tx *sql.Tx, source string) (*holding, error) {
	s.mu.Lock()
	h := s.holds[source]
	s.mu.Unlock()
	if h != nil {
		return h, nil
	}
	h, err := readHolding(ctx, tx, source)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.holds[source] = h
	return h, nil
}

// changed forgets what was kept of a source and returns what holds within tx. That is not kept: tx may yet be rolled back.
func (s *Store) changed(ctx context.Context, tx *sql.Tx, source string) (*holding, error) {
	s.forgetHeld(source)
	return readHolding(ctx, tx, source)
}

// forgetHeld forgets what was kept of a source. Whatever begins, changes or ends a value that holds calls it within its transaction; else the
// rules judge by what was.
func (s *Store) forgetHeld(sources ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, source := range sources {
		delete(s.holds, source)
	}
}
