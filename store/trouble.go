package store

import (
	"context"
	"slices"
	"time"

	lib "modernc.org/sqlite/lib"

	"psabridge/app"
)

// A disk in trouble. One that is full refuses each write until there is space again, and nothing else has to happen. One that
// fails is another matter: after an fsync that failed the system may have thrown away what it could not write and say so only
// once, so nothing is believed before the file was closed, opened and checked again.

// Trouble says why nothing can be stored; false while it can.
func (s *Store) Trouble() (app.DiskTrouble, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trouble, !s.trouble.Since.IsZero()
}

// refused returns the trouble as an error while the disk counts as failing: then not even a try is made.
func (s *Store) refused() error {
	if t, is := s.Trouble(); is && t.Broken {
		return &app.Error{Code: app.Unavailable, Message: t.Message}
	}
	return nil
}

// noted takes down what a write showed of the disk. Only Recover ends the trouble: many a transaction has nothing to write and
// proves nothing.
func (s *Store) noted(err error) {
	class := code(err) & 0xff
	if !slices.Contains([]int{lib.SQLITE_FULL, lib.SQLITE_READONLY, lib.SQLITE_IOERR, lib.SQLITE_CORRUPT}, class) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble.Message = app.ErrorMessage(failed("write", err))
	s.trouble.Broken = s.trouble.Broken || class == lib.SQLITE_IOERR || class == lib.SQLITE_CORRUPT
	if s.trouble.Since.IsZero() {
		s.trouble.Since = s.now()
		s.log.Error("nothing can be stored", "error", err)
	}
}

// Recover tries, while nothing could be stored, whether it can again. Without trouble it does nothing.
func (s *Store) Recover(ctx context.Context, now time.Time) error {
	t, is := s.Trouble()
	if !is {
		return nil
	}
	if t.Broken {
		if err := s.reopen(ctx); err != nil {
			return err
		}
	}
	if err := s.tryWrite(ctx); err != nil {
		s.noted(err)
		return failed("try the disk", err)
	}
	s.mu.Lock()
	s.trouble = app.DiskTrouble{}
	s.mu.Unlock()
	s.log.InfoContext(ctx, "the disk can be written again", "after", now.Sub(t.Since).Round(time.Second).String())
	return nil
}

// reopen closes every connection that is not in use and looks at the file with fresh ones.
func (s *Store) reopen(ctx context.Context) error {
	for _, p := range []struct {
		pool interface{ SetMaxIdleConns(n int) }
		n    int
	}{{s.reads.db, readers}, {s.db, 1}} {
		p.pool.SetMaxIdleConns(0)
		defer p.pool.SetMaxIdleConns(p.n)
	}
	return s.files.check(ctx)
}

// tryWrite writes a page and nothing new: the version of the schema is what it is.
func (s *Store) tryWrite(ctx context.Context) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "UPDATE install SET host_label = host_label WHERE id = 1"); err != nil {
		return err
	}
	return tx.Commit()
}
