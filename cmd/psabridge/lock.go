package main

import (
	"path/filepath"

	"github.com/gofrs/flock"

	"psabridge/app"
)

// lockData takes the data folder for this process. False: another one holds it. A file lock, not a named mutex: a
// mutex is per session on Windows terminal servers, so one person in two sessions would run two bridges.
func lockData(dir string) (unlock func(), ok bool, err error) {
	l := flock.New(filepath.Join(dir, lockFile), flock.SetPermissions(0o600))
	ok, err = l.TryLock()
	if err != nil {
		return nil, false, app.Wrap(err, app.Unavailable, "The data folder "+dir+" cannot be locked. It must be a local disk, not a network drive.")
	}
	if !ok {
		return nil, false, nil
	}
	// The file itself stays: removing a locked file lets two processes hold "the" lock.
	return func() { _ = l.Unlock() }, true, nil
}
