package store

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"psabridge/app"
)

// What a person reads of a disk in trouble.
const (
	diskFull  = "The disk with the data folder is full. Free some space; psabridge then goes on by itself."
	diskFails = "The disk with the data folder fails: what is written may not be there. Nothing is sent until it can be read and written again. Look after the disk; if it is dying, restore the newest backup on another one."
)

// failed names what was being done in an error of the driver. Errors for a person pass unchanged.
func failed(doing string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*app.Error](err); ok {
		return err
	}
	err = fmt.Errorf("store: %s: %w", doing, err)
	switch code(err) & 0xff {
	case lib.SQLITE_FULL:
		return app.Wrap(err, app.Unavailable, diskFull)
	case lib.SQLITE_IOERR:
		return app.Wrap(err, app.Unavailable, diskFails)
	case lib.SQLITE_READONLY:
		return app.Wrap(err, app.Unavailable, "The database cannot be written. Check that the data folder belongs to you and is not on a read-only disk.")
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		return app.Wrap(err, app.Unavailable, "The database is damaged. Stop psabridge and restore the newest backup with \"psabridge restore\".")
	}
	return err
}

// isUnique reports whether err is a broken UNIQUE or primary key constraint.
func isUnique(err error) bool {
	c := code(err)
	return c == lib.SQLITE_CONSTRAINT_UNIQUE || c == lib.SQLITE_CONSTRAINT_PRIMARYKEY
}

// code returns SQLite's extended result code, 0 when err is not SQLite's.
func code(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}
