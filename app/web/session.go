package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"sync"
	"time"
)

// Limits of SECURITY §0.5 and §0.6.
const (
	launchLife   = 60 * time.Second
	sessionIdle  = 12 * time.Hour
	sessionLife  = 24 * time.Hour
	maxSessions  = 10
	maxLaunches  = 20
	tokenEntropy = 32 // bytes
)

// Sessions holds who is signed in, and the single-use launch tokens that sign in. All of it lives in memory and only
// as hashes: a restart signs everybody out, so a stolen cookie dies with the process.
type Sessions struct {
	now func() time.Time

	mu       sync.Mutex
	live     map[[32]byte]*session
	launches map[[32]byte]launch
}

// launch is a token that was given out: how long it is good, and the page it leads to.
type launch struct {
	until time.Time
	page  string
}

type session struct{ began, used time.Time }

// NewSessions makes an empty set; now is the clock.
func NewSessions(now func() time.Time) *Sessions {
	return &Sessions{now: now, live: map[[32]byte]*session{}, launches: map[[32]byte]launch{}}
}

// NewLaunch makes a launch token: 256 bits, good once and for 60 seconds. It leads to a page of ours, "" to the first one; the
// page stays on this side, so that nobody can put another address into a link.
func (s *Sessions) NewLaunch(page string) string {
	token := randomToken()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep()
	if len(s.launches) >= maxLaunches {
		clear(s.launches)
	}
	s.launches[sha256.Sum256([]byte(token))] = launch{s.now().Add(launchLife), page}
	return token
}

// Exchange burns a launch token and returns a new session's cookie value and the page the token leads to. False: unknown, used or
// too old.
func (s *Sessions) Exchange(token string) (cookie, page string, ok bool) {
	key := sha256.Sum256([]byte(token))
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.launches[key]
	delete(s.launches, key)
	if !ok || !s.now().Before(one.until) {
		return "", "", false
	}
	s.sweep()
	s.evict()
	cookie = randomToken()
	s.live[sha256.Sum256([]byte(cookie))] = &session{began: s.now(), used: s.now()}
	return cookie, one.page, true
}

// Burn makes a launch token worthless.
func (s *Sessions) Burn(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.launches, sha256.Sum256([]byte(token)))
}

// Valid reports whether a cookie belongs to a live session. A poll does not count as use, so a page left open over
// night still signs out.
func (s *Sessions) Valid(cookie string, poll bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := sha256.Sum256([]byte(cookie))
	one, ok := s.live[key]
	if !ok {
		return false
	}
	if s.expired(one) {
		delete(s.live, key)
		return false
	}
	if !poll {
		one.used = s.now()
	}
	return true
}

// End ends one session; all of them when everywhere is true.
func (s *Sessions) End(cookie string, everywhere bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if everywhere {
		clear(s.live)
		return
	}
	delete(s.live, sha256.Sum256([]byte(cookie)))
}

// expired uses Sub, which compares monotonic readings where there are any: setting the clock back extends nothing.
func (s *Sessions) expired(one *session) bool {
	now := s.now()
	return now.Sub(one.used) >= sessionIdle || now.Sub(one.began) >= sessionLife
}

func (s *Sessions) sweep() {
	for k, one := range s.live {
		if s.expired(one) {
			delete(s.live, k)
		}
	}
	for k, one := range s.launches {
		if !s.now().Before(one.until) {
			delete(s.launches, k)
		}
	}
}

// evict makes room by ending the session that was used longest ago.
func (s *Sessions) evict() {
	for len(s.live) >= maxSessions {
		var oldest [32]byte
		var at time.Time
		for k, one := range s.live {
			if at.IsZero() || one.used.Before(at) {
				oldest, at = k, one.used
			}
		}
		delete(s.live, oldest)
	}
}

func randomToken() string {
	b := make([]byte, tokenEntropy)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(b)
}
