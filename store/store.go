// Package store keeps everything psabridge knows in one SQLite file.
//
// One exported method is one transaction; helpers take the transaction as a querier, and nothing here waits for the
// network. There are two pools on the file: a writer with a single connection whose transactions take the write lock
// at once, and query-only readers. Pragmas stand in the DSN, because they belong to a connection, not to a file.
package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"psabridge/app"
)

// Options are what Open needs beside the folder.
type Options struct {
	Now    func() time.Time // default time.Now
	Logger *slog.Logger     // default: nothing is logged
}

// reads lets Store embed the Reader and still have a method of that name.
type reads = Reader

// Store reads and writes. Every method of Reader is also a method of Store.
type Store struct {
	*reads
	db    *sql.DB
	log   *slog.Logger
	files files

	mu      sync.Mutex
	trouble app.DiskTrouble // why nothing can be stored; zero while it can
	beats   map[string]beat // when each source was last polled; not stored, so that a quiet minute writes nothing
	polls   map[string]pollTally
	holds   map[string]*holding // what holds at each source, once somebody asked
}

// Reader reads only: its connections refuse to write.
type Reader struct {
	db  *sql.DB
	now func() time.Time
	// beatOf tells when a source was polled, which only the writing side knows.
	beatOf func(source string) beat
	// pollsOf tells how the polls of the running quarter of an hour went, which is not written yet.
	pollsOf func(source string) pollTally
}

// Open opens <dir>/psabridge.db, or creates it with its folder. A database of an older program is copied to
// <dir>/backups and then migrated; one of a newer program is refused as a Conflict, a damaged one as Unavailable.
func Open(ctx context.Context, dir string, o Options) (*Store, error) {
	return open(ctx, dir, o, migrations)
}

func open(ctx context.Context, dir string, o Options, steps []migration) (*Store, error) {
	f, o, err := dataFolder(dir, o)
	if err != nil {
		return nil, err
	}
	if err := f.finishRestore(ctx); err != nil {
		return nil, err
	}
	lost := f.logIsLost()
	if err := f.createIfMissing(ctx, steps, o.Now()); err != nil {
		return nil, f.withWayBack(ctx, err)
	}
	writer, err := pool(writerDSN(f.database()), 1)
	if err != nil {
		return nil, err
	}
	reader, err := pool(readerDSN(f.database()), readers)
	if err != nil {
		return nil, err
	}
	s := &Store{db: writer, log: o.Logger, files: f, beats: make(map[string]beat), polls: make(map[string]pollTally), holds: make(map[string]*holding)}
	s.reads = &Reader{db: reader, now: o.Now, beatOf: s.beatOf, pollsOf: s.pollsOf}
	if err := s.start(ctx, f, steps, o.Now()); err != nil {
		_ = s.closePools()
		return nil, f.withWayBack(ctx, err)
	}
	if err := s.begin(ctx, lost, o.Now()); err != nil {
		_ = s.closePools()
		return nil, err
	}
	return s, nil
}

// dataFolder fills the options and makes the data folder ready.
func dataFolder(dir string, o Options) (files, Options, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return files{}, o, app.Wrap(err, app.Invalid, "The data folder "+dir+" is not a usable path.")
	}
	f := files{dir: dir, log: o.Logger}
	return f, o, f.prepare()
}

// readers is how many pages can be read at once; more only wait for the same disk.
const readers = 4

func (s *Store) start(ctx context.Context, f files, steps []migration, now time.Time) error {
	if err := f.check(ctx); err != nil {
		return err
	}
	if err := migrate(ctx, s.db, f, steps, now); err != nil {
		return err
	}
	return f.repairModes()
}

// Close closes both pools. It waits for transactions under way. What WritePolls would write is lost.
func (s *Store) Close() error {
	s.files.markClosed() // before: what is closed cleanly needs no -wal
	return s.closePools()
}

func (s *Store) closePools() error {
	rerr := s.reads.db.Close()
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("store: close: %w", err)
	}
	if rerr != nil {
		return fmt.Errorf("store: close readers: %w", rerr)
	}
	return nil
}

// Reader returns the reading half, for whoever must not be able to write.
func (s *Store) Reader() *Reader { return s.reads }

// write runs fn in one transaction that holds the write lock from its first statement on. The name says what is
// being done, for the log.
func (s *Store) write(ctx context.Context, name string, fn func(tx *sql.Tx) error) error {
	if err := s.refused(); err != nil {
		return err
	}
	err := s.transact(ctx, fn)
	s.noted(err)
	return failed(name, err)
}

func (s *Store) transact(ctx context.Context, fn func(tx *sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// snapshot runs fn on one unchanging view of the database.
func (r *Reader) snapshot(ctx context.Context, name string, fn func(tx *sql.Tx) error) error {
	tx, err := r.db.BeginTx(ctx, nil)
	if err != nil {
		return failed(name, err)
	}
	defer tx.Rollback()
	return failed(name, fn(tx))
}
