package main

import (
	"context"
	"path/filepath"
	"time"

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

// A bridge that has just taken the lock needs a moment until it says where it answers, and a command that lives without
// one soon gives the lock back.
const (
	takeTries = 50
	takePause = 200 * time.Millisecond
)

// takeData takes the data folder, or finds the bridge that has it: unlock is nil then. It waits for one that is starting
// in the same second, and for a command that is just ending.
func takeData(ctx context.Context, dir string) (unlock func(), r running, err error) {
	for range takeTries {
		var free bool
		unlock, free, err = lockData(dir)
		if err != nil {
			return nil, r, err
		}
		if free {
			forgetRunning(dir)
			return unlock, r, nil
		}
		if r, err = readRunning(dir); err == nil {
			return nil, r, nil
		}
		select {
		case <-ctx.Done():
			return nil, r, err
		case <-time.After(takePause):
		}
	}
	return nil, r, err
}
