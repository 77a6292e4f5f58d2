// Package storetest opens real databases for tests. Migrating takes longer than copying, so a migrated one is made
// once per test program and copied for each test.
package storetest

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"modernc.org/sqlite"

	"psabridge/store"
)

// hurried are the folders whose databases do not wait for the disk: what a test writes need not outlive a power cut, and a
// kill takes nothing that was committed.
var hurried sync.Map

var hurry = sync.OnceFunc(func() {
	sqlite.RegisterConnectionHook(func(c sqlite.ExecQuerierContext, dsn string) error {
		file, err := url.Parse(dsn)
		if err != nil {
			return err
		}
		if _, ok := hurried.Load(filepath.Dir(file.Path)); !ok {
			return nil
		}
		_, err = c.ExecContext(context.Background(), "PRAGMA synchronous = OFF", nil)
		return err
	})
})

// template returns the bytes of a migrated, empty database.
var template = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "storetest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	s, err := store.Open(context.Background(), dir, store.Options{})
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil { // folds the -wal into the file
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, "psabridge.db")) //nolint:gosec // a folder of our own making
})

// Open returns an empty store in a folder of its own, closed when the test ends. All of them are the same
// installation.
func Open(tb testing.TB) *store.Store {
	tb.Helper()
	return OpenAt(tb, tb.TempDir(), time.Now)
}

// OpenAt is Open in a given folder and with a given clock. A database that is there already is kept, so a test can
// close a store and open it again.
func OpenAt(tb testing.TB, dir string, now func() time.Time) *store.Store {
	tb.Helper()
	if _, measured := tb.(*testing.B); !measured {
		hurry()
		hurried.Store(dir, true)
	}
	file := filepath.Join(dir, "psabridge.db")
	if _, err := os.Stat(file); os.IsNotExist(err) {
		b, err := template()
		if err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(file, b, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	s, err := store.Open(tb.Context(), dir, store.Options{Now: now})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	return s
}
