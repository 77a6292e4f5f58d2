package web

import (
	"crypto/sha256"
	"sync"
	"time"
)

const (
	signInLife = 10 * time.Minute
	redeemWait = 40 * time.Second // longer than an adapter waits for the vendor
	maxSignIns = 20
)

// lostReason says why a sign-in that came back is not used.
type lostReason string

// Why a sign-in is lost.
const (
	lostUnknown lostReason = "unknown" // nobody began it, or psabridge was restarted since
	lostExpired lostReason = "expired" // it took too long
	lostUsed    lostReason = "used"    // it came back once already
	lostOther   lostReason = "other"   // it was begun in another browser
)

// lostWords tell a person what happened and what to do.
func lostWords(why lostReason) (title, text string) {
	switch why {
	case lostExpired:
		return "The sign-in took too long", "It has to come back within 10 minutes. Nothing was used of it; begin it again."
	case lostUsed:
		return "This sign-in came back before", "A sign-in is used once. If the source cannot be read, begin a new one."
	case lostOther:
		return "This sign-in was begun in another browser", "It can only be finished where it was begun. Nothing was used of it."
	case lostUnknown:
	}
	return "There is no sign-in under way", "psabridge did not begin it, or was started anew since. Nothing was used of it; begin it on the page of the source."
}

// pendingSignIn is a sign-in that was begun and has not come back.
type pendingSignIn struct {
	session  [32]byte // hash of the cookie of the session that began it
	source   string
	address  string // at the vendor, with the state in it
	redirect string
	until    time.Time
	used     bool
}

// signIns are the sign-ins under way. They live in memory and by the hash of their state: a restart ends them all.
type signIns struct {
	mu sync.Mutex
	by map[[32]byte]*pendingSignIn
}

// begin notes a sign-in. An older one of the same session and source ends with it.
func (s *signIns) begin(session, state string, p pendingSignIn, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.session = sha256.Sum256([]byte(session))
	if s.by == nil {
		s.by = map[[32]byte]*pendingSignIn{}
	}
	for key, one := range s.by {
		if !now.Before(one.until.Add(signInLife)) || !one.used && one.session == p.session && one.source == p.source {
			delete(s.by, key)
		}
	}
	if len(s.by) >= maxSignIns {
		clear(s.by)
	}
	s.by[sha256.Sum256([]byte(state))] = &p
}

// of returns the sign-in that a session has under way for a source.
func (s *signIns) of(session, source string, now time.Time) (pendingSignIn, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	who := sha256.Sum256([]byte(session))
	for _, one := range s.by {
		if one.session == who && one.source == source && !one.used && now.Before(one.until) {
			return *one, true
		}
	}
	return pendingSignIn{}, false
}

// take ends the sign-in a state belongs to and returns it, once and only to the session that began it. Otherwise it says
// why not, and changes nothing.
func (s *signIns) take(session, state string, now time.Time) (pendingSignIn, lostReason) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.by[sha256.Sum256([]byte(state))]
	switch {
	case !ok || state == "":
		return pendingSignIn{}, lostUnknown
	case session == "" || one.session != sha256.Sum256([]byte(session)):
		return pendingSignIn{}, lostOther
	case one.used:
		return pendingSignIn{}, lostUsed
	case !now.Before(one.until):
		return pendingSignIn{}, lostExpired
	}
	one.used, one.address = true, ""
	return *one, ""
}
