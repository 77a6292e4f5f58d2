package setup

import (
	"context"
	"time"

	"psabridge/app"
)

const (
	optionsLast  = 24 * time.Hour   // how old a drop-down may get before it is read again by itself
	freshenRetry = 15 * time.Minute // between tries while ConnectWise does not answer
)

// Freshen reads the drop-downs of every connection that were never read, or not for a day, so that a page never shows
// an empty list that only nobody asked for. It is asked often and costs nothing while all are fresh. A connection that
// cannot be read is tried again later, or at once when its settings or keys change; its old lists stay usable.
func (s *Setup) Freshen(ctx context.Context, now time.Time) error {
	doc, _, err := s.Document(ctx)
	if err != nil {
		return err
	}
	for _, c := range doc.Connections {
		_, at, err := s.Store.Options(ctx, c.Name, app.ListCompanies, 0)
		if err != nil {
			return err
		}
		if now.Sub(at) < optionsLast || !s.mayTry(c.Name, now) {
			continue
		}
		if _, err := s.Reload(ctx, c.Name); err != nil {
			s.Log.InfoContext(ctx, "drop-downs not read", "connection", c.Name, "error", err)
			continue
		}
		s.forgetTry(c.Name)
	}
	return nil
}

// mayTry reports whether a connection's turn has come, and notes that it was taken.
func (s *Setup) mayTry(connection string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if last, tried := s.tried[connection]; tried && now.Sub(last) < freshenRetry {
		return false
	}
	if s.tried == nil {
		s.tried = map[string]time.Time{}
	}
	s.tried[connection] = now
	return true
}

func (s *Setup) forgetTry(connections ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range connections {
		delete(s.tried, name)
	}
}
