package axcient

import "time"

// A small account is read afresh every time. In a big one what changes slowly, users and shared resources, is kept for a
// while; clients and the status of their backups never are.
const (
	keepAbove = 50 // calls
	keepFor   = 15 * time.Minute
)

// keptPart is a list that an earlier pull read to its end.
type keptPart struct {
	part part
	at   time.Time
}

// recall returns a list of a client as an earlier pull read it, while that is fresh.
func (s *Source) recall(client string, k kind, now time.Time) (part, bool) {
	if k == statuses {
		return part{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	kept, ok := s.kept[string(k)+"/"+client]
	age := now.Sub(kept.at)
	return kept.part, ok && s.calls > keepAbove && age >= 0 && age < keepFor
}

// keep remembers the lists of a reading: those that are whole, and of the clients there are.
func (s *Source) keep(a *account, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.kept
	s.kept = map[string]keptPart{}
	for id, n := range a.nodes {
		for _, k := range []kind{users, resources} {
			p, key := n.lists[k], string(k)+"/"+id
			switch {
			case p.recalled:
				s.kept[key] = old[key]
			case p.problem == "" && id != a.top:
				s.kept[key] = keptPart{part: p, at: now}
			}
		}
	}
	s.calls = a.calls + a.recalled
}

// onset is since when the backups of a client go as they go. It is kept because the list of outcomes is a window: where
// it begins must not move what began before.
type onset struct {
	value string
	since time.Time
}

// since returns the onset that was seen first as long as the value is the same.
func (s *Source) since(client, value string, seen time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.onsets[client]; ok && old.value == value {
		return old.since
	}
	s.onsets[client] = onset{value: value, since: seen}
	return seen
}

// spoke reports whether a state was said before, and remembers it when it is said now. Only this process knows: after a
// start the first silence is taken for one that always was.
func (s *Source) spoke(state string, now bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.said[state]
	if now {
		s.said[state] = true
	}
	return before
}
