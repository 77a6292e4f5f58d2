package axcient

import "sync"

// habits is what was learned about how this server pages its lists, since nobody says. Of each kind of list the longest
// page seen so far bounds what the server sends at most from below: a shorter page is the end of its list, unless the
// server was seen to send short pages in between.
type habits struct {
	mu   sync.Mutex
	kind map[kind]*habit
}

type habit struct {
	longest int  // page
	honest  bool // a total was more than its page: it is that of the list
	gaps    bool // short pages came before the end
}

func newHabits() *habits { return &habits{kind: map[kind]*habit{}} }

func (h *habits) of(k kind, do func(*habit)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	one := h.kind[k]
	if one == nil {
		one = &habit{}
		h.kind[k] = one
	}
	do(one)
}

// full reports whether a page of n rows may have been cut by the server, and remembers it.
func (h *habits) full(k kind, n int) (yes bool) {
	h.of(k, func(one *habit) {
		yes = n >= one.longest
		one.longest = max(one.longest, n)
	})
	return yes
}

// longer reports whether a page of more than n rows is known.
func (h *habits) longer(k kind, n int) (yes bool) {
	h.of(k, func(one *habit) { yes = one.longest > n })
	return yes
}

func (h *habits) honest(k kind) { h.of(k, func(one *habit) { one.honest = true }) }
func (h *habits) gaps(k kind)   { h.of(k, func(one *habit) { one.gaps = true }) }

func (h *habits) isHonest(k kind) (yes bool) {
	h.of(k, func(one *habit) { yes = one.honest })
	return yes
}

func (h *habits) hasGaps(k kind) (yes bool) {
	h.of(k, func(one *habit) { yes = one.gaps })
	return yes
}
