package setup

import (
	"context"
	"time"
)

const (
	optionsLast  = 24 * time.Hour   // how old a drop-down may get before it is read again by itself
	freshenRetry = 15 * time.Minute // between tries while ConnectWise does not answer, doubling
	freshenMost  = 4 * time.Hour    // because one list that always breaks must not have all the others read without end
)

// Freshen reads the drop-downs of every connection that were never all read, or not for a day, so that a page never shows
// an empty list that only nobody asked for. A test reads some of them anew; that makes the others no younger. It is asked
// often and costs nothing while all are fresh. A connection that
// cannot be read is tried again later, or at once when its settings or keys change; its old lists stay usable.
func (s *Setup) Freshen(ctx context.Context, now time.Time) error {
	doc, _, err := s.Document(ctx)
	if err != nil {
		return err
	}
	for _, c := range doc.Connections {
		_, at, err := s.Store.Options(ctx, c.Name, listAll, 0)
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

// vain is how often the drop-downs of a connection were asked for in vain.
type vain struct {
	at    time.Time
	tries int
}

// mayTry reports whether a connection's turn has come, and notes that it was taken.
func (s *Setup) mayTry(connection string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := s.tried[connection]
	if last.tries > 0 && now.Sub(last.at) < min(freshenRetry<<min(last.tries-1, 8), freshenMost) {
		return false
	}
	if s.tried == nil {
		s.tried = map[string]vain{}
	}
	s.tried[connection] = vain{now, last.tries + 1}
	return true
}

func (s *Setup) forgetTry(connections ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range connections {
		delete(s.tried, name)
	}
}
