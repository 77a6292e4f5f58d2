package store

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"psabridge/app"
)

// A database that is in use has its newest changes in the -wal file. SQLite does not miss one that was deleted: it shows
// the older state, and what was sent since would be sent again. So a mark stands beside the database while it is in use;
// where the mark is and the -wal is not, changes are lost.

// opened is the mark's name.
func (f files) opened() string { return f.database() + "-open" }

// logIsLost reports whether the database was in use when psabridge ended and its -wal is gone since.
func (f files) logIsLost() bool {
	if _, err := os.Stat(f.opened()); err != nil {
		return false
	}
	if _, err := os.Stat(f.database()); err != nil {
		return false // then more is lost than the -wal, and that is said
	}
	_, err := os.Stat(f.database() + "-wal")
	return errors.Is(err, fs.ErrNotExist)
}

func (f files) markOpen() error {
	file, err := os.OpenFile(f.opened(), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return failedFile("The data folder cannot be written: "+f.dir, err)
	}
	return file.Close()
}

func (f files) markClosed() {
	if err := os.Remove(f.opened()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.log.Warn("the mark of an open database was not removed", "error", err)
	}
}

// begin marks the database as in use. One whose -wal was lost is whole but older than what ConnectWise was told: it is kept as
// it is, and gone on with as after a restore.
func (s *Store) begin(ctx context.Context, lost bool, now time.Time) error {
	if lost {
		kept, err := s.files.keepCopy(now)
		if err != nil {
			return err
		}
		at, err := madeAt(ctx, s.db)
		if err != nil {
			return failed("read the newest change", err)
		}
		s.log.WarnContext(ctx, "the -wal file with the newest changes is missing; nothing is sent before ConnectWise was asked", "kept", kept)
		err = s.write(ctx, "note the lost changes", func(tx *sql.Tx) error {
			return markRestored(ctx, tx, app.Restore{At: now, BackupAt: at, File: filepath.Base(s.files.database()), Kept: kept, Why: app.RestoreLostLog})
		})
		if err != nil {
			return err
		}
	}
	return s.files.markOpen()
}

// keepCopy copies the database as it was found to a folder of its own.
func (f files) keepCopy(now time.Time) (dir string, err error) {
	dir = f.aside(now)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", failedFile("The folder for what was there cannot be made: "+dir, err)
	}
	return dir, copyFile(f.database(), filepath.Join(dir, filepath.Base(f.database())))
}

// copyFile copies a file to a place where there is none, down to the disk.
func copyFile(from, to string) (err error) {
	in, err := os.Open(from) //nolint:gosec // a person named it, or it is ours
	if err != nil {
		return app.Wrap(err, app.Invalid, "The file "+from+" cannot be read.")
	}
	defer in.Close()
	if err := createPrivate(to); err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_WRONLY, 0o600) //nolint:gosec // just made
	if err != nil {
		return failedFile("The file cannot be written: "+to, err)
	}
	_, err = io.Copy(out, in)
	if err == nil {
		err = out.Sync()
	}
	if cerr := out.Close(); err == nil {
		err = cerr
	}
	return failedFile("The file cannot be written: "+to, err)
}
