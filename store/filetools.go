package store

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
	"syscall"

	"psabridge/app"
)

// besides are the endings of what SQLite keeps beside a database.
var besides = []string{"", "-wal", "-shm", "-journal"}

// removeAll removes a database file of ours and what SQLite may have left beside it.
func removeAll(path string) error {
	for _, suffix := range besides {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return app.Wrap(err, app.Unavailable, "A left-over file cannot be removed: "+path+suffix)
		}
	}
	return nil
}

// syncFile makes sure that a file is on the disk and not only in memory.
func syncFile(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0) //nolint:gosec // a file of our own making
	if err != nil {
		return err
	}
	err = file.Sync()
	if cerr := file.Close(); err == nil {
		err = cerr
	}
	return err
}

// syncFolder makes a rename outlive a power cut. Windows has no such thing, and file systems that refuse it do without.
func syncFolder(dir string) {
	if runtime.GOOS == "windows" {
		return
	}
	if f, err := os.Open(dir); err == nil { //nolint:gosec // a folder of our own
		_ = f.Sync()
		_ = f.Close()
	}
}

// failedFile is an error of a file, in words where the disk is full.
func failedFile(message string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, syscall.ENOSPC) {
		return app.Wrap(err, app.Unavailable, diskFull)
	}
	return app.Wrap(err, app.Unavailable, message)
}
