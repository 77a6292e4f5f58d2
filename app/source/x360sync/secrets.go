package x360sync

import (
	"slices"
	"sync"

	"psabridge/app"
)

// tokensKept is how many tokens a session hides: those in use, and the last ones before them, which a server may still
// name in a refusal.
const tokensKept = 8

// secrets is what no message may show, whoever repeats it: what was entered, and the tokens of the session. It has a
// lock of its own, because it is asked in the middle of an exchange.
type secrets struct {
	entered []app.Secret

	mu     sync.Mutex
	tokens []app.Secret // the newest last
}

func newSecrets(c Credentials) *secrets {
	return &secrets{entered: []app.Secret{c.Password, c.AuthCode, c.ClientSecret}}
}

// add notes tokens that came or were loaded.
func (s *secrets) add(tokens ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range tokens {
		if t != "" && !slices.Contains(s.tokens, app.Secret(t)) {
			s.tokens = append(s.tokens, app.Secret(t))
		}
	}
	if n := len(s.tokens) - tokensKept; n > 0 {
		s.tokens = slices.Clone(s.tokens[n:])
	}
}

func (s *secrets) all() []app.Secret {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Concat(s.entered, s.tokens)
}
