package setup

import (
	"context"
	"slices"

	"psabridge/app"
)

// underWay is the test of one connection: whose turn it is, and what it found so far.
type underWay struct {
	turn    chan struct{} // holds one thing while the connection is being tested
	running bool
	rows    []app.CheckRow
}

// UnderWay returns what the test of a connection that runs now found so far, whoever started it: a page, a script or the
// night. False when none runs.
func (s *Setup) UnderWay(connection string) ([]app.CheckRow, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.busy(connection) {
		return nil, false
	}
	return slices.Clone(s.testing[connection].rows), true
}

// busy reports whether a connection is being tested; s.mu is held.
func (s *Setup) busy(connection string) bool {
	one := s.testing[connection]
	return one != nil && one.running
}

// begin waits until nobody tests a connection; end lets the next one.
func (s *Setup) begin(ctx context.Context, connection string) (end func(), err error) {
	one := s.testOf(connection)
	select {
	case one.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, cancelled(ctx)
	}
	s.soFar(connection, nil)
	return func() {
		s.mu.Lock()
		one.running, one.rows = false, nil
		s.mu.Unlock()
		<-one.turn
	}, nil
}

func (s *Setup) testOf(connection string) *underWay {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.testing == nil {
		s.testing = make(map[string]*underWay)
	}
	if s.testing[connection] == nil {
		s.testing[connection] = &underWay{turn: make(chan struct{}, 1)}
	}
	return s.testing[connection]
}

// soFar notes what the test under way found so far; one that starts over has found nothing.
func (s *Setup) soFar(connection string, rows []app.CheckRow) {
	one := s.testOf(connection)
	s.mu.Lock()
	defer s.mu.Unlock()
	one.running, one.rows = true, slices.Clone(rows)
}
